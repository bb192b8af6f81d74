#include "adapters/line/token_source.h"

#include <atomic>
#include <mutex>
#include <thread>

#include "tests/adapters/line/loopback_server.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"

using namespace kairan;
using namespace kairan::adapters;
using namespace kairan::adapters::line;
using namespace std::chrono_literals;

namespace {

/// LINE's token endpoint as a function: gives token-1, token-2, ...
struct Issuer {
  std::atomic<int> asked{0};
  std::atomic<int> status{200};
  std::string refuse_secret;
  std::function<void()> before;
  std::vector<HttpCall> calls;
  std::mutex mutex;

  Result<HttpReply> operator()(const HttpCall& call) {
    const int number = ++asked;
    {
      std::lock_guard lock(mutex);
      calls.push_back(call);
    }
    if (before) before();
    if (status == 0) return Error{ErrorCode::kUnavailable, "no connection"};
    if (status != 200) return HttpReply{status, {}, R"({"error":"invalid_client"})"};
    if (!refuse_secret.empty() && call.body.find(refuse_secret) != std::string::npos) return HttpReply{400, {}, "{}"};
    return HttpReply{200, {}, R"({"token_type":"Bearer","expires_in":900,"access_token":"token-)" +
                                  std::to_string(number) + "\"}"};
  }
};

TokenSource::Options issued(std::vector<std::string> secrets = {"secret&1"}) {
  TokenSource::Options options;
  options.channel_id = "1234567890";
  for (auto& secret : secrets) options.secrets.emplace_back(std::move(secret));
  return options;
}

std::string text_of(const Result<Secret>& token) { return token.ok() ? std::string(token->reveal()) : "none"; }

}  // namespace

TEST_CASE("a given token is used as it is, without the line break of its file") {
  test::FakeClock clock;
  Issuer issuer;
  TokenSource::Options options = issued();
  options.access_token = Secret("long-lived\n");
  TokenSource source(std::move(options), std::ref(issuer), clock);
  CHECK(text_of(source.token(1s)) == "long-lived");
  CHECK_FALSE(source.reject(Secret("long-lived")));
  CHECK(text_of(source.token(1s)) == "long-lived");
  CHECK(issuer.asked == 0);
}

TEST_CASE("an issued token is asked for once and renewed before it expires") {
  test::FakeClock clock;
  Issuer issuer;
  TokenSource source(issued(), std::ref(issuer), clock);
  for (int i = 0; i < 10; ++i) CHECK(text_of(source.token(1s)) == "token-1");
  CHECK(issuer.calls[0].method == "POST");
  CHECK(issuer.calls[0].path == "/oauth2/v3/token");
  CHECK(issuer.calls[0].content_type == "application/x-www-form-urlencoded");
  CHECK(issuer.calls[0].body == "grant_type=client_credentials&client_id=1234567890&client_secret=secret%261");
  clock.advance(900s - TokenSource::kRenewBefore - 1s);
  CHECK(text_of(source.token(1s)) == "token-1");
  clock.advance(1s);
  CHECK(text_of(source.token(1s)) == "token-2");
  CHECK(issuer.asked == 2);
}

TEST_CASE("while renewing fails the living token is used, and LINE is asked again after a pause only") {
  test::FakeClock clock;
  Issuer issuer;
  TokenSource source(issued(), std::ref(issuer), clock);
  REQUIRE(text_of(source.token(1s)) == "token-1");
  clock.advance(800s);
  issuer.status = 0;
  for (int i = 0; i < 5; ++i) CHECK(text_of(source.token(1s)) == "token-1");
  CHECK(issuer.asked == 2);
  clock.advance(TokenSource::kPauseAfterFailure);
  CHECK(text_of(source.token(1s)) == "token-1");
  CHECK(issuer.asked == 3);
  clock.advance(100s);
  const auto dead = source.token(1s);
  REQUIRE_FALSE(dead.ok());
  CHECK(dead.error().code == ErrorCode::kUnavailable);
  issuer.status = 200;
  clock.advance(TokenSource::kPauseAfterFailure);
  CHECK(text_of(source.token(1s)) == "token-5");
}

TEST_CASE("a rejected token is replaced once, however many report it") {
  test::FakeClock clock;
  Issuer issuer;
  TokenSource source(issued(), std::ref(issuer), clock);
  const auto first = source.token(1s);
  REQUIRE(first.ok());
  CHECK(source.reject(*first));
  CHECK(text_of(source.token(1s)) == "token-2");
  CHECK(source.reject(*first));
  CHECK(text_of(source.token(1s)) == "token-2");
  CHECK(issuer.asked == 2);
}

TEST_CASE("the second secret is tried when LINE refuses the first") {
  test::FakeClock clock;
  Issuer issuer;
  issuer.refuse_secret = "old";
  TokenSource source(issued({"old", "new"}), std::ref(issuer), clock);
  CHECK(text_of(source.token(1s)) == "token-2");
  Issuer refusing;
  refusing.status = 400;
  TokenSource none(issued({"old", "new"}), std::ref(refusing), clock);
  const auto refused = none.token(1s);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::kRefused);
  CHECK(refusing.asked == 2);
}

TEST_CASE("without a token, or id and secret, there is nothing to ask") {
  test::FakeClock clock;
  Issuer issuer;
  TokenSource source({}, std::ref(issuer), clock);
  REQUIRE_FALSE(source.token(1s).ok());
  CHECK(source.token(1s).error().code == ErrorCode::kInvalid);
  CHECK(issuer.asked == 0);
}

TEST_CASE("of many callers at once one renews and all get its token") {
  test::FakeClock clock;
  Issuer issuer;
  std::atomic<bool> go{false};
  issuer.before = [&] { test::LoopbackServer::wait_until([&] { return go.load(); }); };
  TokenSource source(issued(), std::ref(issuer), clock);
  std::atomic<int> right{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 16; ++i) {
    callers.emplace_back([&] {
      if (text_of(source.token(10s)) == "token-1") ++right;
    });
  }
  CHECK(test::LoopbackServer::wait_until([&] { return issuer.asked == 1; }));
  go = true;
  for (auto& caller : callers) caller.join();
  CHECK(right == 16);
  CHECK(issuer.asked == 1);
}

TEST_CASE("callers go on with a living token while another renews it, and wait no longer than they may for a dead one") {
  test::FakeClock clock;
  Issuer issuer;
  std::atomic<bool> hold{false};
  std::atomic<bool> holding{false};
  issuer.before = [&] {
    if (!hold) return;
    holding = true;
    test::LoopbackServer::wait_until([&] { return !hold.load(); });
  };
  TokenSource source(issued(), std::ref(issuer), clock);
  REQUIRE(text_of(source.token(1s)) == "token-1");
  clock.advance(800s);
  hold = true;
  std::thread renewer([&] { (void)source.token(10s); });
  REQUIRE(test::LoopbackServer::wait_until([&] { return holding.load(); }));
  CHECK(text_of(source.token(0ms)) == "token-1");
  clock.advance(100s);
  const auto late = source.token(1ms);
  hold = false;
  renewer.join();
  REQUIRE_FALSE(late.ok());
  CHECK(late.error().code == ErrorCode::kUnavailable);
  CHECK(text_of(source.token(1s)) == "token-2");
}
