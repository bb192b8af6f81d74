#include "gateway/staff_api/session_views.h"

#include <nlohmann/json.hpp>

#include "gateway/staff_api/reply.h"

namespace kairan::gateway::staff {

nlohmann::json roles_json(const store::Roles& roles) {
  nlohmann::json list = nlohmann::json::array();
  for (const store::Role role : roles.list()) list.push_back(store::role_name(role));
  return list;
}

nlohmann::json account_json(const store::Account& account) {
  return {{"name", account.name},
          {"roles", roles_json(account.roles)},
          {"section", account.section},
          {"disabled", account.disabled},
          {"must_change_password", account.must_change_password},
          {"second_factor", account.has_second_factor()},
          {"created", time_text(account.created)},
          {"password_changed", time_text(account.password_changed)}};
}

nlohmann::json session_list_json(const std::vector<store::Session>& sessions, std::string_view current) {
  nlohmann::json items = nlohmann::json::array();
  for (const store::Session& session : sessions) {
    if (session.half) continue;
    items.push_back({{"id", session.id},
                     {"current", session.id == current},
                     {"created", time_text(session.created)},
                     {"last_seen", time_text(session.seen)},
                     {"expires", time_text(session.ends)},
                     {"source", session.source},
                     {"agent", session.agent}});
  }
  return {{"items", std::move(items)}};
}

}  // namespace kairan::gateway::staff
