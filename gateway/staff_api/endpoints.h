// The endpoints by what they are about; each function adds its own to the list. `parts` outlives the endpoints.
#pragma once

#include <vector>

#include "gateway/staff_api/call.h"
#include "gateway/staff_api/parts.h"

namespace kairan::gateway::staff {

void add_session_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts);
void add_account_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts);
void add_operator_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts);

/// All of them.
std::vector<Endpoint> all_endpoints(const Parts& parts);

}  // namespace kairan::gateway::staff
