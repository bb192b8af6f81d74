#include "broadcasts/ledger_erasure.h"

namespace kairan::broadcasts {
namespace {

constexpr std::size_t kAtOnce = 500;

}  // namespace

Status LedgerErasure::erase(const store::ErasedSubscriber& subscriber) {
  bool on_its_way = false;
  for (std::size_t offset = 0;; offset += kAtOnce) {
    const auto ids = broadcasts_.list(offset, kAtOnce);
    if (!ids) return ids.error();
    for (const std::string& id : *ids) {
      const auto erased = ledger_.erase(id, subscriber.ref);
      if (!erased) return erased.error();
      on_its_way = on_its_way || !*erased;
    }
    if (ids->size() < kAtOnce) break;
  }
  if (on_its_way) return Error{ErrorCode::kUnavailable, "a request that names the person is on its way; try again"};
  return {};
}

}  // namespace kairan::broadcasts
