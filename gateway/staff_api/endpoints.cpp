#include "gateway/staff_api/endpoints.h"

#include <algorithm>

#include "gateway/staff_api/permissions.h"

namespace kairan::gateway::staff {

std::vector<Endpoint> all_endpoints(const Parts& parts) {
  std::vector<Endpoint> endpoints;
  add_session_endpoints(endpoints, parts);
  add_account_endpoints(endpoints, parts);
  add_operator_endpoints(endpoints, parts);
  add_broadcast_endpoints(endpoints, parts);
  add_live_endpoints(endpoints, parts);
  add_segment_endpoints(endpoints, parts);
  add_home_endpoints(endpoints, parts);
  add_result_endpoints(endpoints, parts);
  add_desk_endpoints(endpoints, parts);
  add_alert_rule_endpoints(endpoints, parts);
  add_place_endpoints(endpoints, parts);
  add_content_endpoints(endpoints, parts);
  for (const Right& right : rights()) {
    const bool there = std::any_of(endpoints.begin(), endpoints.end(), [&](const Endpoint& endpoint) {
      return endpoint.method == right.method && endpoint.pattern == right.pattern;
    });
    if (!there) {
      endpoints.push_back({std::string(right.method), std::string(right.pattern), [](const Call&) { return refuse("not_set_up"); }});
    }
  }
  return endpoints;
}

}  // namespace kairan::gateway::staff
