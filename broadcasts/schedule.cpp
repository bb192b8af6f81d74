// The days of a rule, and what has come due. Reading a rule is in schedule_parser.cpp.
#include "broadcasts/schedule.h"

#include <algorithm>

#include "base/ids.h"

namespace kairan::broadcasts {
namespace {

/// How far a day may be moved: longer than any run of holidays.
constexpr int kLongestRun = 31;

using Repeat = ScheduleRule::Repeat;
using OnHoliday = ScheduleRule::OnHoliday;
using std::chrono::days;
using std::chrono::sys_days;

constexpr unsigned kDaysOfWeek = 7;

unsigned last_day_of_month(Date date) {
  return static_cast<unsigned>(std::chrono::year_month_day_last(date.year() / date.month() / std::chrono::last).day());
}

/// Days since the Monday of week zero, in whole weeks.
long week_of(Date date) {
  // 1970-01-01 was a Thursday.
  return (sys_days(date).time_since_epoch().count() + 3) / static_cast<long>(kDaysOfWeek);
}

bool is_day_of(const ScheduleRule& rule, Date date) {
  const unsigned day = static_cast<unsigned>(date.day());
  const unsigned last = last_day_of_month(date);
  switch (rule.repeat) {
    case Repeat::kDaily:
      return true;
    case Repeat::kWeekly:
      return rule.weekdays.count(weekday_of(date)) != 0 &&
             (rule.every <= 1 || !rule.from || (week_of(date) - week_of(*rule.from)) % rule.every == 0);
    case Repeat::kMonthlyDays:
      return rule.days.count(static_cast<int>(day)) != 0 || (day == last && rule.days.count(ScheduleRule::kLast) != 0);
    case Repeat::kMonthlyWeekdays:
      return rule.weekdays.count(weekday_of(date)) != 0 &&
             (rule.nth.count(static_cast<int>(nth_weekday_of(date))) != 0 ||
              (day + kDaysOfWeek > last && rule.nth.count(ScheduleRule::kLast) != 0));
  }
  return false;
}

/// Where the occurrence of a day leaves; none when it does not.
std::optional<Date> moved(const ScheduleRule& rule, const Holidays& holidays, Date of) {
  if (rule.except.count(of) != 0) return std::nullopt;
  Date date = of;
  if (holidays.contains(of)) {
    switch (rule.on_holiday) {
      case OnHoliday::kSend:
        break;
      case OnHoliday::kSkip:
        return std::nullopt;
      case OnHoliday::kBefore:
        for (int n = 0; n < kLongestRun && holidays.contains(date); ++n) date = add_days(date, -1);
        break;
      case OnHoliday::kAfter:
        for (int n = 0; n < kLongestRun && holidays.contains(date); ++n) date = add_days(date, 1);
        break;
    }
  }
  if (rule.except.count(date) != 0) return std::nullopt;
  return date;
}

/// Calls `take` with the occurrences whose own day is `first` or later, ascending, while it returns true. Moving keeps the
/// order of days, so what falls on one day stands side by side; the first of them is it.
template <typename Take>
void each_occurrence(const ScheduleRule& rule, const Holidays& holidays, Date first, const Take& take) {
  // A day before `first` may have been moved onto the day that is looked at.
  std::optional<Date> last;
  Date start = add_days(first, -kLongestRun);
  if (rule.from && *rule.from > start) start = *rule.from;
  for (Date of = start; of <= rule.until; of = add_days(of, 1)) {
    if (!is_day_of(rule, of)) continue;
    const auto date = moved(rule, holidays, of);
    if (!date || date == last) continue;
    last = date;
    if (of < first) continue;
    if (!take(Occurrence{of, *date, jst_time(*date, rule.minute_of_day)})) return;
  }
}

/// The first day whose occurrence could leave after `after`.
Date first_day_after(const ScheduleRule& rule, TimePoint after) {
  return add_days(jst_date(after), rule.on_holiday == OnHoliday::kAfter ? -kLongestRun : 0);
}

}  // namespace

std::vector<Occurrence> next_occurrences(const ScheduleRule& rule, const Holidays& holidays, TimePoint after,
                                         std::size_t count) {
  std::vector<Occurrence> found;
  if (count == 0) return found;
  each_occurrence(rule, holidays, first_day_after(rule, after), [&](const Occurrence& occurrence) {
    if (occurrence.at > after) found.push_back(occurrence);
    return found.size() < count;
  });
  return found;
}

std::string occurrence_id(std::string_view series, const ScheduleRule& rule, const Occurrence& occurrence) {
  const std::string name =
      "occurrence|" + std::string(series) + "|" + format_iso(occurrence.of) + "|" + std::to_string(rule.minute_of_day);
  std::string id = derived_uuid(name);
  id.erase(std::remove(id.begin(), id.end(), '-'), id.end());
  return id;
}

std::vector<DueOccurrence> due_occurrences(const ScheduleRule& rule, const Holidays& holidays,
                                           const ScheduleCursor& cursor, TimePoint now) {
  std::vector<DueOccurrence> due;
  const Date first = cursor.handled ? add_days(*cursor.handled, 1) : first_day_after(rule, cursor.since);
  each_occurrence(rule, holidays, first, [&](const Occurrence& occurrence) {
    if (occurrence.at > now) return false;
    if (occurrence.at > cursor.since) due.push_back({occurrence, now - occurrence.at > kHeldAfter});
    return true;
  });
  return due;
}

std::optional<TimePoint> next_due(const ScheduleRule& rule, const Holidays& holidays, const ScheduleCursor& cursor) {
  std::optional<TimePoint> next;
  const Date first = cursor.handled ? add_days(*cursor.handled, 1) : first_day_after(rule, cursor.since);
  each_occurrence(rule, holidays, first, [&](const Occurrence& occurrence) {
    if (occurrence.at <= cursor.since) return true;
    next = occurrence.at;
    return false;
  });
  return next;
}

}  // namespace kairan::broadcasts
