#include "base/civil_time.h"

#include "tests/support/catch.h"

using namespace kairan;
using namespace std::chrono_literals;

TEST_CASE("the date in Japan changes at 15:00 UTC") {
  const TimePoint before = from_unix_ms(1'795'359'599'999);  // 2026-11-22T14:59:59.999Z
  CHECK(format_utc(before) == "2026-11-22T14:59:59.999Z");
  CHECK(format_iso(jst_date(before)) == "2026-11-22");
  CHECK(jst_minute_of_day(before) == 23 * 60 + 59);
  CHECK(format_iso(jst_date(before + 1ms)) == "2026-11-23");
  CHECK(jst_minute_of_day(before + 1ms) == 0);
  CHECK(jst_time(jst_date(before + 1ms), 0) == before + 1ms);
}

TEST_CASE("dates are written with their weekday") {
  const Date sunday = *parse_date("2026-11-22");
  CHECK(weekday_of(sunday) == 0);
  CHECK(format_ja(sunday) == "11月22日（日）");
  CHECK(format_jst(jst_time(sunday, 17 * 60 + 5)) == "2026年11月22日（日）17:05");
  CHECK(nth_weekday_of(sunday) == 4);
  CHECK(nth_weekday_of(*parse_date("2026-11-07")) == 1);
  CHECK(nth_weekday_of(*parse_date("2026-11-29")) == 5);
}

TEST_CASE("only dates that exist are read") {
  CHECK(parse_date("2028-02-29").has_value());
  CHECK(parse_date("2026/1/5") == parse_date("20260105"));
  for (const char* text : {"2026-02-29", "2026-13-01", "2026-1", "", "26-01-01", "2026-01-0x", "20261332", "2026/01-05"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_date(text).has_value());
  }
}

TEST_CASE("adding days crosses months, years and leap days") {
  CHECK(add_days(*parse_date("2026-12-31"), 1) == *parse_date("2027-01-01"));
  CHECK(add_days(*parse_date("2028-02-28"), 1) == *parse_date("2028-02-29"));
  CHECK(add_days(*parse_date("2026-03-01"), -1) == *parse_date("2026-02-28"));
}
