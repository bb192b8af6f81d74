#include "store/register.h"

#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/civil_time.h"
#include "base/tabular/csv.h"

namespace kairan::store {
namespace {

using Json = nlohmann::json;

Json time_json(const std::optional<TimePoint>& at) {
  return at ? Json(to_unix_ms(*at)) : Json(nullptr);
}

std::uint64_t number_in(const Json& json, std::string_view key) {
  const Json* const member = json_member(json, key);
  return member != nullptr && member->is_number_unsigned() ? member->get<std::uint64_t>() : 0;
}
std::optional<TimePoint> time_in(const Json& json, std::string_view key) {
  const Json* const member = json_member(json, key);
  if (member == nullptr || !member->is_number_integer()) return std::nullopt;
  return from_unix_ms(member->get<std::int64_t>());
}

/// Name in the stored JSON → member; the one list that writing and reading share.
template <typename Entry, typename Visit>
void each_text(Entry& e, Visit visit) {
  visit("id", e.id);
  visit("state", e.state);
  visit("title", e.title);
  visit("kind", e.kind);
  visit("priority", e.priority);
  visit("section", e.section);
  visit("topic", e.topic);
  visit("text", e.text);
  visit("audience", e.audience);
  visit("author", e.author);
  visit("approver", e.approver);
  visit("corrects", e.corrects);
  visit("effect", e.effect);
  visit("reason", e.reason);
}
template <typename Entry, typename Visit>
void each_number(Entry& e, Visit visit) {
  visit("recipients", e.recipients);
  visit("accepted", e.accepted);
  visit("refused", e.refused);
  visit("unknown", e.unknown);
  visit("unsent", e.unsent);
}

RegisterEntry register_entry(const ChainEntry& stored) {
  RegisterEntry entry;
  entry.seq = stored.seq;
  const auto json = parse_json(stored.body);
  if (!json) {
    entry.state = "unreadable";
    return entry;
  }
  each_text(entry, [&](std::string_view name, std::string& value) { value = json_text(*json, name); });
  each_number(entry, [&](std::string_view name, std::uint64_t& value) { value = number_in(*json, name); });
  entry.approved_at = time_in(*json, "approved_at");
  entry.first_batch_at = time_in(*json, "first_batch_at");
  entry.last_batch_at = time_in(*json, "last_batch_at");
  entry.created = time_in(*json, "created").value_or(TimePoint{});
  entry.entered = time_in(*json, "entered").value_or(TimePoint{});
  return entry;
}

std::vector<RegisterEntry> register_entries(const std::vector<ChainEntry>& stored) {
  std::vector<RegisterEntry> entries;
  entries.reserve(stored.size());
  for (const ChainEntry& entry : stored) entries.push_back(register_entry(entry));
  return entries;
}

std::string shown(const std::optional<TimePoint>& at) {
  return at ? format_jst(*at) : std::string();
}

}  // namespace

Result<std::uint64_t> Register::add(const RegisterEntry& entry) {
  Json json = Json::object();
  each_text(entry, [&](const char* name, const std::string& value) { json[name] = value; });
  each_number(entry, [&](const char* name, std::uint64_t value) { json[name] = value; });
  json["approved_at"] = time_json(entry.approved_at);
  json["first_batch_at"] = time_json(entry.first_batch_at);
  json["last_batch_at"] = time_json(entry.last_batch_at);
  json["created"] = to_unix_ms(entry.created);
  json["entered"] = to_unix_ms(entry.entered);
  return chain_.append(dump_json(json), entry.id);
}

Result<std::vector<RegisterEntry>> Register::recent(std::optional<std::uint64_t> before, std::size_t count) {
  const auto stored = chain_.read_back(before, count);
  if (!stored) return stored.error();
  return register_entries(*stored);
}

Result<std::vector<RegisterEntry>> Register::read(std::uint64_t from, std::size_t count) {
  const auto stored = chain_.read(from, count);
  if (!stored) return stored.error();
  return register_entries(*stored);
}

std::string formula_safe(std::string_view cell) {
  const std::size_t first = cell.find_first_not_of(' ');
  const bool risky = first != std::string_view::npos &&
                     (std::string_view("=+-@\t\r\n").find(cell[first]) != std::string_view::npos ||
                      cell.substr(first, 3) == "＝" || cell.substr(first, 3) == "＋" || cell.substr(first, 3) == "－" ||
                      cell.substr(first, 3) == "＠");  // Excel reads the full-width forms alike
  return risky ? "'" + std::string(cell) : std::string(cell);
}

std::string register_csv(const std::vector<RegisterEntry>& entries) {
  std::string csv = "\xEF\xBB\xBF";
  csv += csv_row({"番号",     "配信ID",   "件名",     "種別",           "優先度",         "担当課",
                  "分野",     "配信対象", "対象者数", "受付済み",       "拒否",           "結果不明",
                  "未送信",   "状態",     "理由",     "作成者",         "承認者",         "作成日時",
                  "承認日時", "送信開始", "送信終了", "訂正・取消の元", "訂正・取消の別", "本文"});
  for (const RegisterEntry& e : entries) {
    std::vector<std::string> cells{std::to_string(e.seq),
                                   e.id,
                                   e.title,
                                   e.kind,
                                   e.priority,
                                   e.section,
                                   e.topic,
                                   e.audience,
                                   std::to_string(e.recipients),
                                   std::to_string(e.accepted),
                                   std::to_string(e.refused),
                                   std::to_string(e.unknown),
                                   std::to_string(e.unsent),
                                   e.state,
                                   e.reason,
                                   e.author,
                                   e.approver,
                                   format_jst(e.created),
                                   shown(e.approved_at),
                                   shown(e.first_batch_at),
                                   shown(e.last_batch_at),
                                   e.corrects,
                                   e.effect,
                                   e.text};
    for (std::string& cell : cells) cell = formula_safe(cell);
    csv += csv_row(cells);
  }
  return csv;
}

}  // namespace kairan::store
