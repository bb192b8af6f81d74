// The form in which questions and names are compared letter by letter: folded text as code points, long vowels dropped, small
// kana as full ones, ぢ and づ as じ and ず. In questions punctuation and spaces become one U+0020, so that a boundary is
// still seen; in names they vanish. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kairan::intents {

struct QuestionKey {
  std::u32string chars;               ///< separators as U' ', never two in a row, none at either end
  std::vector<std::uint32_t> source;  ///< byte offset in the folded text of each letter, and its length at the end

  /// The first letter at or after a byte of the folded text.
  std::size_t position(std::size_t byte) const;
};

QuestionKey question_key(std::string_view folded);
/// Of any text; folds it first.
std::u32string name_key(std::string_view text);

}  // namespace kairan::intents
