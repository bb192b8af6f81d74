#include "gateway/staff_api/broadcast_views.h"

#include <nlohmann/json.hpp>

#include "base/bounded_json.h"

namespace kairan::gateway::staff {
namespace {

using nlohmann::json;

constexpr std::size_t kPageOfViews = 100;

json outcomes_json(const broadcasts::Counts& counts) {
  return {{"planned", counts.planned}, {"in_flight", counts.in_flight}, {"accepted", counts.accepted},
          {"refused", counts.refused}, {"unknown", counts.unknown}};
}

}  // namespace

json time_or_null(const std::optional<TimePoint>& t) { return t ? json(time_text(*t)) : json(nullptr); }

std::string with_commas(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

json problems_json(const std::vector<broadcasts::Problem>& problems, Language language) {
  json list = json::array();
  for (const auto& problem : problems) {
    list.push_back(
        {{"path", problem.path}, {"message", in_language(problem.message, language)}, {"warning", problem.warning}});
  }
  return list;
}

std::vector<FieldError> field_errors(const std::vector<broadcasts::Problem>& problems) {
  std::vector<FieldError> errors;
  for (const auto& problem : problems) {
    if (!problem.warning) errors.push_back({problem.path, problem.message});
  }
  return errors;
}

json summary_json(const broadcasts::View& view, Language language) {
  return {
      {"id", view.id},
      {"state", broadcasts::state_name(view.state)},
      {"state_label", language == Language::kEn ? broadcasts::state_en(view.state) : broadcasts::state_ja(view.state)},
      {"title", view.document.title},
      {"kind", broadcasts::kind_name(view.document.kind)},
      {"priority", broadcasts::priority_name(view.document.priority)},
      {"section", view.document.section},
      {"topic", view.document.topic},
      {"author", view.author},
      {"created", time_text(view.created)},
      {"due", time_or_null(view.due)},
      {"segment_sentence", in_language(view.segment_sentence, language)},
      {"reason", in_language(view.reason, language)},
      {"effect", view.effect},
      {"revision", view.revision}};
}

json broadcast_json(const broadcasts::View& view, Language language) {
  json body;
  body["summary"] = summary_json(view, language);
  const auto document = parse_json(broadcasts::canonical_json(view.document));
  body["document"] = document ? *document : json::object();
  const auto returned = view.returned.empty() ? Result<json>(json(nullptr)) : parse_json(view.returned);
  body["returned_document"] = returned ? *returned : json(nullptr);
  body["approver"] = view.approver;
  body["corrects"] = view.corrects;
  body["corrected_by"] = view.corrected_by;
  body["rule_id"] = view.rule_id;
  body["approved_count"] = view.approved_count ? json(*view.approved_count) : json(nullptr);
  body["history"] = json::array();
  for (const broadcasts::Event& event : view.history) {
    body["history"].push_back({{"at", time_text(event.at)},
                               {"account", event.account},
                               {"action", event.action},
                               {"from", event.from},
                               {"to", event.to},
                               {"comment", in_language(event.comment, language)}});
  }
  body["possible"] = json::array();
  for (const broadcasts::Action action : view.possible) body["possible"].push_back(broadcasts::action_name(action));
  return body;
}

json status_view_json(const broadcasts::StatusView& status, Language language) {
  return {{"id", status.id},
          {"state", broadcasts::state_name(status.state)},
          {"reason", in_language(status.reason, language)},
          {"audience", status.audience},
          {"batches", outcomes_json(status.batches)},
          {"recipients", outcomes_json(status.recipients)},
          {"first_batch_at", time_or_null(status.first_batch_at)},
          {"last_batch_at", time_or_null(status.last_batch_at)}};
}

json dry_run_json(const broadcasts::DryRun& run, const broadcasts::View& view, Language language) {
  json body;
  body["recipients"] = run.recipients;
  body["registered"] = run.registered;
  body["undeclared"] = run.undeclared;
  const std::string people = with_commas(run.recipients);
  const bool en = language == Language::kEn;
  switch (view.document.kind) {
    case broadcasts::Kind::kPractice:
      body["sentence"] = en ? "Practice: nobody receives anything" : "練習です。だれにも届きません";
      break;
    case broadcasts::Kind::kDrill:
      body["sentence"] = en ? "As a drill, it goes to " + view.segment_sentence.en + " (" + people + ")"
                            : "訓練として、" + view.segment_sentence.ja + "（" + people + "人）に送ります";
      break;
    case broadcasts::Kind::kLive:
      body["sentence"] = en ? "It goes to " + view.segment_sentence.en + " (" + people + ")"
                            : view.segment_sentence.ja + "（" + people + "人）に送ります";
      break;
  }
  body["variants"] = json::array();
  for (const auto& variant : run.variants) {
    body["variants"].push_back({{"label", in_language(variant.label, language)},
                                {"recipients", variant.recipients},
                                {"batches", variant.batches},
                                {"preview", variant.preview}});
  }
  body["batches"] = run.batches;
  body["seconds"] = run.seconds;
  body["quota_left"] = run.quota_left ? json(*run.quota_left) : json(nullptr);
  body["quota_known"] = run.quota_known;
  body["problems"] = problems_json(run.problems, language);
  body["nth_this_week"] = json::array();
  for (const auto& [nth, recipients] : run.nth_this_week) {
    body["nth_this_week"].push_back({{"nth", nth}, {"recipients", recipients}});
  }
  body["blocks_after_topic"] = run.blocks_after_topic;
  body["topic_broadcasts"] = run.topic_broadcasts;
  return body;
}

std::optional<TimePoint> departed_at(const broadcasts::View& view) {
  for (const broadcasts::Event& event : view.history) {
    if (event.to == broadcasts::state_name(broadcasts::State::kSending)) return event.at;
  }
  return std::nullopt;
}

Status each_broadcast(broadcasts::BroadcastService& service, const store::Actor& who, std::size_t most,
                      const std::function<bool(const broadcasts::View&)>& take) {
  broadcasts::ListFilter filter;
  filter.count = kPageOfViews;
  while (filter.offset < most) {
    const auto page = service.list(who, filter);
    if (!page) return page.error();
    for (const broadcasts::View& view : *page) {
      if (!take(view)) return {};
    }
    if (page->size() < filter.count) return {};
    filter.offset += filter.count;
  }
  return {};
}

}  // namespace kairan::gateway::staff
