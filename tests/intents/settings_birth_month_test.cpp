#include "intents/settings_birth_month.h"

#include "tests/support/catch.h"

using namespace kairan;
using namespace kairan::intents;
using Problem = BirthMonth::Problem;

namespace {

const Date kToday(std::chrono::year(2026), std::chrono::month(11), std::chrono::day(25));

std::string read(std::string_view text) {
  std::string all;
  for (const BirthMonth& month : read_birth_months(text, kToday)) {
    if (!all.empty()) all += " ";
    all += birth_month_id(month.year, month.month, month.on_first.value_or(false));
    if (month.problem == Problem::kNoSuchMonth) all += "!month";
    if (month.problem == Problem::kFuture) all += "!future";
    if (month.problem == Problem::kTooOld) all += "!old";
    if (month.problem == Problem::kNoSuchEra) all += "!era";
  }
  return all;
}

}  // namespace

TEST_CASE("a birth month is read as people write it") {
  struct Case {
    const char* text;
    const char* expected;
  };
  const auto c = GENERATE(values<Case>({
      {"令和4年5月", "2022-05"},
      {"令和４年５月", "2022-05"},
      {"令和4年5月生まれです", "2022-05"},
      {"れいわ4年5月", "2022-05"},
      {"R4.5", "2022-05"},
      {"Ｒ４．５", "2022-05"},
      {"r4/5", "2022-05"},
      {"令和元年6月", "2019-06"},
      {"平成30年12月", "2018-12"},
      {"H31.4", "2019-04"},
      {"2022年5月", "2022-05"},
      {"2022/5", "2022-05"},
      {"2022/05", "2022-05"},
      {"2022-05", "2022-05"},
      {"2022.5", "2022-05"},
      {"2022 5", "2022-05"},
      {"202205", "2022-05"},
      {"20220510", "2022-05"},
      {"2022年5月10日", "2022-05"},
      {"2022/5/10", "2022-05"},
      {"2022年4月1日", "2022-04-01"},
      {"2022年4月2日", "2022-04"},
      {"20220401", "2022-04-01"},
      {"May 2022", "2022-05"},
      {"Sept. 2022", "2022-09"},
      {"2019年4月と2022年5月", "2019-04 2022-05"},
      {"2019/8、2022/5", "2019-08 2022-05"},
      {"上の子は平成30年8月、下の子は令和3年1月です", "2018-08 2021-01"},
      {"2022年13月", "2022-13!month"},
      {"2022年0月", "2022-00!month"},
      {"2026年12月", "2026-12!future"},
      {"令和9年1月", "2027-01!future"},
      {"2026年11月", "2026-11"},
      {"昭和60年3月", "1985-03!old"},
      {"平成35年3月", "2023-03!era"},
      {"", ""},
      {"5月", ""},
      {"2022年", ""},
      {"段ボール", ""},
      {"0954-63-2111", ""},
      {"お昼は12:30から", ""},
  }));
  CAPTURE(c.text);
  CHECK(read(c.text) == c.expected);
}

TEST_CASE("whether a child of April was born on the 1st is known only when it was said") {
  CHECK_FALSE(read_birth_months("2022年4月", kToday).at(0).on_first.has_value());
  CHECK(read_birth_months("2022年4月1日", kToday).at(0).on_first == true);
  CHECK(read_birth_months("2022年4月30日", kToday).at(0).on_first == false);
  CHECK_FALSE(read_birth_months("2022年5月1日", kToday).at(0).on_first.has_value());
}

TEST_CASE("a year alone or a month alone is read only when nothing else is said") {
  CHECK(read_birth_year("令和4年", kToday) == 2022);
  CHECK(read_birth_year("2022", kToday) == 2022);
  CHECK(read_birth_year("2022年生まれ", kToday) == 2022);
  CHECK_FALSE(read_birth_year("2022年5月", kToday));
  CHECK_FALSE(read_birth_year("2022年のごみ", kToday));
  CHECK(read_month_alone("５月") == 5);
  CHECK(read_month_alone("12") == 12);
  CHECK_FALSE(read_month_alone("5月10日"));
  CHECK_FALSE(read_month_alone("ごみ"));
}

TEST_CASE("long or broken texts hold no birth month that takes long to find") {
  const std::string text(100'000, '2');
  CHECK(read_birth_months(text, kToday).empty());
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "2022/5、";
  CHECK(read_birth_months(many, kToday).size() <= 10);
}

TEST_CASE("a birth month's name is read back as itself") {
  for (int year = kEarliestBirthYear; year <= 2026; ++year) {
    for (int month = 1; month <= 12; ++month) {
      const std::string id = birth_month_id(year, month, false);
      const auto parts = parse_birth_month_id(id);
      REQUIRE(parts);
      CHECK(birth_month_id(parts->year, parts->month, parts->on_first) == id);
      if (check_birth_month(year, month, kToday).problem == Problem::kNone) {
        CHECK(read(birth_month_label(id, "ja")) == id);
        CHECK(read(birth_month_label(id, "en")) == id);
      }
    }
  }
  for (const char* const wrong : {"2022-13", "2022-5", "2022-05-01", "22-05", "abcd-05", "2022-04-02", ""}) {
    CHECK_FALSE(parse_birth_month_id(wrong));
  }
}
