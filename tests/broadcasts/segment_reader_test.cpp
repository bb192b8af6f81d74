#include "broadcasts/segment_reader.h"

#include <map>
#include <set>

#include "tests/broadcasts/segment_schema.h"
#include "tests/support/catch.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::broadcasts;
using kairan::store::AttributeChange;
using kairan::store::Partition;
using kairan::test::must;
using kairan::test::TestRedis;

namespace {

constexpr Partition kPartitions = 16;
const Date kToday(std::chrono::year(2026), std::chrono::month(11), std::chrono::day(25));
constexpr std::int64_t kStart = 1'795'000'000'000;  // 2026-11-18
const std::string kBroadcast(32, 'a');

TestRedis& redis() {
  static TestRedis instance;
  return instance;
}

/// Who received kBroadcast is said by the test.
class FakeReach final : public BroadcastReach {
 public:
  Result<std::vector<Bitmap>> received(std::string_view broadcast, std::span<const Partition> partitions) override {
    if (broadcast != kBroadcast) return Error{ErrorCode::kNotFound, "no such broadcast"};
    std::vector<Bitmap> found;
    for (const Partition p : partitions) found.push_back(by_partition[p]);
    return found;
  }
  std::map<Partition, Bitmap> by_partition;
};

struct Fixture {
  Fixture() { redis().flush(); }

  store::SubscriberRef person(int number, const std::vector<AttributeChange>& chosen, bool follows = true) {
    const std::string address = "person-" + std::to_string(number);
    must(subscribers.set_following(address, true, from_unix_ms(kStart + 1000)));
    const auto ref = must(subscribers.ensure(address, from_unix_ms(kStart + 1000)));
    if (!chosen.empty()) must(subscribers.change(ref, schema, chosen, from_unix_ms(kStart + 2000)));
    if (!follows) must(subscribers.set_following(address, false, from_unix_ms(kStart + 3000)));
    return ref;
  }
  Segment segment(const std::string& text) { return must(parse_segment(text, schema)); }
  std::uint64_t count(const std::string& text) { return must(reader.count(segment(text), kToday)); }

  const Sealer sealer{Secret(std::string(32, 'k'))};
  const store::AttributeSchema schema = kairan::test::segment_schema();
  store::Subscribers subscribers{redis().client(), sealer, kPartitions};
  FakeReach reach;
  SegmentReader reader{subscribers, &reach};
};

const std::string kParents = R"({"combinator":"and","rules":[
    {"field":"district","operator":"in","value":"nanaura,hama"},{"field":"children","operator":"between","value":[0,2]}]})";

}  // namespace

TEST_CASE("a segment counts whom it selects among followers", "[redis]") {
  Fixture f;
  CHECK(f.count("everyone") == 0);
  f.person(1, {{"district", "nanaura", true}, {"children", "2025-01", true}});
  f.person(2, {{"district", "hama", true}, {"children", "2024-06", true}, {"children", "2015-06", true}});
  f.person(3, {{"district", "hama", true}, {"children", "2015-06", true}});
  f.person(4, {{"district", "nogomi", true}, {"children", "2025-01", true}});
  f.person(5, {{"district", "nanaura", true}, {"children", "2025-01", true}}, false);
  for (int n = 6; n < 60; ++n) f.person(n, {});
  CHECK(f.count("everyone") == 58);
  CHECK(f.count(kParents) == 2);
  CHECK(f.count(R"({"combinator":"and","not":true,"rules":[)" + kParents + "]}") == 56);
  CHECK(f.count(R"({"combinator":"and","rules":[{"field":"district","operator":"null"}]})") == 54);
}

TEST_CASE("counting what few bitmaps tell is one round trip", "[redis]") {
  Fixture f;
  for (int n = 0; n < 20; ++n) f.person(n, {{"district", "hama", true}});
  const Segment segment = f.segment(
      R"({"combinator":"and","rules":[{"field":"district","operator":"=","value":"hama"},{"field":"language","operator":"!=","value":"en"}]})");
  int calls = 0;
  redis().client().set_fault([&](std::uint64_t) { return ++calls > 0; });
  CHECK(f.reader.count(segment, kToday).ok());
  CHECK(calls == 1);
  redis().client().set_fault([](std::uint64_t) { return false; });
  CHECK(f.reader.count(segment, kToday).error().code == ErrorCode::kUnavailable);
  redis().client().set_fault({});
}

TEST_CASE("a segment over many bitmaps is read in parts and counts the same", "[redis]") {
  Fixture f;
  for (int n = 0; n < 40; ++n) f.person(n, {{"children", "20" + std::to_string(10 + n % 16) + "-07", true}});
  const std::string wide = R"({"combinator":"or","rules":[{"field":"children","operator":">=","value":0}]})";
  CHECK(f.segment(wide).on(kToday).bitmaps().size() > 400);
  int calls = 0;
  redis().client().set_fault([&](std::uint64_t) { return ++calls > 0; });
  CHECK(f.count(wide) == 40);
  CHECK(calls > 1);
  redis().client().set_fault({});
}

TEST_CASE("who received a broadcast can be asked for, and nothing is guessed when that is not known", "[redis]") {
  Fixture f;
  std::vector<store::SubscriberRef> refs;
  for (int n = 0; n < 12; ++n) refs.push_back(f.person(n, {}));
  for (int n = 0; n < 5; ++n) {
    Bitmap& bits = f.reach.by_partition[refs[static_cast<std::size_t>(n)].partition];
    if (bits.length() == 0) bits = Bitmap(64);
    bits.set(refs[static_cast<std::size_t>(n)].ordinal);
  }
  const auto rule = [](const std::string& op, const std::string& id) {
    return R"({"combinator":"and","rules":[{"field":"broadcast","operator":")" + op + R"(","value":")" + id + R"("}]})";
  };
  CHECK(f.count(rule("received", kBroadcast)) == 5);
  CHECK(f.count(rule("notReceived", kBroadcast)) == 7);
  CHECK(f.reader.count(f.segment(rule("received", std::string(32, 'b'))), kToday).error().code == ErrorCode::kNotFound);
  SegmentReader without(f.subscribers, nullptr);
  CHECK(without.count(f.segment(rule("received", kBroadcast)), kToday).error().code == ErrorCode::kInvalid);
}

TEST_CASE("a count comes with its parts", "[redis]") {
  Fixture f;
  f.person(1, {{"district", "nanaura", true}, {"children", "2025-01", true}});
  f.person(2, {{"district", "hama", true}, {"district", "nanaura", true}, {"children", "2023-12", true}});
  f.person(3, {{"district", "hama", true}});
  f.person(4, {{"children", "2026-10", true}});
  const auto parts = must(f.reader.break_down(f.segment(kParents), f.schema, kToday));
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].count == 2);
  CHECK(parts[0].path.empty());
  CHECK(parts[1].path == "rules[0]");
  CHECK(parts[1].text == "七浦 または 浜 に住む");
  CHECK(parts[1].count == 3);
  REQUIRE(parts[1].values.size() == 2);
  CHECK(parts[1].values[0].label == "七浦");
  CHECK(parts[1].values[0].count == 2);
  CHECK(parts[1].values[1].count == 2);
  CHECK(parts[2].count == 3);
  REQUIRE(parts[2].values.size() == 3);
  CHECK(parts[2].values[0].label == "0歳");
  CHECK(parts[2].values[0].count == 1);
  CHECK(parts[2].values[1].count == 1);
  CHECK(parts[2].values[2].count == 1);
  const auto everyone = must(f.reader.break_down(Segment(), f.schema, kToday));
  REQUIRE(everyone.size() == 1);
  CHECK(everyone[0].count == 4);
  CHECK(everyone[0].text == "友だち全員");
}

TEST_CASE("a sample is of the segment, distinct, and another seed gives another", "[redis]") {
  Fixture f;
  std::set<std::pair<Partition, std::uint32_t>> there;
  for (int n = 0; n < 60; ++n) {
    const auto ref = f.person(n, {{"district", n % 2 == 0 ? "hama" : "nogomi", true}});
    if (n % 2 == 0) there.emplace(ref.partition, ref.ordinal);
  }
  const Segment hama =
      f.segment(R"({"combinator":"and","rules":[{"field":"district","operator":"=","value":"hama"}]})");
  const auto sample = must(f.reader.sample(hama, kToday, 10, 1));
  std::set<std::pair<Partition, std::uint32_t>> distinct;
  for (const auto& ref : sample) {
    CHECK(there.count({ref.partition, ref.ordinal}) == 1);
    distinct.emplace(ref.partition, ref.ordinal);
  }
  CHECK(distinct.size() == 10);
  CHECK(must(f.reader.sample(hama, kToday, 10, 1)) == sample);
  CHECK(must(f.reader.sample(hama, kToday, 10, 2)) != sample);
  CHECK(must(f.reader.sample(hama, kToday, 100, 1)).size() == 30);
  CHECK(must(f.reader.sample(hama, kToday, 0, 1)).empty());
}

TEST_CASE("an area's emergency says how many are registered there and how many nowhere", "[redis]") {
  Fixture f;
  f.person(1, {{"district", "nanaura", true}});
  f.person(2, {{"district", "hama", true}, {"district", "nogomi", true}});
  f.person(3, {{"district", "nogomi", true}});
  f.person(4, {});
  f.person(5, {{"topic", "event", true}});
  f.person(6, {}, false);
  const std::vector<std::string> there = {"nanaura", "hama"};
  const auto area = must(f.reader.count_area(there, f.schema, kToday));
  CHECK(area.registered == 2);
  CHECK(area.undecided == 2);
  CHECK(must(f.reader.count(must(emergency_area_segment(there, f.schema)), kToday)) == 4);
}
