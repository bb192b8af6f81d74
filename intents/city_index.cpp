#include "intents/city_index.h"

#include <algorithm>

#include "intents/kana.h"
#include "intents/question_key.h"
#include "intents/question_words.h"

namespace kairan::intents {
namespace {

/// Names first, then readings and other names, then names without conditions, then parts of names.
int rank_of(KeyOrigin origin) {
  switch (origin) {
    case KeyOrigin::kName: return 0;
    case KeyOrigin::kReading: case KeyOrigin::kAlias: case KeyOrigin::kGuessedReading: return 1;
    case KeyOrigin::kBaseName: return 2;
    case KeyOrigin::kPart: return 3;
  }
  return 3;
}

/// Whether a key is made of question words alone: 「のごみ」, the reading of 能古見, is heard as の + ごみ.
bool is_talk(const KeyTable& words, std::u32string_view key) {
  std::vector<bool> reached(key.size() + 1, false);
  reached[0] = true;
  std::vector<KeyTable::Hit> hits;
  for (std::size_t at = 0; at < key.size(); ++at) {
    if (!reached[at]) continue;
    words.at(key, at, hits);
    for (const KeyTable::Hit& hit : hits) reached[hit.end] = true;
  }
  return reached[key.size()];
}

/// The names inside 「高松第一（松島・築地）花園・塩江」: residents say one of them.
std::vector<std::string> place_names(const std::string& name) {
  std::vector<std::string> names;
  std::u32string current;
  const auto take = [&] {
    if (current.size() > 1) names.push_back(to_utf8(current));
    current.clear();
  };
  for (const char32_t c : to_code_points(name)) {
    if (std::u32string_view(U"・、，,／/（）()　 ").find(c) != std::u32string_view::npos) take();
    else current.push_back(c);
  }
  take();
  return names;
}

}  // namespace

CityIndex::CityIndex(std::shared_ptr<const Content> content, const Analyzer& analyzer) : content_(std::move(content)) {
  add_question_words(table_);
  add_item_keys(content_->items, analyzer, table_);
  for (std::uint32_t i = 0; i < content_->items.size(); ++i) by_name_[content_->items[i].name].push_back(i);
  for (std::uint32_t i = 0; i < content_->categories.size(); ++i) {
    const GarbageCategory& category = content_->categories[i];
    by_category_[category.name] = i;
    const WordKind kind = WordKind::kCategory;
    table_.add(name_key(category.name), {i, kind, KeyOrigin::kName});
    std::string reading = category.reading;
    if (reading.empty() && has_kanji(category.name)) {
      for (const Token& token : analyzer.tokenize(category.name)) reading += token.reading;
    }
    table_.add(name_key(reading), {i, kind, KeyOrigin::kReading});
    for (const std::string& alias : category.aliases) table_.add(name_key(alias), {i, kind, KeyOrigin::kAlias});
  }
  for (std::uint32_t i = 0; i < content_->materials.size(); ++i) {
    table_.add(name_key(content_->materials[i].name), {i, WordKind::kMaterial, KeyOrigin::kName});
    for (const std::string& alias : content_->materials[i].aliases) {
      table_.add(name_key(alias), {i, WordKind::kMaterial, KeyOrigin::kAlias});
    }
  }
  add_places();
  table_.build();
  near_ = std::make_unique<NearKeys>(table_);
}

void CityIndex::add_places() {
  const City& town = content_->city;
  KeyTable talk;
  add_question_words(talk);
  talk.build();
  for (std::uint32_t i = 0; i < content_->areas.size(); ++i) {
    const CollectionArea& area = content_->areas[i];
    table_.add(name_key(area.name), {i, WordKind::kArea, KeyOrigin::kName});
    if (!area.group.empty()) {
      table_.add(name_key(area.group + area.name), {i, WordKind::kArea, KeyOrigin::kName});
      table_.add(name_key(area.name + area.group), {i, WordKind::kArea, KeyOrigin::kName});
    }
    const std::vector<std::string> names = place_names(area.name);
    if (names.size() > 1) {
      for (const std::string& name : names) table_.add(name_key(name), {i, WordKind::kArea, KeyOrigin::kPart});
    }
  }
  for (std::uint32_t i = 0; i < town.districts.size(); ++i) {
    const District& district = town.districts[i];
    const auto add = [&](const std::string& name) {
      if (name.empty()) return;
      if (!is_talk(talk, name_key(name))) table_.add(name_key(name), {i, WordKind::kDistrict, KeyOrigin::kName});
      table_.add(name_key(name + "地区"), {i, WordKind::kDistrict, KeyOrigin::kName});
    };
    add(district.name);
    add(district.reading);
    for (const std::string& alias : district.aliases) add(alias);
  }
  table_.add(name_key(town.name), {0, WordKind::kOwnTown, KeyOrigin::kName});
  table_.add(name_key(town.reading), {0, WordKind::kOwnTown, KeyOrigin::kReading});
  for (const std::string& name : town.own_names) table_.add(name_key(name), {0, WordKind::kOwnTown, KeyOrigin::kAlias});
  for (std::uint32_t i = 0; i < town.other_towns.size(); ++i) {
    const Town& other = town.other_towns[i];
    table_.add(name_key(other.name), {i, WordKind::kTown, KeyOrigin::kName});
    if (!other.prefecture.empty()) {
      table_.add(name_key(other.prefecture + other.name), {i, WordKind::kTown, KeyOrigin::kName});
    }
    // Two towns may be read alike (鹿島市, 鹿嶋市): then the sound says nothing.
    if (name_key(other.reading) != name_key(town.reading)) {
      table_.add(name_key(other.reading), {i, WordKind::kTown, KeyOrigin::kReading});
    }
    for (const std::string& alias : other.aliases) table_.add(name_key(alias), {i, WordKind::kTown, KeyOrigin::kAlias});
  }
}

std::vector<const GarbageItem*> CityIndex::rows_named(const std::string& name) const {
  std::vector<const GarbageItem*> rows;
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return rows;
  for (const std::uint32_t i : found->second) rows.push_back(&content_->items[i]);
  return rows;
}

const GarbageCategory* CityIndex::category_named(const std::string& name) const {
  const auto found = by_category_.find(name);
  return found == by_category_.end() ? nullptr : &content_->categories[found->second];
}

std::vector<std::uint32_t> CityIndex::payloads(std::uint32_t key, WordKind kind) const {
  std::vector<std::uint32_t> found;
  for (const KeyTable::Entry* entry = table_.begin(key); entry != table_.end(key); ++entry) {
    if (entry->kind == kind) found.push_back(entry->payload);
  }
  return found;
}

std::vector<std::uint32_t> CityIndex::items_of(std::uint32_t key) const {
  std::vector<std::uint32_t> found;
  std::vector<std::string_view> names;
  int best = 9;
  for (const KeyTable::Entry* entry = table_.begin(key); entry != table_.end(key); ++entry) {
    if (entry->kind == WordKind::kItem) best = std::min(best, rank_of(entry->origin));
  }
  for (const KeyTable::Entry* entry = table_.begin(key); entry != table_.end(key); ++entry) {
    if (entry->kind != WordKind::kItem || rank_of(entry->origin) != best) continue;
    const std::string_view name = content_->items[entry->payload].name;
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;  // a second row of the same name
    names.push_back(name);
    found.push_back(entry->payload);
  }
  // A reading shared with 「段ボール（汚れたもの）」 means the plain 「段ボール」; the other is one of its kinds.
  const auto plain = [&](std::uint32_t item) { return base_name(content_->items[item].name) == content_->items[item].name; };
  if (found.size() > 1 && best == 1) {
    const auto first_plain = std::find_if(found.begin(), found.end(), plain);
    if (first_plain != found.end()) {
      const std::string name = content_->items[*first_plain].name;
      found.erase(std::remove_if(found.begin(), found.end(), [&](std::uint32_t item) {
        return content_->items[item].name != name && base_name(content_->items[item].name) == name;
      }), found.end());
    }
  }
  return found;
}

std::vector<std::uint32_t> CityIndex::kinds_of(std::uint32_t key) const {
  const std::vector<std::uint32_t> shown = items_of(key);
  std::vector<std::uint32_t> kinds;
  std::vector<std::string_view> names;
  names.reserve(shown.size());
  for (const std::uint32_t item : shown) names.push_back(content_->items[item].name);
  for (const KeyTable::Entry* entry = table_.begin(key); entry != table_.end(key); ++entry) {
    if (entry->kind != WordKind::kItem || entry->origin != KeyOrigin::kBaseName) continue;
    const std::string_view name = content_->items[entry->payload].name;
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    names.push_back(name);
    kinds.push_back(entry->payload);
  }
  return kinds;
}

Signals gather(const Question& question, const Utterance& utterance, const CityIndex& index) {
  Signals signals;
  const KeyTable& table = index.table();
  for (std::size_t i = 0; i < question.segments.size(); ++i) {
    const Segment& segment = question.segments[i];
    const std::size_t letters = segment.end - segment.begin;
    const bool left = free_on_left(question, utterance, i), right = free_on_right(question, utterance, i);
    if (segment.kind == Segment::Kind::kUnknown) signals.unknown += letters;
    if (segment.kind == Segment::Kind::kDate) {
      // 「きょう」 in 「きょうかしょ」 is no date.
      if (question.dates[segment.date].kana && !(left && right)) {
        signals.unknown += letters;
        continue;
      }
      signals.dates.push_back(segment.date);
      ++signals.named;
    }
    if (segment.kind != Segment::Kind::kWord) continue;
    const auto is = [&](WordKind kind) { return table.has(segment.key, kind); };
    const bool place_like = is(WordKind::kArea) || is(WordKind::kDistrict) || is(WordKind::kTown) || is(WordKind::kOwnTown);
    if (is(WordKind::kFurniture) && !place_like) continue;
    const std::u32string_view key = table.key(segment.key);
    const bool only_kana_key = std::all_of(key.begin(), key.end(), is_hiragana);
    // A few kana inside other letters are part of another word (「かさ」 in 「おかさん」), and the sound of a verb is no
    // thing (「乗り」 is not 「のり」).
    const Token& token = utterance.tokens[question.token_of[segment.begin]];
    const bool verb = (token.pos.rfind("動詞", 0) == 0 || token.pos.rfind("形容詞", 0) == 0) && has_kanji(token.surface);
    const bool cut_short = segment.begin > 0 && segment.end < question.token_of.size() &&
                           question.token_of[segment.end] == question.token_of[segment.end - 1];
    if (only_kana_key && ((key.size() <= 3 && (!(left && right) || (cut_short && is(WordKind::kItem)))) ||
                          (verb && is(WordKind::kItem)))) {
      signals.unknown += letters;
      continue;
    }
    ++signals.named;
    if (is(WordKind::kItem)) signals.items.push_back({i, segment.key, left, right});
    const auto take = [&](WordKind kind, std::vector<std::uint32_t>& into) {
      const std::vector<std::uint32_t> found = index.payloads(segment.key, kind);
      into.insert(into.end(), found.begin(), found.end());
    };
    if (left && right) take(WordKind::kCategory, signals.categories);
    // 「プラごみの日」 may be the city's own other name of a category.
    const bool names_day = key.size() > 1 && key.back() == U'日';
    signals.when = signals.when || (is(WordKind::kCategory) && names_day);
    take(WordKind::kArea, signals.areas);
    take(WordKind::kDistrict, signals.districts);
    take(WordKind::kMaterial, signals.materials);
    if (is(WordKind::kTown) && !is(WordKind::kOwnTown)) {
      take(WordKind::kTown, signals.towns);
      signals.town_segment = i;
    }
    signals.own_town = signals.own_town || is(WordKind::kOwnTown);
    signals.dispose = signals.dispose || is(WordKind::kDispose);
    const bool names_garbage = is(WordKind::kWhen) && key.find(U"ごみ") != std::u32string_view::npos;  // ごみの日
    signals.garbage = signals.garbage || is(WordKind::kGarbage) || names_garbage;
    signals.when = signals.when || is(WordKind::kWhen);
    signals.pronoun = signals.pronoun || is(WordKind::kPronoun);
  }
  return signals;
}

}  // namespace kairan::intents
