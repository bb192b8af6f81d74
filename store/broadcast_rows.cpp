#include "store/broadcast_rows.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"

namespace kairan::store {
namespace {

struct StateName {
  BatchState state;
  std::string_view name;
};
constexpr std::array<StateName, 7> kStates{{{BatchState::kPlanned, "planned"},
                                            {BatchState::kInFlight, "in_flight"},
                                            {BatchState::kAccepted, "accepted"},
                                            {BatchState::kRefused, "refused"},
                                            {BatchState::kUnknown, "unknown"},
                                            {BatchState::kEmpty, "empty"},
                                            {BatchState::kSplit, "split"}}};
constexpr std::size_t kMaxRowBytes = 64 * 1024;

std::uint64_t whole(const nlohmann::json& row, const char* name) {
  const nlohmann::json* value = json_member(row, name);
  if (value == nullptr || !value->is_number()) return 0;
  const double number = value->get<double>();
  return number > 0 ? static_cast<std::uint64_t>(number) : 0;
}

std::optional<TimePoint> time_at(const nlohmann::json& row, const char* name) {
  const std::uint64_t ms = whole(row, name);
  if (ms == 0) return std::nullopt;
  return from_unix_ms(static_cast<std::int64_t>(ms));
}

/// Takes digits off the front; false when there are none.
bool take_number(std::string_view& text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

SubscriberRef ref_of(std::uint64_t partition, std::uint64_t ordinal) {
  return {static_cast<Partition>(partition), static_cast<std::uint32_t>(ordinal)};
}

std::vector<SubscriberRef> people_of(std::string_view text) {
  std::vector<SubscriberRef> people;
  std::uint64_t partition = 0;
  std::uint64_t ordinal = 0;
  while (take_number(text, partition) && take(text, ':') && take_number(text, ordinal)) {
    people.push_back(ref_of(partition, ordinal));
    if (!take(text, ',')) break;
  }
  return people;
}

}  // namespace

std::string_view batch_state_name(BatchState state) {
  return kStates[static_cast<std::size_t>(state)].name;
}

namespace ledger_text {

Result<BatchRow> row_of(std::uint32_t number, std::string_view json) {
  const auto parsed = parse_json(json, JsonLimits{kMaxRowBytes, 4});
  if (!parsed || !parsed->is_object()) {
    return Error{ErrorCode::kCorrupt, "ledger: row " + std::to_string(number) + " is not readable"};
  }
  const nlohmann::json& row = *parsed;
  BatchRow out;
  out.number = number;
  const std::string state = json_text(row, "s");
  bool known = false;
  for (const StateName& each : kStates) {
    if (each.name != state) continue;
    out.state = each.state;
    known = true;
  }
  if (!known) return Error{ErrorCode::kCorrupt, "ledger: row " + std::to_string(number) + " has no known state"};
  out.slice.variant = static_cast<std::uint32_t>(whole(row, "v"));
  out.slice.from = ref_of(whole(row, "fp"), whole(row, "fo"));
  out.slice.to = ref_of(whole(row, "tp"), whole(row, "to"));
  out.slice.recipients = static_cast<std::uint32_t>(whole(row, "n"));
  out.sent = static_cast<std::uint32_t>(whole(row, "c"));
  out.left_out = people_of(json_text(row, "lo"));
  out.splits = static_cast<std::uint32_t>(whole(row, "g"));
  out.retry_key = json_text(row, "k");
  out.first_try_at = time_at(row, "f");
  out.ended_at = time_at(row, "e");
  out.tries = static_cast<std::uint32_t>(whole(row, "t"));
  out.maybe_taken = whole(row, "mt") != 0;
  out.owner = json_text(row, "o");
  out.claim = json_text(row, "x");
  out.status = static_cast<int>(whole(row, "st"));
  out.request_id = json_text(row, "rid");
  out.detail = json_text(row, "d");
  return out;
}

std::string cursor_text(const AudienceCursor& cursor) {
  if (cursor.end) return "end";
  return std::to_string(cursor.variant) + ':' + std::to_string(cursor.partition) + ':' + std::to_string(cursor.ordinal);
}

AudienceCursor cursor_of(std::string_view text) {
  std::uint64_t variant = 0;
  std::uint64_t partition = 0;
  std::uint64_t ordinal = 0;
  AudienceCursor cursor;
  cursor.end = !(take_number(text, variant) && take(text, ':') && take_number(text, partition) && take(text, ':') &&
                 take_number(text, ordinal));
  if (cursor.end) return cursor;
  cursor.variant = static_cast<std::uint32_t>(variant);
  cursor.partition = static_cast<Partition>(partition);
  cursor.ordinal = static_cast<std::uint32_t>(ordinal);
  return cursor;
}

std::string people_text(std::span<const SubscriberRef> people) {
  std::string text;
  for (const SubscriberRef& person : people) {
    if (!text.empty()) text += ',';
    text += std::to_string(person.partition) + ':' + std::to_string(person.ordinal);
  }
  return text;
}

std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  take_number(text, number);
  return number;
}

}  // namespace ledger_text
}  // namespace kairan::store
