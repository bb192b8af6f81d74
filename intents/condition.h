// When a rule or a dialogue begins: keyword sets, whole texts and RE2 patterns (docs/content.md, rules.yaml). The words
// of all conditions are looked for in one pass over the text. Threads: const members from many at once.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "intents/keywords.h"
#include "intents/utterance.h"
#include "base/yaml_tree.h"

namespace kairan::intents {

struct ConditionMatch {
  double score = 0;                ///< on the matchers' scale
  std::size_t begin = 0, end = 0;  ///< byte range in Utterance::folded; 0, 0 when it is the whole text
  std::string reason;              ///< what matched, for explanations
  std::vector<std::pair<std::string, std::string>> groups;  ///< named groups of the pattern
};

class ConditionSet {
 public:
  /// One text, read once for all conditions.
  struct Reading {
    const Utterance* utterance = nullptr;
    std::vector<KeywordHit> hits;
    std::string plain;  ///< the dictionary forms without particles and politeness, for `exact`
    std::size_t meaning_bytes = 0;
    bool has(KeywordId word) const;
  };

  explicit ConditionSet(const Analyzer& analyzer);
  ~ConditionSet();
  ConditionSet(ConditionSet&&) noexcept;
  ConditionSet& operator=(ConditionSet&&) noexcept;

  static constexpr std::size_t kMaxWords = 200;    ///< of one condition
  static constexpr std::size_t kMaxPatterns = 20;  ///< of one condition
  static constexpr std::size_t kMaxPatternsInAll = 300;
  static constexpr std::size_t kMaxPatternCharacters = 500;

  /// The keys any, all, none, exact and patterns of `node`, read and checked.
  /// @return the condition's number; nothing when the node has no such key or they are wrong (reported)
  std::optional<std::size_t> add(const YamlNode& node, const std::string& path, const YamlChecker& checker);
  /// A word to be looked for beside the conditions (slot values).
  KeywordId add_word(std::string_view word);

  Reading read(const Utterance& utterance) const;
  std::optional<ConditionMatch> match(std::size_t number, const Reading& reading) const;

 private:
  struct Condition;
  std::string plain_of(const std::vector<Token>& tokens) const;
  bool add_pattern(Condition& condition, const YamlNode& at, const std::string& path, const std::string& pattern,
                   const YamlChecker& checker);

  const Analyzer* analyzer_;  ///< used by add() only
  KeywordIndex keywords_;
  std::vector<std::unique_ptr<Condition>> conditions_;
  std::size_t patterns_ = 0;
};

}  // namespace kairan::intents
