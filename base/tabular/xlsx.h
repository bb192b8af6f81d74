// The first sheet of an Excel workbook (.xlsx: XML parts in a zip, ECMA-376) as text cells: shared and inline strings without
// their phonetic guides, numbers as Excel shows them in a general cell, date cells as 2026-11-22 (with " 08:30" when they have
// a time). Caps on parts, sizes, compression ratio and cells keep a prepared file from filling memory. Pure, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/tabular/grid.h"

namespace kairan {

inline constexpr std::size_t kMaxXlsxParts = 2'000;
inline constexpr std::size_t kMaxXlsxPartBytes = std::size_t{64} << 20;
inline constexpr std::size_t kMaxXlsxRatio = 200;  ///< of a part over 1 MiB; sheets of real offices stay under 60

bool looks_like_zip(std::string_view bytes);

/// On failure false and one problem in Japanese.
bool parse_xlsx(std::string_view bytes, const std::string& shown, Grid& grid, std::vector<FileProblem>& problems);

}  // namespace kairan
