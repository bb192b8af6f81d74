#include "gateway/reminder_rounds.h"

#include <map>
#include <set>
#include <string>

#include "broadcasts/record_fields.h"
#include "store/keys.h"
#include "tests/broadcasts/service_fixture.h"
#include "tests/gateway/reminder_fixture.h"
#include "tests/support/catch.h"

namespace kairan::gateway {
namespace {

using broadcasts::Notice;
using test::CalendarEngine;
using test::HeardStaff;
using test::must;
namespace field = broadcasts::field;

Date date(int y, unsigned m, unsigned d) {
  return Date(std::chrono::year(y), std::chrono::month(m), std::chrono::day(d));
}

/// 2026-11-25 (Wednesday) in Japan; the fixture's clock says noon.
struct Fixture : test::ServiceFixture {
  std::shared_ptr<CalendarEngine> calendar = std::make_shared<CalendarEngine>();
  EngineSlot engine{calendar};
  HeardStaff staff;
  broadcasts::StaffService told{broadcasts::ServiceParts{broadcasts, audit, links, frames, composer, ledger, &ledger,
                                                         channel, practice, [this] { return testers; }, &staff, clock,
                                                         "https://city.example.jp"}};
  ReminderRounds rounds{
      {city.client(), city.subscribers(), engine, [this] { return city.schema(); }, told, staff, clock}};

  void at(Date day, int minute) { clock.set(jst_time(day, minute)); }
  /// Who is in each of the broadcasts made, by what they would read; a resident in two would be counted twice.
  std::map<std::string, std::uint64_t> made() {
    std::map<std::string, std::uint64_t> all;
    for (const std::string& id : must(broadcasts.list(0, 100))) {
      const auto record = must(broadcasts.read(id)).value();
      const auto composed = must(composer.compose(record));
      CHECK(record.field(field::kRoutine) == "1");
      const auto document = must(told.view(auditor, id)).document;
      all[document.messages.front().text.at("ja")] += composed.recipients;
    }
    return all;
  }
};

const std::string kNanaura = "明日11月26日（木）は、燃えるごみの日です。朝8時までに出してください。";
const std::string kHama = "明日11月26日（木）は、燃えるごみ・びんの日です。朝8時までに出してください。";
const std::string kBoth =
    "明日11月26日（木）のごみ\n・七浦：燃えるごみ\n・浜：燃えるごみ・びん\n朝8時までに出してください。";

}  // namespace

TEST_CASE_METHOD(Fixture, "each resident is reminded once, at the hour chosen, of what their districts have",
                 "[redis]") {
  city.resident(1, {{"district", "nanaura"}, {"garbage_reminder", "evening-18"}});
  city.resident(2, {{"district", "hama"}, {"garbage_reminder", "evening-18"}});
  city.resident(3, {{"district", "hama"}, {"district", "nanaura"}, {"garbage_reminder", "evening-18"}});
  city.resident(4, {{"district", "nanaura"}, {"garbage_reminder", "morning-6"}});
  city.resident(5, {{"district", "nanaura"}, {"garbage_reminder", "off"}});
  city.resident(6, {{"district", "nanaura"}});
  city.resident(7, {{"garbage_reminder", "evening-18"}});
  city.resident(8, {{"district", "kashima"}, {"garbage_reminder", "evening-18"}});
  CHECK(must(rounds.run_once()) == 0);  // the first look makes the mark alone
  at(date(2026, 11, 25), 18 * 60 - 1);
  CHECK(must(rounds.run_once()) == 0);
  CHECK(made().empty());
  at(date(2026, 11, 25), 18 * 60 + 1);
  CHECK(must(rounds.run_once()) == 3);
  CHECK(made() == std::map<std::string, std::uint64_t>{{kNanaura, 1}, {kHama, 1}, {kBoth, 1}});
  CHECK(must(rounds.run_once()) == 0);
  at(date(2026, 11, 26), 6 * 60);
  CHECK(must(rounds.run_once()) == 1);
  CHECK(made().at("今日11月26日（木）は、燃えるごみの日です。朝8時までに出してください。") == 1);
  CHECK(must(broadcasts.count()) == 4);
  // Nothing goes wrong, so staff hear nothing.
  CHECK(staff.heard.empty());
}

TEST_CASE_METHOD(Fixture, "a reminder is live, expires when its garbage is collected, and leaves at its hour",
                 "[redis]") {
  city.resident(1, {{"district", "nanaura"}, {"garbage_reminder", "evening-18"}});
  must(rounds.run_once());
  at(date(2026, 11, 25), 18 * 60 + 2);
  REQUIRE(must(rounds.run_once()) == 1);
  const auto record = must(broadcasts.read(must(broadcasts.list(0, 1)).front())).value();
  CHECK(record.state == "scheduled");
  CHECK(record.field(field::kKind) == "live");
  CHECK(record.field(field::kSection) == "環境下水道課");
  CHECK(record.field(field::kExpires) == std::to_string(to_unix_ms(jst_time(date(2026, 11, 26), 480))));
  CHECK(record.due == jst_time(date(2026, 11, 25), 18 * 60));
}

TEST_CASE_METHOD(Fixture, "a mark that is lost or set back makes no reminder twice", "[redis]") {
  city.resident(1, {{"district", "nanaura"}, {"garbage_reminder", "evening-18"}});
  must(rounds.run_once());
  const std::string before = must(city.client().command({"GET", store::keys::reminders()})).text;
  at(date(2026, 11, 25), 18 * 60);
  REQUIRE(must(rounds.run_once()) == 1);
  must(city.client().command({"SET", store::keys::reminders(), before}));
  CHECK(must(rounds.run_once()) == 1);  // found made
  CHECK(must(broadcasts.count()) == 1);
  // A clock that jumped ahead and back.
  must(city.client().command(
      {"SET", store::keys::reminders(), std::to_string(to_unix_ms(clock.now() + std::chrono::hours(500)))}));
  CHECK(must(rounds.run_once()) == 0);
  at(date(2026, 11, 25), 18 * 60 + 5);
  CHECK(must(rounds.run_once()) == 0);
  CHECK(must(broadcasts.count()) == 1);
}

TEST_CASE_METHOD(Fixture, "whichever store call fails, the next round makes what is missing, once", "[redis]") {
  city.resident(1, {{"district", "nanaura"}, {"garbage_reminder", "evening-18"}});
  city.resident(2, {{"district", "hama"}, {"garbage_reminder", "evening-18"}});
  bool all_done = false;
  for (int fails = 0; !all_done && fails < 200; ++fails) {
    city.client().set_fault({});
    city.client().set_lost_reply({});
    city.redis().flush();
    city.resident(1, {{"district", "nanaura"}, {"garbage_reminder", "evening-18"}});
    city.resident(2, {{"district", "hama"}, {"garbage_reminder", "evening-18"}});
    at(date(2026, 11, 25), 17 * 60);
    must(rounds.run_once());
    at(date(2026, 11, 25), 18 * 60);
    int calls = 0;
    city.client().set_fault([&](std::uint64_t) { return calls++ != fails; });
    const auto first = rounds.run_once();
    city.client().set_fault({});
    all_done = calls <= fails;
    if (!first) must(rounds.run_once());
    CAPTURE(fails);
    CHECK(must(broadcasts.count()) == 2);
    for (const std::string& id : must(broadcasts.list(0, 10))) CHECK(must(broadcasts.read(id))->state == "scheduled");
  }
  CHECK(all_done);
}

TEST_CASE_METHOD(Fixture,
                 "after a long stop a reminder is due at its own time, and one that is too late is told, not sent",
                 "[redis]") {
  city.resident(1, {{"district", "nanaura"}, {"garbage_reminder", "evening-18"}});
  must(rounds.run_once());
  at(date(2026, 11, 25), 21 * 60);  // three hours late: the dispatcher holds what is due so long ago
  REQUIRE(must(rounds.run_once()) == 1);
  CHECK(must(broadcasts.read(must(broadcasts.list(0, 1)).front()))->due == jst_time(date(2026, 11, 25), 18 * 60));
  calendar->day = date(2026, 11, 27);
  at(date(2026, 11, 27), 9 * 60);  // collected an hour ago
  CHECK(must(rounds.run_once()) == 0);
  CHECK(must(broadcasts.count()) == 1);
  REQUIRE(staff.heard.size() == 1);
  CHECK(staff.heard[0].kind == Notice::Kind::kLate);
  CHECK(staff.heard[0].reason.find("11月27日") != std::string::npos);
}

}  // namespace kairan::gateway
