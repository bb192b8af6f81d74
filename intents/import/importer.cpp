#include "intents/import/importer.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

#include "intents/content_loader.h"
#include "intents/import/parts.h"

namespace kairan::intents {
namespace {

namespace fs = std::filesystem;

/// A folder beside the target that is gone when the import ends.
class Workshop {
 public:
  explicit Workshop(const std::string& target) {
    std::string pattern = target + "/.import-XXXXXX";
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;
  ~Workshop() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Writes and flushes to the disk.
bool write_durably(const std::string& path, const std::string& text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return false;
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = write(file, text.data() + done, text.size() - done);
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  const bool flushed = fsync(file) == 0;
  return close(file) == 0 && flushed && done == text.size();
}

void flush_folder(const std::string& path) {
  const int folder = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  fsync(folder);
  close(folder);
}

std::string quoted_yaml(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + "\"";
}

/// A list of items names its categories and says nothing about them: what the city wrote of a category of the same name (reading,
/// other names, how to put it out) stays. @param lines  name, reading, other names, description, sample
void fill_from(const std::string& path, std::vector<std::vector<std::string>>& lines) {
  if (!fs::exists(path)) return;
  std::vector<FileProblem> ignored;
  std::optional<Grid> grid = read_grid(path, "", ignored);
  if (!grid) return;
  const Table before("", std::move(*grid));
  for (const GridRow& row : before.rows()) {
    const auto line = std::find_if(lines.begin(), lines.end(), [&](const auto& each) {
      return each[0] == Table::cell(row, before.column("分別区分"));
    });
    if (line == lines.end()) continue;
    const bool described = !(*line)[3].empty();
    const std::vector<std::string> names{"", "よみ", "別名", "説明", "見本"};
    for (std::size_t i = 1; i < names.size(); ++i) {
      if ((*line)[i].empty() && !(i == 4 && described)) (*line)[i] = Table::cell(row, before.column(names[i]));
    }
  }
}

/// The categories that the part which is not replaced uses stay in the list, so that the folder still loads.
void keep_categories(const std::string& folder, Imported& imported, std::vector<FileProblem>& problems) {
  const std::string categories = "garbage_categories.csv";
  const auto file_of = [&](const std::string& name) {
    return std::find_if(imported.files.begin(), imported.files.end(), [&](const auto& file) { return file.first == name; });
  };
  const bool items = file_of("garbage.csv") != imported.files.end();
  const bool calendar = file_of("garbage_calendar.csv") != imported.files.end();
  if (!items && !calendar) return;
  std::vector<FileProblem> ignored;
  std::vector<std::vector<std::string>> lines;
  std::set<std::string> known;
  const auto read = [&](std::optional<Grid> grid, bool all) {
    if (!grid) return;
    const Table table("", std::move(*grid));
    const auto name = table.column("分別区分");
    for (const GridRow& row : table.rows()) {
      const std::string category = Table::cell(row, name);
      if (category.empty() || category == "休み" || !known.insert(category).second) continue;
      if (!all) problems.push_back({categories, 0, "分別区分", "「" + category + "」は別のファイルで使われているので、一覧に残しました。", true});
      lines.push_back({category, Table::cell(row, table.column("よみ")), Table::cell(row, table.column("別名")),
                       all ? Table::cell(row, table.column("説明")) : "", all ? Table::cell(row, table.column("見本")) : ""});
    }
  };
  const auto own = file_of(categories);
  if (own != imported.files.end()) {
    read(parse_grid(own->second, categories, ignored), true);
    if (fs::exists(folder + "/garbage_calendar.csv")) read(read_grid(folder + "/garbage_calendar.csv", "", ignored), false);
    fill_from(folder + "/" + categories, lines);
    own->second = write_csv({"分別区分", "よみ", "別名", "説明", "見本"}, lines);
    return;
  }
  if (!fs::exists(folder + "/" + categories)) return;
  read(read_grid(folder + "/" + categories, "", ignored), true);
  read(parse_grid(file_of("garbage_calendar.csv")->second, "", ignored), false);
  imported.files.emplace_back(categories, write_csv({"分別区分", "よみ", "別名", "説明", "見本"}, lines));
}

std::optional<Imported> read_import(const ImportOptions& options, std::vector<FileProblem>& problems) {
  if (options.kind == "garbage") return import_garbage(options, problems);
  if (options.kind == "calendar") return import_calendar(options, problems);
  if (options.kind == "faq") return import_faq(options, problems);
  if (options.kind == "shelters") return import_shelters(options, problems);
  problems.push_back({"", 0, "", "種類「" + options.kind + "」はありません。garbage、calendar、faq、shelters のどれかを書いてください。", false});
  return std::nullopt;
}

bool has_error(const std::vector<FileProblem>& problems) {
  return std::any_of(problems.begin(), problems.end(), [](const FileProblem& problem) { return !problem.warning; });
}

/// Loads the folder as it would be. Errors in the new files stop the import; those elsewhere were there before.
void check_result(const std::string& workshop, const ImportOptions& options, const Imported& imported,
                  std::vector<FileProblem>& problems) {
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(options.to, failed)) {
    const std::string extension = entry.path().extension().string();
    if (!entry.is_regular_file() || (extension != ".csv" && extension != ".yaml" && extension != ".xlsx")) continue;
    fs::copy_file(entry.path(), workshop + "/" + entry.path().filename().string(), failed);
  }
  for (const auto& [name, text] : imported.files) {
    if (!write_durably(workshop + "/" + name, text)) {
      problems.push_back({name, 0, "", "書き込めません。ディスクの空きとフォルダの許可を確かめてください。", false});
      return;
    }
  }
  LoadReport report;
  load_content(workshop, report);
  for (FileProblem& problem : report.problems) {
    const bool ours = std::any_of(imported.files.begin(), imported.files.end(),
                                  [&](const auto& file) { return file.first == problem.file; });
    problem.warning = problem.warning || !ours;
    problems.push_back(std::move(problem));
  }
}

}  // namespace

ImportResult import_content(const ImportOptions& options) {
  ImportResult result;
  std::optional<Imported> imported = read_import(options, result.problems);
  if (!imported || has_error(result.problems)) return result;
  result.rows = imported->rows;
  result.shape = imported->shape;
  std::error_code failed;
  fs::create_directories(options.to, failed);
  const Workshop workshop(options.to);
  if (failed || workshop.path().empty()) {
    result.problems.push_back({options.to, 0, "", "フォルダに書き込めません。場所と許可を確かめてください。", false});
    return result;
  }
  if (!fs::exists(options.to + "/city.yaml")) {
    const std::string city = imported->city.empty() ? "○○市" : imported->city;
    imported->files.emplace_back("city.yaml", "# 市の名前と連絡先を書いてください\nname: " + quoted_yaml(city) + "\n");
  }
  keep_categories(options.to, *imported, result.problems);
  check_result(workshop.path(), options, *imported, result.problems);
  if (has_error(result.problems)) return result;
  for (const auto& [name, text] : imported->files) {
    fs::rename(workshop.path() + "/" + name, options.to + "/" + name, failed);
    if (failed) {
      result.problems.push_back({name, 0, "", "置き換えられません。フォルダの許可を確かめてください。", false});
      return result;
    }
    result.written.push_back(name);
  }
  flush_folder(options.to);
  result.ok = true;
  return result;
}

}  // namespace kairan::intents
