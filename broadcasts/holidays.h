// Days on which offices rest, from holidays.csv of the content: columns 日付 and 名称, or the Cabinet Office's own file
// (国民の祝日・休日月日, 国民の祝日・休日名称; CP932) as it is. Constant once loaded; any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/civil_time.h"
#include "base/file_problem.h"
#include "base/result.h"

namespace kairan::broadcasts {

class Holidays {
 public:
  Holidays() = default;
  explicit Holidays(std::map<Date, std::string> names) : names_(std::move(names)) {}

  bool contains(Date date) const { return names_.count(date) != 0; }
  const std::map<Date, std::string>& names() const { return names_; }
  /// Whether the table reaches to the end of `year`; nothing is known about later years.
  bool covers(std::chrono::year year) const { return !names_.empty() && names_.rbegin()->first.year() >= year; }

 private:
  std::map<Date, std::string> names_;
};

/// @param shown  the file's name in problems
/// @return kInvalid when a row is wrong; problems name row and column
Result<Holidays> parse_holidays(std::string_view bytes, const std::string& shown, std::vector<FileProblem>& problems);
/// Reads FOLDER/holidays.csv; an absent file is an empty table.
Result<Holidays> load_holidays(const std::string& folder, std::vector<FileProblem>& problems);

}  // namespace kairan::broadcasts
