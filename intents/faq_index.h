// Finds the FAQ rows that a question is about. Two steps, both explainable:
//  1. Fielded BM25 over words, compounds, character pairs and concepts: every wording of a row (question, paraphrases,
//  other
//     languages) is a document of the question field, every answer one of the answer field, at a lower weight.
//  2. The best are ranked again by how much of the asked question's information (idf mass) the row explains, and how
//  much of
//     the row's wording was asked for.
// One set of settings for all content.
// Threads: const members from many at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "intents/bm25.h"
#include "intents/content.h"
#include "intents/faq_terms.h"
#include "intents/reading_lexicon.h"
#include "intents/synonyms.h"
#include "intents/utterance.h"

namespace kairan::intents {

struct FaqHit {
  std::size_t row = 0;             ///< index into the rows
  double rank = 0;                 ///< for order only
  double confidence = 0;           ///< 0..1 on the matchers' scale
  double explained = 0;            ///< share of the question's idf mass found in the row
  double by_question = 0;          ///< of that, found in the row's wording rather than its answer
  double asked_for = 0;            ///< share of the row's wording found in the question
  bool exact = false;              ///< the text is one of the row's wordings
  bool respelled = false;          ///< found after the question was put into the content's spelling
  std::size_t begin = 0, end = 0;  ///< matched part of Utterance::folded
  std::uint64_t matched = 0;       ///< which of the question's first 64 content words the wording holds
  std::vector<std::string> words;  ///< these words, for explanations
};

class FaqIndex {
 public:
  /// Rows are read while building only. Answers are cut into pieces for analysis, so they may be of any length.
  /// @param own_names  the city's names: they say nothing in a question to the city itself
  FaqIndex(const std::vector<FaqRow>& rows, std::shared_ptr<const Analyzer> analyzer,
           std::shared_ptr<const Synonyms> synonyms, std::vector<std::string> own_names = {});

  /// Best first, at most `max`; deterministic: equal ranks keep the rows' order.
  std::vector<FaqHit> search(const Utterance& utterance, std::size_t max) const;

  std::size_t rows() const { return row_count_; }
  std::size_t memory_bytes() const;

 private:
  /// A content word of a wording.
  struct WordingUnit {
    TermHash word;
    float idf;
    std::uint32_t first_concept, last_concept;  ///< range in concepts_
  };
  struct Wording {
    std::uint32_t first_unit, last_unit;  ///< range in units_
    std::string key;                      ///< fold_key
  };
  struct Place;
  struct AskedUnit;
  struct Asked;
  struct Scored;

  void add_wording(std::uint32_t row, std::string_view text, const FaqTerms& terms);
  std::vector<FaqHit> find(const std::vector<Token>& tokens, std::string_view key, std::size_t max) const;
  std::optional<std::string> without_own_names(const std::string& text) const;
  std::vector<Scored> retrieve(const FaqTerms& asked) const;
  Asked read(const FaqTerms& terms, std::string_view key) const;
  void find_places(Asked& asked, std::vector<Scored>& judged) const;
  FaqHit judge(const Scored& scored, const Asked& asked) const;

  std::shared_ptr<const Analyzer> analyzer_;
  std::shared_ptr<const Synonyms> synonyms_;
  ReadingLexicon lexicon_;
  std::size_t row_count_ = 0;
  TermStatistics statistics_;
  Bm25Index questions_;  ///< over wordings_
  Bm25Index answers_;    ///< over rows
  std::vector<Wording> wordings_;
  std::vector<std::uint32_t> row_of_wording_;
  std::vector<std::uint32_t> first_wording_;  ///< of each row
  std::vector<std::pair<TermHash, std::uint32_t>> wording_by_key_;  ///< ascending; of the key's hash
  std::vector<std::string> own_names_;                              ///< longest first
  std::vector<WordingUnit> units_;
  std::vector<TermHash> concepts_;
};

}  // namespace kairan::intents
