// What the staff API works with. References are always there; pointers and functions may be empty while a part is not set up, and
// the endpoints that need it then answer 503 not_set_up. Everything outlives the API.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/crypto.h"
#include "gateway/accounts.h"
#include "store/audit.h"
#include "store/records.h"
#include "store/sessions.h"

namespace kairan::gateway::staff {

struct Settings {
  bool second_factor = true;  ///< approvers, emergency officers and operators must have one
  bool demo = false;
  store::SessionTimes session;
  std::size_t streams = 6;  ///< server-sent events at once; below half of the listener's workers
};

struct Parts {
  const Clock& clock;
  const Sealer& sealer;
  store::Sessions& sessions;
  store::LoginTries& tries;
  store::OnceOnly& once;
  store::Accounts& accounts;
  StaffAccounts& rules;
  store::Records& api_keys;
  store::Records& sections;
  store::Audit& audit;
  Settings settings;
  std::function<std::string()> city_name;
};

}  // namespace kairan::gateway::staff
