// Rows of text cells read from a CSV or Excel file that somebody outside made, within stated limits.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_problem.h"

namespace kairan {

inline constexpr std::size_t kMaxTableBytes = std::size_t{32} << 20;
inline constexpr std::size_t kMaxTableRows = 200'000;
inline constexpr std::size_t kMaxTableCells = 2'000'000;

struct GridRow {
  int number = 0;                  ///< as Excel counts: from 1, the first row of the file being 1
  std::vector<std::string> cells;  ///< UTF-8; missing cells at the end are absent
};
using Grid = std::vector<GridRow>;

/// A grid under a header. Headers are compared folded, so that full-width letters, blanks and look-alike dashes are equal.
class Table {
 public:
  Table() = default;
  /// Takes `grid` from its row `header_at` on; rows without text and rows that begin with # are left out.
  Table(std::string file, Grid grid, std::size_t header_at = 0);

  const std::string& file() const { return file_; }
  const std::vector<std::string>& header() const { return header_; }
  int header_row() const { return header_row_; }
  const std::vector<GridRow>& rows() const { return rows_; }

  /// The column of any of these names, the first that is there.
  std::optional<std::size_t> column(std::initializer_list<std::string_view> names) const;
  std::optional<std::size_t> column(std::string_view name) const { return column({name}); }
  /// Trimmed text of a cell, "" when there is none.
  static std::string cell(const GridRow& row, std::optional<std::size_t> column);

 private:
  std::string file_;
  int header_row_ = 1;
  std::vector<std::string> header_, keys_;
  std::vector<GridRow> rows_;
};

/// Reads a .csv, .tsv, .txt or .xlsx file, told apart by content. On failure nothing, and one problem that says why.
/// @param shown  the name used in problems
std::optional<Grid> read_grid(const std::string& path, const std::string& shown, std::vector<FileProblem>& problems);
/// The same from bytes.
std::optional<Grid> parse_grid(std::string_view bytes, const std::string& shown,
                               std::vector<FileProblem>& problems);

/// Values of a cell that holds several: separated by ; ； or a line break, trimmed, empty ones left out.
std::vector<std::string> split_values(std::string_view cell);
/// ○ はい 1 yes true × いいえ 0 no false; nothing when it is something else. Empty is no.
std::optional<bool> parse_yes_no(std::string_view cell);

}  // namespace kairan
