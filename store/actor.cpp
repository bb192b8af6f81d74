#include "store/actor.h"

#include <array>

namespace kairan::store {
namespace {

struct Named {
  Role role;
  std::string_view name, label;
};
constexpr std::array<Named, 6> kNamed{{{Role::kAuthor, "author", "作成者"},
                                       {Role::kApprover, "approver", "承認者"},
                                       {Role::kEmergencyOfficer, "emergency_officer", "緊急配信担当"},
                                       {Role::kContentEditor, "content_editor", "自動応答の編集者"},
                                       {Role::kOperator, "operator", "運用担当"},
                                       {Role::kAuditor, "auditor", "監査（閲覧のみ）"}}};

}  // namespace

std::string_view role_name(Role role) { return kNamed.at(static_cast<std::size_t>(role)).name; }

std::string_view role_label_ja(Role role) { return kNamed.at(static_cast<std::size_t>(role)).label; }

std::optional<Role> parse_role(std::string_view name) {
  for (const Named& named : kNamed) {
    if (named.name == name) return named.role;
  }
  return std::nullopt;
}

const std::vector<Role>& all_roles() {
  static const std::vector<Role> roles = [] {
    std::vector<Role> all;
    all.reserve(kNamed.size());
    for (const Named& named : kNamed) all.push_back(named.role);
    return all;
  }();
  return roles;
}

std::vector<Role> Roles::list() const {
  std::vector<Role> all;
  for (const Role role : all_roles()) {
    if (has(role)) all.push_back(role);
  }
  return all;
}

Actor system_actor() { return Actor{"system", {}, ""}; }

}  // namespace kairan::store
