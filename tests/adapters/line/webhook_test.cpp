// The door: cutting a body into events.
#include "adapters/line/webhook.h"

#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "tests/adapters/line/fixtures.h"
#include "tests/support/catch.h"

using namespace kairan;
using namespace kairan::adapters::line;
using nlohmann::json;

namespace {

const std::string kUser = "U0000000000000000000000000000a001";

/// A body with one event made of these members.
std::string body_with(const json& event) { return json{{"destination", "Ubot"}, {"events", json::array({event})}}.dump(); }

json an_event() {
  return {{"type", "message"},
          {"webhookEventId", "01KANRE0000000000000000001"},
          {"timestamp", 1795000000001},
          {"source", {{"type", "user"}, {"userId", kUser}}}};
}

}  // namespace

TEST_CASE("every fixture is taken in whole, with its own bytes") {
  for (const std::string& name : test::webhook_fixtures()) {
    CAPTURE(name);
    const std::string body = test::webhook_fixture(name);
    const auto webhook = parse_webhook(body);
    REQUIRE(webhook.ok());
    CHECK(webhook->ignored.empty());
    const json tree = json::parse(body);
    REQUIRE(webhook->events.size() == tree["events"].size());
    for (std::size_t i = 0; i < webhook->events.size(); ++i) {
      const auto& event = webhook->events[i];
      CHECK(json::parse(event.raw) == tree["events"][i]);
      CHECK(event.id == tree["events"][i]["webhookEventId"]);
      CHECK(to_unix_ms(event.at) == tree["events"][i]["timestamp"]);
      const auto opened = parse_event(event.raw);
      REQUIRE(opened.ok());
      CHECK(opened->id == event.id);
      CHECK(opened->at == event.at);
      CHECK(event.chat_id == (opened->source.chat_id.empty() ? event.id : opened->source.chat_id));
    }
  }
}

TEST_CASE("the chat decides the partition, and an event without one stands for itself") {
  struct Case {
    const char* label;
    const char* source;
    std::string chat;
  };
  const auto c = GENERATE(values<Case>({
      {"a person", R"({"type":"user","userId":"Uperson"})", "Uperson"},
      {"a group, not its member", R"({"type":"group","groupId":"Cgroup","userId":"Uperson"})", "Cgroup"},
      {"a room", R"({"type":"room","roomId":"Rroom"})", "Rroom"},
      {"a module channel's person", R"({"type":"user","userId":"LUbot-Uperson"})", "LUbot-Uperson"},
      {"a person without consent", R"({"type":"user"})", "01KANRE0000000000000000001"},
      {"null", "null", "01KANRE0000000000000000001"},
      {"text", "\"user\"", "01KANRE0000000000000000001"},
      {"an id that is a number", R"({"type":"user","userId":5})", "01KANRE0000000000000000001"},
      {"a kind of source that is new", R"({"type":"square","userId":"Uperson"})", "Uperson"},
      {"the last of two wins", R"({"type":"user","userId":"Ufirst","userId":"Uperson"})", "Uperson"},
  }));
  CAPTURE(c.label);
  const auto webhook = parse_webhook(R"({"events":[{"type":"message","webhookEventId":"01KANRE0000000000000000001",)"
                                     R"("timestamp":1,"source":)" +
                                     std::string(c.source) + "}]}");
  REQUIRE(webhook.ok());
  REQUIRE(webhook->events.size() == 1);
  CHECK(webhook->events[0].chat_id == c.chat);
}

TEST_CASE("an event that cannot be taken in is counted with its reason, and the others are taken in") {
  json no_id = an_event();
  no_id.erase("webhookEventId");
  json bad_id = an_event();
  bad_id["webhookEventId"] = "a b";
  json long_id = an_event();
  long_id["webhookEventId"] = std::string(65, 'a');
  json null_id = an_event();
  null_id["webhookEventId"] = nullptr;
  json no_type = an_event();
  no_type["type"] = 7;
  json no_time = an_event();
  no_time.erase("timestamp");
  json huge_time = an_event();
  huge_time["timestamp"] = 9'000'000'000'000'000'000;
  json negative_time = an_event();
  negative_time["timestamp"] = -1;
  json fraction_time = an_event();
  fraction_time["timestamp"] = 1.5;
  json bad_source = an_event();
  bad_source["source"]["userId"] = "../../etc";
  json long_source = an_event();
  long_source["source"]["userId"] = std::string(129, 'U');
  struct Case {
    const char* label;
    json event;
    std::string reason;
  };
  const auto c = GENERATE_COPY(values<Case>({
      {"a number", json(5), "not_object"},
      {"null", json(nullptr), "not_object"},
      {"an array", json::array({1}), "not_object"},
      {"no id", no_id, "no_event_id"},
      {"an id with a space", bad_id, "no_event_id"},
      {"an id too long", long_id, "no_event_id"},
      {"a null id", null_id, "no_event_id"},
      {"a type that is no text", no_type, "no_type"},
      {"no time", no_time, "no_timestamp"},
      {"a time past the year 10000", huge_time, "no_timestamp"},
      {"a time before 1970", negative_time, "no_timestamp"},
      {"a time with a fraction", fraction_time, "no_timestamp"},
      {"a source id with other characters", bad_source, "bad_source_id"},
      {"a source id too long", long_source, "bad_source_id"},
  }));
  CAPTURE(c.label);
  const auto webhook = parse_webhook(json{{"events", json::array({an_event(), c.event, an_event()})}}.dump());
  REQUIRE(webhook.ok());
  CHECK(webhook->events.size() == 2);
  CHECK(webhook->ignored == std::map<std::string, std::size_t>{{c.reason, 1}});
}

TEST_CASE("what is not a webhook is a syntax error") {
  const std::vector<std::string> bodies = {
      "", "null", "[]", "5", "\"events\"", "{}", R"({"destination":"U"})", R"({"events":null})", R"({"events":{}})",
      R"({"events":"[]"})", R"({"events":[]}x)", R"({"events":[)", R"({"events":[{]})", R"({"events":[{"timestamp":1e999}]})",
      "{\"events\":[\"a\x80\"]}", std::string("{\"events\":[\"\0\"]}", 16), std::string(100'000, '['),
      R"({"events":[{"a":)" + std::string(100'000, '[') };
  for (const std::string& body : bodies) {
    CAPTURE(body.substr(0, 40), body.size());
    const auto webhook = parse_webhook(body);
    REQUIRE_FALSE(webhook.ok());
    CHECK(webhook.error().code == ErrorCode::kSyntax);
  }
}

TEST_CASE("a body over the cap is refused before it is read") {
  const auto webhook = parse_webhook(R"({"events":[]})" + std::string(kMaxWebhookBytes, ' '));
  REQUIRE_FALSE(webhook.ok());
  CHECK(webhook.error().code == ErrorCode::kTooLarge);
}

TEST_CASE("an event for another account is ignored when the own id is known") {
  const std::string body = body_with(an_event());
  CHECK(parse_webhook(body, "Ubot")->events.size() == 1);
  CHECK(parse_webhook(body)->events.size() == 1);
  const auto foreign = parse_webhook(body, "Uother");
  REQUIRE(foreign.ok());
  CHECK(foreign->events.empty());
  CHECK(foreign->ignored.at("other_destination") == 1);
}

TEST_CASE("redelivery is told") {
  CHECK(parse_webhook(test::webhook_fixture("message_redelivered"))->events[0].redelivered);
  CHECK_FALSE(parse_webhook(test::webhook_fixture("message_text"))->events[0].redelivered);
}

TEST_CASE("every truncation of a body is refused, and every changed byte is survived") {
  const std::string body = test::webhook_fixture("message_text_mention");
  const std::size_t end = body.rfind('}');
  for (std::size_t size = 0; size <= end; ++size) CHECK_FALSE(parse_webhook(body.substr(0, size)).ok());
  // Up to the last brace: the tree parser takes a NUL byte after the value for the end, the door does not.
  for (std::size_t at = 0; at <= end; ++at) {
    for (const char c : {'\0', '"', '{', '\\', '\xff'}) {
      std::string changed = body;
      changed[at] = c;
      CAPTURE(at, c, changed);
      const auto webhook = parse_webhook(changed);
      CHECK(webhook.ok() == (parse_json(changed).ok() && json::parse(changed).contains("events") &&
                             json::parse(changed)["events"].is_array()));
      if (!webhook) continue;
      for (const auto& event : webhook->events) CHECK(parse_event(event.raw).ok());
    }
  }
}
