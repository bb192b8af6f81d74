// The endpoints by what they are about; each function adds its own to the list. `parts` outlives the endpoints.
#pragma once

#include <vector>

#include "gateway/staff_api/call.h"
#include "gateway/staff_api/parts.h"

namespace kairan::gateway::staff {

void add_session_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts);
void add_account_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts);
void add_operator_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts);
void add_broadcast_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts);
void add_live_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts);
void add_segment_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts);
void add_home_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts);
void add_result_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts);
void add_desk_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts);
void add_alert_rule_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts);
void add_place_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts);
void add_content_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts);

/// All of them; what the table of rights knows and no function adds answers 503 not_set_up.
std::vector<Endpoint> all_endpoints(const Parts& parts);

}  // namespace kairan::gateway::staff
