#include "gateway/content_tables.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include "base/staff_text.h"
#include "base/tabular/csv.h"
#include "base/text.h"

namespace kairan::gateway {
namespace {

namespace fs = std::filesystem;

bool is_comment(const GridRow& row) { return !row.cells.empty() && trim(row.cells.front()).substr(0, 1) == "#"; }

bool is_blank(const GridRow& row) {
  return std::all_of(row.cells.begin(), row.cells.end(), [](const std::string& cell) { return trim(cell).empty(); });
}

Result<Grid> read_grid_of(const std::string& folder, const ContentTable& table) {
  std::error_code error;
  for (const char* ending : {".csv", ".xlsx"}) {
    const std::string name = std::string(table.file) + ending;
    if (!fs::exists(folder + "/" + name, error)) continue;
    std::vector<FileProblem> problems;
    auto grid = read_grid(folder + "/" + name, name, problems);
    if (!grid) {
      return staff_error(ErrorCode::kInvalid,
                         problems.empty()
                             ? StaffText{name + " を読めません", name + " cannot be read"}
                             : at_place(name, {problems.front().message, "“" + problems.front().message + "”"}));
    }
    return *std::move(grid);
  }
  return Grid();
}

Error no_such_row() {
  return staff_error(ErrorCode::kNotFound,
                     {"その行はもうありません。画面を読み直してください", "That row is gone. Reload the page"});
}

/// Where the header stands; none in an empty table.
std::optional<std::size_t> header_at(const Grid& grid) {
  for (std::size_t i = 0; i < grid.size(); ++i) {
    if (!is_blank(grid[i])) return i;
  }
  return std::nullopt;
}

Status sync_table_folder(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Error{ErrorCode::kUnavailable, folder + ": " + std::strerror(errno)};
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  return synced ? Status() : Status(Error{ErrorCode::kUnavailable, folder + " cannot be synced"});
}

}  // namespace

const std::vector<ContentTable>& content_tables() {
  static const std::vector<ContentTable> tables{{"garbage", "garbage", "ごみの品目", "Garbage"},
                                                {"calendar", "garbage_calendar", "ごみの収集日", "Collection days"},
                                                {"faq", "faq", "よくある質問", "FAQ"},
                                                {"shelters", "shelters", "避難所", "Shelters"},
                                                {"synonyms", "synonyms", "同義語", "Synonyms"},
                                                {"tests", "tests", "答えの確認", "Tests"}};
  return tables;
}

const ContentTable* find_content_table(std::string_view kind) {
  for (const ContentTable& table : content_tables()) {
    if (table.kind == kind) return &table;
  }
  return nullptr;
}

Status write_file_whole(const std::string& path, std::string_view bytes) {
  const std::string beside = path + ".new";
  const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (fd < 0) return Error{ErrorCode::kUnavailable, beside + ": " + std::strerror(errno)};
  bool written = true;
  for (std::string_view rest = bytes; written && !rest.empty();) {
    const ssize_t count = ::write(fd, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    written = count > 0;
    if (written) rest.remove_prefix(static_cast<std::size_t>(count));
  }
  written = written && ::fsync(fd) == 0;
  written = ::close(fd) == 0 && written;
  if (!written || ::rename(beside.c_str(), path.c_str()) != 0) {
    ::unlink(beside.c_str());
    return Error{ErrorCode::kUnavailable, path + " cannot be written"};
  }
  return sync_table_folder(fs::path(path).parent_path().string());
}

Status write_grid(const std::string& folder, const ContentTable& table, const Grid& grid) {
  std::string text;
  int line = 1;
  for (const GridRow& row : grid) {
    for (; line < row.number; ++line) text += "\r\n";  // rows keep the numbers that messages name
    text += csv_row(row.cells);
    ++line;
  }
  if (text.size() > kMaxTableBytes) {
    return staff_error(ErrorCode::kTooLarge, {"表が大きすぎます", "The table is too large"});
  }
  const std::string base = folder + "/" + std::string(table.file);
  if (const Status written = write_file_whole(base + ".csv", text); !written) return written;
  std::error_code ignored;
  fs::remove(base + ".xlsx", ignored);
  return {};
}

bool has_columns_of(const Grid& grid, const TableView& now) {
  const auto header = header_at(grid);
  if (!header || now.columns.empty()) return false;
  const auto keys = [](const std::vector<std::string>& names) {
    std::multiset<std::string> all;
    for (const std::string& name : names) {
      if (!trim(name).empty()) all.insert(fold(trim(name)));
    }
    return all;
  };
  return keys(grid[*header].cells) == keys(now.columns);
}

Result<TableView> read_table(const std::string& folder, const ContentTable& table) {
  auto grid = read_grid_of(folder, table);
  if (!grid) return grid.error();
  TableView view;
  const auto header = header_at(*grid);
  if (!header) return view;
  view.columns = (*grid)[*header].cells;
  for (std::size_t i = *header + 1; i < grid->size(); ++i) {
    GridRow& row = (*grid)[i];
    if (is_blank(row) || is_comment(row)) continue;
    row.cells.resize(view.columns.size());
    view.rows.push_back({row.number, std::move(row.cells)});
  }
  return view;
}

Result<int> write_row(const std::string& folder, const ContentTable& table, int row, const std::vector<std::string>& cells) {
  auto grid = read_grid_of(folder, table);
  if (!grid) return grid.error();
  const auto header = header_at(*grid);
  if (!header) {
    return staff_error(ErrorCode::kInvalid, {"この表はまだ空です。先にファイルを取り込んでください",
                                             "This table is empty yet. Upload a file first"});
  }
  if (cells.size() != (*grid)[*header].cells.size()) {
    return staff_error(ErrorCode::kInvalid, {"列の数が合いません。画面を読み直してください",
                                             "The number of columns differs. Reload the page"});
  }
  if (std::all_of(cells.begin(), cells.end(), [](const std::string& cell) { return trim(cell).empty(); })) {
    return staff_error(ErrorCode::kInvalid, {"空の行は書けません。行を消すときは「削除」を使ってください",
                                             "An empty row cannot be written. To remove a row, use “Remove”"});
  }
  if (row == 0) {
    row = grid->back().number + 1;
    grid->push_back({row, cells});
  } else {
    const auto it = std::find_if(grid->begin() + static_cast<std::ptrdiff_t>(*header) + 1, grid->end(),
                                 [&](const GridRow& one) { return one.number == row && !is_comment(one); });
    if (it == grid->end()) return no_such_row();
    it->cells = cells;
  }
  if (const Status written = write_grid(folder, table, *grid); !written) return written.error();
  return row;
}

Status remove_row(const std::string& folder, const ContentTable& table, int row) {
  auto grid = read_grid_of(folder, table);
  if (!grid) return grid.error();
  const auto header = header_at(*grid);
  const auto it = header ? std::find_if(grid->begin() + static_cast<std::ptrdiff_t>(*header) + 1, grid->end(),
                                        [&](const GridRow& one) { return one.number == row && !is_comment(one); })
                         : grid->end();
  if (it == grid->end()) return no_such_row();
  for (auto later = grid->erase(it); later != grid->end(); ++later) --later->number;
  return write_grid(folder, table, *grid);
}

}  // namespace kairan::gateway
