// One figure of what INFO tells. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace kairan::store {

/// The value of "name:value" in INFO's text, "" when it is not there.
inline std::string info_value(std::string_view info, std::string_view name) {
  const std::string marker = "\n" + std::string(name) + ":";
  const auto at = info.find(marker);
  if (at == std::string_view::npos) return "";
  const auto from = at + marker.size();
  return std::string(info.substr(from, info.find_first_of("\r\n", from) - from));
}

}  // namespace kairan::store
