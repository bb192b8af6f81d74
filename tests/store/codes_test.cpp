#include "store/group_codes.h"
#include "store/resident_codes.h"
#include "tests/support/catch.h"
#include "tests/support/store_scan.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::store;
using kairan::test::must;
using kairan::test::TestRedis;

namespace {

TestRedis& redis() {
  static TestRedis instance;
  return instance;
}

struct Fixture {
  Fixture() { redis().flush(); }
  const Sealer sealer{Secret(std::string(32, 'k'))};
  ResidentCodes codes{redis().client(), sealer};
  GroupCodes groups{redis().client(), sealer};
  const TimePoint now = from_unix_ms(1'795'000'000'000);
  const SubscriberRef ref{3, 41};

  std::string group(std::optional<TimePoint> expires = {}, std::uint64_t at_most = 0) {
    GroupCode code;
    code.attribute = "group";
    code.value = "shobodan";
    code.note = "見本";
    code.created = now;
    code.expires = expires;
    code.at_most = at_most;
    return must(groups.add(code));
  }
};

using Kind = GroupTry::Kind;

}  // namespace

TEST_CASE_METHOD(Fixture, "a resident's code leads to them for a day, however it is typed, and a new one replaces it") {
  const std::string code = must(codes.issue_code(ref));
  REQUIRE(code.size() == 9);
  CHECK(must(codes.redeem_code(code)) == ref);
  std::string typed = code;
  for (char& c : typed) c = static_cast<char>(std::tolower(c));
  typed.replace(4, 1, " ");
  CHECK(must(codes.redeem_code(typed)) == ref);
  for (const Reply& key : must(redis().client().command({"KEYS", "*code:*"})).items) {
    const auto ttl = must(redis().client().command({"TTL", key.text})).integer;
    CHECK((ttl > 86000 && ttl <= 86400));
  }
  const std::string second = must(codes.issue_code(ref));
  CHECK(codes.redeem_code(code).error().code == ErrorCode::kNotFound);
  CHECK(must(codes.redeem_code(second)) == ref);
  must(codes.forget(ref));
  CHECK(codes.redeem_code(second).error().code == ErrorCode::kNotFound);
  CHECK(must(redis().client().command({"KEYS", "*code:*"})).items.empty());
}

TEST_CASE_METHOD(Fixture, "codes are stored as hashes, few an hour, and guessing stops") {
  std::string last;
  for (int i = 0; i < ResidentCodes::kIssuesPerHour; ++i) last = must(codes.issue_code(ref));
  CHECK(codes.issue_code(ref).error().code == ErrorCode::kConflict);
  must(codes.issue_code({3, 42}));
  const auto all = test::everything_in(redis().client());
  CHECK(test::found_in(all, fold_code(last)).empty());
  CHECK(codes.redeem_code("1234").error().code == ErrorCode::kInvalid);
  CHECK(codes.redeem_code("あいうえおかきく").error().code == ErrorCode::kInvalid);
  for (int i = 0; i < ResidentCodes::kWrongPerHour; ++i) {
    CHECK(codes.redeem_code(random_code()).error().code == ErrorCode::kNotFound);
  }
  CHECK(codes.redeem_code(last).error().code == ErrorCode::kConflict);
}

TEST_CASE_METHOD(Fixture, "a group's code lets residents in until it expires, is used up or is revoked") {
  const std::string code = group(now + std::chrono::hours(1), 2);
  const GroupTry entered = must(groups.enter(ref, code, now));
  CHECK(entered.kind == Kind::kEntered);
  CHECK(entered.attribute == "group");
  CHECK(entered.value == "shobodan");
  CHECK(must(groups.enter(ref, code, now)).kind == Kind::kEntered);  // again, counts once
  CHECK(must(groups.list()).front().used == 1);
  CHECK(must(groups.enter({1, 1}, code, now)).kind == Kind::kEntered);
  CHECK(must(groups.enter({1, 2}, code, now)).kind == Kind::kWrong);
  CHECK(must(groups.enter(ref, code, now + std::chrono::hours(1))).kind == Kind::kWrong);

  const std::string other = group();
  must(groups.enter(ref, other, now));
  must(groups.revoke(must(groups.list())[0].id));
  CHECK(must(groups.enter(ref, code, now)).kind == Kind::kWrong);
  CHECK(groups.revoke("nothere").error().code == ErrorCode::kNotFound);
  must(groups.forget(ref));
  for (const GroupCode& one : must(groups.list())) {
    for (const SubscriberRef member : must(groups.members(one.id))) CHECK_FALSE(member == ref);
  }
}

TEST_CASE_METHOD(Fixture, "a group's code guessed a thousand times is not found, and the guesser is stopped") {
  const std::string code = group();
  int wrong = 0;
  int locked = 0;
  for (int i = 0; i < 1000; ++i) {
    const GroupTry tried = must(groups.enter(ref, random_code(), now));
    (tried.kind == Kind::kWrong ? wrong : locked) += 1;
    CHECK(tried.kind != Kind::kEntered);
  }
  CHECK(wrong == GroupCodes::kWrongPerResident - 1);
  CHECK(locked == 1000 - wrong);
  CHECK(must(groups.enter(ref, code, now)).kind == Kind::kLocked);
  CHECK(must(groups.enter({0, 5}, code, now)).kind == Kind::kEntered);  // others are not stopped by one
  for (std::uint32_t i = 100; i < 300; ++i) must(groups.enter({0, i}, random_code(), now));
  CHECK(must(groups.enter({0, 6}, code, now)).kind == Kind::kLocked);  // many guessers are
  CHECK(test::found_in(test::everything_in(redis().client()), fold_code(code)).empty());
}
