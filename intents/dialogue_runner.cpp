#include "intents/dialogue_runner.h"

#include <algorithm>

#include "base/text.h"
#include "intents/conversation.h"

namespace kairan::intents {
namespace {

/// The questions answered so far, oldest first, separated by commas; no dialogue may declare a slot that begins with _.
constexpr std::string_view kTrail = "_trail";
constexpr std::size_t kMaxTrail = 30;

void leave(Context& context) {
  context.dialogue.clear();
  context.dialogue_step.clear();
  context.slots.clear();
}

/// A question that is asked again is no step forward: what was answered since is forgotten, so that 「戻る」 leads
/// before it.
void return_to(Context& context, const std::string& step) {
  std::string trail = slot_of(context, kTrail);
  const std::size_t earlier = ("," + trail).find("," + step + ",");
  if (earlier == std::string::npos) return;
  trail.erase(earlier);
  set_slot(context, kTrail, std::move(trail));
}

Action control(std::string_view name, std::string_view language) {
  Action action;
  action.kind = Action::Kind::kPostback;
  action.label = std::string(fixed_text(name, language));
  action.value = "dlg:" + std::string(name);
  action.display = action.label;
  return action;
}

}  // namespace

Action resume_action(std::string_view language) {
  return control("continue", language);
}

const Dialogue* DialogueRunner::find(std::string_view name) const {
  const auto found =
      std::find_if(dialogues_->begin(), dialogues_->end(), [&](const Dialogue& each) { return each.name == name; });
  return found == dialogues_->end() ? nullptr : &*found;
}

std::vector<Message> DialogueRunner::start(const Dialogue& dialogue, const Query& query, Context& context) const {
  leave(context);
  return show(dialogue, dialogue.start, query, context);
}

std::vector<Message> DialogueRunner::choose(const Dialogue& dialogue, const DialogueStep& step,
                                            const DialogueChoice& choice, const Query& query, Context& context) const {
  if (context.dialogue != dialogue.name) leave(context);
  context.dialogue = dialogue.name;
  return_to(context, step.id);
  std::string trail = slot_of(context, kTrail);
  if (static_cast<std::size_t>(std::count(trail.begin(), trail.end(), ',')) < kMaxTrail) trail += step.id + ",";
  set_slot(context, kTrail, std::move(trail));
  for (const auto& [name, value] : choice.set) set_slot(context, name, value);
  return show(dialogue, choice.next, query, context);
}

std::vector<Message> DialogueRunner::back(const Dialogue& dialogue, const Query& query, Context& context) const {
  std::string trail = slot_of(context, kTrail);
  if (trail.empty()) {
    std::vector<Message> messages = show(dialogue, dialogue.start, query, context);
    messages.insert(messages.begin(), text_message(std::string(fixed_text("at_start", query.resident.language))));
    if (messages.size() > kMaxTextsInARow) messages.erase(messages.begin());
    return messages;
  }
  trail.pop_back();
  const std::size_t comma = trail.rfind(',');
  const std::string step = trail.substr(comma == std::string::npos ? 0 : comma + 1);
  trail.resize(comma == std::string::npos ? 0 : comma + 1);
  set_slot(context, kTrail, std::move(trail));
  return show(dialogue, step, query, context);
}

std::vector<Message> DialogueRunner::resume(const Dialogue& dialogue, const Query& query, Context& context) const {
  const std::string step = context.dialogue_step;
  return show(dialogue, dialogue.find(step) == nullptr ? dialogue.start : step, query, context);
}

std::vector<Message> DialogueRunner::cancel(const Query& query, Context& context) const {
  leave(context);
  return {text_message(std::string(fixed_text("cancelled", query.resident.language)))};
}

std::vector<Message> DialogueRunner::show(const Dialogue& dialogue, std::string_view from, const Query& query,
                                          Context& context) const {
  std::vector<Message> messages;
  context.dialogue = dialogue.name;
  std::string id(from);
  // The check at load bounds the texts in a row; the loop ends by itself even for a state that no check has seen.
  for (std::size_t steps = 0; steps < kMaxSteps && messages.size() < kMaxTextsInARow; ++steps) {
    const DialogueStep* const step = dialogue.find(id);
    if (step == nullptr) break;
    const auto branch = std::find_if(step->branches.begin(), step->branches.end(), [&](const DialogueBranch& each) {
      return std::all_of(each.when.begin(), each.when.end(),
                         [&](const auto& wanted) { return slot_of(context, wanted.first) == wanted.second; });
    });
    if (branch != step->branches.end()) {
      id = branch->next;
      continue;
    }
    messages.push_back(message_of(*step, query));
    if (!step->links.empty() && !past_review(step->text, jst_date(query.now)) && messages.size() < kMaxTextsInARow) {
      ChoicesMessage links;
      links.text = shorten_graphemes(pick(dialogue.title, query.resident.language), 160);
      for (const DialogueLink& link : step->links) {
        links.choices.push_back({Action::Kind::kOpenUri, pick(link.label, query.resident.language), link.uri, ""});
      }
      messages.push_back(Message{std::move(links), {}});
    }
    if (!step->choices.empty()) {
      context.dialogue_step = step->id;
      return_to(context, step->id);
      add_choices(dialogue, *step, query, context, messages.back());
      return messages;
    }
    if (step->end) break;
    id = step->next;
  }
  leave(context);
  return messages;
}

Message DialogueRunner::message_of(const DialogueStep& step, const Query& query) const {
  return text_message(fill_in(statement_text(step.text, query.resident.language, jst_date(query.now), *city_),
                              {{"city", city_->name}, {"phone", city_->phone}}));
}

void DialogueRunner::add_choices(const Dialogue& dialogue, const DialogueStep& step, const Query& query,
                                 const Context& context, Message& message) const {
  const std::string& language = query.resident.language;
  for (const DialogueChoice& choice : step.choices) {
    Action action;
    action.kind = Action::Kind::kPostback;
    action.label = pick(choice.label, language);
    action.value = "dlg:" + dialogue.name + ":" + step.id + ":" + choice.id;
    action.display = action.label;
    message.quick_replies.push_back(std::move(action));
  }
  // What a person always may do, as far as there is room for buttons; typing the words works in any case.
  const auto add = [&](std::string_view name) {
    if (message.quick_replies.size() < kMaxDialogueChoices) message.quick_replies.push_back(control(name, language));
  };
  if (!slot_of(context, kTrail).empty()) {
    add("back");
    add("restart");
  }
  add("cancel");
}

}  // namespace kairan::intents
