// Moves of a broadcast that nobody but the system makes: by lifecycle.h, with their line in the history, all in one update
// of the record. Threads: any.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/staff_text.h"
#include "broadcasts/lifecycle.h"
#include "store/broadcasts.h"

namespace kairan::broadcasts {

/// Why a broadcast whose time passed this long ago waits for a person.
StaffText missed_time(std::chrono::minutes by);
/// Writes the reason into a record's update: without English none is kept, and an empty one takes the record's away.
void set_reason(store::BroadcastUpdate& update, const StaffText& reason);

struct SystemMove {
  Action action = Action::kHold;
  StaffText reason;                        ///< empty = none, and the record's reason is taken away
  std::map<std::string, std::string> set;  ///< further fields
  std::optional<TimePoint> due;            ///< when to look next
};

class SystemMoves {
 public:
  SystemMoves(store::Broadcasts& broadcasts, const Clock& clock) : broadcasts_(broadcasts), clock_(clock) {}

  /// Moves it from exactly the state and revision of `record`. @return the record as it then is; kConflict when somebody
  /// changed it meanwhile, or the state does not allow it
  Result<store::BroadcastRecord> apply(const store::BroadcastRecord& record, const SystemMove& move);
  /// Reads it and moves it whatever happened meanwhile, as long as its state allows the move.
  Result<store::BroadcastRecord> apply(std::string_view id, const SystemMove& move);

 private:
  store::Broadcasts& broadcasts_;
  const Clock& clock_;
};

}  // namespace kairan::broadcasts
