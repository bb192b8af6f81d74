#include <thread>

#include "base/bounded_queue.h"
#include "base/token_bucket.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"

using namespace kairan;
using namespace std::chrono_literals;

TEST_CASE("a full queue says so and keeps the item with its owner") {
  BoundedQueue<std::string> queue(1);
  CHECK(queue.try_push("first"));
  std::string second = "second";
  CHECK_FALSE(queue.try_push(std::move(second)));
  CHECK(second == "second");
  CHECK(queue.pop() == "first");
}

TEST_CASE("a closed queue gives what it holds and then nothing") {
  BoundedQueue<int> queue(2);
  CHECK(queue.try_push(1));
  queue.close();
  CHECK_FALSE(queue.try_push(2));
  CHECK(queue.pop() == 1);
  CHECK_FALSE(queue.pop().has_value());
}

TEST_CASE("every item pushed by several threads is popped once") {
  BoundedQueue<int> queue(8);
  std::atomic<int> sum{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      while (const auto item = queue.pop()) sum += *item;
    });
  }
  for (int i = 1; i <= 1000; ++i) {
    while (!queue.try_push(int(i))) std::this_thread::yield();
  }
  queue.close();
  for (auto& thread : threads) thread.join();
  CHECK(sum == 500'500);
}

TEST_CASE("a token bucket allows its burst and then its rate") {
  test::FakeClock clock;
  TokenBucket bucket(200, 200, clock.steady_now());
  int taken = 0;
  while (bucket.try_take(1, clock.steady_now())) ++taken;
  CHECK(taken == 200);
  clock.advance(5ms);
  CHECK(bucket.try_take(1, clock.steady_now()));
  CHECK_FALSE(bucket.try_take(1, clock.steady_now()));
  clock.advance(10s);
  CHECK(bucket.available(clock.steady_now()) == Approx(200));
}
