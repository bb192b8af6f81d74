// Children's ages and school years, computed on the day from the month of birth, which is all that is kept.
//
// Age: a child counts as N years old from the first day of the calendar month in which it turns N, that is, the age it has
// by that month's end. A child whose month has not begun has no age and fits no rule.
// School year: from the 2nd of April to the 1st of April (学校教育法 第17条 with 年齢計算ニ関する法律: a child born on the 1st of
// April completes the year on the 31st of March). The month of April therefore asks for the 1st: "2020-04-01" is a value of
// its own and belongs to the year before. School years change on the 1st of April.
// Pure functions; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/civil_time.h"

namespace kairan::broadcasts {

inline constexpr int kFirstBirthYear = 1990;  ///< as in store/attributes.h
inline constexpr int kMaxChildAge = 40;       ///< the largest age that a rule may name

struct BirthMonth {
  int year = 0;
  unsigned month = 1;
  bool first_of_april = false;
  bool operator==(const BirthMonth&) const = default;
};

/// Reads "2024-05" and "2024-04-01"; nothing for another day, a month that does not exist or a year before kFirstBirthYear.
std::optional<BirthMonth> parse_birth_month(std::string_view value);
std::string birth_month_value(const BirthMonth& month);

/// Whole years; nothing before the month of birth.
std::optional<int> age_on(const BirthMonth& month, Date date);

/// A school year or a class of a nursery school.
struct SchoolYear {
  std::string_view id;      ///< "elementary1"
  std::string_view ja, en;  ///< 小1, "1st grade of elementary school"
  int first = 0, last = 0;  ///< years since the school year of birth began, inclusive
};
/// In order of age; the kinds of school (未就学, 小学生, 中学生, 高校生) among them.
std::span<const SchoolYear> school_years();
/// By id or Japanese name, also in full-width digits; null when there is none.
const SchoolYear* find_school_year(std::string_view text);

/// The values of birth months that fit on `date`, newest first.
std::vector<std::string> birth_months_of_ages(int least, int most, Date date);
std::vector<std::string> birth_months_of_school_year(const SchoolYear& year, Date date);

}  // namespace kairan::broadcasts
