#include <fstream>

#include "base/text.h"
#include "intents/import/parts.h"
#include "base/tabular/csv.h"

namespace kairan::intents {

std::string file_name(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

std::optional<std::string> read_bytes(const std::string& path, std::vector<FileProblem>& problems) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    problems.push_back({file_name(path), 0, "", "ファイルが開けません。名前と読み取りの許可を確かめてください。", false});
    return std::nullopt;
  }
  std::string bytes(kMaxTableBytes + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  if (bytes.size() > kMaxTableBytes) {
    problems.push_back({file_name(path), 0, "", "ファイルが大きすぎます（32 MBまで）。", false});
    return std::nullopt;
  }
  return bytes;
}

std::optional<Source> read_source(const std::string& path, std::vector<FileProblem>& problems) {
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
    if (first.substr(0, 1) != "#") {
      if (!source.metadata) header = i;
      break;
    }
    if (first == "#property") {
      source.metadata = true;
      header = i;
    }
    if (first == "#attribution_name" && cells.size() > 1) source.city = std::string(trim(cells[1]));
  }
  // Metadata rows after the header begin with # and are left out by the table.
  source.table = Table(file_name(path), std::move(*grid), header);
  if (source.table.header().empty()) {
    problems.push_back({file_name(path), 0, "", "中身がありません。", false});
    return std::nullopt;
  }
  return source;
}

std::optional<std::size_t> source_column(const Table& table, const ImportOptions& options, const std::string& ours,
                                         std::initializer_list<std::string_view> usual,
                                         std::vector<FileProblem>& problems) {
  for (const auto& [name, theirs] : options.columns) {
    if (fold_key(name) != fold_key(ours)) continue;
    const std::optional<std::size_t> column = table.column(theirs);
    if (!column) {
      std::string header;
      for (const std::string& known : table.header()) header += (header.empty() ? "" : "、") + known;
      problems.push_back({table.file(), table.header_row(), theirs,
                          "--map の「" + theirs + "」という列がありません。ある列: " + shorten_utf16(header, 300), false});
    }
    return column;
  }
  if (const std::optional<std::size_t> own = table.column(ours)) return own;
  return table.column(usual);
}

std::string write_csv(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows) {
  std::string text = "\xEF\xBB\xBF" + csv_row(header);
  for (const std::vector<std::string>& row : rows) text += csv_row(row);
  return text;
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
