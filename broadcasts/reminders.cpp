#include "broadcasts/reminders.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/localized.h"
#include "broadcasts/joined.h"
#include "store/attribute_names.h"

namespace kairan::broadcasts {
namespace {

using nlohmann::json;

constexpr std::string_view kEvening = "evening-", kMorning = "morning-";
/// With more readings on one day, residents who have several are not told apart further: they read all of them.
constexpr std::size_t kMostReadings = 5;

struct Choice {
  bool evening = false;
  int hour = 0;
};

std::optional<Choice> choice_of(std::string_view value) {
  Choice choice;
  choice.evening = value.substr(0, kEvening.size()) == kEvening;
  if (!choice.evening && value.substr(0, kMorning.size()) != kMorning) return std::nullopt;
  value.remove_prefix(choice.evening ? kEvening.size() : kMorning.size());
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), choice.hour);
  const bool hour = error == std::errc() && end == value.data() + value.size() && choice.hour >= 0 && choice.hour < 24;
  return hour ? std::optional<Choice>(choice) : std::nullopt;
}

/// Districts in which the same is collected by the same time.
struct Reading {
  std::vector<std::string> districts;
  std::vector<std::string> categories;
  int by_minute = 0;
};

std::vector<Reading> readings_of(const std::vector<Collection>& collections) {
  std::vector<Reading> readings;
  for (const Collection& one : collections) {
    if (one.categories.empty()) continue;
    const auto same = std::find_if(readings.begin(), readings.end(), [&](const Reading& reading) {
      return reading.categories == one.categories && reading.by_minute == one.by_minute;
    });
    if (same == readings.end()) {
      readings.push_back({{one.district}, one.categories, one.by_minute});
    } else {
      same->districts.push_back(one.district);
    }
  }
  return readings;
}

json rule(std::string_view field, std::string_view op, const json& value) {
  return {{"field", field}, {"operator", op}, {"value", value}};
}

/// Those who have exactly the readings `chosen` (one bit each).
json exactly(const std::vector<Reading>& readings, unsigned chosen) {
  json rules = json::array();
  for (std::size_t i = 0; i < readings.size(); ++i) {
    rules.push_back(rule(store::kDistrictAttribute, (chosen >> i & 1U) != 0 ? "in" : "notIn", readings[i].districts));
  }
  return {{"combinator", "and"}, {"rules", rules}};
}

/// Those who have two readings or more.
json several(const std::vector<Reading>& readings) {
  std::vector<std::string> all;
  json single = json::array();
  for (std::size_t i = 0; i < readings.size(); ++i) {
    all.insert(all.end(), readings[i].districts.begin(), readings[i].districts.end());
    // Has this one and none of the others; a group over all readings would be long without end.
    std::vector<std::string> others;
    for (std::size_t k = 0; k < readings.size(); ++k) {
      if (k != i) others.insert(others.end(), readings[k].districts.begin(), readings[k].districts.end());
    }
    single.push_back({{"combinator", "and"},
                      {"rules", json::array({rule(store::kDistrictAttribute, "in", readings[i].districts),
                                             rule(store::kDistrictAttribute, "notIn", others)})}});
  }
  return {{"combinator", "and"},
          {"rules", json::array({rule(store::kDistrictAttribute, "in", all),
                                 json{{"combinator", "or"}, {"not", true}, {"rules", single}}})}};
}

/// 8時, 8時30分 / 8時（じ） / 8:00.
std::string hour_ja(int minute) {
  return std::to_string(minute / 60) + "時" + (minute % 60 == 0 ? "" : std::to_string(minute % 60) + "分");
}
std::string hour_easy(int minute) {
  return std::to_string(minute / 60) + "時（じ）" +
         (minute % 60 == 0 ? "" : std::to_string(minute % 60) + "分（ふん）");
}
std::string hour_en(int minute) {
  return std::to_string(minute / 60) + ":" + (minute % 60 < 10 ? "0" : "") + std::to_string(minute % 60);
}

std::string date_en(Date date) {
  constexpr std::array<const char*, 12> kMonths = {"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
  constexpr std::array<const char*, 7> kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                "Thursday", "Friday", "Saturday"};
  return std::string(kDays[weekday_of(date)]) + ", " + kMonths[static_cast<unsigned>(date.month()) - 1] + " " +
         std::to_string(static_cast<unsigned>(date.day()));
}
std::string date_easy(Date date) {
  return std::to_string(static_cast<unsigned>(date.month())) + "/" + std::to_string(static_cast<unsigned>(date.day())) +
         " " + std::string(weekday_ja(weekday_of(date))) + "（" +
         std::array<const char*, 7>{"にち", "げつ", "か", "すい", "もく", "きん", "ど"}[weekday_of(date)] + "）";
}

class ReminderMessage {
 public:
  ReminderMessage(const ReminderSlot& slot, const store::AttributeSchema& schema, bool evening, const ReminderWords& words)
      : slot_(slot), districts_(schema.find(store::kDistrictAttribute)), evening_(evening), words_(words) {}

  Localized text(const std::vector<Reading>& readings) const {
    const int by = readings.front().by_minute;
    const bool same_hour =
        std::all_of(readings.begin(), readings.end(), [&](const Reading& r) { return r.by_minute == by; });
    const std::string sample = words_.sample ? "（見本）" : "";
    Localized text;
    const std::string day = (evening_ ? "明日" : "今日") + format_ja(slot_.collection);
    const std::string day_easy = (evening_ ? "あした（" : "きょう（") + date_easy(slot_.collection) + "）";
    const std::string day_en = (evening_ ? "Tomorrow, " : "Today, ") + date_en(slot_.collection);
    if (readings.size() == 1) {
      text["ja"] = day + "は、" + joined(readings[0].categories, "・") + "の日です。";
      text["ja-easy"] = day_easy + "は 「" + joined(readings[0].categories, "」「") + "」の 日（ひ）です。";
      text["en"] = day_en + ": collection of " + joined(readings[0].categories, ", ") + ".";
    } else {
      text["ja"] = day + "のごみ\n" + lines(readings, "ja", same_hour);
      text["ja-easy"] = day_easy + "の ごみ\n" + lines(readings, "ja-easy", same_hour);
      text["en"] = day_en + ": collection\n" + lines(readings, "en", same_hour);
    }
    if (same_hour) {
      const bool morning = by < 11 * 60;
      text["ja"] += (readings.size() == 1 ? "" : "\n") + std::string(morning ? "朝" : "") + hour_ja(by) +
                    "までに出してください。";
      text["ja-easy"] += (readings.size() == 1 ? " " : "\n") + std::string(morning ? "朝（あさ） " : "") +
                         hour_easy(by) + "までに 出（だ）してください。";
      text["en"] += (readings.size() == 1 ? " " : "\n") + std::string("Please put it out by ") + hour_en(by) + ".";
    }
    for (auto& [language, words] : text) words += language == "en" && words_.sample ? " (sample)" : sample;
    return text;
  }

 private:
  std::string lines(const std::vector<Reading>& readings, const std::string& language, bool same_hour) const {
    std::vector<std::string> lines;
    for (const Reading& reading : readings) {
      std::vector<std::string> names;
      for (const std::string& id : reading.districts) {
        const store::AttributeValue* const value = districts_ == nullptr ? nullptr : districts_->find(id);
        names.push_back(value == nullptr ? id : pick(value->label, language));
      }
      const std::string hour = language == "en"        ? " (by " + hour_en(reading.by_minute) + ")"
                               : language == "ja-easy" ? "（" + hour_easy(reading.by_minute) + "までに）"
                                                       : "（" + hour_ja(reading.by_minute) + "までに）";
      lines.push_back("・" + joined(names, language == "en" ? ", " : "、") + (language == "en" ? ": " : "：") +
                      joined(reading.categories, language == "en" ? ", " : "・") + (same_hour ? "" : hour));
    }
    return joined(lines, "\n");
  }

  const ReminderSlot& slot_;
  const store::Attribute* const districts_;
  const bool evening_;
  const ReminderWords& words_;
};

}  // namespace

std::vector<ReminderSlot> reminder_slots(const store::AttributeSchema& schema, TimePoint from, TimePoint to) {
  std::vector<ReminderSlot> slots;
  const store::Attribute* const attribute = schema.find(kReminderAttribute);
  if (attribute == nullptr || to <= from) return slots;
  for (Date day = jst_date(from); day <= jst_date(to); day = add_days(day, 1)) {
    for (const store::AttributeValue& value : attribute->values) {
      const auto choice = choice_of(value.id);
      if (!choice) continue;
      const TimePoint at = jst_time(day, choice->hour * 60);
      if (at > from && at <= to) slots.push_back({value.id, choice->evening ? add_days(day, 1) : day, at});
    }
  }
  std::stable_sort(slots.begin(), slots.end(),
                   [](const ReminderSlot& a, const ReminderSlot& b) { return a.at < b.at; });
  return slots;
}

std::vector<Reminder> reminders_for(const ReminderSlot& slot, const std::vector<Collection>& collections,
                                    const store::AttributeSchema& schema, const ReminderWords& words) {
  std::vector<Reminder> reminders;
  const auto choice = choice_of(slot.value);
  std::vector<Collection> coming;
  for (const Collection& one : collections) {
    if (slot.at < jst_time(slot.collection, one.by_minute)) coming.push_back(one);
  }
  const std::vector<Reading> readings = readings_of(coming);
  if (!choice || readings.empty()) return reminders;
  const ReminderMessage message(slot, schema, choice->evening, words);

  const auto add = [&](const std::vector<Reading>& read, const json& who, const std::string& group) {
    int expires = 0;
    for (const Reading& reading : read) expires = std::max(expires, reading.by_minute);
    Reminder made;
    made.expires = jst_time(slot.collection, expires);
    made.key = "garbage|" + format_iso(slot.collection) + "|" + slot.value + "|" + group;
    const json segment = {{"combinator", "and"},
                          {"rules", json::array({rule(kReminderAttribute, "=", slot.value), who})}};
    made.segment = dump_json(segment);
    const json document = {{"title", "ごみの日のお知らせ " + format_ja(slot.collection)},
                           {"kind", "live"},
                           {"priority", "scheduled"},
                           {"section", words.section},
                           {"segment", segment},
                           {"messages", json::array({json{{"type", "text"}, {"text", message.text(read)}}})},
                           {"expires", format_utc(made.expires)}};
    made.document = dump_json(document);
    reminders.push_back(std::move(made));
  };

  if (readings.size() > kMostReadings) {
    for (std::size_t i = 0; i < readings.size(); ++i) {
      std::vector<std::string> others;
      for (std::size_t k = 0; k < readings.size(); ++k) {
        if (k != i) others.insert(others.end(), readings[k].districts.begin(), readings[k].districts.end());
      }
      add({readings[i]},
          {{"combinator", "and"},
           {"rules", json::array({rule(store::kDistrictAttribute, "in", readings[i].districts),
                                  rule(store::kDistrictAttribute, "notIn", others)})}},
          joined(readings[i].districts, "+"));
    }
    add(readings, several(readings), "several");
    return reminders;
  }
  for (unsigned chosen = 1; chosen < 1U << readings.size(); ++chosen) {
    std::vector<Reading> read;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < readings.size(); ++i) {
      if ((chosen >> i & 1U) == 0) continue;
      read.push_back(readings[i]);
      names.push_back(joined(readings[i].districts, "+"));
    }
    add(read, exactly(readings, chosen), joined(names, "&"));
  }
  return reminders;
}

}  // namespace kairan::broadcasts
