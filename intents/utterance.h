// A resident's text, analysed once and read by every matcher: folded, cut into words with readings, furniture removed.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kairan::intents {

struct Token {
  std::string surface;   ///< as in Utterance::folded
  std::string base;      ///< dictionary form (verbs, adjectives), else the surface
  std::string reading;   ///< hiragana; the surface when MeCab knows none
  std::string pos;       ///< MeCab's part of speech and first subdivision: "名詞,一般", "動詞,自立", ...
  std::size_t begin = 0; ///< byte range in Utterance::folded
  std::size_t end = 0;
  bool content = false;  ///< carries meaning: noun, verb, adjective, adverb; not particle, auxiliary, politeness, pronoun
};

struct Utterance {
  std::string text;                 ///< what is matched: the first 400 characters, trimmed
  bool shortened = false;           ///< the text was longer than that
  std::string folded;               ///< base/text fold()
  std::string key;                  ///< base/text fold_key()
  std::string reading;              ///< folded reading of the whole text in hiragana, from the tokens
  std::vector<Token> tokens;
  std::vector<std::string> words;   ///< base forms of content tokens, furniture words (捨て方, 教えて, ください ...) removed
};

/// MeCab with IPADIC and an optional user dictionary of the city's own words. Threads: analyze() from many at once.
class Analyzer {
 public:
  /// @param user_words  (surface, reading) pairs; compiled into a user dictionary in a temporary folder
  /// @return kUnavailable when the dictionary (mecab-ipadic-utf8) or its compiler (mecab-utils) is missing or fails
  static Result<std::shared_ptr<const Analyzer>> create(
      const std::vector<std::pair<std::string, std::string>>& user_words = {});
  virtual ~Analyzer() = default;
  virtual Utterance analyze(std::string_view text) const = 0;
  /// Only the tokens, of a text of any length as it is written (folding first would hide katakana words from the
  /// dictionary); for indexing content. Ranges are in fold(text).
  virtual std::vector<Token> tokenize(std::string_view text) const = 0;
};

inline constexpr std::size_t kMatchedCharacters = 400;

}  // namespace kairan::intents
