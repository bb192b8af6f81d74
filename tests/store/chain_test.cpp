#include "store/chain.h"

#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "store/audit.h"
#include "store/keys.h"
#include "store/register.h"
#include "tests/support/catch.h"
#include "tests/support/test_redis.h"

namespace kairan::store {
namespace {

using test::must;

const std::string kLog = keys::chain_log("audit");

void append_some(Chain& chain, int count) {
  for (int i = 1; i <= count; ++i) must(chain.append("entry " + std::to_string(i)));
}

}  // namespace

TEST_CASE("a chain that nobody touched verifies", "[redis]") {
  test::TestRedis redis;
  Chain chain(redis.client(), "audit");
  CHECK(must(chain.verify()).head.seq == 0);
  append_some(chain, 5);
  const ChainProof proof = must(chain.verify());
  CHECK_FALSE(proof.fault);
  CHECK(proof.head.seq == 5);
  CHECK(proof.head.hash == must(chain.head()).hash);
  CHECK(must(chain.read_back(4, 2)).front().body == "entry 3");
}

TEST_CASE("a changed, removed, inserted or cut entry shows, and where", "[redis]") {
  test::TestRedis redis;
  Chain chain(redis.client(), "audit");
  append_some(chain, 5);
  const ChainHead kept = must(chain.head());
  const ChainEntry third = must(chain.read(3, 1)).front();

  SECTION("changed") {
    // Redis streams cannot be edited in place: whoever tampers writes the log anew.
    const auto all = must(chain.read(1, 10));
    must(redis.client().command({"DEL", kLog}));
    for (const ChainEntry& e : all) {
      must(redis.client().command({"XADD", kLog, std::to_string(e.seq) + "-0", "h", e.hash, "b",
                                   e.seq == 3 ? "something else" : e.body}));
    }
    CHECK(must(chain.verify()).fault == 3u);
  }
  SECTION("removed") {
    must(redis.client().command({"XDEL", kLog, "3-0"}));
    CHECK(must(chain.verify()).fault == 3u);
  }
  SECTION("inserted") {
    must(redis.client().command({"XADD", kLog, "6-0", "h", third.hash, "b", third.body}));
    must(redis.client().command({"HSET", keys::chain_head("audit"), "seq", "6"}));
    CHECK(must(chain.verify()).fault == 6u);
  }
  SECTION("cut at the end, the stored head with it: only a head kept elsewhere tells") {
    must(redis.client().command({"XDEL", kLog, "5-0"}));
    must(redis.client().command({"HSET", keys::chain_head("audit"), "seq", "4", "hash", must(chain.read(4, 1)).front().hash}));
    CHECK_FALSE(must(chain.verify()).fault);
    CHECK(must(chain.verify(kept)).fault == 5u);
  }
  SECTION("made anew as a whole: only a head kept elsewhere tells") {
    must(redis.client().command({"DEL", kLog, keys::chain_head("audit")}));
    for (int i = 1; i <= 5; ++i) must(chain.append("other " + std::to_string(i)));
    CHECK_FALSE(must(chain.verify()).fault);
    CHECK(must(chain.verify(kept)).fault == 5u);
  }
}

TEST_CASE("many who append at once lose nothing and leave one chain", "[redis]") {
  test::TestRedis redis;
  std::vector<std::thread> threads;
  std::atomic<int> failures{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      Chain chain(redis.client(), "audit");
      for (int i = 0; i < 25; ++i) {
        if (!chain.append(std::to_string(t) + ":" + std::to_string(i))) ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failures == 0);
  Chain chain(redis.client(), "audit");
  const ChainProof proof = must(chain.verify());
  CHECK_FALSE(proof.fault);
  CHECK(proof.head.seq == 100);
}

TEST_CASE("an append whose answer was lost is made once, for every round trip", "[redis]") {
  for (std::uint64_t lost = 0; lost < 4; ++lost) {
    test::TestRedis redis;
    Chain chain(redis.client(), "audit");
    must(chain.append("before"));
    std::uint64_t calls = 0;
    redis.client().set_lost_reply([&](std::uint64_t) { return calls++ == lost; });
    const auto appended = chain.append("once");
    redis.client().set_lost_reply({});
    if (!appended) must(chain.append("again, by the caller"));
    std::size_t times = 0;
    for (const ChainEntry& entry : must(chain.read(1, 10))) times += entry.body == "once" ? 1 : 0;
    CHECK(times == (appended ? 1 : 0));
    CHECK_FALSE(must(chain.verify()).fault);
  }
}

TEST_CASE("the audit log gives back who did what to what", "[redis]") {
  test::TestRedis redis;
  Audit audit(redis.client());
  must(audit.append({0, from_unix_ms(1000), "koho", "broadcast.create", "broadcast:1", "", ""}));
  must(audit.append({0, from_unix_ms(2000), "kacho", "broadcast.approve", "broadcast:1", "12人", ""}));
  const auto entries = must(audit.recent(std::nullopt, 10));
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].by == "kacho");
  CHECK(entries[0].action == "broadcast.approve");
  CHECK(entries[0].detail == "12人");
  CHECK(entries[0].at == from_unix_ms(2000));
  CHECK(entries[1].seq == 1);
}

TEST_CASE("a broadcast enters the register once and stays as it was entered", "[redis]") {
  test::TestRedis redis;
  Register book(redis.client());
  RegisterEntry entry;
  entry.id = std::string(32, 'a');
  entry.state = "sent";
  entry.title = "健診のお知らせ";
  entry.text = "=HYPERLINK(\"http://example.com\")";
  entry.recipients = 12;
  entry.accepted = 12;
  entry.first_batch_at = from_unix_ms(1'795'395'304'776);
  CHECK(must(book.add(entry)) == 1);
  entry.state = "failed";
  CHECK(must(book.add(entry)) == 1);
  const auto entries = must(book.recent(std::nullopt, 10));
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].state == "sent");
  CHECK(entries[0].accepted == 12);
  CHECK(entries[0].first_batch_at == entry.first_batch_at);
  CHECK_FALSE(entries[0].last_batch_at);
  CHECK_FALSE(must(book.verify()).fault);

  const std::string csv = register_csv(entries);
  CHECK(csv.substr(0, 3) == "\xEF\xBB\xBF");
  CHECK(csv.find("\"'=HYPERLINK(\"\"http://example.com\"\")\"") != std::string::npos);
}

TEST_CASE("cells that a spreadsheet would run are made text, others stay as they are") {
  for (const char* risky : {"=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\t=1", "＝1", "＋1", "－1", "＠x"}) {
    CHECK(formula_safe(risky) == std::string("'") + risky);
  }
  for (const char* plain : {"", "健診", "1-2", "a=b", "・お知らせ"}) CHECK(formula_safe(plain) == plain);
}

}  // namespace kairan::store
