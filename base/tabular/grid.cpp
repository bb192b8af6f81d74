#include "base/tabular/grid.h"

#include "base/file_bytes.h"
#include "base/tabular/csv.h"
#include "base/tabular/encoding.h"
#include "base/tabular/xlsx.h"
#include "base/text.h"

namespace kairan {
namespace {

bool is_blank(const GridRow& row) {
  for (const std::string& cell : row.cells) {
    if (!trim(cell).empty()) return false;
  }
  return true;
}

}  // namespace

Table::Table(std::string file, Grid grid, std::size_t header_at) : file_(std::move(file)) {
  while (header_at < grid.size() && is_blank(grid[header_at])) ++header_at;
  if (header_at >= grid.size()) return;
  header_row_ = grid[header_at].number;
  for (const std::string& name : grid[header_at].cells) {
    header_.emplace_back(trim(name));
    keys_.push_back(fold_key(name));
  }
  for (std::size_t i = header_at + 1; i < grid.size(); ++i) {
    GridRow& row = grid[i];
    if (is_blank(row) || trim(row.cells.front()).substr(0, 1) == "#") continue;
    rows_.push_back(std::move(row));
  }
}

std::optional<std::size_t> Table::column(std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names) {
    const std::string key = fold_key(name);
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      if (!key.empty() && keys_[i] == key) return i;
    }
  }
  return std::nullopt;
}

std::string Table::cell(const GridRow& row, std::optional<std::size_t> column) {
  if (!column || *column >= row.cells.size()) return {};
  return std::string(trim(row.cells[*column]));
}

std::optional<Grid> parse_grid(std::string_view bytes, const std::string& shown, std::vector<FileProblem>& problems) {
  if (bytes.size() > kMaxTableBytes) {
    problems.push_back({shown, 0, "", "ファイルが大きすぎます（32 MBまで）。", false});
    return std::nullopt;
  }
  Grid grid;
  if (looks_like_zip(bytes)) {
    if (!parse_xlsx(bytes, shown, grid, problems)) return std::nullopt;
    return grid;
  }
  if (bytes.substr(0, 4) == "\xD0\xCF\x11\xE0") {
    problems.push_back(
        {shown, 0, "", "古い形式（.xls）です。Excelで「.xlsx」か「CSV UTF-8」として保存してください。", false});
    return std::nullopt;
  }
  DecodeFailure failure;
  const Result<std::string> text = decode_text(bytes, failure);
  if (!text) {
    problems.push_back({shown, failure.line, "",
                        std::string("文字コードが読めません（") + failure.encoding +
                            "として不正なバイト）。Excelで「CSV UTF-8」として保存し直してください。",
                        false});
    return std::nullopt;
  }
  if (!parse_csv(*text, shown, grid, problems)) return std::nullopt;
  return grid;
}

std::optional<Grid> read_grid(const std::string& path, const std::string& shown, std::vector<FileProblem>& problems) {
  const auto bytes = read_at_most(path, kMaxTableBytes + 1);
  if (!bytes) {
    problems.push_back({shown, 0, "", "ファイルが開けません。名前と読み取りの許可を確かめてください。", false});
    return std::nullopt;
  }
  return parse_grid(*bytes, shown, problems);
}

std::vector<std::string> split_values(std::string_view cell) {
  constexpr std::string_view kWide = "；";
  std::vector<std::string> values;
  std::size_t start = 0;
  const auto take = [&](std::size_t end) {
    const std::string_view value = trim(cell.substr(start, end - start));
    if (!value.empty()) values.emplace_back(value);
  };
  for (std::size_t at = 0; at < cell.size();) {
    const std::size_t width = cell.substr(at, kWide.size()) == kWide ? kWide.size() : 1;
    if (width > 1 || cell[at] == ';' || cell[at] == '\n' || cell[at] == '\r') {
      take(at);
      start = at + width;
    }
    at += width;
  }
  take(cell.size());
  return values;
}

std::optional<bool> parse_yes_no(std::string_view cell) {
  const std::string value = fold(trim(cell));
  if (value.empty()) return false;
  for (const char* const yes : {"○", "◯", "〇", "はい", "1", "yes", "true", "有", "あり", "見本", "y"}) {
    if (value == fold(yes)) return true;
  }
  for (const char* const no : {"×", "x", "いいえ", "0", "no", "false", "無", "なし", "n", "-"}) {
    if (value == fold(no)) return false;
  }
  return std::nullopt;
}

}  // namespace kairan
