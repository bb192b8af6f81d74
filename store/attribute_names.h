// The attributes of residents that the program itself knows; the city's schema declares them like all others.
#pragma once

#include <string_view>

namespace kairan::store {

inline constexpr std::string_view kDistrictAttribute = "district";
inline constexpr std::string_view kTopicAttribute = "topic";

}  // namespace kairan::store
