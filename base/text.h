// Measuring and folding text. Folding makes spellings of one word equal: full-width and half-width forms, letter case,
// hiragana and katakana, look-alike dashes and tildes. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kairan {

bool is_valid_utf8(std::string_view text);

/// Length in UTF-16 code units, LINE's default unit (reference: line-platform 3.1). Text must be valid UTF-8.
std::size_t length_utf16(std::string_view text);
/// Length in grapheme clusters, LINE's unit for labels, titles and template texts (line-platform 3.1).
std::size_t length_graphemes(std::string_view text);

/// The longest prefix of at most `max` units that does not cut a character (or a grapheme cluster).
std::string_view prefix_utf16(std::string_view text, std::size_t max);
std::string_view prefix_graphemes(std::string_view text, std::size_t max);
/// `text` as it is when it fits, else a prefix that ends with 「…」 and fits.
std::string shorten_utf16(std::string_view text, std::size_t max);
std::string shorten_graphemes(std::string_view text, std::size_t max);

/// Removes `length` UTF-16 units from `index` on; positions outside the text are cut to it. Used for the spans of LINE
/// emoji and mentions, which are counted in UTF-16 units.
std::string erase_utf16(std::string_view text, std::size_t index, std::size_t length);

/// NFKC, lower case, katakana to hiragana, dashes and tildes unified, long vowel marks after a vowel kept as 「ー」,
/// iteration marks resolved, control characters and variation selectors removed, runs of white space to one space.
/// Idempotent: fold(fold(x)) == fold(x).
std::string fold(std::string_view text);
/// fold(), and further for comparing keys: long vowel marks, small kana, spaces and punctuation removed or unified, so
/// that コンピューター = コンピュータ. Never shown to people.
std::string fold_key(std::string_view text);
/// fold_key() of a text that is folded already.
std::string key_of_folded(std::string_view folded);
/// Only hiragana, katakana, common kanji, 、 。 ・ 「 」, printable ASCII and its full-width forms: NFKC changes nothing of such
/// a text but the full-width forms, to ASCII.
bool is_plain_japanese(std::string_view text);

std::string_view trim(std::string_view text);
/// Control characters as \xNN, for values from outside in logs.
std::string escape_for_log(std::string_view text);
/// 「…」 around at most 40 UTF-16 units of a text from outside, escaped likewise: how a message to staff repeats it.
std::string in_quotes(std::string_view text);
/// The same in English: “text”.
std::string in_english_quotes(std::string_view text);

}  // namespace kairan
