#include <algorithm>
#include <random>

#include "store/subscribers.h"
#include "tests/store/sample_schema.h"
#include "tests/support/catch.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::store;
using kairan::test::must;
using kairan::test::TestRedis;

namespace {

constexpr Partition kPartitions = 4;
using Settings = std::map<std::string, std::vector<std::string>>;

TestRedis& redis() {
  static TestRedis instance;
  return instance;
}

TimePoint at(std::int64_t ms) {
  return from_unix_ms(1'795'000'000'000 + ms);
}

struct Fixture {
  Fixture() { redis().flush(); }

  SubscriberRef resident(const std::string& name = "simulator:a") { return must(subscribers.ensure(name, at(0))); }
  std::size_t change(SubscriberRef ref, std::vector<AttributeChange> changes, std::int64_t ms) {
    return must(subscribers.change(ref, attributes, changes, at(ms)));
  }
  bool bit(SubscriberRef ref, const std::string& name) {
    const std::vector<std::string> names{name};
    const std::vector<Partition> partitions{ref.partition};
    return must(subscribers.read_bitmaps(partitions, names)).front().bitmaps.front().test(ref.ordinal);
  }

  const AttributeSchema attributes = test::sample_schema();
  const Sealer sealer{Secret(std::string(32, 'k'))};
  Subscribers subscribers{redis().client(), sealer, kPartitions};
};

}  // namespace

TEST_CASE_METHOD(Fixture, "what was chosen is read back in declared order, and its bitmaps say the same") {
  const SubscriberRef ref = resident();
  CHECK(must(subscribers.settings(ref, attributes)).empty());
  CHECK(change(ref,
               {{"district", "nanaura", true},
                {"district", "hama", true},
                {"children", "2024-05", true},
                {"children", "2020-04-01", true},
                {"reminder", "evening", true},
                {"shobodan", "no", true}},
               10) == 6);
  CHECK(must(subscribers.settings(ref, attributes)) == Settings{{"district", {"hama", "nanaura"}},
                                                                {"children", {"2020-04-01", "2024-05"}},
                                                                {"reminder", {"evening"}},
                                                                {"shobodan", {"no"}}});
  for (const char* set : {"a:district", "a:district:hama", "a:children", "a:reminder", "a:shobodan:no"}) {
    CHECK(bit(ref, set));
  }
  for (const char* unset : {"a:district:furueda", "a:topic", "a:shobodan:yes", "a:reminder:morning", "x:topic:event"}) {
    CHECK_FALSE(bit(ref, unset));
  }
  change(ref, {{"district", "hama", false}}, 11);
  CHECK(bit(ref, "a:district"));
  change(ref, {{"district", "nanaura", false}, {"children", "2020-04-01", false}, {"children", "2024-05", false}}, 12);
  CHECK_FALSE(bit(ref, "a:district"));
  CHECK_FALSE(bit(ref, "a:children"));
}

TEST_CASE_METHOD(Fixture,
                 "choosing one of a single choice takes the others away, in whatever order the choices arrive") {
  const SubscriberRef ref = resident();
  change(ref, {{"reminder", "morning", true}}, 20);
  CHECK(change(ref, {{"reminder", "evening", true}}, 10) == 0);
  CHECK(must(subscribers.settings(ref, attributes)) == Settings{{"reminder", {"morning"}}});
  // At one instant the one declared later wins, whichever comes first.
  change(ref, {{"reminder", "off", true}}, 30);
  change(ref, {{"reminder", "evening", true}}, 30);
  CHECK(must(subscribers.settings(ref, attributes)) == Settings{{"reminder", {"off"}}});
  change(ref, {{"reminder", "off", false}}, 31);
  CHECK(must(subscribers.settings(ref, attributes)).empty());
  CHECK_FALSE(bit(ref, "a:reminder"));
}

TEST_CASE_METHOD(Fixture, "leaving a topic expressly is remembered until it is chosen again") {
  const SubscriberRef ref = resident();
  CHECK_FALSE(bit(ref, "x:topic:event"));
  CHECK(change(ref, {{"topic", "event", false}}, 10) == 0);
  CHECK(bit(ref, "x:topic:event"));
  CHECK_FALSE(bit(ref, "a:topic"));
  CHECK(change(ref, {{"topic", "event", true}}, 11) == 1);
  CHECK_FALSE(bit(ref, "x:topic:event"));
  change(ref, {{"district", "hama", false}}, 12);
  CHECK_FALSE(bit(ref, "x:district:hama"));
}

TEST_CASE_METHOD(Fixture,
                 "a value that is not declared, a child of next month and a time that cannot be change nothing") {
  const SubscriberRef ref = resident();
  struct Case {
    const char* label;
    AttributeChange change;
  };
  const auto c = GENERATE(values<Case>({
      {"unknown attribute", {"colour", "red", true}},
      {"unknown value", {"district", "tokyo", true}},
      {"a name of another bitmap", {"district", "hama:x", true}},
      {"no value", {"district", "", true}},
      {"no month", {"children", "2024-13", true}},
      {"not yet born", {"children", "2026-12", true}},
      {"not yet born either", {"children", "2027-01", true}},
  }));
  CAPTURE(c.label);
  const std::vector<AttributeChange> changes{{"district", "hama", true}, c.change};
  CHECK(subscribers.change(ref, attributes, changes, at(0)).error().code == ErrorCode::kInvalid);
  CHECK(subscribers.change(ref, attributes, changes, from_unix_ms(-1)).error().code == ErrorCode::kInvalid);
  CHECK(must(subscribers.settings(ref, attributes)).empty());
  CHECK(subscribers.change({0, 4000}, attributes, std::vector<AttributeChange>{{"district", "hama", true}}, at(0))
            .error()
            .code == ErrorCode::kNotFound);
}

TEST_CASE_METHOD(Fixture,
                 "bitmaps are as long as their partition, names nobody set are empty, ones of 0 are never made") {
  std::vector<SubscriberRef> refs;
  for (int i = 0; i < 40; ++i) refs.push_back(resident("simulator:" + std::to_string(i)));
  change(refs[0], {{"district", "hama", true}, {"district", "furueda", false}}, 1);
  const std::vector<std::string> names{"a:district:hama", "a:district:nanaura", "followers"};
  const auto all = must(subscribers.read_bitmaps(names));
  REQUIRE(all.size() == kPartitions);
  std::size_t length = 0;
  std::uint64_t set = 0;
  for (const PartitionBits& bits : all) {
    REQUIRE(bits.bitmaps.size() == 3);
    length += bits.bitmaps[0].length();
    set += bits.bitmaps[0].count();
    CHECK(bits.bitmaps[1].length() == bits.bitmaps[0].length());
    CHECK(bits.bitmaps[1].count() == 0);
  }
  CHECK(length == 40);
  CHECK(set == 1);
  CHECK(must(redis().client().command({"EXISTS", keys::bitmap(refs[0].partition, "a:district:furueda")})).integer == 0);
}

TEST_CASE_METHOD(Fixture, "many addresses are read at once, in the order asked for, with gaps for slots without one") {
  std::map<Partition, std::vector<std::pair<std::uint32_t, std::string>>> known;
  for (int i = 0; i < 60; ++i) {
    const std::string name = i % 3 == 0 ? "mail:" + std::to_string(i) + "@example.jp" : "U" + to_hex(random_bytes(16));
    const SubscriberRef ref = resident(name);
    known[ref.partition].push_back({ref.ordinal, name});
  }
  for (auto& [partition, slots] : known) {
    std::shuffle(slots.begin(), slots.end(), std::mt19937(partition));
    std::vector<std::uint32_t> ordinals{100'000};
    std::vector<std::string> expected{""};
    for (const auto& [ordinal, name] : slots) {
      ordinals.push_back(ordinal);
      expected.push_back(name);
    }
    CHECK(must(subscribers.addresses(partition, ordinals)) == expected);
  }
  CHECK(must(subscribers.addresses(0, {})).empty());
}
