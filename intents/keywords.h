// Finds many words in a text at once: in any spelling that folds alike, or by dictionary form (相談する finds
// 「相談したい」). In a text of kana alone a word is found by its reading, too. A word that is very short (up to two
// kana or one other character) counts only as a whole word of the text. Threads: const members from many at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "intents/utterance.h"

namespace kairan::intents {

using KeywordId = std::uint32_t;

struct KeywordHit {
  KeywordId word = 0;
  std::size_t begin = 0, end = 0;  ///< byte range in Utterance::folded
};

class KeywordIndex {
 public:
  explicit KeywordIndex(const Analyzer& analyzer) : analyzer_(&analyzer) {}

  /// The word's number; equal words share one. The analyzer given is used here only.
  KeywordId add(std::string_view word);

  /// Every place of every word, ascending by word, then by place.
  std::vector<KeywordHit> find(const Utterance& utterance) const;

 private:
  struct Forms {
    std::vector<std::string> forms;
    KeywordId word;
  };
  const Analyzer* analyzer_;
  std::unordered_map<std::string, KeywordId> ids_;  ///< by folded text
  using WordsByCharacter = std::unordered_map<std::string, std::vector<std::pair<std::string, KeywordId>>>;
  WordsByCharacter by_first_character_;
  WordsByCharacter readings_by_first_character_;  ///< for texts without kanji
  std::unordered_map<std::string, std::vector<Forms>> by_first_form_;
};

}  // namespace kairan::intents
