#include "base/localized.h"

namespace kairan {

const std::string& pick(const Localized& text, std::string_view language) {
  static const std::string empty;
  const auto find = [&](std::string_view name) { return text.find(std::string(name)); };
  auto found = find(language);
  if (found == text.end() && language != "ja-easy" && language != "ja") found = find("en");
  if (found == text.end()) found = find("ja");
  return found == text.end() ? empty : found->second;
}

}  // namespace kairan
