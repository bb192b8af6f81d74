// Recurring broadcasts: a rule in JSON, its occurrences, and what to do with each of them when its time has come.
//
//   {"repeat":"daily","time":"18:00","until":"2027-03-31"}
//   {"repeat":"weekly","weekdays":["mon","thu"],"every":2,"from":"2026-12-07","time":"18:00","until":"2027-03-31"}
//   {"repeat":"monthly","days":[1,15,"last"],"time":"18:00","until":"2027-03-31","holidays":"after"}
//   {"repeat":"monthly","nth":[1,3,"last"],"weekdays":["mon"],"time":"18:00","until":"2027-03-31","except":["2027-01-04"]}
//
//   every     weeks, 1 to 8, counted from the week (Monday to Sunday) of `from`, which must then be there
//   days      days of the month; a month without that day has no occurrence
//   nth       which of these weekdays of the month, 1 to 5 or "last"
//   time      hour and minute in Japan
//   from      first day; without it the day of the order
//   until     last day, required, within a year
//   holidays  on a day of holidays.csv: "send" (as on any day, the default), "skip", "before" or "after": the next day that is
//             none. Two occurrences that would fall on one day are one.
//   except    days without; an occurrence is left out when its own day or the day it was moved to is among them
//
// An occurrence is known by the day of the rule, before it is moved, so that another table of holidays never makes the same
// occurrence twice. Values only; any thread.
#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/civil_time.h"
#include "base/clock.h"
#include "base/result.h"
#include "broadcasts/document.h"
#include "broadcasts/holidays.h"

namespace kairan::broadcasts {

struct ScheduleRule {
  enum class Repeat { kDaily, kWeekly, kMonthlyDays, kMonthlyWeekdays };
  enum class OnHoliday { kSend, kSkip, kBefore, kAfter };
  static constexpr int kLast = 99;  ///< "last" among days and nth

  Repeat repeat = Repeat::kDaily;
  int every = 1;                ///< weeks
  std::set<unsigned> weekdays;  ///< 0 = Sunday .. 6 = Saturday
  std::set<int> days;           ///< 1..31, kLast
  std::set<int> nth;            ///< 1..5, kLast
  int minute_of_day = 0;
  std::optional<Date> from;
  Date until;
  OnHoliday on_holiday = OnHoliday::kSend;
  std::set<Date> except;
};

/// Reads a rule's form. Problems are added with their path below `path` ("schedule.days[1]").
/// @return kInvalid when there was one
Result<ScheduleRule> parse_schedule(const nlohmann::json& value, const std::string& path,
                                    std::vector<Problem>& problems);
Result<ScheduleRule> parse_schedule_text(std::string_view json, const std::string& path,
                                         std::vector<Problem>& problems);
/// One spelling: keys sorted, lists ascending, defaults left out.
std::string schedule_json(const ScheduleRule& rule);

/// Adds what only the day tells: an end that has passed or lies more than a year ahead, a rule that never happens; as
/// warnings, a table of holidays that ends before the rule does.
void check_schedule(const ScheduleRule& rule, const Holidays& holidays, TimePoint now, const std::string& path,
                    std::vector<Problem>& problems);

/// 「毎月1日と15日の18:00（祝日は翌日）、2027年3月31日まで」.
std::string schedule_sentence(const ScheduleRule& rule);

struct Occurrence {
  Date of;       ///< the rule's day: identifies the occurrence
  Date date;     ///< the day it leaves, `of` moved past holidays
  TimePoint at;  ///< the instant it leaves
  bool operator==(const Occurrence&) const = default;
};

/// The occurrences after `after`, at most `count`, ascending.
std::vector<Occurrence> next_occurrences(const ScheduleRule& rule, const Holidays& holidays, TimePoint after,
                                         std::size_t count);

/// 32 hex digits from the series' id and the occurrence's day and time in Japan: the same on every machine.
std::string occurrence_id(std::string_view series, const ScheduleRule& rule, const Occurrence& occurrence);

/// An occurrence that could not leave within this time after it was due is held for a person.
inline constexpr std::chrono::minutes kHeldAfter{15};

/// How far a series has come. Kept with its record.
struct ScheduleCursor {
  TimePoint since;              ///< the order: what was due before it is no occurrence
  std::optional<Date> handled;  ///< `of` of the last occurrence that was dealt with
};

struct DueOccurrence {
  Occurrence occurrence;
  bool held = false;  ///< too late to leave by itself
};

/// What has come due by `now` and was not dealt with, ascending. Dealing with them means to move the cursor to the last one's
/// `of` in the same step. A clock that goes back gives nothing a second time; one that leaps forward gives every occurrence it
/// passed, held.
std::vector<DueOccurrence> due_occurrences(const ScheduleRule& rule, const Holidays& holidays,
                                           const ScheduleCursor& cursor, TimePoint now);
/// When to look next; none when the series is over.
std::optional<TimePoint> next_due(const ScheduleRule& rule, const Holidays& holidays, const ScheduleCursor& cursor);

}  // namespace kairan::broadcasts
