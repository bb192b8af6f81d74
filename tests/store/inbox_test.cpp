#include "store/inbox.h"

#include <atomic>
#include <random>
#include <set>
#include <thread>

#include "base/crypto.h"
#include "store/conversations.h"
#include "store/installation.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::store;
using kairan::test::FakeClock;
using kairan::test::must;
using kairan::test::TestRedis;

namespace {

constexpr Partition kPartitions = 8;
constexpr milliseconds kLimit{5000};
constexpr milliseconds kTtl{60000};

TestRedis& redis() {
  static TestRedis instance;
  return instance;
}

struct Fixture {
  Fixture() { redis().flush(); }
  Inbox inbox{redis().client(), kPartitions};
  FakeClock clock;

  NewEvent event(const std::string& id, Partition p = 0) { return {p, id, "line", "body of " + id, clock.now()}; }
  Taken append_one(const NewEvent& e) { return must(inbox.append(std::span(&e, 1), clock.now(), kLimit)).at(0); }
  Lease take(Partition p, const std::string& owner) {
    return must(inbox.acquire(std::span(&p, 1), owner, kTtl)).at(0).value();
  }
  std::optional<Lease> try_take(Partition p, const std::string& owner, milliseconds ttl = kTtl,
                                std::vector<std::string> dead = {}) {
    return must(inbox.acquire(std::span(&p, 1), owner, ttl, dead)).at(0);
  }
  std::string only_position(Partition p = 0) {
    const auto events = must(inbox.read(p, "0", 10));
    REQUIRE(events.size() == 1);
    return events[0].position;
  }
  void let_lease_run_out(Partition p) { must(redis().client().command({"HSET", keys::lease(p), "until", "1"})); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "an event appended five times by threads at once is new once") {
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> taken{0};
    std::atomic<int> failed{0};
    std::vector<std::thread> threads;
    const NewEvent e = event("event-" + std::to_string(round), 3);
    for (int i = 0; i < 5; ++i) {
      threads.emplace_back([&] {
        const auto result = inbox.append(std::span(&e, 1), clock.now(), kLimit);
        if (!result) {
          ++failed;
        } else if (result->at(0) == Taken::kNew) {
          ++taken;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    CHECK(failed == 0);
    CHECK(taken == 1);
  }
  CHECK(must(inbox.read(3, "0", 100)).size() == 20);
}

TEST_CASE_METHOD(Fixture,
                 "events of many partitions are taken in one round trip, in order, with answers in the order given") {
  std::vector<NewEvent> events;
  for (int i = 0; i < 1000; ++i) {
    events.push_back(event("e" + std::to_string(i % 900), static_cast<Partition>((i % 900) % kPartitions)));
  }
  must(inbox.append(std::span(events.data(), 1), clock.now(), kLimit));  // so that the script is loaded
  std::atomic<int> trips{0};
  redis().client().set_fault([&](std::uint64_t) { return ++trips > 0; });
  const auto taken = must(inbox.append(events, clock.now(), kLimit));
  redis().client().set_fault(nullptr);
  CHECK(trips == 1);
  REQUIRE(taken.size() == 1000);
  for (std::size_t i = 0; i < 1000; ++i) {
    if ((taken[i] == Taken::kNew) != (i >= 1 && i < 900)) FAIL("event " << i);
  }
  std::size_t stored = 0;
  for (Partition p = 0; p < kPartitions; ++p) {
    int last = -1;
    for (const StoredEvent& e : must(inbox.read(p, "0", 1000))) {
      const int number = std::stoi(e.id.substr(1));
      if (number <= last) FAIL("order in partition " << p);
      last = number;
      ++stored;
    }
  }
  CHECK(stored == 900);
  CHECK(must(inbox.append({}, clock.now(), kLimit)).empty());
}

TEST_CASE_METHOD(Fixture, "what was appended is read back whole, binary bodies among them") {
  NewEvent e = event("id");
  e.body = std::string("\0\r\n\xff$", 5) + std::string(100000, 'z');
  append_one(e);
  const auto events = must(inbox.read(0, "0", 10));
  REQUIRE(events.size() == 1);
  CHECK(events[0].id == "id");
  CHECK(events[0].channel == "line");
  CHECK(events[0].body == e.body);
  CHECK(events[0].received == clock.now());
  CHECK(must(inbox.read(0, events[0].position, 10)).empty());
}

TEST_CASE_METHOD(Fixture, "an event that cannot be placed is refused and nothing is taken in") {
  std::vector<NewEvent> events{event("good"), event("", 0)};
  CHECK(inbox.append(events, clock.now(), kLimit).error().code == ErrorCode::kInvalid);
  events[1] = event("x", kPartitions);
  CHECK(inbox.append(events, clock.now(), kLimit).error().code == ErrorCode::kInvalid);
  CHECK(must(inbox.figures()).waiting == 0);
}

TEST_CASE_METHOD(Fixture, "an event is known for a day at least, also over midnight and when a clock is behind") {
  using std::chrono::hours;
  const TimePoint midnight = from_unix_ms(std::int64_t{20'780} * 86'400'000);
  const auto at = [&](TimePoint t, const std::string& id) {
    const NewEvent e = event(id);
    return must(inbox.append(std::span(&e, 1), t, kLimit)).at(0);
  };
  CHECK(at(midnight - milliseconds(1), "before") == Taken::kNew);
  CHECK(at(midnight, "before") == Taken::kDuplicate);
  CHECK(at(midnight + hours(23), "before") == Taken::kDuplicate);
  CHECK(at(midnight, "after") == Taken::kNew);
  CHECK(at(midnight - milliseconds(1), "after") == Taken::kDuplicate);
  CHECK(at(midnight + hours(47), "after") == Taken::kDuplicate);
  for (std::int64_t day = 20'778; day <= 20'782; ++day) {
    const std::int64_t ttl = must(redis().client().command({"TTL", keys::seen(0, day)})).integer;
    CAPTURE(day, ttl);
    CHECK((ttl == -2 || (ttl > 47 * 3600 && ttl <= kSeenSeconds)));
  }
}

TEST_CASE_METHOD(Fixture, "a lease is held by one owner, kept by renewing, and passes with the next epoch") {
  const Lease first = take(0, "a");
  CHECK(first.epoch == 1);
  CHECK_FALSE(try_take(0, "b"));
  CHECK(take(0, "a").epoch == 1);
  let_lease_run_out(0);
  CHECK(take(0, "a").epoch == 1);  // nobody took it meanwhile
  let_lease_run_out(0);
  CHECK(take(0, "b").epoch == 2);
  CHECK_FALSE(try_take(0, "a"));
  // A process known to be dead does not keep others waiting.
  CHECK_FALSE(try_take(0, "a", kTtl, {"c", "d"}));
  CHECK(try_take(0, "a", kTtl, {"c", "b"})->epoch == 3);
}

TEST_CASE_METHOD(Fixture, "a released partition is free at once and its former owner's commits are refused") {
  append_one(event("e"));
  const std::string position = only_position();
  const Lease lease = take(0, "a");
  const Lease wrong{0, lease.epoch + 7};
  must(inbox.release(std::span(&wrong, 1), "a"));
  must(inbox.release(std::span(&lease, 1), "b"));
  CHECK_FALSE(try_take(0, "b"));
  must(inbox.release(std::span(&lease, 1), "a"));
  CHECK(inbox.commit(lease, {position, {}, {}, "x"}).error().code == ErrorCode::kConflict);
  CHECK(try_take(0, "b")->epoch > lease.epoch);
}

TEST_CASE_METHOD(Fixture, "leases of many partitions are taken in one call, entry by entry") {
  take(2, "other");
  const std::vector<Partition> wanted{0, 1, 2, 3};
  const auto leases = must(inbox.acquire(wanted, "a", kTtl));
  REQUIRE(leases.size() == 4);
  CHECK(leases[0]);
  CHECK_FALSE(leases[2]);
  CHECK(leases[3]->partition == 3);
  CHECK(inbox.acquire(wanted, "", kTtl).error().code == ErrorCode::kInvalid);
}

TEST_CASE_METHOD(Fixture, "members are those that joined lately and did not leave") {
  must(inbox.join("a", kTtl));
  must(redis().client().command({"ZADD", keys::members(), "1", "long-gone"}));
  CHECK(must(inbox.join("b", kTtl)) == std::vector<std::string>{"a", "b"});
  must(inbox.leave("a"));
  CHECK(must(inbox.join("b", kTtl)) == std::vector<std::string>{"b"});
}

TEST_CASE_METHOD(Fixture, "every step of a former owner is refused and changes nothing") {
  append_one(event("e1"));
  append_one(event("e2"));
  const auto events = must(inbox.read(0, "0", 10));
  const Lease old = take(0, "a");
  must(inbox.commit(old, {events[0].position, {}, "reply", ""}));
  let_lease_run_out(0);
  const Lease current = take(0, "b");
  CHECK(inbox.commit(old, {events[1].position, {}, "r", "c"}).error().code == ErrorCode::kConflict);
  CHECK(inbox.fail(old, events[1].position, "why", 1, clock.now()).error().code == ErrorCode::kConflict);
  CHECK(inbox.outbox(old).error().code == ErrorCode::kConflict);
  CHECK(inbox.begin_try(old, events[0].position, ReplyStage::kReplying).error().code == ErrorCode::kConflict);
  CHECK(inbox.finish(old, events[0].position, "replied").error().code == ErrorCode::kConflict);
  const auto figures = must(inbox.figures());
  CHECK(figures.waiting == 1);
  CHECK(figures.unsent == 1);
  CHECK(figures.dead == 0);
  CHECK(figures.outcomes.empty());
  CHECK(must(inbox.outbox(current)).at(0).stage == ReplyStage::kReady);
}

TEST_CASE_METHOD(Fixture, "two owners under random takeovers commit every event once, by the newest epoch only") {
  constexpr int kEvents = 200;
  for (int i = 0; i < kEvents; ++i) append_one(event("e" + std::to_string(i)));
  std::atomic<int> refused{0};
  std::atomic<bool> done{false};
  const auto work = [&](const std::string& owner, unsigned seed) {
    std::mt19937 random(seed);
    std::optional<Lease> lease;
    while (!done) {
      if (!lease || random() % 8 == 0) {
        // Taking it although the other one is alive: what a process does that believes the other dead.
        const Partition p = 0;
        const std::vector<std::string> dead{owner == "a" ? "b" : "a"};
        const auto taken = inbox.acquire(std::span(&p, 1), owner, kTtl, dead);
        if (taken) lease = taken->at(0);
        continue;
      }
      const auto events = inbox.read(0, "0", 3);
      if (!events) continue;
      if (events->empty()) done = true;
      for (const StoredEvent& e : *events) {
        const Status status = inbox.commit(*lease, {e.position, {}, "reply to " + e.id, "counted"});
        if (!status && status.error().code == ErrorCode::kConflict) {
          ++refused;
          lease.reset();
          break;
        }
      }
    }
  };
  std::thread a(work, "a", 1U);
  std::thread b(work, "b", 2U);
  a.join();
  b.join();
  const auto figures = must(inbox.figures());
  CHECK(figures.waiting == 0);
  CHECK(figures.unsent == kEvents);
  CHECK(figures.outcomes.at("counted") == kEvents);
  CHECK(refused > 0);
}

TEST_CASE_METHOD(Fixture, "a commit changes everything at once and repeating it changes nothing") {
  append_one(event("e"));
  const std::string position = only_position();
  const Lease lease = take(0, "a");
  const Sealer sealer{Secret(std::string(32, 'k'))};
  Conversations conversations(redis().client(), sealer);
  const SubscriberRef ref{0, 7};
  const EventCommit commit{position, ConversationWrite{7, conversations.seal(ref, "state")}, "the reply", "answered"};
  must(inbox.commit(lease, commit));
  CHECK(must(inbox.read(0, "0", 10)).empty());
  CHECK(must(conversations.read(ref)) == "state");
  const std::int64_t ttl = must(redis().client().command({"PTTL", keys::conversation(0, 7)})).integer;
  CHECK(ttl > 0);
  CHECK(ttl <= milliseconds(kConversationRetention).count());
  must(inbox.commit(lease, commit));
  must(inbox.begin_try(lease, position, ReplyStage::kReplying));
  must(inbox.commit(lease, commit));
  CHECK(must(inbox.outbox(lease)).at(0).stage == ReplyStage::kReplying);
  must(inbox.finish(lease, position, "replied"));
  must(inbox.commit(lease, commit));  // a late repeat
  must(inbox.finish(lease, position, "replied"));
  const auto figures = must(inbox.figures());
  CHECK(figures.unsent == 0);
  CHECK(figures.outcomes == std::map<std::string, std::uint64_t>{{"answered", 1}, {"replied", 1}});
}

TEST_CASE_METHOD(Fixture,
                 "a conversation is forgotten by an empty state and unreadable elsewhere or under another key") {
  const Sealer sealer{Secret(std::string(32, 'k'))};
  const Sealer other{Secret(std::string(32, 'x'))};
  Conversations conversations(redis().client(), sealer);
  Conversations after_key_change(redis().client(), other);
  append_one(event("e1"));
  append_one(event("e2"));
  const auto events = must(inbox.read(0, "0", 10));
  const Lease lease = take(0, "a");
  must(inbox.commit(lease, {events[0].position, ConversationWrite{1, conversations.seal({0, 1}, "state")}, {}, ""}));
  CHECK(must(after_key_change.read({0, 1})).empty());
  must(redis().client().command({"COPY", keys::conversation(0, 1), keys::conversation(0, 2)}));
  CHECK(must(conversations.read({0, 2})).empty());
  CHECK(must(conversations.read({0, 1})) == "state");
  must(inbox.commit(lease, {events[1].position, ConversationWrite{1, ""}, {}, ""}));
  CHECK(must(conversations.read({0, 1})).empty());
}

TEST_CASE_METHOD(Fixture, "a reply's stage only moves forward, and its body stays as it was committed") {
  append_one(event("e"));
  const std::string position = only_position();
  const Lease lease = take(0, "a");
  const std::string body("\x00\x31reply\xff", 8);
  must(inbox.commit(lease, {position, {}, body, ""}));
  must(inbox.begin_try(lease, position, ReplyStage::kReplying));
  must(inbox.begin_try(lease, position, ReplyStage::kReplying));
  must(inbox.begin_try(lease, position, ReplyStage::kPushing));
  CHECK(inbox.begin_try(lease, position, ReplyStage::kReplying).error().code == ErrorCode::kConflict);
  const auto records = must(inbox.outbox(lease));
  REQUIRE(records.size() == 1);
  CHECK(records[0].stage == ReplyStage::kPushing);
  CHECK(records[0].body == body);
  CHECK(inbox.begin_try(lease, "1-1", ReplyStage::kReplying).error().code == ErrorCode::kNotFound);
  CHECK(inbox.commit(lease, {position, {}, std::string(), ""}).error().code == ErrorCode::kInvalid);
}

TEST_CASE_METHOD(Fixture, "the outbox is read in the order of the events, by number and not by letter") {
  const Lease lease = take(0, "a");
  for (const std::string position : {"1000-10", "999-2", "1000-9", "1000-100", "999-10"}) {
    must(redis().client().command({"HSET", keys::outbox(0), position, "0x"}));
  }
  std::vector<std::string> order;
  for (const OutboxRecord& record : must(inbox.outbox(lease))) order.push_back(record.position);
  CHECK(order == std::vector<std::string>{"999-2", "999-10", "1000-9", "1000-10", "1000-100"});
}

TEST_CASE_METHOD(Fixture, "an event that fails to its limit is dead, is counted, and runs again whole") {
  NewEvent e = event("e", 2);
  append_one(e);
  const Lease lease = take(2, "a");
  const std::string position = only_position(2);
  CHECK_FALSE(must(inbox.fail(lease, position, "engine", 3, clock.now())));
  CHECK_FALSE(must(inbox.fail(lease, position, "engine", 3, clock.now())));
  clock.advance(milliseconds(1000));
  CHECK(must(inbox.fail(lease, position, "engine again", 3, clock.now())));
  CHECK(must(inbox.fail(lease, position, "engine again", 3, clock.now())));  // a repeat after a lost answer
  must(inbox.commit(lease, {position, {}, "late", "late"}));
  const auto dead = must(inbox.dead(10));
  REQUIRE(dead.size() == 1);
  CHECK(dead[0].partition == 2);
  CHECK(dead[0].id == "e");
  CHECK(dead[0].reason == "engine again");
  CHECK(dead[0].at == clock.now());
  auto figures = must(inbox.figures());
  CHECK(figures.waiting == 0);
  CHECK(figures.unsent == 0);
  CHECK(figures.dead == 1);
  CHECK(figures.outcomes.at("dead") == 1);
  must(inbox.rerun(2, dead[0].position));
  CHECK(inbox.rerun(2, dead[0].position).error().code == ErrorCode::kNotFound);
  CHECK(inbox.rerun(2, "nonsense").error().code == ErrorCode::kNotFound);
  CHECK(inbox.rerun(kPartitions, "1-1").error().code == ErrorCode::kInvalid);
  const auto again = must(inbox.read(2, position, 10));
  REQUIRE(again.size() == 1);
  CHECK(again[0].id == "e");
  CHECK(again[0].body == e.body);
  CHECK(again[0].received == e.received);
  CHECK_FALSE(must(inbox.fail(lease, again[0].position, "engine", 3, clock.now())));  // counts from the start
  CHECK(append_one(e) == Taken::kDuplicate);
}

TEST_CASE_METHOD(Fixture,
                 "dead events are listed newest first over all partitions, and forgotten after their time by count") {
  for (Partition p = 0; p < 4; ++p) {
    append_one(event("e" + std::to_string(p), p));
    clock.advance(milliseconds(10));
    const Lease lease = take(p, "a");
    CHECK(must(inbox.fail(lease, only_position(p), "r", 1, clock.now())));
  }
  const auto dead = must(inbox.dead(3));
  REQUIRE(dead.size() == 3);
  CHECK(dead[0].id == "e3");
  CHECK(dead[2].id == "e1");
  append_one(event("later", 0));
  const TimePoint much_later =
      TimePoint(std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch())) +
      kDeadRetention + std::chrono::hours(1);
  CHECK(must(inbox.fail(take(0, "a"), only_position(0), "r", 1, much_later)));
  const auto figures = must(inbox.figures());
  CHECK(figures.outcomes.at("dead_forgotten") == 2);  // by that clock the entry just made is too old as well
}

TEST_CASE_METHOD(Fixture, "waiting wakes up for an event of any of the partitions, and ends by itself") {
  const std::map<Partition, std::string> after{{1, "0"}, {4, "0"}, {5, "0"}};
  CHECK(must(inbox.wait(after, 10, milliseconds(5))).empty());
  CHECK(must(inbox.wait({}, 10, milliseconds(60000))).empty());
  Result<std::map<Partition, std::vector<StoredEvent>>> found = std::map<Partition, std::vector<StoredEvent>>();
  std::thread waiter([&] { found = inbox.wait(after, 10, milliseconds(30000)); });
  append_one(event("not asked for", 2));
  append_one(event("e", 4));
  waiter.join();
  REQUIRE(found);
  REQUIRE(found->size() == 1);
  CHECK(found->at(4).at(0).id == "e");
  CHECK(must(inbox.wait({{4, found->at(4).at(0).position}}, 10, milliseconds(1))).empty());
}

TEST_CASE_METHOD(Fixture, "positions grow even when the inbox was emptied and the server restarted") {
  TestRedis own;
  Inbox box(own.client(), kPartitions);
  const NewEvent first = event("one");
  must(box.append(std::span(&first, 1), clock.now(), kLimit));
  const auto before = must(box.read(0, "0", 1)).at(0).position;
  const Partition p = 0;
  const Lease lease = must(box.acquire(std::span(&p, 1), "a", kTtl)).at(0).value();
  must(box.commit(lease, {before, {}, {}, ""}));
  own.kill_server();
  const NewEvent second = event("two");
  must(TestRedis::until_ok([&] { return box.append(std::span(&second, 1), clock.now(), kLimit); }));
  CHECK(must(box.read(0, before, 1)).at(0).id == "two");
}

TEST_CASE_METHOD(Fixture, "the figures say what waits and how long, in one round trip") {
  const TimePoint begin = clock.now();
  append_one(event("e1", 1));
  clock.advance(milliseconds(500));
  append_one(event("e2", 1));
  append_one(event("e3", 6));
  std::atomic<int> trips{0};
  redis().client().set_fault([&](std::uint64_t) { return ++trips > 0; });
  auto figures = must(inbox.figures());
  redis().client().set_fault(nullptr);
  CHECK(trips == 1);
  CHECK(figures.waiting == 3);
  CHECK(figures.oldest == begin);
  must(inbox.commit(take(1, "a"), {must(inbox.read(1, "0", 1)).at(0).position, {}, {}, "ignored:unsend"}));
  figures = must(inbox.figures());
  CHECK(figures.oldest == begin + milliseconds(500));
  CHECK(figures.outcomes.at("ignored:unsend") == 1);
}

TEST_CASE_METHOD(Fixture, "an installation is decided once, whoever starts") {
  std::vector<Result<Installation>> results(8, Installation{});
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < results.size(); ++i) {
    threads.emplace_back(
        [&, i] { results[i] = open_installation(redis().client(), static_cast<Partition>(16 + i), clock.now()); });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& result : results) {
    REQUIRE(result);
    CHECK(result->id == results[0]->id);
    CHECK(result->partitions == results[0]->partitions);
  }
  CHECK(open_installation(redis().client(), 0, clock.now()).error().code == ErrorCode::kInvalid);
  must(redis().client().command({"HSET", keys::installation(), "format", "2"}));
  CHECK(open_installation(redis().client(), 16, clock.now()).error().code == ErrorCode::kConflict);
  must(redis().client().command({"HSET", keys::installation(), "format", "1", "partitions", "many"}));
  CHECK(open_installation(redis().client(), 16, clock.now()).error().code == ErrorCode::kCorrupt);
}
