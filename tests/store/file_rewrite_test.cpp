#include "store/file_rewrite.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "store/keys.h"
#include "store/redis_info.h"
#include "tests/support/catch.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::store;
using kairan::test::must;
using kairan::test::TestRedis;

namespace {

const std::string kSecret = "a word that is nowhere else";
const TimePoint kNow = from_unix_ms(1'700'000'000'000);

bool on_disk(const TestRedis& redis) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(redis.data_dir())) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (bytes.find(kSecret) != std::string::npos) return true;
  }
  return false;
}

std::uint64_t rewrites(TestRedis& redis) {
  return std::stoull(info_value(must(redis.client().command({"INFO", "persistence"})).text, "aof_rewrites"));
}

/// Steps until nothing is left; the test ends when that does not come.
void until_clean(FileRewrite& file) {
  must(TestRedis::until_ok([&]() -> Status {
    const auto left = file.step(kNow);
    if (!left) return left.error();
    return *left == 0 ? Status() : Status(Error{ErrorCode::kUnavailable, "erasures are left in the file"});
  }));
}

}  // namespace

TEST_CASE("what was deleted lies in Redis' file until the rewrite that was wanted has ended, and not after it",
          "[redis]") {
  TestRedis redis;
  FileRewrite file(redis.client(), std::chrono::milliseconds(0));
  must(redis.client().command({"SET", "x", kSecret}));
  must(redis.client().command({"DEL", "x"}));
  CHECK(must(file.step(kNow)) == 0);
  CHECK(rewrites(redis) == 0);
  REQUIRE(on_disk(redis));
  CHECK(must(file.left()) == 0);
  must(file.want());
  CHECK(must(file.left()) == 1);
  CHECK(must(file.step(kNow)) == 1);
  until_clean(file);
  CHECK(must(file.left()) == 0);
  // Redis deletes the former files a moment after it has given up using them.
  must(TestRedis::until_ok([&] {
    return on_disk(redis) ? Status(Error{ErrorCode::kUnavailable, "it is still there"}) : Status();
  }));
  CHECK(rewrites(redis) == 1);
}

TEST_CASE("many erasures before a rewrite begins share it, and one after it has begun gets another", "[redis]") {
  TestRedis redis;
  FileRewrite file(redis.client(), std::chrono::milliseconds(0));
  for (int i = 0; i < 20; ++i) must(file.want());
  CHECK(must(file.step(kNow)) == 20);
  must(file.want());
  until_clean(file);
  CHECK(rewrites(redis) == 2);
}

TEST_CASE("rewrites keep their distance", "[redis]") {
  TestRedis redis;
  FileRewrite file(redis.client());
  must(file.want());
  must(file.step(kNow));
  until_clean(file);
  must(file.want());
  CHECK(must(file.step(kNow + FileRewrite::kPause - std::chrono::milliseconds(1))) == 1);
  CHECK(rewrites(redis) == 1);
  must(file.step(kNow + FileRewrite::kPause));
  CHECK(rewrites(redis) == 2);
}

TEST_CASE("a rewrite that Redis did not live to end, or that another Redis made, is made again", "[redis]") {
  TestRedis redis;
  FileRewrite file(redis.client(), std::chrono::milliseconds(0));
  must(file.want());
  must(file.step(kNow));
  redis.kill_server();
  until_clean(file);
  CHECK(rewrites(redis) >= 1);

  must(file.want());
  must(redis.client().command({"HSET", keys::file_rewrite(), "aim", "2", "run", "another Redis"}));
  CHECK(must(file.step(kNow)) == 1);
  until_clean(file);
}
