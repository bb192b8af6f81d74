// How words of the content are spelled, by how they sound: for questions typed in kana alone
// (「じゅうみんひょうがほしい」) and for slips in katakana words (「マイナンバカード」). Rewrites a question into the
// content's spelling; it is then analysed again. Threads: const members from many at once.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "intents/utterance.h"

namespace kairan::intents {

class ReadingLexicon {
 public:
  /// Learns the words of one text of the content.
  void add(std::string_view text, const std::vector<Token>& tokens);

  /// The question in the content's spelling; nothing when there is nothing to change.
  std::optional<std::string> respell(const Utterance& utterance) const;

 private:
  void add_word(std::string_view reading, std::string_view spelling);
  std::optional<std::string> spell_kana(const Utterance& utterance) const;
  std::optional<std::string> mend_katakana(const Utterance& utterance) const;

  std::unordered_map<std::string, std::string> spelling_by_reading_;  ///< hiragana to the content's spelling
  std::size_t longest_ = 0;                                           ///< letters of the longest reading
  std::vector<std::vector<std::u32string>> katakana_by_length_;       ///< distinct words by number of letters
};

}  // namespace kairan::intents
