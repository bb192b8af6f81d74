#include "intents/sheet.h"

#include <cstdlib>
#include <filesystem>

#include "base/text.h"

namespace kairan::intents {
namespace {
constexpr std::size_t kMaxCellUtf16 = 5000;  // LINE's limit of a text message
}

Sheet::Sheet(const std::string& folder, const std::string& name, std::vector<FileProblem>& problems)
    : file_(name + ".csv"), problems_(problems) {
  std::error_code ignored;
  if (!std::filesystem::exists(folder + "/" + file_, ignored)) {
    if (!std::filesystem::exists(folder + "/" + name + ".xlsx", ignored)) return;
    file_ = name + ".xlsx";
  }
  std::optional<Grid> grid = read_grid(folder + "/" + file_, file_, problems);
  if (!grid) return;
  table_.emplace(file_, std::move(*grid));
  if (table_->header().empty()) {
    problems.push_back({file_, 0, "", "中身がありません。1行目に列の名前を書いてください。", false});
    table_.reset();
  }
}

std::optional<std::size_t> Sheet::find(std::string_view column) const {
  const auto known = columns_.find(column);
  if (known != columns_.end()) return known->second;
  const std::optional<std::size_t> found = table_->column(column);
  columns_.emplace(std::string(column), found);
  return found;
}

bool Sheet::require(std::initializer_list<std::string_view> columns) {
  bool all = true;
  for (const std::string_view column : columns) {
    if (find(column)) continue;
    problems_.push_back({file_, table_->header_row(), std::string(column),
                         "「" + std::string(column) + "」の列がありません。1行目に加えてください。", false});
    all = false;
  }
  return all;
}

void Sheet::expect_only(std::initializer_list<std::string_view> columns) {
  for (const std::string& name : table_->header()) {
    const std::string key = fold_key(name);
    bool known = key.empty();
    for (const std::string_view column : columns) {
      const bool family = column.back() == '_';
      known = known || (family ? fold(name).compare(0, fold(column).size(), fold(column)) == 0 : fold_key(column) == key);
    }
    if (!known) {
      problems_.push_back({file_, table_->header_row(), name,
                           "「" + name + "」は使われない列です。列の名前を確かめてください。", true});
    }
  }
}

std::vector<std::pair<std::string, std::string>> Sheet::family(std::string_view prefix) const {
  std::vector<std::pair<std::string, std::string>> members;
  const std::string folded = fold(prefix);
  for (const std::string& name : table_->header()) {
    const std::string folded_name = fold(name);
    if (folded_name.size() > folded.size() && folded_name.compare(0, folded.size(), folded) == 0) {
      members.emplace_back(folded_name.substr(folded.size()), name);
    }
  }
  return members;
}

void Sheet::each(const std::function<void()>& read) {
  for (const GridRow& row : table_->rows()) {
    row_ = &row;
    read();
  }
  row_ = nullptr;
}

std::string Sheet::text(std::string_view column) {
  std::string cell = Table::cell(*row_, find(column));
  if (cell.size() > kMaxCellUtf16 && length_utf16(cell) > kMaxCellUtf16) {
    problem(column, "文字が多すぎます。LINEの1通に入る5,000文字までにしてください。");
  }
  return cell;
}

std::string Sheet::required(std::string_view column) {
  std::string cell = text(column);
  if (cell.empty()) problem(column, "「" + std::string(column) + "」が空です。書くか、この行を消してください。");
  return cell;
}

std::vector<std::string> Sheet::values(std::string_view column) { return split_values(text(column)); }

bool Sheet::yes(std::string_view column) {
  const std::string cell = text(column);
  const std::optional<bool> value = parse_yes_no(cell);
  if (!value) problem(column, "「" + cell + "」は読めません。「○」か空にしてください。");
  return value.value_or(false);
}

std::optional<Date> Sheet::date(std::string_view column) {
  const std::string cell = fold(text(column));
  if (cell.empty()) return std::nullopt;
  const std::optional<Date> date = parse_date(cell);
  if (!date) problem(column, "「" + cell + "」は日付ではありません。「2027-03-31」のように書いてください。");
  return date;
}

std::optional<double> Sheet::number(std::string_view column) {
  const std::string cell = fold(text(column));
  if (cell.empty()) return std::nullopt;
  char* end = nullptr;
  const double number = std::strtod(cell.c_str(), &end);
  if (end == cell.c_str() || *end != '\0') {
    problem(column, "「" + cell + "」は数ではありません。数字だけを書いてください。");
    return std::nullopt;
  }
  return number;
}

void Sheet::problem(std::string_view column, std::string message) const {
  problems_.push_back({file_, row_ != nullptr ? row_->number : 0, std::string(column), std::move(message), false});
}
void Sheet::warning(std::string_view column, std::string message) const {
  problems_.push_back({file_, row_ != nullptr ? row_->number : 0, std::string(column), std::move(message), true});
}

}  // namespace kairan::intents
