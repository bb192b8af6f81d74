#include "gateway/reply_sender.h"

#include "tests/support/catch.h"
#include "tests/support/pipeline.h"

using namespace kairan;
using namespace kairan::test;
using namespace std::chrono_literals;
using gateway::ReplyRecord;
using store::ReplyStage;
using Fault = FakeChannel::Fault;

namespace {

TestRedis& redis() {
  static TestRedis instance;
  return instance;
}

/// An inbox with committed replies, as a worker leaves it.
struct Committed : Pipeline {
  Committed() : Pipeline(redis()) {}

  struct One {
    store::Lease lease;
    std::string position;
    ReplyRecord record;
  };

  One commit(const std::string& id, const std::string& chat = "U1", ReplyStage stage = ReplyStage::kReady) {
    take({id + "|" + chat + "|" + id});
    const store::Partition partition = store::partition_of(chat, kTestPartitions);
    const auto lease = must(inbox.acquire(std::vector<store::Partition>{partition}, "owner", 10s)).at(0);
    const std::string position = must(inbox.read(partition, "0", 100)).back().position;
    One one{*lease, position, {"fake", id, chat, "token-" + id, clock.now(), "answer to " + id}};
    store::EventCommit commit;
    commit.position = position;
    commit.reply = sealer.seal(encode_reply(one.record), "reply:" + position);
    must(inbox.commit(*lease, commit));
    if (stage >= ReplyStage::kReplying) must(inbox.begin_try(*lease, position, ReplyStage::kReplying));
    if (stage >= ReplyStage::kPushing) must(inbox.begin_try(*lease, position, ReplyStage::kPushing));
    return one;
  }

  void send(const One& one, ReplyStage stage = ReplyStage::kReady) {
    sender->submit(one.lease, one.position, stage, one.record);
  }
  bool settled() {
    return eventually([this] { return sender->pending() == 0; }) && figures().unsent == 0;
  }

  std::unique_ptr<gateway::ReplySender> sender = [this] {
    auto made = make_sender();
    made->start();
    return made;
  }();
};

}  // namespace

TEST_CASE("a committed reply is sent once and its outcome counted", "[redis]") {
  Committed test;
  test.send(test.commit("e1"));
  REQUIRE(test.settled());
  REQUIRE(test.channel.replies.size() == 1);
  CHECK(test.channel.replies[0].to == "token-e1");
  CHECK(test.channel.replies[0].body == "answer to e1");
  CHECK(test.outcome("replied") == 1);
}

TEST_CASE("a reply whose answer was lost is repeated with the same token and never becomes a push", "[redis]") {
  Committed test;
  test.channel.faults = {Fault::kLostAfter};
  test.send(test.commit("e1"));
  REQUIRE(test.settled());
  CHECK(test.channel.replies.size() == 1);
  CHECK(test.channel.pushes.empty());
  CHECK(test.outcome("answered_or_expired") == 1);
}

TEST_CASE("a reply lost before it arrived is sent by the repeat", "[redis]") {
  Committed test;
  test.channel.faults = {Fault::kLostBefore, Fault::kLostBefore};
  test.send(test.commit("e1"));
  REQUIRE(test.settled());
  CHECK(test.channel.replies.size() == 1);
  CHECK(test.outcome("replied") == 1);
}

TEST_CASE("a token dead at its first try gets one push under a key derived from the event", "[redis]") {
  Committed test;
  test.channel.dead_tokens = {"token-e1"};
  test.channel.faults = {Fault::kNone, Fault::kLostAfter};  // the push is taken, its answer is lost
  test.send(test.commit("e1"));
  REQUIRE(test.settled());
  CHECK(test.channel.replies.empty());
  REQUIRE(test.channel.pushes.size() == 1);
  CHECK(test.channel.pushes[0].to == "U1");
  CHECK(test.channel.pushes[0].retry_key == gateway::push_retry_key("fake", "e1"));
  CHECK(test.outcome("pushed") == 1);
}

TEST_CASE("answers that were certainly not taken leave the push open", "[redis]") {
  Committed test;
  test.channel.dead_tokens = {"token-e1"};
  test.channel.faults = {Fault::kBusy, Fault::kUnauthorized};
  test.send(test.commit("e1"));
  REQUIRE(test.settled());
  CHECK(test.channel.pushes.size() == 1);
}

TEST_CASE("an event older than the window gets no push and is counted expired", "[redis]") {
  Committed test;
  test.channel.dead_tokens = {"token-e1"};
  const auto one = test.commit("e1");
  test.clock.advance(11min);
  test.send(one);
  REQUIRE(test.settled());
  CHECK(test.channel.sent() == 0);
  CHECK(test.outcome("expired") == 1);
}

TEST_CASE("a dead token found after a restart is never pushed: the resident may have the answer", "[redis]") {
  Committed test;
  test.channel.dead_tokens = {"token-e1"};
  test.send(test.commit("e1", "U1", ReplyStage::kReplying), ReplyStage::kReplying);
  REQUIRE(test.settled());
  CHECK(test.channel.sent() == 0);
  CHECK(test.outcome("answered_or_expired") == 1);
}

TEST_CASE("a push begun before a restart goes on as the same push", "[redis]") {
  Committed test;
  const auto one = test.commit("e1", "U1", ReplyStage::kPushing);
  (void)test.channel.push("U1", "answer to e1", gateway::push_retry_key("fake", "e1"), 1s);  // the former process did
  test.send(one, ReplyStage::kPushing);
  REQUIRE(test.settled());
  CHECK(test.channel.replies.empty());
  CHECK(test.channel.pushes.size() == 1);
  CHECK(test.outcome("pushed") == 1);
}

TEST_CASE("replies of one chat leave in order even when the first is held up", "[redis]") {
  Committed test;
  test.channel.faults = {Fault::kBusy, Fault::kLostBefore, Fault::kBusy};
  const auto first = test.commit("e1");
  const auto second = test.commit("e2");
  const auto third = test.commit("e3");
  test.send(first);
  test.send(second);
  test.send(third);
  REQUIRE(test.settled());
  REQUIRE(test.channel.replies.size() == 3);
  CHECK(test.channel.replies[0].body == "answer to e1");
  CHECK(test.channel.replies[1].body == "answer to e2");
  CHECK(test.channel.replies[2].body == "answer to e3");
}

TEST_CASE("an owner that was replaced sends nothing", "[redis]") {
  Committed test;
  const auto one = test.commit("e1");
  const std::vector<store::Partition> partitions{one.lease.partition};
  REQUIRE(must(test.inbox.acquire(partitions, "successor", 10s, std::vector<std::string>{"owner"})).at(0).has_value());
  test.send(one);
  REQUIRE(eventually([&] { return test.sender->pending() == 0; }));
  CHECK(test.channel.sent() == 0);
  CHECK(test.figures().unsent == 1);
}

TEST_CASE("content that the platform refuses is counted and not repeated", "[redis]") {
  Committed test;
  test.channel.faults = {Fault::kRefused};
  test.send(test.commit("e1"));
  REQUIRE(test.settled());
  CHECK(test.channel.sent() == 0);
  CHECK(test.outcome("refused") == 1);
}

TEST_CASE("what is dropped is forgotten here and stays stored for the next owner", "[redis]") {
  Committed test;
  test.sender->stop();  // so that nothing runs
  const auto one = test.commit("e1");
  test.send(one);
  CHECK(test.sender->pending() == 1);
  test.sender->drop(one.lease.partition);
  CHECK(test.sender->pending() == 0);
  CHECK(test.figures().unsent == 1);
}
