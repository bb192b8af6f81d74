#include "broadcasts/ledger_status.h"

namespace kairan::broadcasts {
namespace {

Counts counts_of(const store::OutcomeCounts& counts) {
  return {counts.planned, counts.in_flight, counts.accepted, counts.refused, counts.unknown};
}

}  // namespace

Result<StatusView> LedgerStatus::figures(std::string_view id) {
  const auto figures = ledger_.figures(id);
  if (!figures) return figures.error();
  StatusView status;
  status.id = id;
  status.audience = figures->audience;
  status.batches = counts_of(figures->batches);
  status.recipients = counts_of(figures->recipients);
  status.first_batch_at = figures->first_batch_at;
  status.last_batch_at = figures->last_batch_at;
  return status;
}

}  // namespace kairan::broadcasts
