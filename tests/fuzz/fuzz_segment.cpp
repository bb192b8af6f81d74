// Any bytes as a segment: read or refused with a place, never a crash. What was read writes itself so that it reads back the
// same, can be said, and selects nobody but followers.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broadcasts/segment.h"
#include "tests/broadcasts/segment_schema.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kairan;
  using namespace kairan::broadcasts;
  static const store::AttributeSchema schema = kairan::test::segment_schema();
  std::vector<SegmentProblem> problems;
  const auto segment = parse_segment(std::string_view(reinterpret_cast<const char*>(data), size), schema, problems);
  if (segment.ok() != problems.empty()) __builtin_trap();
  if (!segment) return 0;
  const std::string written = segment->json();
  const auto again = parse_segment(written, schema, problems);
  if (!again || again->json() != written) __builtin_trap();
  if (to_sentence(*segment, schema).empty() || to_sentence(*segment, schema, "en").empty()) __builtin_trap();
  const SegmentQuery query = segment->on(Date(std::chrono::year(2026), std::chrono::month(4), std::chrono::day(1)));
  constexpr std::size_t kLength = 70;
  std::vector<Bitmap> bitmaps, received(query.broadcasts().size(), Bitmap(std::string_view("\x5a\xff"), 11));
  for (std::size_t i = 0; i < query.bitmaps().size(); ++i) {
    const char bytes[] = {static_cast<char>(i * 37 + 11), static_cast<char>(i * 101), 'x', '\x7f',
                          static_cast<char>(i)};
    bitmaps.emplace_back(std::string_view(bytes, sizeof(bytes)), i == 0 ? kLength : 1 + i % kLength);
  }
  Bitmap selected = query.evaluate(bitmaps, received);
  if (selected.length() != kLength) __builtin_trap();
  selected -= bitmaps[0];
  if (selected.count() != 0) __builtin_trap();
  return 0;
}
