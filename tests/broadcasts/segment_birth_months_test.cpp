#include <algorithm>

#include "broadcasts/birth_months.h"
#include "tests/support/catch.h"

using namespace kairan;
using namespace kairan::broadcasts;
using std::chrono::day;
using std::chrono::month;
using std::chrono::year;

namespace {

Date date(int y, unsigned m, unsigned d) {
  return Date(year(y), month(m), day(d));
}
bool has(const std::vector<std::string>& values, std::string_view value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

TEST_CASE("a birth month is a month that exists, or the 1st of April") {
  CHECK(parse_birth_month("2024-05") == BirthMonth{2024, 5, false});
  CHECK(parse_birth_month("2024-04-01") == BirthMonth{2024, 4, true});
  CHECK(birth_month_value({2024, 4, true}) == "2024-04-01");
  for (const char* wrong : {"2024-13", "2024-00", "2024-04-02", "2024-05-01", "1989-12", "2024/05", "202-405", "",
                            "2024-5", "-024-05", "2024--5"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_birth_month(wrong).has_value());
  }
}

TEST_CASE("a child counts as N from the first day of the month in which it turns N") {
  struct Case {
    const char* born;
    Date on;
    std::optional<int> age;
  };
  const Case cases[] = {
      {"2024-05", date(2026, 4, 30), 1},    {"2024-05", date(2026, 5, 1), 2},
      {"2024-05", date(2026, 5, 31), 2},    {"2024-05", date(2027, 4, 30), 2},
      {"2026-11", date(2026, 11, 1), 0},    {"2026-12", date(2026, 11, 30), std::nullopt},
      {"2020-04-01", date(2026, 3, 31), 5}, {"2020-04-01", date(2026, 4, 1), 6},
  };
  for (const Case& c : cases) {
    CAPTURE(c.born, format_iso(c.on));
    CHECK(age_on(*parse_birth_month(c.born), c.on) == c.age);
  }
}

TEST_CASE("ages give the months of birth, the 1st of April with its month") {
  const auto values = birth_months_of_ages(0, 2, date(2026, 11, 25));
  CHECK(values.size() == 36 + 3);
  CHECK(values.front() == "2026-11");
  CHECK(values.back() == "2023-12");
  CHECK(has(values, "2024-04-01"));
  CHECK_FALSE(has(values, "2023-11"));
  CHECK(birth_months_of_ages(40, 40, date(2026, 11, 25)).empty());
  CHECK(birth_months_of_ages(36, 40, date(2026, 11, 25)).back() == "1990-01");
}

TEST_CASE("school years run from the 2nd of April to the 1st of April and change on the 1st of April") {
  struct Case {
    const char* born;
    Date on;
    const char* school_year;
  };
  const Case cases[] = {
      // First grade of 2026: born 2019-04-02 to 2020-04-01.
      {"2019-04", date(2026, 4, 1), "elementary1"},    {"2020-03", date(2026, 4, 1), "elementary1"},
      {"2020-04-01", date(2026, 4, 1), "elementary1"}, {"2020-04", date(2026, 4, 1), "nursery5"},
      {"2019-04-01", date(2026, 4, 1), "elementary2"}, {"2019-04", date(2026, 3, 31), "nursery5"},
      {"2019-04", date(2027, 3, 31), "elementary1"},   {"2013-07", date(2026, 11, 25), "junior1"},
      {"2011-04-01", date(2026, 11, 25), "high1"},     {"2011-04", date(2026, 11, 25), "junior3"},
      {"2008-05", date(2026, 11, 25), "high3"},        {"2026-10", date(2026, 11, 25), "nursery0"},
      {"2026-03", date(2026, 11, 25), "nursery0"},     {"2025-03", date(2026, 11, 25), "nursery1"},
      {"2025-04-01", date(2026, 11, 25), "nursery1"},  {"2025-04", date(2026, 11, 25), "nursery0"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.born, format_iso(c.on), c.school_year);
    for (const SchoolYear& one : school_years()) {
      if (one.id == "preschool" || one.id == "elementary" || one.id == "junior" || one.id == "high") continue;
      CAPTURE(one.id);
      CHECK(has(birth_months_of_school_year(one, c.on), c.born) == (one.id == c.school_year));
    }
  }
}

TEST_CASE("who is not at school yet is born and below the first grade") {
  const SchoolYear& preschool = *find_school_year("未就学");
  const auto values = birth_months_of_school_year(preschool, date(2026, 11, 25));
  CHECK(values.front() == "2026-11");
  CHECK(has(values, "2020-04"));
  CHECK_FALSE(has(values, "2020-04-01"));
  CHECK_FALSE(has(values, "2026-12"));
  CHECK(values.back() == "2020-04");
}

TEST_CASE("a school year is found by id and by its Japanese name, full-width digits too") {
  CHECK(find_school_year("elementary1")->ja == "小1");
  CHECK(find_school_year("小１")->id == "elementary1");
  CHECK(find_school_year("5歳児")->id == "nursery5");
  CHECK(find_school_year("高校生")->id == "high");
  CHECK(find_school_year("小7") == nullptr);
  CHECK(find_school_year("") == nullptr);
}
