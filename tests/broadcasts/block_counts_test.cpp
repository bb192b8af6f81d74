#include "broadcasts/block_counts.h"

#include <string>

#include "tests/broadcasts/service_fixture.h"
#include "tests/support/catch.h"

namespace kairan::broadcasts {

using test::must;
using Fixture = test::ServiceFixture;

TEST_CASE_METHOD(Fixture, "blocks within a day count for the last broadcast a person received", "[redis]") {
  const auto a = city.resident(1);
  const auto b = city.resident(2);
  const auto c = city.resident(3);
  const auto sent = [&](const std::vector<std::string>& people) {
    const std::string id = approved(doc());
    force(id, State::kSent);
    ledger.status[id].first_batch_at = ledger.status[id].last_batch_at = clock.now();
    for (const std::string& who : people) {
      const auto ref = must(city.subscribers().ensure(who, city.registered_at()));
      ledger.reached[id][ref.partition].insert(ref.ordinal);
    }
    return id;
  };
  const std::string first = sent({a, b, c});
  city.unfollow(a, clock.now() + std::chrono::hours(1));
  clock.advance(std::chrono::hours(2));
  const std::string second = sent({b, c});
  city.unfollow(b, clock.now() + std::chrono::hours(1));
  city.unfollow(c, clock.now() + std::chrono::hours(30));  // too late for both
  store::Departures departures(city.client());
  BlockCounts counts({broadcasts, departures, ledger, ledger, city.subscribers().partitions(), clock});
  CHECK(must(counts.count(first)) == 1);
  CHECK(must(counts.count(second)) == 1);
  counts.run_once();
  CHECK(must(broadcasts.read(first))->field(field::kBlocks).empty());
  clock.advance(std::chrono::hours(23));
  counts.run_once();
  CHECK(must(broadcasts.read(first))->field(field::kBlocks) == "1");
  CHECK(must(broadcasts.read(first))->state == "sent");
}

}  // namespace kairan::broadcasts
