#include "gateway/night_work.h"

#include "base/civil_time.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::gateway;
using kairan::test::FakeClock;
using kairan::test::must;
using kairan::test::TestRedis;

namespace {

constexpr store::Partition kPartitions = 4;

TestRedis& redis() {
  static TestRedis instance;
  return instance;
}

struct Fixture {
  Fixture() { redis().flush(); }
  std::unique_ptr<NightWork> night(const std::string& owner = "one") {
    NightWorkOptions options;
    options.owner = owner;
    options.follower_ids = [this]() -> Result<std::vector<std::string>> {
      ++asked;
      if (refusal) return Error{*refusal, "no"};
      return listed;
    };
    return std::make_unique<NightWork>(redis().client(), sealer, kPartitions, eraser, clock, options);
  }
  std::uint64_t followers() { return must(store::Subscribers(redis().client(), sealer, kPartitions).count_following()); }

  FakeClock clock;
  const Sealer sealer{Secret(std::string(32, 'k'))};
  Eraser eraser{redis().client(), sealer, kPartitions, clock, {}};
  std::vector<std::string> listed{"U1", "U2"};
  std::optional<ErrorCode> refusal;
  int asked = 0;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "the first start takes the account's followers over, later nights do it once after half past three",
                 "[redis]") {
  const auto work = night();
  CHECK(must(work->run_if_due()));
  CHECK(followers() == 2);
  CHECK_FALSE(must(work->run_if_due()));
  // To half past three of the next day in Japan.
  const Date tomorrow = add_days(jst_date(clock.now()), 1);
  clock.advance(jst_time(tomorrow, 3 * 60 + 29) - clock.now());
  CHECK_FALSE(must(work->run_if_due()));
  clock.advance(std::chrono::minutes(1));
  listed.emplace_back("U3");
  CHECK(must(work->run_if_due()));
  CHECK_FALSE(must(night("another")->run_if_due()));
  CHECK(followers() == 3);
  CHECK(asked == 2);
}

TEST_CASE_METHOD(Fixture, "an account that may not list its followers says so once, and its night is done all the same",
                 "[redis]") {
  refusal = ErrorCode::kRefused;
  const auto work = night();
  CHECK(must(work->run_if_due()));
  CHECK_FALSE(must(work->run_if_due()));
  CHECK(must(redis().client().command({"HEXISTS", store::keys::night(), "refused"})).integer == 1);
  CHECK(followers() == 0);
}

TEST_CASE_METHOD(Fixture, "a night whose list did not come is done later, by one process at a time", "[redis]") {
  refusal = ErrorCode::kUnavailable;
  const auto work = night();
  CHECK(work->run_if_due().error().code == ErrorCode::kUnavailable);
  must(redis().client().command({"SET", store::keys::night_lock(), "another"}));
  refusal.reset();
  CHECK_FALSE(must(work->run_if_due()));
  must(redis().client().command({"DEL", store::keys::night_lock()}));
  CHECK(must(work->run_if_due()));
  CHECK(followers() == 2);
}
