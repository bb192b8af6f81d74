// The emergency desk and the templates it sends from.
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/civil_time.h"
#include "broadcasts/frames.h"
#include "broadcasts/segment_reader.h"
#include "gateway/staff_api/broadcast_views.h"
#include "gateway/staff_api/endpoints.h"
#include "gateway/staff_api/fields.h"
#include "gateway/staff_api/segment_views.h"
#include "store/attribute_names.h"

namespace kairan::gateway::staff {
namespace {

using nlohmann::json;

constexpr std::size_t kMostRunning = 200;
constexpr std::chrono::hours kRunning{24};

json template_json(const broadcasts::Frame& frame) {
  json fields = json::array();
  for (const auto& [name, field] : frame.fields) {
    fields.push_back({{"name", name},
                      {"label", field.label},
                      {"most", field.most},
                      {"values", field.values},
                      {"districts", field.districts}});
  }
  const auto document = parse_json(frame.document);
  const auto* messages = document ? json_member(*document, "messages") : nullptr;
  return {{"id", frame.id},
          {"kind", frame.use == "emergency" ? "emergency" : "correction"},
          {"use", frame.use},
          {"title", frame.title},
          {"fields", std::move(fields)},
          {"messages", messages != nullptr && messages->is_array() ? *messages : json::array()},
          {"published", frame.published()},
          {"written_by", frame.written_by},
          {"published_by", frame.published_by}};
}

class DeskCalls {
 public:
  explicit DeskCalls(const Parts& parts) : parts_(parts) {}

  Reply templates(const Call&) const {
    const auto frames = parts_.frames->all();
    if (!frames) return refuse_quietly(frames.error());
    json items = json::array();
    for (const broadcasts::Frame& frame : *frames) items.push_back(template_json(frame));
    return ok({{"items", std::move(items)}});
  }

  Reply save_template(const Call& call) const {
    if (call.request.header("content-type").substr(0, 16) != "application/json") return refuse("invalid_json");
    std::vector<broadcasts::Problem> problems;
    const Status saved = parts_.frames->save(call.actor, call.request.body, *parts_.schema(), problems);
    if (!saved && saved.error().code == ErrorCode::kInvalid)
      return refuse("invalid", told(saved.error()), field_errors(problems));
    return saved ? no_content() : refuse_with_reason(saved.error());
  }

  Reply publish_template(const Call& call) const {
    const Status published = parts_.frames->publish(call.actor, call.parameter("id"));
    return published ? no_content() : refuse_with_reason(published.error());
  }

  Reply retire_template(const Call& call) const {
    const Status retired = parts_.frames->retire(call.actor, call.parameter("id"));
    return retired ? no_content() : refuse_with_reason(retired.error());
  }

  Reply desk(const Call& call) const {
    const Date today = jst_date(call.now);
    const auto schema = parts_.schema();
    json body{{"districts", json::array()}, {"templates", json::array()}, {"corrections", json::array()},
              {"held", json::array()},      {"running", json::array()},   {"undeclared", 0}};
    if (const store::Attribute* district = schema->find(store::kDistrictAttribute); district != nullptr && !district->values.empty()) {
      std::vector<std::string> all;
      for (const store::AttributeValue& value : district->values) {
        const std::vector<std::string> one{value.id};
        const auto count = parts_.segments->count_area(one, *schema, today, store::kDistrictAttribute);
        if (!count) return refuse_with_reason(count.error());
        body["districts"].push_back({{"id", value.id},
                                     {"name", pick(value.label, language_name(call.language))},
                                     {"registered", count->registered}});
        body["undeclared"] = count->undecided;
      }
    }
    const auto everyone = parts_.segments->count(broadcasts::Segment(), today);
    if (!everyone) return refuse_with_reason(everyone.error());
    body["everyone"] = *everyone;
    if (parts_.frames != nullptr) {
      const auto frames = parts_.frames->all();
      if (!frames) return refuse_quietly(frames.error());
      for (const broadcasts::Frame& frame : *frames)
        body[frame.use == "emergency" ? "templates" : "corrections"].push_back(template_json(frame));
    }
    if (parts_.broadcasts != nullptr) {
      const Status read =
          each_broadcast(*parts_.broadcasts, call.actor, kMostRunning, [&](const broadcasts::View& view) {
            if (view.document.priority == broadcasts::Priority::kEmergency && call.now - view.created < kRunning) {
              body["running"].push_back(summary_json(view, call.language));
            }
            return true;
          });
      if (!read) return refuse_with_reason(read.error());
    }
    if (parts_.held_alerts) {
      const auto held = parts_.held_alerts();
      if (!held) return refuse_quietly(held.error());
      for (const AlertRow& row : *held) body["held"].push_back(alert_json(row, call.language));
    }
    body["disaster_menu"] = switched("menu");
    body["safety_check"] = switched("safety");
    return ok(body);
  }

  Reply count_area(const Call& call) const {
    Fields fields(call);
    const std::vector<std::string> districts = fields.texts("districts", 0, 100, 64);
    if (auto refused = fields.refused()) return *std::move(refused);
    const auto schema = parts_.schema();
    const Date today = jst_date(call.now);
    const std::string city = parts_.city_name ? parts_.city_name() : std::string();
    if (districts.empty()) {
      const auto count = parts_.segments->count(broadcasts::Segment(), today);
      if (!count) return refuse_with_reason(count.error());
      const std::string people = with_commas(*count);
      return ok(
          {{"segment", "everyone"},
           {"registered", *count},
           {"undeclared", 0},
           {"recipients", *count},
           {"sentence", call.language == Language::kEn ? "This goes to " + people + " people in all of the city, now"
                                                       : city + "全域の" + people + "人に、いま送信します"}});
    }
    const auto segment = broadcasts::emergency_area_segment(districts, *schema, store::kDistrictAttribute);
    if (!segment) return refuse("invalid", told(segment.error()), {{"districts", told(segment.error())}});
    const auto count = parts_.segments->count_area(districts, *schema, today, store::kDistrictAttribute);
    if (!count) return refuse_with_reason(count.error());
    std::string names;
    for (const std::string& id : districts)
      names += (names.empty() ? "" : std::string(call.words("・", ", "))) +
               district_name(schema.get(), id, call.language).value_or(id);
    const std::uint64_t all = count->registered + count->undecided;
    const std::string sentence =
        call.language == Language::kEn
            ? "This goes to " + with_commas(all) + " people now: " + with_commas(count->registered) +
                  " registered in " + names + " and " + with_commas(count->undecided) + " who registered no district"
            : names + "に登録した" + with_commas(count->registered) + "人と、地区を登録していない" +
                  with_commas(count->undecided) + "人、合わせて" + with_commas(all) + "人に、いま送信します";
    const auto rules = parse_json(segment->json());
    return ok({{"segment", rules ? *rules : json("everyone")},
               {"registered", count->registered},
               {"undeclared", count->undecided},
               {"recipients", all},
               {"sentence", sentence}});
  }

  Reply alerts(const Call& call) const {
    const bool held_only = call.request.query_value("held") == "true";
    const auto rows = held_only ? parts_.held_alerts() : parts_.all_alerts();
    if (!rows) return refuse_quietly(rows.error());
    json items = json::array();
    for (const AlertRow& row : *rows) items.push_back(alert_json(row, call.language));
    return ok({{"items", std::move(items)}});
  }

  Reply release(const Call& call) const {
    const auto id = parts_.release_alert(call.parameter("id"), call.actor);
    return id ? ok({{"id", *id}}) : refuse_with_reason(id.error());
  }

  Reply dismiss(const Call& call) const {
    Fields fields(call);
    const std::string comment = fields.text("comment", 1, 1000);
    if (auto refused = fields.refused()) return *std::move(refused);
    const Status dismissed = parts_.dismiss_alert(call.parameter("id"), call.actor, comment);
    return dismissed ? no_content() : refuse_with_reason(dismissed.error());
  }

  Reply acknowledge(const Call& call) const {
    const Status noted = parts_.acknowledge_alert(call.parameter("id"), call.actor);
    return noted ? no_content() : refuse_with_reason(noted.error());
  }

  /// The tally of the running safety check. Small counts of safe people are not shown; calls for help are, each one matters.
  Reply safety(const Call& call) const {
    const auto rows = parts_.safety();
    if (!rows) return refuse_quietly(rows.error());
    const auto schema = parts_.schema ? parts_.schema() : nullptr;
    json districts = json::array();
    for (const SafetyRow& row : *rows) {
      const std::string name = district_name(schema.get(), row.district, call.language)
                                   .value_or(std::string(call.words("地区の登録なし", "no district")));
      districts.push_back({{"id", row.district},
                           {"name", name},
                           {"safe", count_json(row.safe, false, call.language)},
                           {"need_help", count_json(row.need_help, true, call.language)}});
    }
    return ok({{"on", switched("safety")}, {"districts", std::move(districts)}});
  }

  /// Reports are taken while the disaster mode is on: one switch for both.
  Reply switch_safety(const Call& call) const {
    Fields fields(call);
    const bool on = fields.flag("on");
    if (auto refused = fields.refused()) return *std::move(refused);
    const auto noted =
        parts_.audit.append({0, call.now, call.actor.name, on ? "safety.on" : "safety.off", "safety", "", ""});
    if (!noted) return refuse_quietly(noted.error());
    if (const Status set = parts_.set_on("safety", on, call.actor); !set) return refuse_with_reason(set.error());
    return safety(call);
  }

 private:
  json alert_json(const AlertRow& row, Language language) const {
    return {{"id", row.id},
            {"received", time_text(row.received)},
            {"kind", row.kind},
            {"level", row.level},
            {"name", in_language(row.name, language)},
            {"areas", row.areas},
            {"drill", row.drill},
            {"headline", row.headline},
            {"message", row.message},
            {"action", row.action},
            {"reason", in_language(row.reason, language)},
            {"broadcast", row.broadcast},
            {"audience", audience(row.segment, language)},
            {"to_everyone", row.segment == "everyone"},
            {"expires", time_or_null(row.expires)},
            {"acknowledged_by", row.acknowledged_by},
            {"by", row.by}};
  }
  std::string audience(const std::string& segment, Language language) const {
    const auto schema = parts_.schema ? parts_.schema() : nullptr;
    if (segment.empty() || !schema) return {};
    const auto read = segment == "everyone" ? Result<broadcasts::Segment>(broadcasts::Segment())
                                            : broadcasts::parse_segment(segment, *schema);
    return read ? broadcasts::to_sentence(*read, *schema, language_name(language)) : std::string();
  }
  bool switched(std::string_view name) const {
    if (!parts_.is_on) return false;
    const auto on = parts_.is_on(name);
    return on && *on;
  }

  const Parts& parts_;
};

}  // namespace

void add_desk_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts) {
  const auto calls = std::make_shared<DeskCalls>(parts);
  const auto add = [&](const char* method, const char* pattern, bool there,
                       Reply (DeskCalls::*run)(const Call&) const) {
    endpoints.push_back({method, pattern, [calls, run, there](const Call& call) {
                           return there ? (*calls.*run)(call) : refuse("not_set_up");
                         }});
  };
  const bool frames = parts.frames != nullptr && parts.schema;
  const bool counts = parts.segments != nullptr && parts.schema;
  add("GET", "/api/v1/templates", frames, &DeskCalls::templates);
  add("POST", "/api/v1/templates", frames, &DeskCalls::save_template);
  add("POST", "/api/v1/templates/{id}/publish", frames, &DeskCalls::publish_template);
  add("DELETE", "/api/v1/templates/{id}", frames, &DeskCalls::retire_template);
  add("GET", "/api/v1/emergency", counts, &DeskCalls::desk);
  add("POST", "/api/v1/emergency/count", counts, &DeskCalls::count_area);
  add("GET", "/api/v1/alerts", parts.held_alerts && parts.all_alerts, &DeskCalls::alerts);
  add("POST", "/api/v1/alerts/{id}/release", static_cast<bool>(parts.release_alert), &DeskCalls::release);
  add("POST", "/api/v1/alerts/{id}/dismiss", static_cast<bool>(parts.dismiss_alert), &DeskCalls::dismiss);
  add("POST", "/api/v1/alerts/{id}/acknowledge", static_cast<bool>(parts.acknowledge_alert), &DeskCalls::acknowledge);
  add("GET", "/api/v1/safety", static_cast<bool>(parts.safety), &DeskCalls::safety);
  add("PUT", "/api/v1/safety", parts.safety && parts.set_on, &DeskCalls::switch_safety);
}

}  // namespace kairan::gateway::staff
