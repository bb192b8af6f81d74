// Comma- or tab-separated text (RFC 4180 as spreadsheets write it): quoted cells with line breaks and doubled quotes, CRLF, LF
// or CR. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/tabular/grid.h"

namespace kairan {

/// @param text  UTF-8
/// On failure false and one problem: a quote that is never closed, or more rows or cells than the limits.
bool parse_csv(std::string_view text, const std::string& shown, Grid& grid, std::vector<FileProblem>& problems);

/// One row with CRLF at its end; cells are quoted where they must be. A cell that a spreadsheet would run as a formula
/// (= + - @ at its start) is quoted as text only by the reader: cells are written as they are.
std::string csv_row(const std::vector<std::string>& cells);

}  // namespace kairan
