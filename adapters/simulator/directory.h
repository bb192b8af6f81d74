// Everyone who has an address on the simulated platform, in little memory: a million people are about 45 MB. A person
// is 16 bytes of id, flags, an exact counter of accepted sends, and the last few things received; names exist only for
// the few that were given one. Not thread-safe: guarded by World::mutex.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kairan::adapters::simulator {

using UserId = std::array<std::uint8_t, 16>;
using UserIndex = std::uint32_t;
inline constexpr UserIndex kNobody = 0xffffffffu;

/// "U" and 32 hex digits in lower case; nothing otherwise.
std::optional<UserId> parse_user_id(std::string_view text);
std::string format_user_id(const UserId& id);

enum class FollowState : std::uint8_t {
  kStranger,  ///< never followed: pushes are silent unless the person wrote in the last 7 days
  kFollowing,
  kBlocked,
};

struct Person {
  static constexpr std::size_t kRecent = 4;
  UserId id{};
  std::uint32_t received = 0;  ///< sends accepted for this person, exact
  FollowState follow = FollowState::kStranger;
  std::uint8_t recent_next = 0;
  bool has_chat = false;                        ///< World::chats keeps this person's whole conversation
  std::uint32_t wrote_at = 0;                   ///< seconds since 1970 of the person's last message or tap; 0 = never
  std::array<std::uint32_t, kRecent> recent{};  ///< numbers of accepted sends + 1; 0 = none
};

class Directory {
 public:
  explicit Directory(std::uint64_t seed) : seed_(seed) {}

  /// The seed's next person: the same seed gives the same ids in the same order.
  UserIndex add_next();
  /// @return the index; that of the one who is already there.
  UserIndex add(const UserId& id);
  UserIndex find(const UserId& id) const;  ///< kNobody when unknown
  UserIndex find(std::string_view text) const;

  std::size_t size() const { return people_.size(); }
  std::size_t followers() const { return followers_; }
  Person& at(UserIndex index) { return people_[index]; }
  const Person& at(UserIndex index) const { return people_[index]; }
  std::string id_text(UserIndex index) const { return format_user_id(people_[index].id); }

  void set_follow(UserIndex index, FollowState state);
  void note_received(UserIndex index, std::uint32_t send_number);
  void clear_counters();

  void set_name(UserIndex index, std::string name) { names_[index] = std::move(name); }
  std::string name(UserIndex index) const;  ///< "" when none was given

 private:
  void grow();
  std::size_t slot_of(const UserId& id) const;

  const std::uint64_t seed_;
  std::uint64_t next_ = 0;
  std::size_t followers_ = 0;
  std::vector<Person> people_;
  std::vector<UserIndex> table_;  // open addressing, a power of two, at most half full
  std::unordered_map<UserIndex, std::string> names_;
};

}  // namespace kairan::adapters::simulator
