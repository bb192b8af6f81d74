// Who does something in the gateway: a staff account, a key of another system, or the gateway itself. Values only; any thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kairan::store {

/// What an account may be used for; an account may have several. Which role may do what is decided where it is done.
enum class Role : std::uint8_t {
  kAuthor,            ///< writes broadcasts of the own section
  kApprover,          ///< approves what others wrote
  kEmergencyOfficer,  ///< sends emergencies and corrections
  kContentEditor,     ///< edits and publishes answers
  kOperator,          ///< accounts, keys, health, erasing a resident
  kAuditor,           ///< reads everything, changes nothing
};

std::string_view role_name(Role role);  ///< "author", "approver", "emergency_officer", "content_editor", "operator", "auditor"
std::optional<Role> parse_role(std::string_view name);
std::string_view role_label_ja(Role role);  ///< 「作成者」
const std::vector<Role>& all_roles();

class Roles {
 public:
  Roles() = default;
  Roles(std::initializer_list<Role> roles) {
    for (const Role role : roles) add(role);
  }
  void add(Role role) { bits_ |= bit(role); }
  bool has(Role role) const { return (bits_ & bit(role)) != 0; }
  bool has_any(Roles other) const { return (bits_ & other.bits_) != 0; }
  bool empty() const { return bits_ == 0; }
  std::vector<Role> list() const;  ///< in the order of the enumeration
  bool operator==(const Roles&) const = default;

 private:
  static std::uint8_t bit(Role role) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(role)); }
  std::uint8_t bits_ = 0;
};

/// The person, system or part that an action and its line in the audit log belong to.
struct Actor {
  std::string name;     ///< an account's name; "key:NAME" for an API key; "system" for the gateway itself
  Roles roles;
  std::string section;  ///< 課; may be empty for "system"

  bool has(Role role) const { return roles.has(role); }
};

/// The gateway acting by itself: schedules, alert rules.
Actor system_actor();

}  // namespace kairan::store
