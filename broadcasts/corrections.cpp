// 訂正 and 取消: the part of StaffService that takes a mistake back.
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/crypto.h"
#include "base/text.h"
#include "broadcasts/content_check.h"
#include "broadcasts/record_fields.h"
#include "broadcasts/staff_service.h"

namespace kairan::broadcasts {
namespace {

using Json = nlohmann::json;

constexpr int kAttempts = 30;  // the dispatcher writes meanwhile

std::string_view effect_name(Effect effect) { return effect == Effect::kCorrect ? "correct" : "withdraw"; }
std::string_view effect_mark(Effect effect) { return effect == Effect::kCorrect ? "【訂正】" : "【取消】"; }
Action effect_action(Effect effect) { return effect == Effect::kCorrect ? Action::kCorrect : Action::kWithdraw; }

}  // namespace

Result<Document> StaffService::correction_document(const store::Actor& who, const Record& original, Effect effect,
                                                   std::string_view json, std::vector<Problem>& problems) {
  auto given = parse_json(json, JsonLimits{512 * 1024, 32});
  if (!given || !given->is_object()) {
    problems.push_back({"",
                        {"{\"messages\": […]} か {\"frame\": {\"id\": …}} の形で書いてください。",
                         "Write {\"messages\": […]} or {\"frame\": {\"id\": …}}."},
                        false});
    return staff_error(ErrorCode::kInvalid, problems.back().message);
  }
  const Json* const messages = json_member(*given, "messages");
  const Json* const frame = json_member(*given, "frame");
  Json whole;
  std::vector<Problem> ignored;
  const auto before = parse_document(original.field(field::kDocument), ignored);
  const std::string about = before ? before->title : std::string();
  // The kind is the other's: a correction of a practice reaches nobody either.
  whole["kind"] = original.field(field::kKind);
  whole["section"] = original.field(field::kSection);
  whole["title"] = std::string(prefix_graphemes(std::string(effect_mark(effect)) + about, 100));
  if (messages != nullptr && !messages->is_null()) {
    whole["messages"] = *messages;
    whole["segment"] = "everyone";
    whole["priority"] = "emergency";
    if (const Json* const fallbacks = json_member(*given, "fallbacks"); fallbacks != nullptr) whole["fallbacks"] = *fallbacks;
  } else if (frame != nullptr) {
    whole["frame"] = *frame;
  } else {
    problems.push_back({"messages",
                        {"訂正・取消の文（messages）か、ひな形（frame）を書いてください。",
                         "Write what corrects or withdraws it (messages), or a template (frame)."},
                        false});
    return staff_error(ErrorCode::kInvalid, problems.back().message);
  }
  auto document = read_document(dump_json(whole), problems);
  if (!document) return document.error();
  document->priority = Priority::kEmergency;
  document->segment.clear();
  document->topic = original.field(field::kTopic);
  (void)who;
  return document;
}

Status StaffService::stop_for_correction(const store::Actor& who, std::string_view id, Effect effect,
                                         const std::string& correction) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto record = must_read(id);
    if (!record) return record.error();
    if (record->field(field::kCorrectedBy) == correction && is_final(*parse_state(record->state))) return {};
    Standing position = standing(who, *record);
    position.system = position.from_frame = who.name == store::system_actor().name;  // send_published() alone comes so
    const auto to = broadcasts::move(*parse_state(record->state), effect_action(effect), position);
    if (!to) return to.error();
    Change change;
    change.action = effect_action(effect);
    change.comment = effect == Effect::kCorrect ? "訂正を送るため" : "取消を送るため";
    change.set[std::string(field::kCorrectedBy)] = correction;
    change.due = p_.clock.now();
    const auto done = apply(who, *record, *to, change);
    if (done) {
      std::vector<Problem> ignored;
      if (const auto document = parse_document(record->field(field::kDocument), ignored); document) {
        tell(*record, *document, change.action, "");
      }
      return {};
    }
    if (done.error().code != ErrorCode::kConflict) return done.error();
  }
  return staff_error(ErrorCode::kUnavailable, {"元の配信を止められませんでした。もう一度試してください。",
                                               "The notice it corrects could not be stopped. Try again."});
}

Result<std::string> StaffService::correct(const store::Actor& who, std::string_view id, Effect effect, std::string_view json,
                                          std::vector<Problem>& problems) {
  const auto original = must_read(id);
  if (!original) return original.error();
  const State from = parse_state(original->state).value_or(State::kFailed);
  const auto may = broadcasts::move(from, effect_action(effect), standing(who, *original));
  if (!may) return may.error();
  auto document = correction_document(who, *original, effect, json, problems);
  if (!document) return document.error();

  // The id follows from what is corrected and how, so that pressing twice makes one correction.
  const std::string correction =
      to_hex(bytes_of(sha256("correct\n" + original->id + "\n" + std::string(effect_name(effect)) + "\n" +
                             canonical_json(*document))))
          .substr(0, 32);
  // First it is there, as a draft that does nothing; then the other is stopped; then it leaves.
  const auto made = store_new(who, *document, correction,
                              {{std::string(field::kCorrects), original->id},
                               {std::string(field::kEffect), std::string(effect_name(effect))}});
  if (!made && made.error().code != ErrorCode::kConflict) return made.error();
  if (const Status stopped = stop_for_correction(who, id, effect, correction); !stopped) return stopped.error();

  const auto record = must_read(correction);
  if (!record) return record.error();
  if (record->state != state_name(State::kDraft)) return correction;  // pressed twice: it is on its way
  Standing position = standing(who, *record);
  const auto framed = is_from_frame(*record, *document);
  if (!framed) return framed.error();
  position.from_frame = *framed;
  if (position.from_frame) {
    // Using a published frame is the act of one person who may correct; the table's word for it is the emergency officer's.
    position.roles.add(store::Role::kEmergencyOfficer);
  }
  const Action act = position.from_frame ? Action::kSendFrame : Action::kSubmit;
  position.same_section = position.same_section || act == Action::kSubmit;
  if (act == Action::kSubmit) position.roles.add(store::Role::kAuthor);
  const auto to = broadcasts::move(State::kDraft, act, position);
  if (!to) return to.error();
  Change change;
  change.action = act;
  if (const Status ready = prepare(who, *record, *document, change); !ready) return ready.error();
  const auto done = apply(who, *record, *to, change);
  if (!done && done.error().code != ErrorCode::kConflict) return done.error();
  if (done) tell(*record, *document, act, "");
  return correction;
}

Result<std::string> StaffService::send_published(std::string_view source, std::string_view json, std::string_view key,
                                                 std::string_view corrects, std::vector<Problem>& problems) {
  return publish(source, json, key, corrects, {}, problems);
}

Result<std::string> StaffService::send_routine(std::string_view source, std::string_view json, std::string_view key,
                                               TimePoint at, std::vector<Problem>& problems) {
  return publish(source, json, key, "",
                 {{std::string(field::kRoutine), "1"}, {std::string(field::kAt), std::to_string(to_unix_ms(at))}}, problems);
}

Result<std::string> StaffService::publish(std::string_view source, std::string_view json, std::string_view key,
                                          std::string_view corrects, std::map<std::string, std::string> more,
                                          std::vector<Problem>& problems) {
  const store::Actor system = store::system_actor();
  const std::string id = to_hex(bytes_of(sha256("published\n" + std::string(key)))).substr(0, 32);
  auto there = p_.broadcasts.read(id);
  if (!there) return there.error();
  if (!*there || (*there)->state.empty()) {
    const auto document = read_document(json, problems);
    if (!document) return document.error();
    more[std::string(field::kSource)] = source;
    if (!corrects.empty()) more[std::string(field::kCorrects)] = corrects;
    const auto made = store_new(system, *document, id, std::move(more));
    if (!made && made.error().code != ErrorCode::kConflict) return made.error();
    there = p_.broadcasts.read(id);
    if (!there) return there.error();
    if (!*there) {
      return staff_error(ErrorCode::kUnavailable, {"配信を保存できませんでした。", "The notice could not be stored."});
    }
  }
  if ((*there)->state != state_name(State::kDraft)) return id;
  if (!corrects.empty()) {
    // What is unsent of the other stops first; one that never left, or is gone, has nothing to stop.
    const Status stopped = stop_for_correction(system, corrects, Effect::kCorrect, id);
    const bool nothing = !stopped && (stopped.error().code == ErrorCode::kConflict || stopped.error().code == ErrorCode::kNotFound);
    if (!stopped && !nothing) return stopped.error();
  }
  MoveOptions options;
  options.comment = std::string(source);
  const auto sent = move(system, id, Action::kSendFrame, options);
  if (!sent && sent.error().code != ErrorCode::kConflict) return sent.error();
  return id;
}

}  // namespace kairan::broadcasts
