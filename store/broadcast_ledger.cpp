#include "store/broadcast_ledger.h"

#include <algorithm>
#include <utility>

#include "base/ids.h"
#include "store/broadcast_rows.h"
#include "store/scripts.h"

namespace kairan::store {

using ledger_text::cursor_of;
using ledger_text::cursor_text;
using ledger_text::number_of;
using ledger_text::people_text;

namespace {

Error not_ours(std::string_view what) {
  return Error{ErrorCode::kConflict, "ledger: " + std::string(what)};
}

std::string text_of(std::uint64_t number) {
  return std::to_string(number);
}

void add_slice(std::vector<std::string>& args, const BatchSlice& slice) {
  args.push_back(text_of(slice.from.partition));
  args.push_back(text_of(slice.from.ordinal));
  args.push_back(text_of(slice.to.partition));
  args.push_back(text_of(slice.to.ordinal));
  args.push_back(text_of(slice.recipients));
}

}  // namespace

bool slice_covers(const BatchSlice& slice, SubscriberRef person) {
  const auto place = [](SubscriberRef ref) { return (std::uint64_t{ref.partition} << 32) | ref.ordinal; };
  return place(slice.from) <= place(person) && place(person) <= place(slice.to);
}

// --- freezing ---

Result<std::string> BroadcastLedger::begin_freeze(std::string_view id, std::span<const FrozenVariant> variants,
                                                  std::string_view unit) {
  const std::string token = random_hex(8);
  std::vector<std::string> args{token, text_of(variants.size()), std::string(unit)};
  for (const FrozenVariant& variant : variants) {
    args.push_back(variant.label);
    args.push_back(variant.rendered);
  }
  const auto reply = redis_.eval(scripts::ledger_freeze_begin(),
                                 {keys::broadcast(id), keys::ledger(id), keys::ledger_rows(id), keys::ledger_due(id),
                                  keys::ledger_requests(id), keys::ledger_texts(id)},
                                 args);
  if (!reply) return reply.error();
  if (reply->integer == 0) return not_ours("the broadcast is not being frozen");
  if (reply->integer == -1) return not_ours("batches have been planned already");
  return token;
}

Status BroadcastLedger::freeze_partitions(std::string_view id, const std::string& token,
                                          std::span<const PartitionFreeze> partitions) {
  std::vector<ScriptCall> calls;
  calls.reserve(partitions.size());
  for (const PartitionFreeze& each : partitions) {
    ScriptCall call{&scripts::ledger_freeze_partition(),
                    {keys::broadcast(id), keys::ledger(id), keys::ledger_audience(id, each.partition)},
                    {token, text_of(each.partition)}};
    for (std::size_t v = 0; v < each.by_variant.size(); ++v) {
      if (each.by_variant[v].count() == 0) continue;
      call.args.push_back(text_of(v));
      call.args.push_back(each.by_variant[v].bytes());
    }
    calls.push_back(std::move(call));
  }
  const auto replies = redis_.eval_pipeline(calls);
  if (!replies) return replies.error();
  for (const Reply& reply : *replies) {
    if (reply.is_error()) return error_of(reply);
    if (reply.integer != 1) return not_ours("another freeze has begun");
  }
  return {};
}

Status BroadcastLedger::end_freeze(std::string_view id, const std::string& token, std::uint64_t recipients,
                                   std::uint64_t batches) {
  const auto reply = redis_.eval(scripts::ledger_freeze_end(), {keys::broadcast(id), keys::ledger(id)},
                                 {token, text_of(partitions_), text_of(recipients), text_of(batches)});
  if (!reply) return reply.error();
  if (reply->integer == 0) return not_ours("another freeze has begun");
  if (reply->integer == -1) return Error{ErrorCode::kInternal, "ledger: a partition was not frozen"};
  return {};
}

Result<std::vector<FrozenVariant>> BroadcastLedger::variants(std::string_view id) {
  const auto replies = redis_.pipeline(
      {{"HMGET", keys::ledger(id), "frozen", "variants"}, {"HGETALL", keys::ledger_texts(id)}});
  if (!replies) return replies.error();
  for (const Reply& reply : *replies) {
    if (reply.is_error()) return error_of(reply);
  }
  const auto& head = (*replies)[0].items;
  if (head.size() != 2 || head[0].is_nil()) return Error{ErrorCode::kNotFound, "ledger: the audience is not frozen"};
  std::vector<FrozenVariant> variants(number_of(head[1].text));
  const auto& items = (*replies)[1].items;
  constexpr std::string_view kLabel = "label:";
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    std::string_view name = items[i].text;
    const bool label = name.substr(0, kLabel.size()) == kLabel;
    if (label) name.remove_prefix(kLabel.size());
    const std::uint64_t variant = number_of(name);
    if (variant >= variants.size()) continue;
    (label ? variants[variant].label : variants[variant].rendered) = items[i + 1].text;
  }
  return variants;
}

Result<std::vector<std::vector<Bitmap>>> BroadcastLedger::audience(std::string_view id) {
  const auto texts = variants(id);
  if (!texts) return texts.error();
  std::vector<Args> commands;
  for (Partition p = 0; p < partitions_; ++p) commands.push_back({"HGETALL", keys::ledger_audience(id, p)});
  const auto replies = redis_.pipeline(commands);
  if (!replies) return replies.error();
  std::vector<std::vector<Bitmap>> audience(texts->size(), std::vector<Bitmap>(partitions_));
  for (Partition p = 0; p < partitions_; ++p) {
    const Reply& reply = (*replies)[p];
    if (reply.is_error()) return error_of(reply);
    for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2) {
      const std::uint64_t variant = number_of(reply.items[i].text);
      const std::string& bytes = reply.items[i + 1].text;
      if (variant < audience.size()) audience[variant][p] = Bitmap(bytes, bytes.size() * 8);
    }
  }
  return audience;
}

// --- planning and sending ---

Result<bool> BroadcastLedger::plan(std::string_view id, const AudienceCursor& expected,
                                   std::span<const BatchSlice> batches, const AudienceCursor& next) {
  std::vector<std::string> args{cursor_text(expected), cursor_text(next)};
  for (const BatchSlice& batch : batches) {
    args.push_back(text_of(batch.variant));
    add_slice(args, batch);
  }
  const auto reply = redis_.eval(
      scripts::ledger_plan(),
      {keys::broadcast(id), keys::ledger(id), keys::ledger_rows(id), keys::ledger_due(id)}, args);
  if (!reply) return reply.error();
  return reply->integer == 1;
}

Result<Claim> BroadcastLedger::claim(std::string_view id, const std::string& owner, const std::string& token,
                                     std::chrono::milliseconds hold) {
  const auto reply = redis_.eval(
      scripts::ledger_claim(),
      {keys::broadcast(id), keys::ledger(id), keys::ledger_rows(id), keys::ledger_due(id)},
      {owner, token, text_of(static_cast<std::uint64_t>(hold.count()))});
  if (!reply) return reply.error();
  const auto& items = reply->items;
  Claim claim;
  if (items.size() == 5 && items[0].text == "batch") {
    auto row = ledger_text::row_of(static_cast<std::uint32_t>(items[1].integer), items[2].text);
    if (!row) return row.error();
    claim.kind = Claim::Kind::kBatch;
    claim.row = *std::move(row);
    claim.unfinished = static_cast<std::size_t>(items[3].integer);
    claim.cursor = cursor_of(items[4].text);
  } else if (items.size() == 4 && items[0].text == "wait") {
    claim.kind = Claim::Kind::kWait;
    claim.wait = std::chrono::milliseconds(items[1].integer);
    claim.unfinished = static_cast<std::size_t>(items[2].integer);
    claim.cursor = cursor_of(items[3].text);
  } else if (items.size() == 3 && items[0].text == "none") {
    claim.cursor = cursor_of(items[2].text);
  } else if (items.size() == 2 && items[0].text == "state") {
    claim.kind = Claim::Kind::kNotSending;
    claim.state = items[1].text;
  } else {
    return Error{ErrorCode::kInternal, "ledger: the claim script answered something else"};
  }
  return claim;
}

Result<bool> BroadcastLedger::begin(std::string_view id, const BatchRow& row, const std::string& retry_key,
                                    const std::string& request, std::size_t recipients,
                                    std::span<const SubscriberRef> left_out, std::chrono::milliseconds hold) {
  const auto reply =
      redis_.eval(scripts::ledger_begin(),
                  {keys::broadcast(id), keys::ledger(id), keys::ledger_rows(id), keys::ledger_due(id),
                   keys::ledger_requests(id)},
                  {text_of(row.number), row.claim, retry_key, request, text_of(recipients), people_text(left_out),
                   text_of(static_cast<std::uint64_t>(hold.count()))});
  if (!reply) return reply.error();
  return reply->integer == 1;
}

Result<std::optional<std::string>> BroadcastLedger::request(std::string_view id, std::uint32_t number) {
  const auto reply = redis_.command({"HGET", keys::ledger_requests(id), text_of(number)});
  if (!reply) return reply.error();
  return reply->is_nil() ? std::optional<std::string>() : std::optional<std::string>(reply->text);
}

Result<BroadcastLedger::Failing> BroadcastLedger::later(std::string_view id, const BatchRow& row,
                                                        std::chrono::milliseconds wait, bool maybe_taken, int status,
                                                        std::string_view detail) {
  const auto reply =
      redis_.eval(scripts::ledger_later(), {keys::ledger(id), keys::ledger_rows(id), keys::ledger_due(id)},
                  {text_of(row.number), row.claim, text_of(static_cast<std::uint64_t>(wait.count())),
                   maybe_taken ? "1" : "0", std::to_string(status), std::string(detail.substr(0, 300))});
  if (!reply) return reply.error();
  Failing failing;
  if (reply->items.size() == 2) {
    failing.tries = static_cast<std::uint64_t>(reply->items[0].integer);
    failing.since = std::chrono::milliseconds(reply->items[1].integer);
  }
  return failing;
}

Result<Remaining> BroadcastLedger::finish(std::string_view id, const BatchRow& row, const BatchEnd& end) {
  const auto reply = redis_.eval(
      scripts::ledger_finish(),
      {keys::ledger(id), keys::ledger_rows(id), keys::ledger_due(id), keys::ledger_requests(id)},
      {text_of(row.number), row.claim, std::string(batch_state_name(end.outcome)), std::to_string(end.status),
       end.request_id.substr(0, 100), end.detail.substr(0, 300), people_text(end.left_out)});
  if (!reply) return reply.error();
  if (reply->items.size() != 3) return not_ours("the batch is another's now");
  return Remaining{static_cast<std::size_t>(reply->items[1].integer), cursor_of(reply->items[2].text)};
}

Status BroadcastLedger::split(std::string_view id, const BatchRow& row, const BatchSlice& first,
                              const BatchSlice& second, int status, std::string_view detail) {
  std::vector<std::string> args{text_of(row.number), row.claim, std::to_string(status),
                                std::string(detail.substr(0, 300))};
  add_slice(args, first);
  add_slice(args, second);
  const auto reply = redis_.eval(
      scripts::ledger_split(),
      {keys::ledger(id), keys::ledger_rows(id), keys::ledger_due(id), keys::ledger_requests(id)}, args);
  if (!reply) return reply.error();
  if (reply->integer != 1) return not_ours("the batch is another's now");
  return {};
}

Result<bool> BroadcastLedger::release(std::string_view id, const BatchRow& row) {
  const auto reply = redis_.eval(scripts::ledger_release(), {keys::ledger_rows(id), keys::ledger_due(id)},
                                 {text_of(row.number), row.claim});
  if (!reply) return reply.error();
  return reply->integer == 1;
}

Status BroadcastLedger::forget_failures(std::string_view id) {
  const auto reply = redis_.command({"HDEL", keys::ledger(id), "fails", "failing"});
  return reply ? Status() : Status(reply.error());
}

}  // namespace kairan::store
