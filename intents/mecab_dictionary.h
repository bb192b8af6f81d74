// Compiles a city's own words into a MeCab user dictionary by running the packaged compiler as a process of its own: the
// library's function of the same purpose writes to standard output, where the answers of `kairan ask` go.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace kairan::intents {

/// Debian's place for mecab-ipadic-utf8 and for the compiler of mecab-utils.
inline constexpr const char* kMecabDictionary = "/var/lib/mecab/dic/ipadic-utf8";
inline constexpr const char* kMecabCompiler = "/usr/lib/mecab/mecab-dict-index";

/// Writes `folder`/words.dic.
/// @param words  (surface, hiragana reading); those with a comma, a quote or a control character are left out
/// @return the path written; kUnavailable when the compiler is missing or fails
Result<std::string> compile_user_dictionary(const std::string& folder,
                                            const std::vector<std::pair<std::string, std::string>>& words);

}  // namespace kairan::intents
