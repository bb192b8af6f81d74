// The desk on a real Redis: nothing lost and nothing doubled between decision and broadcast, people decide what waits.
#include "broadcasts/alert_desk.h"

#include "store/keys.h"
#include "tests/broadcasts/alert_fixture.h"
#include "tests/support/fake_clock.h"
#include "tests/support/staff_words.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::broadcasts;
using namespace kairan::test;
using namespace std::chrono_literals;

namespace {

/// Broadcasts as the desk sees them: an order's id decides.
class FakeSink final : public AlertSink {
 public:
  Result<std::string> send(const AlertOrder& order) override {
    ++calls;
    if (down) return Error{ErrorCode::kUnavailable, "away"};
    if (refuse) return Error{ErrorCode::kInvalid, "本文が長すぎます"};
    if (ids.count(order.id) == 0) {
      ids[order.id] = "b" + std::to_string(ids.size() + 1);
      orders.push_back(order);
    }
    return ids[order.id];
  }
  std::map<std::string, std::string> ids;
  std::vector<AlertOrder> orders;
  int calls = 0;
  bool down = false, refuse = false;
};

struct Room {
  Room() {
    AlertDesk::Ports ports;
    ports.sink = &sink;
    ports.notice.tell = [this](const AlertNews& news) {
      notices.push_back(news.subject);
      told.push_back(news);
    };
    ports.notice.settled = [this](const std::string& held, const std::string&) { settled.push_back(held); };
    ports.content = [] { return std::shared_ptr<const AlertContent>(&sample_alert_content(), [](const AlertContent*) {}); };
    desk = std::make_unique<AlertDesk>(redis.client(), ports, clock);
    clock.set(at(10));
  }
  TestRedis redis;
  FakeClock clock;
  FakeSink sink;
  std::vector<std::string> notices, settled;
  std::vector<AlertNews> told;
  std::unique_ptr<AlertDesk> desk;
};

Alert cancel_of(const std::string& office, TimePoint t) {
  Alert alert = weather("rain", 0, t);
  alert.office = office;
  alert.info_type = AlertInfoType::kCancel;
  alert.hazards.clear();
  alert.complete_kinds.clear();
  return alert;
}

}  // namespace

TEST_CASE("What is released goes out once, also when Redis fails at any step and the message is offered again", "[redis]") {
  // Every round trip of taking a message in fails once, before or after Redis did it; the message is offered until it is taken.
  for (std::uint64_t step = 0; step < 12; ++step) {
    for (const bool lost : {false, true}) {
      Room room;
      const Alert alert = weather("rain", 4, at(10));
      std::uint64_t calls = 0;
      const auto nth = [&calls, step](std::uint64_t) { return calls++ == step; };
      if (lost) {
        room.redis.client().set_lost_reply(nth);
      } else {
        room.redis.client().set_fault([&](std::uint64_t n) { return !nth(n); });
      }
      for (int tries = 0; tries < 4; ++tries) {
        if (room.desk->take({alert})) break;
      }
      room.redis.client().set_lost_reply({});
      room.redis.client().set_fault({});
      must(room.desk->tick());
      INFO("step " << step << (lost ? " lost" : " failed"));
      CHECK(room.sink.orders.size() == 1);
    }
  }
}

TEST_CASE("While the broadcasts are away the order stays in the book and is handed over later", "[redis]") {
  Room room;
  room.sink.down = true;
  must(room.desk->take({weather("rain", 4, at(10))}));
  CHECK(room.sink.orders.empty());
  room.sink.down = false;
  must(room.desk->tick());
  must(room.desk->tick());
  REQUIRE(room.sink.orders.size() == 1);
  CHECK(room.sink.orders[0].severity == "emergency");
  CHECK(room.sink.orders[0].texts.at("en").find("emergency warning") != std::string::npos);
}

TEST_CASE("After a restore nothing of before leaves by itself: orders on their way out and messages read again are held", "[redis]") {
  Room room;
  room.sink.down = true;
  must(room.desk->take({weather("rain", 4, at(10))}));
  room.sink.down = false;
  must(room.redis.client().command(
      {"HSET", store::keys::alerts(), std::string(store::kAlertsRestored), std::to_string(to_unix_ms(at(10, 5)))}));
  room.clock.set(at(10, 10));
  must(room.desk->tick());
  must(room.desk->tick());
  must(room.desk->take({weather("landslide", 4, at(10, 4))}));
  CHECK(room.sink.orders.empty());
  const auto held = must(room.desk->held());
  REQUIRE(held.size() == 2);
  CHECK(held[0].reason.ja.find("バックアップ") != std::string::npos);
  CHECK(held[1].reason.ja.find("バックアップ") != std::string::npos);
  for (const HeldAlert& one : held) CHECK(test::in_both_languages(one.reason));
  CHECK(room.notices.size() == 2);
  // What is reported afterwards goes out as ever, and a person can still send what was held.
  must(room.desk->take({earthquake("VXSE53", 5, "20260706101000", "1", at(10, 10))}));
  CHECK(room.sink.orders.size() == 1);
  must(room.desk->release(held[0].id, "officer"));
  CHECK(room.sink.orders.size() == 2);
}

TEST_CASE("An order that waited past its expiry is not sent any more and the staff are told", "[redis]") {
  Room room;
  room.sink.down = true;
  must(room.desk->take({weather("rain", 4, at(10))}));
  room.sink.down = false;
  room.clock.advance(2h);
  must(room.desk->tick());
  CHECK(room.sink.orders.empty());
  CHECK(room.notices.back().find("送信できません") != std::string::npos);
}

TEST_CASE("A held warning goes out when a person releases it, once, and never after its expiry", "[redis]") {
  Room room;
  must(room.desk->take({weather("rain", 2, at(10))}));
  auto held = must(room.desk->held());
  REQUIRE(held.size() == 1);
  CHECK(room.sink.orders.empty());
  CHECK(room.notices.size() == 1);
  CHECK(must(room.desk->release(held[0].id, "sato")) == "b1");
  REQUIRE(room.sink.orders.size() == 1);
  CHECK(room.sink.orders[0].by == "sato");
  CHECK(room.desk->release(held[0].id, "sato").error().code == ErrorCode::kNotFound);
  CHECK(must(room.desk->held()).empty());

  must(room.desk->take({weather("surge", 2, at(10))}));
  held = must(room.desk->held());
  room.clock.advance(61min);
  CHECK(room.desk->release(held[0].id, "sato").error().code == ErrorCode::kConflict);
  must(room.desk->tick());
  CHECK(must(room.desk->held()).empty());
  CHECK(room.sink.orders.size() == 1);
}

TEST_CASE("A cancel corrects the broadcast that residents read, and only clears the desk when nothing went out", "[redis]") {
  Room room;
  must(room.desk->take({weather("rain", 4, at(10))}));
  must(room.desk->take({cancel_of("佐賀地方気象台", at(10, 2))}));
  REQUIRE(room.sink.orders.size() == 2);
  CHECK(room.sink.orders[1].effect == AlertEffect::kWithdraw);
  CHECK(room.sink.orders[1].corrects == "b1");

  Room other;
  must(other.desk->take({weather("rain", 2, at(10))}));
  must(other.desk->take({cancel_of("佐賀地方気象台", at(10, 2))}));
  CHECK(other.sink.orders.empty());
  CHECK(must(other.desk->held()).empty());
}

TEST_CASE("A cancel of what a person released goes out by itself", "[redis]") {
  Room room;
  must(room.desk->take({weather("rain", 2, at(10))}));
  must(room.desk->release(must(room.desk->held())[0].id, "sato"));
  must(room.desk->take({cancel_of("佐賀地方気象台", at(10, 2))}));
  REQUIRE(room.sink.orders.size() == 2);
  CHECK(room.sink.orders[1].corrects == "b1");
}

TEST_CASE("A newer warning takes the place of the held one", "[redis]") {
  Room room;
  Alert warning = earthquake("VXSE51", 4, "20260706100000", "", at(10));
  must(room.desk->take({warning}));
  const auto before = must(room.desk->held());
  REQUIRE(before.size() == 1);
  must(room.desk->take({earthquake("VXSE53", 4, "20260706100000", "1", at(10, 1))}));
  const auto after = must(room.desk->held());
  REQUIRE(after.size() == 1);
  CHECK(after[0].id != before[0].id);
}

TEST_CASE("What nobody acknowledges is told again, what somebody looks after is not", "[redis]") {
  Room room;
  must(room.desk->take({weather("rain", 2, at(10))}));
  CHECK(room.notices.size() == 1);
  room.clock.advance(9min);
  must(room.desk->tick());
  CHECK(room.notices.size() == 1);
  room.clock.advance(2min);
  must(room.desk->tick());
  must(room.desk->tick());
  REQUIRE(room.notices.size() == 2);
  CHECK(room.notices[1].find("至急") != std::string::npos);
  must(room.desk->acknowledge(must(room.desk->held())[0].id, "sato"));
  room.clock.advance(20min);
  must(room.desk->tick());
  CHECK(room.notices.size() == 2);
}

TEST_CASE("Whoever looks after one held warning settles that one alone", "[redis]") {
  Room room;
  must(room.desk->take({weather("rain", 2, at(10)), weather("surge", 2, at(10))}));
  const auto held = must(room.desk->held());
  REQUIRE(held.size() == 2);
  REQUIRE(room.told.size() == 2);
  CHECK(room.told[0].held == held[0].id);
  CHECK(room.told[1].held == held[1].id);
  must(room.desk->acknowledge(held[0].id, "sato"));
  CHECK(room.settled == std::vector<std::string>{held[0].id});
  room.clock.advance(11min);
  must(room.desk->tick());
  REQUIRE(room.told.size() == 3);
  CHECK(room.told[2].held == held[1].id);
}

TEST_CASE("What left the desk in any way is settled: released, dismissed, replaced, past its expiry", "[redis]") {
  Room room;
  must(room.desk->take({weather("rain", 2, at(10)), weather("surge", 2, at(10)), weather("wind", 3, at(10))}));
  const auto held = must(room.desk->held());
  REQUIRE(held.size() == 3);
  must(room.desk->release(held[0].id, "sato"));
  must(room.desk->dismiss(held[1].id, "sato", "市の範囲外"));
  CHECK(room.settled == std::vector<std::string>{held[0].id, held[1].id});
  room.clock.advance(6h);
  must(room.desk->tick());
  CHECK(room.settled.back() == held[2].id);

  Room other;
  must(other.desk->take({earthquake("VXSE51", 4, "20260706100000", "", at(10))}));
  const auto before = must(other.desk->held());
  must(other.desk->take({earthquake("VXSE53", 4, "20260706100000", "1", at(10, 1))}));
  CHECK(other.settled == std::vector<std::string>{before.at(0).id});
}

TEST_CASE("Dismissing is written down with who and why", "[redis]") {
  Room room;
  must(room.desk->take({weather("rain", 2, at(10))}));
  must(room.desk->dismiss(must(room.desk->held())[0].id, "sato", "市の範囲外"));
  const auto log = must(room.desk->log());
  CHECK(log.front().by == "sato");
  CHECK(log.front().reason.ja == "市の範囲外");
  CHECK(must(room.desk->held()).empty());
  CHECK(room.sink.orders.empty());
  const auto force = must(room.desk->in_force());
  REQUIRE(force.size() == 1);
  CHECK(force[0].kind == "rain");
}

TEST_CASE("A refused order is told and does not block the next", "[redis]") {
  Room room;
  room.sink.refuse = true;
  must(room.desk->take({weather("rain", 4, at(10))}));
  CHECK(room.notices.back().find("送信できません") != std::string::npos);
  room.sink.refuse = false;
  must(room.desk->take({weather("surge", 4, at(10))}));
  CHECK(room.sink.orders.size() == 1);
}

TEST_CASE("A drill that the rules show cannot be released", "[redis]") {
  Room room;
  AlertContent content = sample_alert_content();
  content.rules.hold_drills = true;
  AlertDesk::Ports ports;
  ports.sink = &room.sink;
  ports.notice.tell = [&](const AlertNews& news) { room.notices.push_back(news.subject); };
  ports.content = [&] { return std::shared_ptr<const AlertContent>(&content, [](const AlertContent*) {}); };
  AlertDesk desk(room.redis.client(), ports, room.clock);
  Alert drill = weather("rain", 4, at(10));
  drill.status = AlertStatus::kDrill;
  must(desk.take({drill}));
  CHECK(must(desk.held()).empty());
  CHECK(room.sink.orders.empty());
  CHECK(room.notices == std::vector<std::string>{"【訓練・試験の電文】"});
}

TEST_CASE("Districts mean those registered there and those who registered none") {
  AlertDecision decision;
  decision.segment = "districts";
  CHECK(alert_segment(decision) == "everyone");
  decision.districts = {"nogomi"};
  const std::string rules = alert_segment(decision);
  CHECK(rules.find("\"in\"") != std::string::npos);
  CHECK(rules.find("\"null\"") != std::string::npos);
}
