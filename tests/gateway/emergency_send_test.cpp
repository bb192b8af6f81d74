// Sending without a store: the snapshot, the file ledger, and going on after being cut off anywhere.
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>

#include "gateway/emergency/snapshot_send.h"
#include "gateway/emergency/take_over.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::gateway;
using kairan::test::FakeClock;
using kairan::test::must;

namespace {

/// Takes each retry key once, as LINE does, and fails as it is told to.
class Platform final : public broadcasts::Deliverer {
 public:
  std::string_view channel() const override { return "line"; }
  bool reaches_residents() const override { return true; }
  broadcasts::DeliveryLimits limits() const override { return {}; }
  ChannelLimits message_limits() const override { return {}; }
  bool can_reach(std::string_view) const override { return true; }
  Result<std::string> render(const std::vector<Message>& messages) const override {
    return std::get<TextMessage>(messages.at(0).body).text;
  }
  Result<std::string> compose(const std::vector<std::string>& addresses, std::string_view rendered,
                              std::string_view) const override {
    std::string request(rendered);
    for (const std::string& address : addresses) request += "\n" + address;
    return request;
  }
  SendResult deliver(std::string_view request, std::string_view retry_key, std::chrono::milliseconds) override {
    const std::lock_guard lock(mutex);
    SendResult result;
    ++tries;
    if (stop_after > 0 && tries > stop_after) {
      result.outcome = Outcome::kUnauthorized;
      return result;
    }
    if (!bad.empty() && (std::string(request) + "\n").find("\n" + bad + "\n") != std::string::npos) {
      result.outcome = Outcome::kRefused;
      result.status = 400;
      return result;
    }
    if (!keys.insert(std::string(retry_key)).second) {
      result.outcome = Outcome::kAccepted;
      result.already_accepted = true;
      return result;
    }
    std::size_t at = request.find('\n');
    while (at != std::string_view::npos) {
      const std::size_t end = request.find('\n', at + 1);
      ++got[std::string(request.substr(at + 1, end == std::string_view::npos ? end : end - at - 1))];
      at = end;
    }
    result.outcome = lose_every > 0 && tries % lose_every == 0 ? Outcome::kUnknown : Outcome::kAccepted;
    return result;
  }
  Status validate(std::string_view, std::chrono::milliseconds) override { return {}; }
  Result<broadcasts::DeliveryQuota> quota(std::chrono::milliseconds) override { return broadcasts::DeliveryQuota{}; }

  std::mutex mutex;
  std::set<std::string> keys;
  std::map<std::string, int> got;
  int tries = 0, stop_after = 0, lose_every = 0;
  std::string bad;
};

PeopleSnapshot people(int count) {
  PeopleSnapshot snapshot;
  snapshot.installation = "i";
  snapshot.created = from_unix_ms(1'700'000'000'000);
  for (int i = 0; i < count; ++i) {
    SnapshotPerson person{"U" + std::to_string(i), i % 5 == 0 ? "en" : "ja", {}};
    if (i % 3 == 0) person.districts = {"a"};
    if (i % 3 == 1) person.districts = {"b", "c"};
    snapshot.people.push_back(std::move(person));
  }
  return snapshot;
}

SnapshotOrder order(std::vector<std::string> districts = {}) {
  SnapshotOrder made;
  made.title = "避難指示";
  made.by = "bousai";
  made.texts = {{"ja", "避難してください"}, {"en", "Evacuate"}};
  made.districts = std::move(districts);
  made.areas = "全域";
  return made;
}

SnapshotSendOptions quick(std::size_t threads = 1) {
  SnapshotSendOptions options;
  options.threads = threads;
  options.per_second = 0;
  options.patience = std::chrono::seconds(0);
  options.pause = [](std::chrono::milliseconds) {};
  return options;
}

}  // namespace

TEST_CASE("An area is sent to those registered there and to those who registered none, in their language") {
  FakeClock clock;
  const auto snapshot = people(30);
  const SnapshotPlan plan = plan_snapshot_send(order({"b"}), snapshot, 4, clock.now());
  CHECK(plan.registered == 10);
  CHECK(plan.undeclared == 10);
  CHECK(plan.order.people == 20);
  for (const SnapshotBatch& batch : plan.batches) {
    CHECK(batch.addresses.size() <= 4);
    for (const std::string& address : batch.addresses) {
      const int i = std::stoi(address.substr(1));
      CHECK(i % 3 != 0);
      CHECK(batch.language == (i % 5 == 0 ? "en" : "ja"));
    }
  }
}

TEST_CASE("A drill begins with its mark in every language") {
  FakeClock clock;
  SnapshotOrder drill = order();
  drill.drill = true;
  for (const auto& [language, text] : plan_snapshot_send(drill, people(3), 500, clock.now()).order.texts)
    CHECK(text.rfind("【訓練】", 0) == 0);
}

TEST_CASE("A mark that the author typed is not put in front twice") {
  FakeClock clock;
  SnapshotOrder drill = order();
  drill.drill = true;
  drill.texts = {{"ja", "【訓練】避難してください"}};
  CHECK(plan_snapshot_send(drill, people(3), 500, clock.now()).order.texts.at("ja") == "【訓練】避難してください");
}

TEST_CASE("A drill stays a drill in its ledger and in the register, and a live order live", "[redis]") {
  static test::TestRedis redis;
  redis.flush();
  test::TempDir folder;
  FakeClock clock;
  Platform platform;
  store::Register book(redis.client());
  for (const bool drill : {true, false}) {
    SnapshotOrder made = order();
    made.drill = drill;
    const SnapshotPlan plan = plan_snapshot_send(made, people(20), 4, clock.now());
    const std::string path = folder.path() + (drill ? "/drill.ledger" : "/live.ledger");
    { send_snapshot(plan, *must(FileLedger::open(path, plan.order)), platform, clock, quick()); }
    // Another process takes it over: all it has is the file.
    const auto ledger = must(FileLedger::open(path));
    CHECK(ledger->order().kind == (drill ? broadcasts::Kind::kDrill : broadcasts::Kind::kLive));
    const auto number = must(book.add(register_entry(*ledger, clock.now())));
    CHECK(must(book.add(register_entry(*ledger, clock.now()))) == number);
    const auto entries = must(book.recent({}, 1));
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].kind == (drill ? "drill" : "live"));
    CHECK(entries[0].state == "sent");
    CHECK(entries[0].accepted == 20);
    CHECK(entries[0].unknown == 0);
    CHECK((entries[0].text.find("【訓練】") != std::string::npos) == drill);
  }
}

TEST_CASE("Cut off after any number of tries and started again, each person gets it exactly once") {
  const auto snapshot = people(97);
  for (int stop = 1; stop <= 26; ++stop) {
    for (const int lose : {0, 2, 3}) {
      INFO(stop << " tries, every " << lose << " answer lost");
      test::TempDir folder;
      FakeClock clock;
      Platform platform;
      platform.stop_after = stop;
      platform.lose_every = lose;
      const SnapshotPlan plan = plan_snapshot_send(order(), snapshot, 4, clock.now());
      const std::string path = folder.path() + "/order.ledger";
      {
        auto ledger = must(FileLedger::open(path, plan.order));
        send_snapshot(plan, *ledger, platform, clock, quick());
      }
      // What was being written when it was cut off is no line.
      std::ofstream(path, std::ios::app) << "{\"end\":\"0\",\"outco";
      platform.stop_after = 0;
      platform.lose_every = 0;
      clock.advance(std::chrono::minutes(5));
      const SnapshotPlan again = plan_snapshot_send(order(), snapshot, 4, clock.now());
      auto ledger = must(FileLedger::open(path, again.order));
      const SnapshotOutcome outcome = send_snapshot(again, *ledger, platform, clock, quick(4));
      CHECK(outcome.stopped.empty());
      CHECK(outcome.accepted == 97);
      CHECK(outcome.open == 0);
      CHECK(platform.got.size() == 97);
      for (const auto& [address, times] : platform.got) CHECK(times == 1);
    }
  }
}

TEST_CASE("A send that is complete sends nothing when it is started again") {
  test::TempDir folder;
  FakeClock clock;
  Platform platform;
  const SnapshotPlan plan = plan_snapshot_send(order(), people(20), 4, clock.now());
  const std::string path = folder.path() + "/order.ledger";
  { send_snapshot(plan, *must(FileLedger::open(path, plan.order)), platform, clock, quick()); }
  const int tries = platform.tries;
  auto ledger = must(FileLedger::open(path, plan.order));
  CHECK(send_snapshot(plan, *ledger, platform, clock, quick()).accepted == 20);
  CHECK(platform.tries == tries);
}

TEST_CASE("Without its ledger a send that was taken is not believed to be new") {
  test::TempDir folder;
  FakeClock clock;
  Platform platform;
  const SnapshotPlan plan = plan_snapshot_send(order(), people(20), 4, clock.now());
  { send_snapshot(plan, *must(FileLedger::open(folder.path() + "/one", plan.order)), platform, clock, quick()); }
  auto other = must(FileLedger::open(folder.path() + "/two", plan.order));
  CHECK_FALSE(send_snapshot(plan, *other, platform, clock, quick()).stopped.empty());
  for (const auto& [address, times] : platform.got) CHECK(times == 1);
}

TEST_CASE("One address that the platform refuses keeps nobody else away") {
  test::TempDir folder;
  FakeClock clock;
  Platform platform;
  platform.bad = "U13";
  const SnapshotPlan plan = plan_snapshot_send(order(), people(40), 10, clock.now());
  const std::string path = folder.path() + "/order.ledger";
  auto ledger = must(FileLedger::open(path, plan.order));
  const SnapshotOutcome outcome = send_snapshot(plan, *ledger, platform, clock, quick());
  CHECK(outcome.accepted == 39);
  CHECK(outcome.refused == 1);
  CHECK(platform.got.size() == 39);
  for (const auto& [address, times] : platform.got) CHECK(times == 1);
}

TEST_CASE("A ledger is of one order and of one process, and names nobody") {
  test::TempDir folder;
  FakeClock clock;
  Platform platform;
  const SnapshotPlan plan = plan_snapshot_send(order(), people(20), 4, clock.now());
  const std::string path = folder.path() + "/order.ledger";
  {
    auto ledger = must(FileLedger::open(path, plan.order));
    CHECK(FileLedger::open(path, plan.order).error().code == ErrorCode::kConflict);
    send_snapshot(plan, *ledger, platform, clock, quick());
  }
  SnapshotOrder changed = order();
  changed.texts["ja"] += "。";
  CHECK(FileLedger::open(path, plan_snapshot_send(changed, people(20), 4, clock.now()).order).error().code ==
        ErrorCode::kConflict);
  CHECK(FileLedger::open(path, plan_snapshot_send(order(), people(21), 4, clock.now()).order).error().code ==
        ErrorCode::kConflict);
  std::ifstream in(path);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  for (int i = 0; i < 20; ++i) CHECK(text.find("\"U" + std::to_string(i)) == std::string::npos);
  CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::all) ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}

TEST_CASE("A try from more than 23 hours ago is left for a person: the platform may have forgotten its key") {
  test::TempDir folder;
  FakeClock clock;
  Platform platform;
  platform.lose_every = 1;
  const SnapshotPlan plan = plan_snapshot_send(order(), people(8), 4, clock.now());
  const std::string path = folder.path() + "/order.ledger";
  { send_snapshot(plan, *must(FileLedger::open(path, plan.order)), platform, clock, quick()); }
  const int tries = platform.tries;
  clock.advance(std::chrono::hours(24));
  auto ledger = must(FileLedger::open(path, plan.order));
  CHECK(send_snapshot(plan, *ledger, platform, clock, quick()).open == 8);
  CHECK(platform.tries == tries);
}

TEST_CASE("A snapshot older than a day and a half, or from the future, is asked about with its age") {
  FakeClock clock;
  const TimePoint now = clock.now();
  CHECK(snapshot_doubt(now, now).empty());
  CHECK(snapshot_doubt(now - std::chrono::hours(36), now).empty());
  CHECK(snapshot_doubt(now - std::chrono::hours(37), now).find("37時間前") != std::string::npos);
  CHECK(snapshot_doubt(now - std::chrono::hours(24 * 9), now).find("9日前") != std::string::npos);
  CHECK(snapshot_doubt(now + std::chrono::minutes(9), now).empty());
  CHECK(snapshot_doubt(now + std::chrono::hours(1), now).find("時計") != std::string::npos);
  CHECK(age_ja(std::chrono::minutes(-3)) == "0時間前");
}

TEST_CASE("The snapshot holds followers alone, sealed: another key and damage are told apart", "[redis]") {
  static test::TestRedis redis;
  redis.flush();
  test::TempDir folder;
  FakeClock clock;
  const Sealer sealer{Secret(std::string(32, 'k'))}, other{Secret(std::string(32, 'o'))};
  store::Subscribers subscribers(redis.client(), sealer, 4);
  store::Attribute district;
  district.id = "district";
  district.values = {{"a", {{"ja", "あ"}}}, {"b", {{"ja", "い"}}}};
  const store::AttributeSchema schema({district});
  for (const std::string id : {"U1", "U2", "U3"}) must(subscribers.set_following(id, true, clock.now()));
  const std::vector<store::AttributeChange> lives{{"district", "b", true}};
  must(subscribers.change(must(subscribers.ensure("U2", clock.now())), schema, lives, clock.now()));
  must(subscribers.set_following("U3", false, clock.now() + std::chrono::seconds(1)));
  const std::string path = folder.path() + "/emergency/people.snapshot";
  CHECK(must(write_people_snapshot(subscribers, schema, sealer, "inst", clock.now(), path)) == 2);
  const PeopleSnapshot read = must(read_people_snapshot(path, sealer));
  CHECK(read.installation == "inst");
  CHECK(read.created == clock.now());
  REQUIRE(read.people.size() == 2);
  for (const SnapshotPerson& person : read.people) {
    CHECK(person.address != "U3");
    CHECK(person.districts == (person.address == "U2" ? std::vector<std::string>{"b"} : std::vector<std::string>{}));
  }
  CHECK(read_people_snapshot(path, other).error().code == ErrorCode::kRefused);
  CHECK(read_people_snapshot(path + ".none", sealer).error().code == ErrorCode::kNotFound);
  std::fstream damage(path, std::ios::in | std::ios::out | std::ios::binary);
  damage.seekp(-5, std::ios::end);
  damage.put('!');
  damage.close();
  CHECK(read_people_snapshot(path, sealer).error().code == ErrorCode::kCorrupt);
}
