#include "base/civil_time.h"

#include <array>
#include <cstdio>

namespace kairan {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

/// The instant moved by Japan's offset, so that UTC arithmetic on it gives Japanese dates and times.
TimePoint shifted(TimePoint t) { return t + kJstOffset; }

std::optional<int> digits(std::string_view text) {
  if (text.empty()) return std::nullopt;
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

template <typename... Args>
std::string print(const char* format, Args... args) {
  std::array<char, 96> buffer{};
  const int length = std::snprintf(buffer.data(), buffer.size(), format, args...);
  return std::string(buffer.data(), static_cast<std::size_t>(length));
}

}  // namespace

Date jst_date(TimePoint t) { return Date(std::chrono::floor<days>(shifted(t))); }

int jst_minute_of_day(TimePoint t) {
  const TimePoint local = shifted(t);
  return static_cast<int>(
      std::chrono::duration_cast<std::chrono::minutes>(local - std::chrono::floor<days>(local)).count());
}

TimePoint jst_time(Date date, int minute_of_day) {
  return std::chrono::time_point_cast<milliseconds>(sys_days(date)) + std::chrono::minutes(minute_of_day) - kJstOffset;
}

Date add_days(Date date, int count) { return Date(sys_days(date) + days(count)); }

unsigned weekday_of(Date date) { return std::chrono::weekday(sys_days(date)).c_encoding(); }

unsigned nth_weekday_of(Date date) { return (static_cast<unsigned>(date.day()) - 1) / 7 + 1; }

std::string_view weekday_ja(unsigned weekday) {
  constexpr std::array<std::string_view, 7> kNames = {"日", "月", "火", "水", "木", "金", "土"};
  return kNames[weekday % 7];
}

std::string format_iso(Date date) {
  return print("%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
               static_cast<unsigned>(date.day()));
}

std::string format_ja(Date date) {
  return print("%u月%u日（", static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day())) +
         std::string(weekday_ja(weekday_of(date))) + "）";
}

std::string format_clock(int minute_of_day) { return print("%02d:%02d", minute_of_day / 60, minute_of_day % 60); }

std::string format_utc(TimePoint t) {
  const auto day = std::chrono::floor<days>(t);
  const auto ms = (t - day).count();
  return format_iso(Date(day)) + print("T%02d:%02d:%02d.%03dZ", static_cast<int>(ms / 3'600'000),
                                       static_cast<int>(ms / 60'000 % 60), static_cast<int>(ms / 1000 % 60),
                                       static_cast<int>(ms % 1000));
}

std::string format_jst(TimePoint t) {
  const Date date = jst_date(t);
  return print("%d年", static_cast<int>(date.year())) + format_ja(date) + format_clock(jst_minute_of_day(t));
}

std::string format_jst_iso(TimePoint t) {
  return format_iso(jst_date(t)) + " " + format_clock(jst_minute_of_day(t));
}

std::optional<Date> parse_date(std::string_view text) {
  std::string_view y, m, d;
  if (text.size() == 8 && digits(text)) {
    y = text.substr(0, 4), m = text.substr(4, 2), d = text.substr(6, 2);
  } else {
    const std::size_t first = text.find_first_of("-/");
    if (first == std::string_view::npos) return std::nullopt;
    const std::size_t second = text.find(text[first], first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    y = text.substr(0, first), m = text.substr(first + 1, second - first - 1), d = text.substr(second + 1);
    if (y.size() != 4 || m.size() > 2 || d.size() > 2) return std::nullopt;
  }
  const auto year = digits(y), month = digits(m), day = digits(d);
  if (!year || !month || !day) return std::nullopt;
  const Date date(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                  std::chrono::day(static_cast<unsigned>(*day)));
  return date.ok() ? std::optional<Date>(date) : std::nullopt;
}

}  // namespace kairan
