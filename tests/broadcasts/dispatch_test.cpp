#include <thread>

#include "tests/broadcasts/dispatch_fixture.h"

using namespace kairan;
using namespace kairan::broadcasts;
using namespace kairan::test;
using store::BatchState;

namespace {

/// Everyone of [from, to) got `times` messages of this broadcast, and each the variant that was theirs.
void check_each_got(DispatchFixture& fixture, unsigned from, unsigned to, std::size_t times) {
  const auto got = fixture.platform.got();
  for (unsigned i = from; i < to; ++i) {
    const auto found = got.find(DispatchFixture::address_of(i));
    const std::size_t count = found == got.end() ? 0 : found->second.size();
    if (count != times) {
      CAPTURE(i);
      CHECK(count == times);
    }
  }
}

FakePlatform::Script always(Outcome outcome, int status, bool takes) {
  return [=](std::size_t, const std::vector<std::string>&) {
    return FakePlatform::Answer{FakePlatform::answer(outcome, status), takes};
  };
}

}  // namespace

TEST_CASE_METHOD(DispatchFixture, "a due broadcast reaches every follower once and says how it went") {
  follow(0, 43);
  const std::string id = schedule("a");
  run(id);
  CHECK(state(id) == "sent");
  check_each_got(*this, 0, 43, 1);
  CHECK(platform.changed_bytes() == 0);
  const auto figures = must(ledger.figures(id));
  CHECK(figures.audience == 43);
  CHECK(figures.recipients.accepted == 43);
  CHECK(figures.recipients.planned == 0);
  CHECK(figures.batches.planned == 0);
  CHECK(figures.batches.accepted == platform.calls());
  CHECK(figures.first_batch_at);
  CHECK(figures.last_batch_at >= figures.first_batch_at);
  CHECK(staff.count(Notice::Kind::kFinished) == 1);
  CHECK(staff.over_states == std::vector<std::string>{"sent"});
  CHECK(must(store.open()).empty());
  // The bytes are gone, the rows stay.
  for (const auto& row : must(ledger.rows(id))) {
    CHECK(row.state == BatchState::kAccepted);
    CHECK_FALSE(must(ledger.request(id, row.number)));
  }
}

TEST_CASE_METHOD(DispatchFixture, "batches are as few as the variants allow, and may span partitions") {
  follow(0, 40);
  std::size_t even = 0;
  for (unsigned i = 0; i < 40; ++i) even += must(subscribers.find(address_of(i)))->ordinal % 2 == 0 ? 1 : 0;
  const std::string id = schedule("a");
  run(id);
  CHECK(platform.calls() == (even + 4) / 5 + (40 - even + 4) / 5);
}

TEST_CASE_METHOD(DispatchFixture, "who left before a batch's first try is left out; who leaves later is not") {
  follow(0, 30);
  const std::string id = schedule("a");
  step();
  step();
  REQUIRE(state(id) == "sending");
  must(subscribers.set_following(address_of(3), false, clock.now() + milliseconds(1)));
  run(id);
  CHECK(state(id) == "sent");
  const auto got = platform.got();
  CHECK(got.count(address_of(3)) == 0);
  CHECK(got.size() == 29);
  CHECK(must(ledger.figures(id)).left_out == 1);
  const auto reached = must(ledger.reached(id, std::vector<store::Partition>{0, 1, 2, 3}));
  std::uint64_t count = 0;
  for (const Bitmap& bits : reached) count += bits.count();
  CHECK(count == 29);
}

TEST_CASE_METHOD(DispatchFixture, "a batch whose answer was lost is repeated with the same bytes and counted once") {
  follow(0, 20);
  platform.set_script([](std::size_t call, const std::vector<std::string>&) {
    if (call % 2 == 0) return FakePlatform::Answer{FakePlatform::answer(Outcome::kUnknown, 0), true};
    return FakePlatform::Answer{FakePlatform::accepted(), true};
  });
  const std::string id = schedule("a");
  run(id);
  CHECK(state(id) == "sent");
  check_each_got(*this, 0, 20, 1);
  CHECK(platform.changed_bytes() == 0);
  CHECK(staff.count(Notice::Kind::kAlarm) == 0);
}

TEST_CASE_METHOD(DispatchFixture, "409 without an earlier try on record is an alarm, not success") {
  follow(0, 4);
  auto again = FakePlatform::accepted();
  again.status = 409;
  again.already_accepted = true;
  platform.set_script([again](std::size_t, const std::vector<std::string>&) {
    return FakePlatform::Answer{again, true};
  });
  const std::string id = schedule("a");
  run(id);
  CHECK(state(id) == "paused");
  CHECK(staff.count(Notice::Kind::kAlarm) == 1);
  CHECK(must(ledger.figures(id)).batches.unknown >= 1);
}

TEST_CASE_METHOD(DispatchFixture, "no answer for 23 hours ends in unknown, for a person") {
  follow(0, 4);
  platform.set_script(always(Outcome::kUnknown, 500, false));
  const std::string id = schedule("a");
  for (int i = 0; i < 5; ++i) {
    step();
    dispatcher->send_once();
  }
  CHECK(state(id) == "sending");
  clock.advance(std::chrono::hours(23) + std::chrono::minutes(1));
  run(id);
  CHECK(state(id) == "sent_with_unknown");
  CHECK(platform.got().empty());
  CHECK(must(ledger.figures(id)).recipients.unknown == 4);
}

TEST_CASE_METHOD(DispatchFixture, "a person the platform does not know costs that person alone") {
  follow(0, 40);
  const std::string bad = address_of(17);
  platform.set_script([bad](std::size_t, const std::vector<std::string>& addresses) {
    if (std::find(addresses.begin(), addresses.end(), bad) != addresses.end()) {
      return FakePlatform::Answer{FakePlatform::answer(Outcome::kRefused, 400), false};
    }
    return FakePlatform::Answer{FakePlatform::accepted(), true};
  });
  const std::string id = schedule("a");
  run(id);
  CHECK(state(id) == "sent");
  const auto got = platform.got();
  CHECK(got.size() == 39);
  CHECK(got.count(bad) == 0);
  check_each_got(*this, 0, 17, 1);
  check_each_got(*this, 18, 40, 1);
  const auto figures = must(ledger.figures(id));
  CHECK(figures.recipients.refused == 1);
  CHECK(figures.recipients.accepted == 39);
  std::set<std::string> retry_keys;
  for (const auto& row : must(ledger.rows(id))) CHECK(retry_keys.insert(row.retry_key).second);
}

TEST_CASE_METHOD(DispatchFixture, "content the platform does not take fails the broadcast") {
  follow(0, 40);
  platform.set_script(always(Outcome::kRefused, 400, false));
  platform.set_valid(false);
  const std::string id = schedule("a");
  run(id);
  CHECK(state(id) == "failed");
  CHECK(platform.got().empty());
  CHECK(staff.count(Notice::Kind::kFailed) == 1);
  CHECK(platform.calls() == 1);
}

TEST_CASE_METHOD(
    DispatchFixture,
    "content the platform does not take in the last batch fails the broadcast, whichever store call fails") {
  std::size_t failed_calls = 0;
  for (std::size_t n = 0;; ++n) {
    dispatch_redis().client().set_fault({});
    dispatch_redis().flush();
    restart();
    follow(0, 8);  // a batch for each variant
    platform.set_script([first = platform.calls()](std::size_t call, const std::vector<std::string>&) {
      if (call > first) return FakePlatform::Answer{FakePlatform::answer(Outcome::kRefused, 400), false};
      return FakePlatform::Answer{FakePlatform::accepted(), true};
    });
    platform.set_valid(false);
    const std::string id = schedule("a");
    std::size_t calls = 0;
    dispatch_redis().client().set_fault([&](std::uint64_t) { return calls++ != n; });
    run(id);
    dispatch_redis().client().set_fault({});
    INFO("store call " << n);
    CHECK(state(id) == "failed");
    const auto batches = must(ledger.figures(id)).batches;
    CHECK(batches.accepted == 1);
    CHECK(batches.refused + batches.unknown == 1);
    CHECK(must(ledger.rows(id)).size() == 2);
    if (calls <= n) break;
    failed_calls = n + 1;
  }
  CHECK(failed_calls > 20);
}

TEST_CASE_METHOD(DispatchFixture, "many people the platform does not know pause the broadcast") {
  follow(0, 120);
  platform.set_script(always(Outcome::kRefused, 400, false));
  const std::string id = schedule("a");
  run(id);
  CHECK(state(id) == "paused");
  CHECK(staff.count(Notice::Kind::kPaused) == 1);
  CHECK(must(ledger.figures(id)).recipients.refused < 30);
}

TEST_CASE_METHOD(DispatchFixture, "what the platform does not accept at all stops the broadcast, and it can go on") {
  struct Case {
    Outcome outcome;
    int status;
    Notice::Kind told;
  };
  for (const Case& each :
       {Case{Outcome::kUnauthorized, 401, Notice::Kind::kAlarm}, Case{Outcome::kRefused, 403, Notice::Kind::kAlarm},
        Case{Outcome::kQuotaExhausted, 429, Notice::Kind::kPaused}}) {
    CAPTURE(each.status);
    const std::size_t before = staff.count(each.told);
    follow(0, 20);
    platform.set_script(always(each.outcome, each.status, false));
    const std::string id = schedule("status " + std::to_string(each.status));
    run(id);
    CHECK(state(id) == "paused");
    CHECK(staff.count(each.told) == before + 1);
    CHECK_FALSE(must(store.read(id))->field("reason").empty());
    CHECK(test::is_english(must(store.read(id))->field("reason_en")));
  }
  CHECK(platform.got().empty());
}

TEST_CASE_METHOD(DispatchFixture, "a refusal that may be the month's limit is settled by asking for the quota") {
  follow(0, 20);
  platform.set_script(always(Outcome::kLater, 429, false));
  platform.set_quota({true, 100, 100});
  const std::string id = schedule("a");
  run(id);
  CHECK(state(id) == "paused");
  platform.set_script({});
  set_state(id, "sending");
  run(id);
  CHECK(state(id) == "sent");
  check_each_got(*this, 0, 20, 1);
}

TEST_CASE_METHOD(DispatchFixture, "pausing and stopping act between batches; what is stopped says what was not sent") {
  follow(0, 60);
  const std::string id = schedule("a");
  step();
  step();
  REQUIRE(dispatcher->send_once());
  set_state(id, "paused");
  while (dispatcher->send_once()) {
  }
  CHECK(platform.calls() == 1);
  set_state(id, "sending");
  step();
  REQUIRE(dispatcher->send_once());
  set_state(id, "stopped");
  run(id);
  CHECK(platform.calls() == 2);
  const auto figures = must(ledger.figures(id));
  CHECK(figures.recipients.accepted == 10);
  CHECK(figures.recipients.planned == 50);
  CHECK(must(store.open()).empty());
}

TEST_CASE_METHOD(DispatchFixture,
                 "stopping while a try is unanswered ends that batch as unknown, and a correction reaches it") {
  follow(0, 5);
  platform.set_script(always(Outcome::kUnknown, 0, true));
  const std::string id = schedule("a");
  step();
  step();
  while (platform.calls() == 0) dispatcher->send_once();
  set_state(id, "stopped");
  run(id);
  CHECK(must(ledger.figures(id)).batches.unknown >= 1);
  std::uint64_t reached = 0;
  for (const Bitmap& bits : must(ledger.reached(id, std::vector<store::Partition>{0, 1, 2, 3})))
    reached += bits.count();
  CHECK(reached == platform.got().size());
}

TEST_CASE_METHOD(DispatchFixture,
                 "a number of recipients far from the approved one is held, and goes on once it was seen") {
  follow(0, 200);
  const std::string id = schedule("a", {{"approved_count", "100"}});
  run(id);
  CHECK(state(id) == "held");
  CHECK(staff.count(Notice::Kind::kHeld) == 1);
  CHECK(platform.calls() == 0);
  set_state(id, "scheduled", clock.now());
  run(id);
  CHECK(state(id) == "sent");
  check_each_got(*this, 0, 200, 1);
}

TEST_CASE("drift is more than 20 % and more than 50 people") {
  CHECK_FALSE(is_drift(150, 100));
  CHECK(is_drift(151, 100));
  CHECK_FALSE(is_drift(1200, 1000));
  CHECK(is_drift(1201, 1000));
  CHECK(is_drift(799, 1000));
  CHECK_FALSE(is_drift(0, 50));
  CHECK(is_drift(0, 51));
}

TEST_CASE_METHOD(DispatchFixture, "an emergency is not held for drift") {
  follow(0, 200);
  const std::string id = schedule("a", {{"approved_count", "10"}, {"priority", "emergency"}});
  run(id);
  CHECK(state(id) == "sent");
}

TEST_CASE_METHOD(DispatchFixture, "a missed time is held, an expired one does not leave") {
  follow(0, 10);
  const std::string missed = schedule("missed");
  const std::string expired =
      schedule("expired", {{"expires", std::to_string(to_unix_ms(clock.now() + std::chrono::minutes(5)))}});
  clock.advance(std::chrono::minutes(16));
  run(missed);
  run(expired);
  CHECK(state(missed) == "held");
  CHECK(state(expired) == "expired");
  CHECK(platform.calls() == 0);
}

TEST_CASE_METHOD(DispatchFixture, "staff are told, once, of a scheduled broadcast that nobody begins") {
  follow(0, 60);
  const std::string id = schedule("a");
  dispatcher->keep_once();
  clock.advance(std::chrono::minutes(2));
  dispatcher->sweep();
  CHECK(staff.count(Notice::Kind::kLate) == 0);
  clock.advance(std::chrono::minutes(2));
  dispatcher->sweep();
  dispatcher->sweep();
  CHECK(staff.count(Notice::Kind::kLate) == 1);
  run(id);
  CHECK(state(id) == "sent");
}

TEST_CASE_METHOD(DispatchFixture, "staff are told, once, of a scheduled broadcast that stands still while it is sent") {
  follow(0, 60);
  const std::string id = schedule("a", {{"priority", "scheduled"}});
  step();
  step();
  REQUIRE(dispatcher->send_once());
  REQUIRE(state(id) == "sending");
  clock.advance(std::chrono::minutes(2));
  dispatcher->sweep();
  CHECK(staff.count(Notice::Kind::kLate) == 0);
  clock.advance(std::chrono::minutes(2));
  dispatcher->sweep();
  dispatcher->sweep();
  CHECK(staff.count(Notice::Kind::kLate) == 1);
  run(id);
  CHECK(state(id) == "sent");
  dispatcher->sweep();
  CHECK(staff.count(Notice::Kind::kLate) == 1);
}

TEST_CASE_METHOD(DispatchFixture, "what the content sends day by day ends without a word to staff, others do not") {
  follow(0, 10);
  run(schedule("reminder", {{"routine", "1"}}));
  CHECK(staff.count(Notice::Kind::kFinished) == 0);
  run(schedule("a"));
  CHECK(staff.count(Notice::Kind::kFinished) == 1);
}

TEST_CASE_METHOD(DispatchFixture, "what has not left when its time is over does not leave") {
  follow(0, 60);
  const std::string id =
      schedule("a", {{"expires", std::to_string(to_unix_ms(clock.now() + std::chrono::minutes(5)))}});
  step();
  step();
  REQUIRE(dispatcher->send_once());
  clock.advance(std::chrono::minutes(6));
  run(id);
  CHECK(state(id) == "expired");
  CHECK(platform.calls() == 1);
}

TEST_CASE_METHOD(DispatchFixture, "a segment that no longer holds fails the broadcast with its reason") {
  follow(0, 10);
  const std::string id = schedule("a", {{"broken", "1"}});
  run(id);
  CHECK(state(id) == "failed");
  CHECK(must(store.read(id))->field("reason") == "条件が壊れています");
}

TEST_CASE_METHOD(DispatchFixture,
                 "practice goes to the practice deliverer alone, and never to one that reaches residents") {
  follow(0, 10);
  const std::string id = schedule("a", {{"kind", "practice"}});
  run(id);
  CHECK(state(id) == "sent");
  CHECK(platform.calls() == 0);
  CHECK(practice.calls() > 0);
  CHECK(Deliverers{&platform, &platform}.for_kind("practice") == nullptr);
  CHECK(Deliverers{&practice, &practice}.for_kind("live") == nullptr);
  CHECK(Deliverers{&platform, &practice}.for_kind("drill") == &platform);
  CHECK(Deliverers{&platform, &practice}.for_kind("") == nullptr);
}

TEST_CASE_METHOD(DispatchFixture, "an emergency's batches leave before the next batch of a bulk broadcast") {
  follow(0, 60);
  const std::string bulk = schedule("bulk");
  step();
  step();
  REQUIRE(dispatcher->send_once());
  const std::string emergency = schedule("emergency", {{"priority", "emergency"}});
  step();
  run(emergency);
  run(bulk);
  const auto order = platform.order();
  CHECK(order.front().substr(0, 4) == "bulk");
  bool bulk_again = false;
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (order[i].substr(0, 4) == "bulk") bulk_again = true;
    if (order[i].substr(0, 9) == "emergency") CHECK_FALSE(bulk_again);
  }
  check_each_got(*this, 0, 60, 2);
}

TEST_CASE_METHOD(DispatchFixture, "after a restore nothing that was unfinished goes on by itself") {
  follow(0, 60);
  const std::string id = schedule("a");
  const std::string later = schedule("b");
  step();
  dispatcher->watch_once(false);
  REQUIRE(dispatcher->send_once());
  const std::size_t before = platform.calls();
  must(dispatch_redis().client().command({"SET", store::keys::restored(), "1"}));
  restart();
  for (int i = 0; i < 3; ++i) {
    step();
    while (dispatcher->send_once()) {
    }
  }
  CHECK(platform.calls() == before);
  CHECK(state(id) == "held");
  CHECK(state(later) == "held");
  CHECK(staff.count(Notice::Kind::kHeld) == 2);
}

TEST_CASE_METHOD(DispatchFixture, "erasing takes a person out of what is unsent and waits for what is in flight") {
  follow(0, 60);
  const std::string id = schedule("a");
  step();
  step();
  platform.set_script(always(Outcome::kUnknown, 500, false));
  REQUIRE(dispatcher->send_once());
  const auto rows = must(ledger.rows(id));
  const store::SubscriberRef in_flight = rows.front().slice.from;
  REQUIRE(rows.front().state == BatchState::kInFlight);
  CHECK_FALSE(must(ledger.erase(id, in_flight)));
  store::SubscriberRef unsent{0, 0};
  for (unsigned i = 0; i < 60; ++i) {
    const auto ref = *must(subscribers.find(address_of(i)));
    bool covered = false;
    for (const auto& row : rows) covered = covered || store::slice_covers(row.slice, ref);
    if (ref.ordinal % 2 == 1) unsent = ref;  // the second variant is not planned yet
    if (ref.ordinal % 2 == 1 && !covered) break;
  }
  CHECK(must(ledger.erase(id, unsent)));
  platform.set_script({});
  restart();
  run(id);
  CHECK(state(id) == "sent");
  CHECK(platform.got().size() == 59);
  CHECK(must(ledger.figures(id)).left_out == 1);
  CHECK(must(ledger.erase(id, in_flight)));
}

TEST_CASE_METHOD(DispatchFixture,
                 "two processes with all their threads share one broadcast and lose and double nobody") {
  follow(0, 400);
  auto second = make("second");
  const std::string id = schedule("a");
  dispatcher->start();
  second->start();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (state(id) != "sent" && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  dispatcher->stop();
  second->stop();
  CHECK(state(id) == "sent");
  check_each_got(*this, 0, 400, 1);
  CHECK(platform.changed_bytes() == 0);
}
