// Who may call what: one table of every endpoint, its roles, and the scope an API key needs. It is what the description
// (gateway/api/openapi.yaml, x-roles and x-scope) says, and tests hold the two together. Finer rules (who wrote it, which
// section, which state) are the life cycle's. Constant; any thread.
#pragma once

#include <string_view>
#include <vector>

#include "store/actor.h"

namespace kairan::gateway::staff {

enum class Access : std::uint8_t {
  kOpen,      ///< nobody needs to be signed in
  kSignedIn,  ///< every role
  kRoles,     ///< the roles named
};

struct Right {
  std::string_view method;
  std::string_view pattern;
  Access access = Access::kRoles;
  store::Roles roles;      ///< kRoles
  std::string_view scope;  ///< what an API key needs; "" = people only
};

const std::vector<Right>& rights();
/// Null when the table does not know it: then nobody may.
const Right* find_right(std::string_view method, std::string_view pattern);
bool may(const Right& right, const store::Roles& roles);

/// Scopes an API key can have.
const std::vector<std::string_view>& scopes();
/// What a key with this scope counts as in the life cycle: a writer has the author's role, readers none.
store::Roles roles_of_scopes(const std::vector<std::string>& scopes);

}  // namespace kairan::gateway::staff
