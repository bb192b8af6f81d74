#include "intents/reading_lexicon.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/text.h"
#include "intents/kana.h"

namespace kairan::intents {
namespace {

/// A shorter reading is part of too many other words; as a whole word of the question two letters are enough.
constexpr std::size_t kShortestReading = 3;
constexpr std::size_t kLongestReading = 16;
/// A slip is looked for in katakana words of this many letters and more; a second one from kTwoSlips on.
constexpr std::size_t kShortestMended = 5;
constexpr std::size_t kTwoSlips = 9;

bool is_letter_of_word(char32_t c) {
  return is_katakana(c) || c == U'ー';
}

/// Whether `a` becomes `b` by at most `limit` letters added, dropped or changed.
bool within_edits(const std::u32string& a, const std::u32string& b, std::size_t limit) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    std::size_t least = row[0];
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
      least = std::min(least, row[j]);
    }
    if (least > limit) return false;
  }
  return row[b.size()] <= limit;
}

/// Runs of katakana in `text`: [begin, end) in code points.
std::vector<std::pair<std::size_t, std::size_t>> katakana_runs(const std::u32string& text) {
  std::vector<std::pair<std::size_t, std::size_t>> runs;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_katakana(text[at]) || text[at] == U'ー') {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_letter_of_word(text[end])) ++end;
    runs.emplace_back(at, end);
    at = end;
  }
  return runs;
}

bool of_kanji_and_kana(std::string_view word) {
  const std::u32string letters = to_code_points(word);
  return has_kanji(word) &&
         std::all_of(letters.begin(), letters.end(), [](char32_t c) { return is_kanji(c) || is_hiragana(c); });
}

/// A reading with its first letter voiced; empty when that letter has no voiced form.
std::string voiced(std::string_view reading) {
  constexpr std::u32string_view kPlain = U"かきくけこさしすせそたちつてとはひふへほ";
  constexpr std::u32string_view kVoiced = U"がぎぐげござじずぜぞだじずでどばびぶべぼ";
  std::u32string letters = to_code_points(reading);
  const std::size_t at = letters.empty() ? std::u32string_view::npos : kPlain.find(letters.front());
  if (at == std::u32string_view::npos) return {};
  letters.front() = kVoiced[at];
  return to_utf8(letters);
}

}  // namespace

void ReadingLexicon::add_word(std::string_view reading, std::string_view spelling) {
  const std::string key = fold(reading);
  if (!only_kana(key)) return;
  const std::size_t letters = to_code_points(key).size();
  if (letters < 2 || letters > kLongestReading) return;
  longest_ = std::max(longest_, letters);
  spelling_by_reading_.emplace(key, spelling);  // the first spelling of a reading stays
}

void ReadingLexicon::add(std::string_view text, const std::vector<Token>& tokens) {
  // Runs of nouns first: じゅうみんひょう is 住民票 rather than 住民 and what follows.
  for (std::size_t begin = 0; begin < tokens.size(); ++begin) {
    std::string reading;
    std::string spelling;
    for (std::size_t end = begin; end < tokens.size() && end < begin + 5; ++end) {
      const Token& token = tokens[end];
      const bool noun = token.pos.compare(0, 6, "名詞") == 0 || token.pos.compare(0, 9, "接頭詞") == 0;
      if (!token.content || !of_kanji_and_kana(token.surface) || (!noun && end > begin)) break;
      // 所 is read しょ alone and じょ behind another word; the dictionary tells only the first.
      const std::string behind = end > begin ? voiced(token.reading) : std::string();
      if (!behind.empty()) add_word(reading + behind, spelling + token.surface);
      reading += token.reading;
      spelling += token.surface;
      add_word(reading, spelling);
      if (!noun) break;
    }
  }
  const std::u32string letters = to_code_points(text);
  for (const auto& [begin, end] : katakana_runs(letters)) {
    std::u32string word = letters.substr(begin, end - begin);
    if (word.size() < 2 || word.size() > kLongestReading) continue;
    const std::string spelling = to_utf8(word);
    add_word(spelling, spelling);
    if (word.size() + 2 < kShortestMended) continue;
    if (katakana_by_length_.size() <= word.size()) katakana_by_length_.resize(word.size() + 1);
    std::vector<std::u32string>& same_length = katakana_by_length_[word.size()];
    if (std::find(same_length.begin(), same_length.end(), word) == same_length.end())
      same_length.push_back(std::move(word));
  }
}

std::optional<std::string> ReadingLexicon::respell(const Utterance& utterance) const {
  return has_kanji(utterance.folded) ? mend_katakana(utterance) : spell_kana(utterance);
}

std::optional<std::string> ReadingLexicon::spell_kana(const Utterance& utterance) const {
  const std::string& text = utterance.folded;
  std::vector<std::size_t> starts;  // of letters, in bytes, and the end
  for (std::size_t at = 0; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U) starts.push_back(at);
  }
  starts.push_back(text.size());
  std::unordered_set<std::size_t> whole;  // begin * size + end of nouns that the analysis found
  for (const Token& token : utterance.tokens) {
    if (token.content && token.pos.compare(0, 6, "名詞") == 0)
      whole.insert(token.begin * (text.size() + 1) + token.end);
  }
  // What the analysis reads as grammar from end to end stays: 「しよう」 is する, not 使用.
  const auto is_grammar = [&](std::size_t begin, std::size_t end) {
    std::size_t place = begin;
    for (const Token& token : utterance.tokens) {
      if (token.begin != place || token.end > end) continue;
      const bool grammar = token.pos.compare(0, 6, "助詞") == 0 || token.pos.compare(0, 9, "助動詞") == 0 ||
                           token.base == "する" || token.base == "いる" || token.base == "ある" || token.base == "なる";
      if (!grammar) return false;
      place = token.end;
    }
    return place == end;
  };
  std::string out;
  bool changed = false;
  for (std::size_t at = 0; at + 1 < starts.size();) {
    std::size_t letters = std::min(longest_, starts.size() - 1 - at);
    const std::string* spelling = nullptr;
    for (; letters >= 2; --letters) {
      const std::size_t end = starts[at + letters];
      if (letters < kShortestReading && whole.count(starts[at] * (text.size() + 1) + end) == 0) continue;
      const auto found = spelling_by_reading_.find(text.substr(starts[at], end - starts[at]));
      if (found == spelling_by_reading_.end() || is_grammar(starts[at], end)) continue;
      spelling = &found->second;
      break;
    }
    if (spelling == nullptr) {
      out.append(text, starts[at], starts[at + 1] - starts[at]);
      ++at;
      continue;
    }
    out += *spelling;
    at += letters;
    changed = true;
  }
  if (!changed) return std::nullopt;
  return out;
}

std::optional<std::string> ReadingLexicon::mend_katakana(const Utterance& utterance) const {
  const std::u32string text = to_code_points(utterance.text);
  std::u32string out;
  std::size_t done = 0;
  bool changed = false;
  for (const auto& [begin, end] : katakana_runs(text)) {
    const std::u32string word = text.substr(begin, end - begin);
    if (word.size() < kShortestMended || word.size() > kLongestReading) continue;
    if (spelling_by_reading_.count(fold(to_utf8(word))) != 0) continue;
    const std::size_t limit = word.size() >= kTwoSlips ? 2 : 1;
    const std::u32string* best = nullptr;
    for (std::size_t slips = 1; slips <= limit && best == nullptr; ++slips) {
      for (std::size_t length = word.size() - slips; length <= word.size() + slips && best == nullptr; ++length) {
        if (length >= katakana_by_length_.size()) break;
        for (const std::u32string& known : katakana_by_length_[length]) {
          if (known.front() != word.front() || !within_edits(word, known, slips)) continue;
          best = &known;
          break;
        }
      }
    }
    if (best == nullptr) continue;
    out.append(text, done, begin - done);
    out += *best;
    done = end;
    changed = true;
  }
  if (!changed) return std::nullopt;
  out.append(text, done, text.size() - done);
  return to_utf8(out);
}

}  // namespace kairan::intents
