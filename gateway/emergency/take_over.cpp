#include "gateway/emergency/take_over.h"

#include <algorithm>

#include "broadcasts/lifecycle.h"
#include "gateway/emergency/snapshot_send.h"

namespace kairan::gateway {

store::RegisterEntry register_entry(const FileLedger& ledger, TimePoint now) {
  using broadcasts::State;
  const FileOrder& order = ledger.order();
  const SnapshotOutcome outcome = read_outcome(ledger);
  store::RegisterEntry entry;
  entry.id = order.id;
  entry.state = broadcasts::state_name(outcome.open > 0 ? State::kSentWithUnknown : State::kSent);
  entry.title = order.title;
  entry.kind = broadcasts::kind_name(order.kind);
  entry.priority = broadcasts::priority_name(broadcasts::Priority::kEmergency);
  for (const auto& [language, text] : order.texts)
    entry.text += (entry.text.empty() ? "[" : "\n[") + language + "]\n" + text;
  entry.audience = order.areas;
  entry.author = order.by;
  entry.reason = "Redisが使えないため、名簿の控えから送信";
  entry.recipients = order.people;
  entry.accepted = outcome.accepted;
  entry.refused = outcome.refused;
  entry.unknown = outcome.open;
  entry.created = order.created;
  entry.entered = now;
  for (const auto& [name, batch] : ledger.batches()) {
    if (batch.first_try)
      entry.first_batch_at = std::min(entry.first_batch_at.value_or(*batch.first_try), *batch.first_try);
    if (batch.ended) entry.last_batch_at = std::max(entry.last_batch_at.value_or(*batch.ended), *batch.ended);
  }
  return entry;
}

}  // namespace kairan::gateway
