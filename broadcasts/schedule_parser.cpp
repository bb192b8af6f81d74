// Rules in JSON and in words.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/civil_time.h"
#include "base/text.h"
#include "broadcasts/schedule.h"

namespace kairan::broadcasts {
namespace {

using nlohmann::json;
using Repeat = ScheduleRule::Repeat;
using OnHoliday = ScheduleRule::OnHoliday;

constexpr std::array<const char*, 7> kWeekdays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::array<const char*, 4> kOnHoliday = {"send", "skip", "before", "after"};
constexpr int kMostWeeks = 8;
constexpr std::size_t kMostExcept = 100;

class ScheduleReader {
 public:
  ScheduleReader(const std::string& path, std::vector<Problem>& problems) : path_(path), problems_(problems) {}

  std::optional<ScheduleRule> parse(const json& value) {
    const std::size_t before = problems_.size();
    if (!value.is_object()) {
      problem("", {"繰り返しは {\"repeat\",\"time\",\"until\"} の形で書いてください。",
                   "Write a repetition as {\"repeat\",\"time\",\"until\"}."});
      return std::nullopt;
    }
    ScheduleRule rule;
    const std::string repeat = json_text(value, "repeat");
    const bool by_weekday = repeat == "monthly" && value.contains("nth");
    std::vector<std::string_view> known = {"repeat", "time", "from", "until", "holidays", "except"};
    if (repeat == "weekly") {
      rule.repeat = Repeat::kWeekly;
      known.insert(known.end(), {"weekdays", "every"});
      weekdays(value, rule);
      every(value, rule);
    } else if (by_weekday) {
      rule.repeat = Repeat::kMonthlyWeekdays;
      known.insert(known.end(), {"weekdays", "nth"});
      weekdays(value, rule);
      numbers(value, "nth", 5,
              {"第何週かを 1〜5 か \"last\"（最終）で書いてください。", "Write which week: 1 to 5, or \"last\"."},
              rule.nth);
    } else if (repeat == "monthly") {
      rule.repeat = Repeat::kMonthlyDays;
      known.push_back("days");
      numbers(value, "days", 31,
              {"日を 1〜31 か \"last\"（月末）で書いてください。",
               "Write days as 1 to 31, or \"last\" for the month's end."},
              rule.days);
    } else if (repeat != "daily") {
      problem("repeat", {in_quotes(repeat) + " という繰り返しはありません。daily、weekly、monthly から選んでください。",
                         "There is no repetition " + in_english_quotes(repeat) + ". Choose daily, weekly or monthly."});
      return std::nullopt;
    }
    for (auto it = value.begin(); it != value.end(); ++it) {
      if (std::find(known.begin(), known.end(), it.key()) != known.end()) continue;
      problem(shorten_utf16(escape_for_log(it.key()), 40),
              {"この繰り返しでは使えない指定です。", "This kind of repetition has no such member."});
    }
    time(value, rule);
    dates(value, rule);
    holidays(value, rule);
    if (problems_.size() != before) return std::nullopt;
    return rule;
  }

 private:
  void problem(const std::string& key, StaffText message) {
    const std::string path = key.empty() ? path_ : path_.empty() ? key : path_ + "." + key;
    problems_.push_back({path, std::move(message), false});
  }

  void weekdays(const json& value, ScheduleRule& rule) {
    const json* const list = json_member(value, "weekdays");
    if (list == nullptr || !list->is_array() || list->empty()) {
      problem("weekdays",
              {"曜日を [\"mon\",\"thu\"] のように書いてください。", "Write weekdays as [\"mon\",\"thu\"]."});
      return;
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
      const auto found =
          std::find_if(kWeekdays.begin(), kWeekdays.end(), [&](const char* name) { return (*list)[i] == name; });
      if (found == kWeekdays.end()) {
        problem("weekdays[" + std::to_string(i) + "]", {"曜日は sun mon tue wed thu fri sat で書いてください。",
                                                        "A weekday is one of sun mon tue wed thu fri sat."});
        return;
      }
      rule.weekdays.insert(static_cast<unsigned>(found - kWeekdays.begin()));
    }
  }

  void numbers(const json& value, const std::string& key, int most, const StaffText& message, std::set<int>& into) {
    const json* const list = json_member(value, key);
    if (list == nullptr || !list->is_array() || list->empty()) {
      problem(key, message);
      return;
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
      const json& item = (*list)[i];
      if (item == "last") {
        into.insert(ScheduleRule::kLast);
      } else if (item.is_number_integer() && item >= 1 && item <= most) {
        into.insert(item.get<int>());
      } else {
        problem(key + "[" + std::to_string(i) + "]", message);
        return;
      }
    }
  }

  void every(const json& value, ScheduleRule& rule) {
    const json* const weeks = json_member(value, "every");
    if (weeks == nullptr || weeks->is_null()) return;
    if (!weeks->is_number_integer() || *weeks < 1 || *weeks > kMostWeeks) {
      const std::string most = std::to_string(kMostWeeks);
      problem("every",
              {"何週ごとかを 1〜" + most + " で書いてください。", "Write every how many weeks: 1 to " + most + "."});
      return;
    }
    rule.every = weeks->get<int>();
    const json* const from = json_member(value, "from");
    if (rule.every > 1 && (from == nullptr || from->is_null())) {
      problem("from", {"何週ごとの繰り返しには、数え始める日 from を書いてください。",
                       "For every few weeks, write from: the day to count from."});
    }
  }

  void time(const json& value, ScheduleRule& rule) {
    const std::string text = json_text(value, "time");
    int hour = 0, minute = 0, length = 0;
    if (text.size() > 5 || std::sscanf(text.c_str(), "%2d:%2d%n", &hour, &minute, &length) != 2 ||
        static_cast<std::size_t>(length) != text.size() || hour < 0 || hour > 23 || minute < 0 || minute > 59) {
      problem("time", {"時刻を 18:00 のように書いてください。", "Write a time of day as 18:00."});
      return;
    }
    rule.minute_of_day = hour * 60 + minute;
  }

  std::optional<Date> date(const json& item, const std::string& key) {
    const auto read = item.is_string() ? parse_date(item.get_ref<const std::string&>()) : std::nullopt;
    if (!read) problem(key, {"日付を 2027-03-31 のように書いてください。", "Write a date as 2027-03-31."});
    return read;
  }

  void dates(const json& value, ScheduleRule& rule) {
    if (const json* const from = json_member(value, "from"); from != nullptr && !from->is_null()) {
      rule.from = date(*from, "from");
    }
    const json* const until = json_member(value, "until");
    if (until == nullptr || until->is_null()) {
      problem("until", {"繰り返しには終わりの日 until が必要です。1年以内の日付を書いてください。",
                        "A repetition needs its last day, until. Write a date within a year."});
    } else if (const auto read = date(*until, "until")) {
      rule.until = *read;
      if (rule.from && *rule.from > rule.until) {
        problem("until",
                {"終わりの日が始まりの日より前です。", "The last day is before the first. Write a later one."});
      }
    }
    const json* const except = json_member(value, "except");
    if (except == nullptr || except->is_null()) return;
    if (!except->is_array() || except->size() > kMostExcept) {
      const std::string most = std::to_string(kMostExcept);
      problem("except", {"配信しない日を日付の並びで、" + most + "日まで書いてください。",
                         "Write the days without it as a list of dates, " + most + " at most."});
      return;
    }
    for (std::size_t i = 0; i < except->size(); ++i) {
      if (const auto read = date((*except)[i], "except[" + std::to_string(i) + "]")) rule.except.insert(*read);
    }
  }

  void holidays(const json& value, ScheduleRule& rule) {
    const json* const on = json_member(value, "holidays");
    if (on == nullptr || on->is_null()) return;
    const auto found =
        std::find_if(kOnHoliday.begin(), kOnHoliday.end(), [&](const char* name) { return *on == name; });
    if (found == kOnHoliday.end()) {
      problem("holidays",
              {"祝日の扱いは send（配信する）、skip（休む）、before（前日）、after（翌日）から選んでください。",
               "On holidays: choose send, skip, before (the day before) or after (the day after)."});
      return;
    }
    rule.on_holiday = static_cast<OnHoliday>(found - kOnHoliday.begin());
  }

  const std::string path_;
  std::vector<Problem>& problems_;
};

json with_last(const std::set<int>& numbers) {
  json list = json::array();
  for (const int number : numbers) list.push_back(number == ScheduleRule::kLast ? json("last") : json(number));
  return list;
}

std::string full_date(Date date) {
  return std::to_string(static_cast<int>(date.year())) + "年" + std::to_string(static_cast<unsigned>(date.month())) +
         "月" + std::to_string(static_cast<unsigned>(date.day())) + "日";
}

/// 「月・木曜日」, the week beginning on Monday.
std::string weekday_list(const std::set<unsigned>& weekdays) {
  std::string text;
  for (unsigned i = 1; i <= 7; ++i) {
    if (weekdays.count(i % 7) != 0) text += (text.empty() ? "" : "・") + std::string(weekday_ja(i % 7));
  }
  return text + "曜日";
}

}  // namespace

Result<ScheduleRule> parse_schedule(const json& value, const std::string& path, std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  auto rule = ScheduleReader(path, problems).parse(value);
  if (!rule) return staff_error(ErrorCode::kInvalid, at_place(problems[before].path, problems[before].message));
  return std::move(*rule);
}

Result<ScheduleRule> parse_schedule_text(std::string_view text, const std::string& path,
                                         std::vector<Problem>& problems) {
  const auto value = parse_json(text, {64 * 1024, 8});
  if (value) return parse_schedule(*value, path, problems);
  problems.push_back({path, {"繰り返しの指定が JSON として読めません。", "The repetition is not JSON."}, false});
  return staff_error(value.error().code, problems.back().message);
}

std::string schedule_json(const ScheduleRule& rule) {
  json value = {{"time", format_clock(rule.minute_of_day)}, {"until", format_iso(rule.until)}};
  json weekdays = json::array();
  for (const unsigned weekday : rule.weekdays) weekdays.push_back(kWeekdays[weekday]);
  switch (rule.repeat) {
    case Repeat::kDaily:
      value["repeat"] = "daily";
      break;
    case Repeat::kWeekly:
      value["repeat"] = "weekly";
      value["weekdays"] = weekdays;
      if (rule.every > 1) value["every"] = rule.every;
      break;
    case Repeat::kMonthlyDays:
      value["repeat"] = "monthly";
      value["days"] = with_last(rule.days);
      break;
    case Repeat::kMonthlyWeekdays:
      value["repeat"] = "monthly";
      value["nth"] = with_last(rule.nth);
      value["weekdays"] = weekdays;
      break;
  }
  if (rule.from) value["from"] = format_iso(*rule.from);
  if (rule.on_holiday != OnHoliday::kSend) value["holidays"] = kOnHoliday[static_cast<std::size_t>(rule.on_holiday)];
  for (const Date date : rule.except) value["except"].push_back(format_iso(date));
  return dump_json(value);
}

void check_schedule(const ScheduleRule& rule, const Holidays& holidays, TimePoint now, const std::string& path,
                    std::vector<Problem>& problems) {
  const auto at = [&](const char* key) { return path.empty() ? std::string(key) : path + "." + key; };
  const Date today = jst_date(now);
  if (rule.until < today) {
    problems.push_back({at("until"),
                        {"終わりの日（" + full_date(rule.until) + "）が過ぎています。",
                         "The last day (" + format_iso(rule.until) + ") has passed. Write a later one."},
                        false});
    return;
  }
  const Date start = rule.from && *rule.from > today ? *rule.from : today;
  const Date year_later = Date(start.year() + std::chrono::years(1), start.month(), start.day());
  if (rule.until > (year_later.ok() ? year_later : add_days(start, 365))) {
    problems.push_back({at("until"),
                        {"終わりの日は1年以内にしてください。長く続ける配信は、1年ごとに承認し直します。",
                         "The last day must be within a year. What goes on longer is approved anew each year."},
                        false});
    return;
  }
  if (next_occurrences(rule, holidays, now, 1).empty()) {
    problems.push_back({path,
                        {"この期間に配信日が1日もありません。曜日・日・終わりの日を見直してください。",
                         "It never happens in this time. Look at the weekdays, the days and the last day again."},
                        false});
  }
  if (rule.on_holiday != OnHoliday::kSend && !holidays.covers(rule.until.year())) {
    problems.push_back({at("holidays"),
                        {std::to_string(year_of(rule.until)) +
                             "年の祝日が holidays.csv にありません。その年の祝日は平日として扱われます。",
                         "holidays.csv has no holidays of " + std::to_string(year_of(rule.until)) +
                             ": that year's count as ordinary days."},
                        true});
  }
}

std::string schedule_sentence(const ScheduleRule& rule) {
  std::string text;
  switch (rule.repeat) {
    case Repeat::kDaily:
      text = "毎日";
      break;
    case Repeat::kWeekly:
      text = (rule.every > 1 ? std::to_string(rule.every) + "週ごとの" : "毎週") + weekday_list(rule.weekdays) + "の";
      break;
    case Repeat::kMonthlyDays: {
      std::string days;
      for (const int day : rule.days) {
        days += (days.empty() ? "" : "と") +
                (day == ScheduleRule::kLast ? std::string("月末") : std::to_string(day) + "日");
      }
      text = "毎月" + days + "の";
      break;
    }
    case Repeat::kMonthlyWeekdays: {
      std::string nth;
      for (const int n : rule.nth) {
        nth += (nth.empty() ? "" : "・") + (n == ScheduleRule::kLast ? std::string("最終") : "第" + std::to_string(n));
      }
      text = "毎月" + nth + weekday_list(rule.weekdays) + "の";
      break;
    }
  }
  text += format_clock(rule.minute_of_day);
  constexpr std::array<const char*, 4> kHolidays = {"", "（祝日は休み）", "（祝日は前日）", "（祝日は翌日）"};
  text += kHolidays[static_cast<std::size_t>(rule.on_holiday)];
  text += "、" + (rule.from ? full_date(*rule.from) + "から" : "") + full_date(rule.until) + "まで";
  if (!rule.except.empty()) {
    std::string days;
    for (const Date date : rule.except) days += (days.empty() ? "" : "・") + full_date(date);
    text += "（" + days + "を除く）";
  }
  return text;
}

}  // namespace kairan::broadcasts
