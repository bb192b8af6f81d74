// Blocks within 24 hours, counted for the last broadcast that a person received before leaving. Written into the record a day
// after the broadcast's last batch; staff see them by broadcast, topic and section. Threads: one at a time.
#pragma once

#include "base/clock.h"
#include "broadcasts/segment_reader.h"
#include "broadcasts/staff_service.h"
#include "store/broadcasts.h"
#include "store/departures.h"

namespace kairan::broadcasts {

class BlockCounts {
 public:
  struct Parts {
    store::Broadcasts& broadcasts;
    store::Departures& departures;
    BroadcastReach& reach;
    BroadcastFigures& figures;
    store::Partition partitions;
    const Clock& clock;
  };
  explicit BlockCounts(Parts parts) : p_(parts) {}

  /// Counts what is a day old and not counted. Quiet when the store does not answer: the next round tries again.
  void run_once();
  /// Those who left within the window after `id` as the last one they received.
  Result<std::uint64_t> count(std::string_view id);

  static constexpr std::chrono::hours kWindow{24};

 private:
  Parts p_;
  TimePoint next_{};
};

}  // namespace kairan::broadcasts
