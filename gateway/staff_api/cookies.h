// Cookies of a request. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "gateway/http.h"

namespace kairan::gateway::staff {

/// The value of the first cookie of this name, or "".
std::string cookie(const HttpRequest& request, std::string_view name);

}  // namespace kairan::gateway::staff
