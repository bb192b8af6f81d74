// A dictionary of keys that finds, at any position of a text, all keys that begin there. Sorted and searched by narrowing a
// range letter by letter: no node per letter, so 100,000 keys take a few megabytes. Constant after build(); any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kairan::intents {

/// What a stretch of a question is.
enum class WordKind : std::uint8_t {
  kItem,       ///< payload: item number
  kCategory,   ///< payload: category number
  kMaterial,   ///< payload: material number
  kArea,       ///< payload: area number
  kDistrict,   ///< payload: district number
  kTown,       ///< payload: town number
  kOwnTown,    ///< this city
  kDispose,    ///< 捨てる, 処分, 壊れた
  kGarbage,    ///< ごみ
  kWhen,       ///< いつ, 収集日
  kPronoun,    ///< それ
  kFurniture,  ///< particles, politeness, question endings
  kOther,      ///< a word that is none of these; stands for itself
};

/// How a key is related to what it names; a better one hides worse ones of the same key.
enum class KeyOrigin : std::uint8_t { kName, kReading, kAlias, kBaseName, kPart, kGuessedReading };

class KeyTable {
 public:
  struct Entry {
    std::uint32_t payload = 0;
    WordKind kind = WordKind::kOther;
    KeyOrigin origin = KeyOrigin::kName;
  };

  void add(std::u32string_view key, Entry entry);
  void build();

  std::size_t size() const { return keys_.size(); }
  std::u32string_view key(std::uint32_t id) const {
    return std::u32string_view(pool_).substr(keys_[id].offset, keys_[id].length);
  }
  const Entry* begin(std::uint32_t id) const { return entries_.data() + keys_[id].first; }
  const Entry* end(std::uint32_t id) const { return entries_.data() + keys_[id].last; }
  bool has(std::uint32_t id, WordKind kind) const { return (keys_[id].kinds >> static_cast<unsigned>(kind) & 1u) != 0; }

  static constexpr std::uint32_t kNone = 0xffffffff;
  std::uint32_t find(std::u32string_view key) const;

  struct Hit {
    std::uint32_t key;
    std::size_t end;  ///< position in the text after the match
  };
  /// All keys at `from`, shortest first. A U' ' inside the text is skipped over, so names with brackets match.
  void at(std::u32string_view text, std::size_t from, std::vector<Hit>& hits) const;

 private:
  struct Key {
    std::uint32_t offset = 0, first = 0, last = 0, kinds = 0;
    std::uint16_t length = 0;
  };
  /// The keys of [low, high) whose letter at `depth` is `letter`.
  std::pair<std::size_t, std::size_t> narrow(std::size_t low, std::size_t high, std::size_t depth, char32_t letter) const;

  std::vector<std::pair<std::u32string, Entry>> added_;  ///< empty after build()
  std::u32string pool_;
  std::vector<Key> keys_;  ///< sorted
  std::vector<Entry> entries_;
  /// The keys that begin with one letter (`second` 0) or with two: most places of a text are done with after these looks.
  struct Beginning {
    char32_t first = 0, second = 0;
    std::uint32_t low = 0, high = 0;  ///< range in keys_; high 0 = a free place
  };
  const Beginning* find_beginning(char32_t first, char32_t second) const;
  void add_beginning(char32_t first, char32_t second, std::uint32_t key);
  std::vector<Beginning> beginnings_;  ///< open addressing; a power of two, at most half full
};

}  // namespace kairan::intents
