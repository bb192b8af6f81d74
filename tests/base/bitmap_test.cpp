#include "base/bitmap.h"

#include <random>
#include <set>

#include "tests/support/catch.h"

namespace kairan {
namespace {

using Numbers = std::set<std::size_t>;

Numbers numbers_of(const Bitmap& bits) {
  Numbers found;
  bits.for_each([&](std::size_t n) { return found.insert(n).second; });
  return found;
}

TEST_CASE("a bitmap reads the bits of a Redis string, and zeros past its end") {
  const Bitmap bits(std::string_view("\x80\x01", 2), 40);
  CHECK(numbers_of(bits) == Numbers{0, 15});
  CHECK(bits.bytes() == std::string("\x80\x01\0\0\0", 5));
}

TEST_CASE("bits past the length are cut off, also by NOT") {
  Bitmap bits(std::string_view("\xff", 1), 3);
  CHECK(bits.count() == 3);
  CHECK(Bitmap(11).invert().count() == 11);
  CHECK(bits.invert().count() == 0);
}

TEST_CASE("AND, OR, AND NOT, NOT, count and walking agree with sets of numbers, at any length") {
  std::mt19937_64 random(1);
  for (int round = 0; round < 500; ++round) {
    const std::size_t length = random() % 700;
    Bitmap a(length);
    Bitmap b(length);
    Numbers in_a;
    Numbers in_b;
    for (std::size_t i = 0; i < length / 3; ++i) {
      const std::size_t n = random() % length;
      const std::size_t m = random() % length;
      a.set(n);
      in_a.insert(n);
      b.set(m);
      in_b.insert(m);
    }
    Numbers both;
    Numbers either = in_a;
    Numbers only_a;
    Numbers neither;
    either.insert(in_b.begin(), in_b.end());
    for (std::size_t n = 0; n < length; ++n) {
      if (in_a.count(n) && in_b.count(n)) both.insert(n);
      if (in_a.count(n) && !in_b.count(n)) only_a.insert(n);
      if (!either.count(n)) neither.insert(n);
    }
    CAPTURE(round, length);
    CHECK(numbers_of(Bitmap(a) &= b) == both);
    CHECK(numbers_of(Bitmap(a) |= b) == either);
    CHECK(numbers_of(Bitmap(a) -= b) == only_a);
    CHECK(numbers_of((Bitmap(a) |= b).invert()) == neither);
    CHECK((Bitmap(a) |= b).count() == either.size());
    CHECK(Bitmap(a.bytes(), length) == a);
    const std::size_t from = length == 0 ? 0 : random() % length;
    Numbers tail;
    a.for_each([&](std::size_t n) { return tail.insert(n).second; }, from);
    CHECK(tail == Numbers(in_a.lower_bound(from), in_a.end()));
  }
}

}  // namespace
}  // namespace kairan
