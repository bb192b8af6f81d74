#include "store/broadcast_ledger.h"

#include "base/ids.h"
#include "store/broadcasts.h"
#include "store/rate_line.h"
#include "tests/support/catch.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::store;
using kairan::test::must;
using kairan::test::TestRedis;
using std::chrono::microseconds;

namespace {

constexpr Partition kPartitions = 2;
constexpr milliseconds kHold{60'000};

TestRedis& redis() {
  static TestRedis instance;
  return instance;
}

/// A broadcast whose audience is ordinals 0 to 9 of both partitions, in one variant.
struct Fixture {
  Fixture() {
    redis().flush();
    id = random_hex(16);
    must(broadcasts.create({id, "freezing", 0, std::nullopt, {}}, from_unix_ms(1)));
  }
  void to(const std::string& state) {
    must(broadcasts.update(id, must(broadcasts.read(id))->revision, {state, {}, {}, std::nullopt}));
  }
  std::string begin_freeze() {
    return must(ledger.begin_freeze(id, std::vector<FrozenVariant>{{"日本語", "[text]"}}, "unit"));
  }
  Status freeze(const std::string& token, Partition p) {
    Bitmap bits(16);
    for (std::size_t n = 0; n < 10; ++n) bits.set(n);
    const std::vector<Bitmap> by_variant{bits};
    const std::vector<BroadcastLedger::PartitionFreeze> partitions{{p, by_variant}};
    return ledger.freeze_partitions(id, token, partitions);
  }
  void frozen() {
    const std::string token = begin_freeze();
    must(freeze(token, 0));
    must(freeze(token, 1));
    must(ledger.end_freeze(id, token, 20, 2));
    to("sending");
  }
  /// Two batches of ten.
  void planned() {
    frozen();
    AudienceCursor end;
    end.end = true;
    const std::vector<BatchSlice> batches{{0, {0, 0}, {0, 9}, 10}, {0, {1, 0}, {1, 9}, 10}};
    REQUIRE(must(ledger.plan(id, {}, batches, end)));
  }
  BatchRow claim(const std::string& token = "claim") {
    const Claim claim = must(ledger.claim(id, "me", token, kHold));
    REQUIRE(claim.kind == Claim::Kind::kBatch);
    return claim.row;
  }
  bool begin(const BatchRow& row) {
    return must(ledger.begin(id, row, "key", "bytes", 9, std::vector<SubscriberRef>{row.slice.from}, kHold));
  }

  Broadcasts broadcasts{redis().client()};
  BroadcastLedger ledger{redis().client(), kPartitions};
  std::string id;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "nothing is frozen before every partition is, and a later attempt voids an earlier one") {
  const std::string first = begin_freeze();
  must(freeze(first, 0));
  CHECK(ledger.end_freeze(id, first, 20, 2).error().code == ErrorCode::kInternal);
  CHECK_FALSE(must(ledger.figures(id)).frozen);
  CHECK(ledger.variants(id).error().code == ErrorCode::kNotFound);
  const std::string second = begin_freeze();
  CHECK(freeze(first, 1).error().code == ErrorCode::kConflict);
  must(freeze(second, 0));
  must(freeze(second, 1));
  must(ledger.end_freeze(id, second, 20, 2));
  must(ledger.end_freeze(id, second, 20, 2));
  CHECK(ledger.end_freeze(id, first, 20, 2).error().code == ErrorCode::kConflict);
  CHECK(freeze(second, 0).error().code == ErrorCode::kConflict);
  const LedgerFigures figures = must(ledger.figures(id));
  CHECK(figures.audience == 20);
  CHECK(figures.unit == "unit");
  CHECK(figures.recipients.planned == 20);
  CHECK(must(ledger.variants(id)).at(0).rendered == "[text]");
  CHECK(must(ledger.audience(id)).at(0).at(1).count() == 10);
}

TEST_CASE_METHOD(Fixture,
                 "an audience is frozen only while the record says so, and never again once batches are planned") {
  to("held");
  CHECK(ledger.begin_freeze(id, {}, "").error().code == ErrorCode::kConflict);
  to("freezing");
  planned();
  to("freezing");
  CHECK(ledger.begin_freeze(id, {}, "").error().code == ErrorCode::kConflict);
}

TEST_CASE_METHOD(Fixture, "planning twice from one place plans once") {
  planned();
  AudienceCursor end;
  end.end = true;
  CHECK_FALSE(must(ledger.plan(id, {}, std::vector<BatchSlice>{{0, {0, 0}, {0, 9}, 10}}, end)));
  CHECK(must(ledger.rows(id)).size() == 2);
  CHECK(must(ledger.figures(id)).cursor.end);
}

TEST_CASE_METHOD(Fixture, "a batch has one claimant until its hold runs out or it is given back") {
  planned();
  const BatchRow first = claim("a");
  const BatchRow second = claim("b");
  CHECK(first.number != second.number);
  CHECK(must(ledger.claim(id, "me", "c", kHold)).kind == Claim::Kind::kWait);
  CHECK(must(ledger.held(id)).size() == 2);
  CHECK(must(ledger.release(id, first)));
  CHECK_FALSE(must(ledger.release(id, first)));
  CHECK(claim("d").number == first.number);
  CHECK_FALSE(begin(first));  // its claim is another's now
}

TEST_CASE_METHOD(Fixture,
                 "bytes and key are stored before a batch is in flight, and only while the broadcast is being sent") {
  planned();
  BatchRow row = claim();
  to("paused");
  CHECK_FALSE(begin(row));
  CHECK(must(ledger.claim(id, "me", "x", kHold)).state == "paused");
  to("sending");
  CHECK(begin(row));
  CHECK(begin(row));  // a repeat after a lost answer
  CHECK(must(ledger.request(id, row.number)) == "bytes");
  LedgerFigures figures = must(ledger.figures(id));
  CHECK(figures.batches.in_flight == 1);
  CHECK(figures.recipients.in_flight == 9);
  CHECK(figures.recipients.planned == 10);
  CHECK(figures.left_out == 1);
  CHECK(figures.first_batch_at);
  (void)claim("the other one");
  (void)must(ledger.later(id, row, milliseconds(0), true, 500, "status 500"));
  const BatchRow again = claim("again");
  CHECK(again.number == row.number);
  CHECK(again.tries == 2);
  CHECK(again.maybe_taken);
  CHECK(again.retry_key == "key");
  CHECK(ledger.finish(id, row, {}).error().code == ErrorCode::kConflict);
  must(ledger.finish(id, again, {BatchState::kAccepted, 409, "request", "", {}}));
  must(ledger.finish(id, again, {BatchState::kAccepted, 409, "request", "", {}}));
  CHECK(ledger.finish(id, again, {BatchState::kUnknown, 0, "", "", {}}).error().code == ErrorCode::kConflict);
  CHECK_FALSE(must(ledger.request(id, row.number)));
  figures = must(ledger.figures(id));
  CHECK(figures.recipients.accepted == 9);
  CHECK(figures.batches.accepted == 1);
}

TEST_CASE_METHOD(Fixture, "the counts always sum up to the audience") {
  planned();
  const auto sum = [this] {
    const LedgerFigures f = must(ledger.figures(id));
    const OutcomeCounts& r = f.recipients;
    return r.planned + r.in_flight + r.accepted + r.refused + r.unknown + f.left_out;
  };
  CHECK(sum() == 20);
  BatchRow row = claim("a");
  begin(row);
  CHECK(sum() == 20);
  must(ledger.split(id, row, {0, {0, 0}, {0, 4}, 5}, {0, {0, 5}, {0, 9}, 5}, 400, ""));
  must(ledger.split(id, row, {0, {0, 0}, {0, 4}, 5}, {0, {0, 5}, {0, 9}, 5}, 400, ""));
  CHECK(sum() == 20);
  CHECK(must(ledger.rows(id)).size() == 4);
  BatchRow other = claim("b");
  must(ledger.finish(id, other, {BatchState::kEmpty, 0, "", "", {other.slice.from}}));
  CHECK(sum() == 20);
  BatchRow half = claim("c");
  CHECK(half.splits <= 1);
  begin(half);
  must(ledger.finish(id, half, {BatchState::kRefused, 400, "", "", {}}));
  CHECK(sum() == 20);
}

TEST_CASE_METHOD(Fixture, "an erased person is left out once, whether the planner read the audience before or after") {
  const bool read_before = GENERATE(true, false);
  frozen();
  CHECK(must(ledger.erase(id, {0, 3})));
  CHECK_FALSE(must(ledger.audience(id)).at(0).at(0).test(3));
  AudienceCursor end;
  end.end = true;
  const std::uint32_t first = read_before ? 10 : 9;
  CHECK(must(ledger.plan(id, {}, std::vector<BatchSlice>{{0, {0, 0}, {0, 9}, first}, {0, {1, 0}, {1, 9}, 10}}, end)));
  for (const char* claimant : {"a", "b"}) {
    const BatchRow row = claim(claimant);
    const bool here = row.slice.from.partition == 0;
    std::vector<SubscriberRef> left_out;
    if (here && read_before) left_out.push_back({0, 3});
    CHECK(must(ledger.begin(id, row, "key", "bytes", here ? 9 : 10, left_out, kHold)));
    must(ledger.finish(id, row, {BatchState::kAccepted, 200, "", "", {}}));
  }
  const LedgerFigures figures = must(ledger.figures(id));
  CHECK(figures.recipients.accepted == 19);
  CHECK(figures.left_out == 1);
  CHECK(figures.recipients.planned == 0);
}

TEST_CASE_METHOD(Fixture, "places on a line are never closer than their distance, whoever leases them") {
  RateLine one(redis().client(), "test");
  RateLine other(redis().client(), "test");
  std::vector<microseconds> places;
  for (int i = 0; i < 60; ++i) {
    const LinePlaces leased =
        must((i % 2 == 0 ? one : other).lease(microseconds(5000), 3, microseconds(10'000), microseconds(100'000)));
    for (std::size_t n = 0; n < leased.count; ++n) {
      places.push_back(leased.first + microseconds(5000) * static_cast<int>(n));
      CHECK(places.back() <= leased.now + microseconds(100'000));
    }
  }
  REQUIRE(places.size() > 10);
  for (std::size_t i = 1; i < places.size(); ++i) CHECK(places[i] - places[i - 1] >= microseconds(5000));
}
