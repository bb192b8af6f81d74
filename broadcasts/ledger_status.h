// A broadcast's figures for staff, from its ledger. Threads: any.
#pragma once

#include "broadcasts/staff_service.h"
#include "store/broadcast_ledger.h"

namespace kairan::broadcasts {

class LedgerStatus final : public BroadcastFigures {
 public:
  explicit LedgerStatus(store::BroadcastLedger& ledger) : ledger_(ledger) {}
  Result<StatusView> figures(std::string_view id) override;

 private:
  store::BroadcastLedger& ledger_;
};

}  // namespace kairan::broadcasts
