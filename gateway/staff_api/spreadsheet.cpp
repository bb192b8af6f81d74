#include "gateway/staff_api/spreadsheet.h"

#include <algorithm>

#include "base/tabular/csv.h"

namespace kairan::gateway::staff {

std::string harmless_cell(std::string cell) {
  constexpr std::string_view kStarts = "=+-@\t\r";
  if (cell.empty() || kStarts.find(cell.front()) == std::string_view::npos) return cell;
  // A plain number may keep its sign.
  const bool number = cell.size() > 1 && std::all_of(cell.begin() + 1, cell.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  if (!number || cell.front() == '=' || cell.front() == '@') cell.insert(0, 1, '\'');
  return cell;
}

std::string original_cell(std::string cell) {
  if (cell.size() > 1 && cell.front() == '\'' && harmless_cell(cell.substr(1)) == cell) cell.erase(0, 1);
  return cell;
}

Spreadsheet::Spreadsheet(const std::vector<std::string>& header) : text_("\xEF\xBB\xBF") { text_ += csv_row(header); }

void Spreadsheet::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = harmless_cell(std::move(cell));
  text_ += csv_row(cells);
}

Reply Spreadsheet::reply(const std::string& name) const {
  Reply reply;
  reply.content_type = "text/csv; charset=utf-8";
  reply.body = text_;
  reply.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + name + "\"");
  return reply;
}

}  // namespace kairan::gateway::staff
