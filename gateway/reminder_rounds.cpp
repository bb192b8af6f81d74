#include "gateway/reminder_rounds.h"

#include <algorithm>
#include <utility>

#include "base/civil_time.h"
#include "base/log.h"
#include "broadcasts/segment.h"
#include "store/keys.h"
#include "store/stored_number.h"

namespace kairan::gateway {
namespace {

using broadcasts::Notice;

/// What came due before this is over whatever the choice: the garbage of the next morning has been collected.
constexpr std::chrono::hours kFarthestBack{48};
constexpr const char* kSource = "garbage_calendar.csv";
constexpr const char* kNoSection = "ごみ担当";

std::vector<broadcasts::Collection> collections_of(const intents::CollectionPlan& plan) {
  std::vector<broadcasts::Collection> all;
  all.reserve(plan.districts.size());
  for (const intents::DistrictCollection& one : plan.districts) all.push_back({one.district, one.categories, one.by_minute});
  return all;
}

}  // namespace

Status ReminderRounds::set_mark(TimePoint at) {
  const auto set = p_.redis.command({"SET", store::keys::reminders(), store::time_field(at)});
  return set ? Status() : Status(set.error());
}

Result<std::size_t> ReminderRounds::run_once() {
  const TimePoint now = p_.clock.now();
  const auto stored = p_.redis.command({"GET", store::keys::reminders()});
  if (!stored) return stored.error();
  const auto mark = stored->is_nil() ? std::nullopt : store::stored_time(stored->text);
  // The first start, or a clock that was set back: what is made anew then is what was made before, by its id.
  if (!mark || *mark > now) {
    if (const Status set = set_mark(now); !set) return set.error();
    return std::size_t{0};
  }
  const auto schema = p_.schema();
  std::size_t made = 0;
  const auto slots = broadcasts::reminder_slots(*schema, std::max(*mark, now - kFarthestBack), now);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto some = make(slots[i], *schema);
    if (!some) return some.error();
    made += *some;
    const bool last_of_its_time = i + 1 == slots.size() || slots[i + 1].at != slots[i].at;
    if (!last_of_its_time) continue;
    if (const Status set = set_mark(slots[i].at); !set) return set.error();
  }
  return made;
}

Result<std::size_t> ReminderRounds::make(const broadcasts::ReminderSlot& slot, const store::AttributeSchema& schema) {
  const TimePoint now = p_.clock.now();
  const intents::CollectionPlan plan = p_.engine.get()->collections(slot.collection);
  for (const std::string& district : plan.unclear) {
    log::warn("reminder.areas_differ", {{"district", district}, {"date", format_iso(slot.collection)}});
  }
  const broadcasts::ReminderWords words{plan.section.empty() ? kNoSection : plan.section, plan.sample};
  std::size_t made = 0;
  bool missed = false;
  for (const broadcasts::Reminder& reminder :
       broadcasts::reminders_for(slot, collections_of(plan), schema, words)) {
    const auto segment = broadcasts::parse_segment(reminder.segment, schema);
    if (!segment) return Error{ErrorCode::kInternal, reminder.key + ": " + segment.error().detail};
    const auto people = reader_.count(*segment, jst_date(now));
    if (!people) return people.error();
    if (*people == 0) continue;  // an empty broadcast tells nobody anything, staff least
    if (reminder.expires <= now) {
      missed = true;
      continue;
    }
    std::vector<broadcasts::Problem> problems;
    const auto sent = p_.service.send_routine(kSource, reminder.document, reminder.key, slot.at, problems);
    if (sent) {
      ++made;
      continue;
    }
    if (sent.error().code == ErrorCode::kUnavailable || sent.error().code == ErrorCode::kTimeout) return sent.error();
    // Refused for what it says: it would be refused again, and the others must not wait for it.
    log::error("reminder.refused", {{"key", reminder.key}, {"reason", sent.error().detail}});
    p_.staff.tell({Notice::Kind::kFailed, std::string(kRemindersNotice),
                   format_ja(slot.collection) + "のごみの日のお知らせを作れませんでした。" + sent.error().detail});
  }
  if (missed) {
    p_.staff.tell({Notice::Kind::kLate, std::string(kRemindersNotice),
                   format_ja(slot.collection) + "のごみの日のお知らせ（" + format_jst(slot.at) +
                       "の分）は、システムが止まっていて、収集の時刻を過ぎたため送りませんでした。"});
  }
  if (made > 0)
    log::info("reminder.made", {{"slot", slot.value}, {"date", format_iso(slot.collection)}, {"broadcasts", made}});
  return made;
}

}  // namespace kairan::gateway
