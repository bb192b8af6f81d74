// The whole path of an event with one round trip after the other failing: before it was sent, after it was done, and
// with the server killed in between.
#include <random>
#include <thread>

#include "store/inbox.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::store;
using kairan::test::FakeClock;
using kairan::test::must;
using kairan::test::TestRedis;

namespace {

constexpr milliseconds kLimit{2000};
constexpr milliseconds kTtl{60000};

/// What a process does with one event, as far as it can; false when a step failed. Everything it knows is in the store.
class Process {
 public:
  Process(Inbox& inbox, std::string owner) : inbox_(inbox), owner_(std::move(owner)) {}

  bool take_in(const NewEvent& event, TimePoint now) {
    const auto taken = inbox_.append(std::span(&event, 1), now, kLimit);
    if (taken && taken->at(0) == Taken::kNew) ++new_;
    return static_cast<bool>(taken);
  }

  bool run(Partition p) {
    const auto leases = inbox_.acquire(std::span(&p, 1), owner_, kTtl);
    if (!leases || !leases->at(0)) return false;
    const Lease lease = *leases->at(0);
    const auto events = inbox_.read(p, "0", 10);
    if (!events) return false;
    for (const StoredEvent& event : *events) {
      if (!inbox_.commit(lease, {event.position, {}, "reply to " + event.id, "answered"})) return false;
    }
    const auto waiting = inbox_.outbox(lease);
    if (!waiting) return false;
    for (const OutboxRecord& record : *waiting) {
      if (record.stage == ReplyStage::kReady && !inbox_.begin_try(lease, record.position, ReplyStage::kReplying)) {
        return false;
      }
      sent_.push_back(record.body);  // the platform answers the same token once, so a repeat is harmless
      if (!inbox_.finish(lease, record.position, "replied")) return false;
    }
    return true;
  }

  int times_new() const { return new_; }
  const std::vector<std::string>& sent() const { return sent_; }

 private:
  Inbox& inbox_;
  std::string owner_;
  int new_ = 0;
  std::vector<std::string> sent_;
};

void check_exactly_once(Inbox& inbox, const Process& process) {
  const auto figures = must(inbox.figures());
  CHECK(figures.waiting == 0);
  CHECK(figures.unsent == 0);
  CHECK(figures.dead == 0);
  CHECK(figures.outcomes == std::map<std::string, std::uint64_t>{{"answered", 1}, {"replied", 1}});
  CHECK(process.times_new() <= 1);
  CHECK_FALSE(process.sent().empty());
  for (const std::string& body : process.sent()) CHECK(body == "reply to e");
}

}  // namespace

TEST_CASE("whichever round trip fails, before or after it was done, an event is processed exactly once") {
  TestRedis redis;
  FakeClock clock;
  Inbox inbox(redis.client(), 4);
  const NewEvent event{1, "e", "line", "body", clock.now()};
  {
    // Loads the scripts, so that every later run has the same round trips.
    Process process(inbox, "a");
    REQUIRE(process.take_in(event, clock.now()));
    REQUIRE(process.run(1));
    redis.flush();
  }
  std::uint64_t trips = 0;
  {
    redis.client().set_fault([&](std::uint64_t) { return ++trips > 0; });
    Process process(inbox, "a");
    REQUIRE(process.take_in(event, clock.now()));
    REQUIRE(process.run(1));
    redis.client().set_fault(nullptr);
    check_exactly_once(inbox, process);
  }
  REQUIRE(trips == 7);
  for (const bool done_before_it_fails : {false, true}) {
    for (std::uint64_t n = 0; n < trips; ++n) {
      CAPTURE(done_before_it_fails, n);
      redis.flush();
      if (done_before_it_fails) {
        redis.client().set_lost_reply([n](std::uint64_t call) { return call == n; });
      } else {
        redis.client().set_fault([n](std::uint64_t call) { return call != n; });
      }
      Process process(inbox, "a");
      int failures = 0;
      while (!process.take_in(event, clock.now())) ++failures;
      while (!process.run(1)) ++failures;
      CHECK(failures == 1);
      redis.client().set_fault(nullptr);
      redis.client().set_lost_reply(nullptr);
      REQUIRE(process.run(1));
      check_exactly_once(inbox, process);
    }
  }
}

TEST_CASE("twenty kills of the server between the steps lose no acknowledged event and answer none twice") {
  TestRedis redis;
  FakeClock clock;
  Inbox inbox(redis.client(), 4);
  std::mt19937 random(7);
  int acknowledged = 0;
  int counted = 0;
  for (int round = 0; round < 20; ++round) {
    const std::uint64_t fatal = random() % 9;
    redis.client().set_fault([&](std::uint64_t call) {
      if (call == fatal) redis.kill_server();
      return true;
    });
    Process process(inbox, "a");
    const NewEvent event{static_cast<Partition>(round % 4), "e" + std::to_string(round), "line", "body", clock.now()};
    // A sender repeats what was not acknowledged, as the platform does.
    REQUIRE(TestRedis::until_ok([&] { return process.take_in(event, clock.now()); }));
    ++acknowledged;
    REQUIRE(TestRedis::until_ok([&] { return process.run(event.partition); }));
    redis.client().set_fault(nullptr);
    const std::string reply = "reply to " + event.id;
    for (const std::string& body : process.sent()) counted += body == reply ? 0 : 1000;
    REQUIRE_FALSE(process.sent().empty());
  }
  const auto figures = must(TestRedis::until_ok([&] { return inbox.figures(); }));
  CHECK(counted == 0);
  CHECK(figures.waiting == 0);
  CHECK(figures.unsent == 0);
  CHECK(figures.outcomes.at("answered") == static_cast<std::uint64_t>(acknowledged));
  CHECK(figures.outcomes.at("replied") == static_cast<std::uint64_t>(acknowledged));
}
