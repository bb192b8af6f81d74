#include "adapters/simulator/chats.h"

#include <algorithm>
#include <utility>

namespace kairan::adapters::simulator {

Chat* Chats::find(const std::string& chat_id) {
  const auto it = chats_.find(chat_id);
  return it == chats_.end() ? nullptr : &it->second;
}

Chat* Chats::open(const std::string& chat_id) {
  if (Chat* chat = find(chat_id)) return chat;
  return chats_.size() >= kChats ? nullptr : &chats_[chat_id];
}

std::uint64_t Chats::append(Chat& chat, ChatEntry entry) {
  const std::uint64_t seq = ++version_;
  entry.seq = seq;
  entry.version = seq;
  if (entry.from == ChatEntry::From::kAccount) chat.loading_until = TimePoint{};
  chat.entries.push_back(std::move(entry));
  if (chat.entries.size() > kEntries) chat.entries.pop_front();
  chat.version = seq;
  return seq;
}

void Chats::set_state(const std::string& chat_id, std::uint64_t seq, const std::string& state) {
  Chat* chat = find(chat_id);
  if (chat == nullptr) return;
  const auto it = std::find_if(chat->entries.begin(), chat->entries.end(),
                               [seq](const ChatEntry& entry) { return entry.seq == seq; });
  if (it == chat->entries.end() || it->state == state || it->state == "read") return;
  it->state = state;
  chat->version = it->version = ++version_;
}

void Chats::set_loading(Chat& chat, TimePoint until) {
  chat.loading_until = until;
  chat.version = ++version_;
}

void Chats::touch_all() {
  for (auto& [id, chat] : chats_) touch(chat);
}

void Chats::clear() {
  chats_.clear();
  ++epoch_;
  ++version_;
}

}  // namespace kairan::adapters::simulator
