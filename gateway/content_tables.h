// The tables of a content folder as rows that staff edit: read from .csv or .xlsx, written as .csv, whole and at once (beside the
// file, flushed, renamed). Comment rows and the header stay as they are. Functions hold no state; callers keep two writers apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/tabular/grid.h"

namespace kairan::gateway {

struct ContentTable {
  std::string_view kind;   ///< as the API names it
  std::string_view file;   ///< without its ending
  std::string_view label, english;  ///< 「よくある質問」, "FAQ"
};
const std::vector<ContentTable>& content_tables();
const ContentTable* find_content_table(std::string_view kind);

struct TableRow {
  int row = 0;  ///< as Excel counts
  std::vector<std::string> cells;
};
struct TableView {
  std::vector<std::string> columns;
  std::vector<TableRow> rows;
};

/// An absent file is a table without columns. kInvalid with a Japanese reason when it cannot be read.
Result<TableView> read_table(const std::string& folder, const ContentTable& table);
/// Writes cells in the order of the columns. @param row  0 = a new row at the end. @return the row's number
Result<int> write_row(const std::string& folder, const ContentTable& table, int row, const std::vector<std::string>& cells);
Status remove_row(const std::string& folder, const ContentTable& table, int row);
/// Whether a file has the very columns that the table has now, in any order: then it is our own, come back from a spreadsheet, and
/// nothing in it needs to be guessed.
bool has_columns_of(const Grid& grid, const TableView& now);
/// Replaces the whole table.
Status write_grid(const std::string& folder, const ContentTable& table, const Grid& grid);

/// Writes a file beside its target, flushes and renames it. An .xlsx of the same table goes.
Status write_file_whole(const std::string& path, std::string_view bytes);

}  // namespace kairan::gateway
