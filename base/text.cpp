#include "base/text.h"

#include <unicode/brkiter.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace kairan {
namespace {

/// Reads the code point at `at` and moves past it; U+FFFD for bytes that are not UTF-8.
UChar32 next_code_point(std::string_view text, std::size_t& at) {
  auto index = static_cast<std::int32_t>(at);
  UChar32 code_point = 0;
  U8_NEXT_OR_FFFD(text.data(), index, static_cast<std::int32_t>(text.size()), code_point);
  at = static_cast<std::size_t>(index);
  return code_point;
}

void append_code_point(std::string& text, UChar32 code_point) {
  std::array<char, U8_MAX_LENGTH> bytes{};
  std::int32_t length = 0;
  U8_APPEND_UNSAFE(bytes.data(), length, code_point);
  text.append(bytes.data(), static_cast<std::size_t>(length));
}

std::size_t utf16_units(UChar32 code_point) {
  return code_point > 0xffff ? 2 : 1;
}

bool is_ascii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

/// Break iterators keep state, so each thread has its own.
icu::BreakIterator& character_breaks() {
  thread_local const std::unique_ptr<icu::BreakIterator> iterator = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::BreakIterator> made(
        icu::BreakIterator::createCharacterInstance(icu::Locale::getJapanese(), status));
    if (U_FAILURE(status)) std::abort();
    return made;
  }();
  return *iterator;
}

const icu::Normalizer2& nfkc_casefold() {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* const instance = icu::Normalizer2::getNFKCCasefoldInstance(status);
  if (U_FAILURE(status)) std::abort();
  return *instance;
}

bool is_katakana_letter(UChar32 c) {
  return (c >= 0x30A1 && c <= 0x30F6) || c == 0x30FD || c == 0x30FE;
}
bool is_hiragana_letter(UChar32 c) {
  return c >= 0x3041 && c <= 0x3096;
}
bool is_kana_letter(UChar32 c) {
  return is_hiragana_letter(c) || is_katakana_letter(c);
}

/// Dashes that people type for one another and for the long vowel mark. Which of the two is meant follows from what stands
/// before: after kana it is a long vowel.
bool is_dash(UChar32 c) {
  switch (c) {
    case 0x002D:
    case 0x00AD:
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2015:
    case 0x2212:
    case 0x2500:
    case 0x30FC:
    case 0xFF0D:
    case 0xFF70:
    case 0x2043:
    case 0xFE58:
    case 0xFE63:
      return true;
    default:
      return false;
  }
}

/// The full-width forms of printable ASCII.
constexpr UChar32 kFullWidthFirst = 0xFF01;
constexpr UChar32 kFullWidthLast = 0xFF5E;

bool is_wave(UChar32 c) {
  return c == 0x301C || c == 0xFF5E || c == 0x007E || c == 0x223C || c == 0x3030;
}

/// The voiced form of a hiragana letter, for the iteration mark ゞ; the letter itself when it has none.
UChar32 voiced(UChar32 c) {
  if ((c >= 0x304B && c <= 0x3062) && (c % 2 == 1)) return c + 1;
  if (c == 0x3064 || c == 0x3066 || c == 0x3068) return c + 1;
  if (c >= 0x306F && c <= 0x307D && (c - 0x306F) % 3 == 0) return c + 1;
  return c;
}

bool is_dropped(UChar32 c) {
  return (c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f || (c >= 0x80 && c < 0xa0) ||
         (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF) || (c >= 0x200B && c <= 0x200F) ||
         c == 0x3099 || c == 0x309A ||  // voicing marks that composed with nothing
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2064) || c == 0xFEFF || c == 0xFFFD;
}

/// The step after normalisation: one pass over code points. Full-width ASCII and capitals are left of a text that needed none.
std::string fold_letters(const std::string& normalized) {
  std::string out;
  out.reserve(normalized.size());
  UChar32 previous = 0;
  bool pending_space = false;
  for (std::size_t at = 0; at < normalized.size();) {
    UChar32 c = next_code_point(normalized, at);
    if (is_dropped(c)) continue;
    if (c >= kFullWidthFirst && c <= kFullWidthLast) c -= kFullWidthFirst - '!';
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
    if ((c >= 0x3041 && c <= 0x3094) || (c >= 0x30A1 && c <= 0x30F4) || (c >= 0x4E00 && c <= 0x9FFF)) {
      // A letter, as most are.
    } else if (u_isUWhiteSpace(c)) {
      pending_space = !out.empty();
      continue;
    } else if (is_wave(c)) {
      // 「らーめん〜」 draws a vowel out; between other characters it means a range.
      c = is_kana_letter(previous) || previous == 0x30FC ? 0x30FC : 0x007E;
    } else if (is_dash(c)) {
      c = is_kana_letter(previous) || previous == 0x30FC ? 0x30FC : 0x002D;
    } else if ((c == 0x309D || c == 0x30FD) && is_kana_letter(previous)) {
      c = previous;  // ゝ repeats the letter
    } else if ((c == 0x309E || c == 0x30FE) && is_kana_letter(previous)) {
      c = voiced(previous);
    } else if (c == 0x3005 && u_hasBinaryProperty(previous, UCHAR_IDEOGRAPHIC)) {
      c = previous;  // 々
    } else if (c == 0x309D || c == 0x309E || c == 0x30FD || c == 0x30FE || c == 0x3005) {
      continue;  // an iteration mark with nothing to repeat
    }
    if (c >= 0x30A1 && c <= 0x30F6) c -= 0x60;  // katakana to hiragana
    if (c == 0x3095) c = 0x304B;                // small ka, ke as in 三ヶ月 are letters of their own otherwise
    if (c == 0x3096) c = 0x3051;
    if (pending_space) {
      out.push_back(' ');
      pending_space = false;
    }
    append_code_point(out, c);
    previous = c;
  }
  return out;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    auto index = static_cast<std::int32_t>(at);
    UChar32 code_point = 0;
    U8_NEXT(text.data(), index, static_cast<std::int32_t>(text.size()), code_point);
    if (code_point < 0) return false;
    at = static_cast<std::size_t>(index);
  }
  return true;
}

std::size_t length_utf16(std::string_view text) {
  std::size_t units = 0;
  for (std::size_t at = 0; at < text.size();) units += utf16_units(next_code_point(text, at));
  return units;
}

std::size_t length_graphemes(std::string_view text) {
  if (is_ascii(text) && text.find('\r') == std::string_view::npos) return text.size();
  const icu::UnicodeString unicode =
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  icu::BreakIterator& breaks = character_breaks();
  breaks.setText(unicode);
  std::size_t count = 0;
  while (breaks.next() != icu::BreakIterator::DONE) ++count;
  return count;
}

std::string_view prefix_utf16(std::string_view text, std::size_t max) {
  std::size_t units = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    units += utf16_units(next_code_point(text, at));
    if (units > max) return text.substr(0, start);
  }
  return text;
}

std::string_view prefix_graphemes(std::string_view text, std::size_t max) {
  if (is_ascii(text) && text.find('\r') == std::string_view::npos) return text.substr(0, max);
  const icu::UnicodeString unicode =
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  icu::BreakIterator& breaks = character_breaks();
  breaks.setText(unicode);
  for (std::size_t i = 0; i < max; ++i) {
    if (breaks.next() == icu::BreakIterator::DONE) return text;
  }
  return prefix_utf16(text, static_cast<std::size_t>(breaks.current()));
}

std::string shorten_utf16(std::string_view text, std::size_t max) {
  if (length_utf16(text) <= max) return std::string(text);
  return max == 0 ? std::string() : std::string(prefix_utf16(text, max - 1)) + "…";
}

std::string shorten_graphemes(std::string_view text, std::size_t max) {
  // A grapheme has at least one code point, which is cheap to count: most texts are short enough by that.
  const auto begins = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80; };
  const auto code_points = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
  if (code_points <= max || length_graphemes(text) <= max) return std::string(text);
  return max == 0 ? std::string() : std::string(prefix_graphemes(text, max - 1)) + "…";
}

std::string erase_utf16(std::string_view text, std::size_t index, std::size_t length) {
  const std::string_view before = prefix_utf16(text, index);
  const std::string_view rest = text.substr(before.size());
  const std::string_view removed = prefix_utf16(rest, length);
  return std::string(before) + std::string(rest.substr(removed.size()));
}

bool is_plain_japanese(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80) {
      if (lead < 0x20 || lead == 0x7f) return false;
      ++at;
      continue;
    }
    if ((lead < 0xE3 || lead > 0xE9) && lead != 0xEF) return false;
    if (text.size() - at < 3) return false;
    const auto second = static_cast<unsigned char>(text[at + 1]);
    const auto third = static_cast<unsigned char>(text[at + 2]);
    if ((second & 0xC0U) != 0x80 || (third & 0xC0U) != 0x80) return false;
    const unsigned c = (lead & 0x0FU) << 12 | (second & 0x3FU) << 6 | (third & 0x3FU);
    const bool plain = (c >= 0x3041 && c <= 0x3094) || (c >= 0x30A1 && c <= 0x30F4) || c == 0x30FB || c == 0x30FC ||
                       (c >= 0x4E00 && c <= 0x9FFF) || c == 0x3001 || c == 0x3002 || c == 0x300C || c == 0x300D ||
                       (c >= kFullWidthFirst && c <= kFullWidthLast);
    if (!plain) return false;
    at += 3;
  }
  return true;
}

std::string fold(std::string_view text) {
  std::string current(text);
  // Nearly every question is such a text; one pass over its letters does all, and what it makes is one again and settled.
  if (is_plain_japanese(text)) return fold_letters(current);
  // Some sequences need a second pass to settle (a dash after a letter that normalisation produced); three are plenty,
  // and stopping at a fixed point makes fold(fold(x)) == fold(x) by construction.
  for (int pass = 0; pass < 3; ++pass) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::UnicodeString normalized = nfkc_casefold().normalize(
        icu::UnicodeString::fromUTF8(icu::StringPiece(current.data(), static_cast<std::int32_t>(current.size()))),
        status);
    if (U_FAILURE(status)) return current;
    std::string utf8;
    normalized.toUTF8String(utf8);
    std::string next = fold_letters(utf8);
    if (next == current) break;
    current = std::move(next);
  }
  return current;
}

std::string fold_key(std::string_view text) {
  return key_of_folded(fold(text));
}

std::string key_of_folded(std::string_view folded) {
  std::string key;
  key.reserve(folded.size());
  for (std::size_t at = 0; at < folded.size();) {
    UChar32 c = next_code_point(folded, at);
    const bool letter = (c >= 0x3041 && c <= 0x3096) || (c >= 0x4E00 && c <= 0x9FFF);
    if (c == 0x30FC || c == 0x007E || c == 0x002D || (!letter && (u_isUWhiteSpace(c) || u_ispunct(c)))) continue;
    switch (c) {  // small kana to their full letters: キヤノン = キャノン
      case 0x3041:
      case 0x3043:
      case 0x3045:
      case 0x3047:
      case 0x3049:
      case 0x3063:
      case 0x3083:
      case 0x3085:
      case 0x3087:
      case 0x308E:
        ++c;
        break;
      default:
        break;
    }
    append_code_point(key, c);
  }
  return key;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kIdeographicSpace = "\xE3\x80\x80";
  for (;;) {
    if (!text.empty() && (text.front() == ' ' || (text.front() >= '\t' && text.front() <= '\r'))) {
      text.remove_prefix(1);
    } else if (text.substr(0, 3) == kIdeographicSpace) {
      text.remove_prefix(3);
    } else if (!text.empty() && (text.back() == ' ' || (text.back() >= '\t' && text.back() <= '\r'))) {
      text.remove_suffix(1);
    } else if (text.size() >= 3 && text.substr(text.size() - 3) == kIdeographicSpace) {
      text.remove_suffix(3);
    } else {
      return text;
    }
  }
}

std::string in_quotes(std::string_view text) {
  return "「" + shorten_utf16(escape_for_log(text), 40) + "」";
}

std::string in_english_quotes(std::string_view text) {
  return "“" + shorten_utf16(escape_for_log(text), 40) + "”";
}

std::string escape_for_log(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace kairan
