#include "gateway/resident_erasure.h"

#include "base/ids.h"
#include "store/resident_codes.h"
#include "store/subscribers.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::gateway;
using kairan::test::FakeClock;
using kairan::test::must;
using kairan::test::TestRedis;

namespace {

constexpr store::Partition kPartitions = 1;
const std::string kWho = "U0123456789abcdef0123456789abcdef";

/// A resident who follows, lies in the audience of a broadcast that is being sent, and reported that they are safe.
struct Fixture {
  Fixture() {
    must(subscribers.set_following(kWho, true, clock.now()));
    ref = must(subscribers.find(kWho)).value();
    SafetyReport report;
    report.at = clock.now();
    must(SafetyDesk(redis.client(), sealer).report(ref, report));
    code = must(store::ResidentCodes(redis.client(), sealer).issue_code(ref));

    must(broadcasts.create({id, "freezing", 0, std::nullopt, {}}, clock.now()));
    const std::string token =
        must(ledger.begin_freeze(id, std::vector<store::FrozenVariant>{{"日本語", "[text]"}}, "unit"));
    Bitmap bits(8);
    bits.set(ref.ordinal);
    const std::vector<Bitmap> by_variant{bits};
    must(ledger.freeze_partitions(id, token, std::vector<store::BroadcastLedger::PartitionFreeze>{{0, by_variant}}));
    must(ledger.end_freeze(id, token, 1, 1));
    must(broadcasts.update(id, must(broadcasts.read(id))->revision, {"sending", {}, {}, std::nullopt}));
  }

  /// Its only batch is on its way.
  store::BatchRow in_flight() {
    store::AudienceCursor end;
    end.end = true;
    REQUIRE(must(ledger.plan(id, {}, std::vector<store::BatchSlice>{{0, ref, ref, 1}}, end)));
    const store::Claim claim = must(ledger.claim(id, "me", "token", std::chrono::minutes(1)));
    REQUIRE(must(ledger.begin(id, claim.row, "key", "bytes for " + kWho, 1, {}, std::chrono::minutes(1))));
    return claim.row;
  }
  bool is_in_audience() { return must(ledger.audience(id)).at(0).at(0).count() > 0; }
  bool has_reported() { return !must(SafetyDesk(redis.client(), sealer).tally()).empty(); }

  TestRedis redis;
  FakeClock clock;
  Sealer sealer{Secret(std::string(Sealer::kKeyBytes, 'k'))};
  store::Subscribers subscribers{redis.client(), sealer, kPartitions};
  store::Broadcasts broadcasts{redis.client()};
  store::BroadcastLedger ledger{redis.client(), kPartitions};
  const std::string id = random_hex(16);
  store::SubscriberRef ref;
  std::string code;
  ResidentErasure erasure{redis.client(), sealer, kPartitions, clock, {}};
};

}  // namespace

TEST_CASE_METHOD(Fixture, "who is erased by code leaves the frozen audiences and the reports of safety as well",
                 "[redis]") {
  REQUIRE(is_in_audience());
  REQUIRE(has_reported());
  SECTION("by code, as the console and the terminal do") {
    must(erasure.erase_by_code(code));
  }
  SECTION("by address, as the chat does") {
    must(erasure.eraser().erase(kWho, clock.now()));
  }
  CHECK_FALSE(must(subscribers.find(kWho)));
  CHECK_FALSE(is_in_audience());
  CHECK_FALSE(has_reported());
  CHECK(erasure.erase_by_code(code).error().code == ErrorCode::kNotFound);
}

TEST_CASE_METHOD(Fixture, "an erasure does not end while a request names the person, and the night completes it",
                 "[redis]") {
  const store::BatchRow row = in_flight();
  CHECK(erasure.erase_by_code(code, milliseconds(0)).error().code == ErrorCode::kUnavailable);
  CHECK_FALSE(must(subscribers.find(kWho)));
  CHECK(is_in_audience());
  must(ledger.finish(id, row, {store::BatchState::kAccepted, 200, "", "", {}}));
  CHECK(must(erasure.eraser().finish_pending()) == 1);
  CHECK_FALSE(is_in_audience());
  CHECK_FALSE(has_reported());
}
