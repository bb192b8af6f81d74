#include "gateway/router.h"

#include "base/log.h"
#include "gateway/gap_store.h"

namespace kairan::gateway {
namespace {

Handling ignored(std::string_view reason) { return Handling{{}, std::nullopt, "ignored:" + std::string(reason)}; }

bool is_group(const Event& event) {
  return event.source.kind == Source::Kind::kGroup || event.source.kind == Source::Kind::kRoom;
}

}  // namespace

Router::Router(const EngineSlot& engine, store::Subscribers& subscribers, store::Conversations& conversations,
               intents::GapStore& gaps, const Sealer& sealer, const Clock& clock)
    : engine_(engine),
      subscribers_(subscribers),
      conversations_(conversations),
      gaps_(gaps),
      sealer_(sealer),
      clock_(clock) {}

Result<Handling> Router::handle(const Event& event) {
  // Follow state is kept whoever holds the conversation: a block must win even while a module channel answers.
  if (event.kind == EventKind::kFollow || event.kind == EventKind::kUnfollow) {
    if (event.source.kind != Source::Kind::kPerson) return ignored("no_source");
    const bool follows = event.kind == EventKind::kFollow;
    const auto changed = subscribers_.set_following(event.source.chat_id, follows, event.at);
    if (!changed) return changed.error().within("follow state");
    if (!follows) return Handling{{}, std::nullopt, *changed ? "unfollowed" : "ignored:older_unfollow"};
    if (!*changed) {
      // Either something newer is known, or this very event was applied by a run that ended before its commit: then the
      // greeting is still owed.
      const auto now = is_following(event.source.chat_id);
      if (!now) return now.error().within("follow state");
      if (!*now) return ignored("older_follow");
    }
    if (event.standby) return ignored("standby");
    return Handling{engine_.get()->greeting(intents::Resident{}), std::nullopt, "greeted"};
  }
  if (event.standby) return ignored("standby");
  if (event.reply_token.empty()) return ignored(event_kind_name(event.kind));
  if (is_group(event)) {
    if (event.kind == EventKind::kJoin) return say(event, "joined_group", "joined");
    // In groups and rooms people talk to one another; Kairan answers only when it is spoken to.
    if (event.kind == EventKind::kPostback) return ask(event);
    if (event.kind == EventKind::kText && event.mentions_us) return ask(event);
    return ignored(event.kind == EventKind::kText ? "not_mentioned" : event_kind_name(event.kind));
  }
  switch (event.kind) {
    case EventKind::kText:
    case EventKind::kPostback: return ask(event);
    case EventKind::kSticker: return say(event, "thanks_sticker", "sticker");
    case EventKind::kMedia: return say(event, "not_understood_media", "media");
    case EventKind::kLocation: return say(event, "location_received", "location");
    default: return ignored(event_kind_name(event.kind));
  }
}

Result<bool> Router::is_following(const std::string& address) {
  const auto ref = subscribers_.find(address);
  if (!ref) return ref.error();
  if (!*ref) return false;
  return subscribers_.is_following(**ref);
}

Result<Handling> Router::ask(const Event& event) {
  intents::Query query;
  query.now = clock_.now();
  if (event.kind == EventKind::kPostback) {
    query.postback = event.data;
    for (const auto& [name, value] : event.params) query.postback += "&" + name + "=" + value;
  } else {
    query.text = event.text;
  }
  std::optional<store::SubscriberRef> ref;
  if (event.source.kind == Source::Kind::kPerson) {
    auto found = subscribers_.find(event.source.chat_id);
    if (!found) return found.error().within("subscriber");
    ref = *found;
    if (ref) {
      auto state = conversations_.read(*ref);
      if (!state) return state.error().within("conversation");
      query.conversation = *std::move(state);
    }
  }
  intents::Answer answer = engine_.get()->answer(query);
  if (answer.gap) {
    // The resident's answer does not wait for this: what cannot be kept is only missing from a list of hints.
    const Status kept = gaps_.record(*answer.gap, gap_resident_tag(sealer_, event.source.person_id), query.now);
    if (!kept) log::warn("gap.not_kept", {{"reason", kept.error().detail}});
  }
  Handling handling;
  handling.messages = std::move(answer.messages);
  handling.counter = "answered:" + std::string(intents::answer_kind_name(answer.kind));
  if (event.source.kind != Source::Kind::kPerson || answer.conversation == query.conversation) return handling;
  if (!ref) {
    // Someone who writes without being a friend gets a slot only when there is something to remember.
    auto made = subscribers_.ensure(event.source.chat_id, event.at);
    if (!made && made.error().code == ErrorCode::kNotFound) return ignored("erased");
    if (!made) return made.error().within("subscriber");
    ref = *made;
  }
  handling.conversation = store::ConversationWrite{
      ref->ordinal, answer.conversation.empty() ? std::string() : conversations_.seal(*ref, answer.conversation)};
  return handling;
}

Handling Router::say(const Event& event, std::string_view phrase, std::string_view counter) const {
  const std::string text = engine_.get()->phrase(phrase, intents::Resident{});
  if (text.empty()) return ignored(event_kind_name(event.kind));
  return Handling{{text_message(text)}, std::nullopt, "answered:" + std::string(counter)};
}

}  // namespace kairan::gateway
