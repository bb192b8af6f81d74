// Random histories of many residents against a plain in-memory model. A case is one event and the whole state of its
// resident after it; every thousand cases the bitmaps are compared whole, erased slots among them.
#include <iostream>
#include <random>

#include "store/subscriber_erasure.h"
#include "store/subscriber_import.h"
#include "store/subscribers.h"
#include "tests/store/sample_schema.h"
#include "tests/store/subscriber_model.h"
#include "tests/support/catch.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::store;
using kairan::test::must;
using kairan::test::SubscriberModel;
using kairan::test::TestRedis;

namespace {

constexpr Partition kPartitions = 3;
constexpr std::size_t kPeople = 150;
constexpr int kCases = 12'000;
constexpr std::int64_t kStart = 1'795'000'000'000;

struct Event {
  enum Kind { kMessage, kFollow, kUnfollow, kChange } kind = kMessage;
  std::size_t who = 0;
  std::int64_t ms = 0;
  std::vector<AttributeChange> changes;
};

class History {
 public:
  History(TestRedis& redis, unsigned seed) : redis_(redis), random_(seed), schema_(test::sample_schema()) {
    redis_.flush();
    must(redis_.client().command({"CONFIG", "SET", "appendfsync", "no"}));
    for (std::size_t i = 0; i < kPeople; ++i) {
      addresses_.push_back(i % 7 == 0 ? "mail:" + std::to_string(i) + "@example.jp" : "U" + to_hex(random_bytes(16)));
      model_.emplace_back(schema_);
    }
    for (const Attribute& attribute : schema_.attributes()) {
      names_.push_back(any_bitmap(attribute.id));
      for (const std::string& value : values_of(attribute)) {
        names_.push_back(value_bitmap(attribute.id, value));
        names_.push_back(left_bitmap(attribute.id, value));
      }
    }
    names_.emplace_back("followers");
  }
  ~History() { (void)redis_.client().command({"CONFIG", "SET", "appendfsync", "always"}); }

  void step() {
    now_ += 1 + pick(20);
    const std::size_t kind = pick(100);
    const std::size_t who = pick(kPeople);
    if (kind < 4) {
      erase(who);
    } else if (kind < 8) {
      import(who);
    } else {
      Event event = kind < 25 && !past_.empty() ? past_[pick(past_.size())] : random_event(who);
      apply(event);
      past_.push_back(event);
      if (past_.size() > 200) past_.erase(past_.begin());
      check_person(event.who);
      return;
    }
    check_person(who);
  }

  /// Every bitmap whole, and that no bit is set for anyone who is not there.
  void check_all() {
    std::map<std::string, std::uint64_t> expected;
    for (SubscriberModel& person : model_) {
      for (const std::string& name : person.bits()) ++expected[name];
    }
    std::map<std::string, std::uint64_t> found;
    for (const PartitionBits& bits : must(subscribers_.read_bitmaps(names_))) {
      for (std::size_t i = 0; i < names_.size(); ++i) {
        if (bits.bitmaps[i].count() > 0) found[names_[i]] += bits.bitmaps[i].count();
      }
    }
    CHECK(found == expected);
  }

  std::size_t erased_slots() {
    std::size_t slots = 0;
    std::size_t known = 0;
    for (Partition p = 0; p < kPartitions; ++p) {
      slots += std::stoul("0" + must(redis_.client().command({"GET", keys::subscriber_next(p)})).text);
    }
    for (const SubscriberModel& person : model_) known += person.known() ? 1 : 0;
    return slots - known;
  }

 private:
  std::size_t pick(std::size_t below) { return random_() % below; }

  static std::vector<std::string> values_of(const Attribute& attribute) {
    if (attribute.kind == AttributeKind::kBirthMonths) return {"2018-12", "2020-04", "2020-04-01", "2026-10"};
    std::vector<std::string> ids;
    for (const AttributeValue& value : attribute.values) ids.push_back(value.id);
    return ids;
  }

  Event random_event(std::size_t who) {
    Event event;
    event.who = who;
    event.ms = now_ - static_cast<std::int64_t>(pick(150)) - 1;
    const std::size_t kind = pick(10);
    event.kind = kind < 1 ? Event::kMessage : kind < 3 ? Event::kFollow : kind < 5 ? Event::kUnfollow : Event::kChange;
    for (std::size_t n = event.kind == Event::kChange ? 1 + pick(3) : 0; n > 0; --n) {
      const Attribute& attribute = schema_.attributes()[pick(schema_.attributes().size())];
      const auto values = values_of(attribute);
      event.changes.push_back({attribute.id, values[pick(values.size())], pick(3) > 0});
    }
    return event;
  }

  void apply(const Event& event) {
    const std::string& address = addresses_[event.who];
    SubscriberModel& person = model_[event.who];
    if (event.kind == Event::kFollow || event.kind == Event::kUnfollow) {
      must(subscribers_.set_following(address, event.kind == Event::kFollow, from_unix_ms(event.ms)));
      person.follow(event.ms, event.kind == Event::kFollow);
      return;
    }
    const auto ref = subscribers_.ensure(address, from_unix_ms(event.ms));
    if (ref && event.kind == Event::kChange) {
      must(subscribers_.change(*ref, schema_, event.changes, from_unix_ms(event.ms)));
    }
    if (!ref) CHECK(ref.error().code == ErrorCode::kNotFound);
    if (event.kind == Event::kChange)
      person.change(event.ms, event.changes);
    else
      person.message(event.ms);
  }

  void erase(std::size_t who) {
    const auto ref = must(subscribers_.find(addresses_[who]));
    CHECK(ref.has_value() == model_[who].known());
    if (ref) must(erasure_.erase(*ref, addresses_[who], from_unix_ms(now_)));
    model_[who].erase(now_);
  }

  void import(std::size_t who) {
    std::vector<std::string> columns;
    ImportRow row{addresses_[who], {}};
    for (const Attribute& attribute : schema_.attributes()) {
      if (pick(3) == 0) continue;
      columns.push_back(attribute.id);
      const bool single = attribute.kind == AttributeKind::kSingle || attribute.kind == AttributeKind::kYesNo;
      for (const std::string& value : values_of(attribute)) {
        if (pick(2) == 0) continue;
        row.values.emplace_back(attribute.id, value);
        if (single) break;
      }
    }
    if (columns.empty()) return;
    const std::vector<ImportRow> rows{row};
    must(import_.import(schema_, columns, rows, from_unix_ms(now_)));
    model_[who].import(now_, columns, row.values);
  }

  void check_person(std::size_t who) {
    CAPTURE(who);
    const auto ref = must(subscribers_.find(addresses_[who]));
    REQUIRE(ref.has_value() == model_[who].known());
    if (!ref) return;
    CHECK(must(subscribers_.address(*ref)) == addresses_[who]);
    const std::vector<Partition> one{ref->partition};
    std::set<std::string> found;
    const auto read = must(subscribers_.read_bitmaps(one, names_));
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (read.front().bitmaps[i].test(ref->ordinal)) found.insert(names_[i]);
    }
    CHECK(found == model_[who].bits());
  }

  TestRedis& redis_;
  std::mt19937 random_;
  const AttributeSchema schema_;
  const Sealer sealer_{Secret(std::string(32, 'k'))};
  Subscribers subscribers_{redis_.client(), sealer_, kPartitions};
  SubscriberErasure erasure_{redis_.client(), sealer_, kPartitions};
  SubscriberImport import_{redis_.client(), sealer_, kPartitions};
  std::int64_t now_ = kStart;
  std::vector<std::string> addresses_, names_;
  std::vector<SubscriberModel> model_;
  std::vector<Event> past_;
};

}  // namespace

TEST_CASE("random follows, settings, imports and erasures, late and repeated, end as a plain evaluation says") {
  TestRedis redis;
  const unsigned seed = Catch::rngSeed() != 0 ? Catch::rngSeed() : std::random_device{}();
  CAPTURE(seed);
  History history(redis, seed);
  for (int i = 1; i <= kCases; ++i) {
    CAPTURE(i);
    history.step();
    if (i % 1000 == 0) history.check_all();
  }
  CHECK(history.erased_slots() > 100);
}
