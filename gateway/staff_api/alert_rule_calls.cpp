// The rules of warnings: which are in force, what is proposed, and the two people it takes.
#include <nlohmann/json.hpp>

#include "broadcasts/alert_releases.h"
#include "gateway/staff_api/endpoints.h"
#include "gateway/staff_api/fields.h"

namespace kairan::gateway::staff {
namespace {

using nlohmann::json;

constexpr std::size_t kHashDigits = 64;
constexpr std::size_t kMaxWhy = 500;

/// As alerts.yaml writes it.
std::string_view action_word(broadcasts::AlertAction action) {
  return action == broadcasts::AlertAction::kIgnore ? "record" : broadcasts::action_id(action);
}

std::string_view occasion_word(broadcasts::AlertChange change) {
  switch (change) {
    case broadcasts::AlertChange::kNew: return "new";
    case broadcasts::AlertChange::kRaised: return "raised";
    case broadcasts::AlertChange::kLowered: return "lowered";
    case broadcasts::AlertChange::kLifted: return "lifted";
  }
  return "new";
}

json change_json(const broadcasts::AlertRuleChange& change) {
  json occasions = json::array();
  for (const auto occasion : change.occasions) occasions.push_back(occasion_word(occasion));
  return {{"kind", change.kind},
          {"level", change.level},
          {"name", {{"ja", pick(change.name, "ja")}, {"en", pick(change.name, "en")}}},
          {"scopes", change.scopes},
          {"hours", change.hours},
          {"occasions", std::move(occasions)},
          {"before", action_word(change.before)},
          {"after", action_word(change.after)}};
}

json file_json(const broadcasts::ChangedFile& file) {
  json lines = json::array();
  for (const auto& line : file.lines) lines.push_back({{"mark", std::string(1, line.mark)}, {"text", line.text}});
  return {{"file", file.file}, {"lines", std::move(lines)}};
}

json rules_json(const broadcasts::AlertRulesView& view) {
  json body{{"standing", broadcasts::standing_id(view.standing.kind)},
            {"sentence", view.standing.sentence},
            {"published", nullptr},
            {"proposed", nullptr},
            {"returned", nullptr}};
  if (view.published) {
    body["published"] = {{"hash", view.published->hash},
                         {"proposed_by", view.published->proposed_by},
                         {"proposed_at", time_text(view.published->proposed_at)},
                         {"published_by", view.published->published_by},
                         {"published_at", time_text(view.published->published_at)}};
  }
  if (view.returned) {
    body["returned"] = {{"hash", view.returned->hash},
                        {"proposed_by", view.returned->proposed_by},
                        {"by", view.returned->by},
                        {"at", time_text(view.returned->at)},
                        {"comment", view.returned->why}};
  }
  if (view.proposed) {
    json changes = json::array();
    for (const auto& change : view.changes) changes.push_back(change_json(change));
    json files = json::array();
    for (const auto& file : view.files) files.push_back(file_json(file));
    body["proposed"] = {{"hash", view.proposed->hash},
                        {"by", view.proposed->by},
                        {"at", time_text(view.proposed->at)},
                        {"file_changed", view.file_changed},
                        {"changes", std::move(changes)},
                        {"files", std::move(files)}};
  }
  return body;
}

Reply show_rules(const Parts& parts) {
  if (parts.alert_releases == nullptr) return refuse("not_set_up");
  const auto view = parts.alert_releases->view();
  return view ? ok(rules_json(*view)) : refuse_quietly(view.error());
}

Reply propose_rules(const Parts& parts, const Call& call) {
  if (parts.alert_releases == nullptr) return refuse("not_set_up");
  std::vector<FileProblem> problems;
  const auto hash = parts.alert_releases->propose(call.actor, problems);
  if (hash) return ok({{"hash", *hash}});
  std::vector<FieldError> errors;
  for (const FileProblem& problem : problems) {
    if (!problem.warning)
      errors.push_back({problem.file + ":" + std::to_string(problem.row), same_text(problem.message)});
  }
  if (hash.error().code == ErrorCode::kInvalid) return refuse("invalid", told(hash.error()), std::move(errors));
  return refuse_with_reason(hash.error());
}

Reply publish_rules(const Parts& parts, const Call& call) {
  if (parts.alert_releases == nullptr) return refuse("not_set_up");
  Fields fields(call);
  const std::string hash = fields.text("hash", kHashDigits, kHashDigits);
  if (auto refused = fields.refused()) return *std::move(refused);
  const Status published = parts.alert_releases->publish(call.actor, hash);
  return published ? no_content() : refuse_with_reason(published.error());
}

Reply return_rules(const Parts& parts, const Call& call) {
  if (parts.alert_releases == nullptr) return refuse("not_set_up");
  Fields fields(call);
  const std::string hash = fields.text("hash", kHashDigits, kHashDigits);
  const std::string why = fields.text("comment", 0, kMaxWhy);
  if (auto refused = fields.refused()) return *std::move(refused);
  const Status returned = parts.alert_releases->give_back(call.actor, hash, why);
  return returned ? no_content() : refuse_with_reason(returned.error());
}

}  // namespace

void add_alert_rule_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts) {
  const std::string base = "/api/v1/alert-rules";
  endpoints.push_back({"GET", base, [&parts](const Call&) { return show_rules(parts); }});
  endpoints.push_back({"POST", base + "/propose", [&parts](const Call& call) { return propose_rules(parts, call); }});
  endpoints.push_back({"POST", base + "/publish", [&parts](const Call& call) { return publish_rules(parts, call); }});
  endpoints.push_back({"POST", base + "/return", [&parts](const Call& call) { return return_rules(parts, call); }});
}

}  // namespace kairan::gateway::staff
