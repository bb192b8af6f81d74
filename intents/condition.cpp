#include "intents/condition.h"

#include <re2/re2.h>

#include <algorithm>
#include <map>

#include "base/text.h"

namespace kairan::intents {
namespace {

/// A compiled pattern's share of memory; what needs more is refused at load.
constexpr std::int64_t kPatternMemory = 1 << 20;

// Where a match by words lies on the scale: by how much of the text's meaning the words cover.
constexpr double kWordsAtLeast = 0.2;
constexpr double kWordsByCoverage = 0.75;
constexpr double kPattern = 0.9;

/// Patterns are matched on folded text, where katakana are hiragana.
std::string with_hiragana(std::string_view pattern) {
  std::string out;
  for (std::size_t at = 0; at < pattern.size();) {
    const auto lead = static_cast<unsigned char>(pattern[at]);
    const std::size_t wanted = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const std::string_view letter = pattern.substr(at, wanted);
    // U+30A1..U+30F6; the long vowel mark U+30FC stays.
    const bool katakana = letter.size() == 3 && letter[0] == '\xE3' && (letter[1] == '\x82' || letter[1] == '\x83');
    out += katakana && letter != "ー" ? fold(letter) : std::string(letter);
    at += letter.size();
  }
  return out;
}

/// Bytes of [begin, end) that lie in one of the hits.
std::size_t covered(const std::vector<std::pair<std::size_t, std::size_t>>& spans, std::size_t begin, std::size_t end) {
  std::size_t most = 0;
  for (const auto& [from, to] : spans) {
    const std::size_t first = std::max(from, begin);
    const std::size_t last = std::min(to, end);
    if (last > first) most = std::max(most, last - first);
  }
  return most;
}

}  // namespace

struct ConditionSet::Condition {
  struct Word {
    KeywordId id;
    std::string text;
  };
  std::vector<Word> any;
  std::vector<std::vector<Word>> all;
  std::vector<Word> none;
  std::vector<std::string> exact_keys;
  std::vector<std::string> exact_plain;
  std::vector<std::unique_ptr<re2::RE2>> patterns;
};

ConditionSet::ConditionSet(const Analyzer& analyzer) : analyzer_(&analyzer), keywords_(analyzer) {}
ConditionSet::~ConditionSet() = default;
ConditionSet::ConditionSet(ConditionSet&&) noexcept = default;
ConditionSet& ConditionSet::operator=(ConditionSet&&) noexcept = default;

bool ConditionSet::Reading::has(KeywordId word) const {
  const auto found = std::lower_bound(hits.begin(), hits.end(), word,
                                      [](const KeywordHit& hit, KeywordId wanted) { return hit.word < wanted; });
  return found != hits.end() && found->word == word;
}

KeywordId ConditionSet::add_word(std::string_view word) {
  return keywords_.add(word);
}

std::string ConditionSet::plain_of(const std::vector<Token>& tokens) const {
  std::string plain;
  for (const Token& token : tokens) {
    if (token.pos.starts_with("助詞") || token.pos.starts_with("助動詞") || token.pos.starts_with("記号") ||
        token.pos.starts_with("フィラー") || token.base == "ござる" || token.base == "御座る" ||
        fold_key(token.base).empty()) {
      continue;
    }
    plain += fold_key(token.base) + " ";
  }
  return plain;
}

bool ConditionSet::add_pattern(Condition& condition, const YamlNode& at, const std::string& path,
                               const std::string& pattern, const YamlChecker& checker) {
  if (length_graphemes(pattern) > kMaxPatternCharacters) {
    checker.problem(at.line, path,
                    "パターンが長すぎます。" + std::to_string(kMaxPatternCharacters) + "文字までにしてください。");
    return false;
  }
  if (++patterns_ > kMaxPatternsInAll) {
    checker.problem(at.line, path,
                    "パターンが多すぎます。全部で" + std::to_string(kMaxPatternsInAll) + "個までにしてください。");
    return false;
  }
  re2::RE2::Options options;
  options.set_max_mem(kPatternMemory);
  options.set_log_errors(false);
  options.set_case_sensitive(false);
  auto compiled = std::make_unique<re2::RE2>(with_hiragana(pattern), options);
  if (!compiled->ok()) {
    checker.problem(at.line, path,
                    "パターン「" + shorten_graphemes(pattern, 40) + "」は読めません（" +
                        shorten_graphemes(compiled->error(), 80) + "）。かっこや記号を直してください。");
    return false;
  }
  if (re2::RE2::PartialMatch("", *compiled)) {
    checker.problem(
        at.line, path,
        "パターン「" + shorten_graphemes(pattern, 40) + "」は何にでも当てはまります。必ず現れる言葉を入れてください。");
    return false;
  }
  condition.patterns.push_back(std::move(compiled));
  return true;
}

std::optional<std::size_t> ConditionSet::add(const YamlNode& node, const std::string& path,
                                             const YamlChecker& checker) {
  auto condition = std::make_unique<Condition>();
  std::size_t words = 0;
  bool good = true;
  const auto word_of = [&](const std::string& text, int line) -> Condition::Word {
    ++words;
    if (fold_key(text).empty() || length_graphemes(text) > 40) {
      checker.problem(
          line, path,
          "「" + shorten_graphemes(text, 20) + "」は言葉として使えません。1から40文字の言葉を書いてください。");
      good = false;
      return {};
    }
    return {keywords_.add(text), text};
  };
  const auto line_of = [&](std::string_view key) {
    const YamlNode* const value = node.find(key);
    return value == nullptr ? node.line : value->line;
  };
  for (const std::string& text : checker.texts(node, path, "any"))
    condition->any.push_back(word_of(text, line_of("any")));
  for (const std::string& text : checker.texts(node, path, "none"))
    condition->none.push_back(word_of(text, line_of("none")));
  if (const YamlNode* const all = node.find("all"); all != nullptr) {
    std::vector<const YamlNode*> entries;
    if (all->kind == YamlNode::Kind::kScalar) entries.push_back(all);
    for (const YamlNode& entry : all->list) entries.push_back(&entry);
    for (const YamlNode* const entry : entries) {
      std::vector<Condition::Word> group;
      if (entry->kind == YamlNode::Kind::kScalar)
        group.push_back(word_of(std::string(trim(entry->scalar)), entry->line));
      for (const YamlNode& item : entry->list) group.push_back(word_of(std::string(trim(item.scalar)), item.line));
      if (group.empty()) {
        checker.problem(entry->line, path,
                        "「all」の中に空の行があります。言葉か [言い方1, 言い方2] を書いてください。");
        good = false;
      }
      condition->all.push_back(std::move(group));
    }
  }
  for (const std::string& text : checker.texts(node, path, "exact")) {
    if (!word_of(text, line_of("exact")).text.empty()) {
      condition->exact_keys.push_back(fold_key(text));
      condition->exact_plain.push_back(plain_of(analyzer_->tokenize(text)));
    }
  }
  const std::vector<std::string> patterns = checker.texts(node, path, "patterns");
  if (patterns.size() > kMaxPatterns) {
    checker.problem(line_of("patterns"), path,
                    "パターンは1つのルールに" + std::to_string(kMaxPatterns) + "個までです。");
    good = false;
  } else {
    for (const std::string& pattern : patterns) {
      const YamlNode& at = *node.find("patterns");
      if (!add_pattern(*condition, at, path, pattern, checker)) good = false;
    }
  }
  if (words > kMaxWords) {
    checker.problem(node.line, path,
                    "言葉は1つのルールに" + std::to_string(kMaxWords) + "個までです。分けてください。");
    good = false;
  }
  const bool any_way = !condition->any.empty() || !condition->all.empty() || !condition->exact_keys.empty() ||
                       !condition->patterns.empty();
  if (!good || !any_way) return std::nullopt;
  conditions_.push_back(std::move(condition));
  return conditions_.size() - 1;
}

ConditionSet::Reading ConditionSet::read(const Utterance& utterance) const {
  Reading reading;
  reading.utterance = &utterance;
  reading.hits = keywords_.find(utterance);
  reading.plain = plain_of(utterance.tokens);
  for (const Token& token : utterance.tokens) {
    if (token.content &&
        std::find(utterance.words.begin(), utterance.words.end(), token.base) != utterance.words.end()) {
      reading.meaning_bytes += token.end - token.begin;
    }
  }
  return reading;
}

std::optional<ConditionMatch> ConditionSet::match(std::size_t number, const Reading& reading) const {
  const Condition& condition = *conditions_[number];
  const auto has = [&](const Condition::Word& word) { return reading.has(word.id); };
  if (std::any_of(condition.none.begin(), condition.none.end(), has)) return std::nullopt;
  ConditionMatch best;
  const Utterance& utterance = *reading.utterance;

  for (std::size_t at = 0; at < condition.exact_keys.size(); ++at) {
    const bool same_words = !condition.exact_plain[at].empty() && condition.exact_plain[at] == reading.plain;
    if (utterance.key != condition.exact_keys[at] && !same_words) continue;
    best.score = 1.0;
    best.begin = 0;
    best.end = utterance.folded.size();
    best.reason = "全文が一致";
    return best;
  }
  for (const auto& pattern : condition.patterns) {
    const int groups = std::min(pattern->NumberOfCapturingGroups(), 9);
    std::vector<re2::StringPiece> found(static_cast<std::size_t>(groups) + 1);
    if (!pattern->Match(utterance.folded, 0, utterance.folded.size(), re2::RE2::UNANCHORED, found.data(), groups + 1))
      continue;
    best.begin = static_cast<std::size_t>(found[0].data() - utterance.folded.data());
    best.end = best.begin + found[0].size();
    const double share =
        static_cast<double>(found[0].size()) / static_cast<double>(std::max<std::size_t>(utterance.folded.size(), 1));
    best.score = kPattern + (1 - kPattern) * share;
    best.reason = "パターン「" + pattern->pattern() + "」";
    for (const auto& [index, name] : pattern->CapturingGroupNames()) {
      if (index <= groups && !found[static_cast<std::size_t>(index)].empty()) {
        best.groups.emplace_back(name, std::string(found[static_cast<std::size_t>(index)]));
      }
    }
    return best;
  }

  if (condition.any.empty() && condition.all.empty()) return std::nullopt;
  if (!condition.any.empty() && std::none_of(condition.any.begin(), condition.any.end(), has)) return std::nullopt;
  for (const std::vector<Condition::Word>& group : condition.all) {
    if (std::none_of(group.begin(), group.end(), has)) return std::nullopt;
  }
  std::vector<std::pair<std::size_t, std::size_t>> spans;
  const auto add_spans = [&](const std::vector<Condition::Word>& words) {
    for (const Condition::Word& word : words) {
      bool first = true;
      for (const KeywordHit& hit : reading.hits) {
        if (hit.word != word.id) continue;
        spans.emplace_back(hit.begin, hit.end);
        if (first) best.reason += (best.reason.empty() ? "言葉 " : "、") + word.text;
        first = false;
      }
    }
  };
  add_spans(condition.any);
  for (const std::vector<Condition::Word>& group : condition.all) add_spans(group);
  best.begin = spans.front().first;
  for (const auto& [begin, end] : spans) {
    best.begin = std::min(best.begin, begin);
    best.end = std::max(best.end, end);
  }
  std::size_t explained = 0;
  for (const Token& token : utterance.tokens) {
    if (token.content &&
        std::find(utterance.words.begin(), utterance.words.end(), token.base) != utterance.words.end()) {
      explained += covered(spans, token.begin, token.end);
    }
  }
  const double coverage =
      reading.meaning_bytes == 0 ? 1.0 : static_cast<double>(explained) / static_cast<double>(reading.meaning_bytes);
  best.score = kWordsAtLeast + kWordsByCoverage * std::min(coverage, 1.0);
  return best;
}

}  // namespace kairan::intents
