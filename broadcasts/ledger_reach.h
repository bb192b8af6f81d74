// Who received a broadcast, from its frozen audience and the outcome of its batches; waits for no outcome.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "broadcasts/segment_reader.h"
#include "store/broadcast_ledger.h"
#include "store/broadcasts.h"

namespace kairan::broadcasts {

class LedgerReach final : public BroadcastReach {
 public:
  LedgerReach(store::Broadcasts& broadcasts, store::BroadcastLedger& ledger) : broadcasts_(broadcasts), ledger_(ledger) {}
  Result<std::vector<Bitmap>> received(std::string_view broadcast, std::span<const store::Partition> partitions) override;

 private:
  store::Broadcasts& broadcasts_;
  store::BroadcastLedger& ledger_;
};

}  // namespace kairan::broadcasts
