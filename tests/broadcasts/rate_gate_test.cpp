// Who leaves when: the gate over the line of a real store. Orders, counts and the least times between are checked, never how
// long something took.
#include "broadcasts/rate_gate.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "store/rate_line.h"
#include "tests/support/catch.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::broadcasts;
using Urgency = RateGate::Urgency;

namespace {

struct Fixture {
  explicit Fixture(RateGateOptions options) : gate(line, options) {}
  ~Fixture() {
    gate.stop();
    for (std::thread& thread : threads) thread.join();
  }
  void depart_in_a_thread(Urgency urgency, int name) {
    threads.emplace_back([this, urgency, name] {
      if (gate.depart(urgency)) left(name);
    });
  }
  void left(int name) {
    const std::lock_guard lock(mutex);
    order.push_back(name);
  }
  std::vector<int> so_far() {
    const std::lock_guard lock(mutex);
    return order;
  }

  test::TestRedis redis;
  store::RateLine line{redis.client(), "test"};
  RateGate gate;
  std::mutex mutex;
  std::vector<int> order;
  std::vector<std::thread> threads;
};

RateGateOptions slow(std::size_t prepared) {
  RateGateOptions options;
  options.per_second = 5;
  options.share = 1;
  options.prepared = prepared;
  options.ahead = std::chrono::milliseconds(2000);
  options.tolerance = std::chrono::milliseconds(150);
  return options;
}

}  // namespace

TEST_CASE("The urgent takes the very next instant, whoever has waited for it", "[redis]") {
  Fixture f(slow(8));
  for (int i = 0; i < 5; ++i) REQUIRE(f.gate.enter(Urgency::kOrdinary));
  for (int i = 0; i < 5; ++i) f.depart_in_a_thread(Urgency::kOrdinary, i);
  while (f.so_far().empty()) std::this_thread::yield();
  REQUIRE(f.gate.enter(Urgency::kUrgent));
  REQUIRE(f.gate.depart(Urgency::kUrgent));
  f.left(100);
  for (std::thread& thread : f.threads) thread.join();
  f.threads.clear();
  const std::vector<int> order = f.so_far();
  REQUIRE(order.size() == 6);
  // One may have left while the urgent one entered; behind all five is what must not be.
  CHECK(std::find(order.begin(), order.end(), 100) - order.begin() <= 3);
}

TEST_CASE("No more than allowed have entered and not left; giving up makes room, and the urgent need none", "[redis]") {
  Fixture f(slow(2));
  REQUIRE(f.gate.enter(Urgency::kOrdinary));
  REQUIRE(f.gate.enter(Urgency::kOrdinary));
  std::atomic<bool> third{false};
  f.threads.emplace_back([&] {
    third = f.gate.enter(Urgency::kOrdinary);
    if (third) f.gate.give_up();
  });
  REQUIRE(f.gate.enter(Urgency::kUrgent));
  f.gate.give_up();  // the urgent one: two are still in, and the third still waits
  CHECK_FALSE(third);
  f.gate.give_up();
  while (!third) std::this_thread::yield();
  CHECK(third);
}

TEST_CASE("While the store is away nobody enters, and an entrance that failed takes no room", "[redis]") {
  Fixture f(slow(1));
  bool away = true;
  f.redis.client().set_fault([&](std::uint64_t) { return !away; });
  CHECK_FALSE(f.gate.enter(Urgency::kOrdinary));
  CHECK_FALSE(f.gate.enter(Urgency::kOrdinary));
  away = false;
  CHECK(f.gate.enter(Urgency::kOrdinary));
  CHECK(f.gate.depart(Urgency::kOrdinary));
}

TEST_CASE("One more than a second may hold leaves only when that second and what may travel into it are over",
          "[redis]") {
  RateGateOptions options = slow(8);
  options.travel = std::chrono::milliseconds(140);
  Fixture f(options);
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 6; ++i) {
    REQUIRE(f.gate.enter(Urgency::kOrdinary));
    REQUIRE(f.gate.depart(Urgency::kOrdinary));
  }
  CHECK(std::chrono::steady_clock::now() - began >= std::chrono::milliseconds(1140));
}

TEST_CASE("Stopping lets go of who waits to enter and who waits to leave", "[redis]") {
  RateGateOptions options = slow(1);
  options.per_second = 0.25;  // the second instant is four seconds away; a line five seconds ahead counts as set back
  options.ahead = std::chrono::seconds(10);
  Fixture f(options);
  REQUIRE(f.gate.enter(Urgency::kOrdinary));
  REQUIRE(f.gate.depart(Urgency::kOrdinary));
  REQUIRE(f.gate.enter(Urgency::kOrdinary));
  std::atomic<int> refused{0};
  f.threads.emplace_back([&] { refused += f.gate.depart(Urgency::kOrdinary) ? 0 : 1; });
  f.threads.emplace_back([&] { refused += f.gate.enter(Urgency::kOrdinary) ? 0 : 1; });
  f.gate.stop();
  for (std::thread& thread : f.threads) thread.join();
  f.threads.clear();
  CHECK(refused == 2);
}
