#include "gateway/router.h"

#include <iterator>

#include "base/log.h"
#include "gateway/gap_store.h"
#include "gateway/safety_desk.h"
#include "gateway/shelter_desk.h"

namespace kairan::gateway {
namespace {

/// Data of the buttons that change the picture menu (intents/menu_file.h, `menu:`).
constexpr std::string_view kMenuSwitched = "menu:";

Handling ignored(std::string_view reason) {
  return Handling{{}, Display::kStandard, std::nullopt, "ignored:" + std::string(reason)};
}

bool is_group(const Event& event) {
  return event.source.kind == Source::Kind::kGroup || event.source.kind == Source::Kind::kRoom;
}

}  // namespace

Router::Router(const EngineSlot& engine, SettingsDesk& settings, store::Subscribers& subscribers,
               store::Conversations& conversations, intents::GapStore& gaps, const Sealer& sealer, const Clock& clock)
    : engine_(engine),
      settings_(settings),
      subscribers_(subscribers),
      conversations_(conversations),
      gaps_(gaps),
      sealer_(sealer),
      clock_(clock) {}

Result<Handling> Router::handle(const Event& event) {
  // Follow state is kept whoever holds the conversation: a block must win even while a module channel answers.
  if (event.kind == EventKind::kFollow || event.kind == EventKind::kUnfollow) return follow(event);
  if (event.standby) return ignored("standby");
  if (event.reply_token.empty()) return ignored(event_kind_name(event.kind));
  // The picture menu was changed for another: the change is seen, nothing is to be said.
  if (event.kind == EventKind::kPostback && event.data.compare(0, kMenuSwitched.size(), kMenuSwitched) == 0) {
    return ignored("menu_switched");
  }
  if (is_group(event)) {
    if (event.kind == EventKind::kJoin) return say(event, "joined_group", "joined", intents::Resident{});
    // In groups and rooms people talk to one another; Kairan answers only when it is spoken to.
    if (event.kind == EventKind::kPostback) return ask_group(event);
    if (event.kind == EventKind::kText && event.mentions_us) return ask_group(event);
    return ignored(event.kind == EventKind::kText ? "not_mentioned" : event_kind_name(event.kind));
  }
  switch (event.kind) {
    case EventKind::kText:
    case EventKind::kPostback: return event.source.kind == Source::Kind::kPerson ? ask_person(event) : ask_group(event);
    case EventKind::kSticker: return say_to_person(event, "thanks_sticker", "sticker");
    case EventKind::kMedia: return say_to_person(event, "not_understood_media", "media");
    case EventKind::kLocation: return place(event);
    default: return ignored(event_kind_name(event.kind));
  }
}

Result<Handling> Router::follow(const Event& event) {
  if (event.source.kind != Source::Kind::kPerson) return ignored("no_source");
  const bool follows = event.kind == EventKind::kFollow;
  const auto changed = subscribers_.set_following(event.source.chat_id, follows, event.at);
  if (!changed) return changed.error().within("follow state");
  if (!follows) return Handling{{}, Display::kStandard, std::nullopt, *changed ? "unfollowed" : "ignored:older_unfollow"};
  if (!*changed) {
    // Either something newer is known, or this very event was applied by a run that ended before its commit: then the
    // greeting is still owed.
    const auto now = is_following(event.source.chat_id);
    if (!now) return now.error().within("follow state");
    if (!*now) return ignored("older_follow");
  }
  if (event.standby) return ignored("standby");
  const auto view = settings_.open(event.source.chat_id);
  if (!view) return view.error();
  Handling handling{engine_.get()->greeting(view->resident), view->display, std::nullopt, "greeted"};
  std::vector<Message> offer = settings_.offer(*view);
  std::move(offer.begin(), offer.end(), std::back_inserter(handling.messages));
  return handling;
}

Result<bool> Router::is_following(const std::string& address) {
  const auto ref = subscribers_.find(address);
  if (!ref) return ref.error();
  if (!*ref) return false;
  return subscribers_.is_following(**ref);
}

intents::Answer Router::answer_of(const Event& event, const intents::Resident& resident, std::string conversation) const {
  intents::Query query;
  query.now = clock_.now();
  query.resident = resident;
  query.conversation = std::move(conversation);
  if (event.kind == EventKind::kPostback) {
    query.postback = event.data;
    for (const auto& [name, value] : event.params) query.postback += "&" + name + "=" + value;
  } else {
    query.text = event.text;
  }
  return engine_.get()->answer(query);
}

void Router::learn(const Event& event, const intents::Answer& answer) {
  if (!answer.gap) return;
  // The resident's answer does not wait for this: what cannot be kept is only missing from a list of hints.
  const Status kept = gaps_.record(*answer.gap, gap_resident_tag(sealer_, event.source.person_id), clock_.now());
  if (!kept) log::warn("gap.not_kept", {{"reason", kept.error().detail}});
}

Handling Router::ask_group(const Event& event) {
  intents::Answer answer = answer_of(event, intents::Resident{}, "");
  learn(event, answer);
  return Handling{std::move(answer.messages), Display::kStandard, std::nullopt,
                  "answered:" + std::string(intents::answer_kind_name(answer.kind))};
}

Result<Handling> Router::ask_person(const Event& event) {
  auto view = settings_.open(event.source.chat_id);
  if (!view) return view.error();
  auto urgent = emergency(event, *view);
  if (!urgent) return urgent.error();
  if (*urgent) return **std::move(urgent);
  auto settled = settings_.handle(event, *view);
  if (!settled) return settled.error();
  if (std::optional<SettingsAnswer>& settings = *settled) {
    Handling handling{std::move(settings->messages), view->display, std::nullopt, settings->counter};
    if (settings->erased) return handling;
    return keep(event, *view, std::move(handling), intents::join_conversation(settings->next, view->engine_conversation));
  }
  intents::Answer answer = answer_of(event, view->resident, view->engine_conversation);
  const bool waiting = view->settings.open && !view->settings.paused;
  if (waiting && answer.kind == intents::Answer::Kind::kNone && event.kind == EventKind::kText) {
    SettingsAnswer again = settings_.not_understood(*view);
    return keep(event, *view, Handling{std::move(again.messages), view->display, std::nullopt, again.counter},
                intents::join_conversation(again.next, view->engine_conversation));
  }
  learn(event, answer);
  // A question in the middle is answered, and the settings go on when the resident wants.
  intents::SettingsState settings = view->settings;
  if (settings.open) {
    settings.paused = true;
    std::vector<Action>* const offered = answer.messages.empty() ? nullptr : &answer.messages.back().quick_replies;
    if (offered != nullptr && offered->size() < ChannelLimits().quick_replies) {
      offered->push_back(intents::SettingsDialogue::resume_action(view->resident.language));
    }
  }
  Handling handling{std::move(answer.messages), view->display, std::nullopt,
                    "answered:" + std::string(intents::answer_kind_name(answer.kind))};
  return keep(event, *view, std::move(handling), intents::join_conversation(settings, answer.conversation));
}

Result<Handling> Router::keep(const Event& event, ResidentView& view, Handling handling, const std::string& conversation) {
  if (conversation == view.conversation) return handling;
  if (!view.ref) {
    // Someone who writes without being a friend gets a slot only when there is something to remember.
    const auto made = subscribers_.ensure(event.source.chat_id, event.at);
    if (!made && made.error().code == ErrorCode::kNotFound) return ignored("erased");
    if (!made) return made.error().within("subscriber");
    view.ref = *made;
  }
  handling.conversation =
      store::ConversationWrite{view.ref->ordinal, conversation.empty() ? "" : conversations_.seal(*view.ref, conversation)};
  return handling;
}

Result<std::optional<Handling>> Router::emergency(const Event& event, const ResidentView& view) {
  if (shelters_ == nullptr || event.kind != EventKind::kText) return std::optional<Handling>();
  if (shelters_->disaster_mode()) {
    if (auto report = read_safety(event.text)) {
      std::optional<store::SubscriberRef> who = view.ref;
      if (!who) {
        const auto made = subscribers_.ensure(event.source.chat_id, event.at);
        if (!made && made.error().code != ErrorCode::kNotFound) return made.error().within("subscriber");
        if (made) who = *made;
      }
      report->at = event.at;
      if (!view.resident.districts.empty()) report->district = view.resident.districts.front();
      if (who) {
        if (const Status kept = safety_->report(*who, *report); !kept) return kept.error().within("safety report");
      }
      return std::optional<Handling>(Handling{SafetyDesk::answer(*report, view.resident.language), view.display, std::nullopt, "answered:safety"});
    }
  }
  if (asks_about_safety(event.text)) {
    const std::string& language = view.resident.language;
    auto answer = shelters_->disaster_mode() ? SafetyDesk::question(shelters_->open_names(), language) : SafetyDesk::not_now(language);
    return std::optional<Handling>(Handling{std::move(answer), view.display, std::nullopt, "answered:safety"});
  }
  auto messages = shelters_->asked(event.text, view.resident.districts, view.resident.language);
  if (!messages) return std::optional<Handling>();
  return std::optional<Handling>(Handling{*std::move(messages), view.display, std::nullopt, "answered:shelter"});
}

Result<Handling> Router::place(const Event& event) {
  if (shelters_ == nullptr || !event.location || event.source.kind != Source::Kind::kPerson) return say_to_person(event, "location_received", "location");
  const auto view = settings_.open(event.source.chat_id);
  if (!view) return view.error();
  return Handling{shelters_->near(event.location->latitude, event.location->longitude, view->resident.language), view->display, std::nullopt, "location"};
}

Result<Handling> Router::say_to_person(const Event& event, std::string_view phrase, std::string_view counter) {
  if (event.source.kind != Source::Kind::kPerson) return say(event, phrase, counter, intents::Resident{});
  const auto view = settings_.open(event.source.chat_id);
  if (!view) return view.error();
  Handling handling = say(event, phrase, counter, view->resident);
  handling.display = view->display;
  return handling;
}

Handling Router::say(const Event& event, std::string_view phrase, std::string_view counter,
                     const intents::Resident& resident) const {
  const std::string text = engine_.get()->phrase(phrase, resident);
  if (text.empty()) return ignored(event_kind_name(event.kind));
  return Handling{{text_message(text)}, Display::kStandard, std::nullopt, "answered:" + std::string(counter)};
}

}  // namespace kairan::gateway
