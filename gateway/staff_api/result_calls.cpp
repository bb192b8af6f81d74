// What broadcasts did: by section, by topic, by day, one by one, and as a file for a spreadsheet.
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/civil_time.h"
#include "base/tabular/csv.h"
#include "gateway/staff_api/broadcast_views.h"
#include "gateway/staff_api/endpoints.h"
#include "gateway/staff_api/spreadsheet.h"

namespace kairan::gateway::staff {
namespace {

using nlohmann::json;

constexpr std::size_t kMostLookedAt = 2000;
constexpr int kDefaultDays = 30;
constexpr int kMostDays = 400;

struct Row {
  broadcasts::View view;
  broadcasts::StatusView status;
  std::optional<TimePoint> sent;
  std::optional<std::uint64_t> clicks;
};

struct Range {
  Date from, to;
};

std::optional<Range> range_of(const Call& call) {
  const std::string_view from = call.request.query_value("from"), to = call.request.query_value("to");
  Range range{add_days(jst_date(call.now), -kDefaultDays), jst_date(call.now)};
  if (!to.empty()) {
    const auto date = parse_date(to);
    if (!date) return std::nullopt;
    range.to = *date;
    range.from = add_days(range.to, -kDefaultDays);
  }
  if (!from.empty()) {
    const auto date = parse_date(from);
    if (!date) return std::nullopt;
    range.from = *date;
  }
  if (range.to < range.from || add_days(range.from, kMostDays) < range.to) return std::nullopt;
  return range;
}

struct Sum {
  std::string label;
  std::uint64_t broadcasts = 0, recipients = 0, clicks = 0, blocks = 0;
};

void add(Sum& sum, const std::string& label, const Row& row) {
  sum.label = label;
  ++sum.broadcasts;
  sum.recipients += row.status.recipients.accepted;
  sum.clicks += row.clicks.value_or(0);
  sum.blocks += row.view.blocks_24h.value_or(0);
}

json sums_json(const std::map<std::string, Sum>& sums) {
  json list = json::array();
  for (const auto& [name, sum] : sums) {
    list.push_back({{"name", name}, {"label", sum.label}, {"broadcasts", sum.broadcasts}, {"recipients", sum.recipients},
                    {"clicks", sum.clicks}, {"blocks", sum.blocks}});
  }
  return list;
}

class ResultCalls {
 public:
  explicit ResultCalls(const Parts& parts) : parts_(parts) {}

  Reply results(const Call& call) const {
    const auto range = range_of(call);
    if (!range) return bad_range();
    auto rows = read(call, *range);
    if (!rows) return refuse_with_reason(rows.error());
    std::map<std::string, Sum> sections, topics, days;
    json list = json::array();
    for (const Row& row : *rows) {
      const auto& document = row.view.document;
      add(sections[document.section], document.section, row);
      if (!document.topic.empty()) add(topics[document.topic], topic_label(call, document.topic), row);
      const std::string day = format_iso(jst_date(*row.sent));
      add(days[day], day, row);
      list.push_back({{"id", row.view.id}, {"title", document.title}, {"section", document.section}, {"topic", document.topic},
                      {"kind", broadcasts::kind_name(document.kind)}, {"state", broadcasts::state_name(row.view.state)},
                      {"sent_at", time_or_null(row.sent)}, {"audience", row.status.audience},
                      {"accepted", row.status.recipients.accepted}, {"refused", row.status.recipients.refused},
                      {"unknown", row.status.recipients.unknown}, {"clicks", row.clicks ? json(*row.clicks) : json(nullptr)},
                      {"blocks_24h", row.view.blocks_24h ? json(*row.view.blocks_24h) : json(nullptr)}});
    }
    return ok({{"from", format_iso(range->from)}, {"to", format_iso(range->to)}, {"rows", std::move(list)},
               {"sections", sums_json(sections)}, {"topics", sums_json(topics)}, {"days", sums_json(days)}});
  }

  Reply file(const Call& call) const {
    const auto range = range_of(call);
    if (!range) return bad_range();
    const auto rows = read(call, *range);
    if (!rows) return refuse_with_reason(rows.error());
    Spreadsheet sheet({"送信日時", "件名", "課", "テーマ", "種類", "状態", "対象", "届いた", "断られた", "不明", "リンクを開いた回数", "24時間以内のブロック"});
    for (const Row& row : *rows) {
      const auto& document = row.view.document;
      sheet.add({format_jst(*row.sent), document.title, document.section, topic_label(call, document.topic),
                 std::string(broadcasts::kind_ja(document.kind)), std::string(broadcasts::state_ja(row.view.state)),
                 std::to_string(row.status.audience), std::to_string(row.status.recipients.accepted),
                 std::to_string(row.status.recipients.refused), std::to_string(row.status.recipients.unknown),
                 row.clicks ? std::to_string(*row.clicks) : "",
                 row.view.blocks_24h ? std::to_string(*row.view.blocks_24h) : ""});
    }
    return sheet.reply("results-" + format_iso(range->from) + "-" + format_iso(range->to) + ".csv");
  }

 private:
  static Reply bad_range() {
    return refuse("invalid", {},
                  {{"from",
                    {"2026-11-01の形の日付を、400日以内で指定してください。",
                     "Two dates such as 2026-11-01, at most 400 days apart."}}});
  }

  std::string topic_label(const Call& call, const std::string& topic) const {
    if (!parts_.schema) return topic;
    const auto schema = parts_.schema();
    const store::Attribute* attribute = schema->find("topic");
    const store::AttributeValue* value = attribute == nullptr ? nullptr : attribute->find(topic);
    return value == nullptr ? topic : pick(value->label, language_name(call.language));
  }

  Result<std::vector<Row>> read(const Call& call, const Range& range) const {
    const TimePoint begin = jst_time(range.from, 0), end = jst_time(add_days(range.to, 1), 0);
    std::vector<Row> rows;
    Status failed;
    const Status looked = each_broadcast(*parts_.broadcasts, call.actor, kMostLookedAt, [&](const broadcasts::View& view) {
      const auto sent = departed_at(view);
      if (!sent || *sent < begin || *sent >= end) return true;
      const auto status = parts_.broadcasts->status(view.id);
      if (!status) {
        failed = status.error();
        return false;
      }
      rows.push_back({view, *status, sent, parts_.clicks ? parts_.clicks(view.id) : std::nullopt});
      return true;
    });
    if (!looked) return looked.error();
    if (!failed) return failed.error();
    return rows;
  }

  const Parts& parts_;
};

}  // namespace

void add_result_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts) {
  const auto calls = std::make_shared<ResultCalls>(parts);
  endpoints.push_back({"GET", "/api/v1/results", [calls, &parts](const Call& call) {
                         return parts.broadcasts == nullptr ? refuse("not_set_up") : calls->results(call);
                       }});
  endpoints.push_back({"GET", "/api/v1/results.csv", [calls, &parts](const Call& call) {
                         return parts.broadcasts == nullptr ? refuse("not_set_up") : calls->file(call);
                       }});
}

}  // namespace kairan::gateway::staff
