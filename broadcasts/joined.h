// Parts of a sentence, one after the other. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kairan::broadcasts {

/// "A、B、C" of A, B and C with 「、」 between them.
inline std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : std::string(between)) + part;
  return text;
}

}  // namespace kairan::broadcasts
