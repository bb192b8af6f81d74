#include "broadcasts/schedule.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "tests/support/catch.h"
#include "tests/support/staff_words.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::broadcasts;
using kairan::test::must;

namespace {

Date date(int y, unsigned m, unsigned d) {
  return Date(std::chrono::year(y), std::chrono::month(m), std::chrono::day(d));
}
TimePoint time(int y, unsigned m, unsigned d, int hour = 0, int minute = 0) {
  return jst_time(date(y, m, d), hour * 60 + minute);
}
ScheduleRule rule(const std::string& json) {
  std::vector<Problem> problems;
  return must(parse_schedule_text(json, "schedule", problems));
}
std::vector<Problem> problems_of(const std::string& json, TimePoint now, const Holidays& holidays) {
  std::vector<Problem> problems;
  const auto read = parse_schedule_text(json, "schedule", problems);
  CHECK(read.ok() == problems.empty());
  if (read) check_schedule(*read, holidays, now, "schedule", problems);
  for (const Problem& problem : problems) {
    CAPTURE(problem.path, problem.message.en);
    CHECK(kairan::test::in_both_languages(problem.message));
  }
  if (!read) CHECK(kairan::test::in_both_languages(read.error()));
  return problems;
}
Holidays holidays() {
  std::vector<FileProblem> problems;
  return must(load_holidays(std::string(KAIRAN_SOURCE_DIR) + "/content/kashima", problems));
}
std::vector<std::string> days(const ScheduleRule& of, const Holidays& resting, TimePoint after, std::size_t count) {
  std::vector<std::string> found;
  for (const Occurrence& occurrence : next_occurrences(of, resting, after, count)) {
    CHECK(occurrence.at == jst_time(occurrence.date, of.minute_of_day));
    found.push_back(format_iso(occurrence.date));
  }
  return found;
}
using Days = std::vector<std::string>;

}  // namespace

TEST_CASE("rules give the days that they say") {
  struct Case {
    const char* rule;
    TimePoint after;
    Days expected;
  };
  const Case cases[] = {
      {R"({"repeat":"monthly","days":[1,15],"time":"18:00","until":"2027-03-31"})",
       time(2026, 11, 25),
       {"2026-12-01", "2026-12-15", "2027-01-01", "2027-01-15"}},
      {R"({"repeat":"daily","time":"08:30","until":"2026-11-28"})",
       time(2026, 11, 25, 8, 30),
       {"2026-11-26", "2026-11-27", "2026-11-28"}},
      {R"({"repeat":"daily","time":"08:30","until":"2026-11-26"})",
       time(2026, 11, 25, 8, 29),
       {"2026-11-25", "2026-11-26"}},
      {R"({"repeat":"weekly","weekdays":["mon","thu"],"time":"18:00","until":"2026-12-10"})",
       time(2026, 11, 25),
       {"2026-11-26", "2026-11-30", "2026-12-03", "2026-12-07"}},
      // Counted from Monday's week, also when `from` is a Wednesday.
      {R"({"repeat":"weekly","weekdays":["tue","sun"],"every":2,"from":"2026-11-25","time":"18:00","until":"2026-12-31"})",
       time(2026, 11, 20),
       {"2026-11-29", "2026-12-08", "2026-12-13", "2026-12-22"}},
      {R"({"repeat":"monthly","nth":[1,3],"weekdays":["mon"],"time":"10:00","until":"2027-01-31"})",
       time(2026, 11, 25),
       {"2026-12-07", "2026-12-21", "2027-01-04", "2027-01-18"}},
      {R"({"repeat":"monthly","nth":["last"],"weekdays":["fri"],"time":"10:00","until":"2027-02-28"})",
       time(2026, 11, 25),
       {"2026-11-27", "2026-12-25", "2027-01-29", "2027-02-26"}},
      {R"({"repeat":"monthly","nth":[5],"weekdays":["wed"],"time":"10:00","until":"2027-04-30"})",
       time(2026, 11, 1),
       {"2026-12-30", "2027-03-31"}},
      {R"({"repeat":"monthly","days":[31],"time":"10:00","until":"2027-04-30"})",
       time(2026, 11, 1),
       {"2026-12-31", "2027-01-31", "2027-03-31"}},
      {R"({"repeat":"monthly","days":["last"],"time":"10:00","until":"2027-02-28"})",
       time(2026, 11, 25),
       {"2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28"}},
      {R"({"repeat":"daily","time":"10:00","until":"2026-12-03","from":"2026-12-01","except":["2026-12-02"]})",
       time(2026, 11, 25),
       {"2026-12-01", "2026-12-03"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.rule);
    CHECK(days(rule(c.rule), Holidays(), c.after, 4) == c.expected);
  }
}

TEST_CASE("on a holiday an occurrence is sent, left out or moved to a day that is none") {
  const std::string start =
      R"({"repeat":"monthly","days":[4,5,6],"time":"18:00","from":"2026-05-01","until":"2026-05-31","holidays":")";
  const TimePoint after = time(2026, 4, 30);
  CHECK(days(rule(start + "send\"}"), holidays(), after, 9) == Days{"2026-05-04", "2026-05-05", "2026-05-06"});
  CHECK(days(rule(start + "skip\"}"), holidays(), after, 9).empty());
  // The 3rd to the 6th of May rest: three occurrences on one day are one.
  CHECK(days(rule(start + "before\"}"), holidays(), after, 9) == Days{"2026-05-02"});
  CHECK(days(rule(start + "after\"}"), holidays(), after, 9) == Days{"2026-05-07"});
  // Asked between the days moved and the day they were moved to, it is still to come, and comes once.
  CHECK(days(rule(start + "after\"}"), holidays(), time(2026, 5, 6, 19), 9) == Days{"2026-05-07"});
  CHECK(days(rule(start + "after\"}"), holidays(), time(2026, 5, 7, 18), 9).empty());
  CHECK(
      days(
          rule(
              R"({"repeat":"monthly","days":[6],"time":"18:00","until":"2026-05-31","holidays":"after","except":["2026-05-07"]})"),
          holidays(), after, 9)
          .empty());
}

TEST_CASE("an occurrence has one id on every machine, whatever the table of holidays says") {
  const ScheduleRule one =
      rule(R"({"repeat":"monthly","days":[3],"time":"18:00","until":"2026-11-30","holidays":"after"})");
  const auto moved = next_occurrences(one, holidays(), time(2026, 11, 1), 1).at(0);
  const auto kept = next_occurrences(one, Holidays(), time(2026, 11, 1), 1).at(0);
  CHECK(moved.date == date(2026, 11, 4));
  CHECK(kept.date == date(2026, 11, 3));
  const std::string id = occurrence_id("series", one, moved);
  CHECK(id == occurrence_id("series", one, kept));
  CHECK(id.size() == 32);
  CHECK(id.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(id != occurrence_id("another", one, moved));
  ScheduleRule later = one;
  later.minute_of_day += 1;
  CHECK(id != occurrence_id("series", later, moved));
}

TEST_CASE("a wrong rule is named by its path") {
  struct Case {
    const char* label;
    const char* rule;
    const char* path;
    const char* says;
  };
  const Case cases[] = {
      {"no object", R"("daily")", "schedule", "repeat"},
      {"no JSON", "{", "schedule", "JSON"},
      {"unknown repeat", R"({"repeat":"yearly","time":"18:00","until":"2027-03-31"})", "schedule.repeat", "yearly"},
      {"no end", R"({"repeat":"daily","time":"18:00"})", "schedule.until", "終わりの日"},
      {"end that is no date", R"({"repeat":"daily","time":"18:00","until":"2027-02-30"})", "schedule.until",
       "2027-03-31"},
      {"end before the start", R"({"repeat":"daily","time":"18:00","from":"2026-12-10","until":"2026-12-01"})",
       "schedule.until", "前です"},
      {"end that has passed", R"({"repeat":"daily","time":"18:00","until":"2026-11-24"})", "schedule.until",
       "過ぎています"},
      {"end over a year ahead", R"({"repeat":"daily","time":"18:00","until":"2027-11-26"})", "schedule.until",
       "1年以内"},
      {"no time", R"({"repeat":"daily","until":"2027-03-31"})", "schedule.time", "18:00"},
      {"hour that is none", R"({"repeat":"daily","time":"24:00","until":"2027-03-31"})", "schedule.time", "18:00"},
      {"time with more", R"({"repeat":"daily","time":"8:00x","until":"2027-03-31"})", "schedule.time", "18:00"},
      {"no weekday", R"({"repeat":"weekly","weekdays":[],"time":"18:00","until":"2027-03-31"})", "schedule.weekdays",
       "曜日"},
      {"unknown weekday", R"({"repeat":"weekly","weekdays":["mon","月"],"time":"18:00","until":"2027-03-31"})",
       "schedule.weekdays[1]", "sun mon"},
      {"day 32", R"({"repeat":"monthly","days":[1,32],"time":"18:00","until":"2027-03-31"})", "schedule.days[1]",
       "1〜31"},
      {"sixth week", R"({"repeat":"monthly","nth":[6],"weekdays":["mon"],"time":"18:00","until":"2027-03-31"})",
       "schedule.nth[0]", "1〜5"},
      {"every two weeks from nowhere",
       R"({"repeat":"weekly","weekdays":["mon"],"every":2,"time":"18:00","until":"2027-03-31"})", "schedule.from",
       "数え始める日"},
      {"every 0 weeks", R"({"repeat":"weekly","weekdays":["mon"],"every":0,"time":"18:00","until":"2027-03-31"})",
       "schedule.every", "1〜8"},
      {"days of a weekly rule",
       R"({"repeat":"weekly","weekdays":["mon"],"days":[1],"time":"18:00","until":"2027-03-31"})", "schedule.days",
       "使えない"},
      {"unknown treatment of holidays", R"({"repeat":"daily","time":"18:00","until":"2027-03-31","holidays":"never"})",
       "schedule.holidays", "skip"},
      {"exception that is no date", R"({"repeat":"daily","time":"18:00","until":"2027-03-31","except":["x"]})",
       "schedule.except[0]", "2027-03-31"},
      {"never happens: no 31st by then", R"({"repeat":"monthly","days":[31],"time":"18:00","until":"2026-12-30"})",
       "schedule", "1日もありません"},
      {"never happens: only holidays",
       R"({"repeat":"monthly","days":[1],"time":"18:00","from":"2027-01-01","until":"2027-01-31","holidays":"skip"})",
       "schedule", "1日もありません"},
      {"never happens: today's time is past", R"({"repeat":"daily","time":"09:00","until":"2026-11-25"})", "schedule",
       "1日もありません"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.label);
    const auto problems = problems_of(c.rule, time(2026, 11, 25, 10), holidays());
    REQUIRE_FALSE(problems.empty());
    CAPTURE(problems[0].path, problems[0].message.ja);
    CHECK(problems[0].path == c.path);
    CHECK(problems[0].message.ja.find(c.says) != std::string::npos);
    CHECK_FALSE(problems[0].warning);
  }
  CHECK(problems_of(R"({"repeat":"daily","time":"18:00","until":"2027-11-25"})", time(2026, 11, 25, 10), holidays())
            .empty());
}

TEST_CASE("a table of holidays that ends before the rule is a warning where holidays matter") {
  const std::string until = R"({"repeat":"daily","time":"18:00","until":"2028-01-31","from":"2027-12-01")";
  const auto problems = problems_of(until + R"(,"holidays":"skip"})", time(2027, 11, 25), holidays());
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].warning);
  CHECK(problems[0].message.ja.find("2028年") != std::string::npos);
  CHECK(problems_of(until + "}", time(2027, 11, 25), holidays()).empty());
}

TEST_CASE("a rule is written in one spelling and said in a sentence") {
  struct Case {
    const char* rule;
    const char* written;
    const char* sentence;
  };
  const Case cases[] = {
      {R"({"until":"2027/03/31","time":"18:00","repeat":"monthly","days":[15,1],"holidays":"after"})",
       R"({"days":[1,15],"holidays":"after","repeat":"monthly","time":"18:00","until":"2027-03-31"})",
       "毎月1日と15日の18:00（祝日は翌日）、2027年3月31日まで"},
      {R"({"repeat":"daily","time":"7:05","until":"2027-03-31","holidays":"send"})",
       R"({"repeat":"daily","time":"07:05","until":"2027-03-31"})", "毎日07:05、2027年3月31日まで"},
      {R"({"repeat":"weekly","weekdays":["sun","thu","mon"],"time":"18:00","until":"2027-03-31","every":1})",
       R"({"repeat":"weekly","time":"18:00","until":"2027-03-31","weekdays":["sun","mon","thu"]})",
       "毎週月・木・日曜日の18:00、2027年3月31日まで"},
      {R"({"repeat":"weekly","weekdays":["mon"],"time":"18:00","until":"2027-03-31","every":2,"from":"2026-12-07","holidays":"skip"})",
       R"({"every":2,"from":"2026-12-07","holidays":"skip","repeat":"weekly","time":"18:00","until":"2027-03-31","weekdays":["mon"]})",
       "2週ごとの月曜日の18:00（祝日は休み）、2026年12月7日から2027年3月31日まで"},
      {R"({"repeat":"monthly","nth":[1,"last"],"weekdays":["mon"],"time":"18:00","until":"2027-03-31","except":["2027-01-04"]})",
       R"({"except":["2027-01-04"],"nth":[1,"last"],"repeat":"monthly","time":"18:00","until":"2027-03-31","weekdays":["mon"]})",
       "毎月第1・最終月曜日の18:00、2027年3月31日まで（2027年1月4日を除く）"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.rule);
    CHECK(schedule_json(rule(c.rule)) == c.written);
    CHECK(schedule_json(rule(c.written)) == c.written);
    CHECK(schedule_sentence(rule(c.rule)) == c.sentence);
  }
}

TEST_CASE("an occurrence is due at its time, and held when more than 15 minutes have passed") {
  const ScheduleRule one = rule(R"({"repeat":"daily","time":"18:00","until":"2026-11-30"})");
  ScheduleCursor cursor{time(2026, 11, 25, 12), std::nullopt};
  CHECK(next_due(one, {}, cursor) == time(2026, 11, 25, 18));
  CHECK(due_occurrences(one, {}, cursor, time(2026, 11, 25, 17, 59)).empty());
  auto due = due_occurrences(one, {}, cursor, time(2026, 11, 25, 18));
  REQUIRE(due.size() == 1);
  CHECK_FALSE(due[0].held);
  CHECK_FALSE(due_occurrences(one, {}, cursor, time(2026, 11, 25, 18, 15)).at(0).held);
  CHECK(due_occurrences(one, {}, cursor, time(2026, 11, 25, 18, 15) + milliseconds(1)).at(0).held);
  cursor.handled = due[0].occurrence.of;
  CHECK(due_occurrences(one, {}, cursor, time(2026, 11, 25, 23)).empty());
  CHECK(next_due(one, {}, cursor) == time(2026, 11, 26, 18));
  cursor.handled = date(2026, 11, 30);
  CHECK_FALSE(next_due(one, {}, cursor).has_value());
  // What was due before the order is no occurrence.
  cursor = {time(2026, 11, 25, 18), std::nullopt};
  CHECK(due_occurrences(one, {}, cursor, time(2026, 11, 25, 18, 5)).empty());
}

TEST_CASE("a clock that jumps neither repeats an occurrence nor leaves one out in silence") {
  const char* const rules[] = {
      R"({"repeat":"daily","time":"18:00","until":"2027-06-30"})",
      R"({"repeat":"monthly","days":[1,3,4,5,6,15,"last"],"time":"09:00","until":"2027-06-30","holidays":"after"})",
      R"({"repeat":"weekly","weekdays":["mon","tue","wed"],"time":"00:00","until":"2027-06-30","holidays":"before"})",
      R"({"repeat":"monthly","nth":[2,"last"],"weekdays":["mon","fri"],"time":"23:59","until":"2027-06-30","holidays":"skip"})",
  };
  const Holidays resting = holidays();
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::mt19937_64 random(seed);
    const ScheduleRule one = rule(rules[seed % 4]);
    const TimePoint start = time(2026, 11, 25) + std::chrono::minutes(random() % (60 * 24 * 60));
    ScheduleCursor cursor{start, std::nullopt};
    std::map<Date, bool> handled;
    TimePoint now = start, end = time(2027, 8, 1);
    for (int step = 0; step < 400; ++step) {
      // Mostly minutes, now and then a jump of days, back as well as forward.
      const auto minutes = [&](std::uint64_t most) { return std::chrono::minutes(random() % most); };
      switch (random() % 10) {
        case 0:
          now += minutes(60 * 24 * 20);
          break;
        case 1:
          now -= minutes(60 * 24 * 30);
          break;
        default:
          now += minutes(60 * 12);
          break;
      }
      if (step == 399) now = end;
      for (const DueOccurrence& due : due_occurrences(one, resting, cursor, now)) {
        CAPTURE(seed, step, format_iso(due.occurrence.of));
        REQUIRE(handled.emplace(due.occurrence.of, due.held).second);
        REQUIRE(due.occurrence.at <= now);
        REQUIRE(due.held == (now - due.occurrence.at > kHeldAfter));
        cursor.handled = due.occurrence.of;
      }
      const auto next = next_due(one, resting, cursor);
      REQUIRE((!next || *next > now));
    }
    const auto all = next_occurrences(one, resting, start, 1000);
    CAPTURE(seed);
    REQUIRE(handled.size() == all.size());
    for (const Occurrence& occurrence : all) REQUIRE(handled.count(occurrence.of) == 1);
  }
}
