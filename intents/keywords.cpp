#include "intents/keywords.h"

#include <algorithm>

#include "base/text.h"
#include "intents/kana.h"
#include "intents/synonyms.h"

namespace kairan::intents {
namespace {

std::string_view first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return text.substr(0, size);
}

/// A shorter reading is part of too many other words: it counts only when it is the whole text. In bytes of kana.
constexpr std::size_t kShortestReadingBytes = std::size_t{4} * 3;

bool whole_words_only(std::string_view folded) {
  const std::size_t letters = length_graphemes(folded);
  return letters == 1 || (letters == 2 && only_kana(folded));
}

bool is_ascii_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/// A Latin word is not found inside another: "hi" is not in "this".
bool cuts_latin_word(std::string_view text, std::size_t begin, std::size_t end) {
  const bool before = begin > 0 && is_ascii_letter(text[begin - 1]) && is_ascii_letter(text[begin]);
  const bool after = end < text.size() && is_ascii_letter(text[end]) && is_ascii_letter(text[end - 1]);
  return before || after;
}

}  // namespace

KeywordId KeywordIndex::add(std::string_view word) {
  const std::string folded = fold(word);
  const auto [entry, added] = ids_.emplace(folded, static_cast<KeywordId>(ids_.size()));
  if (!added || folded.empty()) return entry->second;
  if (!whole_words_only(folded)) {
    by_first_character_[std::string(first_character(folded))].emplace_back(folded, entry->second);
  }
  Forms forms{{}, entry->second};
  std::string reading;
  for (const Token& token : analyzer_->tokenize(word)) {
    forms.forms.push_back(word_form(token));
    reading += token.reading;
  }
  if (reading != folded && only_kana(reading)) {
    readings_by_first_character_[std::string(first_character(reading))].emplace_back(reading, entry->second);
  }
  if (!forms.forms.empty()) {
    std::string first = forms.forms.front();
    by_first_form_[std::move(first)].push_back(std::move(forms));
  }
  return entry->second;
}

std::vector<KeywordHit> KeywordIndex::find(const Utterance& utterance) const {
  std::vector<KeywordHit> hits;
  const std::string_view text = utterance.folded;
  const bool by_reading = !has_kanji(text);  // typed in kana alone
  for (std::size_t at = 0; at < text.size();) {
    const std::string first(first_character(text.substr(at)));
    const auto look = [&](const WordsByCharacter& table, std::size_t shortest) {
      const auto words = table.find(first);
      if (words == table.end()) return;
      for (const auto& [word, id] : words->second) {
        if (word.size() < shortest && word.size() != text.size()) continue;
        if (text.compare(at, word.size(), word) != 0 || cuts_latin_word(text, at, at + word.size())) continue;
        hits.push_back({id, at, at + word.size()});
      }
    };
    look(by_first_character_, 0);
    if (by_reading) look(readings_by_first_character_, kShortestReadingBytes);
    at += first.size();
  }
  std::vector<std::string> forms;
  forms.reserve(utterance.tokens.size());
  for (const Token& token : utterance.tokens) forms.push_back(word_form(token));
  for (std::size_t at = 0; at < forms.size(); ++at) {
    const auto words = by_first_form_.find(forms[at]);
    if (words == by_first_form_.end()) continue;
    for (const Forms& word : words->second) {
      if (word.forms.size() > forms.size() - at) continue;
      if (!std::equal(word.forms.begin(), word.forms.end(), forms.begin() + static_cast<std::ptrdiff_t>(at))) continue;
      hits.push_back({word.word, utterance.tokens[at].begin, utterance.tokens[at + word.forms.size() - 1].end});
    }
  }
  std::sort(hits.begin(), hits.end(), [](const KeywordHit& a, const KeywordHit& b) {
    return a.word != b.word ? a.word < b.word : a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  return hits;
}

}  // namespace kairan::intents
