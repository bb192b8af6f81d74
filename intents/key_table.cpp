#include "intents/key_table.h"

#include <algorithm>
#include <tuple>

namespace kairan::intents {
namespace {
constexpr std::size_t kMaxKeyLength = 300;

/// Fibonacci hashing: the upper half of the product is well mixed.
std::size_t mixed(char32_t first, char32_t second) {
  const std::uint64_t letters = static_cast<std::uint64_t>(first) << 32 | second;
  return static_cast<std::size_t>((letters * 0x9E3779B97F4A7C15ULL) >> 32);
}
}

void KeyTable::add(std::u32string_view key, Entry entry) {
  if (key.empty() || key.size() > kMaxKeyLength) return;
  added_.emplace_back(std::u32string(key), entry);
}

void KeyTable::build() {
  std::stable_sort(added_.begin(), added_.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.second.origin < b.second.origin;
  });
  for (const auto& [text, entry] : added_) {
    if (keys_.empty() || key(static_cast<std::uint32_t>(keys_.size() - 1)) != text) {
      Key fresh;
      fresh.offset = static_cast<std::uint32_t>(pool_.size());
      fresh.length = static_cast<std::uint16_t>(text.size());
      fresh.first = fresh.last = static_cast<std::uint32_t>(entries_.size());
      pool_ += text;
      keys_.push_back(fresh);
    }
    Key& last = keys_.back();
    const bool known = std::any_of(entries_.begin() + last.first, entries_.end(), [&entry = entry](const Entry& other) {
      return other.kind == entry.kind && other.payload == entry.payload;
    });
    if (known) continue;
    entries_.push_back(entry);
    last.last = static_cast<std::uint32_t>(entries_.size());
    last.kinds |= 1u << static_cast<unsigned>(entry.kind);
  }
  added_.clear();
  added_.shrink_to_fit();
  pool_.shrink_to_fit();
  entries_.shrink_to_fit();
  std::size_t places = 16, distinct = 0;
  for (std::uint32_t i = 0; i < keys_.size(); ++i) {
    distinct += i == 0 || key(i)[0] != key(i - 1)[0] ? 2 : key(i).substr(0, 2) != key(i - 1).substr(0, 2) ? 1 : 0;
  }
  while (places < distinct * 2) places *= 2;
  beginnings_.resize(places);
  for (std::uint32_t i = 0; i < keys_.size(); ++i) {
    const std::u32string_view text = key(i);
    add_beginning(text[0], 0, i);
    if (text.size() > 1) add_beginning(text[0], text[1], i);
  }
}

const KeyTable::Beginning* KeyTable::find_beginning(char32_t first, char32_t second) const {
  const std::size_t mask = beginnings_.size() - 1;
  if (beginnings_.empty()) return nullptr;
  for (std::size_t at = mixed(first, second) & mask;; at = (at + 1) & mask) {
    const Beginning& place = beginnings_[at];
    if (place.high == 0) return nullptr;
    if (place.first == first && place.second == second) return &place;
  }
}

/// Keys come in their order, so each lengthens the range of its beginning.
void KeyTable::add_beginning(char32_t first, char32_t second, std::uint32_t key) {
  const std::size_t mask = beginnings_.size() - 1;
  for (std::size_t at = mixed(first, second) & mask;; at = (at + 1) & mask) {
    Beginning& place = beginnings_[at];
    if (place.high == 0) place = {first, second, key, key + 1};
    if (place.first != first || place.second != second) continue;
    place.high = key + 1;
    return;
  }
}

std::pair<std::size_t, std::size_t> KeyTable::narrow(std::size_t low, std::size_t high, std::size_t depth,
                                                     char32_t letter) const {
  const auto before = [&](const Key& key, char32_t c) { return key.length <= depth || pool_[key.offset + depth] < c; };
  const auto after = [&](char32_t c, const Key& key) { return key.length > depth && c < pool_[key.offset + depth]; };
  const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(low);
  const auto last = keys_.begin() + static_cast<std::ptrdiff_t>(high);
  const auto from = std::lower_bound(first, last, letter, before);
  const auto to = std::upper_bound(from, last, letter, after);
  return {static_cast<std::size_t>(from - keys_.begin()), static_cast<std::size_t>(to - keys_.begin())};
}

std::uint32_t KeyTable::find(std::u32string_view wanted) const {
  const auto found = std::lower_bound(keys_.begin(), keys_.end(), wanted, [&](const Key& key, std::u32string_view text) {
    return std::u32string_view(pool_).substr(key.offset, key.length) < text;
  });
  if (found == keys_.end()) return kNone;
  const auto id = static_cast<std::uint32_t>(found - keys_.begin());
  return key(id) == wanted ? id : kNone;
}

void KeyTable::at(std::u32string_view text, std::size_t from, std::vector<Hit>& hits) const {
  hits.clear();
  if (from >= text.size()) return;
  const Beginning* const one = find_beginning(text[from], 0);
  if (one == nullptr) return;
  if (keys_[one->low].length == 1) hits.push_back({one->low, from + 1});
  std::size_t at = from + 1;
  const auto skip_spaces = [&] {
    while (at < text.size() && text[at] == U' ') ++at;
    return at < text.size();
  };
  if (!skip_spaces()) return;
  const Beginning* const two = find_beginning(text[from], text[at]);
  if (two == nullptr) return;
  std::size_t low = two->low, high = two->high;
  for (std::size_t depth = 2;; ++depth) {
    ++at;
    if (keys_[low].length == depth) hits.push_back({static_cast<std::uint32_t>(low), at});
    if (!skip_spaces()) return;
    std::tie(low, high) = narrow(low, high, depth, text[at]);
    if (low >= high) return;
  }
}

}  // namespace kairan::intents
