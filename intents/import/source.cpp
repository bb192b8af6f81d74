#include <algorithm>
#include <cstdlib>

#include "base/file_bytes.h"
#include "base/text.h"
#include "intents/import/parts.h"
#include "base/tabular/csv.h"

namespace kairan::intents {

std::string file_name(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

std::optional<std::string> read_bytes(const std::string& path, std::vector<FileProblem>& problems) {
  auto bytes = read_at_most(path, kMaxTableBytes + 1);
  if (!bytes) {
    problems.push_back({file_name(path), 0, "", "ファイルが開けません。名前と読み取りの許可を確かめてください。", false});
    return std::nullopt;
  }
  if (bytes->size() > kMaxTableBytes) {
    problems.push_back({file_name(path), 0, "", "ファイルが大きすぎます（32 MBまで）。", false});
    return std::nullopt;
  }
  return bytes;
}

namespace {

/// A title, a date and a legend fit above the header of a list that was made to be printed.
constexpr std::size_t kRowsAboveHeader = 30;

/// The names that a header cell may stand for: without what is in brackets, without 「ごみの」 and 「名」, each part of 「品目・品名」.
std::vector<std::string> meanings_of(std::string_view header) {
  std::vector<std::string> keys;
  const auto add = [&](std::string_view part) {
    std::string key = fold_key(part);
    if (key.empty()) return;
    keys.push_back(key);
    for (const std::string_view lead : {"ごみの", "ごみ"}) {
      if (key.size() > lead.size() && key.compare(0, lead.size(), lead) == 0) keys.push_back(key.substr(lead.size()));
    }
    for (const std::string_view tail : {"名", "欄"}) {
      if (key.size() > tail.size() && key.compare(key.size() - tail.size(), tail.size(), tail) == 0) {
        keys.push_back(key.substr(0, key.size() - tail.size()));
      }
    }
  };
  std::size_t end = header.size();
  for (const std::string_view open : {"（", "(", "【", "［", "["}) end = std::min(end, header.find(open));
  std::string_view rest = header.substr(0, end);
  while (!rest.empty()) {
    std::size_t cut = rest.size(), width = 0;
    for (const std::string_view mark : {"・", "／", "/", "\n", "、"}) {
      const std::size_t found = rest.find(mark);
      if (found < cut) cut = found, width = mark.size();
    }
    add(rest.substr(0, cut));
    rest.remove_prefix(std::min(cut + width, rest.size()));
  }
  return keys;
}

bool is_named(const std::vector<std::string>& meanings, const ColumnNames& names) {
  const auto has = [&](std::string_view name) {
    return std::find(meanings.begin(), meanings.end(), fold_key(name)) != meanings.end();
  };
  return has(names.ours) || std::any_of(names.usual.begin(), names.usual.end(), has);
}

/// How many columns of ours a row names.
std::size_t columns_named(const GridRow& row, const std::vector<ColumnNames>& known, const ImportOptions* options) {
  std::vector<std::vector<std::string>> meanings;
  for (const std::string& cell : row.cells) {
    if (cell.size() < 100) meanings.push_back(meanings_of(cell));
  }
  std::size_t named = 0;
  for (const ColumnNames& names : known) {
    named += std::any_of(meanings.begin(), meanings.end(), [&](const auto& each) { return is_named(each, names); }) ? 1 : 0;
  }
  if (options == nullptr) return named;
  for (const auto& [ours, theirs] : options->columns) {
    const std::string key = fold_key(theirs);
    named += std::any_of(row.cells.begin(), row.cells.end(), [&](const std::string& cell) { return fold_key(cell) == key; }) ? 2 : 0;
  }
  return named;
}

std::size_t filled_cells(const GridRow& row) {
  return static_cast<std::size_t>(std::count_if(row.cells.begin(), row.cells.end(), [](const std::string& cell) { return !trim(cell).empty(); }));
}

/// The header's place in a grid without metadata lines.
std::size_t header_place(const Grid& grid, const std::vector<ColumnNames>& known, const ImportOptions* options) {
  std::size_t named = grid.size(), wide = grid.size(), any = grid.size();
  for (std::size_t i = 0; i < grid.size() && i < kRowsAboveHeader; ++i) {
    const std::size_t filled = filled_cells(grid[i]);
    if (filled == 0 || trim(grid[i].cells.front()).substr(0, 1) == "#") continue;
    if (columns_named(grid[i], known, options) >= 2) return i;
    if (filled >= 2 && columns_named(grid[i], known, options) >= 1) named = std::min(named, i);
    if (filled >= 2) wide = std::min(wide, i);
    any = std::min(any, i);
  }
  return named < grid.size() ? named : wide < grid.size() ? wide : any < grid.size() ? any : 0;
}

std::string listed(const std::vector<std::string>& header) {
  std::string names;
  for (const std::string& name : header) {
    if (!name.empty()) names += (names.empty() ? "" : "、") + name;
  }
  return shorten_utf16(names, 300);
}

}  // namespace

std::optional<Source> read_source(const std::string& path, std::vector<FileProblem>& problems,
                                  const std::vector<ColumnNames>& known, const ImportOptions* options) {
  const std::optional<std::string> bytes = read_bytes(path, problems);
  if (!bytes) return std::nullopt;
  std::optional<Grid> grid = parse_grid(*bytes, file_name(path), problems);
  if (!grid) return std::nullopt;
  Source source;
  std::size_t header = 0;
  for (std::size_t i = 0; i < grid->size(); ++i) {
    const std::vector<std::string>& cells = (*grid)[i].cells;
    const std::string first = cells.empty() ? "" : std::string(trim(cells[0]));
    if (first.empty() && cells.size() <= 1) continue;
    if (first.substr(0, 1) != "#") break;
    if (first == "#property") {
      source.metadata = true;
      header = i;
    }
    if (first == "#attribution_name" && cells.size() > 1) source.city = std::string(trim(cells[1]));
  }
  if (!source.metadata) header = header_place(*grid, known, options);
  // Metadata rows after the header begin with # and are left out by the table.
  source.table = Table(file_name(path), std::move(*grid), header);
  if (source.table.header().empty()) {
    problems.push_back({file_name(path), 0, "", "中身がありません。", false});
    return std::nullopt;
  }
  return source;
}

std::optional<std::size_t> source_column(const Table& table, const ImportOptions& options, const ColumnNames& names,
                                         std::vector<FileProblem>& problems) {
  for (const auto& [name, theirs] : options.columns) {
    if (fold_key(name) != fold_key(names.ours)) continue;
    const std::optional<std::size_t> column = table.column(theirs);
    if (!column) {
      problems.push_back({table.file(), table.header_row(), theirs,
                          "--map の「" + theirs + "」という列がありません。ある列: " + listed(table.header()), false});
    }
    return column;
  }
  if (const std::optional<std::size_t> own = table.column(names.ours)) return own;
  for (const std::string_view usual : names.usual) {
    if (const std::optional<std::size_t> column = table.column(usual)) return column;
  }
  for (std::size_t i = 0; i < table.header().size(); ++i) {
    if (is_named(meanings_of(table.header()[i]), names)) return i;
  }
  return std::nullopt;
}

void report_missing(const Table& table, const std::string& ours, std::vector<FileProblem>& problems) {
  problems.push_back({table.file(), table.header_row(), ours,
                      "「" + ours + "」に当たる列がわかりません。見出しを「" + ours + "」に直してください。" +
                          std::to_string(table.header_row()) + "行目を見出しとして読みました。ある列: " + listed(table.header()),
                      false});
}

std::string write_csv(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows) {
  std::string text = "\xEF\xBB\xBF" + csv_row(header);
  for (const std::vector<std::string>& row : rows) text += csv_row(row);
  return text;
}

std::optional<Date> published_date(std::string_view written) {
  std::string text = fold(written);
  text = text.substr(0, text.find_first_of(" t("));
  int era = 0;
  for (const std::string_view name : {"令和", "r"}) {
    if (text.compare(0, name.size(), name) != 0) continue;
    era = 2018;  // the first year of Reiwa is 2019
    text.erase(0, name.size());
  }
  if (text.compare(0, 3, "元") == 0) text.replace(0, 3, "1");
  for (const std::string_view mark : {"年", "月", ".", "/"}) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark)) text.replace(at, mark.size(), "-");
  }
  const std::size_t day = text.find("日");
  if (day != std::string::npos) text.resize(day);
  if (era == 0) return parse_date(text);
  const std::size_t end = text.find('-');
  if (end == 0 || end > 2 || text.find_first_not_of("0123456789") != end) return std::nullopt;
  return parse_date(std::to_string(era + std::atoi(text.c_str())) + text.substr(end));
}

std::string plain_text(std::string_view html) {
  std::string text;
  for (std::size_t at = 0; at < html.size();) {
    const std::size_t close = html[at] == '<' ? html.find('>', at) : std::string_view::npos;
    const bool tag = close != std::string_view::npos && close - at < 200 && at + 1 < html.size() &&
                     (html[at + 1] == '/' || html[at + 1] == '!' || (html[at + 1] >= 'A' && html[at + 1] <= 'z'));
    if (!tag) {
      text += html[at++];
      continue;
    }
    if (html.substr(at, 3) == "<br" || html.substr(at, 3) == "</p" || html.substr(at, 3) == "</l") text += '\n';
    at = close + 1;
  }
  return std::string(trim(text));
}

}  // namespace kairan::intents
