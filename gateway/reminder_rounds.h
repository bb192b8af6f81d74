// Reminders of garbage days: joins the calendar of the content with the broadcasts that remind. Looks every few seconds; a mark in
// the store says until when reminders have been made, so that none is left out while nobody looks, and a broadcast's id follows
// from its day, hour and group, so that none is made twice.
//
// A reminder whose hour was missed by more than a quarter of an hour is held for a person, as every broadcast is; one whose garbage
// is collected already is not made, and staff are told. The first start on a store makes nothing for the time before it.
// Threads: run_once() from one at a time; several processes may do it.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "broadcasts/composer.h"
#include "broadcasts/reminders.h"
#include "broadcasts/segment_reader.h"
#include "broadcasts/service.h"
#include "broadcasts/staff_notice.h"
#include "gateway/router.h"
#include "store/redis_client.h"
#include "store/subscribers.h"

namespace kairan::gateway {

struct ReminderRoundParts {
  store::RedisClient& redis;
  store::Subscribers& subscribers;
  const EngineSlot& engine;
  broadcasts::SchemaSource schema;
  broadcasts::BroadcastService& service;
  broadcasts::StaffNotice& staff;
  const Clock& clock;
};

class ReminderRounds {
 public:
  explicit ReminderRounds(ReminderRoundParts parts) : p_(std::move(parts)), reader_(p_.subscribers, nullptr) {}

  /// Makes what has come due since the mark. An error leaves the mark before what was not made: the next round makes it.
  /// @return how many broadcasts were made or found made
  Result<std::size_t> run_once();

 private:
  Result<std::size_t> make(const broadcasts::ReminderSlot& slot, const store::AttributeSchema& schema);
  Status set_mark(TimePoint at);

  ReminderRoundParts p_;
  broadcasts::SegmentReader reader_;
};

/// In the place of a broadcast's id: something about reminders as a whole.
inline constexpr std::string_view kRemindersNotice = "reminders";

}  // namespace kairan::gateway
