#include "store/subscriber_upkeep.h"

#include "store/subscriber_erasure.h"
#include "store/subscriber_import.h"
#include "tests/store/sample_schema.h"
#include "tests/support/catch.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::store;
using kairan::test::must;
using kairan::test::TestRedis;

namespace {

constexpr Partition kPartitions = 4;
using std::chrono::hours;

TestRedis& redis() {
  static TestRedis instance;
  return instance;
}

std::string user_id(int number) {
  return "U" + to_hex(bytes_of(sha256(std::to_string(number))).substr(0, 16));
}

struct Fixture {
  Fixture() { redis().flush(); }

  bool follows(const std::string& address) {
    const auto ref = must(subscribers.find(address));
    return ref && must(subscribers.is_following(*ref));
  }
  ReconcileCounts night(std::vector<std::string> listed, int day) {
    return must(upkeep.reconcile(listed, start + hours(24 * day), "night " + std::to_string(day)));
  }

  const AttributeSchema attributes = test::sample_schema();
  const Sealer sealer{Secret(std::string(32, 'k'))};
  Subscribers subscribers{redis().client(), sealer, kPartitions};
  SubscriberUpkeep upkeep{redis().client(), sealer, kPartitions};
  SubscriberErasure erasure{redis().client(), sealer, kPartitions};
  SubscriberImport importer{redis().client(), sealer, kPartitions};
  const TimePoint start = from_unix_ms(1'795'000'000'000);
};

}  // namespace

TEST_CASE_METHOD(Fixture, "an account's followers become followers without attributes") {
  std::vector<std::string> listed;
  for (int i = 0; i < 3000; ++i) listed.push_back(user_id(i));
  const ReconcileCounts counts = night(listed, 0);
  CHECK(counts.listed == 3000);
  CHECK(counts.added == 3000);
  CHECK(must(subscribers.count_following()) == 3000);
  for (int i = 0; i < 3000; i += 500) {
    const auto ref = must(subscribers.find(user_id(i)));
    REQUIRE(ref);
    CHECK(must(subscribers.settings(*ref, attributes)).empty());
  }
  CHECK(night(listed, 1).added == 0);
}

TEST_CASE_METHOD(Fixture, "who is missing from the list is unconfirmed for two nights and has left at the third") {
  must(subscribers.set_following(user_id(1), true, start));
  must(subscribers.set_following(user_id(2), true, start));
  const std::vector<std::string> listed{user_id(1)};
  CHECK(night(listed, 1).absent == 1);
  CHECK(night(listed, 1).absent == 1);  // the same night again counts once
  CHECK(night(listed, 1).gone == 0);
  CHECK(must(upkeep.count_unconfirmed()) == 1);
  CHECK(follows(user_id(2)));
  CHECK(night(listed, 2).absent == 1);
  SECTION("three nights in a row") {
    CHECK(night(listed, 3).gone == 1);
    CHECK_FALSE(follows(user_id(2)));
    CHECK(must(upkeep.count_unconfirmed()) == 0);
    CHECK(night({user_id(1), user_id(2)}, 4).found == 1);
    CHECK(follows(user_id(2)));
  }
  SECTION("seen in between") {
    CHECK(night({user_id(1), user_id(2)}, 3).absent == 0);
    CHECK(night(listed, 4).absent == 1);
    CHECK(follows(user_id(2)));
  }
}

TEST_CASE_METHOD(Fixture, "who followed or left since the run began is not touched by it") {
  must(subscribers.set_following(user_id(1), true, start));
  must(subscribers.set_following(user_id(2), true, start + hours(24)));
  must(subscribers.set_following(user_id(3), false, start + hours(24) + milliseconds(5)));
  for (int i = 0; i < 5; ++i)
    must(upkeep.reconcile(std::vector<std::string>{user_id(3)}, start + hours(24), std::to_string(i)));
  CHECK_FALSE(follows(user_id(1)));
  CHECK(follows(user_id(2)));
  CHECK_FALSE(follows(user_id(3)));
}

TEST_CASE_METHOD(Fixture, "who was erased stays out of reconciliation and imports until they write or follow again") {
  must(subscribers.set_following(user_id(1), true, start));
  const SubscriberRef old = must(subscribers.find(user_id(1))).value();
  must(subscribers.change(old, attributes, std::vector<AttributeChange>{{"district", "hama", true}}, start));
  const TimePoint erased = must(erasure.erase(old, user_id(1), start + hours(1)));
  CHECK(erased == start + hours(1));
  CHECK(must(erasure.erased_at(user_id(1))) == erased);
  CHECK(must(erasure.erase(old, user_id(1), start + hours(9))) == erased);  // a repeat changes nothing
  CHECK(erasure.erase({old.partition, 77}, user_id(2), start).error().code != ErrorCode::kInternal);

  CHECK(night({user_id(1)}, 2).erased == 1);
  const std::vector<std::string> columns{"district"};
  const std::vector<ImportRow> rows{{user_id(1), {{"district", "hama"}}}};
  CHECK(must(importer.import(attributes, columns, rows, start + hours(72))).erased == 1);
  CHECK_FALSE(must(subscribers.set_following(user_id(1), true, erased)));
  CHECK(subscribers.ensure(user_id(1), erased).error().code == ErrorCode::kNotFound);
  CHECK_FALSE(must(subscribers.find(user_id(1))));
  CHECK_FALSE(must(subscribers.address(old)));
  CHECK(subscribers.change(old, attributes, std::vector<AttributeChange>{{"district", "hama", true}}, start + hours(99))
            .error()
            .code == ErrorCode::kNotFound);
  CHECK(must(subscribers.count_following()) == 0);

  CHECK(must(subscribers.set_following(user_id(1), true, erased + milliseconds(1))));
  const SubscriberRef fresh = must(subscribers.find(user_id(1))).value();
  CHECK(fresh.ordinal > old.ordinal);
  // What was chosen before the erasure and comes late does not count.
  CHECK(must(subscribers.change(fresh, attributes, std::vector<AttributeChange>{{"district", "hama", true}}, erased)) ==
        0);
  CHECK(must(subscribers.settings(fresh, attributes)).empty());
}

TEST_CASE_METHOD(Fixture,
                 "settings of who left are kept 30 days and then taken, unless they come back or change them") {
  for (int i = 0; i < 4; ++i) {
    must(subscribers.set_following(user_id(i), true, start));
    const SubscriberRef ref = must(subscribers.find(user_id(i))).value();
    must(subscribers.change(
        ref, attributes, std::vector<AttributeChange>{{"district", "hama", true}, {"topic", "event", false}}, start));
  }
  must(subscribers.set_following(user_id(0), false, start + hours(1)));
  must(subscribers.set_following(user_id(1), false, start + hours(1)));
  must(subscribers.set_following(user_id(1), true, start + hours(2)));
  must(subscribers.set_following(user_id(2), false, start + hours(1)));
  must(subscribers.change(must(subscribers.find(user_id(2))).value(), attributes,
                          std::vector<AttributeChange>{{"district", "nanaura", true}}, start + hours(48)));
  CHECK(must(upkeep.forget_settings(start + kSettingsRetention)) == 0);
  const TimePoint later = start + hours(2) + kSettingsRetention;
  CHECK(must(upkeep.forget_settings(later)) == 1);
  CHECK(must(upkeep.forget_settings(later)) == 0);
  const SubscriberRef gone = must(subscribers.find(user_id(0))).value();
  CHECK(must(subscribers.settings(gone, attributes)).empty());
  const std::vector<std::string> names{"x:topic:event", "a:district"};
  const std::vector<Partition> one{gone.partition};
  const auto read = must(subscribers.read_bitmaps(one, names));
  for (const Bitmap& bits : read.front().bitmaps) CHECK_FALSE(bits.test(gone.ordinal));
  for (int i = 1; i < 4; ++i) {
    CHECK_FALSE(must(subscribers.settings(must(subscribers.find(user_id(i))).value(), attributes)).empty());
  }
}

TEST_CASE_METHOD(Fixture, "an import of many rows is exact, says what it did, and repeats without effect") {
  std::vector<ImportRow> rows;
  for (int i = 0; i < 2500; ++i) {
    ImportRow row{user_id(i), {{"district", i % 2 == 0 ? "hama" : "nanaura"}}};
    if (i % 3 == 0) row.values.emplace_back("children", "2024-05");
    if (i % 5 == 0) row.values.emplace_back("topic", "event");
    rows.push_back(std::move(row));
  }
  must(subscribers.set_following(user_id(1), false, start));
  const SubscriberRef known = must(subscribers.ensure(user_id(2), start));
  must(subscribers.change(known, attributes,
                          std::vector<AttributeChange>{{"district", "furueda", true}, {"shobodan", "yes", true}},
                          start));
  const std::vector<std::string> columns{"district", "children", "topic"};
  std::size_t seen = 0;
  const auto progress = [&](std::size_t done) {
    CHECK(done >= seen);
    seen = done;
  };
  const ImportCounts counts = must(importer.import(attributes, columns, rows, start + hours(1), progress));
  CHECK(counts.added == 2498);
  CHECK(counts.changed == 2);
  CHECK(seen == 2500);
  CHECK(must(importer.import(attributes, columns, rows, start + hours(1))).unchanged == 2500);
  CHECK(must(subscribers.count_following()) == 2499);  // who had left stays away
  CHECK_FALSE(follows(user_id(1)));
  CHECK(must(subscribers.settings(known, attributes)) ==
        std::map<std::string, std::vector<std::string>>{{"district", {"hama"}}, {"shobodan", {"yes"}}});
  const SubscriberRef fifteenth = must(subscribers.find(user_id(15))).value();
  CHECK(must(subscribers.settings(fifteenth, attributes)) ==
        std::map<std::string, std::vector<std::string>>{
            {"district", {"nanaura"}}, {"children", {"2024-05"}}, {"topic", {"event"}}});
  // What was chosen later than the file's time stays.
  must(subscribers.change(known, attributes, std::vector<AttributeChange>{{"district", "furueda", true}},
                          start + hours(3)));
  must(importer.import(attributes, columns, rows, start + hours(2)));
  CHECK(must(subscribers.settings(known, attributes)).at("district") == std::vector<std::string>{"hama", "furueda"});

  rows.push_back({user_id(9000), {{"district", "tokyo"}}});
  CHECK(importer.import(attributes, columns, rows, start + hours(4)).error().code == ErrorCode::kInvalid);
  CHECK_FALSE(must(subscribers.find(user_id(9000))));
}
