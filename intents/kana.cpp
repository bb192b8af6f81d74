#include "intents/kana.h"

#include <unicode/utf8.h>

#include <array>
#include <cstdint>

namespace kairan::intents {
namespace {
constexpr char32_t kLongVowel = 0x30FC;
}

bool is_hiragana(char32_t c) { return (c >= 0x3041 && c <= 0x3096) || c == kLongVowel; }
bool is_katakana(char32_t c) { return (c >= 0x30A1 && c <= 0x30FA) || c == kLongVowel; }
bool is_kanji(char32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0xF900 && c <= 0xFAFF) || c == 0x3005 ||
         c == 0x3006 || (c >= 0x20000 && c <= 0x3FFFF);
}

std::u32string to_code_points(std::string_view text) {
  std::u32string out;
  out.reserve(text.size() / 2);
  const auto length = static_cast<std::int32_t>(text.size());
  for (std::int32_t at = 0; at < length;) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(text.data(), at, length, c);
    out.push_back(static_cast<char32_t>(c));
  }
  return out;
}

void append_utf8(std::string& out, char32_t c) {
  std::array<char, U8_MAX_LENGTH> bytes{};
  std::int32_t length = 0;
  const auto code_point = static_cast<UChar32>(c);
  U8_APPEND_UNSAFE(bytes.data(), length, code_point);
  out.append(bytes.data(), static_cast<std::size_t>(length));
}

std::string to_utf8(std::u32string_view text) {
  std::string out;
  out.reserve(text.size() * 3);
  for (const char32_t c : text) append_utf8(out, c);
  return out;
}

std::string to_katakana(std::string_view text) {
  std::u32string points = to_code_points(text);
  for (char32_t& c : points) {
    if (c >= 0x3041 && c <= 0x3096) c += 0x60;
  }
  return to_utf8(points);
}

bool only_kana(std::string_view text) {
  const std::u32string points = to_code_points(text);
  for (const char32_t c : points) {
    if (!is_hiragana(c) && !is_katakana(c)) return false;
  }
  return !points.empty();
}

bool has_kanji(std::string_view text) {
  for (const char32_t c : to_code_points(text)) {
    if (is_kanji(c)) return true;
  }
  return false;
}

}  // namespace kairan::intents
