#include "intents/key_table.h"

#include <algorithm>
#include <tuple>

namespace kairan::intents {
namespace {
constexpr std::size_t kMaxKeyLength = 300;
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
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const auto [place, fresh] = by_first_letter_.emplace(pool_[keys_[i].offset], std::make_pair(i, i + 1));
    if (!fresh) place->second.second = i + 1;
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
  const auto first = by_first_letter_.find(text[from]);
  if (first == by_first_letter_.end()) return;
  auto [low, high] = first->second;
  std::size_t depth = 1;
  for (std::size_t at = from + 1;; ++at) {
    if (keys_[low].length == depth) hits.push_back({static_cast<std::uint32_t>(low), at});
    while (at < text.size() && text[at] == U' ') ++at;
    if (at >= text.size()) return;
    std::tie(low, high) = narrow(low, high, depth, text[at]);
    if (low >= high) return;
    ++depth;
  }
}

}  // namespace kairan::intents
