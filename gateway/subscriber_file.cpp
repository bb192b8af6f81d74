#include "gateway/subscriber_file.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>
#include <optional>
#include <unordered_map>

#include "base/civil_time.h"
#include "base/tabular/csv.h"
#include "base/text.h"

namespace kairan::gateway {
namespace {

using store::Attribute;
using store::AttributeKind;

constexpr std::string_view kFormulaSigns = "=+-@\t\r";

/// A cell that was written with ' before it, because a spreadsheet would have taken it for a formula.
std::string without_guard(std::string cell) {
  if (cell.size() > 1 && cell[0] == '\'' && kFormulaSigns.find(cell[1]) != std::string_view::npos) cell.erase(0, 1);
  return cell;
}

std::string guarded(std::string cell) {
  if (!cell.empty() && kFormulaSigns.find(cell[0]) != std::string_view::npos) cell.insert(0, 1, '\'');
  return cell;
}

/// "2024-5", "2024/05/01", "2024年5月": numbers and whatever stands between them. Excel turns a month into its first day, so a
/// day is only meant for April.
std::optional<std::string> birth_month(std::string_view cell) {
  std::vector<int> numbers;
  const std::string text = fold(cell);
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] < '0' || text[i] > '9') {
      ++i;
      continue;
    }
    int value = 0;
    const auto end = std::from_chars(text.data() + i, text.data() + text.size(), value);
    if (end.ec != std::errc()) return std::nullopt;
    numbers.push_back(value);
    i = static_cast<std::size_t>(end.ptr - text.data());
  }
  if (numbers.size() < 2 || numbers.size() > 3 || numbers[0] < 1000 || numbers[0] > 9999 || numbers[1] > 99) {
    return std::nullopt;
  }
  char month[32];
  std::snprintf(month, sizeof month, "%04d-%02d", numbers[0], numbers[1]);
  const bool first_of_april = numbers.size() == 3 && numbers[1] == 4 && numbers[2] == 1;
  return first_of_april ? std::string(month) + "-01" : std::string(month);
}

class TableReader {
 public:
  TableReader(const Table& table, const store::AttributeSchema& schema, TimePoint now, std::vector<FileProblem>& problems)
      : table_(table), schema_(schema), this_month_(format_iso(jst_date(now)).substr(0, 7)), problems_(problems) {}

  SubscriberTable read() {
    read_header();
    if (!id_column_) return std::move(result_);
    std::unordered_map<std::string, int> seen;
    result_.rows.reserve(table_.rows().size());
    for (const GridRow& row : table_.rows()) {
      if (problems_.size() >= kMaxProblems) {
        problem(0, "", "誤りが多いので、ここで確認をやめました。");
        break;
      }
      read_row(row, seen);
    }
    if (table_.rows().empty()) problem(0, "", "行がありません。1行目に見出し、2行目から1人1行で書いてください。");
    return std::move(result_);
  }

 private:
  struct Column {
    std::size_t at = 0;
    const Attribute* attribute = nullptr;
  };

  void problem(int row, std::string column, std::string message) {
    problems_.push_back({table_.file(), row, std::move(column), std::move(message), false});
  }

  void read_header() {
    id_column_ = table_.column("user_id");
    if (!id_column_) {
      problem(table_.header_row(), "", "「user_id」の列がありません。1行目の見出しに user_id と書いてください。");
    }
    for (std::size_t i = 0; i < table_.header().size(); ++i) {
      const std::string& name = table_.header()[i];
      if (i == id_column_ || trim(name).empty()) continue;
      const Attribute* const attribute = find(name);
      if (attribute == nullptr) {
        problem(table_.header_row(), name,
                "この見出しは attributes.yaml の項目ではありません。項目のidか見出し（日本語）にするか、列を消してください。");
      } else if (std::any_of(columns_.begin(), columns_.end(), [&](const Column& c) { return c.attribute == attribute; })) {
        problem(table_.header_row(), name, "同じ項目の列が2つあります。1つにしてください。");
      } else {
        columns_.push_back({i, attribute});
        result_.columns.push_back(attribute->id);
      }
    }
  }

  const Attribute* find(const std::string& header) const {
    const std::string key = fold(trim(header));
    for (const Attribute& attribute : schema_.attributes()) {
      if (fold(attribute.id) == key || fold(pick(attribute.label, "ja")) == key) return &attribute;
    }
    return nullptr;
  }

  void read_row(const GridRow& row, std::unordered_map<std::string, int>& seen) {
    store::ImportRow read;
    read.address = without_guard(Table::cell(row, id_column_));
    if (read.address.empty()) {
      problem(row.number, "user_id", "user_idがありません。行を消すか、LINEのユーザーIDを書いてください。");
    } else if (read.address.size() > 256 || read.address.find_first_of(" \t\r\n") != std::string::npos) {
      problem(row.number, "user_id", "user_idの形ではありません。Uで始まる33文字のIDを書いてください。");
    } else if (const auto [other, is_new] = seen.try_emplace(read.address, row.number); !is_new) {
      problem(row.number, "user_id", "同じuser_idが" + std::to_string(other->second) + "行目にもあります。1人1行にしてください。");
    }
    for (const Column& column : columns_) read_cell(row, column, read);
    result_.rows.push_back(std::move(read));
  }

  void read_cell(const GridRow& row, const Column& column, store::ImportRow& read) {
    const std::string cell = without_guard(Table::cell(row, column.at));
    if (cell.empty()) return;
    const Attribute& attribute = *column.attribute;
    std::vector<std::string> ids;
    if (attribute.kind == AttributeKind::kYesNo) {
      const auto answer = parse_yes_no(cell);
      if (answer) ids.emplace_back(*answer ? "yes" : "no");
      else wrong_value(row, attribute, cell);
    } else {
      for (const std::string& value : split_values(cell)) {
        if (const auto id = id_of(attribute, value)) ids.push_back(*id);
        else wrong_value(row, attribute, value);
      }
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    const std::size_t at_most = attribute.kind == AttributeKind::kSingle ? 1 : attribute.at_most;
    if (at_most > 0 && ids.size() > at_most) {
      problem(row.number, attribute.id, "値が多すぎます。" + std::to_string(at_most) + "つまでにしてください。");
    }
    for (std::string& id : ids) read.values.emplace_back(attribute.id, std::move(id));
  }

  std::optional<std::string> id_of(const Attribute& attribute, const std::string& value) const {
    if (attribute.kind == AttributeKind::kBirthMonths) {
      auto month = birth_month(value);
      if (!month || !attribute.allows(*month) || month->substr(0, 7) > this_month_) return std::nullopt;
      return month;
    }
    const std::string key = fold(value);
    for (const store::AttributeValue& candidate : attribute.values) {
      if (fold(candidate.id) == key) return candidate.id;
      for (const auto& [language, label] : candidate.label) {
        if (fold(label) == key) return candidate.id;
      }
    }
    return std::nullopt;
  }

  void wrong_value(const GridRow& row, const Attribute& attribute, const std::string& value) {
    std::string allowed;
    if (attribute.kind == AttributeKind::kBirthMonths) allowed = "「2024-05」のような、今月までの年月";
    if (attribute.kind == AttributeKind::kYesNo) allowed = "○ か ×";
    for (std::size_t i = 0; allowed.size() < 200 && attribute.kind != AttributeKind::kYesNo && i < attribute.values.size(); ++i) {
      allowed += (i == 0 ? "" : ", ") + attribute.values[i].id;
    }
    problem(row.number, attribute.id, "「" + shorten_graphemes(value, 20) + "」は使えません。書けるのは " + allowed + " です。");
  }

  const Table& table_;
  const store::AttributeSchema& schema_;
  const std::string this_month_;
  std::vector<FileProblem>& problems_;
  std::optional<std::size_t> id_column_;
  std::vector<Column> columns_;
  SubscriberTable result_;
};

}  // namespace

SubscriberTable read_subscriber_table(const Table& table, const store::AttributeSchema& schema, TimePoint now,
                                      std::vector<FileProblem>& problems) {
  return TableReader(table, schema, now, problems).read();
}

std::string subscriber_header(const store::AttributeSchema& schema) {
  std::vector<std::string> cells{"user_id"};
  for (const Attribute& attribute : schema.attributes()) cells.push_back(attribute.id);
  return csv_row(cells);
}

std::string subscriber_line(const store::AttributeSchema& schema, const std::string& address,
                            const std::map<std::string, std::vector<std::string>>& settings) {
  std::vector<std::string> cells{guarded(address)};
  for (const Attribute& attribute : schema.attributes()) {
    std::string cell;
    if (const auto found = settings.find(attribute.id); found != settings.end()) {
      for (const std::string& value : found->second) cell += (cell.empty() ? "" : ";") + value;
    }
    cells.push_back(guarded(std::move(cell)));
  }
  return csv_row(cells);
}

}  // namespace kairan::gateway
