// Reads a question as a row of known words: the cheapest way to cut the text into items, categories, places, dates, ways to
// say "throw away" or "when", and politeness, with what is left over counted as unknown. Works the same for kana without
// spaces and for kanji. Pure, any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "intents/date_words.h"
#include "intents/key_table.h"
#include "intents/question_key.h"
#include "intents/utterance.h"

namespace kairan::intents {

struct Segment {
  enum class Kind { kWord, kDate, kUnknown, kBreak };
  Kind kind = Kind::kUnknown;
  std::size_t begin = 0, end = 0;       ///< letters of the key
  std::uint32_t key = KeyTable::kNone;  ///< kWord: in the table
  std::size_t date = 0;                 ///< kDate: index into Question::dates
};

struct Question {
  QuestionKey text;
  std::vector<DateWord> dates;
  std::vector<Segment> segments;
  std::vector<std::uint32_t> token_of;  ///< token of each letter

  std::u32string_view part(std::size_t begin, std::size_t end) const {
    return std::u32string_view(text.chars).substr(begin, end - begin);
  }
};

/// Of the text as it was written.
Question read_question(const Utterance& utterance, const KeyTable& table, Date today);
/// Of its reading in hiragana, for names that are written in other letters than the list's.
Question read_question_by_sound(const Utterance& utterance, const KeyTable& table);

/// Whether the segment at `index` stands on its own: what touches it on that side is a boundary, a known word, or belongs
/// to a token that cannot be part of the same noun (particle, verb, adjective).
bool free_on_left(const Question& question, const Utterance& utterance, std::size_t index);
bool free_on_right(const Question& question, const Utterance& utterance, std::size_t index);

}  // namespace kairan::intents
