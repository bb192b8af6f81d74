// The conversations that somebody looks at: what a phone shows, oldest first. Bulk recipients have none until somebody
// opens their phone. Not thread-safe: guarded by World::mutex.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace kairan::adapters::simulator {

struct ChatEntry {
  enum class From { kResident, kAccount, kSystem };
  std::uint64_t seq = 0;      ///< order in the whole simulator
  std::uint64_t version = 0;  ///< of its last change
  From from = From::kSystem;
  TimePoint at;
  std::string messages;  ///< JSON array of message objects in LINE's form; for kSystem one text message
  std::string state;     ///< kResident: "sending", "read" (the bot took the webhook), "failed"; else ""
  std::string via;       ///< kAccount: "reply", "push", "multicast", "broadcast"
  std::string author;    ///< in groups: who wrote
  std::string id;        ///< message id (resident) or request id (account)
};

struct Chat {
  std::deque<ChatEntry> entries;
  TimePoint loading_until{};
  std::uint64_t version = 0;
};

class Chats {
 public:
  /// @param epoch  differs from run to run, such as the time of start
  explicit Chats(std::uint64_t epoch) : epoch_(epoch) {}

  static constexpr std::size_t kEntries = 200;  ///< kept per conversation
  static constexpr std::size_t kChats = 50'000;

  /// @return nothing when there is no such conversation.
  Chat* find(const std::string& chat_id);
  /// Makes the conversation; nothing when kChats exist already.
  Chat* open(const std::string& chat_id);
  /// @return its seq
  std::uint64_t append(Chat& chat, ChatEntry entry);
  void set_state(const std::string& chat_id, std::uint64_t seq, const std::string& state);
  void set_loading(Chat& chat, TimePoint until);
  void touch(Chat& chat) { chat.version = ++version_; }
  void touch_all();
  void clear();

  std::uint64_t version() const { return version_; }
  /// Changes when everything was forgotten, so that a page knows to start anew.
  std::uint64_t epoch() const { return epoch_; }

 private:
  std::uint64_t epoch_;
  std::uint64_t version_ = 0;
  std::unordered_map<std::string, Chat> chats_;
};

}  // namespace kairan::adapters::simulator
