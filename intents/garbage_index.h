// Finds garbage items by what residents call them: names, readings, other names, names without their conditions, and near
// spellings. Built once from the content; constant afterwards; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "intents/content.h"
#include "intents/key_table.h"
#include "intents/utterance.h"

namespace kairan::intents {

/// Adds every key of every item to the table, which is not built yet.
void add_item_keys(const std::vector<GarbageItem>& items, const Analyzer& analyzer, KeyTable& table);

/// The name without what stands in brackets: 「アイロン台（金属製）」 → 「アイロン台」.
std::string base_name(std::string_view name);

struct NearKey {
  enum class How { kTypo, kEnd, kStart, kInside };  ///< kEnd: the key ends with the wanted word (針金ハンガー)
  std::uint32_t key = 0;
  How how = How::kTypo;
  double distance = 0;  ///< kTypo: weighted edits
};

/// Keys that share letters with a word, by letter pairs.
class NearKeys {
 public:
  explicit NearKeys(const KeyTable& table);
  /// Keys within the edits that the word's length allows, and keys that contain the word; nearest first, at most `limit`.
  std::vector<NearKey> find(std::u32string_view word, std::size_t limit = 24) const;

 private:
  void count_pairs(std::u32string_view word, std::vector<std::uint16_t>& counts, std::vector<std::uint32_t>& touched) const;

  const KeyTable& table_;
  std::vector<std::uint64_t> pairs_;     ///< sorted, each once
  std::vector<std::uint32_t> first_;     ///< of each pair in keys_, and the end
  std::vector<std::uint32_t> keys_;
};

/// How many edits turn one word into the other, at most `limit` (more is `limit` + 1). A voicing mark (か/が/ぱ) is half an
/// edit, two swapped neighbours one, a changed kanji one and a half.
double typing_distance(std::u32string_view a, std::u32string_view b, double limit);
/// Edits allowed for a word of this many letters.
double allowed_edits(std::size_t letters);

}  // namespace kairan::intents
