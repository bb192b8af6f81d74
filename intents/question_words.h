// The words that questions about garbage are made of, whatever the city: particles and politeness, ways to say "throw away",
// "when", "garbage". Spelled in ordinary writing; the key table folds them.
#pragma once

#include "intents/key_table.h"

namespace kairan::intents {

void add_question_words(KeyTable& table);

/// Whether the rest of a message about another town is a question for a town hall (ごみ, 住民票, 届け, ...).
bool is_civic(std::string_view folded);

}  // namespace kairan::intents
