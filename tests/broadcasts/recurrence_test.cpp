#include "broadcasts/recurrence.h"

#include <chrono>

#include "tests/broadcasts/service_fixture.h"
#include "tests/support/catch.h"
#include "tests/support/test_redis.h"

namespace kairan::broadcasts {
namespace {

using test::must;
using test::ServiceFixture;

struct Fixture : ServiceFixture {
  Recurrence recurrence{broadcasts, audit, links, {}};

  /// Approved and scheduled at 12:00 of 2026-11-25: every day at 18:00 until the 27th.
  std::string daily() {
    const std::string id =
        approved(doc("毎日です", R"("schedule":{"repeat":"daily","time":"18:00","until":"2026-11-27"})"));
    REQUIRE(must(move(approver, id, Action::kSchedule)) == State::kScheduled);
    return id;
  }
  Recurrence::Made run_at(unsigned day, int minute_of_day) {
    clock.set(jst_time(Date(std::chrono::year(2026), std::chrono::month(11), std::chrono::day(day)), minute_of_day));
    return must(recurrence.run(clock.now()));
  }
  std::vector<store::BroadcastRecord> occurrences(const std::string& rule) {
    std::vector<store::BroadcastRecord> found;
    for (const std::string& id : must(broadcasts.list(0, 50))) {
      const auto record = must(broadcasts.read(id)).value();
      if (record.field(field::kRuleId) == rule) found.push_back(record);
    }
    return found;
  }
};

}  // namespace

TEST_CASE("a recurring broadcast makes each occurrence once, under its approval", "[redis]") {
  Fixture f;
  const std::string id = f.daily();
  CHECK(f.run_at(25, 18 * 60 - 1).scheduled == 0);
  CHECK(f.run_at(25, 18 * 60).scheduled == 1);
  CHECK(f.run_at(25, 18 * 60 + 1).scheduled == 0);
  const auto made = f.occurrences(id);
  REQUIRE(made.size() == 1);
  CHECK(made[0].state == "scheduled");
  CHECK(made[0].due == jst_time(*parse_date("2026-11-25"), 18 * 60));
  CHECK(made[0].field(field::kApprover) == "approver1");
  // What is sent is what was approved.
  CHECK(f.composer.compose(made[0]).ok());
  CHECK(f.run_at(26, 18 * 60 + 3).scheduled == 1);
  CHECK(f.state(id) == State::kScheduled);
  const auto last = f.run_at(27, 18 * 60);
  CHECK(last.scheduled == 1);
  CHECK(last.ended == 1);
  CHECK(f.occurrences(id).size() == 3);
  CHECK(f.state(id) == State::kExpired);
  CHECK(f.run_at(28, 18 * 60).scheduled == 0);
}

TEST_CASE("occurrences missed by more than 15 minutes are held, with the reason", "[redis]") {
  Fixture f;
  const std::string id = f.daily();
  const auto made = f.run_at(26, 18 * 60 + 10);
  CHECK(made.held == 1);
  CHECK(made.scheduled == 1);
  int held = 0;
  for (const auto& record : f.occurrences(id)) {
    if (record.state != "held") continue;
    ++held;
    CHECK(record.field(field::kReason).find("15分") != std::string_view::npos);
    CHECK_FALSE(record.due.has_value());
  }
  CHECK(held == 1);
}

TEST_CASE("a look that breaks off anywhere is made good by the next, once", "[redis]") {
  for (std::uint64_t broken = 0; broken < 12; ++broken) {
    Fixture f;
    const std::string id = f.daily();
    f.clock.set(jst_time(*parse_date("2026-11-25"), 18 * 60));
    std::uint64_t calls = 0;
    f.city.client().set_fault([&](std::uint64_t) { return calls++ != broken; });
    (void)f.recurrence.run(f.clock.now());
    f.city.client().set_fault({});
    must(f.recurrence.run(f.clock.now()));
    must(f.recurrence.run(f.clock.now()));
    const auto made = f.occurrences(id);
    CAPTURE(broken);
    REQUIRE(made.size() == 1);
    CHECK(made[0].state == "scheduled");
    CHECK(made[0].due.has_value());
  }
}

TEST_CASE("a stopped rule makes nothing, and the rule itself is never sent", "[redis]") {
  Fixture f;
  const std::string id = f.daily();
  CHECK(f.composer.compose(must(f.broadcasts.read(id)).value()).error().code == ErrorCode::kInvalid);
  must(f.move(f.approver, id, Action::kStop, "やめます"));
  CHECK(f.run_at(25, 18 * 60).scheduled == 0);
  CHECK(f.occurrences(id).empty());
}

}  // namespace kairan::broadcasts
