#include "intents/gaps.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "intents/kana.h"
#include "intents/synonyms.h"

namespace kairan::intents {
namespace {

constexpr std::string_view kMail = "〔メール〕";
constexpr std::string_view kUrlMark = "〔URL〕";
constexpr std::string_view kName = "〔名前〕";
constexpr char32_t kDigit = U'＃';
constexpr std::size_t kExamples = 5;
/// Clustering compares all with all; the most frequent keys are enough for a person to read.
constexpr std::size_t kMaxClustered = 2000;

bool is_digit_of_any_form(char32_t c) {
  return (c >= U'0' && c <= U'9') || (c >= U'０' && c <= U'９') || (c >= 0x2460 && c <= 0x2473) || c == U'〇';
}
bool is_address_letter(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= U'0' && c <= U'9') || c == U'.' || c == U'_' ||
         c == U'-' || c == U'+' || c == U'%' || (c >= U'ａ' && c <= U'ｚ') || (c >= U'Ａ' && c <= U'Ｚ') ||
         (c >= U'０' && c <= U'９') || c == U'．' || c == U'＿' || c == U'－';
}
bool is_at(char32_t c) {
  return c == U'@' || c == U'＠';
}

/// Mail addresses, web addresses and digits.
std::string mask_letters(std::string_view text) {
  const std::u32string letters = to_code_points(text);
  std::u32string out;
  for (std::size_t at = 0; at < letters.size();) {
    if (is_at(letters[at])) {
      while (!out.empty() && (is_address_letter(out.back()) || out.back() == kDigit)) out.pop_back();
      ++at;
      while (at < letters.size() && is_address_letter(letters[at])) ++at;
      out += to_code_points(kMail);
      continue;
    }
    if (letters.compare(at, 4, U"http") == 0 || letters.compare(at, 4, U"www.") == 0) {
      while (at < letters.size() && letters[at] > 0x20 && letters[at] < 0x7f) ++at;
      out += to_code_points(kUrlMark);
      continue;
    }
    out.push_back(is_digit_of_any_form(letters[at]) ? kDigit : letters[at]);
    ++at;
  }
  return to_utf8(out);
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool is_proper_noun(const Token& token) {
  return contains(token.pos, "固有名詞") && static_cast<unsigned char>(token.surface.front()) >= 0x80;
}

bool is_title(const Token& token) {
  const std::string& word = token.surface;
  return word == "さん" || word == "様" || word == "さま" || word == "氏" || word == "君" || word == "ちゃん" ||
         word == "先生";
}

/// How many tokens from `at` on look like a person's name: two proper nouns in a row (family and given name), or nouns
/// before what is said to people. A single proper noun may be a place, which says what the question is about.
std::size_t name_length(const std::vector<Token>& tokens, std::size_t at) {
  std::size_t proper = 0;
  while (at + proper < tokens.size() && is_proper_noun(tokens[at + proper])) ++proper;
  if (proper >= 2) return proper;
  std::size_t nouns = 0;
  while (nouns < 3 && at + nouns < tokens.size() && tokens[at + nouns].content &&
         tokens[at + nouns].pos.compare(0, 6, "名詞") == 0 && !is_title(tokens[at + nouns])) {
    ++nouns;
  }
  return nouns > 0 && at + nouns < tokens.size() && is_title(tokens[at + nouns]) ? nouns : 0;
}

/// 「私の名前は…」「住所は…」: what a person says of themselves follows, to the end of the sentence.
std::string mask_said_of_oneself(std::string text) {
  for (const std::string_view lead : {"名前は", "氏名は", "住所は", "と申します", "といいます", "と言います"}) {
    const bool before = lead.compare(0, 3, "と") == 0;
    for (std::size_t at = text.find(lead); at != std::string::npos; at = text.find(lead, at)) {
      if (before) {
        std::size_t begin = 0;
        for (const std::string_view stop : {"。", "、", "\n", "！", " ", "　"}) {
          const std::size_t found = text.rfind(stop, at);
          if (found != std::string::npos && found < at) begin = std::max(begin, found + stop.size());
        }
        text.replace(begin, at - begin, kName);
        at = begin + kName.size() + lead.size();
        continue;
      }
      const std::size_t begin = at + lead.size();
      std::size_t end = text.size();
      for (const std::string_view stop : {"。", "、", "\n", "！", "？", "?"})
        end = std::min(end, text.find(stop, begin));
      text.replace(begin, end - begin, kName);
      at = begin + kName.size();
    }
  }
  return text;
}

/// @param read  the analysis of `text`
std::string mask_names(const std::string& text, const Utterance& read) {
  // Names are masked in the text's folded form: where a token stands is known there alone.
  const std::string& folded = read.folded;
  const std::vector<Token>& tokens = read.tokens;
  std::string out;
  std::size_t done = 0;
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    const std::size_t length = name_length(tokens, at);
    if (length == 0 || tokens[at].begin < done) continue;
    out.append(folded, done, tokens[at].begin - done);
    out += kName;
    at += length - 1;
    done = tokens[at].end;
  }
  if (done == 0) return text;
  out.append(folded, std::min(done, folded.size()));
  return out;
}

std::set<std::string> words_in(std::string_view key) {
  std::set<std::string> words;
  while (!key.empty()) {
    const std::size_t end = std::min(key.find(' '), key.size());
    if (end > 0) words.emplace(key.substr(0, end));
    key.remove_prefix(std::min(end + 1, key.size()));
  }
  return words;
}

/// @param read  the analysis of the text, if there is one already; becomes that of what is returned
std::string masked(std::string_view text, const Analyzer& analyzer, Utterance& read) {
  const std::string_view head = prefix_utf16(trim(text), kMatchedCharacters);
  const std::string whole = mask_said_of_oneself(mask_letters(head));
  const std::string letters(trim(prefix_utf16(whole, kMatchedCharacters)));
  if (read.text != letters) read = analyzer.analyze(letters);
  std::string shown = shorten_graphemes(mask_names(letters, read), kGapMaxCharacters);
  if (shown != letters) read = analyzer.analyze(shown);
  return shown;
}

/// At least half of the words of both together are common.
bool ask_the_same(const std::set<std::string>& a, const std::set<std::string>& b) {
  std::vector<std::string> common;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(common));
  return common.size() * 2 >= a.size() + b.size() - common.size();
}

}  // namespace

std::string_view gap_kind_name(GapKind kind) {
  return kind == GapKind::kUnmatched ? "unmatched" : "rejected";
}

std::string mask_personal(std::string_view text, const Analyzer& analyzer) {
  Utterance read;
  return masked(text, analyzer, read);
}

Gap make_gap(GapKind kind, std::string_view text, std::string_view intent, const Analyzer& analyzer,
             Utterance utterance) {
  Gap gap;
  gap.kind = kind;
  gap.text = masked(text, analyzer, utterance);
  gap.intent = intent;
  std::set<std::string> words;
  for (const Token& token : utterance.tokens) {
    if (!token.content || contains(token.surface, "#") || fold_key(token.surface).empty()) continue;
    if (std::find(utterance.words.begin(), utterance.words.end(), token.base) == utterance.words.end()) continue;
    words.insert(word_form(token));
  }
  for (const std::string& word : words) gap.key += (gap.key.empty() ? "" : " ") + word;
  return gap;
}

std::vector<GapCluster> cluster_gaps(std::vector<GapCount> counts) {
  counts.erase(
      std::remove_if(counts.begin(), counts.end(), [](const GapCount& count) { return count.gap.key.empty(); }),
      counts.end());
  std::sort(counts.begin(), counts.end(), [](const GapCount& a, const GapCount& b) {
    if (a.resident_tags.size() != b.resident_tags.size()) return a.resident_tags.size() > b.resident_tags.size();
    return a.gap.key != b.gap.key ? a.gap.key < b.gap.key : a.gap.intent < b.gap.intent;
  });
  if (counts.size() > kMaxClustered) counts.resize(kMaxClustered);
  struct Open {
    GapCluster cluster;
    std::set<std::string> words;
    std::set<std::string> tags;
  };
  std::vector<Open> open;
  for (const GapCount& count : counts) {
    const std::set<std::string> words = words_in(count.gap.key);
    auto home = std::find_if(open.begin(), open.end(), [&](const Open& each) {
      return each.cluster.kind == count.gap.kind && each.cluster.intent == count.gap.intent &&
             ask_the_same(each.words, words);
    });
    if (home == open.end()) {
      open.push_back({{count.gap.kind, count.gap.intent, {}, 0, 0, count.last}, words, {}});
      home = open.end() - 1;
    }
    if (home->cluster.examples.size() < kExamples) home->cluster.examples.push_back(count.gap.text);
    home->cluster.times += count.times;
    home->cluster.last = std::max(home->cluster.last, count.last);
    home->tags.insert(count.resident_tags.begin(), count.resident_tags.end());
  }
  std::vector<GapCluster> clusters;
  for (Open& each : open) {
    each.cluster.residents = each.tags.size();
    if (each.cluster.residents >= kGapMinResidents) clusters.push_back(std::move(each.cluster));
  }
  std::stable_sort(clusters.begin(), clusters.end(), [](const GapCluster& a, const GapCluster& b) {
    return a.residents != b.residents ? a.residents > b.residents : a.times > b.times;
  });
  return clusters;
}

}  // namespace kairan::intents
