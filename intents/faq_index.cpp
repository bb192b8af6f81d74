#include "intents/faq_index.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "base/text.h"
#include "intents/bm25_scores.h"
#include "intents/plain_speech.h"

namespace kairan::intents {
namespace {

/// How many of the first step's rows the second looks at.
constexpr std::size_t kRanked = 40;
/// A longer piece of an answer is cut before analysis; analysis is linear, so the number only bounds memory.
constexpr std::size_t kPieceBytes = 1000;

constexpr Bm25Settings kQuestionField{1.2F, 0.5F, {1.0F, 0.3F, 0.3F, 1.0F}};
constexpr Bm25Settings kAnswerField{1.2F, 0.75F, {0.6F, 0.18F, 0.18F, 0.6F}};

// How far a word is explained: by itself or by another word of one meaning, in the row's wording or in its answer.
constexpr double kConceptInWording = 0.8;
constexpr double kConceptInAnswer = 0.7;
/// An answer mentions many things it is not about, so for the confidence its words count half.
constexpr double kAnswerTrust = 0.5;
/// A question whose spelling was guessed is answered a little less surely.
constexpr double kRespelledTrust = 0.97;
/// A word that no row knows says that the question is about something else: it weighs more than the rarest known word.
constexpr double kUnknownWeight = 1.6;
// The confidence of a fully explained question, by how much of the row's wording was asked for.
constexpr double kConfidenceAtLeast = 0.55;
constexpr double kConfidenceByWording = 0.43;
/// From here on no other way to read the question is tried.
constexpr double kSure = 0.85;
/// A longer question (of about 80 letters) has words enough without mending, and costs most.
constexpr std::size_t kMendedBytes = 240;
/// 「会社に行きたくない」 asks for nothing, unless a row says so as well.
constexpr std::string_view kUnwilling = "たくない";
constexpr double kUnwillingTrust = 0.6;

void append(TermLists& lists, const TermLists& more) {
  for (std::size_t kind = 0; kind < kTermKinds; ++kind) {
    lists.by_kind[kind].insert(lists.by_kind[kind].end(), more.by_kind[kind].begin(), more.by_kind[kind].end());
  }
}

std::vector<TermHash> all_terms(const TermLists& lists) {
  std::vector<TermHash> all;
  for (const std::vector<TermHash>& kind : lists.by_kind) all.insert(all.end(), kind.begin(), kind.end());
  return all;
}

/// The terms of a long text, analysed sentence by sentence.
TermLists answer_terms(std::string_view text, const Analyzer& analyzer, const Synonyms& synonyms) {
  TermLists lists;
  while (!text.empty()) {
    std::size_t end = 0;
    while (end < text.size() && end < kPieceBytes) {
      const std::size_t stop = text.find("。", end);
      const std::size_t line = text.find('\n', end);
      const std::size_t next = std::min(stop == std::string_view::npos ? text.size() : stop + 3,
                                        line == std::string_view::npos ? text.size() : line + 1);
      if (end > 0 && next > kPieceBytes) break;
      end = next;
    }
    append(lists, faq_terms(analyzer.tokenize(text.substr(0, end)), synonyms, TextSide::kContent).lists);
    text.remove_prefix(end);
  }
  return lists;
}

}  // namespace

/// How far a word of the question is found in a row that is judged.
struct FaqIndex::Place {
  double in_wording = 0, in_answer = 0;
};

struct FaqIndex::AskedUnit {
  const FaqUnit* unit;
  double idf;
  bool known;     ///< it, or another word of its meaning, occurs in some row
  Place* places;  ///< by Scored::place; in Asked::places
};

struct FaqIndex::Asked {
  std::string_view key;
  bool unwilling = false;
  std::vector<AskedUnit> units;
  std::vector<Place> places;              ///< of each unit in each row that is judged
  std::vector<TermHash> words, meanings;  ///< ascending

  bool says(TermHash word) const { return std::binary_search(words.begin(), words.end(), word); }
  bool means(TermHash meaning) const { return std::binary_search(meanings.begin(), meanings.end(), meaning); }
};

struct FaqIndex::Scored {
  std::uint32_t row;
  std::uint32_t wording;  ///< the row's wording that fits best
  float score;
  std::uint32_t place = 0;  ///< among the rows that are judged
};

FaqIndex::FaqIndex(const std::vector<FaqRow>& rows, std::shared_ptr<const Analyzer> analyzer,
                   std::shared_ptr<const Synonyms> synonyms, std::vector<std::string> own_names)
    : analyzer_(std::move(analyzer)), synonyms_(std::move(synonyms)), row_count_(rows.size()),
      own_names_(std::move(own_names)) {
  std::sort(own_names_.begin(), own_names_.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  for (const std::string& word : synonyms_->words()) lexicon_.add(word, analyzer_->tokenize(word));
  std::vector<TermLists> wording_lists;
  std::vector<TermLists> answer_lists;
  std::vector<std::vector<FaqUnit>> wording_units;
  for (std::size_t number = 0; number < rows.size(); ++number) {
    const FaqRow& row = rows[number];
    std::vector<std::string> texts{row.question};
    texts.insert(texts.end(), row.paraphrases.begin(), row.paraphrases.end());
    for (const auto& [language, text] : row.questions) {
      if (!text.empty() && std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
    }
    std::vector<TermHash> seen;
    first_wording_.push_back(static_cast<std::uint32_t>(wordings_.size()));
    for (const std::string& text : texts) {
      const std::vector<Token> tokens = analyzer_->tokenize(text);
      lexicon_.add(text, tokens);
      FaqTerms terms = faq_terms(tokens, *synonyms_, TextSide::kContent);
      const std::vector<TermHash> all = all_terms(terms.lists);
      seen.insert(seen.end(), all.begin(), all.end());
      wordings_.push_back({0, 0, fold_key(text)});
      row_of_wording_.push_back(static_cast<std::uint32_t>(number));
      wording_lists.push_back(std::move(terms.lists));
      wording_units.push_back(std::move(terms.units));
    }
    const auto japanese = row.answer.find("ja");
    answer_lists.push_back(japanese == row.answer.end()
                               ? TermLists{}
                               : answer_terms(strip_furniture(japanese->second), *analyzer_, *synonyms_));
    const std::vector<TermHash> all = all_terms(answer_lists.back());
    seen.insert(seen.end(), all.begin(), all.end());
    statistics_.add_document(std::move(seen));
  }
  statistics_.finish();
  questions_ = Bm25Index(wording_lists, statistics_, kQuestionField);
  answers_ = Bm25Index(answer_lists, statistics_, kAnswerField);
  for (std::size_t number = 0; number < wordings_.size(); ++number) {
    wordings_[number].first_unit = static_cast<std::uint32_t>(units_.size());
    for (const FaqUnit& unit : wording_units[number]) {
      const auto first = static_cast<std::uint32_t>(concepts_.size());
      concepts_.insert(concepts_.end(), unit.concepts.begin(), unit.concepts.end());
      units_.push_back({unit.word, statistics_.idf(unit.word), first, static_cast<std::uint32_t>(concepts_.size())});
    }
    wordings_[number].last_unit = static_cast<std::uint32_t>(units_.size());
    wording_by_key_.emplace_back(hash_term(TermKind::kWord, wordings_[number].key), static_cast<std::uint32_t>(number));
  }
  std::sort(wording_by_key_.begin(), wording_by_key_.end());
}

std::vector<FaqIndex::Scored> FaqIndex::retrieve(const FaqTerms& asked) const {
  thread_local Bm25Scores wording_scores;
  thread_local Bm25Scores row_scores;
  thread_local std::vector<std::uint32_t> best_wording;  // kNoWording between calls
  wording_scores.prepare(wordings_.size());
  row_scores.prepare(row_count_);
  std::vector<TermHash> terms = all_terms(asked.lists);
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  for (const TermHash term : terms) {
    wording_scores.add(questions_.find(term));
    row_scores.add(answers_.find(term));
  }

  // Wordings of one row compete; the best adds to the answer's score.
  constexpr std::uint32_t kNoWording = std::numeric_limits<std::uint32_t>::max();
  if (best_wording.size() < row_count_) best_wording.resize(row_count_, kNoWording);
  for (const std::uint32_t wording : wording_scores.documents()) {
    const std::uint32_t row = row_of_wording_[wording];
    std::uint32_t& best = best_wording[row];
    if (best == kNoWording) row_scores.add_once(row);
    const float own = wording_scores.score[wording], other = best == kNoWording ? 0 : wording_scores.score[best];
    if (best == kNoWording || own > other || (own == other && wording < best)) best = wording;
  }
  thread_local std::vector<Scored> scored;  // of all rows with a common term, before the best are taken
  scored.clear();
  for (const std::uint32_t row : row_scores.documents()) {
    const std::uint32_t best = std::exchange(best_wording[row], kNoWording);
    const float score = row_scores.score[row] + (best == kNoWording ? 0 : wording_scores.score[best]);
    if (score > 0) scored.push_back({row, best == kNoWording ? first_wording_[row] : best, score});
  }
  wording_scores.clear();
  row_scores.clear();
  const std::size_t kept = std::min(kRanked, scored.size());
  std::partial_sort(
      scored.begin(), scored.begin() + static_cast<std::ptrdiff_t>(kept), scored.end(),
      [](const Scored& a, const Scored& b) { return a.score != b.score ? a.score > b.score : a.row < b.row; });
  return {scored.begin(), scored.begin() + static_cast<std::ptrdiff_t>(kept)};
}

FaqIndex::Asked FaqIndex::read(const FaqTerms& terms, std::string_view key) const {
  Asked asked;
  asked.key = key;
  asked.unwilling = key.find(kUnwilling) != std::string_view::npos;
  asked.units.reserve(terms.units.size());
  for (const FaqUnit& unit : terms.units) {
    AskedUnit word{&unit, statistics_.idf(unit.word), statistics_.knows(unit.word), nullptr};
    for (const TermHash meaning : unit.concepts) word.known = word.known || statistics_.knows(meaning);
    asked.units.push_back(word);
    asked.words.push_back(unit.word);
    asked.meanings.insert(asked.meanings.end(), unit.concepts.begin(), unit.concepts.end());
  }
  std::sort(asked.words.begin(), asked.words.end());
  std::sort(asked.meanings.begin(), asked.meanings.end());
  return asked;
}

/// Where each word of the question stands among the rows that are judged.
void FaqIndex::find_places(Asked& asked, std::vector<Scored>& judged) const {
  thread_local std::vector<std::uint32_t> documents;  // of the field looked at, with their places, ascending
  thread_local std::vector<std::uint32_t> places;
  for (std::size_t at = 0; at < judged.size(); ++at) judged[at].place = static_cast<std::uint32_t>(at);
  asked.places.assign(asked.units.size() * judged.size(), {});
  for (std::size_t at = 0; at < asked.units.size(); ++at) asked.units[at].places = asked.places.data() + at * judged.size();
  const auto order_by = [&](auto document_of) {
    places.resize(judged.size());
    std::iota(places.begin(), places.end(), 0U);
    std::sort(places.begin(), places.end(), [&](std::uint32_t a, std::uint32_t b) {
      return document_of(judged[a]) < document_of(judged[b]);
    });
    documents.clear();
    for (const std::uint32_t place : places) documents.push_back(document_of(judged[place]));
  };
  const auto mark = [&](AskedUnit& word, Bm25Index::Postings postings, double Place::*field, double worth) {
    Bm25Index::each_common(postings, documents, [&](std::size_t at) {
      double& found = word.places[places[at]].*field;
      found = std::max(found, worth);
    });
  };
  order_by([](const Scored& scored) { return scored.wording; });
  for (AskedUnit& word : asked.units) {
    mark(word, questions_.find(word.unit->word), &Place::in_wording, 1);
    for (const TermHash meaning : word.unit->concepts) {
      mark(word, questions_.find(meaning), &Place::in_wording, kConceptInWording);
    }
  }
  order_by([](const Scored& scored) { return scored.row; });
  for (AskedUnit& word : asked.units) {
    mark(word, answers_.find(word.unit->word), &Place::in_answer, 1);
    for (const TermHash meaning : word.unit->concepts) {
      mark(word, answers_.find(meaning), &Place::in_answer, kConceptInAnswer);
    }
  }
}

FaqHit FaqIndex::judge(const Scored& scored, const Asked& asked) const {
  FaqHit hit;
  hit.row = scored.row;
  const Wording& wording = wordings_[scored.wording];
  double mass = 0;
  double doubt = 0;
  double explained = 0;
  double by_question = 0;
  double trusted = 0;
  hit.begin = std::numeric_limits<std::size_t>::max();
  for (const AskedUnit& word : asked.units) {
    const double in_wording = word.places[scored.place].in_wording;
    const double in_answer = word.places[scored.place].in_answer;
    mass += word.idf;
    doubt += word.known ? word.idf : word.idf * kUnknownWeight;
    by_question += word.idf * in_wording;
    explained += word.idf * std::max(in_wording, in_answer);
    trusted += word.idf * std::max(in_wording, in_answer * kAnswerTrust);
    if (in_wording > 0) {
      hit.begin = std::min(hit.begin, word.unit->begin);
      hit.end = std::max(hit.end, word.unit->end);
      const auto number = static_cast<std::size_t>(&word - asked.units.data());
      if (number < 64) hit.matched |= std::uint64_t{1} << number;
    }
  }
  if (hit.end == 0) hit.begin = 0;

  double wording_mass = 0;
  double asked_for = 0;
  for (std::uint32_t at = wording.first_unit; at < wording.last_unit; ++at) {
    const WordingUnit& unit = units_[at];
    double found = 0;
    if (asked.says(unit.word)) {
      found = 1;
    } else if (std::any_of(concepts_.begin() + unit.first_concept, concepts_.begin() + unit.last_concept,
                           [&](TermHash meaning) { return asked.means(meaning); })) {
      found = kConceptInWording;
    }
    wording_mass += unit.idf;
    asked_for += unit.idf * found;
  }
  if (mass > 0) {
    hit.explained = explained / mass;
    hit.by_question = by_question / mass;
  }
  if (wording_mass > 0) hit.asked_for = asked_for / wording_mass;
  hit.exact = wording.key == asked.key;
  hit.rank = static_cast<double>(scored.score) * (hit.explained + 0.05) * std::pow(hit.asked_for + 0.1, 0.6);
  if (hit.exact) hit.rank *= 2;
  const double trust = doubt > 0 ? trusted / doubt : 0;
  hit.confidence = hit.exact ? 1.0 : trust * (kConfidenceAtLeast + kConfidenceByWording * std::sqrt(hit.asked_for));
  if (asked.unwilling && !hit.exact && wording.key.find(kUnwilling) == std::string::npos) hit.confidence *= kUnwillingTrust;
  return hit;
}

std::vector<FaqHit> FaqIndex::search(const Utterance& utterance, std::size_t max) const {
  if (row_count_ == 0) return {};
  std::vector<FaqHit> hits = find(utterance.tokens, utterance.key, max);
  const auto sure = [&] { return !hits.empty() && hits.front().confidence >= kSure; };
  const auto read_as = [&](const std::string& text, double trust) {
    std::vector<FaqHit> other = find(analyzer_->tokenize(text), fold_key(text), max);
    if (other.empty() || (!hits.empty() && other.front().confidence * trust <= hits.front().confidence)) return;
    for (FaqHit& hit : other) {
      hit.respelled = true;
      hit.confidence *= trust;
      hit.begin = 0;  // places in the respelled text are not places in the question
      hit.end = utterance.folded.size();
    }
    hits = std::move(other);
  };
  if (sure() || utterance.folded.size() > kMendedBytes) return hits;
  // One other reading only, of all that can be mended: a search costs more than the rest of the answer.
  const std::optional<std::string> respelled = lexicon_.respell(utterance);
  std::string text = respelled.value_or(utterance.text);
  text = without_own_names(text).value_or(text);
  text = plain_speech(text).value_or(text);
  if (text != utterance.text) read_as(text, respelled ? kRespelledTrust : 1.0);
  return hits;
}

/// 「佐賀県鹿島市の避難所」 as 「避難所」; nothing when no name is in it or nothing else is.
std::optional<std::string> FaqIndex::without_own_names(const std::string& text) const {
  constexpr std::string_view kLink = "の";
  for (const std::string& name : own_names_) {
    const std::size_t at = name.empty() ? std::string::npos : text.find(name);
    if (at == std::string::npos) continue;
    std::size_t end = at + name.size();
    if (text.compare(end, kLink.size(), kLink) == 0) end += kLink.size();
    std::string rest = text.substr(0, at) + text.substr(end);
    if (!rest.empty()) return rest;
  }
  return std::nullopt;
}

std::vector<FaqHit> FaqIndex::find(const std::vector<Token>& tokens, std::string_view key, std::size_t max) const {
  const FaqTerms terms = faq_terms(tokens, *synonyms_, TextSide::kQuestionAsked);
  std::vector<std::uint32_t> exact;
  const TermHash key_hash = hash_term(TermKind::kWord, key);
  for (auto entry = std::lower_bound(wording_by_key_.begin(), wording_by_key_.end(), std::make_pair(key_hash, 0U));
       entry != wording_by_key_.end() && entry->first == key_hash; ++entry) {
    if (wordings_[entry->second].key == key) exact.push_back(entry->second);
  }
  if (terms.units.empty() && exact.empty()) return {};
  std::vector<FaqHit> hits;
  std::vector<Scored> found = retrieve(terms);
  for (const std::uint32_t wording : exact) {
    const std::uint32_t row = row_of_wording_[wording];
    const auto known = std::find_if(found.begin(), found.end(), [&](const Scored& scored) { return scored.row == row; });
    if (known != found.end()) known->wording = wording;
    else found.push_back({row, wording, 1});
  }
  hits.reserve(found.size());
  Asked asked = read(terms, key);
  find_places(asked, found);
  for (const Scored& scored : found) hits.push_back(judge(scored, asked));
  std::stable_sort(hits.begin(), hits.end(),
                   [](const FaqHit& a, const FaqHit& b) {
                     if (a.exact != b.exact) return a.exact;
                     return a.rank != b.rank ? a.rank > b.rank : a.row < b.row;
                   });
  if (hits.size() > max) hits.resize(max);
  for (FaqHit& hit : hits) {
    for (std::size_t at = 0; at < terms.units.size() && at < 64; ++at) {
      if ((hit.matched >> at & 1) != 0) hit.words.push_back(terms.units[at].text);
    }
  }
  // The order is the rank's; a row further down cannot be surer than the one above it.
  for (std::size_t at = 1; at < hits.size(); ++at) {
    if (hits[at].exact) continue;
    const double share = hits[at - 1].rank > 0 ? hits[at].rank / hits[at - 1].rank : 0;
    hits[at].confidence = std::min(hits[at].confidence, hits[at - 1].confidence * std::min(1.0, 0.5 + 0.5 * share));
  }
  return hits;
}

std::size_t FaqIndex::memory_bytes() const {
  std::size_t keys = 0;
  for (const Wording& wording : wordings_) keys += wording.key.capacity();
  return questions_.memory_bytes() + answers_.memory_bytes() + wordings_.capacity() * sizeof(Wording) + keys +
         units_.capacity() * sizeof(WordingUnit) + concepts_.capacity() * sizeof(TermHash);
}

}  // namespace kairan::intents
