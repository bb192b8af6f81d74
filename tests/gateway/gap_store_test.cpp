#include "gateway/gap_store.h"

#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::test;
using intents::Gap;
using intents::GapKind;

namespace {

const Sealer& sealer() {
  static const Sealer instance{Secret(std::string(Sealer::kKeyBytes, 'k'))};
  return instance;
}

}  // namespace

TEST_CASE("questions without an answer are counted by their words and by how many asked, sealed and without ids",
          "[redis]") {
  TestRedis redis;
  FakeClock clock;
  clock.set(SystemClock().now());
  gateway::RedisGapStore store(redis.client(), sealer());
  const Gap gap{GapKind::kUnmatched, "プールの 予約", "プール 予約", ""};
  for (const char* resident : {"U1", "U2", "U2", "U3"}) {
    must(store.record(gap, gateway::gap_resident_tag(sealer(), resident), clock.now()));
  }
  must(store.record({GapKind::kRejected, "水道", "水道", "faq:suido"}, gateway::gap_resident_tag(sealer(), "U1"),
                    clock.now()));

  const auto counts = must(store.list(clock.now()));
  REQUIRE(counts.size() == 2);
  const auto& unmatched = counts[0].gap.kind == GapKind::kUnmatched ? counts[0] : counts[1];
  CHECK(unmatched.gap == gap);
  CHECK(unmatched.times == 4);
  CHECK(unmatched.resident_tags.size() == 3);

  const auto raw = must(redis.client().command({"XRANGE", "gaps", "-", "+"}));
  REQUIRE(raw.items.size() == 5);
  for (const auto& entry : raw.items) {
    CHECK(entry.items[1].items[1].text.find("プール") == std::string::npos);
    CHECK(entry.items[1].items[1].text.find("U1") == std::string::npos);
  }
}

TEST_CASE("what is older than ninety days is forgotten", "[redis]") {
  TestRedis redis;
  FakeClock clock;
  clock.set(SystemClock().now());
  gateway::RedisGapStore store(redis.client(), sealer());
  must(store.record({GapKind::kUnmatched, "古い", "古い", ""}, "tag", clock.now()));
  CHECK(must(store.list(clock.now())).size() == 1);
  clock.advance(intents::kGapRetention + std::chrono::minutes(1));
  CHECK(must(store.list(clock.now())).empty());
  must(store.record({GapKind::kUnmatched, "新しい", "新しい", ""}, "tag", clock.now()));  // trims what is too old
  CHECK(must(redis.client().command({"XLEN", "gaps"})).integer == 0);
}
