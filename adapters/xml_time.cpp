#include "adapters/xml_time.h"

#include <charconv>
#include <chrono>

#include "base/civil_time.h"

namespace kairan::adapters {
namespace {

/// `length` digits at `at`; -1 when there are other characters.
int number_at(std::string_view text, std::size_t at, std::size_t length) {
  if (at + length > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + length; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

std::optional<TimePoint> parse_xml_time(std::string_view text) {
  // 2024-03-20T09:53:00+09:00
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') return {};
  const int year_number = number_at(text, 0, 4);
  const int month_number = number_at(text, 5, 2);
  const int day_number = number_at(text, 8, 2);
  const int hour = number_at(text, 11, 2);
  const int minute = number_at(text, 14, 2);
  const int second = number_at(text, 17, 2);
  if (year_number < 0 || month_number < 1 || day_number < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return {};
  const Date date{std::chrono::year(year_number), std::chrono::month(static_cast<unsigned>(month_number)), std::chrono::day(static_cast<unsigned>(day_number))};
  if (!date.ok()) return {};
  std::size_t at = 19;
  int ms = 0;
  if (text[at] == '.') {
    int scale = 100;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) ms += (text[at] - '0') * scale;
  }
  std::chrono::minutes offset{0};
  const std::string_view zone = text.substr(at);
  if (zone != "Z") {
    if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return {};
    const int hours_off = number_at(zone, 1, 2);
    const int minutes_off = number_at(zone, 4, 2);
    if (hours_off < 0 || hours_off > 14 || minutes_off < 0 || minutes_off > 59) return {};
    offset = std::chrono::minutes(hours_off * 60 + minutes_off) * (zone[0] == '-' ? -1 : 1);
  }
  return TimePoint(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                   std::chrono::seconds(second) + milliseconds(ms) - offset);
}

}  // namespace kairan::adapters
