// Decides what an event leads to: an answer, a change of a subscriber, or nothing, with the reason. Channel-neutral.
// Threads: handle() from many at once; the engine may be swapped meanwhile.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/message.h"
#include "base/result.h"
#include "gateway/event.h"
#include "gateway/settings_desk.h"
#include "intents/engine.h"
#include "intents/gaps.h"
#include "store/conversations.h"
#include "store/inbox.h"
#include "store/subscribers.h"

namespace kairan::gateway {

/// The engine that answers now. Swapped whole; readers keep the one they took.
class EngineSlot {
 public:
  explicit EngineSlot(std::shared_ptr<const intents::Engine> engine) : engine_(std::move(engine)) {}
  std::shared_ptr<const intents::Engine> get() const {
    std::lock_guard lock(mutex_);
    return engine_;
  }
  void swap(std::shared_ptr<const intents::Engine> engine) {
    std::lock_guard lock(mutex_);
    engine_ = std::move(engine);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const intents::Engine> engine_;  // guarded by mutex_
};

/// What an event leads to.
struct Handling {
  std::vector<Message> messages;                       ///< empty = no answer
  Display display = Display::kStandard;                ///< how this person wants to read
  std::optional<store::ConversationWrite> conversation;
  std::string counter;                                 ///< "answered:choose", "ignored:standby", ...; always set
};

class SafetyDesk;
class ShelterDesk;

class Router {
 public:
  /// All outlive the router.
  Router(const EngineSlot& engine, SettingsDesk& settings, store::Subscribers& subscribers,
         store::Conversations& conversations, intents::GapStore& gaps, const Sealer& sealer, const Clock& clock);

  /// From then on locations, words about shelters and reports of safety are answered from these, before the ordinary answers. Call before handle();
  /// both outlive the router.
  void answer_emergencies_from(const ShelterDesk& shelters, SafetyDesk& safety) {
    shelters_ = &shelters;
    safety_ = &safety;
  }

  /// @return kUnavailable or kTimeout when the store did not answer (try again; nothing is half done that repeating
  /// would double).
  Result<Handling> handle(const Event& event);

 private:
  Result<bool> is_following(const std::string& address);
  Result<Handling> follow(const Event& event);
  Result<Handling> ask_person(const Event& event);
  Result<std::optional<Handling>> emergency(const Event& event, const ResidentView& view);
  Result<Handling> place(const Event& event);
  Handling ask_group(const Event& event);
  Result<Handling> say_to_person(const Event& event, std::string_view phrase, std::string_view counter);
  Handling say(const Event& event, std::string_view phrase, std::string_view counter,
               const intents::Resident& resident) const;
  intents::Answer answer_of(const Event& event, const intents::Resident& resident, std::string conversation) const;
  void learn(const Event& event, const intents::Answer& answer);
  Result<Handling> keep(const Event& event, ResidentView& view, Handling handling, const std::string& conversation);

  const EngineSlot& engine_;
  SettingsDesk& settings_;
  store::Subscribers& subscribers_;
  store::Conversations& conversations_;
  intents::GapStore& gaps_;
  const Sealer& sealer_;
  const Clock& clock_;
  const ShelterDesk* shelters_ = nullptr;
  SafetyDesk* safety_ = nullptr;
};

}  // namespace kairan::gateway
