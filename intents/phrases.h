// Short texts by name: the city's own from city.yaml, else a built-in one. {city}, {phone} and the caller's values are filled
// in. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "intents/content.h"

namespace kairan::intents {

using PhraseValues = std::vector<std::pair<std::string_view, std::string>>;

/// @return "" when neither the city nor the program has a text of this name
std::string phrase_text(const City& city, std::string_view name, std::string_view language,
                        const PhraseValues& values = {});

/// Replaces each {name} that has a value; others stay.
std::string fill_in(std::string_view text, const PhraseValues& values);

}  // namespace kairan::intents
