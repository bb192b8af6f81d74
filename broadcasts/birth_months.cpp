#include "broadcasts/birth_months.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "base/text.h"

namespace kairan::broadcasts {
namespace {

// 小1 is the school year that begins after the sixth birthday: seven years after the school year of birth. A class of a
// nursery school is named for the age at its beginning; who is born within the year joins the class of 0.
constexpr std::array<SchoolYear, 22> kSchoolYears = {{
    {"preschool", "未就学", "not yet at school", 0, 6},
    {"nursery0", "0歳児", "nursery class of age 0", 0, 1},
    {"nursery1", "1歳児", "nursery class of age 1", 2, 2},
    {"nursery2", "2歳児", "nursery class of age 2", 3, 3},
    {"nursery3", "3歳児", "nursery class of age 3", 4, 4},
    {"nursery4", "4歳児", "nursery class of age 4", 5, 5},
    {"nursery5", "5歳児", "nursery class of age 5", 6, 6},
    {"elementary", "小学生", "at elementary school", 7, 12},
    {"elementary1", "小1", "1st grade of elementary school", 7, 7},
    {"elementary2", "小2", "2nd grade of elementary school", 8, 8},
    {"elementary3", "小3", "3rd grade of elementary school", 9, 9},
    {"elementary4", "小4", "4th grade of elementary school", 10, 10},
    {"elementary5", "小5", "5th grade of elementary school", 11, 11},
    {"elementary6", "小6", "6th grade of elementary school", 12, 12},
    {"junior", "中学生", "at junior high school", 13, 15},
    {"junior1", "中1", "1st grade of junior high school", 13, 13},
    {"junior2", "中2", "2nd grade of junior high school", 14, 14},
    {"junior3", "中3", "3rd grade of junior high school", 15, 15},
    {"high", "高校生", "at high school", 16, 18},
    {"high1", "高1", "1st grade of high school", 16, 16},
    {"high2", "高2", "2nd grade of high school", 17, 17},
    {"high3", "高3", "3rd grade of high school", 18, 18},
}};

constexpr unsigned kApril = 4;

int months_of(int year, unsigned month) {
  return year * 12 + static_cast<int>(month) - 1;
}
int months_of(Date date) {
  return months_of(static_cast<int>(date.year()), static_cast<unsigned>(date.month()));
}

/// The year in which the school year of `date` began.
int school_year_at(Date date) {
  return static_cast<int>(date.year()) - (static_cast<unsigned>(date.month()) < kApril ? 1 : 0);
}
int school_year_of_birth(const BirthMonth& month) {
  return month.year - (month.month < kApril || month.first_of_april ? 1 : 0);
}

/// Values of the months first..last (counted by months_of) that have begun on `date` and can be registered, newest first.
template <typename Fits>
std::vector<std::string> values_between(int first, int last, Date date, Fits fits) {
  std::vector<std::string> values;
  first = std::max(first, months_of(kFirstBirthYear, 1));
  last = std::min(last, months_of(date));
  for (int at = last; at >= first; --at) {
    BirthMonth month{at / 12, static_cast<unsigned>(at % 12) + 1, false};
    if (fits(month)) values.push_back(birth_month_value(month));
    if (month.month != kApril) continue;
    month.first_of_april = true;
    if (fits(month)) values.push_back(birth_month_value(month));
  }
  return values;
}

}  // namespace

std::optional<BirthMonth> parse_birth_month(std::string_view value) {
  if ((value.size() != 7 && value.size() != 10) || value[4] != '-') return std::nullopt;
  const auto number = [](std::string_view digits) {
    int read = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), read);
    return error == std::errc() && end == digits.data() + digits.size() && digits[0] != '-' ? read : -1;
  };
  const int year = number(value.substr(0, 4)), month = number(value.substr(5, 2));
  if (year < kFirstBirthYear || month < 1 || month > 12) return std::nullopt;
  if (value.size() == 10 && value.substr(4) != "-04-01") return std::nullopt;
  return BirthMonth{year, static_cast<unsigned>(month), value.size() == 10};
}

std::string birth_month_value(const BirthMonth& month) {
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), month.first_of_april ? "%04d-%02u-01" : "%04d-%02u",
                                   month.year, month.month);
  return std::string(text.data(), static_cast<std::size_t>(length));
}

std::optional<int> age_on(const BirthMonth& month, Date date) {
  const int lived = months_of(date) - months_of(month.year, month.month);
  return lived < 0 ? std::nullopt : std::optional<int>(lived / 12);
}

std::span<const SchoolYear> school_years() {
  return kSchoolYears;
}

const SchoolYear* find_school_year(std::string_view text) {
  const std::string key = fold(text);
  const auto found = std::find_if(kSchoolYears.begin(), kSchoolYears.end(),
                                  [&](const SchoolYear& year) { return key == year.id || key == fold(year.ja); });
  return found == kSchoolYears.end() ? nullptr : &*found;
}

std::vector<std::string> birth_months_of_ages(int least, int most, Date date) {
  const int today = months_of(date);
  return values_between(today - most * 12 - 11, today - least * 12, date, [](const BirthMonth&) { return true; });
}

std::vector<std::string> birth_months_of_school_year(const SchoolYear& year, Date date) {
  const int at = school_year_at(date);
  return values_between(months_of(at - year.last, kApril), months_of(at - year.first + 1, kApril), date,
                        [&](const BirthMonth& month) {
                          const int years = at - school_year_of_birth(month);
                          return years >= year.first && years <= year.last;
                        });
}

}  // namespace kairan::broadcasts
