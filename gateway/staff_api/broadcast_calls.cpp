// Broadcasts: writing, moving, correcting, watching. What is allowed in which state is the service's to say.
#include <atomic>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/text.h"
#include "gateway/staff_api/broadcast_views.h"
#include "gateway/staff_api/endpoints.h"
#include "gateway/staff_api/fields.h"

namespace kairan::gateway::staff {
namespace {

using broadcasts::Action;
using broadcasts::BroadcastService;
using nlohmann::json;
using Problems = std::vector<broadcasts::Problem>;

constexpr std::size_t kMostSearched = 2000;

/// The service's refusal: problems at their fields, or its reason.
Reply refuse_document(const Error& error, const Problems& problems) {
  if (error.code == ErrorCode::kInvalid || error.code == ErrorCode::kSyntax || error.code == ErrorCode::kTooLarge) {
    return refuse("invalid", told(error), field_errors(problems));
  }
  return refuse_with_reason(error);
}

bool is_json(const Call& call) { return call.request.header("content-type").substr(0, 16) == "application/json"; }

bool matches(std::string_view title, const std::string& folded_words) {
  return fold(title).find(folded_words) != std::string::npos;
}

class BroadcastCalls {
 public:
  explicit BroadcastCalls(const Parts& parts) : parts_(parts) {}

  Reply list(const Call& call) const {
    const Page page = page_of(call);
    broadcasts::ListFilter filter;
    filter.section = call.request.query_value("section");
    if (const std::string_view state = call.request.query_value("state"); !state.empty()) {
      filter.state = broadcasts::parse_state(state);
      if (!filter.state) return refuse("invalid", {}, {{"state", {"知らない状態です。", "Unknown state."}}});
    }
    const std::string words = fold(call.request.query_value("q"));
    std::vector<broadcasts::View> found;
    if (words.empty()) {
      filter.offset = page.offset;
      filter.count = page.count + 1;
      auto views = service().list(call.actor, filter);
      if (!views) return refuse_with_reason(views.error());
      found = *std::move(views);
    } else {
      filter.count = kMostSearched;
      const auto views = service().list(call.actor, filter);
      if (!views) return refuse_with_reason(views.error());
      std::size_t skipped = 0;
      for (const broadcasts::View& view : *views) {
        if (!matches(view.document.title, words) || skipped++ < page.offset) continue;
        found.push_back(view);
        if (found.size() > page.count) break;
      }
    }
    json items = json::array();
    for (std::size_t i = 0; i < std::min(found.size(), page.count); ++i)
      items.push_back(summary_json(found[i], call.language));
    return ok({{"items", std::move(items)}, {"offset", page.offset}, {"more", found.size() > page.count}});
  }

  Reply create(const Call& call) const {
    if (!is_json(call)) return refuse("invalid_json");
    Problems problems;
    const auto id = service().create(call.actor, call.request.body, call.idempotency_key, problems);
    if (!id) return refuse_document(id.error(), problems);
    return made(call, *id, problems);
  }

  Reply check(const Call& call) const {
    if (!is_json(call)) return refuse("invalid_json");
    Problems problems;
    const Status checked = service().check(call.actor, call.request.body, problems);
    if (!checked && checked.error().code != ErrorCode::kInvalid) return refuse_document(checked.error(), problems);
    if (!checked && field_errors(problems).empty()) problems.push_back({"", told(checked.error()), false});
    return ok({{"valid", checked.ok()}, {"problems", problems_json(problems, call.language)}});
  }

  Reply preview(const Call& call) const {
    Fields fields(call);
    const json* document = fields.any("document");
    const std::string district = fields.optional_text("district", 64).value_or("");
    if (auto refused = fields.refused()) return *std::move(refused);
    Problems problems;
    const auto previews = service().preview(call.actor, dump_json(*document), district, problems);
    if (!previews) return refuse_document(previews.error(), problems);
    json variants = json::array();
    for (const broadcasts::Preview& one : *previews) {
      const auto messages = parse_json(one.rendered);
      variants.push_back({{"language", one.language},
                          {"label", one.label},
                          {"messages", messages && messages->is_array() ? *messages : json::array()}});
    }
    return ok({{"variants", std::move(variants)}, {"problems", problems_json(problems, call.language)}});
  }

  Reply read(const Call& call) const {
    const auto view = service().view(call.actor, call.parameter("id"));
    if (!view) return refuse_with_reason(view.error());
    return ok(broadcast_json(*view, call.language), view->revision);
  }

  Reply edit(const Call& call) const {
    if (!is_json(call)) return refuse("invalid_json");
    const Revision revision = required_revision(call);
    if (revision.refused) return *revision.refused;
    Problems problems;
    const std::string id = call.parameter("id");
    const auto stored = service().edit(call.actor, id, revision.number, call.request.body, problems);
    if (!stored) return overtaken(call, id, revision.number, refuse_document(stored.error(), problems));
    return ok({{"revision", *stored}, {"problems", problems_json(problems, call.language)}}, *stored);
  }

  Reply copy(const Call& call) const {
    const auto id = service().copy(call.actor, call.parameter("id"));
    return id ? made(call, *id, {}) : refuse_with_reason(id.error());
  }

  Reply act(const Call& call) const {
    Fields fields(call);
    broadcasts::MoveOptions options;
    options.comment = fields.optional_text("comment", 1000).value_or("");
    if (auto refused = fields.refused()) return *std::move(refused);
    options.revision = optional_revision(call);
    const auto action = broadcasts::parse_action(call.parameter("action"));
    if (!action || !is_for_staff(*action)) return refuse("not_found");
    const std::string id = call.parameter("id");
    const auto state = service().move(call.actor, id, *action, options);
    if (!state) {
      if (state.error().code == ErrorCode::kConflict) {
        Reply refused = refuse("action_not_possible", told(state.error()));
        return options.revision ? overtaken(call, id, *options.revision, std::move(refused)) : refused;
      }
      const auto view = service().view(call.actor, id);
      if (state.error().code == ErrorCode::kInvalid && view && view->document.segment == broadcasts::kNoAudience) {
        return refuse("invalid", told(state.error()), {{"segment", told(state.error())}});
      }
      return refuse_with_reason(state.error());
    }
    const auto view = service().view(call.actor, id);
    return ok({{"state", broadcasts::state_name(*state)},
               {"state_label", call.words(broadcasts::state_ja(*state), broadcasts::state_en(*state))}},
              view ? std::optional(view->revision) : std::nullopt);
  }

  Reply correct(const Call& call) const {
    Fields fields(call);
    const std::string effect = fields.choice("effect", {"correct", "withdraw"});
    const json* messages = fields.any("messages", false);
    const json* frame = fields.any("frame", false);
    if (messages == nullptr && frame == nullptr) {
      fields.wrong("messages",
                   {"訂正の文か、用意した文（frame）を入れてください。", "Messages or a frame are needed."});
    }
    if (auto refused = fields.refused()) return *std::move(refused);
    json content = json::object();
    if (messages != nullptr) content["messages"] = *messages;
    if (frame != nullptr) content["frame"] = *frame;
    Problems problems;
    const auto id = service().correct(call.actor, call.parameter("id"),
                                      effect == "correct" ? broadcasts::Effect::kCorrect : broadcasts::Effect::kWithdraw,
                                      dump_json(content), problems);
    if (!id && id.error().code == ErrorCode::kConflict) return refuse("action_not_possible", told(id.error()));
    return id ? made(call, *id, problems) : refuse_document(id.error(), problems);
  }

  Reply status(const Call& call) const {
    const auto status = service().status(call.parameter("id"));
    return status ? ok(status_view_json(*status, call.language)) : refuse_with_reason(status.error());
  }

  Reply dry_run(const Call& call) const {
    const std::string id = call.parameter("id");
    const auto view = service().view(call.actor, id);
    if (!view) return refuse_with_reason(view.error());
    const auto run = service().dry_run(call.actor, id);
    return run ? ok(dry_run_json(*run, *view, call.language)) : refuse_with_reason(run.error());
  }

  Reply test_send(const Call& call) const {
    const auto addresses = service().test_send(call.actor, call.parameter("id"));
    return addresses ? ok({{"addresses", *addresses}}) : refuse_with_reason(addresses.error());
  }

 private:
  BroadcastService& service() const { return *parts_.broadcasts; }

  static bool is_for_staff(Action action) {
    switch (action) {
      case Action::kSubmit:
      case Action::kApprove:
      case Action::kReturn:
      case Action::kReject:
      case Action::kSchedule:
      case Action::kSend:
      case Action::kPause:
      case Action::kResume:
      case Action::kStop:
        return true;
      default:
        return false;
    }
  }

  Reply made(const Call& call, const std::string& id, const Problems& problems) const {
    const auto view = service().view(call.actor, id);
    json body{{"id", id}};
    if (view) body["revision"] = view->revision;
    if (!problems.empty()) body["problems"] = problems_json(problems, call.language);
    return created(body, view ? std::optional(view->revision) : std::nullopt);
  }

  /// 412 in place of `otherwise` when somebody else has changed it since revision `seen`.
  Reply overtaken(const Call& call, const std::string& id, std::uint64_t seen, Reply otherwise) const {
    if (!otherwise.refusal || status_of(otherwise.refusal->code) != 409) return otherwise;
    const auto view = service().view(call.actor, id);
    return view && view->revision != seen ? refuse("changed_meanwhile") : otherwise;
  }

  const Parts& parts_;
};

}  // namespace

void add_broadcast_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts) {
  const auto calls = std::make_shared<BroadcastCalls>(parts);
  const auto add = [&](const char* method, const char* pattern, Reply (BroadcastCalls::*run)(const Call&) const) {
    endpoints.push_back({method, pattern, [calls, run, &parts](const Call& call) {
                           return parts.broadcasts == nullptr ? refuse("not_set_up") : (*calls.*run)(call);
                         }});
  };
  add("GET", "/api/v1/broadcasts", &BroadcastCalls::list);
  add("POST", "/api/v1/broadcasts", &BroadcastCalls::create);
  add("POST", "/api/v1/broadcasts/check", &BroadcastCalls::check);
  add("POST", "/api/v1/broadcasts/preview", &BroadcastCalls::preview);
  add("GET", "/api/v1/broadcasts/{id}", &BroadcastCalls::read);
  add("PUT", "/api/v1/broadcasts/{id}", &BroadcastCalls::edit);
  add("POST", "/api/v1/broadcasts/{id}/copy", &BroadcastCalls::copy);
  add("POST", "/api/v1/broadcasts/{id}/actions/{action}", &BroadcastCalls::act);
  add("POST", "/api/v1/broadcasts/{id}/correct", &BroadcastCalls::correct);
  add("GET", "/api/v1/broadcasts/{id}/status", &BroadcastCalls::status);
  add("POST", "/api/v1/broadcasts/{id}/dry-run", &BroadcastCalls::dry_run);
  add("POST", "/api/v1/broadcasts/{id}/test-send", &BroadcastCalls::test_send);
}

}  // namespace kairan::gateway::staff
