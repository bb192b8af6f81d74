// A talk with the settings dialogue: applies what it changes to settings in memory, as the gateway does to the store.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "intents/settings_dialogue.h"
#include "store/attributes.h"

namespace kairan::test {

/// Settings of one resident as the store keeps them, without event times.
inline void apply_changes(const store::AttributeSchema& schema, const std::vector<store::AttributeChange>& changes,
                          intents::Chosen& chosen) {
  for (const store::AttributeChange& change : changes) {
    std::vector<std::string>& values = chosen[change.attribute];
    const store::AttributeKind kind = schema.find(change.attribute)->kind;
    if (change.on && (kind == store::AttributeKind::kSingle || kind == store::AttributeKind::kYesNo)) values.clear();
    values.erase(std::remove(values.begin(), values.end(), change.value), values.end());
    if (change.on) values.push_back(change.value);
    if (values.empty()) chosen.erase(change.attribute);
  }
}

struct Talk {
  explicit Talk(const store::AttributeSchema& attributes) : schema(attributes), dialogue(attributes) {}

  /// @return whether it was the settings' business
  bool say(std::string_view text) { return take(text, ""); }
  bool press(std::string_view data) { return take("", data); }

  std::string shown() const {
    std::string all;
    for (const Message& message : messages) all += text_of(message) + "\n";
    return all;
  }
  std::vector<std::string> labels() const {
    std::vector<std::string> all;
    for (const Action& action : actions()) all.push_back(action.label);
    return all;
  }
  /// Everything that can be pressed in the last answer.
  std::vector<Action> actions() const {
    std::vector<Action> all;
    const auto add = [&](const std::vector<Action>& more) { all.insert(all.end(), more.begin(), more.end()); };
    for (const Message& message : messages) {
      if (const auto* choices = std::get_if<ChoicesMessage>(&message.body)) add(choices->choices);
      if (const auto* list = std::get_if<ListMessage>(&message.body)) {
        for (const ListRow& row : list->rows) {
          if (row.action) all.push_back(*row.action);
        }
        add(list->actions);
      }
      add(message.quick_replies);
    }
    return all;
  }
  static std::string text_of(const Message& message) {
    if (const auto* text = std::get_if<TextMessage>(&message.body)) return text->text;
    if (const auto* choices = std::get_if<ChoicesMessage>(&message.body)) return choices->text;
    std::string all;
    if (const auto* list = std::get_if<ListMessage>(&message.body)) {
      all = list->title + "\n" + list->text;
      for (const ListRow& row : list->rows) all += "\n" + row.label + " " + row.value;
    }
    return all;
  }
  /// Presses the button with this label. @return false when there is none
  bool tap(std::string_view label) {
    for (const Action& action : actions()) {
      if (action.label == label) return press(std::string(action.value));
    }
    return false;
  }

  const store::AttributeSchema& schema;
  intents::SettingsDialogue dialogue;
  intents::Chosen chosen;
  intents::SettingsState state;
  intents::SettingsTurn turn;
  std::vector<Message> messages;
  std::string language = "ja";
  Date today = Date(std::chrono::year(2026), std::chrono::month(11), std::chrono::day(25));
  bool known = true;

 private:
  bool take(std::string_view text, std::string_view data) {
    const std::string kept_text(text), kept_data(data);
    const auto read = dialogue.read({kept_text, kept_data, state, chosen, known, today});
    if (!read) return false;
    turn = *read;
    apply_changes(schema, turn.changes, chosen);
    const std::string chosen_language = intents::chosen_value(chosen, intents::kLanguageAttribute);
    if (!chosen_language.empty()) language = chosen_language;
    state = turn.next;
    messages = dialogue.show(turn, chosen, language, today);
    return true;
  }
};

inline const store::AttributeSchema& kashima_attributes() {
  static const store::AttributeSchema schema = [] {
    std::vector<FileProblem> problems;
    auto loaded = store::load_attributes(std::string(KAIRAN_SOURCE_DIR) + "/content/kashima", problems);
    return loaded ? *std::move(loaded) : store::AttributeSchema();
  }();
  return schema;
}

}  // namespace kairan::test
