#include "broadcasts/ledger_reach.h"

#include <string>

namespace kairan::broadcasts {

Result<std::vector<Bitmap>> LedgerReach::received(std::string_view broadcast,
                                                  std::span<const store::Partition> partitions) {
  const auto states = broadcasts_.states({std::string(broadcast)});
  if (!states) return states.error();
  if (states->front().empty()) return Error{ErrorCode::kNotFound, "there is no such broadcast"};
  return ledger_.reached(broadcast, partitions);
}

}  // namespace kairan::broadcasts
