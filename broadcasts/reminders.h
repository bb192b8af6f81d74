// Garbage-day reminders: the evening before or in the morning, at the hour that each resident chose, one message for all their
// districts and categories. Each reminder is a broadcast that the city published beforehand with its calendar.
//
// Who would read the same is one broadcast: districts with the same categories on a day are one reading, and residents are told
// apart by which readings they have. Who registered no district is not reminded. A reminder expires at the hour of collection.
// Values only where not said otherwise; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/civil_time.h"
#include "base/clock.h"
#include "base/result.h"
#include "store/attributes.h"

namespace kairan::broadcasts {

/// What is collected in one district on one day.
struct Collection {
  std::string district;                 ///< value of the attribute "district"
  std::vector<std::string> categories;  ///< the city's words, in the calendar's order; not empty
  int by_minute = 8 * 60;               ///< put out by this minute of the day
};

inline constexpr std::string_view kReminderAttribute = "garbage_reminder";

/// One choice of the attribute, on one day of collection.
struct ReminderSlot {
  std::string value;  ///< "evening-18", "morning-6": the hour on the day before, or on the day
  Date collection;
  TimePoint at;  ///< when it leaves
  bool operator==(const ReminderSlot&) const = default;
};

/// What leaves in (from, to], ascending, for every declared choice of the form "evening-HOUR" or "morning-HOUR".
std::vector<ReminderSlot> reminder_slots(const store::AttributeSchema& schema, TimePoint from, TimePoint to);

struct Reminder {
  std::string key;       ///< the same for the same slot and group on every machine: BroadcastService::send_routine()
  std::string segment;   ///< JSON
  std::string document;  ///< JSON of document.h
  TimePoint expires{};   ///< when it is collected
};

struct ReminderWords {
  std::string section;  ///< 担当課 of the broadcasts
  bool sample = false;  ///< says 見本 until the city replaces its calendar
};

/// The reminders of one slot: disjoint groups of residents. None when nothing is collected, or when the slot's hour is not
/// before that of the collection.
std::vector<Reminder> reminders_for(const ReminderSlot& slot, const std::vector<Collection>& collections,
                                    const store::AttributeSchema& schema, const ReminderWords& words);

}  // namespace kairan::broadcasts
