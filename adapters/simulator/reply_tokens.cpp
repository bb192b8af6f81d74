#include "adapters/simulator/reply_tokens.h"

namespace kairan::adapters::simulator {

void ReplyTokens::add(const std::string& token, const std::string& chat_id, TimePoint event_at) {
  forget_old(event_at);
  entries_[token] = Entry{chat_id, event_at, event_at, false};
  ages_.emplace_back(event_at, token);
}

void ReplyTokens::note_sent(const std::string& token, TimePoint now) {
  const auto it = entries_.find(token);
  if (it != entries_.end()) it->second.sent_at = now;
}

std::optional<std::string> ReplyTokens::redeem(const std::string& token, TimePoint now) {
  const auto it = entries_.find(token);
  if (it == entries_.end()) return std::nullopt;
  Entry& entry = it->second;
  if (entry.used || now - entry.sent_at > after_webhook_ || now - entry.event_at > after_event_) return std::nullopt;
  entry.used = true;
  return entry.chat_id;
}

void ReplyTokens::clear() {
  entries_.clear();
  ages_.clear();
}

void ReplyTokens::forget_old(TimePoint now) {
  while (!ages_.empty() && now - ages_.front().first > after_event_) {
    entries_.erase(ages_.front().second);
    ages_.pop_front();
  }
}

}  // namespace kairan::adapters::simulator
