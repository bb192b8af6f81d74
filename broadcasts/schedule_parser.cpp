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
      problem("", "繰り返しは {\"repeat\",\"time\",\"until\"} の形で書いてください。");
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
      numbers(value, "nth", 5, "第何週かを 1〜5 か \"last\"（最終）で書いてください。", rule.nth);
    } else if (repeat == "monthly") {
      rule.repeat = Repeat::kMonthlyDays;
      known.push_back("days");
      numbers(value, "days", 31, "日を 1〜31 か \"last\"（月末）で書いてください。", rule.days);
    } else if (repeat != "daily") {
      problem("repeat", in_quotes(repeat) + " という繰り返しはありません。daily、weekly、monthly から選んでください。");
      return std::nullopt;
    }
    for (auto it = value.begin(); it != value.end(); ++it) {
      if (std::find(known.begin(), known.end(), it.key()) != known.end()) continue;
      problem(shorten_utf16(escape_for_log(it.key()), 40), "この繰り返しでは使えない指定です。");
    }
    time(value, rule);
    dates(value, rule);
    holidays(value, rule);
    if (problems_.size() != before) return std::nullopt;
    return rule;
  }

 private:
  void problem(const std::string& key, std::string message) {
    const std::string path = key.empty() ? path_ : path_.empty() ? key : path_ + "." + key;
    problems_.push_back({path, std::move(message), false});
  }

  void weekdays(const json& value, ScheduleRule& rule) {
    const json* const list = json_member(value, "weekdays");
    if (list == nullptr || !list->is_array() || list->empty()) {
      problem("weekdays", "曜日を [\"mon\",\"thu\"] のように書いてください。");
      return;
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
      const auto found =
          std::find_if(kWeekdays.begin(), kWeekdays.end(), [&](const char* name) { return (*list)[i] == name; });
      if (found == kWeekdays.end()) {
        problem("weekdays[" + std::to_string(i) + "]", "曜日は sun mon tue wed thu fri sat で書いてください。");
        return;
      }
      rule.weekdays.insert(static_cast<unsigned>(found - kWeekdays.begin()));
    }
  }

  void numbers(const json& value, const std::string& key, int most, const char* message, std::set<int>& into) {
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
      problem("every", "何週ごとかを 1〜" + std::to_string(kMostWeeks) + " で書いてください。");
      return;
    }
    rule.every = weeks->get<int>();
    const json* const from = json_member(value, "from");
    if (rule.every > 1 && (from == nullptr || from->is_null())) {
      problem("from", "何週ごとの繰り返しには、数え始める日 from を書いてください。");
    }
  }

  void time(const json& value, ScheduleRule& rule) {
    const std::string text = json_text(value, "time");
    int hour = 0, minute = 0, length = 0;
    if (text.size() > 5 || std::sscanf(text.c_str(), "%2d:%2d%n", &hour, &minute, &length) != 2 ||
        static_cast<std::size_t>(length) != text.size() || hour < 0 || hour > 23 || minute < 0 || minute > 59) {
      problem("time", "時刻を 18:00 のように書いてください。");
      return;
    }
    rule.minute_of_day = hour * 60 + minute;
  }

  std::optional<Date> date(const json& item, const std::string& key) {
    const auto read = item.is_string() ? parse_date(item.get_ref<const std::string&>()) : std::nullopt;
    if (!read) problem(key, "日付を 2027-03-31 のように書いてください。");
    return read;
  }

  void dates(const json& value, ScheduleRule& rule) {
    if (const json* const from = json_member(value, "from"); from != nullptr && !from->is_null()) {
      rule.from = date(*from, "from");
    }
    const json* const until = json_member(value, "until");
    if (until == nullptr || until->is_null()) {
      problem("until", "繰り返しには終わりの日 until が必要です。1年以内の日付を書いてください。");
    } else if (const auto read = date(*until, "until")) {
      rule.until = *read;
      if (rule.from && *rule.from > rule.until) problem("until", "終わりの日が始まりの日より前です。");
    }
    const json* const except = json_member(value, "except");
    if (except == nullptr || except->is_null()) return;
    if (!except->is_array() || except->size() > kMostExcept) {
      problem("except", "配信しない日を日付の並びで、" + std::to_string(kMostExcept) + "日まで書いてください。");
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
              "祝日の扱いは send（配信する）、skip（休む）、before（前日）、after（翌日）から選んでください。");
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
  if (!rule) return Error{ErrorCode::kInvalid, problems[before].path + ": " + problems[before].message};
  return std::move(*rule);
}

Result<ScheduleRule> parse_schedule_text(std::string_view text, const std::string& path,
                                         std::vector<Problem>& problems) {
  const auto value = parse_json(text, {64 * 1024, 8});
  if (value) return parse_schedule(*value, path, problems);
  problems.push_back({path, "繰り返しの指定が JSON として読めません。", false});
  return Error{value.error().code, problems.back().message};
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
    problems.push_back({at("until"), "終わりの日（" + full_date(rule.until) + "）が過ぎています。", false});
    return;
  }
  const Date start = rule.from && *rule.from > today ? *rule.from : today;
  const Date year_later = Date(start.year() + std::chrono::years(1), start.month(), start.day());
  if (rule.until > (year_later.ok() ? year_later : add_days(start, 365))) {
    problems.push_back(
        {at("until"), "終わりの日は1年以内にしてください。長く続ける配信は、1年ごとに承認し直します。", false});
    return;
  }
  if (next_occurrences(rule, holidays, now, 1).empty()) {
    problems.push_back({path, "この期間に配信日が1日もありません。曜日・日・終わりの日を見直してください。", false});
  }
  if (rule.on_holiday != OnHoliday::kSend && !holidays.covers(rule.until.year())) {
    problems.push_back({at("holidays"),
                        std::to_string(static_cast<int>(rule.until.year())) +
                            "年の祝日が holidays.csv にありません。その年の祝日は平日として扱われます。",
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
