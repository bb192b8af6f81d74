#include "adapters/line/api_client.h"

#include <nlohmann/json.hpp>

#include "adapters/line/line_channel.h"
#include "tests/adapters/line/fixtures.h"
#include "tests/adapters/line/loopback_server.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"

using namespace kairan;
using namespace kairan::adapters::line;
using namespace std::chrono_literals;
using nlohmann::json;
using test::CannedAnswer;
using test::LoopbackServer;
using test::RecordedRequest;

namespace {

const std::string kKey = "123e4567-e89b-12d3-a456-426614174000";
const std::string kUser = "U0000000000000000000000000000a001";
const std::string kMessages = R"([{"text":"こんにちは","type":"text"}])";

/// A client with a given token against a server on loopback.
struct Setup {
  test::FakeClock clock;
  LoopbackServer server;
  LoopbackServer data_server;
  ApiClient api;

  explicit Setup(LoopbackServer::Answerer answerer, LoopbackServer::Answerer data = [](const auto&) { return CannedAnswer{}; })
      : server(std::move(answerer)),
        data_server(std::move(data)),
        api({{}, "", Secret("the-token"), server.origin(), data_server.origin()}, clock) {}
  explicit Setup(CannedAnswer answer) : Setup([answer](const RecordedRequest&) { return answer; }) {}

  RecordedRequest only_request() {
    const auto requests = server.requests();
    REQUIRE(requests.size() == 1);
    return requests[0];
  }
};

}  // namespace

TEST_CASE("a reply carries its token and never a retry key") {
  Setup setup(CannedAnswer{200, R"({"sentMessages":[{"id":"1"}]})", {{"x-line-request-id", "req-1"}}});
  const SendResult result = setup.api.reply("reply\"token", kMessages, 2s);
  CHECK(result.outcome == Outcome::kAccepted);
  CHECK(result.request_id == "req-1");
  const auto request = setup.only_request();
  CHECK(request.method == "POST");
  CHECK(request.path == "/v2/bot/message/reply");
  CHECK(request.header("authorization") == "Bearer the-token");
  CHECK(request.headers.count("x-line-retry-key") == 0);
  CHECK(json::parse(request.body) == json{{"replyToken", "reply\"token"}, {"messages", json::parse(kMessages)}});
}

TEST_CASE("push, multicast and broadcast carry their retry key and repeat byte for byte") {
  Setup setup(CannedAnswer{409, "{}", {{"x-line-accepted-request-id", "first"}}});
  for (int i = 0; i < 2; ++i) {
    const SendResult result = setup.api.push(kUser, kMessages, kKey, 2s);
    CHECK(result.outcome == Outcome::kAccepted);
    CHECK(result.already_accepted);
    CHECK(result.request_id == "first");
  }
  const auto body = ApiClient::multicast_body({kUser, "U2"}, kMessages, "bosai_2026");
  REQUIRE(body.ok());
  CHECK(setup.api.multicast(*body, kKey, 2s).outcome == Outcome::kAccepted);
  CHECK(setup.api.broadcast(kMessages, kKey, 2s).outcome == Outcome::kAccepted);
  const auto requests = setup.server.requests();
  REQUIRE(requests.size() == 4);
  for (const auto& request : requests) CHECK(request.header("x-line-retry-key") == kKey);
  CHECK(requests[0].path == "/v2/bot/message/push");
  CHECK(requests[0].body == requests[1].body);
  CHECK(json::parse(requests[0].body) == json{{"to", kUser}, {"messages", json::parse(kMessages)}});
  CHECK(requests[2].path == "/v2/bot/message/multicast");
  CHECK(json::parse(requests[2].body) == json{{"to", {kUser, "U2"}},
                                              {"messages", json::parse(kMessages)},
                                              {"customAggregationUnits", {"bosai_2026"}}});
  CHECK(requests[3].path == "/v2/bot/message/broadcast");
  CHECK(json::parse(requests[3].body) == json{{"messages", json::parse(kMessages)}});
}

TEST_CASE("what LINE would refuse for its form never leaves") {
  Setup setup(CannedAnswer{});
  CHECK(setup.api.push(kUser, kMessages, "", 2s).outcome == Outcome::kRefused);
  CHECK(setup.api.push(kUser, kMessages, "not-a-uuid", 2s).outcome == Outcome::kRefused);
  CHECK(setup.api.push("a/b", kMessages, kKey, 2s).outcome == Outcome::kRefused);
  CHECK(setup.api.broadcast("[\"" + std::string(2'000'000, 'a') + "\"]", kKey, 2s).outcome == Outcome::kRefused);
  CHECK(ApiClient::multicast_body({}, kMessages).error().code == ErrorCode::kInvalid);
  CHECK(ApiClient::multicast_body({"\",\""}, kMessages).error().code == ErrorCode::kInvalid);
  CHECK(ApiClient::multicast_body({kUser}, kMessages, "a-b").error().code == ErrorCode::kInvalid);
  CHECK(ApiClient::multicast_body(std::vector<std::string>(500, kUser), kMessages).ok());
  CHECK(ApiClient::multicast_body(std::vector<std::string>(501, kUser), kMessages).error().code == ErrorCode::kTooLarge);
  CHECK(setup.api.profile("../x", 2s).error().code == ErrorCode::kInvalid);
  CHECK(setup.server.requests().empty());
}

TEST_CASE("an answer that does not come is unknown, a host that is not there is later") {
  Setup broken(CannedAnswer{200, "{}", {}, CannedAnswer::Fault::kCloseUnanswered});
  CHECK(broken.api.reply("t", kMessages, 2s).outcome == Outcome::kUnknown);
  Setup stalled(CannedAnswer{200, "{}", {}, CannedAnswer::Fault::kStall});
  const auto begin = std::chrono::steady_clock::now();
  CHECK(stalled.api.push(kUser, kMessages, kKey, 200ms).outcome == Outcome::kUnknown);
  CHECK(std::chrono::steady_clock::now() - begin < 2s);
  CHECK(stalled.server.requests().size() == 1);
  test::FakeClock clock;
  ApiClient nowhere({{}, "", Secret("t"), "http://127.0.0.1:1", "http://127.0.0.1:1"}, clock);
  CHECK(nowhere.reply("t", kMessages, 2s).outcome == Outcome::kLater);
}

TEST_CASE("a given token that LINE does not accept is unauthorized at once") {
  Setup setup(CannedAnswer{401, test::error_fixture("unauthorized"), {}});
  CHECK(setup.api.push(kUser, kMessages, kKey, 2s).outcome == Outcome::kUnauthorized);
  CHECK(setup.server.requests().size() == 1);
}

TEST_CASE("without any token nothing is sent, and the operator is named as the one to act") {
  test::FakeClock clock;
  LoopbackServer server;
  ApiClient api({{}, "", Secret(), server.origin(), server.origin()}, clock);
  CHECK(api.push(kUser, kMessages, kKey, 2s).outcome == Outcome::kUnauthorized);
  CHECK(server.requests().empty());
}

TEST_CASE("an issued token that LINE rejects is replaced once and the same request repeated") {
  test::FakeClock clock;
  std::atomic<int> issued{0};
  LoopbackServer server([&](const RecordedRequest& request) {
    if (request.path == "/oauth2/v3/token") {
      const int number = ++issued;
      return CannedAnswer{200, R"({"access_token":"t)" + std::to_string(number) + R"(","expires_in":900,"token_type":"Bearer"})", {}};
    }
    return CannedAnswer{request.header("authorization") == "Bearer t1" ? 401 : 200, "{}", {}};
  });
  ApiClient api({{Secret("s")}, "123", Secret(), server.origin(), server.origin()}, clock);
  CHECK(api.push(kUser, kMessages, kKey, 2s).outcome == Outcome::kAccepted);
  CHECK(api.push(kUser, kMessages, kKey, 2s).outcome == Outcome::kAccepted);
  CHECK(issued == 2);
  std::vector<RecordedRequest> pushes;
  for (const auto& request : server.requests()) {
    if (request.path == "/v2/bot/message/push") pushes.push_back(request);
  }
  REQUIRE(pushes.size() == 3);
  CHECK(pushes[0].body == pushes[1].body);
  CHECK(pushes[0].header("x-line-retry-key") == pushes[1].header("x-line-retry-key"));
  CHECK(pushes[1].header("authorization") == "Bearer t2");
}

TEST_CASE("a token that stays rejected is unauthorized after one renewal") {
  test::FakeClock clock;
  std::atomic<int> issued{0};
  LoopbackServer server([&](const RecordedRequest& request) {
    if (request.path != "/oauth2/v3/token") return CannedAnswer{401, "{}", {}};
    ++issued;
    return CannedAnswer{200, R"({"access_token":"t","expires_in":900,"token_type":"Bearer"})", {}};
  });
  ApiClient api({{Secret("s")}, "123", Secret(), server.origin(), server.origin()}, clock);
  CHECK(api.push(kUser, kMessages, kKey, 2s).outcome == Outcome::kUnauthorized);
  CHECK(issued == 2);
}

TEST_CASE("messages are validated for each way of sending") {
  Setup good(CannedAnswer{});
  const std::pair<ValidateTarget, const char*> targets[] = {{ValidateTarget::kReply, "reply"},
                                                            {ValidateTarget::kPush, "push"},
                                                            {ValidateTarget::kMulticast, "multicast"},
                                                            {ValidateTarget::kNarrowcast, "narrowcast"},
                                                            {ValidateTarget::kBroadcast, "broadcast"}};
  for (const auto& [target, name] : targets) {
    CHECK(good.api.validate(target, kMessages, 2s).ok());
    CHECK(good.server.requests().back().path == std::string("/v2/bot/message/validate/") + name);
  }
  Setup bad(CannedAnswer{400, test::error_fixture("invalid_property"), {}});
  const Status status = bad.api.validate(ValidateTarget::kPush, kMessages, 2s);
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().code == ErrorCode::kInvalid);
  CHECK(status.error().detail == "status 400 at messages[0].text messages[1].type");
}

TEST_CASE("the month is spent when what was used reaches a limited quota") {
  struct Case {
    const char* label;
    const char* quota;
    const char* used;
    bool spent;
  };
  const auto c = GENERATE(values<Case>({{"below", R"({"type":"limited","value":1000})", R"({"totalUsage":999})", false},
                                        {"reached", R"({"type":"limited","value":1000})", R"({"totalUsage":1000})", true},
                                        {"no limit", R"({"type":"none"})", R"({"totalUsage":9000000})", false}}));
  CAPTURE(c.label);
  Setup setup([c](const RecordedRequest& request) {
    return CannedAnswer{200, request.path == "/v2/bot/message/quota" ? c.quota : c.used, {}};
  });
  const auto spent = setup.api.month_is_spent(2s);
  REQUIRE(spent.ok());
  CHECK(*spent == c.spent);
}

TEST_CASE("questions are asked at their address and their answers read") {
  Setup setup([](const RecordedRequest& request) {
    const std::map<std::string, std::string> answers = {
        {"/v2/bot/profile/" + kUser, R"({"userId":"U1","displayName":"見本","language":"ja"})"},
        {"/v2/bot/followers/ids?limit=1000", R"({"userIds":["U1","U2",5,"a b"],"next":"x+/="})"},
        {"/v2/bot/followers/ids?limit=1&start=x%2B%2F%3D", R"({"userIds":[]})"},
        {"/v2/bot/info", R"({"userId":"Ub","basicId":"@kairan","displayName":"見本市","chatMode":"bot","markAsReadMode":"auto"})"},
        {"/v2/bot/channel/webhook/endpoint", R"({"endpoint":"https://example.com/webhook/line","active":true})"},
        {"/v2/bot/channel/webhook/test", R"({"success":false,"timestamp":"2026-11-23T00:00:00Z","statusCode":0,"reason":"COULD_NOT_CONNECT","detail":"x"})"},
        {"/v2/bot/chat/loading/start", "{}"},
        {"/v2/bot/chat/markAsRead", "{}"}};
    const auto it = answers.find(request.path);
    return it == answers.end() ? CannedAnswer{404, "{}", {}} : CannedAnswer{200, it->second, {}};
  });
  CHECK(setup.api.profile(kUser, 2s)->display_name == "見本");
  CHECK(setup.api.profile("Unobody", 2s).error().code == ErrorCode::kNotFound);
  const auto page = setup.api.follower_ids("", 5000, 2s);
  REQUIRE(page.ok());
  CHECK(page->user_ids == std::vector<std::string>{"U1", "U2"});
  CHECK(setup.api.follower_ids(page->next, 0, 2s)->next.empty());
  CHECK(setup.api.bot_info(2s)->basic_id == "@kairan");
  CHECK(setup.api.webhook_endpoint(2s)->active);
  CHECK(setup.api.set_webhook_endpoint("https://example.com/webhook/line", 2s).ok());
  CHECK(setup.server.requests().back().method == "PUT");
  const auto tested = setup.api.test_webhook("", 2s);
  REQUIRE(tested.ok());
  CHECK_FALSE(tested->success);
  CHECK(tested->reason == "COULD_NOT_CONNECT");
  CHECK(setup.api.start_loading(kUser, 7, 2s).ok());
  CHECK(json::parse(setup.server.requests().back().body) == json{{"chatId", kUser}, {"loadingSeconds", 10}});
  CHECK(setup.api.mark_as_read("token", 2s).ok());
}

TEST_CASE("content comes from its own host, within a cap") {
  Setup setup([](const RecordedRequest&) { return CannedAnswer{404, "", {}}; },
              [](const RecordedRequest& request) {
                if (request.path == "/v2/bot/message/1/content") return CannedAnswer{200, std::string(5000, 'x'), {}};
                if (request.path == "/v2/bot/message/2/content") return CannedAnswer{202, "", {}};
                return CannedAnswer{410, "", {}};
              });
  std::size_t bytes = 0;
  const auto count = [&](std::string_view piece) {
    bytes += piece.size();
    return true;
  };
  CHECK(setup.api.content("1", count, 5000, 2s).ok());
  CHECK(bytes == 5000);
  CHECK(setup.api.content("1", count, 4999, 2s).error().code == ErrorCode::kTooLarge);
  CHECK(setup.api.content("2", count, 5000, 2s).error().code == ErrorCode::kUnavailable);
  CHECK(setup.api.content("3", count, 5000, 2s).error().code == ErrorCode::kNotFound);
  CHECK(setup.data_server.requests()[0].header("authorization") == "Bearer the-token");
  CHECK(setup.server.requests().empty());
}

TEST_CASE("garbage in place of an answer is an error, never a crash") {
  for (const char* body : {"", "null", "[]", "{", "\xff", R"({"userIds":5})"}) {
    CAPTURE(body);
    Setup setup(CannedAnswer{200, body, {}});
    CHECK_FALSE(setup.api.follower_ids("", 10, 2s).ok());
  }
}

TEST_CASE("the channel renders within limits, answers and pushes") {
  test::FakeClock clock;
  LoopbackServer server;
  const auto channel = make_line_channel({{Secret("s")}, "", Secret("t"), server.origin(), server.origin(), "", clock});
  Message message = text_message("どれですか？");
  message.quick_replies.push_back({Action::Kind::kSay, "とても長い品目の名前なのでボタンには入りきらないもの", "品目", ""});
  const auto rendered = channel->render({message});
  REQUIRE(rendered.ok());
  CHECK(channel->reply("token", *rendered, 2s).outcome == Outcome::kAccepted);
  CHECK(channel->push(kUser, *rendered, kKey, 2s).outcome == Outcome::kAccepted);
  const auto requests = server.requests();
  REQUIRE(requests.size() == 2);
  CHECK(json::parse(requests[0].body)["messages"] == json::parse(requests[1].body)["messages"]);
  CHECK(channel->name() == "line");
  CHECK(channel->webhook_path() == "/webhook/line");
}
