// Warnings about texts that residents would find hard to read, for the dry run and the console. They never stop a broadcast.
//
// Sources
//   [G] 在留支援のためのやさしい日本語ガイドライン (出入国在留管理庁・文化庁, August 2020): one thing a sentence; readings (ふりがな) on
//       kanji; no honorific or humble forms (尊敬語, 謙譲語), no double negation, passive and causative forms and words of foreign
//       origin as few as can be
//   [H] これさえあれば!「やさしい日本語」作り方ガイド (弘前大学 社会言語学研究室, March 2019): at most 13 kanji a sentence in
//       everyday information
//   [K] 公用文作成の考え方 (文化審議会建議, January 2022): look again at sentences of 50 to 60 characters; no double negation
//   The length of an easy sentence has no number in [G]; 40 characters is Kairan's own.
// Readings are written as the content writes them: 避難（ひなん）. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "broadcasts/document.h"

namespace kairan::broadcasts {

struct ReadabilityLimits {
  static constexpr std::size_t kSentence = 60;      ///< characters [K]
  static constexpr std::size_t kEasySentence = 40;  ///< characters, without readings
  static constexpr std::size_t kEasyKanji = 13;     ///< kanji a sentence [H]
};

/// Adds warnings for one text. "ja-easy" is held to all rules, "ja" to those of [K]; other languages to none.
/// @param text  valid UTF-8; {variables} and addresses are passed over
void check_readability(std::string_view text, std::string_view language, const std::string& path,
                       std::vector<Problem>& problems);
/// Every text of a document, with paths such as "messages[0].text.ja-easy".
void check_readability(const Document& document, std::vector<Problem>& problems);

}  // namespace kairan::broadcasts
