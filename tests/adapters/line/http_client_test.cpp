#include "adapters/http_client.h"

#include <atomic>
#include <thread>

#include "tests/adapters/line/loopback_server.h"
#include "tests/support/catch.h"

using namespace kairan;
using namespace kairan::adapters;
using namespace std::chrono_literals;
using test::CannedAnswer;
using test::LoopbackServer;
using test::RecordedRequest;
using Fault = test::CannedAnswer::Fault;
using Clock = std::chrono::steady_clock;

namespace {

HttpCall a_post(std::string body, std::chrono::milliseconds timeout = 2000ms) {
  HttpCall call;
  call.method = "POST";
  call.path = "/v2/bot/message/push?x=%E5%B8%82";
  call.headers = {{"Authorization", "Bearer t"}};
  call.body = std::move(body);
  call.timeout = timeout;
  return call;
}

LoopbackServer::Answerer always(CannedAnswer answer) {
  return [answer](const RecordedRequest&) { return answer; };
}

}  // namespace

TEST_CASE("a call arrives as written and its answer comes back") {
  LoopbackServer server(always({201, "{\"ok\":true}", {{"X-Line-Request-Id", "req-1"}}}));
  HttpClient client(server.origin());
  const auto reply = client.call(a_post("本文"));
  REQUIRE(reply.ok());
  CHECK(reply->status == 201);
  CHECK(reply->body == "{\"ok\":true}");
  CHECK(reply->headers.at("x-line-request-id") == "req-1");
  const auto requests = server.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].method == "POST");
  CHECK(requests[0].path == "/v2/bot/message/push?x=%E5%B8%82");
  CHECK(requests[0].body == "本文");
  CHECK(requests[0].header("authorization") == "Bearer t");
  CHECK(requests[0].header("content-type") == "application/json");
  CHECK(requests[0].header("content-length") == "6");
}

TEST_CASE("a connection is kept for the next call") {
  LoopbackServer server;
  HttpClient client(server.origin());
  for (int i = 0; i < 20; ++i) REQUIRE(client.call(a_post("{}")).ok());
  CHECK(server.connections() == 1);
}

TEST_CASE("a kept-alive call takes no Nagle pause") {
  LoopbackServer server;
  HttpClient client(server.origin());
  REQUIRE(client.call(a_post("{}")).ok());
  const auto begin = Clock::now();
  for (int i = 0; i < 20; ++i) REQUIRE(client.call(a_post("{}")).ok());
  CHECK(Clock::now() - begin < 400ms);  // with the pause: 20 x 40 ms
}

TEST_CASE("a connection the peer has closed while idle is replaced before anything is sent") {
  LoopbackServer server(always({200, "{}", {}, Fault::kCloseAfterAnswer}));
  HttpClient client(server.origin());
  for (int i = 0; i < 5; ++i) {
    const auto reply = client.call(a_post("{}"));
    REQUIRE(reply.ok());
    REQUIRE(LoopbackServer::wait_until([&] { return server.open_connections() == 0; }));
  }
  CHECK(server.connections() == 5);
  CHECK(server.requests().size() == 5);
}

TEST_CASE("nothing that listens is unavailable: the request certainly did not arrive") {
  int port = 0;
  {
    LoopbackServer server;
    port = server.port();
  }
  HttpClient client("http://127.0.0.1:" + std::to_string(port));
  const auto reply = client.call(a_post("{}"));
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().code == ErrorCode::kUnavailable);
}

TEST_CASE("a request that may have arrived is a timeout, never unavailable, and is sent once") {
  struct Case {
    const char* label;
    Fault fault;
  };
  const auto c = GENERATE(values<Case>({{"closed without an answer", Fault::kCloseUnanswered},
                                        {"reset without an answer", Fault::kResetUnanswered},
                                        {"no answer", Fault::kStall},
                                        {"an answer that drips", Fault::kDripHeader},
                                        {"a header without end", Fault::kEndlessHeader},
                                        {"less body than announced", Fault::kShortBody}}));
  CAPTURE(c.label);
  LoopbackServer server(always({200, "{}", {}, c.fault}));
  HttpClient client(server.origin());
  const auto begin = Clock::now();
  const auto reply = client.call(a_post("{}", 300ms));
  const auto spent = Clock::now() - begin;
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().code == ErrorCode::kTimeout);
  CHECK(spent < 1500ms);
  REQUIRE(LoopbackServer::wait_until([&] { return !server.requests().empty(); }));
  CHECK(server.requests().size() == 1);
}

TEST_CASE("after a failure the next call has a connection of its own and its own answer") {
  std::atomic<int> count{0};
  LoopbackServer server([&](const RecordedRequest& request) {
    CannedAnswer answer{200, request.body, {}};
    if (count++ == 0) answer.fault = Fault::kStall;
    return answer;
  });
  HttpClient client(server.origin());
  REQUIRE_FALSE(client.call(a_post("first", 100ms)).ok());
  const auto second = client.call(a_post("second"));
  REQUIRE(second.ok());
  CHECK(second->body == "second");
  CHECK(server.connections() == 2);
}

TEST_CASE("an answer over its cap is given up") {
  LoopbackServer server(always({200, std::string(100'000, 'x'), {}}));
  HttpClient client(server.origin());
  HttpCall call = a_post("{}");
  call.max_response_bytes = 99'999;
  const auto refused = client.call(call);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::kTooLarge);
  call.max_response_bytes = 100'000;
  const auto whole = client.call(call);
  REQUIRE(whole.ok());
  CHECK(whole->body.size() == 100'000);
}

TEST_CASE("a body can be taken in pieces, but only when the answer is a success") {
  std::atomic<int> status{200};
  LoopbackServer server([&](const RecordedRequest&) { return CannedAnswer{status, std::string(50'000, 'x'), {}}; });
  HttpClient client(server.origin());
  std::string taken;
  HttpCall call = a_post("");
  call.on_body = [&](std::string_view piece) {
    taken += piece;
    return true;
  };
  const auto good = client.call(call);
  REQUIRE(good.ok());
  CHECK(taken.size() == 50'000);
  CHECK(good->body.empty());
  taken.clear();
  status = 404;
  const auto bad = client.call(call);
  REQUIRE(bad.ok());
  CHECK(taken.empty());
  CHECK(bad->body.size() == 50'000);
}

TEST_CASE("a redirect is not followed") {
  LoopbackServer target;
  LoopbackServer server(always({302, "", {{"Location", target.origin() + "/"}}}));
  HttpClient client(server.origin());
  const auto reply = client.call(a_post("{}"));
  REQUIRE(reply.ok());
  CHECK(reply->status == 302);
  CHECK(target.connections() == 0);
}

TEST_CASE("a compressed answer is not unpacked") {
  LoopbackServer server(always({200, "\x1f\x8b\x08", {{"Content-Encoding", "gzip"}}}));
  HttpClient client(server.origin());
  const auto reply = client.call(a_post("{}"));
  REQUIRE(reply.ok());
  CHECK(reply->body == "\x1f\x8b\x08");
  CHECK(server.requests()[0].header("accept-encoding") == "identity");
}

TEST_CASE("what cannot be written as HTTP is refused before connecting") {
  LoopbackServer server;
  HttpClient client(server.origin());
  std::vector<HttpCall> calls(4, a_post("{}"));
  calls[0].headers.emplace_back("X-Line-Retry-Key", "a\r\nX-Evil: 1");
  calls[1].path = "/a\r\nHost: evil";
  calls[2].path = "no-slash";
  calls[3].content_type = "text/plain\n";
  for (const HttpCall& call : calls) {
    const auto reply = client.call(call);
    REQUIRE_FALSE(reply.ok());
    CHECK(reply.error().code == ErrorCode::kInvalid);
  }
  for (const char* origin : {"", "api.line.me", "ftp://a", "http://", "http://a:0", "http://a:99999", "http://a:x",
                             "http://a/b", "http://user@host", "http://[::1"}) {
    CAPTURE(origin);
    HttpClient broken(origin);
    const auto reply = broken.call(a_post("{}"));
    REQUIRE_FALSE(reply.ok());
    CHECK(reply.error().code == ErrorCode::kInvalid);
  }
  CHECK(server.connections() == 0);
}

TEST_CASE("a pool lends as many connections as there are callers, and keeps them") {
  std::atomic<int> waiting{0};
  std::atomic<bool> together{true};
  LoopbackServer server([&](const RecordedRequest& request) {
    ++waiting;
    if (together && !LoopbackServer::wait_until([&] { return waiting >= 8; })) return CannedAnswer{500, "", {}};
    return CannedAnswer{200, request.body, {}};
  });
  HttpClientPool pool(server.origin());
  std::atomic<int> right{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&, i] {
      const std::string body = "caller " + std::to_string(i);
      const auto reply = pool.call(a_post(body, 5000ms));
      if (reply.ok() && reply->status == 200 && reply->body == body) ++right;
    });
  }
  for (auto& caller : callers) caller.join();
  CHECK(right == 8);
  CHECK(server.connections() == 8);
  together = false;
  for (int i = 0; i < 50; ++i) REQUIRE(pool.call(a_post("{}")).ok());
  CHECK(server.connections() == 8);
}
