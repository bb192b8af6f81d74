// What 受信設定 shows: from a turn and the chosen values to messages. Buttons fit LINE's limits (13 quick replies, labels of
// 20 characters); a list of more values than a card holds can be answered by writing.
#include <algorithm>

#include "base/text.h"
#include "intents/reply.h"
#include "intents/settings_birth_month.h"
#include "intents/settings_dialogue.h"
#include "intents/settings_steps.h"

namespace kairan::intents {

using store::Attribute;
using store::AttributeKind;
using Page = SettingsTurn::Page;

namespace {

constexpr std::size_t kMaxRows = 30;

class Painter {
 public:
  Painter(const store::AttributeSchema& schema, const SettingsTurn& turn, const Chosen& chosen,
          std::string_view language, Date today)
      : schema_(schema), turn_(turn), chosen_(chosen), language_(language), today_(today) {}

  std::vector<Message> paint() const {
    std::vector<Message> messages;
    std::string said;
    for (const auto& [name, values] : turn_.said) said += (said.empty() ? "" : "\n") + sentence(name, values);
    std::optional<Message> page = page_message();
    if (!said.empty()) messages.push_back(text_message(std::move(said)));
    if (page) messages.push_back(*std::move(page));
    return messages;
  }

 private:
  std::string text(std::string_view name, const TextValues& values = {}) const {
    return settings_text(name, language_, values);
  }
  /// Months are named in the language that holds when they are said.
  std::string sentence(std::string_view name, const TextValues& values) const {
    TextValues named = values;
    for (const auto& [key, value] : values) {
      if (key == "id") named.emplace_back("month", birth_month_label(value, language_));
      if (key == "month_number") named.emplace_back("month", language_ == "en" ? value : value + "月");
    }
    return text(name, named);
  }
  Action button(std::string_view name, std::string data) const {
    const std::string label = text(name);
    return {Action::Kind::kPostback, label, std::move(data), label};
  }
  static Action choice(const std::string& label, std::string data, const std::string& display) {
    return {Action::Kind::kPostback, button_label(label), std::move(data), display};
  }

  std::optional<Message> page_message() const {
    const Attribute* const attribute = schema_.find(turn_.attribute);
    switch (turn_.page) {
      case Page::kNone:
        return std::nullopt;
      case Page::kOffer:
        return offer();
      case Page::kCard:
        return card();
      case Page::kEraseAsk:
        return erase_ask();
      case Page::kCodeAsk:
        return text_message(text("code_ask"));
      case Page::kQuestion:
        return attribute == nullptr ? card() : question(*attribute);
      case Page::kChosen:
        return attribute == nullptr ? card() : chosen_now(*attribute);
      case Page::kYears:
        return attribute == nullptr ? card() : years(*attribute);
      case Page::kMonths:
        return attribute == nullptr ? card() : months(*attribute);
      case Page::kFirst:
        return attribute == nullptr ? card() : first(*attribute);
      case Page::kLeft:
        return attribute == nullptr ? card() : left(*attribute);
    }
    return std::nullopt;
  }

  Message offer() const {
    ChoicesMessage message;
    message.text = text("offer");
    message.choices = {button("start", "cfg:start"), button("later", "cfg:later")};
    const Attribute* const languages = schema_.find(kLanguageAttribute);
    for (const char* const other : {"ja-easy", "en", "ja"}) {
      const store::AttributeValue* const value = languages == nullptr ? nullptr : languages->find(other);
      if (value == nullptr || other == language_ || message.choices.size() == 4) continue;
      const std::string& label = pick(value->label, other);
      message.choices.push_back(choice(label, "cfg:lang:" + std::string(other), label));
    }
    return Message{std::move(message), {}};
  }

  // --- questions ---

  std::string title_of(const Attribute& attribute) const {
    std::string title = pick(attribute.label, language_);
    if (!turn_.next.guided) return title;
    const std::vector<const Attribute*> asked = asked_attributes(schema_);
    const auto place = std::find(asked.begin(), asked.end(), &attribute) - asked.begin();
    return title + "（" + std::to_string(place + 1) + "/" + std::to_string(asked.size()) + "）";
  }

  bool any(const Attribute& attribute) const {
    const auto values = chosen_.find(attribute.id);
    return values != chosen_.end() && !values->second.empty();
  }

  std::string_view next_name(const Attribute& attribute) const {
    if (!turn_.next.guided) return "done";
    return any(attribute) ? "next" : "skip";
  }

  /// The buttons under every question: on, back, and out.
  std::vector<Action> ways(const Attribute& attribute) const {
    std::vector<Action> actions{button(next_name(attribute), "cfg:next:" + attribute.id)};
    if (turn_.next.guided && neighbour(schema_, attribute.id, -1) != nullptr) {
      actions.push_back(button("back", "cfg:back:" + attribute.id));
    }
    if (turn_.next.guided) actions.push_back(button("stop", "cfg:stop"));
    return actions;
  }

  Message question(const Attribute& attribute) const {
    ListMessage list;
    list.title = title_of(attribute);
    list.text = pick(attribute.question, language_);
    if (attribute.kind == AttributeKind::kBirthMonths) {
      add_children(attribute, list);
    } else {
      const bool many = attribute.kind == AttributeKind::kMany;
      for (const store::AttributeValue& value : attribute.values) {
        if (list.rows.size() == kMaxRows) break;
        const bool on = has(chosen_, attribute.id, value.id);
        const std::string& label = pick(value.label, language_);
        ListRow row;
        row.label = label;
        row.mark = on ? ListRow::Mark::kOn : many ? ListRow::Mark::kOff : ListRow::Mark::kNone;
        row.action = toggle(attribute, value.id, label, on && many);
        list.rows.push_back(std::move(row));
      }
      list.actions = ways(attribute);
    }
    return Message{std::move(list), {}};
  }

  Action toggle(const Attribute& attribute, const std::string& value, const std::string& label, bool off) const {
    return choice(label, std::string(off ? "cfg:off:" : "cfg:on:") + attribute.id + ":" + value,
                  off ? label + "（" + text("stop") + "）" : label);
  }

  void add_children(const Attribute& attribute, ListMessage& list) const {
    const auto values = chosen_.find(attribute.id);
    const std::size_t count = values == chosen_.end() ? 0 : values->second.size();
    for (std::size_t i = 0; i < count && i < kMaxRows; ++i) {
      const std::string& id = values->second[i];
      const std::string label = birth_month_label(id, language_);
      ListRow row;
      row.label = text("registered");
      row.value = label;
      row.action = button("remove", "cfg:off:" + attribute.id + ":" + id);
      row.action->display = label + "（" + text("remove") + "）";
      list.rows.push_back(std::move(row));
    }
    list.actions = ways(attribute);
    if (attribute.at_most == 0 || count < attribute.at_most) {
      const auto place = count == 0 ? list.actions.begin() : list.actions.begin() + 1;
      list.actions.insert(place, button("add_child", "cfg:years:" + attribute.id));
    }
  }

  /// After a press in a check list: what is chosen now in one line, and the list again as small buttons. A card for every
  /// press would push the rest of the talk off the screen.
  Message chosen_now(const Attribute& attribute) const {
    if (attribute.values.size() + 1 > kChannel.quick_replies) return question(attribute);
    std::string values;
    Message message;
    const std::string next = text(next_name(attribute));
    message.quick_replies.push_back(button(next_name(attribute), "cfg:next:" + attribute.id));
    for (const store::AttributeValue& value : attribute.values) {
      const bool on = has(chosen_, attribute.id, value.id);
      const std::string& label = pick(value.label, language_);
      if (on) values += (values.empty() ? "" : language_ == "en" ? ", " : "、") + label;
      Action action = toggle(attribute, value.id, label, on);
      action.label = button_label((on ? "☑ " : "☐ ") + label);
      message.quick_replies.push_back(std::move(action));
    }
    std::string said = values.empty() ? text("chosen_none") : text("chosen", {{"values", values}});
    message.body = TextMessage{said + "\n" + text("more_or_next", {{"next", next}})};
    return message;
  }

  // --- birth months ---

  Message years(const Attribute& attribute) const {
    Message message = text_message(text("which_year"));
    int year = std::min(turn_.number, year_of(today_));
    for (int shown = 0; shown < kYearsShown && year >= kEarliestBirthYear; ++shown, --year) {
      const std::string label = birth_year_label(year, language_);
      message.quick_replies.push_back(choice(label, "cfg:year:" + attribute.id + ":" + std::to_string(year), label));
    }
    if (year >= kEarliestBirthYear) {
      message.quick_replies.push_back(button("older", "cfg:older:" + attribute.id + ":" + std::to_string(year)));
    }
    return message;
  }

  Message months(const Attribute& attribute) const {
    const int year = turn_.number;
    Message message = text_message(text("which_month", {{"year", birth_year_label(year, language_)}}));
    const int last = year == year_of(today_) ? month_of(today_) : 12;
    for (int month = 1; month <= last; ++month) {
      const std::string id = birth_month_id(year, month, false);
      message.quick_replies.push_back(choice(month_label(month, language_), "cfg:month:" + attribute.id + ":" + id,
                                             birth_month_label(id, language_)));
    }
    message.quick_replies.push_back(button("back", "cfg:years:" + attribute.id));
    return message;
  }

  Message first(const Attribute& attribute) const {
    const auto parts = parse_birth_month_id(turn_.value);
    Message message = text_message(text("which_day"));
    if (!parts) return message;
    const std::string month = ":" + attribute.id + ":" + birth_month_id(parts->year, parts->month, false);
    message.quick_replies = {button("yes_first", "cfg:first" + month), button("no_first", "cfg:other" + month),
                             button("back", "cfg:years:" + attribute.id)};
    return message;
  }

  // --- the card, erasing, leaving ---

  Message card() const {
    ListMessage list;
    list.title = text("card_title");
    list.text = text("card_text");
    bool verified = false;
    for (const Attribute& attribute : schema_.attributes()) {
      if (attribute.hidden) continue;
      verified = verified || attribute.verified;
      if (list.rows.size() == kMaxRows || (attribute.verified && !any(attribute))) continue;
      ListRow row;
      row.label = pick(attribute.label, language_);
      row.value = values_text(attribute);
      if (!attribute.verified) row.action = button("change", "cfg:ask:" + attribute.id);
      if (row.action) row.action->display = row.label;
      list.rows.push_back(std::move(row));
    }
    if (asked_attributes(schema_).size() > 1) list.actions.push_back(button("all_again", "cfg:start"));
    if (verified) list.actions.push_back(button("enter_code", "cfg:code:enter"));
    list.actions.push_back(button("show_code", "cfg:code"));
    list.actions.push_back(button("erase", "cfg:erase"));
    return Message{std::move(list), {}};
  }

  std::string values_text(const Attribute& attribute) const {
    std::string joined;
    const auto values = chosen_.find(attribute.id);
    if (values == chosen_.end()) return text("nothing");
    for (const std::string& value : values->second) {
      joined += (joined.empty() ? "" : language_ == "en" ? ", " : "、") + value_label(attribute, value, language_);
    }
    return joined.empty() ? text("nothing") : shorten_utf16(joined, 500);
  }

  Message erase_ask() const {
    ChoicesMessage message;
    message.text = text("erase_ask");
    message.choices = {button("erase_choices", "cfg:erase:choices"), button("erase_all", "cfg:erase:all"),
                       button("erase_no", "cfg:erase:no")};
    return Message{std::move(message), {}};
  }

  Message left(const Attribute& attribute) const {
    const bool on = turn_.number == 1;
    ChoicesMessage message;
    message.text = text(on ? "joined" : "left", {{"value", value_label(attribute, turn_.value, language_)}});
    if (!on) message.choices.push_back(button("undo", leave_data(attribute.id, turn_.value, true)));
    message.choices.push_back(button("see_settings", "cfg:show"));
    return Message{std::move(message), {}};
  }

  const store::AttributeSchema& schema_;
  const SettingsTurn& turn_;
  const Chosen& chosen_;
  const std::string_view language_;
  const Date today_;
};

}  // namespace

std::vector<Message> SettingsDialogue::show(const SettingsTurn& turn, const Chosen& chosen, std::string_view language,
                                            Date today) const {
  return Painter(*schema_, turn, chosen, language, today).paint();
}

Action SettingsDialogue::resume_action(std::string_view language) {
  const std::string label = settings_text("resume", language);
  return {Action::Kind::kPostback, label, "cfg:resume", label};
}

}  // namespace kairan::intents
