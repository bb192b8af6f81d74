// What 受信設定 says, by name, in Japanese, easy Japanese and English. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kairan::intents {

using TextValues = std::vector<std::pair<std::string, std::string>>;

/// The sentence, with {name} replaced; "" for a name that is not there. Languages other than the three get English.
std::string settings_text(std::string_view name, std::string_view language, const TextValues& values = {});

}  // namespace kairan::intents
