#include "intents/question_key.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "base/text.h"

namespace kairan::intents {
namespace {

/// 0 = leave out.
char32_t key_letter(UChar32 c) {
  // Most letters of a folded text are these, and stay.
  if (c >= 0x3064 && c <= 0x3082 && c != 0x3065) return static_cast<char32_t>(c);
  switch (c) {
    case 0x30FC: case 0x007E: case 0x002D: return 0;  // long vowel, wave, dash
    case 0x3041: case 0x3043: case 0x3045: case 0x3047: case 0x3049: case 0x3063: case 0x3083: case 0x3085:
    case 0x3087: case 0x308E:
      return static_cast<char32_t>(c + 1);
    case 0x3062: return 0x3058;  // ぢ
    case 0x3065: return 0x305A;  // づ
    // Old and trade forms of one character, as printed on things: 蛍光燈, 空き罐, 壜, 篭.
    case U'燈': return U'灯';
    case U'螢': return U'蛍';
    case U'罐': case U'鑵': return U'缶';
    case U'壜': return U'瓶';
    case U'篭': return U'籠';
    case U'檜': return U'桧';
    case U'麵': return U'麺';
    case U'蠟': return U'蝋';
    case U'鐵': return U'鉄';
    case U'爐': return U'炉';
    default: break;
  }
  if ((c >= 0x3041 && c <= 0x3096) || (c >= 0x4E00 && c <= 0x9FFF)) return static_cast<char32_t>(c);
  return u_isUWhiteSpace(c) || u_ispunct(c) ? U' ' : static_cast<char32_t>(c);
}

}  // namespace

std::size_t QuestionKey::position(std::size_t byte) const {
  const auto found = std::lower_bound(source.begin(), source.end(), static_cast<std::uint32_t>(byte));
  return std::min(static_cast<std::size_t>(found - source.begin()), chars.size());
}

QuestionKey question_key(std::string_view folded) {
  QuestionKey key;
  key.chars.reserve(folded.size() / 3 + 1);
  key.source.reserve(folded.size() / 3 + 2);
  const auto length = static_cast<std::int32_t>(folded.size());
  for (std::int32_t at = 0; at < length;) {
    const auto begin = static_cast<std::uint32_t>(at);
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(folded.data(), at, length, c);
    const char32_t letter = key_letter(c);
    if (letter == 0 || (letter == U' ' && (key.chars.empty() || key.chars.back() == U' '))) continue;
    key.chars.push_back(letter);
    key.source.push_back(begin);
  }
  if (!key.chars.empty() && key.chars.back() == U' ') {
    key.chars.pop_back();
    key.source.pop_back();
  }
  key.source.push_back(static_cast<std::uint32_t>(folded.size()));
  return key;
}

std::u32string name_key(std::string_view text) {
  std::u32string chars = question_key(fold(text)).chars;
  chars.erase(std::remove(chars.begin(), chars.end(), U' '), chars.end());
  return chars;
}

}  // namespace kairan::intents
