// Reply tokens: single use, alive for a minute after the bot received the webhook and never longer than 20 minutes
// after the event. Not thread-safe: guarded by World::mutex.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/clock.h"

namespace kairan::adapters::simulator {

class ReplyTokens {
 public:
  ReplyTokens(milliseconds after_webhook, milliseconds after_event)
      : after_webhook_(after_webhook), after_event_(after_event) {}

  void add(const std::string& token, const std::string& chat_id, TimePoint event_at);
  /// A webhook with this token went out (again): an unused token is good for its minute from here on.
  void note_sent(const std::string& token, TimePoint now);
  /// The chat that the token answers, once; nothing when it is unknown, used, or too old.
  std::optional<std::string> redeem(const std::string& token, TimePoint now);
  void clear();

 private:
  struct Entry {
    std::string chat_id;
    TimePoint event_at;
    TimePoint sent_at;
    bool used = false;
  };
  void forget_old(TimePoint now);

  const milliseconds after_webhook_;
  const milliseconds after_event_;
  std::unordered_map<std::string, Entry> entries_;
  std::deque<std::pair<TimePoint, std::string>> ages_;
};

}  // namespace kairan::adapters::simulator
