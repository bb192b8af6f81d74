#include "store/subscribers.h"

#include <map>
#include <random>
#include <set>
#include <thread>

#include "tests/support/catch.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::store;
using kairan::test::must;
using kairan::test::TestRedis;

namespace {

constexpr Partition kPartitions = 8;

TestRedis& redis() {
  static TestRedis instance;
  return instance;
}

struct Fixture {
  Fixture() { redis().flush(); }
  const Sealer sealer{Secret(std::string(32, 'k'))};
  Subscribers subscribers{redis().client(), sealer, kPartitions};
};

std::string user_id(unsigned number) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::mt19937 random(number);
  std::string id = "U";
  for (int i = 0; i < 32; ++i) id.push_back(kDigits[random() % 16]);
  return id;
}

TimePoint at(std::int64_t ms) {
  return from_unix_ms(1'795'000'000'000 + ms);
}

}  // namespace

TEST_CASE_METHOD(Fixture, "an address has one slot, whoever asks and how often, and its slot has that address") {
  std::set<std::pair<int, std::uint32_t>> slots;
  std::vector<std::string> addresses;
  for (unsigned i = 0; i < 200; ++i) addresses.push_back(user_id(i));
  for (const char* other : {"C0123456789abcdef0123456789abcdef", "R0123456789abcdef0123456789abcdef",
                            "line:U0123456789abcdef0123456789abcdef", "U0123456789ABCDEF0123456789abcdef", "U01",
                            "simulator:たろう", "mail:someone@example.jp"}) {
    addresses.emplace_back(other);
  }
  addresses.push_back(std::string("bytes\0\r\n\xff", 9));
  for (const std::string& address : addresses) {
    CAPTURE(address);
    CHECK_FALSE(must(subscribers.find(address)));
    const SubscriberRef ref = must(subscribers.ensure(address, at(0)));
    CHECK(must(subscribers.ensure(address, at(0))) == ref);
    CHECK(must(subscribers.find(address)) == ref);
    CHECK(must(subscribers.address(ref)) == address);
    CHECK(ref.partition == subscribers.partition_of(address));
    CHECK_FALSE(must(subscribers.is_following(ref)));
    CHECK(slots.insert({ref.partition, ref.ordinal}).second);
  }
  CHECK(must(subscribers.count_following()) == 0);
  CHECK_FALSE(must(subscribers.address({0, 100000})));
}

TEST_CASE_METHOD(Fixture, "threads that ask for one new address at once get the same slot") {
  for (unsigned round = 0; round < 20; ++round) {
    std::vector<Result<SubscriberRef>> refs(6, SubscriberRef{});
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < refs.size(); ++i) {
      threads.emplace_back([&, i] { refs[i] = subscribers.ensure(user_id(round), at(0)); });
    }
    for (auto& thread : threads) thread.join();
    for (const auto& ref : refs) CHECK(must(ref) == must(refs[0]));
  }
}

TEST_CASE_METHOD(Fixture, "an address that is empty or too long, or a time that cannot be, is refused") {
  CHECK(subscribers.ensure("", at(0)).error().code == ErrorCode::kInvalid);
  CHECK(subscribers.find(std::string(257, 'x')).error().code == ErrorCode::kInvalid);
  CHECK(subscribers.set_following("", true, at(0)).error().code == ErrorCode::kInvalid);
  CHECK(subscribers.set_following("U", true, from_unix_ms(-1)).error().code == ErrorCode::kInvalid);
  CHECK(subscribers.set_following("U", true, from_unix_ms(std::int64_t{1} << 52)).error().code == ErrorCode::kInvalid);
}

TEST_CASE_METHOD(
    Fixture, "an older follow or unfollow changes nothing, a repeat changes nothing, at one instant unfollow wins") {
  const std::string who = user_id(1);
  CHECK(must(subscribers.set_following(who, true, at(10))));
  CHECK_FALSE(must(subscribers.set_following(who, true, at(10))));
  CHECK_FALSE(must(subscribers.set_following(who, false, at(9))));
  const SubscriberRef ref = must(subscribers.find(who)).value();
  CHECK(must(subscribers.is_following(ref)));
  CHECK(must(subscribers.set_following(who, false, at(10))));
  CHECK_FALSE(must(subscribers.set_following(who, true, at(10))));
  CHECK_FALSE(must(subscribers.is_following(ref)));
  CHECK(must(subscribers.set_following(who, true, at(11))));
  CHECK(must(subscribers.is_following(ref)));
  // An unfollow of someone never seen is remembered against a follow that happened before it.
  const std::string late = user_id(2);
  CHECK(must(subscribers.set_following(late, false, at(20))));
  CHECK_FALSE(must(subscribers.set_following(late, true, at(19))));
  CHECK(must(subscribers.count_following()) == 1);
}

TEST_CASE_METHOD(Fixture, "random follows and unfollows in any order and by many threads end as by event time") {
  for (unsigned seed = 0; seed < 10; ++seed) {
    redis().flush();
    std::mt19937 random(seed);
    struct Change {
      std::string who;
      bool following;
      std::int64_t time;
    };
    std::vector<Change> changes;
    std::map<std::string, std::pair<std::int64_t, bool>> model;
    for (int i = 0; i < 300; ++i) {
      const Change change{user_id(random() % 30), random() % 2 == 0, static_cast<std::int64_t>(random() % 40)};
      changes.push_back(change);
      const auto rank = change.time * 2 + (change.following ? 0 : 1);
      auto& state = model.try_emplace(change.who, -1, false).first->second;
      if (rank > state.first) state = {rank, change.following};
    }
    std::shuffle(changes.begin(), changes.end(), random);
    std::atomic<int> failed{0};
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (std::size_t i = t; i < changes.size(); i += 4) {
          if (!subscribers.set_following(changes[i].who, changes[i].following, at(changes[i].time))) ++failed;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    CAPTURE(seed);
    CHECK(failed == 0);
    std::uint64_t followers = 0;
    for (const auto& [who, state] : model) {
      const auto ref = must(subscribers.find(who));
      REQUIRE(ref);
      CHECK(must(subscribers.is_following(*ref)) == state.second);
      followers += state.second ? 1 : 0;
    }
    CHECK(must(subscribers.count_following()) == followers);
  }
}

TEST_CASE_METHOD(Fixture, "no key and no field carries a user id") {
  const std::string who = user_id(1);
  must(subscribers.ensure(who, at(0)));
  must(subscribers.set_following(who, true, at(1)));
  for (const Reply& key : must(redis().client().command({"KEYS", "*"})).items) {
    CHECK(key.text.find(who.substr(1, 8)) == std::string::npos);
    CHECK(key.text.find(must(from_hex(who.substr(1, 8)))) == std::string::npos);
    if (key.text.find(":i:") == std::string::npos) continue;
    for (const Reply& field : must(redis().client().command({"HKEYS", key.text})).items) {
      CHECK(field.text.size() == 12);
      CHECK(field.text.find(must(from_hex(who.substr(1, 8)))) == std::string::npos);
    }
  }
}

TEST_CASE_METHOD(Fixture, "subscribers are spread over the partitions") {
  std::map<Partition, int> spread;
  for (unsigned i = 0; i < 8000; ++i) ++spread[subscribers.partition_of(user_id(i))];
  REQUIRE(spread.size() == kPartitions);
  for (const auto& [partition, count] : spread) CHECK(std::abs(count - 1000) < 200);
}

TEST_CASE_METHOD(Fixture, "a subscriber takes at most 50 bytes where there are a million") {
  // As many in one partition as a million have in each of 64. Speed of the disk is not what this measures.
  must(redis().client().command({"CONFIG", "SET", "appendfsync", "no"}));
  Subscribers dense(redis().client(), sealer, 1);
  constexpr int kCount = 15'625;
  int failed = 0;
  for (int i = 0; i < kCount; ++i) {
    if (!dense.set_following(user_id(static_cast<unsigned>(i)), true, at(i))) ++failed;
  }
  must(redis().client().command({"CONFIG", "SET", "appendfsync", "always"}));
  CHECK(failed == 0);
  CHECK(must(dense.count_following()) == kCount);
  std::int64_t packed = 0;
  for (const std::string& key :
       {keys::subscriber_addresses(0), keys::subscriber_times(0), keys::bitmap(0, "followers")}) {
    packed += must(redis().client().command({"STRLEN", key})).integer;
  }
  std::int64_t ids = 0;
  for (std::uint32_t b = 0; b < keys::kSubscriberBuckets; ++b) {
    const std::string key = keys::subscriber_ids(0, b);
    REQUIRE(must(redis().client().command({"OBJECT", "ENCODING", key})).text == "listpack");
    ids += must(redis().client().command({"MEMORY", "USAGE", key})).integer;
  }
  const double id_bytes = static_cast<double>(ids) / kCount;
  const double all_bytes = id_bytes + static_cast<double>(packed) / kCount;
  CAPTURE(id_bytes, all_bytes);
  CHECK(id_bytes < 23);
  CHECK(all_bytes < 50);
}
