#include "intents/settings_dialogue.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "intents/settings_birth_month.h"
#include "intents/settings_steps.h"
#include "intents/settings_words.h"

namespace kairan::intents {

using store::Attribute;
using store::AttributeKind;
using Page = SettingsTurn::Page;

namespace {

constexpr std::size_t kMaxData = 300;  // LINE's limit for the data of a button (line-platform 3.3)

/// "cfg:on:topic:kenko" in its parts; more than four cannot be ours.
struct Data {
  std::array<std::string_view, 4> part;
  std::size_t count = 0;
};
Data split_data(std::string_view data) {
  Data split;
  while (split.count < split.part.size()) {
    const std::size_t colon = data.find(':');
    split.part[split.count++] = data.substr(0, colon);
    if (colon == std::string_view::npos) return split;
    data.remove_prefix(colon + 1);
  }
  return {};
}

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Reads one message. Every function returns the turn that it means.
class MessageReader {
 public:
  MessageReader(const store::AttributeSchema& schema, const SettingsInput& input) : schema_(schema), in_(input) {}

  std::optional<SettingsTurn> pressed() const {
    if (in_.postback.size() > kMaxData) return std::nullopt;
    const Data data = split_data(in_.postback);
    if (data.part[0] == "set") return choice_from_anywhere(data);
    if (data.part[0] != "cfg") return std::nullopt;
    const std::string_view verb = data.part[1];
    if (data.count == 2) return command_button(verb);
    if (data.part[1] == "erase" && data.count == 3) return erase_button(data.part[2]);
    if (data.part[1] == "code" && data.count == 3 && data.part[2] == "enter") return ask_code();
    if (data.part[1] == "lang" && data.count == 3) return language_button(data.part[2]);
    const Attribute* const attribute = asked(data.part[2]);
    if (attribute == nullptr) return refused();
    if (data.count == 3) return question_button(verb, *attribute);
    return value_button(verb, *attribute, std::string(data.part[3]));
  }

  std::optional<SettingsTurn> typed() const {
    const SettingsState& state = in_.state;
    const bool waiting = state.open && !state.paused;
    if (waiting && state.step == "code") {
      if (const auto code = read_code(in_.text)) return enter_code(*code);
    }
    if (waiting && state.step == "erase") {
      if (const auto turn = erase_words()) return turn;
    }
    if (const auto command = read_settings_command(in_.text, schema_)) return command_said(*command);
    if (!waiting) return std::nullopt;
    const Attribute* const attribute = asked(state.attribute);
    if (attribute == nullptr) {
      const auto word = read_step_word(in_.text);
      return word == StepWord::kStop ? std::optional<SettingsTurn>(stop()) : std::nullopt;
    }
    if (attribute->kind == AttributeKind::kBirthMonths) {
      if (const auto turn = month_words(*attribute)) return turn;
    } else if (const std::vector<std::string> values = read_values(in_.text, *attribute); !values.empty()) {
      return choose(*attribute, values);
    }
    if (const auto word = read_step_word(in_.text)) return step_word(*word, *attribute);
    return std::nullopt;
  }

 private:
  const Attribute* asked(std::string_view id) const {
    const Attribute* const attribute = schema_.find(id);
    return attribute == nullptr || attribute->hidden || attribute->verified ? nullptr : attribute;
  }

  static SettingsTurn page(Page which) {
    SettingsTurn turn;
    turn.page = which;
    return turn;
  }

  SettingsTurn question(const Attribute& attribute, bool guided) const {
    SettingsTurn turn = page(Page::kQuestion);
    turn.attribute = attribute.id;
    turn.next = {true, guided, false, attribute.id, ""};
    return turn;
  }

  SettingsTurn refused() const {
    SettingsTurn turn = page(Page::kCard);
    turn.said.emplace_back("refused", TextValues{});
    turn.refused = true;
    return turn;
  }

  /// Without questions there is nothing to go through.
  SettingsTurn start() const {
    const std::vector<const Attribute*> all = asked_attributes(schema_);
    return all.empty() ? page(Page::kCard) : question(*all.front(), true);
  }

  SettingsTurn stop() const {
    SettingsTurn turn;
    turn.said.emplace_back("stopped", TextValues{});
    return turn;
  }

  /// After a question: the next one, or the card when this was the only or the last one.
  SettingsTurn go_on(const Attribute& from) const {
    const bool guided = in_.state.guided;
    const Attribute* const next = guided ? neighbour(schema_, from.id, 1) : nullptr;
    if (next != nullptr) return question(*next, true);
    SettingsTurn turn = page(Page::kCard);
    if (guided) turn.said.emplace_back("all_done", TextValues{});
    return turn;
  }

  SettingsTurn resume() const {
    const SettingsState& state = in_.state;
    if (!state.open) {
      SettingsTurn turn = page(Page::kCard);
      turn.said.emplace_back("nothing_open", TextValues{});
      return turn;
    }
    if (state.step == "erase") return ask_erase();
    if (state.step == "code") return ask_code();
    const Attribute* const attribute = asked(state.attribute);
    return attribute == nullptr ? page(Page::kCard) : question(*attribute, state.guided);
  }

  // --- codes and erasing ---

  SettingsTurn ask_code() const {
    SettingsTurn turn = page(Page::kCodeAsk);
    turn.next = {true, false, false, "", "code"};
    return turn;
  }
  SettingsTurn enter_code(const std::string& code) const {
    SettingsTurn turn;
    turn.act = SettingsTurn::Act::kEnterCode;
    turn.code = code;
    return turn;
  }
  SettingsTurn show_code() const {
    SettingsTurn turn;
    turn.act = SettingsTurn::Act::kShowCode;
    turn.next = in_.state;
    return turn;
  }
  SettingsTurn ask_erase() const {
    SettingsTurn turn = page(Page::kEraseAsk);
    turn.next = {true, false, false, "", "erase"};
    return turn;
  }
  std::optional<SettingsTurn> erase_button(std::string_view which) const {
    if (which == "no") {
      SettingsTurn turn;
      turn.said.emplace_back("kept", TextValues{});
      return turn;
    }
    if (which == "choices") {
      SettingsTurn turn;
      turn.changes = changes_to_clear(schema_, in_.chosen);
      turn.said.emplace_back("cleared", TextValues{});
      return turn;
    }
    if (which != "all") return refused();
    // An old button asks again. Whoever is not known any more was erased by this very press, in a run that was cut off.
    if (in_.known && in_.state.step != "erase") return ask_erase();
    SettingsTurn turn;
    turn.act = SettingsTurn::Act::kEraseAll;
    turn.said.emplace_back("erased", TextValues{});
    return turn;
  }
  std::optional<SettingsTurn> erase_words() const {
    const auto command = read_settings_command(in_.text, schema_);
    if (command && command->kind == SettingsCommand::Kind::kErase) return erase_button("all");
    const auto word = read_step_word(in_.text);
    if (word == StepWord::kNo || word == StepWord::kStop || word == StepWord::kBack) return erase_button("no");
    return word ? std::optional<SettingsTurn>(ask_erase()) : std::nullopt;
  }

  // --- buttons ---

  std::optional<SettingsTurn> command_button(std::string_view verb) const {
    if (verb == "start") return start();
    if (verb == "open") return in_.chosen.empty() ? start() : page(Page::kCard);
    if (verb == "later") {
      SettingsTurn turn;
      turn.said.emplace_back("later_said", TextValues{});
      return turn;
    }
    if (verb == "show") return page(Page::kCard);
    if (verb == "resume") return resume();
    if (verb == "stop") return stop();
    if (verb == "code") return show_code();
    if (verb == "erase") return ask_erase();
    return refused();
  }

  /// A language chosen before anything was read: what was offered is said again in it.
  std::optional<SettingsTurn> language_button(std::string_view value) const {
    const Attribute* const attribute = schema_.find(kLanguageAttribute);
    if (attribute == nullptr || !attribute->allows(value)) return refused();
    SettingsTurn turn = page(Page::kOffer);
    turn.changes = changes_for(*attribute, std::string(value), true, in_.chosen);
    return turn;
  }

  std::optional<SettingsTurn> choice_from_anywhere(const Data& data) const {
    const Attribute* const attribute = schema_.find(data.part[1]);
    const bool on = data.part[3] == "on";
    const bool known = data.count == 4 && attribute != nullptr && !attribute->verified &&
                       attribute->allows(data.part[2]) && (on || data.part[3] == "off");
    return known ? leave(*attribute, std::string(data.part[2]), on) : refused();
  }

  SettingsTurn leave(const Attribute& attribute, const std::string& value, bool on) const {
    SettingsTurn turn = page(Page::kLeft);
    turn.changes = changes_for(attribute, value, on, in_.chosen);
    turn.attribute = attribute.id;
    turn.value = value;
    turn.number = on ? 1 : 0;
    turn.next = in_.state;
    turn.next.paused = turn.next.open;
    return turn;
  }

  std::optional<SettingsTurn> question_button(std::string_view verb, const Attribute& attribute) const {
    if (verb == "ask") return question(attribute, false);
    if (verb == "next") return go_on(attribute);
    if (verb == "back") return back(attribute);
    if (verb == "years" && attribute.kind == AttributeKind::kBirthMonths) return years(attribute, year_of(in_.today));
    return refused();
  }

  SettingsTurn back(const Attribute& attribute) const {
    const Attribute* const before = in_.state.guided ? neighbour(schema_, attribute.id, -1) : nullptr;
    if (before != nullptr) return question(*before, true);
    return in_.state.guided ? question(attribute, true) : page(Page::kCard);
  }

  std::optional<SettingsTurn> value_button(std::string_view verb, const Attribute& attribute,
                                           const std::string& value) const {
    if (attribute.kind == AttributeKind::kBirthMonths) return month_button(verb, attribute, value);
    if ((verb != "on" && verb != "off") || !attribute.allows(value)) return refused();
    if (verb == "on") return choose(attribute, {value});
    SettingsTurn turn = page(Page::kChosen);
    turn.attribute = attribute.id;
    turn.changes = changes_for(attribute, value, false, in_.chosen);
    turn.next = {true, in_.state.guided, false, attribute.id, ""};
    return turn;
  }

  // --- answers ---

  SettingsTurn choose(const Attribute& attribute, const std::vector<std::string>& values) const {
    if (attribute.kind != AttributeKind::kMany) {
      SettingsTurn turn = go_on(attribute);
      turn.changes = changes_for(attribute, values.front(), true, in_.chosen);
      return turn;
    }
    SettingsTurn turn = page(Page::kChosen);
    turn.attribute = attribute.id;
    turn.next = {true, in_.state.guided, false, attribute.id, ""};
    const auto chosen = in_.chosen.find(attribute.id);
    std::size_t count = chosen == in_.chosen.end() ? 0 : chosen->second.size();
    for (const std::string& value : values) {
      if (!has(in_.chosen, attribute.id, value) && attribute.at_most > 0 && ++count > attribute.at_most) {
        turn.said.emplace_back("too_many", TextValues{{"count", std::to_string(attribute.at_most)}});
        break;
      }
      const auto changes = changes_for(attribute, value, true, in_.chosen);
      turn.changes.insert(turn.changes.end(), changes.begin(), changes.end());
    }
    return turn;
  }

  std::optional<SettingsTurn> step_word(StepWord word, const Attribute& attribute) const {
    switch (word) {
      case StepWord::kBack:
        return back(attribute);
      case StepWord::kStop:
        return stop();
      case StepWord::kSkip:
      case StepWord::kNext:
        return go_on(attribute);
      case StepWord::kNo:
        return attribute.kind == AttributeKind::kSingle ? std::nullopt : std::optional(go_on(attribute));
      case StepWord::kYes:
        break;
    }
    return std::nullopt;
  }

  // --- birth months ---

  SettingsTurn years(const Attribute& attribute, int newest) const {
    SettingsTurn turn = page(Page::kYears);
    turn.attribute = attribute.id;
    turn.number = newest;
    turn.next = {true, in_.state.guided, false, attribute.id, "years"};
    return turn;
  }
  SettingsTurn months(const Attribute& attribute, int year) const {
    SettingsTurn turn = page(Page::kMonths);
    turn.attribute = attribute.id;
    turn.number = year;
    turn.next = {true, in_.state.guided, false, attribute.id, "months:" + std::to_string(year)};
    return turn;
  }

  std::optional<SettingsTurn> month_button(std::string_view verb, const Attribute& attribute,
                                           const std::string& value) const {
    const int this_year = year_of(in_.today);
    if (verb == "year" || verb == "older") {
      const auto year = whole_number(value);
      if (!year || *year < kEarliestBirthYear || *year > this_year) return refused();
      return verb == "year" ? months(attribute, *year) : years(attribute, *year);
    }
    const auto parts = parse_birth_month_id(value);
    if (!parts || !attribute.allows(value)) return refused();
    if (verb == "off") {
      SettingsTurn turn = question(attribute, in_.state.guided);
      turn.changes = changes_for(attribute, value, false, in_.chosen);
      turn.said.emplace_back("child_removed", TextValues{{"id", value}});
      return turn;
    }
    if (verb != "month" && verb != "first" && verb != "other") return refused();
    BirthMonth month = check_birth_month(parts->year, parts->month, in_.today);
    if (verb != "month" && month.month == 4) month.on_first = verb == "first";
    return add_months(attribute, {month});
  }

  std::optional<SettingsTurn> month_words(const Attribute& attribute) const {
    const std::string& step = in_.state.step;
    if (step.rfind("first:", 0) == 0) {
      const auto word = read_step_word(in_.text);
      const auto parts = parse_birth_month_id(std::string_view(step).substr(6));
      if (parts && (word == StepWord::kYes || word == StepWord::kNo)) {
        BirthMonth month = check_birth_month(parts->year, parts->month, in_.today);
        month.on_first = word == StepWord::kYes;
        return add_months(attribute, {month});
      }
    }
    if (step.rfind("months:", 0) == 0) {
      const auto year = whole_number(std::string_view(step).substr(7));
      if (const auto month = read_month_alone(in_.text); month && year) {
        return add_months(attribute, {check_birth_month(*year, *month, in_.today)});
      }
    }
    const std::vector<BirthMonth> found = read_birth_months(in_.text, in_.today);
    if (!found.empty()) return add_months(attribute, found);
    if (const auto year = read_birth_year(in_.text, in_.today)) {
      const BirthMonth january = check_birth_month(*year, 1, in_.today);
      if (january.problem == BirthMonth::Problem::kNone) return months(attribute, *year);
      return impossible(attribute, january);
    }
    return std::nullopt;
  }

  SettingsTurn impossible(const Attribute& attribute, const BirthMonth& month) const {
    SettingsTurn turn = years(attribute, year_of(in_.today));
    using Problem = BirthMonth::Problem;
    const std::string id = birth_month_id(month.year, month.month, false);
    switch (month.problem) {
      case Problem::kNoSuchMonth:
        turn.said.emplace_back("no_such_month", TextValues{{"month_number", std::to_string(month.month)}});
        break;
      case Problem::kFuture:
        turn.said.emplace_back("future_month", TextValues{{"id", id}});
        break;
      case Problem::kTooOld:
        turn.said.emplace_back("too_old", TextValues{{"year", std::to_string(kEarliestBirthYear)}});
        break;
      case Problem::kNoSuchEra:
        turn.said.emplace_back("no_such_era", TextValues{});
        break;
      case Problem::kNone:
        break;
    }
    return turn;
  }

  /// All of them or, when one cannot be, none.
  SettingsTurn add_months(const Attribute& attribute, const std::vector<BirthMonth>& months) const {
    for (const BirthMonth& month : months) {
      if (month.problem != BirthMonth::Problem::kNone) return impossible(attribute, month);
    }
    SettingsTurn turn = question(attribute, in_.state.guided);
    const auto chosen = in_.chosen.find(attribute.id);
    std::size_t count = chosen == in_.chosen.end() ? 0 : chosen->second.size();
    for (const BirthMonth& month : months) {
      const std::string id =
          birth_month_id(month.year, month.month, month.month == 4 && month.on_first.value_or(false));
      if (!has(in_.chosen, attribute.id, id) && attribute.at_most > 0 && ++count > attribute.at_most) {
        turn.said.emplace_back("too_many", TextValues{{"count", std::to_string(attribute.at_most)}});
        return turn;
      }
      if (month.month == 4 && !month.on_first) {
        // The month is registered only with its answer: one without it would say the wrong school year to some.
        SettingsTurn ask = page(Page::kFirst);
        ask.changes = std::move(turn.changes);
        ask.said = std::move(turn.said);
        ask.attribute = attribute.id;
        ask.value = id;
        ask.next = {true, in_.state.guided, false, attribute.id, "first:" + id};
        return ask;
      }
      const auto changes = changes_for(attribute, id, true, in_.chosen);
      turn.changes.insert(turn.changes.end(), changes.begin(), changes.end());
      turn.said.emplace_back("child_added", TextValues{{"id", id}});
    }
    return turn;
  }

  // --- words ---

  std::optional<SettingsTurn> command_said(const SettingsCommand& command) const {
    using Kind = SettingsCommand::Kind;
    switch (command.kind) {
      case Kind::kStart:
        return in_.chosen.empty() ? start() : page(Page::kCard);
      case Kind::kShow:
        return page(Page::kCard);
      case Kind::kErase:
        return ask_erase();
      case Kind::kShowCode:
        return show_code();
      case Kind::kEnterCode:
        return command.code.empty() ? ask_code() : enter_code(command.code);
      case Kind::kResume:
        return resume();
      case Kind::kAsk:
        return question(*schema_.find(command.attribute), false);
      case Kind::kLeave:
        return leave(*schema_.find(command.attribute), command.value, false);
    }
    return std::nullopt;
  }

  const store::AttributeSchema& schema_;
  const SettingsInput& in_;
};

}  // namespace

std::optional<SettingsTurn> SettingsDialogue::read(const SettingsInput& input) const {
  const MessageReader reader(*schema_, input);
  return input.postback.empty() ? reader.typed() : reader.pressed();
}

SettingsTurn SettingsDialogue::not_understood(const SettingsState& state, Date today) const {
  const Attribute* const attribute = schema_->find(state.attribute);
  SettingsTurn turn;
  turn.next = state;
  turn.attribute = state.attribute;
  const bool months = attribute != nullptr && attribute->kind == AttributeKind::kBirthMonths;
  turn.said.emplace_back(months ? "month_not_understood" : "not_understood", TextValues{});
  if (state.step == "erase")
    turn.page = Page::kEraseAsk;
  else if (state.step == "code")
    turn.page = Page::kCodeAsk;
  else if (attribute == nullptr)
    turn.page = Page::kCard;
  else if (months)
    turn.page = Page::kYears, turn.number = year_of(today), turn.next.step = "years";
  else
    turn.page = Page::kQuestion;
  return turn;
}

SettingsTurn SettingsDialogue::offer() const {
  SettingsTurn turn;
  turn.page = Page::kOffer;
  return turn;
}

std::string leave_data(std::string_view attribute, std::string_view value, bool on) {
  return "set:" + std::string(attribute) + ":" + std::string(value) + (on ? ":on" : ":off");
}

std::string chosen_value(const Chosen& chosen, std::string_view attribute) {
  const auto values = chosen.find(std::string(attribute));
  return values == chosen.end() || values->second.empty() ? std::string() : values->second.front();
}

}  // namespace kairan::intents
