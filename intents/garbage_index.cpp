#include "intents/garbage_index.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/text.h"
#include "intents/kana.h"
#include "intents/question_key.h"

namespace kairan::intents {
namespace {

constexpr std::u32string_view kOpen = U"(（[［【〔<＜";
constexpr std::u32string_view kClose = U")）]］】〕>＞";
/// A part that this many items have in common says how things are made, not what they are.
constexpr std::size_t kMaxItemsOfPart = 6;
constexpr std::size_t kMaxNearKeyLetters = 40;
constexpr char32_t kEdge = 1;

bool is_condition(std::u32string_view text) {
  static constexpr std::array<std::u32string_view, 16> kTails{U"製", U"以上", U"以下", U"未満", U"超える", U"もの", U"除く", U"のみ",
                                                              U"場合", U"使用", U"以外", U"ない", U"まで", U"含む", U"可", U"用"};
  for (const std::u32string_view tail : kTails) {
    if (text.size() >= tail.size() && text.substr(text.size() - tail.size()) == tail) return true;
  }
  return text.size() < 2;
}

/// The names in a text that lists several: at ・ 、 ， / や, without 類, 等, など at their ends.
std::vector<std::string> listed_names(std::string_view text) {
  std::vector<std::string> names;
  std::u32string current;
  const auto take = [&] {
    for (const std::u32string_view tail : {std::u32string_view(U"など"), std::u32string_view(U"等"), std::u32string_view(U"類"),
                                           std::u32string_view(U" "), std::u32string_view(U"　")}) {
      while (current.size() > tail.size() && current.compare(current.size() - tail.size(), tail.size(), tail) == 0) {
        current.resize(current.size() - tail.size());
      }
    }
    if (!current.empty()) names.push_back(to_utf8(current));
    current.clear();
  };
  for (const char32_t c : to_code_points(text)) {
    if (std::u32string_view(U"・、，,/／･;；").find(c) != std::u32string_view::npos) take();
    else current.push_back(c);
  }
  take();
  return names;
}

std::vector<std::string> bracketed(std::string_view name) {
  std::vector<std::string> parts;
  std::u32string current;
  bool inside = false;
  for (const char32_t c : to_code_points(name)) {
    if (kOpen.find(c) != std::u32string_view::npos) {
      inside = true;
      current.clear();
    } else if (kClose.find(c) != std::u32string_view::npos) {
      if (inside && !current.empty()) parts.push_back(to_utf8(current));
      inside = false;
    } else if (inside) {
      current.push_back(c);
    }
  }
  return parts;
}

/// 「けいこうとお」 for けいこうとう: a long o written as it sounds, once or everywhere.
std::vector<std::u32string> spelled_by_ear(const std::u32string& sound) {
  constexpr std::u32string_view kRow = U"おこそとのほもよろごぞどぼぽ";
  std::vector<std::u32string> spellings;
  std::u32string everywhere = sound;
  for (std::size_t i = 1; i < sound.size(); ++i) {
    if (sound[i] != U'う' || kRow.find(sound[i - 1]) == std::u32string_view::npos) continue;
    everywhere[i] = U'お';
    spellings.push_back(sound);
    spellings.back()[i] = U'お';
  }
  if (spellings.size() > 1) spellings.push_back(std::move(everywhere));
  return spellings;
}

class ItemKeys {
 public:
  ItemKeys(const Analyzer& analyzer, KeyTable& table) : analyzer_(analyzer), table_(table) {}

  void add(std::uint32_t number, const GarbageItem& item) {
    add_name(number, item.name, KeyOrigin::kName);
    const std::string base = base_name(item.name);
    if (base != item.name) add_name(number, base, KeyOrigin::kBaseName);
    const std::vector<std::string> listed = listed_names(base);
    for (const std::string& name : listed) {
      if (name != base) add_name(number, name, listed.size() > 1 ? KeyOrigin::kPart : KeyOrigin::kBaseName);
    }
    for (const std::string& inner : bracketed(item.name)) {
      for (const std::string& name : listed_names(inner)) {
        const std::u32string key = name_key(name);
        if (!is_condition(key)) parts_[key].push_back(number);
      }
    }
    if (!item.reading.empty()) {
      const std::u32string sound = name_key(item.reading);
      table_.add(sound, {number, WordKind::kItem, KeyOrigin::kReading});
      for (const std::u32string& heard : spelled_by_ear(sound)) {
        table_.add(heard, {number, WordKind::kItem, KeyOrigin::kReading});
      }
      const std::string base_reading = base_name(item.reading);
      if (base_reading != item.reading) {
        table_.add(name_key(base_reading), {number, WordKind::kItem, KeyOrigin::kBaseName});
      }
    }
    for (const std::string& alias : item.aliases) add_name(number, alias, KeyOrigin::kAlias);
  }

  void finish() {
    for (const auto& [key, numbers] : parts_) {
      if (numbers.size() > kMaxItemsOfPart) continue;
      for (const std::uint32_t number : numbers) table_.add(key, {number, WordKind::kItem, KeyOrigin::kPart});
    }
  }

 private:
  void add_name(std::uint32_t number, const std::string& name, KeyOrigin origin) {
    const std::u32string key = name_key(name);
    table_.add(key, {number, WordKind::kItem, origin});
    if (!has_kanji(name)) return;
    std::string reading;
    for (const Token& token : analyzer_.tokenize(name)) reading += token.reading;
    if (has_kanji(reading)) return;  // the dictionary does not know all of it
    const std::u32string sound = name_key(reading);
    const bool part = origin == KeyOrigin::kBaseName || origin == KeyOrigin::kPart;
    if (sound != key && sound.size() > 1) {
      table_.add(sound, {number, WordKind::kItem, part ? origin : KeyOrigin::kGuessedReading});
    }
  }

  struct Hash {
    std::size_t operator()(const std::u32string& text) const { return std::hash<std::u32string>()(text); }
  };

  const Analyzer& analyzer_;
  KeyTable& table_;
  std::unordered_map<std::u32string, std::vector<std::uint32_t>, Hash> parts_;
};

std::uint64_t pair_of(char32_t a, char32_t b) { return (static_cast<std::uint64_t>(a) << 32) | b; }

template <typename Take>
void each_pair(std::u32string_view word, Take take) {
  char32_t previous = kEdge;
  for (const char32_t c : word) {
    take(pair_of(previous, c));
    previous = c;
  }
  take(pair_of(previous, kEdge));
}

/// The unvoiced form of a hiragana letter.
char32_t unvoiced(char32_t c) {
  if (c >= 0x304B && c <= 0x3062) return c % 2 == 0 ? c - 1 : c;
  if (c == 0x3065 || c == 0x3067 || c == 0x3069) return c - 1;
  if (c >= 0x306F && c <= 0x307D) return c - (c - 0x306F) % 3;
  if (c == 0x3094) return 0x3046;
  return c;
}

double change_cost(char32_t a, char32_t b) {
  if (a == b) return 0;
  if (unvoiced(a) == unvoiced(b)) return 0.5;
  return is_kanji(a) || is_kanji(b) ? 1.5 : 1;
}
double drop_cost(char32_t c) { return is_kanji(c) ? 1.5 : 1; }

}  // namespace

std::string base_name(std::string_view name) {
  std::u32string base;
  for (const char32_t c : to_code_points(name)) {
    if (kOpen.find(c) != std::u32string_view::npos) break;
    base.push_back(c);
  }
  const std::string text = to_utf8(base);
  const std::string_view trimmed = trim(text);
  return trimmed.empty() ? std::string(name) : std::string(trimmed);
}

void add_item_keys(const std::vector<GarbageItem>& items, const Analyzer& analyzer, KeyTable& table) {
  ItemKeys keys(analyzer, table);
  for (std::size_t i = 0; i < items.size(); ++i) keys.add(static_cast<std::uint32_t>(i), items[i]);
  keys.finish();
}

NearKeys::NearKeys(const KeyTable& table) : table_(table) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> postings;
  for (std::uint32_t id = 0; id < table.size(); ++id) {
    const std::u32string_view key = table.key(id);
    if (!table.has(id, WordKind::kItem) || key.size() < 2 || key.size() > kMaxNearKeyLetters) continue;
    each_pair(key, [&](std::uint64_t pair) { postings.emplace_back(pair, id); });
  }
  std::sort(postings.begin(), postings.end());
  postings.erase(std::unique(postings.begin(), postings.end()), postings.end());
  keys_.reserve(postings.size());
  for (const auto& [pair, id] : postings) {
    if (pairs_.empty() || pairs_.back() != pair) {
      pairs_.push_back(pair);
      first_.push_back(static_cast<std::uint32_t>(keys_.size()));
    }
    keys_.push_back(id);
  }
  first_.push_back(static_cast<std::uint32_t>(keys_.size()));
  pairs_.shrink_to_fit();
  first_.shrink_to_fit();
}

void NearKeys::count_pairs(std::u32string_view word, std::vector<std::uint16_t>& counts,
                           std::vector<std::uint32_t>& touched) const {
  each_pair(word, [&](std::uint64_t pair) {
    const auto found = std::lower_bound(pairs_.begin(), pairs_.end(), pair);
    if (found == pairs_.end() || *found != pair) return;
    const auto at = static_cast<std::size_t>(found - pairs_.begin());
    for (std::uint32_t i = first_[at]; i < first_[at + 1]; ++i) {
      if (counts[keys_[i]]++ == 0) touched.push_back(keys_[i]);
    }
  });
}

std::vector<NearKey> NearKeys::find(std::u32string_view word, std::size_t limit) const {
  std::vector<NearKey> near;
  if (word.size() < 2 || word.size() > kMaxNearKeyLetters) return near;
  thread_local std::vector<std::uint16_t> counts;
  thread_local std::vector<std::uint32_t> touched;
  if (counts.size() < table_.size()) counts.resize(table_.size());
  touched.clear();
  count_pairs(word, counts, touched);
  for (const std::uint32_t id : touched) {
    const std::size_t shared = counts[id];
    counts[id] = 0;
    // Too few for either way to be near, whatever the key: most keys end here, before they are looked at.
    if (shared + 5 < word.size() || (shared < 2 && word.size() > 3)) continue;
    const std::u32string_view key = table_.key(id);
    const double allowed = allowed_edits(std::max(word.size(), key.size()));
    const std::size_t gap = word.size() > key.size() ? word.size() - key.size() : key.size() - word.size();
    const auto lost = static_cast<std::size_t>(allowed >= 2 ? 6 : 3);  // an edit breaks two pairs, a swap three
    if (allowed > 0 && static_cast<double>(gap) <= allowed && shared + lost >= std::max(word.size(), key.size()) + 1) {
      const double distance = typing_distance(word, key, allowed);
      if (distance <= allowed) {
        near.push_back({id, NearKey::How::kTypo, distance});
        continue;
      }
    }
    if (key.size() <= word.size() || shared + 2 < word.size()) continue;
    const std::size_t at = key.rfind(word);
    if (at == std::u32string_view::npos) continue;
    const bool at_end = at + word.size() == key.size();
    near.push_back({id, at_end ? NearKey::How::kEnd : at == 0 ? NearKey::How::kStart : NearKey::How::kInside, 0});
  }
  const auto kept = near.begin() + static_cast<std::ptrdiff_t>(std::min(limit, near.size()));
  std::partial_sort(near.begin(), kept, near.end(), [&](const NearKey& a, const NearKey& b) {
    if (a.how != b.how) return a.how < b.how;
    if (a.distance != b.distance) return a.distance < b.distance;
    const std::size_t a_size = table_.key(a.key).size(), b_size = table_.key(b.key).size();
    return a_size != b_size ? a_size < b_size : a.key < b.key;
  });
  near.erase(kept, near.end());
  return near;
}

double allowed_edits(std::size_t letters) {
  if (letters < 3) return 0;
  if (letters == 3) return 0.5;
  return letters < 7 ? 1 : 2;
}

double typing_distance(std::u32string_view a, std::u32string_view b, double limit) {
  // Thousands of names are compared in one question; the rows are kept.
  thread_local std::vector<double> before, last, row;
  for (std::vector<double>* const each : {&before, &last, &row}) each->assign(b.size() + 1, 0);
  for (std::size_t j = 1; j <= b.size(); ++j) last[j] = last[j - 1] + drop_cost(b[j - 1]);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = last[0] + drop_cost(a[i - 1]);
    double smallest = row[0];
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + drop_cost(a[i - 1]), row[j - 1] + drop_cost(b[j - 1]),
                         last[j - 1] + change_cost(a[i - 1], b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
      smallest = std::min(smallest, row[j]);
    }
    if (smallest > limit) return limit + 1;
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace kairan::intents
