// What a text is about, for searching: its content words, compound nouns, character pairs of noun runs, and concepts.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "intents/bm25.h"
#include "intents/synonyms.h"
#include "intents/utterance.h"

namespace kairan::intents {

/// One content word of a text and what it may stand for.
struct FaqUnit {
  TermHash word = 0;
  std::vector<TermHash> concepts;  ///< of the mentions that this word is part of
  std::string text;                ///< the word's form, for explanations
  std::size_t begin = 0, end = 0;  ///< byte range, as Token's
};

struct FaqTerms {
  std::vector<FaqUnit> units;
  TermLists lists;
};

FaqTerms faq_terms(const std::vector<Token>& tokens, const Synonyms& synonyms, TextSide side);

/// An answer without what says nothing about its subject: lists of related questions, contacts, revision marks.
std::string strip_furniture(std::string_view answer);

}  // namespace kairan::intents
