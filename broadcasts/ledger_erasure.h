// What erasing a subscriber means for broadcasts: out of every frozen audience; a request that is on its way is waited for,
// since its stored bytes name the person.
#pragma once

#include "store/broadcast_ledger.h"
#include "store/broadcasts.h"
#include "store/subscriber_erasure.h"

namespace kairan::broadcasts {

class LedgerErasure final : public store::ErasureParticipant {
 public:
  LedgerErasure(store::Broadcasts& broadcasts, store::BroadcastLedger& ledger)
      : broadcasts_(broadcasts), ledger_(ledger) {}
  std::string_view name() const override { return "broadcasts"; }
  Status erase(const store::ErasedSubscriber& subscriber) override;

 private:
  store::Broadcasts& broadcasts_;
  store::BroadcastLedger& ledger_;
};

}  // namespace kairan::broadcasts
