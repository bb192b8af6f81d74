#include "base/tabular/xlsx.h"

#include <zip.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <pugixml.hpp>
#include <unordered_map>

#include "base/civil_time.h"

namespace kairan {
namespace {

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

class Archive {
 public:
  explicit Archive(std::string_view bytes) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* const source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    if (source != nullptr) {
      archive_.reset(zip_open_from_source(source, ZIP_RDONLY, &error));
      if (!archive_) zip_source_free(source);
    }
    zip_error_fini(&error);
  }
  bool open() const { return archive_ != nullptr; }
  zip_int64_t parts() const { return zip_get_num_entries(archive_.get(), 0); }
  bool over_limit() const { return over_limit_; }

  /// The bytes of a part; nothing when it is missing, damaged or over a limit.
  std::optional<std::string> read(const std::string& name) {
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_stat(archive_.get(), name.c_str(), 0, &stat) != 0) return std::nullopt;
    const bool sized = (stat.valid & ZIP_STAT_SIZE) != 0 && (stat.valid & ZIP_STAT_COMP_SIZE) != 0;
    if (!sized || stat.size > kMaxXlsxPartBytes ||
        (stat.size > (1u << 20) && stat.size / std::max<zip_uint64_t>(stat.comp_size, 1) > kMaxXlsxRatio)) {
      over_limit_ = true;
      return std::nullopt;
    }
    const std::unique_ptr<zip_file_t, CloseFile> file(zip_fopen_index(archive_.get(), stat.index, 0));
    if (!file) return std::nullopt;
    std::string bytes(static_cast<std::size_t>(stat.size), '\0');
    std::size_t got = 0;
    while (got < bytes.size()) {
      const zip_int64_t n = zip_fread(file.get(), bytes.data() + got, bytes.size() - got);
      if (n <= 0) return std::nullopt;
      got += static_cast<std::size_t>(n);
    }
    return bytes;
  }

 private:
  std::unique_ptr<zip_t, CloseArchive> archive_;
  bool over_limit_ = false;
};

/// Element names without their namespace prefix: strict files write x:row.
bool named(const pugi::xml_node& node, std::string_view name) {
  const std::string_view full = node.name();
  const std::size_t colon = full.find(':');
  return (colon == std::string_view::npos ? full : full.substr(colon + 1)) == name;
}
pugi::xml_node child_of(const pugi::xml_node& parent, std::string_view name) {
  for (const pugi::xml_node& node : parent.children()) {
    if (named(node, name)) return node;
  }
  return {};
}

/// The text of a string item: <t>, or the <t> of its runs; phonetic guides (rPh) are left out.
std::string string_item(const pugi::xml_node& item) {
  std::string text;
  for (const pugi::xml_node& node : item.children()) {
    if (named(node, "t")) text += node.text().get();
    if (named(node, "r")) text += child_of(node, "t").text().get();
  }
  return text;
}

bool is_date_format(std::string_view code) {
  bool quoted = false, bracket = false;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == '[' || c == ']') {
      bracket = c == '[';
    } else if (!quoted && !bracket && std::strchr("ymdhsYMDHSge", c) != nullptr) {
      return code != "General" && code != "GENERAL";
    }
  }
  return false;
}

/// Built-in date formats (ECMA-376 18.8.30, and 27..36, 50..58 of Japanese Excel).
bool is_builtin_date(int id) {
  return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
}

class Workbook {
 public:
  explicit Workbook(Archive& archive) : archive_(archive) {}

  /// Path of the first sheet, or "".
  std::string first_sheet() {
    pugi::xml_document book;
    if (!load("xl/workbook.xml", book)) return {};
    const pugi::xml_node root = book.document_element();
    epoch_1904_ = child_of(root, "workbookPr").attribute("date1904").as_bool();
    std::string id;
    for (const pugi::xml_attribute& attribute : child_of(child_of(root, "sheets"), "sheet").attributes()) {
      const std::string_view name = attribute.name();
      if (name.size() > 3 && name.substr(name.size() - 3) == ":id") id = attribute.value();
    }
    pugi::xml_document relations;
    if (load("xl/_rels/workbook.xml.rels", relations)) {
      for (const pugi::xml_node& node : relations.document_element().children()) {
        if (id != node.attribute("Id").value()) continue;
        const std::string target = node.attribute("Target").value();
        return target.substr(0, 1) == "/" ? target.substr(1) : "xl/" + target;
      }
    }
    return "xl/worksheets/sheet1.xml";
  }

  void load_strings() {
    pugi::xml_document document;
    if (!load("xl/sharedStrings.xml", document)) return;
    for (const pugi::xml_node& item : document.document_element().children()) {
      if (named(item, "si")) strings_.push_back(string_item(item));
    }
  }

  void load_styles() {
    pugi::xml_document document;
    if (!load("xl/styles.xml", document)) return;
    std::unordered_map<int, bool> custom;
    const pugi::xml_node root = document.document_element();
    for (const pugi::xml_node& format : child_of(root, "numFmts").children()) {
      custom[format.attribute("numFmtId").as_int()] = is_date_format(format.attribute("formatCode").value());
    }
    for (const pugi::xml_node& style : child_of(root, "cellXfs").children()) {
      const int id = style.attribute("numFmtId").as_int();
      const auto found = custom.find(id);
      date_styles_.push_back(found != custom.end() ? found->second : is_builtin_date(id));
    }
  }

  std::string cell_text(const pugi::xml_node& cell) const {
    const std::string_view type = cell.attribute("t").value();
    if (type == "inlineStr") return string_item(child_of(cell, "is"));
    const char* const value = child_of(cell, "v").text().get();
    if (type == "s") {
      const auto index = static_cast<std::size_t>(std::strtoul(value, nullptr, 10));
      return index < strings_.size() ? strings_[index] : std::string();
    }
    if (type == "str" || type == "d") return value;
    if (type == "b") return value[0] == '1' ? "TRUE" : "FALSE";
    if (type == "e" || value[0] == '\0') return {};
    const auto style = static_cast<std::size_t>(cell.attribute("s").as_uint());
    return number_text(std::strtod(value, nullptr), style < date_styles_.size() && date_styles_[style]);
  }

  bool load(const std::string& name, pugi::xml_document& document) {
    std::optional<std::string> bytes = archive_.read(name);
    return bytes && document.load_buffer(bytes->data(), bytes->size());
  }

 private:
  std::string number_text(double number, bool date) const {
    std::array<char, 40> buffer{};
    if (date && number >= 1 && number < 2'958'466) {  // 1900-01-01 to 9999-12-31
      const double days = std::floor(number);
      // Serial 60 is 1900-02-29, a day that never was, so counting from 1899-12-30 is right from March 1900 on.
      const Date origin = epoch_1904_ ? Date{std::chrono::year{1904}, std::chrono::month{1}, std::chrono::day{1}}
                                      : Date{std::chrono::year{1899}, std::chrono::month{12}, std::chrono::day{30}};
      std::string text = format_iso(add_days(origin, static_cast<int>(days)));
      const int minutes = static_cast<int>(std::lround((number - days) * 1440));
      if (minutes > 0 && minutes < 1440) text += " " + format_clock(minutes);
      return text;
    }
    std::snprintf(buffer.data(), buffer.size(), "%.15g", number);
    return buffer.data();
  }

  Archive& archive_;
  std::vector<std::string> strings_;
  std::vector<bool> date_styles_;
  bool epoch_1904_ = false;
};

/// "BC12" to its column from 0; nothing past the widest sheet Excel has (XFD).
std::optional<std::size_t> column_of(std::string_view reference) {
  std::size_t column = 0;
  std::size_t letters = 0;
  while (letters < reference.size() && reference[letters] >= 'A' && reference[letters] <= 'Z' && letters < 4) {
    column = column * 26 + static_cast<std::size_t>(reference[letters++] - 'A' + 1);
  }
  if (letters == 0 || column > 16'384) return std::nullopt;
  return column - 1;
}

constexpr std::size_t kMaxColumns = 1'000;
constexpr int kMaxRowNumber = 1'048'576;  // of the longest sheet Excel has

bool read_rows(const pugi::xml_node& data, const Workbook& book, Grid& grid) {
  std::size_t cells = 0;
  int number = 0;
  for (const pugi::xml_node& node : data.children()) {
    if (!named(node, "row")) continue;
    GridRow row;
    number = std::max(number + 1, std::min(node.attribute("r").as_int(), kMaxRowNumber));
    row.number = number;
    for (const pugi::xml_node& cell : node.children()) {
      const std::size_t at = column_of(cell.attribute("r").value()).value_or(row.cells.size());
      std::string text = book.cell_text(cell);
      if (text.empty()) continue;
      if (at >= kMaxColumns || at < row.cells.size()) return false;
      cells += at + 1 - row.cells.size();
      if (cells > kMaxTableCells) return false;
      row.cells.resize(at);
      row.cells.push_back(std::move(text));
    }
    if (row.cells.empty()) continue;
    grid.push_back(std::move(row));
    if (grid.size() > kMaxTableRows) return false;
  }
  return true;
}

/// The cells that a cell was merged with downwards say the same: 「燃えるごみ」 beside ten names is written once. Merging to
/// the right is for titles and headings, which are about nothing in the other columns.
bool spread_merged(const pugi::xml_node& sheet, Grid& grid) {
  std::size_t cells = 0;
  for (const pugi::xml_node& node : child_of(sheet, "mergeCells").children()) {
    const std::string_view reference = node.attribute("ref").value();
    const std::size_t colon = reference.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view from = reference.substr(0, colon), to = reference.substr(colon + 1);
    const std::optional<std::size_t> column = column_of(from);
    if (!column || column != column_of(to) || *column >= kMaxColumns) continue;
    const auto row_of = [](std::string_view cell) {
      return static_cast<int>(std::strtol(std::string(cell.substr(cell.find_first_of("0123456789"))).c_str(), nullptr, 10));
    };
    if (from.find_first_of("0123456789") == std::string_view::npos || to.find_first_of("0123456789") == std::string_view::npos) continue;
    const int first = row_of(from), last = row_of(to);
    auto row = std::lower_bound(grid.begin(), grid.end(), first, [](const GridRow& each, int number) { return each.number < number; });
    if (row == grid.end() || row->number != first || *column >= row->cells.size()) continue;
    const std::string text = row->cells[*column];
    for (++row; row != grid.end() && row->number <= last; ++row) {
      if (row->cells.size() <= *column) {
        cells += *column + 1 - row->cells.size();
        if (cells > kMaxTableCells) return false;
        row->cells.resize(*column + 1);
      }
      if (row->cells[*column].empty()) row->cells[*column] = text;
    }
  }
  return true;
}

}  // namespace

bool looks_like_zip(std::string_view bytes) { return bytes.substr(0, 4) == std::string_view("PK\x03\x04", 4); }

bool parse_xlsx(std::string_view bytes, const std::string& shown, Grid& grid, std::vector<FileProblem>& problems) {
  const auto refuse = [&](const char* message) {
    problems.push_back({shown, 0, "", message, false});
    return false;
  };
  constexpr const char* kTooBig = "Excelファイルが大きすぎます。行や書式を減らすか、「CSV UTF-8」で保存してください。";
  Archive archive(bytes);
  if (!archive.open()) return refuse("Excelファイルとして開けません。Excelで開いて「.xlsx」で保存し直してください。");
  if (archive.parts() > static_cast<zip_int64_t>(kMaxXlsxParts)) return refuse(kTooBig);
  Workbook book(archive);
  const std::string sheet_path = book.first_sheet();
  pugi::xml_document sheet;
  if (!sheet_path.empty()) {
    book.load_strings();
    book.load_styles();
  }
  if (sheet_path.empty() || !book.load(sheet_path, sheet)) {
    return refuse(archive.over_limit() ? kTooBig : "Excelファイルの最初のシートが読めません。Excelで保存し直してください。");
  }
  const pugi::xml_node root = sheet.document_element();
  if (archive.over_limit() || !read_rows(child_of(root, "sheetData"), book, grid) || !spread_merged(root, grid)) {
    return refuse(kTooBig);
  }
  return true;
}

}  // namespace kairan
