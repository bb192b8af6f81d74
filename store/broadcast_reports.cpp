// What the ledger tells afterwards, and how a person is taken out of it.
#include <algorithm>
#include <map>

#include "store/broadcast_ledger.h"
#include "store/broadcast_rows.h"
#include "store/scripts.h"

namespace kairan::store {

using ledger_text::number_of;

namespace {

bool may_have_reached(BatchState state) {
  return state == BatchState::kAccepted || state == BatchState::kInFlight || state == BatchState::kUnknown;
}

}  // namespace

Result<BroadcastLedger::Next> BroadcastLedger::next(std::string_view id) {
  const auto replies = redis_.pipeline({{"TIME"},
                                        {"ZCARD", keys::ledger_due(id)},
                                        {"ZRANGE", keys::ledger_due(id), "0", "0", "WITHSCORES"},
                                        {"HGET", keys::ledger(id), "cursor"}});
  if (!replies) return replies.error();
  for (const Reply& reply : *replies) {
    if (reply.is_error()) return error_of(reply);
  }
  const auto& time = (*replies)[0].items;
  const auto& first = (*replies)[2].items;
  Next next;
  next.unfinished = static_cast<std::size_t>((*replies)[1].integer);
  next.cursor = ledger_text::cursor_of((*replies)[3].text);
  if (first.size() == 2 && time.size() == 2) {
    const auto at = static_cast<std::int64_t>(number_of(first[1].text));
    const auto now = static_cast<std::int64_t>(number_of(time[0].text) * 1000 + number_of(time[1].text) / 1000);
    next.wait = std::chrono::milliseconds(at > now ? at - now : 0);
  }
  return next;
}

Result<std::vector<BatchRow>> BroadcastLedger::held(std::string_view id) {
  std::vector<BatchRow> rows;
  const auto numbers = redis_.command({"ZRANGE", keys::ledger_due(id), "0", "-1", "WITHSCORES"});
  if (!numbers) return numbers.error();
  if (numbers->items.empty()) return rows;
  Args command{"HMGET", keys::ledger_rows(id)};
  for (std::size_t i = 0; i + 1 < numbers->items.size(); i += 2) command.push_back(numbers->items[i].text);
  const auto reply = redis_.command(command);
  if (!reply) return reply.error();
  for (std::size_t i = 0; i < reply->items.size() && 2 * i + 1 < numbers->items.size(); ++i) {
    if (reply->items[i].is_nil()) continue;
    const std::uint64_t number = number_of(numbers->items[2 * i].text);
    auto row = ledger_text::row_of(static_cast<std::uint32_t>(number), reply->items[i].text);
    if (!row) return row.error();
    row->due = from_unix_ms(static_cast<std::int64_t>(number_of(numbers->items[2 * i + 1].text)));
    if (row->state == BatchState::kInFlight || !row->claim.empty()) rows.push_back(*std::move(row));
  }
  return rows;
}

Result<LedgerFigures> BroadcastLedger::figures(std::string_view id) {
  const auto reply = redis_.command({"HGETALL", keys::ledger(id)});
  if (!reply) return reply.error();
  std::map<std::string, std::string, std::less<>> fields;
  for (std::size_t i = 0; i + 1 < reply->items.size(); i += 2) {
    fields.emplace(reply->items[i].text, reply->items[i + 1].text);
  }
  const auto whole = [&fields](std::string_view name) -> std::uint64_t {
    const auto found = fields.find(name);
    return found == fields.end() ? 0 : number_of(found->second);
  };
  const auto time = [&whole](std::string_view name) -> std::optional<TimePoint> {
    const std::uint64_t ms = whole(name);
    if (ms == 0) return std::nullopt;
    return from_unix_ms(static_cast<std::int64_t>(ms));
  };
  LedgerFigures figures;
  figures.frozen = fields.count("frozen") > 0;
  if (!figures.frozen) return figures;
  figures.variants = static_cast<std::uint32_t>(whole("variants"));
  figures.unit = fields["unit"];
  figures.audience = whole("audience");
  figures.batches = {whole("ub") + whole("pb"), whole("ib"), whole("aob"), whole("rob"), whole("uob")};
  figures.recipients = {whole("ur") + whole("pr"), whole("ir"), whole("aor"), whole("ror"), whole("uor")};
  figures.left_out = whole("lr");
  figures.empty_batches = whole("eb");
  figures.cursor = ledger_text::cursor_of(fields["cursor"]);
  figures.rows = static_cast<std::uint32_t>(whole("next"));
  figures.first_batch_at = time("first");
  figures.last_batch_at = time("last");
  return figures;
}

Result<std::vector<BatchRow>> BroadcastLedger::rows(std::string_view id) {
  const auto reply = redis_.command({"HGETALL", keys::ledger_rows(id)});
  if (!reply) return reply.error();
  std::vector<BatchRow> rows;
  rows.reserve(reply->items.size() / 2);
  for (std::size_t i = 0; i + 1 < reply->items.size(); i += 2) {
    auto row =
        ledger_text::row_of(static_cast<std::uint32_t>(number_of(reply->items[i].text)), reply->items[i + 1].text);
    if (!row) return row.error();
    rows.push_back(*std::move(row));
  }
  std::sort(rows.begin(), rows.end(), [](const BatchRow& a, const BatchRow& b) { return a.number < b.number; });
  return rows;
}

Result<std::vector<Bitmap>> BroadcastLedger::reached(std::string_view id, std::span<const Partition> partitions) {
  const auto all_rows = rows(id);
  if (!all_rows) return all_rows.error();
  const auto by_variant = audience(id);
  if (!by_variant) {
    // Nothing was frozen, so nobody was sent to.
    if (by_variant.error().code == ErrorCode::kNotFound) return std::vector<Bitmap>(partitions.size());
    return by_variant.error();
  }
  std::vector<Bitmap> reached(partitions_);
  for (Partition p = 0; p < partitions_; ++p) {
    std::size_t length = 0;
    for (const auto& variant : *by_variant) length = std::max(length, variant[p].length());
    reached[p] = Bitmap(length);
  }
  for (const BatchRow& row : *all_rows) {
    if (!may_have_reached(row.state) || row.slice.variant >= by_variant->size()) continue;
    const auto& variant = (*by_variant)[row.slice.variant];
    for (Partition p = row.slice.from.partition; p <= row.slice.to.partition && p < partitions_; ++p) {
      const std::size_t from = p == row.slice.from.partition ? row.slice.from.ordinal : 0;
      variant[p].for_each(
          [&](std::size_t ordinal) {
            if (p == row.slice.to.partition && ordinal > row.slice.to.ordinal) return false;
            reached[p].set(ordinal);
            return true;
          },
          from);
    }
    for (const SubscriberRef& person : row.left_out) {
      if (person.partition < partitions_) reached[person.partition].set(person.ordinal, false);
    }
  }
  std::vector<Bitmap> answer;
  answer.reserve(partitions.size());
  for (const Partition p : partitions) answer.push_back(p < partitions_ ? reached[p] : Bitmap());
  return answer;
}

Result<bool> BroadcastLedger::erase(std::string_view id, SubscriberRef person) {
  // In flight first: its bytes hold the address, and taking the bit away would hide which batch that is.
  const auto in_work = held(id);
  if (!in_work) return in_work.error();
  for (const BatchRow& row : *in_work) {
    if (!slice_covers(row.slice, person)) continue;
    if (std::find(row.left_out.begin(), row.left_out.end(), person) != row.left_out.end()) continue;
    const auto bits =
        redis_.command({"HGET", keys::ledger_audience(id, person.partition), std::to_string(row.slice.variant)});
    if (!bits) return bits.error();
    if (Bitmap(bits->text, bits->text.size() * 8).test(person.ordinal)) return false;
  }
  const auto reply = redis_.eval(scripts::ledger_erase(), {keys::ledger_audience(id, person.partition)},
                                 {std::to_string(person.ordinal)});
  if (!reply) return reply.error();
  return true;
}

}  // namespace kairan::store
