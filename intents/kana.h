// Small questions about Japanese letters, on code points and on UTF-8. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace kairan::intents {

bool is_hiragana(char32_t c);  ///< the long vowel mark included
bool is_katakana(char32_t c);  ///< the long vowel mark included
bool is_kanji(char32_t c);     ///< 々 and 〆 included
/// 0 to 9 as folding leaves them.
inline bool is_digit(char32_t c) {
  return c >= U'0' && c <= U'9';
}

/// UTF-8 to code points and back; bytes that are not UTF-8 become U+FFFD.
std::u32string to_code_points(std::string_view text);
std::string to_utf8(std::u32string_view text);
void append_utf8(std::string& out, char32_t c);

/// Hiragana letters as katakana, the rest as it is.
std::string to_katakana(std::string_view text);

bool only_kana(std::string_view text);  ///< hiragana and katakana only, and at least one
bool has_kanji(std::string_view text);

}  // namespace kairan::intents
