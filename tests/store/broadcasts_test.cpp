#include "store/broadcasts.h"

#include <thread>

#include "base/ids.h"
#include "tests/support/catch.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::store;
using kairan::test::must;
using kairan::test::TestRedis;

namespace {

TestRedis& redis() {
  static TestRedis instance;
  return instance;
}

TimePoint at(std::int64_t ms) {
  return from_unix_ms(1'795'000'000'000 + ms);
}

struct Fixture {
  Fixture() { redis().flush(); }
  ~Fixture() {
    redis().client().set_fault({});
    redis().client().set_lost_reply({});
  }
  BroadcastRecord record(const std::string& state = "draft") {
    BroadcastRecord made;
    made.id = random_hex(16);
    made.state = state;
    made.fields["doc"] = R"({"title":"見本"})";
    return made;
  }
  Broadcasts broadcasts{redis().client()};
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a record is read as it was written, and is listed newest first") {
  const BroadcastRecord first = record();
  const BroadcastRecord second = record();
  must(broadcasts.create(first, at(1)));
  must(broadcasts.create(second, at(2)));
  const auto read = must(broadcasts.read(first.id));
  REQUIRE(read);
  CHECK(read->state == "draft");
  CHECK(read->revision == 0);
  CHECK(read->fields == first.fields);
  CHECK_FALSE(read->due);
  CHECK(must(broadcasts.list(0, 10)) == std::vector<std::string>{second.id, first.id});
  CHECK(must(broadcasts.list(1, 10)) == std::vector<std::string>{first.id});
  CHECK(must(broadcasts.count()) == 2);
  CHECK_FALSE(must(broadcasts.read(random_hex(16))));
  CHECK_FALSE(must(broadcasts.read("../x")));
}

TEST_CASE_METHOD(Fixture, "creating again is harmless with the same fields and a conflict with others") {
  BroadcastRecord made = record();
  must(broadcasts.create(made, at(1)));
  must(broadcasts.create(made, at(2)));
  made.fields["doc"] = "{}";
  CHECK(broadcasts.create(made, at(3)).error().code == ErrorCode::kConflict);
  CHECK(must(broadcasts.count()) == 1);
}

TEST_CASE_METHOD(Fixture, "of two updates of one revision exactly one happens") {
  const BroadcastRecord made = record();
  must(broadcasts.create(made, at(1)));
  for (std::uint64_t round = 0; round < 20; ++round) {
    std::vector<Result<std::uint64_t>> results(4, std::uint64_t{0});
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < results.size(); ++i) {
      threads.emplace_back([&, i] {
        results[i] = broadcasts.update(made.id, round, {"submitted", {{"by", std::to_string(i)}}, {}, std::nullopt});
      });
    }
    for (auto& thread : threads) thread.join();
    std::size_t won = 0;
    const auto stored = must(broadcasts.read(made.id));
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (!results[i]) {
        CHECK(results[i].error().code == ErrorCode::kConflict);
        continue;
      }
      ++won;
      CHECK(*results[i] == round + 1);
      CHECK(stored->field("by") == std::to_string(i));
    }
    CHECK(won == 1);
  }
}

TEST_CASE_METHOD(Fixture, "an update whose answer is lost happens once and is known to have happened") {
  const BroadcastRecord made = record();
  must(broadcasts.create(made, at(1)));
  for (int lost = 0; lost < 3; ++lost) {
    CAPTURE(lost);
    const std::uint64_t before = must(broadcasts.read(made.id))->revision;
    int call = 0;
    redis().client().set_lost_reply([&](std::uint64_t) { return call++ == lost; });
    const auto revision =
        broadcasts.update(made.id, before, {"scheduled", {{"n", std::to_string(lost)}}, {}, at(100)});
    redis().client().set_lost_reply({});
    const std::uint64_t after = must(broadcasts.read(made.id))->revision;
    if (revision) CHECK(*revision == after);
    CHECK(after == before + (lost == 0 ? 0 : 1));  // the first call only puts it on the dispatcher's list
  }
}

TEST_CASE_METHOD(Fixture, "a broadcast that became due is on the dispatcher's list at whichever call the writer died") {
  for (int died = 0; died < 4; ++died) {
    CAPTURE(died);
    const BroadcastRecord made = record();
    must(broadcasts.create(made, at(1)));
    int call = 0;
    redis().client().set_fault([&](std::uint64_t) { return call++ < died; });
    (void)broadcasts.update(made.id, 0, {"scheduled", {}, {}, at(50)});
    redis().client().set_fault({});
    const auto stored = must(broadcasts.read(made.id));
    const auto due = must(broadcasts.due(at(50), 100));
    const bool listed = std::find(due.begin(), due.end(), made.id) != due.end();
    if (stored->state == "scheduled") {
      CHECK(stored->due == at(50));
      CHECK(listed);
    }
  }
}

TEST_CASE_METHOD(Fixture, "fields are set and removed, and the record's own names are refused") {
  const BroadcastRecord made = record();
  must(broadcasts.create(made, at(1)));
  CHECK(must(broadcasts.update(made.id, 0, {"approved", {{"a", "1"}, {"b", "2"}}, {}, at(5)})) == 1);
  CHECK(must(broadcasts.update(made.id, 1, {"held", {{"a", "3"}}, {"b", "never"}, std::nullopt})) == 2);
  const auto stored = must(broadcasts.read(made.id));
  CHECK(stored->state == "held");
  CHECK(stored->field("a") == "3");
  CHECK(stored->field("b").empty());
  CHECK_FALSE(stored->due);
  CHECK(broadcasts.update(made.id, 2, {"held", {{"revision", "9"}}, {}, {}}).error().code == ErrorCode::kInvalid);
  CHECK(broadcasts.update(random_hex(16), 0, {"held", {}, {}, {}}).error().code == ErrorCode::kNotFound);
}

TEST_CASE_METHOD(Fixture, "due broadcasts come earliest first, and closing takes one off every working list") {
  const BroadcastRecord early = record();
  const BroadcastRecord late = record();
  for (const auto* made : {&late, &early}) must(broadcasts.create(*made, at(1)));
  must(broadcasts.update(late.id, 0, {"scheduled", {}, {}, at(200)}));
  must(broadcasts.update(early.id, 0, {"scheduled", {}, {}, at(100)}));
  CHECK(must(broadcasts.due(at(99), 10)).empty());
  CHECK(must(broadcasts.due(at(150), 10)) == std::vector<std::string>{early.id});
  CHECK(must(broadcasts.due(at(200), 10)) == std::vector<std::string>{early.id, late.id});
  CHECK(must(broadcasts.due_between(at(101), at(201))) ==
        std::vector<std::pair<std::string, TimePoint>>{{late.id, at(200)}});
  CHECK(must(broadcasts.open()).size() == 2);
  must(broadcasts.close(early.id));
  CHECK(must(broadcasts.open()) == std::vector<std::string>{late.id});
  CHECK(must(broadcasts.due(at(200), 10)) == std::vector<std::string>{late.id});
  CHECK(must(broadcasts.count()) == 2);
}

TEST_CASE_METHOD(Fixture, "waiting ends at once when something became due, and never misses what came before it") {
  const std::string here = must(broadcasts.wait("$", milliseconds(0)));
  must(broadcasts.wake());
  const std::string next = must(broadcasts.wait(here, milliseconds(10'000)));
  CHECK(next != here);
  CHECK(must(broadcasts.wait(next, milliseconds(1))) == next);
}
