// Numbers of residents as the API shows them. Any thread.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

#include "gateway/staff_api/reply.h"

namespace kairan::gateway::staff {

/// @param desk  whoever asks sends to these people and sees numbers under 5
nlohmann::json count_json(std::uint64_t count, bool desk, Language language);

}  // namespace kairan::gateway::staff
