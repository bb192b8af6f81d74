// Workbooks whose parts are any bytes: the sheet, the shared strings, the styles and the workbook itself, parted by U+001E.
// Bytes that are no archive at all are fuzz_content_tables' business.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/tabular/grid.h"
#include "tests/support/stored_zip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kairan;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::array<std::string, 4> parts{"", "", "", "<workbook xmlns:r='r'><sheets><sheet name='a' r:id='r1'/></sheets></workbook>"};
  for (std::string& part : parts) {
    if (rest.empty()) break;
    const std::size_t end = rest.find('\x1e');
    part = std::string(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  const std::string bytes = test::stored_zip({{"xl/workbook.xml", parts[3]},
                                              {"xl/worksheets/sheet1.xml", parts[0]},
                                              {"xl/sharedStrings.xml", parts[1]},
                                              {"xl/styles.xml", parts[2]}});
  std::vector<FileProblem> problems;
  const std::optional<Grid> grid = parse_grid(bytes, "x.xlsx", problems);
  if (!grid && problems.empty()) __builtin_trap();  // a refusal without a reason
  if (!grid) return 0;
  int last = 0;
  std::size_t cells = 0;
  for (const GridRow& row : *grid) {
    if (row.number <= last || row.cells.empty()) __builtin_trap();
    last = row.number;
    cells += row.cells.size();
  }
  if (grid->size() > kMaxTableRows || cells > kMaxTableCells) __builtin_trap();
  return 0;
}
