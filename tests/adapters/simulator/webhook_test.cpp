// What residents do, and the webhooks that the bot gets of it.
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "base/crypto.h"
#include "tests/adapters/simulator/fixture.h"
#include "tests/support/catch.h"

using kairan::test::SimulatorFixture;
using nlohmann::json;
using namespace std::chrono_literals;
namespace simulator = kairan::adapters::simulator;

TEST_CASE("the signature is LINE's published one for LINE's published body and secret") {
  const std::string body = R"({"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]})";
  const auto digest = kairan::hmac_sha256("8c570fa6dd201bb328f1c1eac23a96d8", body);
  CHECK(kairan::to_base64(kairan::bytes_of(digest)) == "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=");
}

TEST_CASE("a webhook is signed over its exact bytes") {
  SimulatorFixture line;
  line.say("ペットボトルの捨て方 \"引用\" \\ 🗑");
  const auto received = line.webhooks(1);
  REQUIRE(received.size() == 1);
  const auto digest = kairan::hmac_sha256("8c570fa6dd201bb328f1c1eac23a96d8", received[0].body);
  CHECK(received[0].signature == kairan::to_base64(kairan::bytes_of(digest)));
}

TEST_CASE("a text event has LINE's form") {
  SimulatorFixture line;
  const json told = line.say("ごみの日");
  const auto received = line.webhooks(1);
  REQUIRE(received.size() == 1);
  const json body = json::parse(received[0].body);
  CHECK(std::regex_match(body.at("destination").get<std::string>(), std::regex("U[0-9a-f]{32}")));
  CHECK(body.at("destination") == line.get("/v2/bot/info").at("userId"));
  const json event = body.at("events").at(0);
  CHECK(event.at("type") == "message");
  CHECK(event.at("mode") == "active");
  CHECK(event.at("timestamp") == kairan::to_unix_ms(line.clock.now()));
  CHECK(event.at("deliveryContext") == json{{"isRedelivery", false}});
  CHECK(event.at("source") == json{{"type", "user"}, {"userId", line.user(0)}});
  CHECK(event.at("replyToken") == told.at("replyToken"));
  CHECK(std::regex_match(event.at("webhookEventId").get<std::string>(), std::regex("[0-9A-HJKMNP-TV-Z]{26}")));
  const json message = event.at("message");
  CHECK(message.at("text") == "ごみの日");
  CHECK(std::regex_match(message.at("id").get<std::string>(), std::regex("[0-9]+")));
  CHECK(std::stoull(message.at("id").get<std::string>()) > (1ull << 53));
  CHECK_FALSE(message.at("quoteToken").get<std::string>().empty());
  CHECK_FALSE(message.at("markAsReadToken").get<std::string>().empty());
}

TEST_CASE("ids and tokens of many events are all different") {
  SimulatorFixture line;
  std::set<std::string> ids;
  for (int i = 0; i < 200; ++i) {
    const json told = line.say("あ");
    for (const char* name : {"webhookEventId", "replyToken", "messageId"}) ids.insert(told.at(name));
  }
  CHECK(ids.size() == 600);
}

TEST_CASE("each act gives its event") {
  SimulatorFixture line;
  const std::string user = line.user(0);
  const auto act = [&](const std::string& what, const json& body) {
    return line.act("/sim/users/" + user + "/" + what, body);
  };
  act("postback", {{"data", "area=3"}, {"displayText", "鹿島地区"}});
  CHECK(line.webhook_event(0).at("postback") == json{{"data", "area=3"}});
  act("location", {{"latitude", 33.1}, {"longitude", 130.1}, {"title", "市役所"}});
  json message = line.webhook_event(1).at("message");
  CHECK(message.at("type") == "location");
  CHECK(message.at("latitude") == 33.1);
  CHECK_FALSE(message.contains("quoteToken"));
  CHECK_FALSE(message.contains("address"));
  act("sticker", {{"keywords", {"ありがとう"}}});
  message = line.webhook_event(2).at("message");
  CHECK(message.at("stickerResourceType") == "STATIC");
  CHECK(message.at("keywords") == json{"ありがとう"});
  act("block", json::object());
  json event = line.webhook_event(3);
  CHECK(event.at("type") == "unfollow");
  CHECK_FALSE(event.contains("replyToken"));
  act("follow", json::object());
  event = line.webhook_event(4);
  CHECK(event.at("follow") == json{{"isUnblocked", true}});
  CHECK(event.contains("replyToken"));
}

TEST_CASE("who has blocked the account cannot write to it") {
  SimulatorFixture line;
  line.act("/sim/users/" + line.user(0) + "/block", json::object());
  CHECK(line.call("POST", "/sim/users/" + line.user(0) + "/say", R"({"text":"あ"})").status == 409);
  CHECK(line.call("POST", "/sim/users/" + line.user(0) + "/block", "{}").status == 409);
  CHECK(line.call("POST", "/sim/users/U0/say", R"({"text":"あ"})").status == 404);
}

TEST_CASE("a group's events name the group, and a mention marks the account") {
  SimulatorFixture line;
  const std::string group = line.act("/sim/groups", {{"members", {line.user(0)}}}).at("groupId");
  CHECK(line.webhook_event(0).at("type") == "join");
  const json told =
      line.act("/sim/users/" + line.user(0) + "/say", {{"text", "明日は？"}, {"group", group}, {"mention", true}});
  const json event = line.webhook_event(1);
  CHECK(event.at("source") == json{{"type", "group"}, {"groupId", group}, {"userId", line.user(0)}});
  const json mention = event.at("message").at("mention").at("mentionees").at(0);
  CHECK(mention.at("isSelf") == true);
  CHECK(mention.at("length") == 8);  // UTF-16 units of "@鹿島市（見本）"
  CHECK(line.reply(told.at("replyToken")).status == 200);
  CHECK(line.get("/sim/groups/" + group).at("entries").back().at("via") == "reply");
  line.act("/sim/groups/" + group + "/leave", json::object());
  CHECK(line.push(group).status == 400);
}

TEST_CASE("a webhook that is not taken comes again with the same id and token, marked as a redelivery") {
  SimulatorFixture line;
  const int status = GENERATE(0, 500, 302);
  line.set_bot_status(status);
  line.say("\"deliveryContext\":{\"isRedelivery\":false}");
  REQUIRE(line.wait_stat("planned", 1));
  line.clock.advance(10s);
  REQUIRE(line.webhooks(2).size() == 2);
  json first = line.webhook_event(0);
  const json second = line.webhook_event(1);
  CHECK(second.at("deliveryContext") == json{{"isRedelivery", true}});
  first["deliveryContext"]["isRedelivery"] = true;
  CHECK(first == second);
  const auto received = line.webhooks(2);
  const auto digest = kairan::hmac_sha256("8c570fa6dd201bb328f1c1eac23a96d8", received[1].body);
  CHECK(received[1].signature == kairan::to_base64(kairan::bytes_of(digest)));
}

TEST_CASE("redelivery ends when the bot takes the webhook, or with the schedule") {
  SimulatorFixture line;
  line.set_bot_status(500);
  line.say("あ");
  REQUIRE(line.wait_stat("planned", 1));
  SECTION("taken at the second try") {
    line.set_bot_status(200);
    line.clock.advance(10s);
    REQUIRE(line.wait_stat("taken", 1));
    line.clock.advance(1h);
    line.say("い");
    REQUIRE(line.wait_stat("taken", 2));
    CHECK(line.webhooks(3).size() == 3);
    CHECK(line.get("/sim/users/" + line.user(0) + "/messages").at("entries").at(0).at("state") == "read");
  }
  SECTION("never taken") {
    line.clock.advance(10s);
    REQUIRE(line.wait_stat("planned", 2));
    line.clock.advance(60s);
    REQUIRE(line.wait_stat("given_up", 1));
    CHECK(line.webhooks(3).size() == 3);
    CHECK(line.get("/sim/users/" + line.user(0) + "/messages").at("entries").at(0).at("state") == "failed");
  }
}

TEST_CASE("a webhook can be doubled: the copy is not marked as a redelivery") {
  SimulatorFixture line;
  line.act("/sim/faults", {{"faults", {{{"on", "webhook"}, {"kind", "twice"}, {"count", 1}}}}});
  line.say("あ");
  const auto received = line.webhooks(2);
  REQUIRE(received.size() == 2);
  CHECK(received[0].body == received[1].body);
  CHECK(line.wait_stat("taken", 1));
}

TEST_CASE("a delayed webhook is overtaken by the next") {
  SimulatorFixture line;
  line.act("/sim/faults", {{"faults", {{{"on", "webhook"}, {"kind", "delay"}, {"delay_ms", 500}, {"count", 1}}}}});
  line.say("先");
  line.say("後");
  REQUIRE(line.webhooks(1).size() == 1);
  CHECK(line.webhook_event(0).at("message").at("text") == "後");
  line.clock.advance(500ms);
  REQUIRE(line.webhooks(2).size() == 2);
  CHECK(line.webhook_event(1).at("message").at("text") == "先");
}

TEST_CASE("one person's events arrive in order while nothing fails") {
  SimulatorFixture line;
  for (int i = 0; i < 50; ++i) line.say(std::to_string(i));
  REQUIRE(line.webhooks(50).size() == 50);
  for (std::size_t i = 0; i < 50; ++i) CHECK(line.webhook_event(i).at("message").at("text") == std::to_string(i));
}

TEST_CASE("the webhook test sends an empty signed body and tells the status") {
  SimulatorFixture line;
  line.set_bot_status(404);
  const json told = json::parse(line.call("POST", "/v2/bot/channel/webhook/test").body);
  CHECK(told.at("success") == false);
  CHECK(told.at("statusCode") == 404);
  CHECK(json::parse(line.webhooks(1).at(0).body).at("events").empty());
}

TEST_CASE("tapping does what the newest message's buttons say") {
  SimulatorFixture line;
  const json quick = {
      {"items", {{{"type", "action"}, {"action", {{"type", "message"}, {"label", "はい"}, {"text", "はい。"}}}}}}};
  const json buttons = {{"type", "template"},
                        {"altText", "ボタン"},
                        {"template",
                         {{"type", "buttons"},
                          {"text", "選んでください"},
                          {"actions",
                           {{{"type", "postback"}, {"label", "次へ"}, {"data", "n=1"}, {"displayText", "次"}},
                            {{"type", "datetimepicker"}, {"label", "日付"}, {"data", "d"}, {"mode", "date"}}}}}},
                        {"quickReply", quick}};
  const json body = {{"replyToken", line.say("あ").at("replyToken")}, {"messages", {buttons}}};
  REQUIRE(line.send("reply", body, "").status == 200);
  const std::string path = "/sim/users/" + line.user(0) + "/tap";
  line.act(path, {{"label", "次へ"}});
  CHECK(line.webhook_event(1).at("postback") == json{{"data", "n=1"}});
  line.act(path, {{"label", "日付"}, {"params", {{"date", "2026-12-01"}}}});
  CHECK(line.webhook_event(2).at("postback") == json{{"data", "d"}, {"params", {{"date", "2026-12-01"}}}});
  line.act(path, {{"index", 0}});
  CHECK(line.webhook_event(3).at("message").at("text") == "はい。");
  CHECK(line.call("POST", path, R"({"label":"ない"})").status == 404);
}
