#include "intents/synonyms.h"

#include <algorithm>

namespace kairan::intents {
namespace {

/// Bytes of the character at `at`; 1 for bytes that are not UTF-8.
std::size_t character_size(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return std::min(size, text.size() - at);
}

/// U+4E00..U+9FFF and 々.
bool is_kanji(std::string_view character) {
  if (character.size() != 3) return false;
  const auto lead = static_cast<unsigned char>(character[0]);
  const auto second = static_cast<unsigned char>(character[1]);
  if (lead == 0xE4) return second >= 0xB8;
  return (lead >= 0xE5 && lead <= 0xE9) || character == "々";
}

/// U+3041..U+3096.
bool is_hiragana(std::string_view character) {
  if (character.size() != 3 || character[0] != '\xE3') return false;
  const auto second = static_cast<unsigned char>(character[1]);
  const auto third = static_cast<unsigned char>(character[2]);
  return (second == 0x81 && third >= 0x81) || (second == 0x82 && third <= 0x96);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

}  // namespace

std::string word_form(const Token& token) {
  const std::string& base = token.base.empty() ? token.surface : token.base;
  std::string kanji;
  std::size_t count = 0;
  bool okurigana = false;
  for (std::size_t at = 0; at < base.size();) {
    const std::string_view character(base.data() + at, character_size(base, at));
    if (is_kanji(character)) {
      kanji += character;
      ++count;
    } else if (is_hiragana(character)) {
      okurigana = true;
    } else {
      return base;
    }
    at += character.size();
  }
  return count >= 2 && okurigana ? kanji : base;
}

Synonyms::Synonyms(const Analyzer& analyzer, std::string_view general, const std::vector<SynonymRow>& rows) {
  for (const std::string_view line : split(general, '\n')) {
    const std::uint32_t id = concepts_++;
    std::string_view rest = line;
    for (const Holds holds : {Holds::kBoth, Holds::kInQuestions, Holds::kInContent}) {
      const std::size_t bar = std::min(rest.find('|'), rest.size());
      for (const std::string_view word : split(rest.substr(0, bar), ' ')) add(analyzer, word, id, holds);
      rest.remove_prefix(std::min(bar + 1, rest.size()));
    }
  }
  for (const SynonymRow& row : rows) {
    const std::uint32_t id = concepts_++;
    add(analyzer, row.word, id, row.one_way ? Holds::kInQuestions : Holds::kBoth);
    for (const std::string& word : row.same) add(analyzer, word, id, Holds::kBoth);
  }
}

void Synonyms::add(const Analyzer& analyzer, std::string_view word, std::uint32_t concept_id, Holds holds) {
  Member member;
  for (const Token& token : analyzer.tokenize(word)) member.forms.push_back(word_form(token));
  if (member.forms.empty()) return;
  words_.emplace_back(word);
  member.concept_id = concept_id;
  member.holds = holds;
  std::string first = member.forms.front();
  by_first_form_[std::move(first)].push_back(std::move(member));
}

std::vector<Synonyms::Mention> Synonyms::mentions(const std::vector<std::string>& forms, TextSide side) const {
  const Holds other_side = side == TextSide::kContent ? Holds::kInQuestions : Holds::kInContent;
  std::vector<Mention> found;
  for (std::size_t at = 0; at < forms.size(); ++at) {
    const auto members = by_first_form_.find(forms[at]);
    if (members == by_first_form_.end()) continue;
    for (const Member& member : members->second) {
      if (member.holds == other_side || member.forms.size() > forms.size() - at) continue;
      if (!std::equal(member.forms.begin(), member.forms.end(), forms.begin() + static_cast<std::ptrdiff_t>(at)))
        continue;
      found.push_back({member.concept_id, at, at + member.forms.size()});
    }
  }
  return found;
}

}  // namespace kairan::intents
