#include "base/tabular/encoding.h"
#include "broadcasts/holidays.h"
#include "tests/support/catch.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::broadcasts;
using kairan::test::must;

namespace {

Date date(int y, unsigned m, unsigned d) {
  return Date(std::chrono::year(y), std::chrono::month(m), std::chrono::day(d));
}
Date nth_monday(int year, unsigned month, unsigned nth) {
  for (unsigned day = 1; day <= 31; ++day) {
    if (weekday_of(date(year, month, day)) == 1 && nth_weekday_of(date(year, month, day)) == nth)
      return date(year, month, day);
  }
  return Date();
}

/// The days of the Act on National Holidays (国民の祝日に関する法律, articles 2 and 3). The equinoxes are announced each February by
/// the National Astronomical Observatory; here 20 and 21 March, 23 September.
std::map<Date, std::string> by_the_act(int year, unsigned march) {
  std::map<Date, std::string> days = {{date(year, 1, 1), "元日"},          {nth_monday(year, 1, 2), "成人の日"},
                                      {date(year, 2, 11), "建国記念の日"}, {date(year, 2, 23), "天皇誕生日"},
                                      {date(year, 3, march), "春分の日"},  {date(year, 4, 29), "昭和の日"},
                                      {date(year, 5, 3), "憲法記念日"},    {date(year, 5, 4), "みどりの日"},
                                      {date(year, 5, 5), "こどもの日"},    {nth_monday(year, 7, 3), "海の日"},
                                      {date(year, 8, 11), "山の日"},       {nth_monday(year, 9, 3), "敬老の日"},
                                      {date(year, 9, 23), "秋分の日"},     {nth_monday(year, 10, 2), "スポーツの日"},
                                      {date(year, 11, 3), "文化の日"},     {date(year, 11, 23), "勤労感謝の日"}};
  const auto named = days;
  for (const auto& [day, name] : named) {
    // A holiday on a Sunday rests on the next day that is none; a day between two holidays rests as well.
    if (weekday_of(day) == 0) {
      Date next = add_days(day, 1);
      while (named.count(next) != 0) next = add_days(next, 1);
      days.emplace(next, "休日");
    }
    const Date between = add_days(day, 1);
    if (named.count(between) == 0 && named.count(add_days(day, 2)) != 0) days.emplace(between, "休日");
  }
  return days;
}

}  // namespace

TEST_CASE("the sample city's holidays are those of the Act") {
  std::vector<FileProblem> problems;
  const Holidays holidays = must(load_holidays(std::string(KAIRAN_SOURCE_DIR) + "/content/kashima", problems));
  auto expected = by_the_act(2026, 20);
  expected.merge(by_the_act(2027, 21));
  CHECK(holidays.names() == expected);
  CHECK(holidays.names().at(date(2026, 5, 6)) == "休日");
  CHECK(holidays.names().at(date(2026, 9, 22)) == "休日");
  CHECK(holidays.names().at(date(2027, 3, 22)) == "休日");
  CHECK(holidays.covers(std::chrono::year(2027)));
  CHECK_FALSE(holidays.covers(std::chrono::year(2028)));
}

TEST_CASE("the Cabinet Office's file is read as it is") {
  std::vector<FileProblem> problems;
  const std::string bytes =
      encode_cp932("国民の祝日・休日月日,国民の祝日・休日名称\r\n2026/1/1,元日\r\n2026/1/12,成人の日\r\n");
  const Holidays holidays = must(parse_holidays(bytes, "syukujitsu.csv", problems));
  CHECK(holidays.contains(date(2026, 1, 12)));
  CHECK(holidays.names().size() == 2);
}

TEST_CASE("wrong rows of holidays.csv are named and nothing is taken") {
  std::vector<FileProblem> problems;
  CHECK_FALSE(parse_holidays("日付,名称\n2026-02-30,なし\n2026-01-01,\n2026-05-03,憲法記念日\n2026/5/3,憲法記念日\n",
                             "holidays.csv", problems)
                  .ok());
  REQUIRE(problems.size() == 3);
  CHECK(problems[0].row == 2);
  CHECK(problems[0].column == "日付");
  CHECK(problems[1].row == 3);
  CHECK(problems[1].column == "名称");
  CHECK(problems[2].row == 5);
  problems.clear();
  CHECK_FALSE(parse_holidays("day,what\n2026-01-01,元日\n", "holidays.csv", problems).ok());
  CHECK(problems.size() == 1);
  problems.clear();
  CHECK(must(load_holidays("/nonexistent", problems)).names().empty());
}
