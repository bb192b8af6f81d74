// What a broadcast's ledger says, in the words of service.h. Threads: any.
#pragma once

#include "broadcasts/staff_service.h"
#include "store/broadcast_ledger.h"

namespace kairan::broadcasts {

class LedgerFigures final : public BroadcastFigures {
 public:
  explicit LedgerFigures(store::BroadcastLedger& ledger) : ledger_(ledger) {}
  Result<StatusView> figures(std::string_view id) override;

 private:
  store::BroadcastLedger& ledger_;
};

}  // namespace kairan::broadcasts
