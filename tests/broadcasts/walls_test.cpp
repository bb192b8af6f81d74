// The walls between what is rehearsed and the residents: each is taken away, alone and together with others, and what stands
// must still be enough. With none left it must get through, or the test would not see a leak.
#include <algorithm>
#include <set>

#include "broadcasts/alert_broadcasts.h"
#include "broadcasts/alert_walls.h"
#include "broadcasts/dispatcher.h"
#include "tests/broadcasts/alert_fixture.h"
#include "tests/broadcasts/service_fixture.h"
#include "tests/support/fake_platform.h"

using namespace kairan;
using namespace kairan::broadcasts;
using namespace kairan::test;

namespace {

class Unheard final : public StaffNotice {
 public:
  void tell(const Notice&) override {}
  Status over(const store::BroadcastRecord&) override { return {}; }
};

/// A practice to everyone, from its document to the platform. One tester stands among the residents.
struct PracticeRoom : ServiceFixture {
  PracticeRoom() {
    for (unsigned i = 1; i <= 40; ++i) everyone.push_back(city.resident(i));
    testers = {everyone.front()};
  }

  std::string send(const std::string& kind, bool type_wall, bool adapter_wall, bool audience_wall) {
    const auto listed = [this, audience_wall] { return audience_wall ? testers : everyone; };
    SegmentComposer made(
        ComposerParts{city.subscribers(), [this] { return city.schema(); }, &ledger, platform, listed, clock, ""});
    Deliverers deliverers;
    deliverers.live = &platform;
    deliverers.practice = adapter_wall ? static_cast<Deliverer*>(&practice) : &platform;
    if (!type_wall) deliverers.wall = [](Kind, const Deliverer&) { return Status(); };
    store::BroadcastLedger rows(city.client(), city.subscribers().partitions());
    Unheard staff;
    DispatcherOptions options;
    options.batch.owner = "here";
    options.batch.installation = "test";
    options.batch.idle = options.batch.prepare_again = std::chrono::milliseconds(0);
    options.rate.per_second = 0;
    options.is_gone = [](std::string_view) { return false; };
    Dispatcher dispatcher({city.client(), broadcasts, rows, city.subscribers(), made, deliverers, staff, clock},
                          options);
    const std::string id = approved(doc("練習の文", R"("kind":")" + kind + "\""));
    must(move(author, id, kairan::broadcasts::Action::kSend));
    for (int round = 0; round < 200 && !is_final(*parse_state(must(broadcasts.read(id))->state)); ++round) {
      clock.advance(std::chrono::milliseconds(100));
      dispatcher.watch_once(false);
      dispatcher.keep_once();
      while (dispatcher.send_once()) {
      }
      dispatcher.sweep();
    }
    return must(broadcasts.read(id))->state;
  }
  std::set<std::string> reached() const {
    std::set<std::string> who;
    for (const auto& [address, messages] : platform.got()) who.insert(address);
    return who;
  }

  FakePlatform platform;
  std::vector<std::string> everyone;
};

/// A telegram that would be sent at once if it were real.
Alert rehearsed(AlertStatus status) {
  Alert alert = weather("rain", 4, at(10));
  alert.status = status;
  return alert;
}

/// From a telegram to the broadcasts that it began.
std::size_t broadcasts_begun(AlertStatus status, bool engine_wall, bool desk_wall, bool way_wall) {
  ServiceFixture room;
  room.clock.set(at(10));
  room.city.resident(1);
  AlertBroadcasts real(room.service);
  AlertBroadcasts open(room.service, [](const AlertOrder&) { return Status(); });
  AlertDesk::Ports ports;
  ports.sink = way_wall ? &real : &open;
  ports.content = [] {
    return std::shared_ptr<const AlertContent>(&sample_alert_content(), [](const AlertContent*) {});
  };
  if (!engine_wall) {
    ports.decide = [](const AlertContent& content, AlertState& state, Alert alert, TimePoint now) {
      alert.status = AlertStatus::kReal;
      return AlertEngine(content).process(state, alert, now);
    };
  }
  if (!desk_wall) ports.may_be_ordered = [](const Alert&, const AlertDecision&) { return true; };
  AlertDesk desk(room.city.client(), ports, room.clock);
  must(desk.take({rehearsed(status)}));
  must(desk.tick());
  // A person at the desk who releases whatever is there opens no way either.
  for (const HeldAlert& held : must(desk.held())) (void)desk.release(held.id, "sato");
  return must(room.service.list(room.auditor, {})).size();
}

}  // namespace

TEST_CASE_METHOD(PracticeRoom,
                 "A practice is stopped by each of type, adapter and audience, whichever of the others are gone",
                 "[redis]") {
  const std::set<std::string> tester(testers.begin(), testers.end());
  for (int walls = 7; walls > 0; --walls) {
    const bool type = (walls & 1) != 0, adapter = (walls & 2) != 0, audience = (walls & 4) != 0;
    INFO("type " << type << ", adapter " << adapter << ", audience " << audience);
    CHECK(send("practice", type, adapter, audience) == (type && !adapter ? "failed" : "sent"));
    const std::set<std::string> who = reached();
    CHECK(std::includes(tester.begin(), tester.end(), who.begin(), who.end()));
  }
  CHECK(send("practice", false, false, false) == "sent");
  CHECK(reached().size() == everyone.size());
}

TEST_CASE_METHOD(PracticeRoom, "With every wall in place a live notice reaches everyone, and a public drill too",
                 "[redis]") {
  for (const char* kind : {"live", "drill"}) {
    const std::size_t before = platform.order().size();
    CHECK(send(kind, true, true, true) == "sent");
    CHECK(platform.order().size() > before);
    CHECK(reached().size() == everyone.size());
  }
}

TEST_CASE("A drill's or test's telegram begins nothing while one of engine, desk and way out stands", "[redis]") {
  for (const AlertStatus status : {AlertStatus::kDrill, AlertStatus::kTest}) {
    for (int walls = 0; walls < 8; ++walls) {
      const bool engine = (walls & 1) != 0, desk = (walls & 2) != 0, way = (walls & 4) != 0;
      INFO(status_name(status) << ": engine " << engine << ", desk " << desk << ", way out " << way);
      CHECK(broadcasts_begun(status, engine, desk, way) == (walls == 0 ? 1U : 0U));
    }
  }
}

TEST_CASE("With every wall in place a real telegram begins its broadcast", "[redis]") {
  CHECK(broadcasts_begun(AlertStatus::kReal, true, true, true) == 1);
}
