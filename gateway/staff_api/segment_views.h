// Numbers of residents as the API shows them. Any thread.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/staff_api/reply.h"
#include "store/attributes.h"

namespace kairan::gateway::staff {

/// A district as readers of the language call it; none when the schema (which may be null) does not have it.
std::optional<std::string> district_name(const store::AttributeSchema* schema, std::string_view id, Language language);

/// @param desk  whoever asks sends to these people and sees numbers under 5
nlohmann::json count_json(std::uint64_t count, bool desk, Language language);

}  // namespace kairan::gateway::staff
