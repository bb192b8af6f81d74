// Sets of ordinals as Redis keeps them: bit n of a string is bit 7 - n % 8 of byte n / 8. Whole words are combined at
// once; positions past the end are zero, so that short strings (which Redis gives) mean what long ones would.
// Plain values; one thread at a time, or any number that only read.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace kairan {

class Bitmap {
 public:
  Bitmap() = default;
  /// `length` bits, all zero.
  explicit Bitmap(std::size_t length) : length_(length), words_((length + 63) / 64) {}
  /// The first `length` bits of a Redis string.
  Bitmap(std::string_view bytes, std::size_t length) : Bitmap(length) {
    const std::size_t count = std::min(bytes.size(), (length + 7) / 8);
    if (count > 0) std::memcpy(words_.data(), bytes.data(), count);
    clear_tail();
  }

  std::size_t length() const { return length_; }
  bool test(std::size_t n) const { return n < length_ && (byte(n / 8) >> (7 - n % 8) & 1) != 0; }
  void set(std::size_t n, bool on = true) {
    if (n >= length_) return;
    auto* const at = reinterpret_cast<unsigned char*>(words_.data()) + n / 8;
    const auto mask = static_cast<unsigned char>(1U << (7 - n % 8));
    *at = static_cast<unsigned char>(on ? *at | mask : *at & ~mask);
  }
  std::uint64_t count() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t word : words_) sum += static_cast<std::uint64_t>(std::popcount(word));
    return sum;
  }

  /// Both must have the same length.
  Bitmap& operator&=(const Bitmap& other) { return combine(other, [](auto a, auto b) { return a & b; }); }
  Bitmap& operator|=(const Bitmap& other) { return combine(other, [](auto a, auto b) { return a | b; }); }
  /// Takes the bits of `other` away.
  Bitmap& operator-=(const Bitmap& other) { return combine(other, [](auto a, auto b) { return a & ~b; }); }
  /// Everything in [0, length) that is not set.
  Bitmap& invert() {
    for (std::uint64_t& word : words_) word = ~word;
    clear_tail();
    return *this;
  }
  bool operator==(const Bitmap&) const = default;

  /// Calls `take(n)` for every set bit in ascending order, from `from` on, while it returns true.
  template <typename Take>
  void for_each(Take take, std::size_t from = 0) const {
    for (std::size_t b = from / 8; b < (length_ + 7) / 8; ++b) {
      unsigned value = byte(b);
      if (value == 0) {
        while (b % 8 == 0 && b + 8 <= words_.size() * 8 && words_[b / 8] == 0 && b + 8 < (length_ + 7) / 8) b += 8;
        value = byte(b);
      }
      for (unsigned bit = 0; value != 0 && bit < 8; ++bit) {
        if ((value >> (7 - bit) & 1U) == 0) continue;
        const std::size_t n = b * 8 + bit;
        if (n >= from && !take(n)) return;
      }
    }
  }

  /// As Redis stores it.
  std::string bytes() const {
    return std::string(reinterpret_cast<const char*>(words_.data()), (length_ + 7) / 8);
  }

 private:
  template <typename Op>
  Bitmap& combine(const Bitmap& other, Op op) {
    const std::size_t common = std::min(words_.size(), other.words_.size());
    for (std::size_t i = 0; i < common; ++i) words_[i] = op(words_[i], other.words_[i]);
    for (std::size_t i = common; i < words_.size(); ++i) words_[i] = op(words_[i], std::uint64_t{0});
    clear_tail();
    return *this;
  }
  unsigned byte(std::size_t at) const { return reinterpret_cast<const unsigned char*>(words_.data())[at]; }
  void clear_tail() {
    auto* const at = reinterpret_cast<unsigned char*>(words_.data());
    const std::size_t used = (length_ + 7) / 8;
    if (length_ % 8 != 0) at[used - 1] = static_cast<unsigned char>(at[used - 1] & (0xff << (8 - length_ % 8)));
    std::fill(at + used, at + words_.size() * 8, static_cast<unsigned char>(0));
  }

  std::size_t length_ = 0;
  std::vector<std::uint64_t> words_;
};

}  // namespace kairan
