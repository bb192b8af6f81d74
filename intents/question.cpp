#include "intents/question.h"

#include <algorithm>
#include <limits>

#include "intents/kana.h"

namespace kairan::intents {
namespace {

// What a stretch costs: one thing named is cheaper than the same letters unexplained, and long words than short ones.
constexpr float kNamed = 1.0F;
constexpr float kCue = 0.9F;
constexpr float kFurnitureWord = 0.8F;
constexpr float kParticle = 1.0F;
constexpr float kUnknownLetter = 2.0F;
constexpr float kShortKanaItem = 1.6F;

float cost_of(const KeyTable& table, std::uint32_t key) {
  const std::u32string_view text = table.key(key);
  if (table.has(key, WordKind::kFurniture)) return text.size() == 1 ? kParticle : kFurnitureWord;
  for (const WordKind kind : {WordKind::kDispose, WordKind::kWhen, WordKind::kGarbage, WordKind::kPronoun}) {
    if (table.has(key, kind)) return kCue;
  }
  return text.size() <= 2 && is_hiragana(text[0]) ? kShortKanaItem : kNamed;
}

/// One kana is a word only when it is the whole question.
bool too_short(const KeyTable& table, std::uint32_t key) {
  const std::u32string_view text = table.key(key);
  return text.size() == 1 && !is_kanji(text[0]) && !table.has(key, WordKind::kFurniture);
}

struct Step {
  float cost = std::numeric_limits<float>::max();
  std::size_t from = 0;
  Segment segment;
};

void cut(Question& question, const KeyTable& table) {
  const std::u32string& text = question.text.chars;
  std::vector<Step> best(text.size() + 1);
  best[0].cost = 0;
  std::vector<KeyTable::Hit> hits;
  const auto offer = [&](std::size_t from, std::size_t to, float cost, Segment segment) {
    const float total = best[from].cost + cost;
    if (total >= best[to].cost) return;
    segment.begin = from;
    segment.end = to;
    best[to] = {total, from, segment};
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == U' ') {
      offer(at, at + 1, 0, {Segment::Kind::kBreak, 0, 0, KeyTable::kNone, 0});
      continue;
    }
    offer(at, at + 1, kUnknownLetter, {});
    table.at(text, at, hits);
    for (const KeyTable::Hit& hit : hits) {
      if (too_short(table, hit.key)) continue;
      offer(at, hit.end, cost_of(table, hit.key), {Segment::Kind::kWord, 0, 0, hit.key, 0});
    }
    for (std::size_t i = 0; i < question.dates.size(); ++i) {
      if (question.text.position(question.dates[i].begin) != at) continue;
      const std::size_t end = question.text.position(question.dates[i].end);
      if (end > at) offer(at, end, kNamed, {Segment::Kind::kDate, 0, 0, KeyTable::kNone, i});
    }
  }
  std::vector<Segment> reversed;
  for (std::size_t at = text.size(); at > 0; at = best[at].from) reversed.push_back(best[at].segment);
  for (auto segment = reversed.rbegin(); segment != reversed.rend(); ++segment) {
    const bool grows = segment->kind == Segment::Kind::kUnknown && !question.segments.empty() &&
                       question.segments.back().kind == Segment::Kind::kUnknown;
    if (grows) question.segments.back().end = segment->end;
    else question.segments.push_back(*segment);
  }
}

bool joins_nouns(const Token& token) {
  return token.pos.rfind("名詞", 0) == 0 || token.pos.rfind("接頭詞", 0) == 0;
}

}  // namespace

Question read_question(const Utterance& utterance, const KeyTable& table, Date today) {
  Question question;
  question.text = question_key(utterance.folded);
  question.dates = find_dates(utterance.folded, today);
  question.token_of.resize(question.text.chars.size());
  std::size_t token = 0;
  for (std::size_t i = 0; i < question.token_of.size(); ++i) {
    while (token + 1 < utterance.tokens.size() && question.text.source[i] >= utterance.tokens[token].end) ++token;
    question.token_of[i] = static_cast<std::uint32_t>(token);
  }
  cut(question, table);
  return question;
}

Question read_question_by_sound(const Utterance& utterance, const KeyTable& table) {
  Question question;
  for (std::size_t token = 0; token < utterance.tokens.size(); ++token) {
    const bool mark = utterance.tokens[token].pos.rfind("記号", 0) == 0;
    const std::u32string letters = mark ? U" " : question_key(utterance.tokens[token].reading).chars;
    for (const char32_t letter : letters) {
      question.text.chars.push_back(letter);
      question.text.source.push_back(static_cast<std::uint32_t>(utterance.tokens[token].begin));
      question.token_of.push_back(static_cast<std::uint32_t>(token));
    }
  }
  question.text.source.push_back(static_cast<std::uint32_t>(utterance.folded.size()));
  cut(question, table);
  return question;
}

bool free_on_left(const Question& question, const Utterance& utterance, std::size_t index) {
  if (index == 0) return true;
  const Segment& before = question.segments[index - 1];
  if (before.kind != Segment::Kind::kUnknown) return true;
  const std::uint32_t own = question.token_of[question.segments[index].begin];
  const std::uint32_t other = question.token_of[before.end - 1];
  return own != other && !joins_nouns(utterance.tokens[other]);
}

bool free_on_right(const Question& question, const Utterance& utterance, std::size_t index) {
  if (index + 1 >= question.segments.size()) return true;
  const Segment& after = question.segments[index + 1];
  if (after.kind != Segment::Kind::kUnknown) return true;
  const std::uint32_t own = question.token_of[question.segments[index].end - 1];
  const std::uint32_t other = question.token_of[after.begin];
  return own != other && !joins_nouns(utterance.tokens[other]);
}

}  // namespace kairan::intents
