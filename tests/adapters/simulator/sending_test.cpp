// What a bot may send and what it gets: LINE's rules for reply, push, multicast, retry keys, rates and the quota.
#include <nlohmann/json.hpp>

#include "base/ids.h"
#include "tests/adapters/simulator/fixture.h"
#include "tests/support/catch.h"

using kairan::test::SimulatorFixture;
using nlohmann::json;
using namespace std::chrono_literals;
namespace simulator = kairan::adapters::simulator;

namespace {

std::string retry_key(int number) {
  return kairan::derived_uuid("test " + std::to_string(number));
}

std::vector<std::string> create(SimulatorFixture& line, std::size_t count) {
  return line.act("/sim/users", {{"count", count}}).at("ids").get<std::vector<std::string>>();
}

json text(const std::string& words) {
  return {{"type", "text"}, {"text", words}};
}

}  // namespace

TEST_CASE("a reply token works once") {
  SimulatorFixture line;
  const std::string token = line.say("ごみの日は？").at("replyToken");
  const auto first = line.reply(token);
  CHECK(first.status == 200);
  CHECK(json::parse(first.body).at("sentMessages").size() == 1);
  const auto second = line.reply(token);
  CHECK(second.status == 400);
  CHECK(json::parse(second.body).at("message") == "Invalid reply token");
  CHECK(line.get("/sim/histogram").at("once") == 1);
}

TEST_CASE("a refused reply leaves its token unused") {
  SimulatorFixture line;
  const std::string token = line.say("こんにちは").at("replyToken");
  CHECK(line.reply(token, "").status == 400);
  CHECK(line.reply(token).status == 200);
}

TEST_CASE("a reply token dies a minute after the bot got the webhook") {
  struct Case {
    const char* label;
    kairan::milliseconds wait;
    int status;
  };
  const auto c = GENERATE(values<Case>({{"at once", 0s, 200}, {"after a minute", 60s, 200}, {"later", 60001ms, 400}}));
  CAPTURE(c.label);
  SimulatorFixture line;
  const std::string token = line.say("こんにちは").at("replyToken");
  REQUIRE(line.wait_stat("taken", 1));
  line.clock.advance(c.wait);
  CHECK(line.reply(token).status == c.status);
}

TEST_CASE("a redelivered webhook gives its unused token another minute, but not past 20 minutes") {
  SimulatorFixture line([](simulator::SimulatorOptions& options) { options.redelivery = {5min, 16min}; });
  line.set_bot_status(503);
  const std::string token = line.say("こんにちは").at("replyToken");
  REQUIRE(line.wait_stat("planned", 1));
  line.clock.advance(5min);
  REQUIRE(line.wait_stat("planned", 2));
  SECTION("within the minute") {
    CHECK(line.reply(token).status == 200);
  }
  SECTION("the event is too old") {
    line.clock.advance(16min);
    REQUIRE(line.webhooks(3).size() == 3);
    CHECK(line.reply(token).status == 400);
  }
}

TEST_CASE("a retry key has no place on a reply") {
  SimulatorFixture line;
  const std::string token = line.say("こんにちは").at("replyToken");
  const json body = {{"replyToken", token}, {"messages", {text("はい")}}};
  CHECK(line.send("reply", body, retry_key(1)).status == 400);
  CHECK(line.send("validate/reply", body, retry_key(1)).status == 400);
  CHECK(line.send("reply", body, "").status == 200);
}

TEST_CASE("a repeated retry key gets 409 with the accepted request's id and sends nothing more") {
  SimulatorFixture line;
  const auto people = create(line, 3);
  const auto first = line.multicast(people, retry_key(1));
  REQUIRE(first.status == 200);
  const auto again = line.multicast(people, retry_key(1));
  CHECK(again.status == 409);
  CHECK(line.header(again, "x-line-accepted-request-id") == line.header(first, "x-line-request-id"));
  CHECK(line.header(again, "x-line-request-id") != line.header(first, "x-line-request-id"));
  const json histogram = line.get("/sim/histogram");
  CHECK(histogram.at("once") == 3);
  CHECK(histogram.at("more") == 0);
  CHECK(line.get("/sim/stats").at("retry_key_with_other_body") == 0);
}

TEST_CASE("a repeated push tells the same sent messages") {
  SimulatorFixture line;
  const auto first = line.push(line.user(0), retry_key(1));
  const auto again = line.push(line.user(0), retry_key(1));
  CHECK(again.status == 409);
  CHECK(json::parse(again.body).at("sentMessages") == json::parse(first.body).at("sentMessages"));
}

TEST_CASE("a retry key is forgotten after 24 hours, and a key that is no UUID is refused") {
  SimulatorFixture line;
  CHECK(line.push(line.user(0), retry_key(1)).status == 200);
  line.clock.advance(24h);
  CHECK(line.push(line.user(0), retry_key(1)).status == 409);
  line.clock.advance(1ms);
  CHECK(line.push(line.user(0), retry_key(1)).status == 200);
  CHECK(line.push(line.user(0), "not-a-uuid").status == 400);
}

TEST_CASE("a retry key that comes with another body is counted as the bot's defect") {
  SimulatorFixture line;
  CHECK(line.multicast({line.user(0)}, retry_key(1), "一").status == 200);
  CHECK(line.multicast({line.user(0)}, retry_key(1), "二").status == 409);
  CHECK(line.get("/sim/stats").at("retry_key_with_other_body") == 1);
}

TEST_CASE("a multicast takes 1 to 500 people and no groups") {
  SimulatorFixture line;
  auto people = create(line, 501);
  CHECK(line.multicast(people).status == 400);
  people.pop_back();
  CHECK(line.multicast(people).status == 200);
  CHECK(line.multicast({}).status == 400);
  const std::string group = line.act("/sim/groups", {{"members", {line.user(0)}}}).at("groupId");
  CHECK(line.multicast({group}).status == 400);
  CHECK(line.multicast({"Uffffffffffffffffffffffffffffffff"}).status == 400);
  CHECK(line.get("/sim/histogram").at("recipients") == 500);
}

TEST_CASE("a person named twice in one multicast gets it twice, and the histogram says so") {
  SimulatorFixture line;
  CHECK(line.multicast({line.user(0), line.user(0), line.user(1)}).status == 200);
  const json histogram = line.get("/sim/histogram");
  CHECK(histogram.at("once") == 1);
  CHECK(histogram.at("more") == 1);
  CHECK(histogram.at("more_ids").at(0) == line.user(0));
}

TEST_CASE("multicast is limited to a bucket of 200 filled by 200 a second") {
  SimulatorFixture line;
  const std::vector<std::string> to{line.user(0)};
  for (int i = 0; i < 200; ++i) REQUIRE(line.multicast(to).status == 200);
  const auto refused = line.multicast(to);
  CHECK(refused.status == 429);
  CHECK(json::parse(refused.body).at("message") == "The API rate limit has been exceeded. Try again later.");
  line.clock.advance(5ms);
  CHECK(line.multicast(to).status == 200);
  CHECK(line.multicast(to).status == 429);
  const json rate = line.get("/sim/stats").at("multicast");
  CHECK(rate.at("accepted").at("busiest_second") == 201);
  CHECK(rate.at("requests").at("busiest_second") == 203);
  // Each way has its own bucket.
  CHECK(line.push(line.user(0)).status == 200);
}

TEST_CASE("with rates off nothing is refused for speed") {
  SimulatorFixture line([](simulator::SimulatorOptions& options) { options.limits.rates = false; });
  const std::vector<std::string> to{line.user(0)};
  int accepted = 0;
  for (int i = 0; i < 300; ++i) accepted += line.multicast(to).status == 200 ? 1 : 0;
  CHECK(accepted == 300);
}

TEST_CASE("broadcast is limited to 60 an hour and reaches followers only") {
  SimulatorFixture line;
  line.act("/sim/users/" + line.user(1) + "/block", json::object());
  const json body = {{"messages", {text("全員へ")}}};
  for (int i = 0; i < 60; ++i) REQUIRE(line.send("broadcast", body, "").status == 200);
  CHECK(line.send("broadcast", body, "").status == 429);
  line.clock.advance(1min);
  CHECK(line.send("broadcast", body, "").status == 200);
  CHECK(line.get("/sim/users/" + line.user(0)).at("received") == 61);
  CHECK(line.get("/sim/users/" + line.user(1)).at("received") == 0);
}

TEST_CASE("the monthly quota refuses what does not fit, and replies are free") {
  SimulatorFixture line([](simulator::SimulatorOptions& options) { options.limits.monthly_quota = 3; });
  const auto people = create(line, 2);
  CHECK(line.multicast(people).status == 200);
  const auto refused = line.multicast(people);
  CHECK(refused.status == 429);
  CHECK(json::parse(refused.body).at("message") == "You have reached your monthly limit.");
  CHECK(line.push(people[0]).status == 200);
  CHECK(line.push(people[0]).status == 429);
  CHECK(line.reply(line.say("こんにちは").at("replyToken")).status == 200);
  CHECK(line.get("/v2/bot/message/quota/consumption").at("totalUsage") == 3);
  CHECK(line.get("/v2/bot/message/quota") == json{{"type", "limited"}, {"value", 3}});
}

TEST_CASE("a push to a person who blocked is silent, to an unknown one refused") {
  SimulatorFixture line;
  line.act("/sim/users/" + line.user(0) + "/block", json::object());
  CHECK(line.push(line.user(0)).status == 200);
  CHECK(line.get("/sim/users/" + line.user(0)).at("received") == 0);
  CHECK(line.get("/v2/bot/message/quota/consumption").at("totalUsage") == 0);
  CHECK(line.push("Uffffffffffffffffffffffffffffffff").status == 400);
  CHECK(line.push("someone").status == 400);
}

TEST_CASE("someone who is no friend is reached for seven days after writing") {
  SimulatorFixture line;
  const std::string stranger = line.act("/sim/users", {{"count", 1}, {"follow", false}}).at("ids").at(0);
  CHECK(line.push(stranger).status == 200);
  CHECK(line.get("/sim/users/" + stranger).at("received") == 0);
  line.act("/sim/users/" + stranger + "/say", {{"text", "教えて"}});
  CHECK(line.push(stranger).status == 200);
  CHECK(line.get("/sim/users/" + stranger).at("received") == 1);
  line.clock.advance(24h * 7);
  CHECK(line.push(stranger).status == 200);
  CHECK(line.get("/sim/users/" + stranger).at("received") == 1);
}

TEST_CASE("nobody sends without a token, and stateless tokens end") {
  SimulatorFixture line;
  const std::string body = json{{"to", line.user(0)}, {"messages", {text("あ")}}}.dump();
  const auto with = [&](const std::string& authorization) {
    return line.call("POST", "/v2/bot/message/push", body, {{"authorization", authorization}}).status;
  };
  CHECK(with("") == 401);
  CHECK(with("Bearer wrong") == 401);
  CHECK(with("token-of-the-test") == 401);
  CHECK(with("Bearer token-of-the-test") == 200);

  const auto issued = line.call("POST", "/oauth2/v3/token",
                                "grant_type=client_credentials&client_id=1650000001&"
                                "client_secret=8c570fa6dd201bb328f1c1eac23a96d8",
                                {{"content-type", "application/x-www-form-urlencoded"}, {"authorization", ""}});
  REQUIRE(issued.status == 200);
  const json token = json::parse(issued.body);
  CHECK(token.at("token_type") == "Bearer");
  CHECK(token.at("expires_in") == 900);
  const std::string bearer = "Bearer " + token.at("access_token").get<std::string>();
  CHECK(with(bearer) == 200);
  line.clock.advance(15min);
  CHECK(with(bearer) == 401);
  const auto wrong =
      line.call("POST", "/oauth2/v3/token", "grant_type=client_credentials&client_id=1650000001&client_secret=guess",
                {{"content-type", "application/x-www-form-urlencoded"}});
  CHECK(wrong.status == 400);
  CHECK(json::parse(wrong.body).at("error") == "invalid_client");
}

TEST_CASE("a body that is too large, of another type or no JSON is refused") {
  SimulatorFixture line;
  const std::string path = "/v2/bot/message/push";
  CHECK(line.call("POST", path, std::string((2u << 20) + 1, ' ')).status == 413);
  CHECK(line.call("POST", path, "{}", {{"content-type", "text/plain"}}).status == 415);
  CHECK(line.call("POST", path, "{").status == 400);
  CHECK(line.call("POST", path, "[]").status == 400);
  CHECK(line.call("POST", path, std::string(100'000, '[')).status == 400);
}

TEST_CASE("every answer names its request") {
  SimulatorFixture line;
  const auto good = line.push(line.user(0));
  const auto bad = line.push("someone");
  CHECK(line.header(good, "x-line-request-id").size() == 36);
  CHECK(line.header(bad, "x-line-request-id").size() == 36);
  CHECK(line.header(good, "x-line-request-id") != line.header(bad, "x-line-request-id"));
}

TEST_CASE("faults strike where, how and as often as asked") {
  struct Case {
    const char* label;
    json fault;
    int status;
    bool dropped;
    int received;
  };
  const auto c = GENERATE(values<Case>({
      {"an error instead", {{"kind", "status"}, {"status", 503}}, 503, false, 0},
      {"too many requests", {{"kind", "status"}, {"status", 429}}, 429, false, 0},
      {"taken, then an error", {{"kind", "status_after"}, {"status", 500}}, 500, false, 1},
      {"closed before taking", {{"kind", "drop_before"}}, 0, true, 0},
      {"closed after taking", {{"kind", "drop_after"}}, 0, true, 1},
  }));
  CAPTURE(c.label);
  SimulatorFixture line;
  json fault = c.fault;
  fault["on"] = "push";
  fault["count"] = 1;
  fault["skip"] = 1;
  line.act("/sim/faults", {{"faults", {fault}}});
  CHECK(line.push(line.user(1)).status == 200);
  const auto struck = line.push(line.user(0), retry_key(1));
  CHECK(struck.drop == c.dropped);
  if (!c.dropped) CHECK(struck.status == c.status);
  CHECK(line.get("/sim/users/" + line.user(0)).at("received") == c.received);
  // The repeat under the same key ends well in either case, and nobody has it twice.
  CHECK(line.push(line.user(0), retry_key(1)).status == (c.received == 1 ? 409 : 200));
  CHECK(line.get("/sim/users/" + line.user(0)).at("received") == 1);
  CHECK(line.get("/sim/faults").at("faults").at(0).at("struck") == 1);
}

TEST_CASE("faults drawn by chance come the same for the same seed") {
  const auto run = [](std::uint64_t seed) {
    SimulatorFixture line([seed](simulator::SimulatorOptions& options) { options.seed = seed; });
    line.act("/sim/faults",
             {{"faults", {{{"on", "push"}, {"kind", "status"}, {"status", 500}, {"probability", 0.3}}}}});
    const std::string user = line.user(0);
    std::string drawn;
    for (int i = 0; i < 100; ++i) drawn += line.push(user).status == 200 ? '.' : 'x';
    return drawn;
  };
  const std::string once = run(7);
  CHECK(once == run(7));
  CHECK(once != run(8));
  CHECK(once.find('x') != std::string::npos);
  CHECK(once.find('.') != std::string::npos);
}

TEST_CASE("a fault that makes no sense is refused and changes nothing") {
  SimulatorFixture line;
  for (const json& fault : {json{{"kind", "explode"}}, json{{"kind", "status"}, {"status", 200}}, json(3),
                            json{{"kind", "delay"}, {"probability", 2}}, json{{"kind", "delay"}, {"wen", 1}}}) {
    CAPTURE(fault.dump());
    CHECK(line.call("POST", "/sim/faults", json{{"faults", {fault}}}.dump()).status == 400);
  }
  CHECK(line.get("/sim/faults").at("faults").empty());
}
