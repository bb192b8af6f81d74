#include "broadcasts/ledger_figures.h"

namespace kairan::broadcasts {
namespace {

Counts counts_of(const store::OutcomeCounts& counts) {
  return {counts.planned, counts.in_flight, counts.accepted, counts.refused, counts.unknown};
}

}  // namespace

Result<StatusView> LedgerFigures::figures(std::string_view id) {
  const auto figures = ledger_.figures(id);
  if (!figures) return figures.error();
  StatusView view;
  view.audience = figures->audience;
  view.batches = counts_of(figures->batches);
  view.recipients = counts_of(figures->recipients);
  view.first_batch_at = figures->first_batch_at;
  view.last_batch_at = figures->last_batch_at;
  return view;
}

}  // namespace kairan::broadcasts
