#include "gateway/settings_desk.h"

#include <utility>

#include "base/civil_time.h"
#include "base/log.h"
#include "intents/settings_steps.h"

namespace kairan::gateway {

using intents::SettingsTurn;

namespace {

/// 「11月22日（日）17:05」 in Japan; "2026-11-22 17:05" in English.
std::string moment(TimePoint t, std::string_view language) {
  const std::string clock = format_clock(jst_minute_of_day(t));
  const Date date = jst_date(t);
  return language == "ja" || language == "ja-easy" ? format_ja(date) + clock : format_iso(date) + " " + clock;
}

Display display_of(const std::string& value) {
  if (value == "large") return Display::kLarge;
  return value == "text" ? Display::kText : Display::kStandard;
}

}  // namespace

SettingsDesk::SettingsDesk(const SchemaSlot& schema, store::Subscribers& subscribers, store::Conversations& conversations,
                           const Clock& clock, SettingsServices services)
    : schema_(schema),
      subscribers_(subscribers),
      conversations_(conversations),
      clock_(clock),
      services_(std::move(services)) {}

Result<ResidentView> SettingsDesk::open(const std::string& address) {
  ResidentView view;
  const auto found = subscribers_.find(address);
  if (!found) return found.error().within("subscriber");
  view.ref = *found;
  if (!view.ref) return view;
  auto conversation = conversations_.read(*view.ref);
  if (!conversation) return conversation.error().within("conversation");
  view.conversation = *std::move(conversation);
  intents::SplitConversation split = intents::split_conversation(view.conversation);
  view.settings = std::move(split.settings);
  view.engine_conversation = std::move(split.rest);
  if (const Status read = read_settings(*schema_.get(), view); !read) return read.error().within("settings");
  return view;
}

Status SettingsDesk::read_settings(const store::AttributeSchema& schema, ResidentView& view) {
  view.chosen.clear();
  if (view.ref) {
    auto chosen = subscribers_.settings(*view.ref, schema);
    if (!chosen) return chosen.error();
    view.chosen = *std::move(chosen);
  }
  const auto districts = view.chosen.find(std::string(intents::kDistrictAttribute));
  view.resident.districts = districts == view.chosen.end() ? std::vector<std::string>() : districts->second;
  const std::string language = intents::chosen_value(view.chosen, intents::kLanguageAttribute);
  view.resident.language = language.empty() ? "ja" : language;
  view.display = display_of(intents::chosen_value(view.chosen, intents::kDisplayAttribute));
  return {};
}

Result<std::optional<SettingsAnswer>> SettingsDesk::handle(const Event& event, ResidentView& view) {
  const auto schema = schema_.get();
  const Date today = jst_date(clock_.now());
  const intents::SettingsDialogue dialogue(*schema);
  const bool is_text = event.kind == EventKind::kText;
  intents::SettingsInput input{is_text ? event.text : std::string_view(), is_text ? std::string_view() : event.data,
                               view.settings, view.chosen, view.ref.has_value(), today};
  std::optional<SettingsTurn> turn = dialogue.read(input);
  if (!turn) return std::optional<SettingsAnswer>();

  SettingsAnswer answer;
  answer.counter = turn->refused ? "settings:refused" : turn->changes.empty() ? "settings:shown" : "settings:changed";
  // Words before the changes belong to the language they are made in; after them, to the one chosen.
  const std::string language_before = view.resident.language;
  if (const Status applied = apply(event, *schema, *turn, view); !applied) {
    // Erased by a later event than this one: it must not come back to life, and there is nobody to answer.
    if (applied.error().code == ErrorCode::kNotFound) {
      answer.counter = "ignored:erased";
      answer.erased = true;
      return std::optional<SettingsAnswer>(std::move(answer));
    }
    if (applied.error().code != ErrorCode::kInvalid) return applied.error().within("settings");
    log::warn("settings.not_applied", {{"reason", applied.error().detail}});
    turn->said = {{"refused", {}}};
    answer.counter = "settings:refused";
  }
  if (const Status acted = act(event, *schema, *turn, view); !acted) {
    if (acted.error().code != ErrorCode::kNotFound) return acted.error().within("settings");
    answer.counter = "ignored:erased";
    answer.erased = true;
    return std::optional<SettingsAnswer>(std::move(answer));
  }
  answer.erased = turn->act == SettingsTurn::Act::kEraseAll && !view.ref;
  const std::string language = answer.erased ? language_before : view.resident.language;
  if (answer.erased) answer.counter = "settings:erased";
  answer.messages = dialogue.show(*turn, view.chosen, language, today);
  answer.next = turn->next;
  return std::optional<SettingsAnswer>(std::move(answer));
}

Status SettingsDesk::apply(const Event& event, const store::AttributeSchema& schema, const SettingsTurn& turn,
                           ResidentView& view) {
  if (turn.changes.empty()) return {};
  if (!view.ref) {
    const auto made = subscribers_.ensure(event.source.chat_id, event.at);
    if (!made) return made.error();
    view.ref = *made;
  }
  const auto changed = subscribers_.change(*view.ref, schema, turn.changes, event.at);
  if (!changed) return changed.error();
  return read_settings(schema, view);
}

Status SettingsDesk::act(const Event& event, const store::AttributeSchema& schema, SettingsTurn& turn, ResidentView& view) {
  using Act = SettingsTurn::Act;
  const std::string& address = event.source.chat_id;
  const auto unavailable = [&] { turn.said = {{"unavailable", {}}}; };
  switch (turn.act) {
    case Act::kNone: return {};
    case Act::kEraseAll: {
      if (!services_.erase) {
        unavailable();
        return {};
      }
      if (const Status erased = services_.erase(address, event.at, event.id); !erased) return erased.error().within("erase");
      view = ResidentView();
      return {};
    }
    case Act::kShowCode: {
      if (!services_.resident_code) {
        unavailable();
        return {};
      }
      const auto code = services_.resident_code(address, event.at);
      if (!code && code.error().code == ErrorCode::kConflict) {
        turn.said = {{"code_often", {}}};
        return {};
      }
      if (!code) return code.error().within("resident code");
      turn.said.emplace_back("your_code", intents::TextValues{{"code", code->code},
                                                              {"until", moment(code->until, view.resident.language)}});
      return {};
    }
    case Act::kEnterCode: {
      if (!services_.enter_group) {
        unavailable();
        return {};
      }
      const auto entered = services_.enter_group(address, turn.code, event.at);
      if (!entered) return entered.error().within("group code");
      if (entered->kind == GroupEntry::Kind::kLocked) {
        turn.said.emplace_back("code_locked", intents::TextValues{});
      } else if (entered->kind == GroupEntry::Kind::kWrong) {
        turn.said.emplace_back("code_wrong", intents::TextValues{{"left", std::to_string(entered->tries_left)}});
        turn.next = {true, false, false, "", "code"};
      } else {
        const store::Attribute* const attribute = schema.find(entered->attribute);
        const std::string name = attribute == nullptr
                                     ? entered->value
                                     : intents::value_label(*attribute, entered->value, view.resident.language);
        turn.said.emplace_back("code_good", intents::TextValues{{"group", name}});
        // The code's own store made the change; a person new to us got a slot by it.
        if (!view.ref) {
          const auto found = subscribers_.find(address);
          if (!found) return found.error();
          view.ref = *found;
        }
        return read_settings(schema, view);
      }
      return {};
    }
  }
  return {};
}

SettingsAnswer SettingsDesk::not_understood(const ResidentView& view) const {
  const auto schema = schema_.get();
  const Date today = jst_date(clock_.now());
  const intents::SettingsDialogue dialogue(*schema);
  const SettingsTurn turn = dialogue.not_understood(view.settings, today);
  return {dialogue.show(turn, view.chosen, view.resident.language, today), turn.next, "settings:not_understood", false};
}

std::vector<Message> SettingsDesk::offer(const ResidentView& view) const {
  const auto schema = schema_.get();
  if (intents::asked_attributes(*schema).empty()) return {};
  const intents::SettingsDialogue dialogue(*schema);
  return dialogue.show(dialogue.offer(), view.chosen, view.resident.language, jst_date(clock_.now()));
}

}  // namespace kairan::gateway
