#include "gateway/shard_runner.h"

#include <map>
#include <set>

#include "tests/support/catch.h"
#include "tests/support/pipeline.h"

using namespace kairan;
using namespace kairan::test;
using namespace std::chrono_literals;

namespace {

TestRedis& redis() {
  static TestRedis instance;
  return instance;
}

/// One process's half of the pipeline.
struct Process {
  Process(Pipeline& shared, const std::string& owner, std::function<bool(std::string_view)> is_gone = {})
      : sender(shared.make_sender()) {
    gateway::ShardRunnerOptions options = shared.runner_options(owner);
    options.is_gone = std::move(is_gone);
    runner = std::make_unique<gateway::ShardRunner>(shared.inbox, shared.sealer, shared.channels(), shared.router,
                                                    *sender, shared.clock, shared.pipeline_metrics, options);
    sender->start();
    runner->start();
  }
  ~Process() { stop(true); }
  /// @param orderly  false: as a crash, leases are kept
  void stop(bool orderly) {
    runner->stop();
    sender->stop();
    if (orderly) runner->release();
  }

  std::unique_ptr<gateway::ReplySender> sender;
  std::unique_ptr<gateway::ShardRunner> runner;
};

std::vector<std::string> lines(int count, int chats) {
  std::vector<std::string> all;
  for (int i = 0; i < count; ++i) {
    all.push_back("e" + std::to_string(i) + "|U" + std::to_string(i % chats) + "|" + std::to_string(i));
  }
  return all;
}

bool idle(Pipeline& test) {
  return eventually([&] {
    const auto figures = test.figures();
    return figures.waiting == 0 && figures.unsent == 0;
  });
}

}  // namespace

TEST_CASE("every event is answered once, each resident's in order", "[redis]") {
  Pipeline test(redis());
  Process process(test, "a");
  test.take(lines(300, 17));
  REQUIRE(idle(test));
  REQUIRE(test.channel.replies.size() == 300);
  // The echo engine puts the last thing said before the next, so order and state show in the text.
  std::map<int, int> last;
  std::set<std::string> tokens;
  for (const auto& sent : test.channel.replies) {
    CHECK(tokens.insert(sent.to).second);
    const std::size_t arrow = sent.body.find('>');
    const int number = std::stoi(arrow == std::string::npos ? sent.body : sent.body.substr(arrow + 1));
    const int chat = number % 17;
    if (last.count(chat) != 0) {
      CHECK(sent.body == std::to_string(last[chat]) + ">" + std::to_string(number));
    }
    last[chat] = number;
  }
}

TEST_CASE("two processes share the partitions and answer each event once", "[redis]") {
  Pipeline test(redis());
  Process a(test, "a");
  Process b(test, "b");
  REQUIRE(eventually([&] { return a.runner->owned() == 2 && b.runner->owned() == 2; }));
  test.take(lines(200, 23));
  REQUIRE(idle(test));
  CHECK(test.channel.replies.size() == 200);
  CHECK(test.channel.pushes.empty());
}

TEST_CASE("the shards of a process that died are taken over at once and finished", "[redis]") {
  Pipeline test(redis());
  std::atomic<bool> a_is_gone{false};
  const auto is_gone = [&](std::string_view owner) { return owner == "a" && a_is_gone; };
  auto a = std::make_unique<Process>(test, "a");
  REQUIRE(eventually([&] { return a->runner->owned() == kTestPartitions; }));
  a->stop(false);
  a_is_gone = true;
  test.take(lines(40, 7));
  Process b(test, "b", is_gone);
  REQUIRE(idle(test));
  CHECK(b.runner->owned() == kTestPartitions);
  CHECK(test.channel.replies.size() == 40);
}

TEST_CASE("an orderly stop gives the shards up so that another process has them at once", "[redis]") {
  Pipeline test(redis());
  {
    Process a(test, "a");
    REQUIRE(eventually([&] { return a.runner->owned() == kTestPartitions; }));
  }
  Process b(test, "b");
  CHECK(eventually([&] { return b.runner->owned() == kTestPartitions; }, 2s));
}

TEST_CASE("an event that fails three times goes to dead, and those behind it are answered", "[redis]") {
  Pipeline test(redis());
  Process process(test, "a");
  test.take({"bad|U1|throw", "good|U1|hello"});
  REQUIRE(idle(test));
  REQUIRE(test.channel.replies.size() == 1);
  CHECK(test.channel.replies[0].body == "hello");
  CHECK(test.engine->asked == 4);
  const auto dead = must(test.inbox.dead(10));
  REQUIRE(dead.size() == 1);
  CHECK(dead[0].id == "bad");
  CHECK(dead[0].reason == "exception");
}

TEST_CASE("an event whose processing ends the process goes to dead after three of them, and only that event", "[redis]") {
  Pipeline test(redis());
  std::atomic<int> gone{0};
  // The dead ones' threads still run here, so they may not see each other as gone.
  const auto is_gone = [&](int self) {
    return [&gone, self](std::string_view owner) { return self >= gone && std::stoi(std::string(owner)) < gone; };
  };
  // Others wait behind it and in every other partition: none of them may be blamed.
  test.take({"bad|U1|hang", "behind|U1|behind"});
  std::vector<std::unique_ptr<Process>> processes;
  for (int number = 0; number < 3; ++number) {
    processes.push_back(std::make_unique<Process>(test, std::to_string(number), is_gone(number)));
    REQUIRE(eventually([&] { return test.engine->hanging() == number + 1; }));
    test.take(lines(12, 12));
    gone = number + 1;  // its worker hangs for good and it no longer counts as alive
  }
  Process last(test, "3", is_gone(3));
  REQUIRE(eventually([&] { return test.figures().dead == 1; }));
  CHECK(test.engine->hanging() == 3);
  const auto dead = must(test.inbox.dead(10));
  REQUIRE(dead.size() == 1);
  CHECK(dead[0].id == "bad");
  CHECK(dead[0].reason == "process_ended");
  test.engine->let_go();  // what comes back late finds its lease gone
  REQUIRE(idle(test));
  for (const auto& process : processes) process->stop(false);
  processes.clear();
  CHECK(test.channel.replies.size() == 13);
  CHECK(test.figures().dead == 1);
}

TEST_CASE("an orderly stop is no failure of the event it leaves", "[redis]") {
  Pipeline test(redis());
  const auto acquire = [&](const std::string& owner) {
    return must(test.inbox.acquire(std::vector<store::Partition>{0}, owner, 10s, std::vector<std::string>{"dead"})).at(0).value();
  };
  const store::Lease first = acquire("dead");
  CHECK_FALSE(first.orphan);
  const store::Lease second = acquire("a");
  CHECK(second.orphan);
  CHECK(acquire("a").orphan);  // a renewal says the same
  must(test.inbox.release(std::vector<store::Lease>{second}, "a"));
  CHECK_FALSE(acquire("b").orphan);
}

TEST_CASE("a dead event that is run again is processed", "[redis]") {
  Pipeline test(redis());
  Process process(test, "a");
  test.take({"bad|U1|throw"});
  REQUIRE(eventually([&] { return test.figures().dead == 1; }));
  const auto dead = must(test.inbox.dead(10));
  must(test.inbox.rerun(dead.at(0).partition, dead.at(0).position));
  CHECK(eventually([&] { return test.engine->asked == 6 && test.figures().dead == 1; }));
}

TEST_CASE("an event that cannot be read is counted and leaves nothing behind", "[redis]") {
  Pipeline test(redis());
  Process process(test, "a");
  test.take({"e1|U1|unreadable"});
  REQUIRE(idle(test));
  CHECK(test.channel.sent() == 0);
  CHECK(test.outcome("ignored:unreadable") == 1);
}

TEST_CASE("an event sealed under another key goes to dead at once", "[redis]") {
  Pipeline test(redis());
  Process process(test, "a");
  const Sealer other(Secret(std::string(Sealer::kKeyBytes, 'x')));
  const gateway::IncomingEvent event{"e1", "U1", test.clock.now(), false, "e1|U1|x"};
  const std::vector<store::NewEvent> events{{0, "e1", "fake", gateway::seal_event(other, event), test.clock.now()}};
  must(test.inbox.append(events, test.clock.now(), 5s));
  REQUIRE(eventually([&] { return test.figures().dead == 1; }));
  CHECK(test.channel.sent() == 0);
}

TEST_CASE("Redis killed again and again while events are processed loses and doubles none", "[redis]") {
  Pipeline test(redis());
  Process process(test, "a");
  const auto all = lines(200, 11);
  for (std::size_t i = 0; i < all.size(); i += 20) {
    REQUIRE(eventually([&] {
      try {
        test.take({all.begin() + static_cast<std::ptrdiff_t>(i), all.begin() + static_cast<std::ptrdiff_t>(i + 20)});
        return true;
      } catch (const std::exception&) {
        return false;
      }
    }));
    redis().kill_server();
  }
  REQUIRE(eventually([&] {
    const auto figures = test.inbox.figures();
    return figures && figures->waiting == 0 && figures->unsent == 0 && process.sender->pending() == 0;
  }));
  CHECK(test.channel.replies.size() == 200);
  CHECK(test.channel.pushes.empty());
}
