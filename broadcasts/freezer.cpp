#include "broadcasts/freezer.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/log.h"
#include "broadcasts/record_fields.h"
#include "broadcasts/store_trouble.h"

namespace kairan::broadcasts {
namespace {

constexpr double kDriftShare = 0.2;
constexpr std::uint64_t kDriftPeople = 50;

std::optional<std::uint64_t> number_in(const store::BroadcastRecord& record, std::string_view name) {
  const std::string_view text = record.field(name);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// [variant][partition] of a composition; kInternal when somebody would read two variants or a partition is missing.
Result<std::vector<std::vector<Bitmap>>> by_variant(const Composition& composition, store::Partition partitions) {
  std::vector<std::vector<Bitmap>> all(composition.variants.size(), std::vector<Bitmap>(partitions));
  if (composition.audience.size() != partitions) {
    return Error{ErrorCode::kInternal, "the composition has not one audience for each partition"};
  }
  for (std::size_t p = 0; p < composition.audience.size(); ++p) {
    const PartitionAudience& part = composition.audience[p];
    if (part.partition != p || part.by_variant.size() != all.size()) {
      return Error{ErrorCode::kInternal, "the composition's audience does not fit its variants"};
    }
    Bitmap seen;
    for (std::size_t v = 0; v < all.size(); ++v) {
      Bitmap twice = part.by_variant[v];
      twice &= seen;
      if (twice.count() > 0) return Error{ErrorCode::kInternal, "somebody would get two variants"};
      Bitmap both(std::max(seen.length(), part.by_variant[v].length()));
      both |= seen;
      both |= part.by_variant[v];
      seen = std::move(both);
      all[v][p] = part.by_variant[v];
    }
  }
  return all;
}

}  // namespace

bool is_drift(std::uint64_t recipients, std::uint64_t approved) {
  const std::uint64_t difference = recipients > approved ? recipients - approved : approved - recipients;
  return difference > kDriftPeople && static_cast<double>(difference) > kDriftShare * static_cast<double>(approved);
}

Deliverer* Deliverers::for_kind(std::string_view kind) const {
  const auto named = parse_kind(kind);
  if (!named) return nullptr;
  Deliverer* const chosen = *named == Kind::kPractice ? practice : live;
  return chosen != nullptr && wall(*named, *chosen) ? chosen : nullptr;
}

Result<std::shared_ptr<ActiveBroadcast>> Freezer::fail(const store::BroadcastRecord& record, const StaffText& reason) {
  log::error("broadcast.failed", {{"broadcast", record.id}, {"state", record.state}});
  const auto failed = moves_.apply(record.id, {Action::kFail, reason, {}, std::nullopt});
  if (!failed && passes(failed.error())) return failed.error();
  if (failed) staff_.tell({Notice::Kind::kFailed, record.id, reason.ja});
  return std::shared_ptr<ActiveBroadcast>();
}

Result<std::shared_ptr<ActiveBroadcast>> Freezer::freeze(const store::BroadcastRecord& record) {
  if (deliverers_.for_kind(record.field(field::kKind)) == nullptr) {
    return fail(record, {"この種別の配信先が設定されていません。", "Nothing is set up to send this kind."});
  }
  const auto before = ledger_.figures(record.id);
  if (!before) return before.error();
  if (before->frozen && before->rows > 0) {
    const auto sending = take_up(record, before->audience);
    if (!sending) return sending.error();
    return *sending ? load(**sending) : std::shared_ptr<ActiveBroadcast>();
  }
  auto composition = composer_.compose(record);
  if (!composition) {
    if (passes(composition.error())) return composition.error();
    return fail(record, told(composition.error()));
  }
  auto parts = by_variant(*composition, ledger_.partitions());
  if (!parts)
    return fail(record, {"配信対象を確定できません：" + parts.error().detail,
                         "The audience cannot be fixed: " + parts.error().detail});
  FrozenAudience audience(*std::move(parts));
  const std::uint64_t recipients = audience.recipients();
  auto variants = store(record, *composition, audience);
  if (!variants) {
    // Another attempt has begun, or somebody stopped it: theirs to go on.
    if (variants.error().code == ErrorCode::kConflict) return std::shared_ptr<ActiveBroadcast>();
    if (passes(variants.error())) return variants.error();
    return fail(record, {"配信対象を保存できません：" + variants.error().detail,
                         "The audience cannot be stored: " + variants.error().detail});
  }
  auto held = hold_if_drifted(record, recipients);
  if (!held) return held.error();
  if (*held) return std::shared_ptr<ActiveBroadcast>();
  auto sending = take_up(record, recipients);
  if (!sending) return sending.error();
  if (!*sending) return std::shared_ptr<ActiveBroadcast>();
  return activate(**sending, std::move(audience), *std::move(variants), std::move(composition->unit));
}

Result<std::vector<store::FrozenVariant>> Freezer::store(const store::BroadcastRecord& record,
                                                         const Composition& composition,
                                                         const FrozenAudience& audience) {
  std::vector<store::FrozenVariant> texts;
  for (const Variant& variant : composition.variants) texts.push_back({variant.label.ja, variant.rendered});
  const auto token = ledger_.begin_freeze(record.id, texts, composition.unit);
  if (!token) return token.error();
  std::vector<store::BroadcastLedger::PartitionFreeze> partitions;
  for (const PartitionAudience& part : composition.audience) partitions.push_back({part.partition, part.by_variant});
  if (const Status frozen = ledger_.freeze_partitions(record.id, *token, partitions); !frozen) return frozen.error();
  const std::size_t size = deliverers_.for_kind(record.field(field::kKind))->limits().recipients;
  const Status ended = ledger_.end_freeze(record.id, *token, audience.recipients(), audience.batches(size));
  if (!ended) return ended.error();
  return texts;
}

/// Whether the frozen audience is not what was approved, so that a person must look first.
Result<bool> Freezer::hold_if_drifted(const store::BroadcastRecord& record, std::uint64_t recipients) {
  const bool emergency = record.field(field::kPriority) == priority_name(Priority::kEmergency);
  const auto approved = number_in(record, field::kApprovedCount);
  const auto seen = number_in(record, field::kHeldCount);
  const bool drifted = approved && is_drift(recipients, *approved) && !(seen && !is_drift(recipients, *seen));
  if (drifted && !emergency) {
    const std::string before = std::to_string(*approved), now = std::to_string(recipients);
    const StaffText reason{
        "承認時の対象者は " + before + "人でしたが、いまは " + now + "人です。確認して再開するか、中止してください。",
        "When it was approved it concerned " + before + " people, now " + now +
            ". Look at it, then resume or stop it."};
    const auto held = moves_.apply(
        record, {Action::kHold, reason, {{std::string(field::kHeldCount), std::to_string(recipients)}}, std::nullopt});
    if (held) staff_.tell({Notice::Kind::kHeld, record.id, reason.ja});
    if (!held && passes(held.error())) return held.error();
    return true;
  }
  return false;
}

/// To sending, with the audience as it is frozen. Nothing when somebody else has moved it.
Result<std::optional<store::BroadcastRecord>> Freezer::take_up(const store::BroadcastRecord& record,
                                                               std::uint64_t recipients) {
  auto sending = moves_.apply(record, {Action::kFrozen, {}, {}, std::nullopt});
  if (!sending) {
    if (passes(sending.error())) return sending.error();
    return std::optional<store::BroadcastRecord>();
  }
  log::info("broadcast.sending", {{"broadcast", record.id}, {"recipients", recipients}});
  if (sending->state != state_name(State::kSending)) return std::optional<store::BroadcastRecord>();
  return std::optional(*std::move(sending));
}

Result<std::shared_ptr<ActiveBroadcast>> Freezer::load(const store::BroadcastRecord& record) {
  auto variants = ledger_.variants(record.id);
  if (!variants) return variants.error();
  auto audience = ledger_.audience(record.id);
  if (!audience) return audience.error();
  auto figures = ledger_.figures(record.id);
  if (!figures) return figures.error();
  return activate(record, FrozenAudience(*std::move(audience)), *std::move(variants), std::move(figures->unit));
}

Result<std::shared_ptr<ActiveBroadcast>> Freezer::activate(const store::BroadcastRecord& record,
                                                           FrozenAudience audience,
                                                           std::vector<store::FrozenVariant> variants,
                                                           std::string unit) {
  Deliverer* const deliverer = deliverers_.for_kind(record.field(field::kKind));
  if (deliverer == nullptr)
    return fail(record, {"この種別の配信先が設定されていません。", "Nothing is set up to send this kind."});
  auto active = std::make_shared<ActiveBroadcast>(record, std::move(audience));
  active->priority = parse_priority(record.field(field::kPriority)).value_or(Priority::kBulk);
  active->deliverer = deliverer;
  active->variants = std::move(variants);
  active->unit = std::move(unit);
  active->forgiven = number_in(record, field::kForgiven).value_or(0);
  return active;
}

}  // namespace kairan::broadcasts
