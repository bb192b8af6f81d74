// What needs a person, what goes out today, how the machine fares, and whether the city speaks as often as it means to.
#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "base/bounded_json.h"
#include "base/civil_time.h"
#include "gateway/staff_api/broadcast_views.h"
#include "gateway/staff_api/endpoints.h"

namespace kairan::gateway::staff {
namespace {

using broadcasts::State;
using broadcasts::View;
using nlohmann::json;
using store::Role;

constexpr std::size_t kMostBroadcasts = 600;
constexpr std::size_t kMostTasks = 100;
constexpr std::chrono::minutes kCollision{30};
constexpr int kMostCalendarDays = 100;
constexpr int kBalanceDays = 28;

/// Why a broadcast waits for this person; "" when it does not.
std::string_view why_me(const View& view, const store::Actor& me) {
  const bool mine = view.author == me.name;
  const bool ours = view.document.section == me.section || me.roles.has_any({Role::kOperator, Role::kEmergencyOfficer});
  const auto can = [&](broadcasts::Action action) {
    return std::find(view.possible.begin(), view.possible.end(), action) != view.possible.end();
  };
  switch (view.state) {
    case State::kSubmitted:
      return can(broadcasts::Action::kApprove) ? "approve" : "";
    case State::kReturned:
      return mine ? "returned" : "";
    case State::kHeld:
      return mine || ours || can(broadcasts::Action::kResume) ? "held" : "";
    case State::kPaused:
      return mine || ours ? "paused" : "";
    case State::kFailed:
      return mine || ours ? "failed" : "";
    case State::kSentWithUnknown:
      return mine || ours ? "unknown" : "";
    default:
      return "";
  }
}

struct Tally {
  std::string label;
  int week = 0, month = 0;
  std::optional<TimePoint> last;
  json plan;
};

json rows_of(const std::map<std::string, Tally>& tallies) {
  json rows = json::array();
  for (const auto& [name, tally] : tallies) {
    rows.push_back({{"name", name},
                    {"label", tally.label},
                    {"last_7_days", tally.week},
                    {"last_28_days", tally.month},
                    {"weekly_plan", tally.plan},
                    {"last_at", time_or_null(tally.last)}});
  }
  return rows;
}

class HomeCalls {
 public:
  explicit HomeCalls(const Parts& parts) : parts_(parts) {}

  Reply home(const Call& call) const {
    std::map<std::string, Tally> sections, topics;
    const auto plans = parts_.sections.all();
    if (!plans) return refuse_quietly(plans.error());
    for (const store::Record& record : *plans) {
      const auto document = parse_json(record.document);
      if (!document) continue;
      const std::string name = json_text(*document, "name");
      const auto* plan = json_member(*document, "weekly_plan");
      sections[name].label = name;
      if (plan != nullptr && plan->is_number()) sections[name].plan = *plan;
    }
    if (parts_.schema) {
      const auto schema = parts_.schema();
      if (const store::Attribute* topic = schema->find("topic")) {
        for (const store::AttributeValue& value : topic->values) {
          topics[value.id].label = pick(value.label, language_name(call.language));
        }
      }
    }
    json needs = json::array(), today = json::array();
    if (const Status read = add_warnings(call.actor, needs, call.language); !read) return refuse_quietly(read.error());
    if (const Status read = add_rules(call.actor, needs); !read) return refuse_quietly(read.error());
    const Date day = jst_date(call.now);
    const TimePoint month_ago = call.now - std::chrono::hours(24 * kBalanceDays);
    const auto look = [&](const View& view) {
      if (const std::string_view why = why_me(view, call.actor); !why.empty() && needs.size() < kMostTasks) {
        needs.push_back({{"why", why}, {"broadcast", summary_json(view, call.language)}});
      }
      const auto left = departed_at(view);
      const bool goes = view.state == State::kScheduled && view.due && jst_date(*view.due) == day;
      const bool going =
          view.state == State::kSending || view.state == State::kFreezing || view.state == State::kPaused;
      if ((goes || going || (left && jst_date(*left) == day)) && today.size() < kMostTasks)
        today.push_back(summary_json(view, call.language));
      if (left && *left >= month_ago && view.document.kind != broadcasts::Kind::kPractice) {
        add(sections[view.document.section], view.document.section, *left, call.now);
        if (!view.document.topic.empty()) add(topics[view.document.topic], view.document.topic, *left, call.now);
      }
      return true;
    };
    if (parts_.broadcasts != nullptr) {
      const Status read = each_broadcast(*parts_.broadcasts, call.actor, kMostBroadcasts, look);
      if (!read) return refuse_with_reason(read.error());
    }
    return ok({{"needs_me", std::move(needs)},
               {"today", std::move(today)},
               {"health", health_json(call)},
               {"balance", {{"sections", rows_of(sections)}, {"topics", rows_of(topics)}}}});
  }

  Reply health(const Call& call) const { return ok(health_json(call)); }

  Reply calendar(const Call& call) const {
    const auto from = parse_date(call.request.query_value("from")), to = parse_date(call.request.query_value("to"));
    if (!from || !to || *to < *from || *to > add_days(*from, kMostCalendarDays)) {
      return refuse("invalid", {},
                    {{"from",
                      {"2026-11-01の形の日付を、100日以内で指定してください。",
                       "Two dates such as 2026-11-01, at most 100 days apart."}}});
    }
    const TimePoint begin = jst_time(*from, 0), end = jst_time(add_days(*to, 1), 0);
    struct Entry {
      TimePoint at;
      View view;
    };
    std::vector<Entry> entries;
    const auto look = [&](const View& view) {
      const auto left = departed_at(view);
      const bool waits =
          view.due && (view.state == State::kScheduled || view.state == State::kHeld || view.state == State::kApproved);
      const std::optional<TimePoint> at = left ? left : waits ? view.due : view.document.at;
      if (at && *at >= begin && *at < end && view.state != State::kRejected && view.state != State::kCancelled) {
        entries.push_back({*at, view});
      }
      return true;
    };
    const Status read = each_broadcast(*parts_.broadcasts, call.actor, kMostBroadcasts, look);
    if (!read) return refuse_with_reason(read.error());
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.at < b.at; });
    json items = json::array();
    for (const Entry& entry : entries) {
      json near = json::array();
      for (const Entry& other : entries) {
        const auto apart = entry.at < other.at ? other.at - entry.at : entry.at - other.at;
        if (other.view.id != entry.view.id && apart < kCollision) near.push_back(other.view.id);
      }
      items.push_back({{"at", time_text(entry.at)},
                       {"broadcast", summary_json(entry.view, call.language)},
                       {"collides_with", std::move(near)}});
    }
    return ok({{"items", std::move(items)}});
  }

 private:
  /// Held warnings, for who may release them: before anything else.
  Status add_warnings(const store::Actor& me, json& needs, Language language) const {
    if (!parts_.held_alerts || !me.roles.has_any({Role::kEmergencyOfficer})) return {};
    const auto held = parts_.held_alerts();
    if (!held) return held.error();
    for (const AlertRow& row : *held) {
      if (needs.size() >= kMostTasks) break;
      needs.push_back({{"why", "alert"},
                       {"alert",
                        {{"id", row.id},
                         {"title", row.headline.empty() ? in_language(row.name, language) : row.headline},
                         {"received", time_text(row.received)},
                         {"acknowledged_by", row.acknowledged_by}}}});
    }
    return {};
  }

  /// Proposed rules of warnings, for who may publish them; what came back, for who proposed it.
  Status add_rules(const store::Actor& me, json& needs) const {
    if (parts_.alert_releases == nullptr) return {};
    const auto add_need = [&](const char* why, const std::string& hash, const std::string& by, TimePoint at,
                              const std::string& comment) {
      needs.push_back({{"why", why},
                       {"rules", {{"hash", hash}, {"by", by}, {"at", time_text(at)}, {"comment", comment}}}});
    };
    const auto waiting = parts_.alert_releases->waiting();
    if (!waiting) return waiting.error();
    if (*waiting && (*waiting)->by != me.name && broadcasts::AlertReleases::may_publish(me)) {
      add_need("rules_to_publish", (*waiting)->hash, (*waiting)->by, (*waiting)->at, "");
    }
    const auto returned = parts_.alert_releases->returned();
    if (!returned) return returned.error();
    if (*returned && (*returned)->proposed_by == me.name) {
      add_need("rules_returned", (*returned)->hash, (*returned)->by, (*returned)->at, (*returned)->why);
    }
    return {};
  }

  static void add(Tally& tally, const std::string& name, TimePoint at, TimePoint now) {
    if (tally.label.empty()) tally.label = name;
    ++tally.month;
    if (now - at < std::chrono::hours(24 * 7)) ++tally.week;
    if (!tally.last || at > *tally.last) tally.last = at;
  }

  json health_json(const Call& call) const {
    json list = json::array();
    bool fine = true;
    const bool english = call.language == Language::kEn;
    for (const HealthPart& part : parts_.health ? parts_.health() : std::vector<HealthPart>()) {
      fine = fine && part.state != "failed" && part.state != "warning";
      json row{{"name", part.name},
               {"label", english ? part.label_en : part.label_ja},
               {"state", part.state},
               {"detail", english && !part.detail_en.empty() ? part.detail_en : part.detail}};
      if (part.value) row["value"] = *part.value;
      list.push_back(std::move(row));
    }
    return {{"ok", fine}, {"parts", std::move(list)}};
  }

  const Parts& parts_;
};

}  // namespace

void add_home_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts) {
  const auto calls = std::make_shared<HomeCalls>(parts);
  endpoints.push_back({"GET", "/api/v1/home", [calls](const Call& call) { return calls->home(call); }});
  endpoints.push_back({"GET", "/api/v1/health", [calls](const Call& call) { return calls->health(call); }});
  endpoints.push_back({"GET", "/api/v1/broadcasts/calendar", [calls, &parts](const Call& call) {
                         return parts.broadcasts == nullptr ? refuse("not_set_up") : calls->calendar(call);
                       }});
}

}  // namespace kairan::gateway::staff
