// Calendar dates and times of day in Japan Standard Time (UTC+9, no daylight saving since 1951), which is what residents
// and staff read. Pure functions; any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace kairan {

using Date = std::chrono::year_month_day;

inline int year_of(Date date) {
  return static_cast<int>(date.year());
}
/// 1 to 12.
inline int month_of(Date date) {
  return static_cast<int>(static_cast<unsigned>(date.month()));
}

inline constexpr std::chrono::hours kJstOffset{9};

/// The date in Japan at `t`.
Date jst_date(TimePoint t);
/// Minutes since midnight in Japan at `t`, 0..1439.
int jst_minute_of_day(TimePoint t);
/// The instant of `minute_of_day` on `date` in Japan.
TimePoint jst_time(Date date, int minute_of_day);

/// `date` moved by `days`.
Date add_days(Date date, int days);
/// 0 = Sunday .. 6 = Saturday.
unsigned weekday_of(Date date);
/// Which occurrence of its weekday in the month `date` is, 1..5.
unsigned nth_weekday_of(Date date);
/// 「日」..「土」.
std::string_view weekday_ja(unsigned weekday);

/// "2026-11-22".
std::string format_iso(Date date);
/// 「11月22日（日）」.
std::string format_ja(Date date);
/// 「08:05」: a minute of the day (0 to 1,439) on a 24-hour clock.
std::string format_clock(int minute_of_day);
/// "2026-11-22T08:05:00.123Z".
std::string format_utc(TimePoint t);
/// 「2026年11月22日（日）17:05」 in Japan.
std::string format_jst(TimePoint t);
/// "2026-11-22 17:05" in Japan.
std::string format_jst_iso(TimePoint t);

/// Reads "2026-11-22", "2026/11/22" or "20261122"; nothing when the text is not a date that exists.
std::optional<Date> parse_date(std::string_view text);

}  // namespace kairan
