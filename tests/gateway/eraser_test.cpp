#include "gateway/eraser.h"

#include <filesystem>
#include <fstream>

#include "gateway/reply_record.h"
#include "store/backup_file.h"
#include "gateway/spool.h"
#include "store/file_rewrite.h"
#include "store/group_codes.h"
#include "store/inbox_sweep.h"
#include "store/resident_codes.h"
#include "store/restore.h"
#include "store/snapshot.h"
#include "tests/store/sample_schema.h"
#include "tests/support/catch.h"
#include "tests/support/pipeline.h"
#include "tests/support/store_scan.h"

using namespace kairan;
using namespace kairan::gateway;
using kairan::test::kTestPartitions;
using kairan::test::must;
using kairan::test::Pipeline;
using kairan::test::TempDir;
using kairan::test::TestRedis;

namespace {

const std::string kWho = "U0123456789abcdef0123456789abcdef";
const std::string kOther = "Ufedcba9876543210fedcba9876543210";
const std::string kAnswer = "ひみつのこたえ";

struct Participant final : store::ErasureParticipant {
  std::string_view name() const override { return "fake"; }
  Status erase(const store::ErasedSubscriber& subscriber) override {
    ++calls;
    last = subscriber.address;
    if (busy) return Error{ErrorCode::kUnavailable, "in flight"};
    return {};
  }
  bool busy = false;
  int calls = 0;
  std::string last;
};

struct Fixture {
  Fixture() { options.participants = {&participant}; }

  Eraser eraser() { return Eraser(server.client(), p.sealer, kTestPartitions, p.clock, options); }

  /// Leaves traces of a resident wherever there are any.
  store::SubscriberRef leave_traces(const std::string& who, const std::string& tag) {
    const TimePoint at = p.clock.now() - std::chrono::minutes(1);
    must(p.subscribers.set_following(who, true, at));
    const store::SubscriberRef ref = must(p.subscribers.find(who)).value();
    const store::AttributeSchema schema = test::sample_schema();
    must(p.subscribers.change(ref, schema,
                              std::vector<store::AttributeChange>{
                                  {"district", "hama", true}, {"topic", "event", false}, {"children", "2024-05", true}},
                              at));
    must(store::ResidentCodes(server.client(), p.sealer).issue_code(ref));
    store::GroupCodes groups(server.client(), p.sealer);
    store::GroupCode code;
    code.attribute = "shobodan";
    code.value = "yes";
    must(groups.enter(ref, must(groups.add(code)), at));
    p.take({tag + "1|" + who + "|" + kAnswer, tag + "2|" + who + "|" + kAnswer, tag + "3|group|" + who});
    const auto leases = must(p.inbox.acquire(std::vector<store::Partition>{ref.partition}, "test", std::chrono::minutes(1)));
    const auto events = must(p.inbox.read(ref.partition, "0", 100));
    for (const store::StoredEvent& event : events) {
      if (event.id == tag + "1") {
        // Answered, not yet sent; with a conversation.
        store::EventCommit commit;
        commit.position = event.position;
        commit.conversation = store::ConversationWrite{ref.ordinal, p.conversations.seal(ref, kAnswer)};
        ReplyRecord reply{"fake", event.id, who, "token", at, kAnswer};
        commit.reply = p.sealer.seal(encode_reply(reply), "reply:" + event.position);
        must(p.inbox.commit(*leases[0], commit));
      }
      if (event.id == tag + "2") must(p.inbox.fail(*leases[0], event.position, "exception", 1, at));
    }
    p.take({tag + "4|" + who + "|" + kAnswer});
    intents::Gap gap;
    gap.text = kAnswer;
    gap.key = kAnswer;
    must(p.gaps.record(gap, gap_resident_tag(p.sealer, who), at));
    return ref;
  }

  /// Everything in a Redis, and what of it can be opened.
  std::vector<std::string> opened(store::RedisClient& client) {
    std::vector<std::string> texts = test::everything_in(client);
    for (store::Partition partition = 0; partition < kTestPartitions; ++partition) {
      must(store::sweep_inbox(client, partition, [&](const store::Waiting& waiting) {
        const auto plain = waiting.kind == store::Waiting::Kind::kReply
                               ? p.sealer.open(waiting.body, "reply:" + waiting.position)
                               : open_event(p.sealer, waiting.event_id, waiting.body);
        texts.push_back(must(plain));
        return false;
      }));
      for (std::uint32_t ordinal = 0; ordinal < 5; ++ordinal) {
        texts.push_back(must(store::Conversations(client, p.sealer).read({partition, ordinal})));
      }
    }
    return texts;
  }

  TestRedis server;
  Pipeline p{server};
  Participant participant;
  EraserOptions options;
};

bool mentions(const std::vector<std::string>& texts, const std::string& who) {
  return !test::found_in(texts, who).empty() || !test::found_in(texts, must(from_hex(who.substr(1)))).empty() ||
         !test::found_in(texts, who.substr(1)).empty();
}

}  // namespace

TEST_CASE_METHOD(Fixture, "after an erasure neither the store nor a backup of it holds id, answers or settings of the resident",
                 "[redis]") {
  const store::SubscriberRef ref = leave_traces(kWho, "a");
  REQUIRE(mentions(opened(server.client()), kWho));
  REQUIRE_FALSE(test::found_in(opened(server.client()), kAnswer).empty());
  must(eraser().erase(kWho, p.clock.now()));

  const auto check = [&](store::RedisClient& client) {
    const auto texts = opened(client);
    CHECK_FALSE(mentions(texts, kWho));
    CHECK(test::found_in(texts, kAnswer).empty());
    for (const auto& [name, texts_of] : test::contents_of(client)) {
      // No bit of the ordinal is left in any bitmap, and no key names it.
      CAPTURE(name);
      const std::string mark = store::keys::tag(ref.partition) + ":b:";
      if (name.compare(0, mark.size(), mark) == 0) {
        CHECK(must(client.command({"GETBIT", name, std::to_string(ref.ordinal)})).integer == 0);
      }
      for (const char* part : {":st:", ":c:", ":code:", ":codes:", ":guess:"}) {
        CHECK(name != store::keys::tag(ref.partition) + part + std::to_string(ref.ordinal));
      }
    }
    CHECK(must(client.command({"HLEN", store::keys::erasing(ref.partition)})).integer == 0);
    CHECK(must(client.command({"XLEN", store::keys::gaps()})).integer == 0);
  };
  check(server.client());
  CHECK(participant.calls == 1);
  CHECK(participant.last == kWho);

  const TempDir folder;
  auto writer = must(store::BackupWriter::create(folder.file("a.kbk"), p.sealer, {}));
  must(store::stream_snapshot(server.url(), {}, [&](std::string_view piece) { return writer->write(piece); }));
  must(writer->finish());
  const TempDir work;
  std::ofstream copy(work.file(store::kCopyFile), std::ios::binary);
  must(store::read_backup(folder.file("a.kbk"), p.sealer, [&](std::string_view piece) -> Status {
    copy << piece;
    return {};
  }));
  copy.close();
  TestRedis fresh;
  store::RestoreOptions restore;
  restore.redis_url = fresh.url();
  restore.copy_folder = work.path();
  restore.now = p.clock.now();
  must(store::restore_copy(restore));
  check(fresh.client());

  // Redis' own file, once it is rewritten.
  store::FileRewrite rewrite(server.client(), std::chrono::milliseconds(0));
  CHECK(must(rewrite.step(p.clock.now())) == 1);
  CHECK(test::eventually([&] { return must(rewrite.step(p.clock.now())) == 0; }));
  CHECK(test::eventually([&] {
    // The former files go a moment later.
    const std::filesystem::directory_iterator files(server.data_dir() + "/redis/appendonlydir"), end;
    return std::distance(files, end) == 3;
  }));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(server.data_dir())) {
    if (!entry.is_regular_file()) continue;
    CAPTURE(entry.path().string());
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    CHECK_FALSE(mentions({bytes}, kWho));
  }
}

TEST_CASE_METHOD(Fixture, "others keep everything when one is erased", "[redis]") {
  leave_traces(kOther, "b");
  const auto before = test::contents_of(server.client());
  const store::SubscriberRef other = must(p.subscribers.find(kOther)).value();
  leave_traces(kWho, "a");
  must(eraser().erase(kWho, p.clock.now()));
  CHECK(must(p.subscribers.is_following(other)));
  CHECK(must(p.subscribers.settings(other, test::sample_schema())).size() == 2);
  CHECK(must(p.conversations.read(other)) == kAnswer);
  CHECK(must(p.inbox.dead(10)).size() == 1);
  CHECK(must(server.client().command({"XLEN", store::keys::gaps()})).integer == 1);
  const auto texts = opened(server.client());
  CHECK(mentions(texts, kOther));
}

TEST_CASE_METHOD(Fixture, "an erasure that a part holds up is completed later, even when the resident came back meanwhile",
                 "[redis]") {
  leave_traces(kWho, "a");
  const TimePoint at = p.clock.now();
  participant.busy = true;
  CHECK(eraser().erase(kWho, at).error().code == ErrorCode::kUnavailable);
  CHECK_FALSE(must(p.subscribers.find(kWho)));  // gone from all audiences already
  CHECK(eraser().finish_pending().error().code == ErrorCode::kUnavailable);
  must(p.subscribers.set_following(kWho, true, at + std::chrono::seconds(5)));
  participant.busy = false;
  SECTION("by the same call again") {
    must(eraser().erase(kWho, at));
    CHECK(must(eraser().finish_pending()) == 0);
  }
  SECTION("by the night's work") { CHECK(must(eraser().finish_pending()) == 1); }
  const auto back = must(p.subscribers.find(kWho));
  REQUIRE(back);
  CHECK(must(p.subscribers.is_following(*back)));
  CHECK(must(p.subscribers.settings(*back, test::sample_schema())).empty());
  CHECK(test::found_in(opened(server.client()), kAnswer).empty());
}

TEST_CASE_METHOD(Fixture, "the event that asks for the erasure stays to be answered", "[redis]") {
  leave_traces(kWho, "a");
  must(eraser().erase(kWho, p.clock.now(), "a4"));
  CHECK(p.figures().waiting == 1);
  CHECK(p.figures().dead == 0);
  CHECK(p.figures().unsent == 0);
}

TEST_CASE_METHOD(Fixture, "nothing is erased while events wait in the spool, where they could not be found", "[redis]") {
  leave_traces(kWho, "a");
  const TempDir folder;
  options.spool_is_empty = [&] { return spool_folder_is_empty(folder.path()); };
  {
    SpoolOptions spool_options;
    spool_options.folder = folder.path();
    auto spool = must(Spool::open(spool_options));
    CHECK(spool_folder_is_empty(folder.path()));
    must(spool->append("an event"));
    CHECK(eraser().erase(kWho, p.clock.now()).error().code == ErrorCode::kUnavailable);
    CHECK(must(p.subscribers.find(kWho)));
    must(spool->replay([](std::string_view) { return Status(); }));
  }
  must(eraser().erase(kWho, p.clock.now()));
  CHECK_FALSE(must(p.subscribers.find(kWho)));
}

TEST_CASE_METHOD(Fixture, "wherever an erasure breaks off, repeating it completes it", "[redis]") {
  bool complete = false;
  for (std::uint64_t n = 1; n < 200 && !complete; ++n) {
    server.flush();
    leave_traces(kWho, "a");
    std::uint64_t calls = 0;
    server.client().set_fault([&](std::uint64_t) { return ++calls != n; });
    complete = eraser().erase(kWho, p.clock.now()).ok();
    server.client().set_fault({});
    if (!complete) must(eraser().erase(kWho, p.clock.now()));
    CAPTURE(n);
    const auto texts = opened(server.client());
    CHECK_FALSE(mentions(texts, kWho));
    CHECK(test::found_in(texts, kAnswer).empty());
  }
  CHECK(complete);
}
