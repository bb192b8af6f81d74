#include "gateway/staff_api/permissions.h"

#include <algorithm>

namespace kairan::gateway::staff {

using store::Role;
using store::Roles;

const std::vector<Right>& rights() {
  static const std::vector<Right> table{
      // clang-format off
      {"GET", "/api/v1/session", Access::kSignedIn, {}, ""},
      {"POST", "/api/v1/session/login", Access::kOpen, {}, ""},
      {"POST", "/api/v1/session/second-factor", Access::kOpen, {}, ""},
      {"POST", "/api/v1/session/logout", Access::kSignedIn, {}, ""},
      {"POST", "/api/v1/session/password", Access::kSignedIn, {}, ""},
      {"POST", "/api/v1/session/second-factor/offer", Access::kSignedIn, {}, ""},
      {"POST", "/api/v1/session/second-factor/confirm", Access::kSignedIn, {}, ""},
      {"GET", "/api/v1/session/sessions", Access::kSignedIn, {}, ""},
      {"DELETE", "/api/v1/session/sessions/{id}", Access::kSignedIn, {}, ""},
      {"GET", "/api/v1/accounts", Access::kRoles, {Role::kOperator, Role::kAuditor}, ""},
      {"POST", "/api/v1/accounts", Access::kRoles, {Role::kOperator}, ""},
      {"GET", "/api/v1/accounts/{name}", Access::kRoles, {Role::kOperator, Role::kAuditor}, ""},
      {"PATCH", "/api/v1/accounts/{name}", Access::kRoles, {Role::kOperator}, ""},
      {"POST", "/api/v1/accounts/{name}/password", Access::kRoles, {Role::kOperator}, ""},
      {"DELETE", "/api/v1/accounts/{name}/second-factor", Access::kRoles, {Role::kOperator}, ""},
      {"GET", "/api/v1/accounts/{name}/sessions", Access::kRoles, {Role::kOperator, Role::kAuditor}, ""},
      {"DELETE", "/api/v1/accounts/{name}/sessions", Access::kRoles, {Role::kOperator}, ""},
      {"GET", "/api/v1/sections", Access::kSignedIn, {}, ""},
      {"POST", "/api/v1/sections", Access::kRoles, {Role::kOperator}, ""},
      {"PUT", "/api/v1/sections/{id}", Access::kRoles, {Role::kOperator}, ""},
      {"DELETE", "/api/v1/sections/{id}", Access::kRoles, {Role::kOperator}, ""},
      {"GET", "/api/v1/api-keys", Access::kRoles, {Role::kOperator, Role::kAuditor}, ""},
      {"POST", "/api/v1/api-keys", Access::kRoles, {Role::kOperator}, ""},
      {"DELETE", "/api/v1/api-keys/{id}", Access::kRoles, {Role::kOperator}, ""},
      {"GET", "/api/v1/home", Access::kSignedIn, {}, ""},
      {"GET", "/api/v1/health", Access::kSignedIn, {}, ""},
      {"GET", "/api/v1/attributes", Access::kSignedIn, {}, "broadcasts:read"},
      {"POST", "/api/v1/segments/check", Access::kSignedIn, {}, "broadcasts:read"},
      {"POST", "/api/v1/segments/count", Access::kRoles, {Role::kAuthor, Role::kApprover, Role::kEmergencyOfficer}, "residents:count"},
      {"GET", "/api/v1/broadcasts", Access::kSignedIn, {}, "broadcasts:read"},
      {"POST", "/api/v1/broadcasts", Access::kRoles, {Role::kAuthor, Role::kApprover, Role::kEmergencyOfficer}, "broadcasts:write"},
      {"POST", "/api/v1/broadcasts/check", Access::kRoles, {Role::kAuthor, Role::kApprover, Role::kEmergencyOfficer}, "broadcasts:write"},
      {"POST", "/api/v1/broadcasts/preview", Access::kSignedIn, {}, ""},
      {"GET", "/api/v1/broadcasts/calendar", Access::kSignedIn, {}, "broadcasts:read"},
      {"GET", "/api/v1/broadcasts/{id}", Access::kSignedIn, {}, "broadcasts:read"},
      {"PUT", "/api/v1/broadcasts/{id}", Access::kRoles, {Role::kAuthor, Role::kApprover, Role::kEmergencyOfficer}, "broadcasts:write"},
      {"POST", "/api/v1/broadcasts/{id}/copy", Access::kRoles, {Role::kAuthor, Role::kApprover, Role::kEmergencyOfficer}, ""},
      {"POST", "/api/v1/broadcasts/{id}/actions/{action}", Access::kRoles, {Role::kAuthor, Role::kApprover, Role::kEmergencyOfficer, Role::kOperator}, "broadcasts:write"},
      {"POST", "/api/v1/broadcasts/{id}/correct", Access::kRoles, {Role::kAuthor, Role::kApprover, Role::kEmergencyOfficer}, ""},
      {"GET", "/api/v1/broadcasts/{id}/status", Access::kSignedIn, {}, "broadcasts:read"},
      {"GET", "/api/v1/broadcasts/{id}/events", Access::kSignedIn, {}, ""},
      {"POST", "/api/v1/broadcasts/{id}/dry-run", Access::kRoles, {Role::kAuthor, Role::kApprover, Role::kEmergencyOfficer}, ""},
      {"POST", "/api/v1/broadcasts/{id}/test-send", Access::kRoles, {Role::kAuthor, Role::kApprover, Role::kEmergencyOfficer}, ""},
      {"GET", "/api/v1/templates", Access::kSignedIn, {}, ""},
      {"POST", "/api/v1/templates", Access::kRoles, {Role::kAuthor, Role::kApprover, Role::kEmergencyOfficer}, ""},
      {"DELETE", "/api/v1/templates/{id}", Access::kRoles, {Role::kApprover, Role::kEmergencyOfficer}, ""},
      {"POST", "/api/v1/templates/{id}/publish", Access::kRoles, {Role::kApprover, Role::kEmergencyOfficer}, ""},
      {"POST", "/api/v1/media", Access::kRoles, {Role::kAuthor, Role::kApprover, Role::kEmergencyOfficer, Role::kContentEditor}, ""},
      {"GET", "/api/v1/media/{name}", Access::kSignedIn, {}, ""},
      {"GET", "/api/v1/results", Access::kSignedIn, {}, "results:read"},
      {"GET", "/api/v1/results.csv", Access::kSignedIn, {}, "results:read"},
      {"GET", "/api/v1/audit", Access::kRoles, {Role::kOperator, Role::kAuditor}, ""},
      {"POST", "/api/v1/audit/verify", Access::kRoles, {Role::kOperator, Role::kAuditor}, ""},
      {"GET", "/api/v1/emergency", Access::kRoles, {Role::kAuthor, Role::kApprover, Role::kEmergencyOfficer, Role::kOperator, Role::kAuditor}, ""},
      {"POST", "/api/v1/emergency/count", Access::kRoles, {Role::kApprover, Role::kEmergencyOfficer}, ""},
      {"GET", "/api/v1/alerts", Access::kRoles, {Role::kAuthor, Role::kApprover, Role::kEmergencyOfficer, Role::kOperator, Role::kAuditor}, ""},
      {"POST", "/api/v1/alerts/{id}/release", Access::kRoles, {Role::kEmergencyOfficer}, ""},
      {"POST", "/api/v1/alerts/{id}/dismiss", Access::kRoles, {Role::kEmergencyOfficer}, ""},
      {"POST", "/api/v1/alerts/{id}/acknowledge", Access::kRoles, {Role::kEmergencyOfficer}, ""},
      {"GET", "/api/v1/alert-rules", Access::kSignedIn, {}, ""},
      {"POST", "/api/v1/alert-rules/propose", Access::kRoles, {Role::kEmergencyOfficer, Role::kContentEditor}, ""},
      {"POST", "/api/v1/alert-rules/publish", Access::kRoles, {Role::kEmergencyOfficer, Role::kApprover}, ""},
      {"POST", "/api/v1/alert-rules/return", Access::kRoles, {Role::kEmergencyOfficer, Role::kApprover, Role::kContentEditor}, ""},
      {"GET", "/api/v1/shelters", Access::kSignedIn, {}, ""},
      {"PUT", "/api/v1/shelters/{id}", Access::kRoles, {Role::kEmergencyOfficer}, ""},
      {"GET", "/api/v1/safety", Access::kRoles, {Role::kApprover, Role::kEmergencyOfficer, Role::kOperator, Role::kAuditor}, ""},
      {"PUT", "/api/v1/safety", Access::kRoles, {Role::kEmergencyOfficer}, ""},
      {"GET", "/api/v1/disaster-menu", Access::kSignedIn, {}, ""},
      {"PUT", "/api/v1/disaster-menu", Access::kRoles, {Role::kEmergencyOfficer}, ""},
      {"GET", "/api/v1/content", Access::kSignedIn, {}, ""},
      {"GET", "/api/v1/content/tables/{kind}/rows", Access::kSignedIn, {}, ""},
      {"POST", "/api/v1/content/tables/{kind}/rows", Access::kRoles, {Role::kContentEditor}, ""},
      {"PUT", "/api/v1/content/tables/{kind}/rows/{row}", Access::kRoles, {Role::kContentEditor}, ""},
      {"DELETE", "/api/v1/content/tables/{kind}/rows/{row}", Access::kRoles, {Role::kContentEditor}, ""},
      {"GET", "/api/v1/content/tables/{kind}/file", Access::kSignedIn, {}, ""},
      {"PUT", "/api/v1/content/tables/{kind}/file", Access::kRoles, {Role::kContentEditor}, ""},
      {"GET", "/api/v1/content/workspace", Access::kSignedIn, {}, ""},
      {"POST", "/api/v1/content/workspace/discard", Access::kRoles, {Role::kContentEditor}, ""},
      {"POST", "/api/v1/content/workspace/test", Access::kRoles, {Role::kContentEditor, Role::kOperator}, ""},
      {"GET", "/api/v1/content/workspace/diff", Access::kRoles, {Role::kContentEditor, Role::kOperator, Role::kAuditor}, ""},
      {"POST", "/api/v1/content/workspace/publish", Access::kRoles, {Role::kContentEditor}, ""},
      {"GET", "/api/v1/content/versions", Access::kSignedIn, {}, ""},
      {"POST", "/api/v1/content/versions/{id}/restore", Access::kRoles, {Role::kContentEditor}, ""},
      {"GET", "/api/v1/content/gaps", Access::kRoles, {Role::kAuthor, Role::kApprover, Role::kContentEditor, Role::kOperator, Role::kAuditor}, ""},
      {"POST", "/api/v1/content/gaps/paraphrase", Access::kRoles, {Role::kContentEditor}, ""},
      {"POST", "/api/v1/content/ask", Access::kSignedIn, {}, "content:read"},
      {"GET", "/api/v1/residents/counts", Access::kSignedIn, {}, "residents:count"},
      {"POST", "/api/v1/residents/erase", Access::kRoles, {Role::kOperator}, ""},
      // clang-format on
  };
  return table;
}

const Right* find_right(std::string_view method, std::string_view pattern) {
  const auto& table = rights();
  const auto it = std::find_if(table.begin(), table.end(), [&](const Right& right) {
    return right.pattern == pattern && right.method == method;
  });
  return it == table.end() ? nullptr : &*it;
}

bool may(const Right& right, const Roles& roles) {
  if (right.access == Access::kRoles) return roles.has_any(right.roles);
  return right.access == Access::kOpen || !roles.empty();
}

const std::vector<std::string_view>& scopes() {
  static const std::vector<std::string_view> all{"broadcasts:read", "broadcasts:write", "residents:count", "results:read",
                                                 "content:read"};
  return all;
}

Roles roles_of_scopes(const std::vector<std::string>& granted) {
  const bool writes = std::find(granted.begin(), granted.end(), "broadcasts:write") != granted.end();
  return writes ? Roles{Role::kAuthor} : Roles{};
}

}  // namespace kairan::gateway::staff
