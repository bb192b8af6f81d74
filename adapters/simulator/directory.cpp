#include "adapters/simulator/directory.h"

#include <algorithm>
#include <cstring>

#include "base/crypto.h"

namespace kairan::adapters::simulator {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::uint64_t spread(const UserId& id) {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::memcpy(&low, id.data(), sizeof low);
  std::memcpy(&high, id.data() + sizeof low, sizeof high);
  std::uint64_t mixed = low ^ (high * 0x9e3779b97f4a7c15ull);
  mixed ^= mixed >> 32;
  return mixed * 0xd6e8feb86659fd93ull;
}

}  // namespace

std::optional<UserId> parse_user_id(std::string_view text) {
  if (text.size() != 33 || text[0] != 'U') return std::nullopt;
  UserId id{};
  for (std::size_t i = 0; i < id.size(); ++i) {
    const int high = hex_value(text[1 + 2 * i]);
    const int low = hex_value(text[2 + 2 * i]);
    if (high < 0 || low < 0) return std::nullopt;
    id[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return id;
}

std::string format_user_id(const UserId& id) {
  return "U" + to_hex({reinterpret_cast<const char*>(id.data()), id.size()});
}

UserIndex Directory::add_next() {
  for (;;) {
    const Sha256 digest = sha256("kairan simulator user " + std::to_string(seed_) + " " + std::to_string(next_++));
    UserId id{};
    std::copy_n(digest.begin(), id.size(), id.begin());
    if (find(id) == kNobody) return add(id);
  }
}

UserIndex Directory::add(const UserId& id) {
  if ((people_.size() + 1) * 2 > table_.size()) grow();
  const std::size_t slot = slot_of(id);
  if (table_[slot] != kNobody) return table_[slot];
  const auto index = static_cast<UserIndex>(people_.size());
  people_.emplace_back();
  people_.back().id = id;
  table_[slot] = index;
  return index;
}

UserIndex Directory::find(const UserId& id) const {
  return table_.empty() ? kNobody : table_[slot_of(id)];
}

UserIndex Directory::find(std::string_view text) const {
  const auto id = parse_user_id(text);
  return id ? find(*id) : kNobody;
}

void Directory::set_follow(UserIndex index, FollowState state) {
  Person& person = people_[index];
  followers_ -= person.follow == FollowState::kFollowing ? 1 : 0;
  followers_ += state == FollowState::kFollowing ? 1 : 0;
  person.follow = state;
}

void Directory::note_received(UserIndex index, std::uint32_t send_number) {
  Person& person = people_[index];
  ++person.received;
  person.recent[person.recent_next] = send_number + 1;
  person.recent_next = static_cast<std::uint8_t>((person.recent_next + 1) % Person::kRecent);
}

void Directory::clear_counters() {
  for (Person& person : people_) {
    person.received = 0;
    person.recent.fill(0);
    person.recent_next = 0;
  }
}

std::string Directory::name(UserIndex index) const {
  const auto it = names_.find(index);
  return it == names_.end() ? std::string() : it->second;
}

void Directory::grow() {
  table_.assign(std::max<std::size_t>(1024, table_.size() * 2), kNobody);
  for (std::size_t i = 0; i < people_.size(); ++i) table_[slot_of(people_[i].id)] = static_cast<UserIndex>(i);
}

std::size_t Directory::slot_of(const UserId& id) const {
  const std::size_t mask = table_.size() - 1;
  std::size_t slot = static_cast<std::size_t>(spread(id)) & mask;
  while (table_[slot] != kNobody && people_[table_[slot]].id != id) slot = (slot + 1) & mask;
  return slot;
}

}  // namespace kairan::adapters::simulator
