// CSV, Excel, collection days and date words: bytes from office PCs and residents.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "intents/collection_days.h"
#include "intents/date_words.h"
#include "intents/question_key.h"
#include "base/tabular/csv.h"
#include "base/tabular/grid.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kairan;
  using namespace kairan::intents;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::vector<FileProblem> problems;
  const std::optional<Grid> grid = parse_grid(bytes, "x.csv", problems);
  if (!grid && problems.empty()) __builtin_trap();  // a refusal without a reason
  std::string unread;
  static_cast<void>(parse_collection_days(bytes, unread));
  static_cast<void>(parse_closed_days(bytes, unread));
  const std::string folded = fold(bytes);
  if (fold(folded) != folded) __builtin_trap();
  const Date today{std::chrono::year{2026}, std::chrono::month{11}, std::chrono::day{24}};
  std::size_t last = 0;
  for (const DateWord& word : find_dates(folded, today)) {
    if (word.begin < last || word.end <= word.begin || word.end > folded.size() || !word.from.ok()) __builtin_trap();
    last = word.end;
  }
  static_cast<void>(question_key(folded));
  return 0;
}
