// 受信設定 between the dialogue (intents) and the store: reads what a resident has chosen, lets the dialogue decide what a
// message means, applies the changes by the event's own time, and words the answer from what is stored then. Running one
// event twice ends in the same state: every button says what it sets, nothing is toggled.
// Threads: any; the schema may be swapped meanwhile.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/message.h"
#include "base/result.h"
#include "gateway/event.h"
#include "intents/engine.h"
#include "intents/settings_dialogue.h"
#include "store/conversations.h"
#include "store/subscribers.h"

namespace kairan::gateway {

/// The attributes as they are declared now. Swapped whole; readers keep what they took.
class SchemaSlot {
 public:
  explicit SchemaSlot(store::AttributeSchema schema)
      : schema_(std::make_shared<const store::AttributeSchema>(std::move(schema))) {}
  std::shared_ptr<const store::AttributeSchema> get() const {
    std::lock_guard lock(mutex_);
    return schema_;
  }
  void swap(store::AttributeSchema schema) {
    auto next = std::make_shared<const store::AttributeSchema>(std::move(schema));
    std::lock_guard lock(mutex_);
    schema_ = std::move(next);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const store::AttributeSchema> schema_;  // guarded by mutex_
};

struct ResidentCode {
  std::string code;  ///< as it is read aloud
  TimePoint until;
};

/// What a group code led to.
struct GroupEntry {
  enum class Kind { kEntered, kWrong, kLocked };
  Kind kind = Kind::kWrong;
  std::string attribute, value;  ///< kEntered
  int tries_left = 0;            ///< kWrong
};

/// What 受信設定 needs beyond the settings themselves. An absent one is answered as not available.
struct SettingsServices {
  /// Everything about the address, in every part of the store. `at` is the time of the event that asks; the event itself is
  /// left to be answered.
  std::function<Status(const std::string& address, TimePoint at, const std::string& event_id)> erase;
  std::function<Result<ResidentCode>(const std::string& address, TimePoint at)> resident_code;
  std::function<Result<GroupEntry>(const std::string& address, const std::string& code, TimePoint at)> enter_group;
};

/// What is known of a person when one of their messages is answered.
struct ResidentView {
  std::optional<store::SubscriberRef> ref;
  intents::Chosen chosen;
  std::string conversation;          ///< as stored
  intents::SettingsState settings;
  std::string engine_conversation;   ///< the engine's part
  intents::Resident resident;
  Display display = Display::kStandard;
};

/// An answer of the settings.
struct SettingsAnswer {
  std::vector<Message> messages;
  intents::SettingsState next;
  std::string counter;  ///< "settings:changed", "settings:refused", ...
  bool erased = false;  ///< the person has no slot any more: nothing may be stored
};

class SettingsDesk {
 public:
  /// All outlive the desk.
  SettingsDesk(const SchemaSlot& schema, store::Subscribers& subscribers, store::Conversations& conversations,
               const Clock& clock, SettingsServices services = {});

  /// What is stored of the person who holds `address`; of a stranger, nothing.
  Result<ResidentView> open(const std::string& address);
  /// Nothing when the event is no business of the settings. The view is brought up to date.
  Result<std::optional<SettingsAnswer>> handle(const Event& event, ResidentView& view);
  /// For a text that nobody understood while a question of the settings waits: the question again.
  SettingsAnswer not_understood(const ResidentView& view) const;
  /// What is said after the greeting.
  std::vector<Message> offer(const ResidentView& view) const;

 private:
  Status apply(const Event& event, const store::AttributeSchema& schema, const intents::SettingsTurn& turn,
               ResidentView& view);
  Status act(const Event& event, const store::AttributeSchema& schema, intents::SettingsTurn& turn, ResidentView& view);
  Status read_settings(const store::AttributeSchema& schema, ResidentView& view);

  const SchemaSlot& schema_;
  store::Subscribers& subscribers_;
  store::Conversations& conversations_;
  const Clock& clock_;
  const SettingsServices services_;
};

}  // namespace kairan::gateway
