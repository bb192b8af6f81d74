// Promises 4 and 5 under failures: the n-th call of the store fails, or its answer is lost, for every n; processes die;
// residents come and go between any two steps.
#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>

#include "tests/broadcasts/dispatch_fixture.h"

using namespace kairan;
using namespace kairan::broadcasts;
using namespace kairan::test;

namespace {

constexpr unsigned kResidents = 12;

enum class Fault {
  kOneFails,    ///< one call fails, the process goes on
  kOneLost,     ///< one answer is lost, the process goes on
  kDiesBefore,  ///< from one call on none gets through, and the process dies
  kDiesAfter,   ///< one answer is lost and the process dies
};

/// Where in its way a broadcast is, as another process sees it in the store.
std::string phase_of(store::Broadcasts& broadcasts, store::BroadcastLedger& ledger, const std::string& id) {
  const auto record = must(broadcasts.read(id));
  const std::string now = record ? record->state : "";
  if (now != "sending") return now;
  const auto figures = must(ledger.figures(id));
  if (figures.rows == 0) return "unplanned";
  if (figures.batches.in_flight > 0) return "in flight";
  return figures.cursor.end && figures.batches.planned == 0 ? "all over" : "planned";
}

struct FaultRun : DispatchFixture {
  std::set<std::string>& met;  ///< phases in which the fault struck
  std::unique_ptr<store::RedisClient> eye_client = dispatch_redis().make_client(1);
  store::Broadcasts eye{*eye_client};
  store::BroadcastLedger eye_ledger{*eye_client, kDispatchPartitions};
  explicit FaultRun(std::set<std::string>& phases) : met(phases) {}

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
    const auto strike = [&] {
      hit = true;
      met.insert(phase_of(eye, eye_ledger, id));
      die();
    };
    const auto allow = [&](std::uint64_t) {
      if (dead) return false;
      if (calls++ != n || fault == Fault::kOneLost || fault == Fault::kDiesAfter) return true;
      strike();
      return false;
    };
    client.set_fault(allow);
    client.set_lost_reply([&](std::uint64_t) {
      if (dead || calls != n + 1 || hit || fault == Fault::kOneFails || fault == Fault::kDiesBefore) return false;
      strike();
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
      client.set_fault(allow);
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
  std::set<std::string> met;
  for (std::uint64_t n = 0; n < 500; ++n) {
    CAPTURE(n);
    FaultRun run(met);
    run.follow(0, kResidents);
    if (!run.fail_at(fault, n)) break;
    reached = n + 1;
  }
  CHECK(reached > 40);  // the broadcast takes that many calls at least
  CHECK(reached < 500);
  // From its begin by way of freeze, plan and ledger to its end: no step was spared.
  for (const char* phase : {"scheduled", "freezing", "unplanned", "planned", "in flight", "all over"}) {
    CAPTURE(phase);
    CHECK(met.count(phase) == 1);
  }
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
      DispatchFixture run;
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

namespace {

constexpr unsigned kPeople = 40;

/// One broadcast while residents follow, leave and are erased at random, also between any two store calls of the freeze, and
/// the process dies between steps. Knows what the promises allow.
class Interleaving : DispatchFixture {
 public:
  explicit Interleaving(unsigned seed) : random_(seed) {
    for (unsigned who = 0; who < kPeople; ++who) {
      change(who, true);
      refs_[address_of(who)] = *must(others_.find(address_of(who)));
      if (random_() % 4 == 0) change(who, false);
    }
    platform.set_script([this](std::size_t, const std::vector<std::string>&) {
      if (random_() % 3 != 0) return FakePlatform::Answer{FakePlatform::accepted(), true};
      const bool takes = random_() % 2 == 0;
      return FakePlatform::Answer{FakePlatform::answer(Outcome::kUnknown, 500), takes};
    });
    id_ = schedule("s");
  }

  void run_to_end() {
    for (int i = 0; i < 4000 && state(id_) != "sent"; ++i) {
      switch (random_() % 10) {
        case 0:
        case 1:
          change(random_() % kPeople, random_() % 2 == 0);
          break;
        case 2:
          if (random_() % 4 == 0) erase(random_() % kPeople);
          break;
        case 3:
          if (random_() % 5 == 0) restart();
          break;
        case 4:
        case 5:
          step_with_others();
          break;
        default:
          send();
          break;
      }
      clock.advance(milliseconds(20));
    }
    run(id_);
  }

  void check() {
    CHECK(state(id_) == "sent");
    CHECK_FALSE(wrong_consent_);
    const auto got = platform.got();
    for (const auto& [address, messages] : got) {
      if (messages.size() == 1 && may_get_.count(address) == 1) continue;
      CAPTURE(address);
      CHECK(messages.size() == 1);
      CHECK(may_get_.count(address) == 1);
    }
    for (const std::string& address : must_get_) {
      if (got.count(address) == 1) continue;
      CAPTURE(address);
      CHECK(got.count(address) == 1);
    }
    CHECK(platform.changed_bytes() == 0);
    CHECK(staff.count(Notice::Kind::kAlarm) == 0);
    CHECK(must(ledger.figures(id_)).recipients.accepted == got.size());
  }

 private:
  void change(unsigned who, bool on) {
    const std::string address = address_of(who);
    if (erased_.count(address) > 0) return;
    must(others_.set_following(address, on, start_ + milliseconds(++tick_)));
    touched_.insert(address);
    if (on) {
      following_.insert(address);
    } else {
      following_.erase(address);
      must_get_.erase(address);
    }
  }

  /// As the eraser does: first the person follows no more, then every broadcast lets go of them.
  void erase(unsigned who) {
    const std::string address = address_of(who);
    if (erased_.count(address) > 0) return;
    change(who, false);
    if (must(others_ledger_.erase(id_, refs_.at(address)))) erased_.insert(address);
  }

  /// A step of the dispatcher; as long as nothing is frozen, others act between its store calls.
  void step_with_others() {
    const bool was_frozen = frozen_;
    const std::set<std::string> before = following_;
    touched_.clear();
    if (!was_frozen) {
      dispatch_redis().client().set_fault([this](std::uint64_t) {
        if (random_() % 3 == 0) change(random_() % kPeople, random_() % 2 == 0);
        if (random_() % 12 == 0) erase(random_() % kPeople);
        return true;
      });
    }
    step();
    dispatch_redis().client().set_fault({});
    if (was_frozen || state(id_) != "sending") return;
    frozen_ = true;
    may_get_ = before;
    may_get_.insert(touched_.begin(), touched_.end());
    for (const std::string& address : before) {
      if (touched_.count(address) == 0) must_get_.insert(address);
    }
  }

  /// A try. Whoever is in a batch's first try follows at that moment: nothing else happens here between the read and it.
  void send() {
    const auto before = platform.got();
    dispatcher->send_once();
    const auto rows = must(ledger.rows(id_));
    for (const auto& row : rows) {
      if (!row.retry_key.empty()) first_try_.emplace(row.retry_key, following_);
    }
    for (const auto& [address, messages] : platform.got()) {
      const auto had = before.find(address);
      if (had != before.end() && had->second.size() == messages.size()) continue;
      const store::SubscriberRef ref = refs_.at(address);
      const auto row = std::find_if(rows.begin(), rows.end(), [&](const store::BatchRow& each) {
        return each.slice.variant == ref.ordinal % 2 && store::slice_covers(each.slice, ref);
      });
      wrong_consent_ = wrong_consent_ || row == rows.end() || first_try_[row->retry_key].count(address) == 0;
    }
  }

  std::mt19937 random_;
  const TimePoint start_ = clock.now();
  std::unique_ptr<store::RedisClient> others_client_ = dispatch_redis().make_client(2);
  store::Subscribers others_{*others_client_, sealer, kDispatchPartitions};
  store::BroadcastLedger others_ledger_{*others_client_, kDispatchPartitions};
  std::string id_;
  std::int64_t tick_ = 0;
  bool frozen_ = false, wrong_consent_ = false;
  std::map<std::string, store::SubscriberRef> refs_;
  std::set<std::string> following_, erased_;
  std::set<std::string> touched_;                           ///< changed during the step that froze
  std::set<std::string> may_get_;                           ///< followed at some time of the freeze
  std::set<std::string> must_get_;                          ///< followed all through it, and never left since
  std::map<std::string, std::set<std::string>> first_try_;  ///< retry key → who followed at its first try
};

}  // namespace

TEST_CASE(
    "nobody twice, nobody missed, nobody who had left: residents come, go and are erased, processes die between any "
    "steps") {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Interleaving interleaving(seed);
    interleaving.run_to_end();
    interleaving.check();
  }
}
