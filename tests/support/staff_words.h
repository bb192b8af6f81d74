// Whether what staff are told is there for those who read English as well.
#pragma once

#include <string>
#include <string_view>

#include "base/staff_text.h"

namespace kairan::test {

/// English for staff: letters, and Japanese in “quoted” words alone, which a person or the content wrote.
inline bool is_english(std::string_view text) {
  bool letters = false;
  int quoted = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const std::string_view one = text.substr(at, length);
    at += length;
    if (one == "“") ++quoted;
    if (one == "”") --quoted;
    if (quoted != 0) continue;
    letters = letters || (lead >= 'A' && lead <= 'z');
    // U+3000 and above: kana, kanji, their punctuation and full-width forms.
    if (length == 4 || (length == 3 && one >= std::string_view("\u3000"))) return false;
  }
  return letters && quoted == 0;
}

inline bool in_both_languages(const StaffText& text) {
  return !text.ja.empty() && text.en != text.ja && is_english(text.en);
}
inline bool in_both_languages(const Error& error) {
  return in_both_languages(StaffText{error.detail, error.english});
}

}  // namespace kairan::test
