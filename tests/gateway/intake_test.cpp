#include "gateway/intake.h"

#include <cerrno>

#include "gateway/webhook_routes.h"
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

/// The door with its spool in a folder of its own.
struct Door : Pipeline {
  Door() : Pipeline(redis()) { intake->trust_redis(); }

  std::unique_ptr<gateway::Spool> open_spool() {
    gateway::SpoolOptions options;
    options.folder = folder.file("spool");
    const auto real = options.calls.sync;
    options.calls.sync = [this, real](int fd) {
      if (!sync_fails) return real(fd);
      errno = EIO;
      return -1;
    };
    return must(gateway::Spool::open(options));
  }
  gateway::HttpResponse post(const std::string& body, bool is_signed = true) {
    gateway::HttpRequest request;
    request.method = "POST";
    request.path = "/webhook/fake";
    request.body = body;
    if (is_signed) request.headers.emplace("x-signed", "yes");
    return route.handler(request);
  }
  /// Makes every Redis call fail as if the connection were gone.
  void take_redis_away() {
    redis().client().set_fault([](std::uint64_t) { return false; });
  }
  void bring_redis_back() { redis().client().set_fault({}); }
  ~Door() { bring_redis_back(); }

  std::vector<std::string> waiting_ids() {
    std::vector<std::string> ids;
    for (store::Partition p = 0; p < kTestPartitions; ++p) {
      for (const auto& event : must(inbox.read(p, "0", 1000))) ids.push_back(event.id);
    }
    return ids;
  }

  bool sync_fails = false;
  TempDir folder;
  std::unique_ptr<gateway::Spool> spool = open_spool();
  std::unique_ptr<gateway::Intake> intake = std::make_unique<gateway::Intake>(
      inbox, *spool, sealer, clock, pipeline_metrics,
      gateway::Intake::Options{kTestPartitions, 500ms, 250ms});
  gateway::Route route = gateway::webhook_route(channel, *intake, pipeline_metrics, {});
};

}  // namespace

TEST_CASE("a signed webhook is stored in the inbox before it is acknowledged", "[redis]") {
  Door door;
  CHECK(door.post("e1|U1|hello").status == 200);
  CHECK(door.waiting_ids() == std::vector<std::string>{"e1"});
  CHECK(door.spool->empty());
}

TEST_CASE("an unsigned webhook is refused and leaves no trace", "[redis]") {
  Door door;
  const auto response = door.post("e1|U1|hello", false);
  CHECK(response.status == 401);
  CHECK(response.close);
  CHECK(door.waiting_ids().empty());
  CHECK(door.metrics.render().find("kairan_webhooks_total{result=\"bad_signature\"} 1") != std::string::npos);
}

TEST_CASE("a signed body that is no webhook gets 400, an empty one is a communication check", "[redis]") {
  Door door;
  CHECK(door.post("!").status == 400);
  CHECK(door.post("").status == 200);
  CHECK(door.waiting_ids().empty());
}

TEST_CASE("the same event five times is stored once", "[redis]") {
  Door door;
  for (int i = 0; i < 5; ++i) CHECK(door.post("e1|U1|hello").status == 200);
  CHECK(door.waiting_ids().size() == 1);
}

TEST_CASE("while Redis is away events go to the spool, and back in order when it is there", "[redis]") {
  Door door;
  door.take_redis_away();
  CHECK(door.post("e1|U1|one\ne2|U1|two").status == 200);
  CHECK(door.post("e3|U1|three").status == 200);
  CHECK_FALSE(door.spool->empty());
  CHECK_FALSE(door.intake->replay_once().ok());
  door.bring_redis_back();
  CHECK(door.post("e4|U1|four").status == 200);  // behind the others, although Redis is there
  CHECK(door.waiting_ids().empty());
  REQUIRE(door.intake->replay_once().ok());
  CHECK(door.waiting_ids() == std::vector<std::string>{"e1", "e2", "e3", "e4"});
  CHECK(door.spool->empty());
  CHECK(door.post("e5|U1|five").status == 200);
  CHECK(door.waiting_ids().size() == 5);
}

TEST_CASE("an event whose write had an unknown fate is not doubled by its spooled copy", "[redis]") {
  Door door;
  CHECK(door.post("e1|U1|one").status == 200);
  door.take_redis_away();
  CHECK(door.post("e1|U1|one").status == 200);  // as if the first answer had been lost
  door.bring_redis_back();
  REQUIRE(door.intake->replay_once().ok());
  CHECK(door.waiting_ids() == std::vector<std::string>{"e1"});
}

TEST_CASE("nothing is acknowledged when neither Redis nor the spool takes it", "[redis]") {
  Door door;
  door.take_redis_away();
  door.sync_fails = true;
  CHECK(door.post("e1|U1|hello").status == 503);
  door.sync_fails = false;
  CHECK(door.post("e1|U1|hello").status == 200);
}

TEST_CASE("a Redis that has not shown it keeps its word is not written to", "[redis]") {
  Door door;
  gateway::Intake fresh(door.inbox, *door.spool, door.sealer, door.clock, door.pipeline_metrics,
                        gateway::Intake::Options{kTestPartitions, 500ms, 250ms});
  const auto webhook = must(door.channel.parse_webhook("e1|U1|hello"));
  must(fresh.take("fake", webhook));
  CHECK(door.waiting_ids().empty());
  CHECK_FALSE(door.spool->empty());
}

TEST_CASE("spooled records come back as they were, and damaged ones are recognised") {
  const std::vector<store::NewEvent> events{{3, "id1", "line", std::string("\0\xff|body", 7), from_unix_ms(123456789)},
                                            {4, "", "", "", from_unix_ms(0)}};
  const std::string record = gateway::encode_spooled(events);
  const auto back = gateway::decode_spooled(record);
  REQUIRE(back.ok());
  REQUIRE(back->size() == 2);
  CHECK((*back)[0].id == "id1");
  CHECK((*back)[0].partition == 3);
  CHECK((*back)[0].channel == "line");
  CHECK((*back)[0].body == events[0].body);
  CHECK((*back)[0].received == events[0].received);
  for (std::size_t length = 0; length < record.size(); ++length) {
    CAPTURE(length);
    CHECK(gateway::decode_spooled(record.substr(0, length)).error().code == ErrorCode::kCorrupt);
  }
  CHECK_FALSE(gateway::decode_spooled(record + "x").ok());
}

TEST_CASE("a stored event shows nothing of its text") {
  const Sealer sealer(Secret(std::string(Sealer::kKeyBytes, 'k')));
  const gateway::IncomingEvent event{"e1", "U1", {}, false, "{\"text\":\"秘密の相談\"}"};
  const std::string sealed = gateway::seal_event(sealer, event);
  CHECK(sealed.find("秘密") == std::string::npos);
  CHECK(gateway::open_event(sealer, "e1", sealed).value() == event.raw);
  CHECK_FALSE(gateway::open_event(sealer, "e2", sealed).ok());
}
