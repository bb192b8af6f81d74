#include "broadcasts/dispatch_board.h"

#include "tests/support/catch.h"

namespace kairan::broadcasts {
namespace {

DispatchBoard::Entry entry(const std::string& id, Priority priority) {
  store::BroadcastRecord record;
  record.id = id;
  auto made = std::make_shared<ActiveBroadcast>(std::move(record), FrozenAudience({}));
  made->priority = priority;
  return made;
}

std::string name_of(const DispatchBoard::Entry& entry) {
  return entry ? entry->record.id : "";
}

struct Board {
  Board() {
    board.put(bulk);
    board.put(emergency);
  }
  DispatchBoard board;
  DispatchBoard::Entry bulk = entry("bulk", Priority::kBulk);
  DispatchBoard::Entry emergency = entry("emergency", Priority::kEmergency);
};

constexpr std::chrono::hours kLong{1};

}  // namespace

TEST_CASE_METHOD(Board, "the most urgent that has something to do is picked, whoever came first") {
  CHECK(name_of(board.pick(false)) == "emergency");
  CHECK(name_of(board.pick(true)) == "emergency");
  board.idle(*emergency, kLong);
  CHECK(name_of(board.pick(false)) == "bulk");
  CHECK(name_of(board.pick(true)).empty());
}

TEST_CASE_METHOD(Board, "while an emergency is made or waits for its next lot nothing less urgent takes its places") {
  board.keep_back();
  board.idle(*emergency, kLong);
  CHECK(name_of(board.pick(false)).empty());
  CHECK(board.wait(false, milliseconds(0)).next == DispatchBoard::Next::kNothing);
  board.stir("emergency");
  CHECK(name_of(board.pick(false)) == "emergency");
  board.let_go();
  board.idle(*emergency, kLong);
  CHECK(name_of(board.pick(false)) == "bulk");
  CHECK(board.wait(false, milliseconds(0)).next == DispatchBoard::Next::kWork);
}

TEST_CASE_METHOD(
    Board, "an emergency that does not go on keeps others back for a while only, and whoever waits is woken then") {
  board.idle(*emergency, kLong);
  board.keep_back();
  CHECK(board.wait(false, DispatchBoard::kKeepBack * 20).next == DispatchBoard::Next::kWork);
  CHECK(name_of(board.pick(false)) == "bulk");
}

}  // namespace kairan::broadcasts
