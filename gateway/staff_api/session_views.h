// Accounts and sessions as the API shows them: never a hash, never a token. Any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "store/accounts.h"
#include "store/sessions.h"

namespace kairan::gateway::staff {

nlohmann::json roles_json(const store::Roles& roles);
nlohmann::json account_json(const store::Account& account);
/// @param current  id of the session that asks; "" = none of them
nlohmann::json session_list_json(const std::vector<store::Session>& sessions, std::string_view current);

}  // namespace kairan::gateway::staff
