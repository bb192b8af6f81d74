// Promises 4 and 5 under failures: the n-th call of the store fails, or its answer is lost, for every n; processes die;
// residents come and go between any two steps.
#include <random>

#include "tests/broadcasts/dispatch_fixture.h"

using namespace kairan;
using namespace kairan::broadcasts;
using namespace kairan::test;

namespace {

constexpr unsigned kResidents = 12;

enum class Fault {
  kOneFails,       ///< one call fails, the process goes on
  kOneLost,        ///< one answer is lost, the process goes on
  kDiesBefore,     ///< from one call on none gets through, and the process dies
  kDiesAfter,      ///< one answer is lost and the process dies
};

struct FaultRun : DispatchFixture {
  /// One broadcast with the fault at call `n`. @return whether the run got that far
  bool fail_at(Fault fault, std::uint64_t n) {
    auto& client = dispatch_redis().client();
    std::uint64_t calls = 0;
    bool hit = false;
    const bool dies = fault == Fault::kDiesBefore || fault == Fault::kDiesAfter;
    bool dead = false;
    const auto die = [&] {
      if (dies && !dead) {
        dead = true;
        dispatcher->stop();  // no threads run: it only stops insisting
      }
    };
    const std::string id = schedule("n");
    client.set_fault([&](std::uint64_t) {
      if (dead) return false;
      if (calls++ != n || fault == Fault::kOneLost || fault == Fault::kDiesAfter) return true;
      hit = true;
      die();
      return false;
    });
    client.set_lost_reply([&](std::uint64_t) {
      if (dead || calls != n + 1 || hit || fault == Fault::kOneFails || fault == Fault::kDiesBefore) return false;
      hit = true;
      die();
      return true;
    });
    for (int i = 0; i < 400 && !dead; ++i) {
      step();
      while (!dead && dispatcher->send_once()) {
      }
      if (dead) break;
      clock.advance(milliseconds(50));
      client.set_fault({});
      const std::string now = state(id);
      if (now == "sent") break;
      client.set_fault([&](std::uint64_t) {
        if (dead) return false;
        if (calls++ != n || fault == Fault::kOneLost || fault == Fault::kDiesAfter) return true;
        hit = true;
        die();
        return false;
      });
    }
    client.set_fault({});
    client.set_lost_reply({});
    if (dead) restart();
    run(id);
    CHECK(state(id) == "sent");
    const auto got = platform.got();
    CHECK(got.size() == kResidents);
    for (const auto& [address, messages] : got) {
      if (messages.size() != 1) CHECK(messages.size() == 1);
    }
    CHECK(platform.changed_bytes() == 0);
    const auto figures = must(ledger.figures(id));
    CHECK(figures.recipients.accepted == kResidents);
    CHECK(figures.batches.planned + figures.batches.in_flight + figures.batches.unknown == 0);
    CHECK(staff.count(Notice::Kind::kAlarm) == 0);
    return hit;
  }
};

void run_all(Fault fault) {
  std::uint64_t reached = 0;
  for (std::uint64_t n = 0; n < 500; ++n) {
    CAPTURE(n);
    FaultRun run;
    run.follow(0, kResidents);
    if (!run.fail_at(fault, n)) break;
    reached = n + 1;
  }
  CHECK(reached > 40);  // the broadcast takes that many calls at least
  CHECK(reached < 500);
}

}  // namespace

TEST_CASE("whichever store call fails, every recipient is reached once") {
  run_all(Fault::kOneFails);
}
TEST_CASE("whichever answer is lost, every recipient is reached once") {
  run_all(Fault::kOneLost);
}
TEST_CASE("at whichever store call the process dies, the next one finishes and every recipient is reached once") {
  run_all(Fault::kDiesBefore);
}
TEST_CASE("at whichever lost answer the process dies, the next one finishes and every recipient is reached once") {
  run_all(Fault::kDiesAfter);
}

TEST_CASE("a freeze that the store's end interrupts goes on within a second, not when its claim has run out") {
  for (const bool after : {false, true}) {
    std::uint64_t n = 0;
    for (bool hit = true; hit && n < 200; ++n) {
      CAPTURE(after, n);
      FaultRun run;
      run.follow(0, kResidents);
      const std::string id = run.schedule("n");
      auto& client = dispatch_redis().client();
      std::uint64_t calls = 0;
      client.set_fault([&](std::uint64_t) { return calls++ < n + (after ? 1 : 0); });
      if (after) client.set_lost_reply([&](std::uint64_t) { return calls == n + 1; });
      run.step();
      hit = calls > n;
      client.set_fault({});
      client.set_lost_reply({});
      const TimePoint back = run.clock.now();
      while (run.state(id) != "sent" && run.clock.now() - back < std::chrono::seconds(1)) {
        run.step();
        while (run.dispatcher->send_once()) {
        }
        run.clock.advance(milliseconds(50));
      }
      CHECK(run.state(id) == "sent");
      CHECK(run.platform.got().size() == kResidents);
    }
    CHECK(n > 10);  // calls of a freeze, at least
  }
}

TEST_CASE("nobody twice, nobody missed, nobody who had left: residents come and go and processes die between any two steps") {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    DispatchFixture fixture;
    constexpr unsigned kPeople = 40;
    std::set<std::string> following;
    std::set<std::string> frozen;         // followed when the audience was frozen
    std::set<std::string> stayed;         // of them: never left since
    std::set<std::string> erased;
    std::int64_t tick = 0;
    const TimePoint start = fixture.clock.now();
    bool is_frozen = false;
    bool violated = false;
    const auto change = [&](unsigned who, bool on) {
      const std::string address = DispatchFixture::address_of(who);
      if (erased.count(address) > 0) return;
      must(fixture.subscribers.set_following(address, on, start + milliseconds(++tick)));
      if (on) {
        following.insert(address);
      } else {
        following.erase(address);
        stayed.erase(address);
      }
    };
    for (unsigned who = 0; who < kPeople; ++who) change(who, random() % 4 != 0);
    // The check of promise 5 is made in the platform itself: whoever is in a first try must follow at that moment, as
    // nothing else happens between the read and the try here.
    fixture.platform.set_script([&](std::size_t, const std::vector<std::string>& addresses) {
      if (random() % 3 == 0) {
        const bool takes = random() % 2 == 0;
        return FakePlatform::Answer{FakePlatform::answer(Outcome::kUnknown, 500), takes};
      }
      (void)addresses;
      return FakePlatform::Answer{FakePlatform::accepted(), true};
    });
    std::map<std::string, std::set<std::string>> first_try;  // retry key → who followed at its first try
    const std::string id = fixture.schedule("s");
    for (int i = 0; i < 4000; ++i) {
      const std::string now = fixture.state(id);
      if (now == "sent") break;
      if (!is_frozen && now == "sending") {
        is_frozen = true;
        frozen = following;
        stayed = following;
        for (const std::string& address : erased) stayed.erase(address);
      }
      switch (random() % 10) {
        case 0:
        case 1:
          change(random() % kPeople, random() % 2 == 0);
          break;
        case 2:
          if (is_frozen && random() % 4 == 0) {
            const std::string address = DispatchFixture::address_of(random() % kPeople);
            const auto ref = must(fixture.subscribers.find(address));
            if (ref && must(fixture.ledger.erase(id, *ref))) {
              // What the eraser does besides: the person follows no more.
              must(fixture.subscribers.set_following(address, false, start + milliseconds(++tick)));
              following.erase(address);
              stayed.erase(address);
              erased.insert(address);
            }
          }
          break;
        case 3:
          if (random() % 5 == 0) fixture.restart();
          break;
        case 4:
        case 5:
          fixture.step();
          break;
        default: {
          const auto before = fixture.platform.got();
          const std::set<std::string> followed = following;
          fixture.dispatcher->send_once();
          const auto after = fixture.platform.got();
          const auto rows = must(fixture.ledger.rows(id));
          for (const auto& row : rows) {
            if (!row.retry_key.empty()) first_try.emplace(row.retry_key, followed);
          }
          for (const auto& [address, messages] : after) {
            const auto had = before.find(address);
            if (had != before.end() && had->second.size() == messages.size()) continue;
            // A repeat may reach whoever left after the first try; nobody else who does not follow.
            bool allowed = followed.count(address) > 0;
            for (const auto& [key, who] : first_try) allowed = allowed || who.count(address) > 0;
            violated = violated || !allowed;
          }
          break;
        }
      }
      fixture.clock.advance(milliseconds(20));
    }
    fixture.run(id);
    CHECK(fixture.state(id) == "sent");
    CHECK_FALSE(violated);
    const auto got = fixture.platform.got();
    for (const auto& [address, messages] : got) {
      if (messages.size() != 1 || frozen.count(address) == 0) {
        CAPTURE(address);
        CHECK(messages.size() == 1);
        CHECK(frozen.count(address) == 1);
      }
    }
    for (const std::string& address : stayed) {
      if (got.count(address) == 0) {
        CAPTURE(address);
        CHECK(got.count(address) == 1);
      }
    }
    CHECK(fixture.platform.changed_bytes() == 0);
    CHECK(fixture.staff.count(Notice::Kind::kAlarm) == 0);
  }
}
