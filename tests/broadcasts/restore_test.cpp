// A backup in the middle of a send, everything lost, the backup put back: what was over is as it was, what was not waits for a
// person, and nothing leaves by itself.
#include "store/restore.h"

#include <fstream>

#include "broadcasts/ledger_status.h"
#include "broadcasts/register_entry.h"
#include "store/backup_file.h"
#include "store/register.h"
#include "store/snapshot.h"
#include "tests/broadcasts/dispatch_fixture.h"
#include "tests/broadcasts/segment_schema.h"

using namespace kairan;
using namespace kairan::broadcasts;
using namespace kairan::test;

namespace {

constexpr unsigned kResidents = 40;

struct RestoreFixture : DispatchFixture {
  RestoreFixture() { follow(0, kResidents); }

  void back_up() {
    store::BackupHeader header;
    header.installation = "test";
    header.created = clock.now();
    auto writer = must(store::BackupWriter::create(folder.file("middle.kbk"), sealer, header));
    must(store::stream_snapshot(dispatch_redis().url(), {},
                                [&](std::string_view piece) { return writer->write(piece); }));
    must(writer->finish());
  }

  /// The machine is lost with everything on it: another has the backup, and a gateway that knows of nothing else.
  void wipe_and_restore() {
    dispatcher->stop();
    dispatch_redis().flush();
    const TempDir work;
    std::ofstream copy(work.file(store::kCopyFile), std::ios::binary);
    const auto header =
        must(store::read_backup(folder.file("middle.kbk"), sealer, [&](std::string_view piece) -> Status {
          copy << piece;
          return {};
        }));
    copy.close();
    store::RestoreOptions options;
    options.redis_url = dispatch_redis().url();
    options.copy_folder = work.path();
    options.copy_database = header.database;
    options.now = clock.now();
    must(store::restore_copy(options));
    restart();
  }

  /// What a gateway does by itself, for three hours.
  void let_it_run() {
    for (int i = 0; i < 18; ++i) {
      step();
      while (dispatcher->send_once()) {
      }
      dispatcher->sweep();
      clock.advance(std::chrono::minutes(10));
    }
  }

  void enter(const std::string& id) {
    LedgerStatus status(ledger);
    const auto record = must(store.read(id)).value();
    must(records.add(register_entry(record, must(status.figures(id)), test::segment_schema(), clock.now())));
  }
  std::string register_text() { return store::register_csv(must(records.read(0, 100))); }

  TempDir folder;
  store::Register records{dispatch_redis().client()};
};

}  // namespace

TEST_CASE_METHOD(
    RestoreFixture,
    "after backup, loss and restore the register is the same, what was unfinished is held, nothing leaves by itself") {
  const std::string over = schedule("over");
  run(over);
  REQUIRE(state(over) == "sent");
  enter(over);
  const std::string paused = schedule("paused");
  step();
  dispatcher->watch_once(false);
  REQUIRE(dispatcher->send_once());
  set_state(paused, "paused");
  step();
  // One batch has its answer, one was tried and has none yet, the rest is not even planned.
  const std::string sending = schedule("sending");
  step();
  dispatcher->watch_once(false);
  REQUIRE(dispatcher->send_once());
  platform.set_script([](std::size_t, const std::vector<std::string>&) {
    return FakePlatform::Answer{FakePlatform::answer(Outcome::kUnknown, 500), true};
  });
  REQUIRE(dispatcher->send_once());
  platform.set_script({});
  const auto figures = must(ledger.figures(sending));
  REQUIRE(figures.batches.accepted == 1);
  REQUIRE(figures.batches.in_flight == 1);
  const std::string later = schedule("later");
  set_state(later, "scheduled", clock.now() + std::chrono::hours(1));
  const std::string freezing = schedule("freezing");
  set_state(freezing, "freezing", clock.now() + std::chrono::seconds(5));
  const std::string approved = schedule("approved");
  set_state(approved, "approved");
  const std::string written = register_text();
  REQUIRE(written.find(over) != std::string::npos);

  back_up();
  wipe_and_restore();
  const std::size_t calls = platform.calls();
  let_it_run();

  CHECK(platform.calls() == calls);
  CHECK(register_text() == written);
  CHECK_FALSE(must(records.verify()).fault);
  CHECK(state(over) == "sent");
  CHECK(state(approved) == "approved");
  for (const std::string& id : {paused, sending, later, freezing}) {
    CAPTURE(must(store.read(id))->field("name"));
    CHECK(state(id) == "held");
    CHECK(must(store.read(id))->field(field::kReason).find("バックアップ") != std::string::npos);
  }
  CHECK(staff.count(Notice::Kind::kHeld) == 4);

  // A person looks at it and lets it go on: the rest is sent, nobody gets it twice.
  set_state(sending, "scheduled", clock.now());
  run(sending);
  CHECK(state(sending) == "sent");
  std::size_t reached = 0;
  for (const auto& [address, messages] : platform.got()) {
    const auto copies = std::count_if(messages.begin(), messages.end(),
                                      [](const std::string& text) { return text.rfind("sending/", 0) == 0; });
    CHECK(copies == 1);
    reached += static_cast<std::size_t>(copies);
  }
  CHECK(reached == kResidents);
  CHECK(platform.changed_bytes() == 0);
  CHECK(staff.count(Notice::Kind::kAlarm) == 0);
}

TEST_CASE_METHOD(RestoreFixture, "what went out between backup and loss is not sent again, whoever lets it go on") {
  const std::string id = schedule("sending");
  step();
  dispatcher->watch_once(false);
  REQUIRE(dispatcher->send_once());
  back_up();
  run(id);
  REQUIRE(state(id) == "sent");
  wipe_and_restore();
  let_it_run();
  REQUIRE(state(id) == "held");

  set_state(id, "scheduled", clock.now());
  run(id);
  // The platform knows the keys, and the copy does not know of the tries: that is an alarm, not success.
  CHECK(state(id) == "paused");
  CHECK(staff.count(Notice::Kind::kAlarm) == 1);
  for (const auto& [address, messages] : platform.got()) CHECK(messages.size() == 1);
  CHECK(platform.got().size() == kResidents);
}
