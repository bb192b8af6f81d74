#include "intents/question.h"

#include <algorithm>
#include <limits>

#include "intents/kana.h"

namespace kairan::intents {
namespace {

// What a stretch costs: one thing named is cheaper than the same letters unexplained, and long words than short ones.
constexpr float kNamed = 1.0F;
constexpr float kLongName = 0.7F;
constexpr float kCue = 0.9F;
/// The dictionary sees a noun (「ノート」), so の + ーと is not two particles, and a short name may be that noun.
constexpr float kInsideNoun = 0.8F;
constexpr float kWholeNoun = -0.7F;
/// Two short names never cost less than the long one they make up.
constexpr float kLeast = 0.55F;
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
  if (text.size() >= 3) return text.size() > 3 ? kLeast : kLongName;
  return is_hiragana(text[0]) ? kShortKanaItem : kNamed;
}

/// One kana is a word only when it is the whole question.
bool too_short(const KeyTable& table, std::uint32_t key) {
  const std::u32string_view text = table.key(key);
  return text.size() == 1 && !is_kanji(text[0]) && !table.has(key, WordKind::kFurniture);
}

struct CutStep {
  float cost = std::numeric_limits<float>::max();
  std::size_t from = 0;
  Segment segment;
};

bool joins_nouns(const Token& token) {
  return token.pos.rfind("名詞", 0) == 0 || token.pos.rfind("接頭詞", 0) == 0;
}

/// What the dictionary's own cut says about a stretch.
float noun_cost(const Question& question, const std::vector<Token>& tokens, std::size_t begin, std::size_t end) {
  if (tokens.empty()) return 0;
  const std::uint32_t first = question.token_of[begin], last = question.token_of[end - 1];
  const auto is_noun = [&](std::uint32_t token) {
    const std::string& pos = tokens[token].pos;
    return pos == "名詞,一般" || pos == "名詞,固有名詞" || pos == "名詞,サ変接続";
  };
  const bool starts = begin == 0 || question.token_of[begin - 1] != first;
  const bool ends = end == question.token_of.size() || question.token_of[end] != last;
  if (starts && ends && joins_nouns(tokens[first]) && joins_nouns(tokens[last])) return kWholeNoun;
  return (!starts && is_noun(first)) || (!ends && is_noun(last)) ? kInsideNoun : 0;
}

void cut(Question& question, const KeyTable& table, const std::vector<Token>& tokens) {
  const std::u32string& text = question.text.chars;
  thread_local std::vector<CutStep> best;
  thread_local std::vector<KeyTable::Hit> hits;
  best.assign(text.size() + 1, CutStep());
  best[0].cost = 0;
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
      float cost = cost_of(table, hit.key);
      if (hit.end - at <= 3) cost += noun_cost(question, tokens, at, hit.end);
      offer(at, hit.end, std::max(cost, kLeast), {Segment::Kind::kWord, 0, 0, hit.key, 0});
    }
    for (std::size_t i = 0; i < question.dates.size(); ++i) {
      if (question.text.position(question.dates[i].begin) != at) continue;
      const std::size_t end = question.text.position(question.dates[i].end);
      if (end > at) offer(at, end, kLeast, {Segment::Kind::kDate, 0, 0, KeyTable::kNone, i});
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
  cut(question, table, utterance.tokens);
  return question;
}

Question read_question_by_sound(const Utterance& utterance, const KeyTable& table) {
  Question question;
  for (std::size_t token = 0; token < utterance.tokens.size(); ++token) {
    const bool mark = utterance.tokens[token].pos.rfind("記号", 0) == 0;
    // Verbs keep their letters: 「寝」 heard as ね would pass for a particle.
    const Token& word = utterance.tokens[token];
    const bool noun = joins_nouns(word);
    const std::u32string letters = mark ? U" " : question_key(noun ? word.reading : word.surface).chars;
    for (const char32_t letter : letters) {
      question.text.chars.push_back(letter);
      question.text.source.push_back(static_cast<std::uint32_t>(utterance.tokens[token].begin));
      question.token_of.push_back(static_cast<std::uint32_t>(token));
    }
  }
  question.text.source.push_back(static_cast<std::uint32_t>(utterance.folded.size()));
  cut(question, table, utterance.tokens);
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
