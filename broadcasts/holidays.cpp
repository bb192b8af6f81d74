#include "broadcasts/holidays.h"

#include <fstream>
#include <iterator>

#include "base/tabular/grid.h"

namespace kairan::broadcasts {
namespace {

constexpr const char* kHolidaysFile = "holidays.csv";

}  // namespace

Result<Holidays> parse_holidays(std::string_view bytes, const std::string& shown, std::vector<FileProblem>& problems) {
  const std::size_t before = problems.size();
  const Error wrong{ErrorCode::kInvalid, shown + " has errors"};
  auto grid = parse_grid(bytes, shown, problems);
  if (!grid) return wrong;
  const Table table(shown, std::move(*grid));
  const auto date_column = table.column({"日付", "国民の祝日・休日月日", "date"});
  const auto name_column = table.column({"名称", "国民の祝日・休日名称", "name"});
  if (!date_column || !name_column) {
    problems.push_back({shown, table.header_row(), date_column ? "名称" : "日付",
                        "列「日付」と「名称」が必要です。1行目に書いてください。", false});
    return wrong;
  }
  std::map<Date, std::string> names;
  for (const GridRow& row : table.rows()) {
    const std::string text = Table::cell(row, date_column), name = Table::cell(row, name_column);
    const auto date = parse_date(text);
    if (!date) {
      problems.push_back({shown, row.number, "日付",
                          "「" + text + "」は日付ではありません。2026-11-03 のように書いてください。", false});
    } else if (name.empty()) {
      problems.push_back({shown, row.number, "名称", "祝日の名前を書いてください。", false});
    } else if (!names.emplace(*date, name).second) {
      problems.push_back({shown, row.number, "日付", "同じ日付の行がほかにもあります。1つにしてください。", false});
    }
  }
  if (problems.size() != before) return wrong;
  return Holidays(std::move(names));
}

Result<Holidays> load_holidays(const std::string& folder, std::vector<FileProblem>& problems) {
  std::ifstream file(folder + "/" + kHolidaysFile, std::ios::binary);
  if (!file) return Holidays();
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  if (bytes.size() > kMaxTableBytes) {
    problems.push_back({kHolidaysFile, 0, "", "ファイルが大きすぎます。", false});
    return Error{ErrorCode::kTooLarge, std::string(kHolidaysFile) + " is too large"};
  }
  return parse_holidays(bytes, kHolidaysFile, problems);
}

}  // namespace kairan::broadcasts
