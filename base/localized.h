// A text in several languages. "ja" is always there once a file was checked. Values only; any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace kairan {

/// Language ("ja", "ja-easy", "en", ...) → text.
using Localized = std::map<std::string, std::string>;

/// The text in `language`; ja-easy falls back to ja, others to en and then ja.
const std::string& pick(const Localized& text, std::string_view language);

}  // namespace kairan
