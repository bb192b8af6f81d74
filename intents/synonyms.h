// Words that mean the same in a question: a general municipal list that is built in, and the city's synonyms.csv. A
// group of such words is a concept; texts are indexed by the concepts they mention beside their words. Threads: const
// members from many at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "intents/content.h"
#include "intents/utterance.h"

namespace kairan::intents {

/// The built-in list: one concept a line, words separated by spaces; words after 「|」 are understood in questions
/// only, after a second 「|」 in the content only.
std::string_view general_synonyms();

/// The form in which words are compared: the dictionary form without okurigana when it has two kanji or more
/// (引っ越し, 引越し and 引っ越す are 引越).
std::string word_form(const Token& token);

/// The side of the search a text is on.
enum class TextSide { kQuestionAsked, kContent };

class Synonyms {
 public:
  /// A mention of a concept: tokens [begin, end).
  struct Mention {
    std::uint32_t concept_id = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  Synonyms(const Analyzer& analyzer, std::string_view general, const std::vector<SynonymRow>& rows);

  /// Every mention in `forms`, the word forms of a text's tokens, by words that hold on this side; in order of
  /// beginnings.
  std::vector<Mention> mentions(const std::vector<std::string>& forms, TextSide side) const;
  std::size_t concepts() const { return concepts_; }
  const std::vector<std::string>& words() const { return words_; }  ///< of all concepts, as written

 private:
  enum class Holds { kBoth, kInQuestions, kInContent };
  struct Member {
    std::vector<std::string> forms;
    std::uint32_t concept_id = 0;
    Holds holds = Holds::kBoth;
  };

  void add(const Analyzer& analyzer, std::string_view word, std::uint32_t concept_id, Holds holds);

  std::uint32_t concepts_ = 0;
  std::vector<std::string> words_;
  std::unordered_map<std::string, std::vector<Member>> by_first_form_;
};

}  // namespace kairan::intents
