// Garbage-day reminders from the hour somebody chose to the phones: rounds, dispatcher and platform together on a moved clock.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "broadcasts/dispatcher.h"
#include "broadcasts/record_fields.h"
#include "gateway/reminder_rounds.h"
#include "store/broadcast_ledger.h"
#include "tests/broadcasts/service_fixture.h"
#include "tests/gateway/reminder_fixture.h"
#include "tests/support/catch.h"
#include "tests/support/fake_platform.h"

namespace kairan::gateway {
namespace {

using broadcasts::Notice;
using test::CalendarEngine;
using test::HeardStaff;
using test::must;

const Date kDay = test::kCollectionDay;
const Date kEve(std::chrono::year(2026), std::chrono::month(11), std::chrono::day(25));

/// A city with rounds and a dispatcher, driven step by step.
struct SendingFixture : test::ServiceFixture {
  EngineSlot engine{std::make_shared<CalendarEngine>()};
  HeardStaff staff;
  test::FakePlatform platform;
  test::FakePlatform nobody{false};
  store::BroadcastLedger rows{city.client(), city.subscribers().partitions()};
  ReminderRounds rounds{
      {city.client(), city.subscribers(), engine, [this] { return city.schema(); }, service, staff, clock}};
  broadcasts::Dispatcher dispatcher{
      broadcasts::DispatcherParts{
          city.client(), broadcasts, rows, city.subscribers(), composer, {&platform, &nobody}, staff, clock},
      options()};

  static broadcasts::DispatcherOptions options() {
    broadcasts::DispatcherOptions options;
    options.batch.owner = "process";
    options.batch.installation = "test";
    options.batch.first_backoff = std::chrono::milliseconds(1);
    options.batch.max_backoff = std::chrono::milliseconds(2);
    options.batch.idle = std::chrono::milliseconds(0);
    options.rate.per_second = 0;
    return options;
  }

  /// What the gateway does at that time of the clock, by itself.
  void at(Date day, int minute) {
    clock.set(jst_time(day, minute));
    must(rounds.run_once());
    for (int i = 0; i < 6; ++i) {
      dispatcher.keep_once();
      dispatcher.watch_once(false);
      for (int tries = 0; tries < 10 && dispatcher.send_once(); ++tries) {
      }
      dispatcher.sweep();
    }
  }

  std::set<std::string> states() {
    std::set<std::string> all;
    for (const std::string& id : must(broadcasts.list(0, 100))) all.insert(must(broadcasts.read(id))->state);
    return all;
  }
  /// What a resident's phone shows.
  std::vector<std::string> phone(unsigned number) {
    const auto got = platform.got();
    const auto found = got.find(test::City::address(number));
    return found == got.end() ? std::vector<std::string>() : found->second;
  }
};

bool says(const std::vector<std::string>& phone, const std::string& text) {
  return phone.size() == 1 && phone.front().find(text) != std::string::npos;
}

}  // namespace

TEST_CASE_METHOD(SendingFixture,
                 "at the hour they chose residents get one message for all their districts and categories, others none",
                 "[redis]") {
  city.resident(1, {{"district", "nanaura"}, {"garbage_reminder", "evening-18"}});
  city.resident(2, {{"district", "hama"}, {"garbage_reminder", "evening-18"}});
  city.resident(3, {{"district", "hama"}, {"district", "nanaura"}, {"garbage_reminder", "evening-18"}});
  city.resident(4, {{"district", "nanaura"}, {"garbage_reminder", "morning-6"}});
  city.resident(5, {{"district", "nanaura"}, {"garbage_reminder", "off"}});
  city.resident(6, {{"district", "nanaura"}});
  city.resident(7, {{"garbage_reminder", "evening-18"}});
  city.resident(8, {{"district", "kashima"}, {"garbage_reminder", "evening-18"}});
  city.resident(9, {{"district", "hama"}, {"garbage_reminder", "evening-18"}});
  at(kEve, 17 * 60 + 59);
  city.unfollow(test::City::address(9), clock.now());
  CHECK(platform.got().empty());
  at(kEve, 18 * 60);
  CHECK(says(phone(1), "明日11月26日（木）は、燃えるごみの日です。"));
  CHECK(says(phone(2), "明日11月26日（木）は、燃えるごみ・びんの日です。"));
  CHECK(says(phone(3), "・七浦：燃えるごみ\n・浜：燃えるごみ・びん"));
  CHECK(platform.got().size() == 3);
  // Whatever runs again, nobody is told twice.
  at(kEve, 18 * 60 + 1);
  at(kEve, 21 * 60);
  CHECK(platform.got().size() == 3);
  CHECK(says(phone(3), "・七浦：燃えるごみ"));
  at(kDay, 6 * 60);
  CHECK(says(phone(4), "今日11月26日（木）は、燃えるごみの日です。"));
  CHECK(platform.got().size() == 4);
  for (const auto& [address, messages] : platform.got()) CHECK(messages.size() == 1);
  CHECK(states() == std::set<std::string>{"sent"});
  CHECK(staff.heard.empty());
}

TEST_CASE_METHOD(SendingFixture,
                 "a reminder that does not get through before its garbage is collected is not sent afterwards",
                 "[redis]") {
  city.resident(1, {{"district", "nanaura"}, {"garbage_reminder", "evening-18"}});
  platform.set_script([](std::size_t, const std::vector<std::string>&) {
    return test::FakePlatform::Answer{test::FakePlatform::answer(Outcome::kLater, 503), false};
  });
  at(kEve, 17 * 60);
  at(kEve, 18 * 60);
  CHECK(states() == std::set<std::string>{"sending"});
  at(kDay, 7 * 60 + 59);
  CHECK(states() == std::set<std::string>{"sending"});
  platform.set_script({});
  at(kDay, 8 * 60);
  CHECK(states() == std::set<std::string>{"expired"});
  at(kDay, 9 * 60);
  CHECK(platform.got().empty());
  REQUIRE_FALSE(staff.heard.empty());
  CHECK(staff.heard.back().kind == Notice::Kind::kExpired);
}

}  // namespace kairan::gateway
