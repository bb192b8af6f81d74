// Bodies of application/x-www-form-urlencoded, as the OAuth endpoints take them. Pure; any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace kairan::adapters::simulator {

/// Names and values, decoded; the last of a repeated name wins. Broken escapes are kept as they are.
std::map<std::string, std::string> parse_form(std::string_view body);

}  // namespace kairan::adapters::simulator
