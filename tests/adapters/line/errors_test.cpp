#include "adapters/line/errors.h"

#include "tests/adapters/line/fixtures.h"
#include "tests/support/catch.h"

using namespace kairan;
using namespace kairan::adapters;
using namespace kairan::adapters::line;
using kairan::test::error_fixture;
using namespace std::chrono_literals;

namespace {

HttpReply answered(int status, std::string body, std::map<std::string, std::string> headers = {}) {
  return HttpReply{status, std::move(headers), std::move(body)};
}

}  // namespace

TEST_CASE("every answer that LINE documents, and garbage, has its outcome") {
  struct Case {
    const char* label;
    SendKind kind;
    int status;
    std::string body;
    Outcome expected;
    bool token_dead = false;
    bool already = false;
  };
  constexpr auto kReply = SendKind::kReply;
  constexpr auto kKeyed = SendKind::kKeyed;
  const auto c = GENERATE(values<Case>({
      {"reply taken", kReply, 200, R"({"sentMessages":[{"id":"461230966842064897"}]})", Outcome::kAccepted},
      {"multicast taken", kKeyed, 200, "{}", Outcome::kAccepted},
      {"taken, to be done", kKeyed, 202, "{}", Outcome::kAccepted},
      {"taken, with an unreadable body", kKeyed, 200, "<html>", Outcome::kAccepted},
      {"spent reply token", kReply, 400, error_fixture("invalid_reply_token"), Outcome::kRefused, true},
      {"spent reply token, in other words", kReply, 400, R"({"message":"The reply token has expired"})", Outcome::kRefused, true},
      {"the same words to a push", kKeyed, 400, error_fixture("invalid_reply_token"), Outcome::kRefused},
      {"bad message", kReply, 400, error_fixture("invalid_property"), Outcome::kRefused},
      {"bad message to many", kKeyed, 400, error_fixture("invalid_property"), Outcome::kRefused},
      {"bad request without a body", kReply, 400, "", Outcome::kRefused},
      {"token not accepted", kReply, 401, error_fixture("unauthorized"), Outcome::kUnauthorized},
      {"token not accepted, no body", kKeyed, 401, "", Outcome::kUnauthorized},
      {"not entitled", kKeyed, 403, error_fixture("not_available"), Outcome::kRefused},
      {"not there", kKeyed, 404, error_fixture("not_found"), Outcome::kRefused},
      {"same retry key again", kKeyed, 409, error_fixture("already_accepted"), Outcome::kAccepted, false, true},
      {"same retry key again, no body", kKeyed, 409, "", Outcome::kAccepted, false, true},
      {"a conflict where there is no key", kReply, 409, "", Outcome::kUnknown},
      {"gone", kKeyed, 410, "", Outcome::kRefused},
      {"too large", kKeyed, 413, "", Outcome::kRefused},
      {"media type", kKeyed, 415, "", Outcome::kRefused},
      {"busy", kKeyed, 429, error_fixture("rate_limited"), Outcome::kLater},
      {"busy, reply", kReply, 429, error_fixture("rate_limited"), Outcome::kLater},
      {"month is spent", kKeyed, 429, error_fixture("monthly_limit"), Outcome::kQuotaExhausted},
      {"month is spent, in other words", kKeyed, 429, R"({"message":"Limit of the month reached"})", Outcome::kQuotaExhausted},
      {"too many, in unknown words", kKeyed, 429, R"({"message":"Slow down"})", Outcome::kLater},
      {"too many, no body", kKeyed, 429, "", Outcome::kLater},
      {"too many, message of another type", kKeyed, 429, R"({"message":["monthly"]})", Outcome::kLater},
      {"request timeout of a proxy", kKeyed, 408, "", Outcome::kUnknown},
      {"an unknown refusal", kKeyed, 418, "", Outcome::kRefused},
      {"server error", kKeyed, 500, R"({"message":"Internal server error"})", Outcome::kUnknown},
      {"server error, reply", kReply, 500, "", Outcome::kUnknown},
      {"bad gateway", kKeyed, 502, "<html>", Outcome::kUnknown},
      {"unavailable", kKeyed, 503, "", Outcome::kUnknown},
      {"gateway timeout", kReply, 504, "", Outcome::kUnknown},
      {"a redirect", kKeyed, 302, "", Outcome::kUnknown},
      {"an interim answer", kKeyed, 103, "", Outcome::kUnknown},
      {"nonsense", kKeyed, 0, "", Outcome::kUnknown},
      {"deep garbage", kReply, 400, std::string(100'000, '['), Outcome::kRefused},
      {"bytes", kReply, 429, std::string("\xff\x00\xfe", 3), Outcome::kLater},
  }));
  CAPTURE(c.label);
  const SendResult result = classify(c.kind, answered(c.status, c.body));
  CHECK(result.outcome == c.expected);
  CHECK(result.reply_token_dead == c.token_dead);
  CHECK(result.already_accepted == c.already);
  CHECK(result.status == c.status);
  CHECK((result.retry_after > 0ms) == (c.expected == Outcome::kLater));
}

TEST_CASE("a request is known by LINE's id, and a repeat by the id of the one that was taken") {
  const std::map<std::string, std::string> headers{{"x-line-request-id", "req-2"}, {"x-line-accepted-request-id", "req-1"}};
  CHECK(classify(SendKind::kKeyed, answered(200, "{}", headers)).request_id == "req-2");
  CHECK(classify(SendKind::kKeyed, answered(409, "{}", headers)).request_id == "req-1");
  CHECK(classify(SendKind::kKeyed, answered(409, "{}", {{"x-line-request-id", "req-2"}})).request_id == "req-2");
}

TEST_CASE("Retry-After is kept when it is a sane number of seconds") {
  struct Case {
    const char* label;
    std::string value;
    std::chrono::milliseconds expected;
  };
  const auto c = GENERATE(values<Case>({{"seven", "7", 7s},
                                        {"absurd", "4000000000", 3600s},
                                        {"beyond a number", "99999999999999", 1s},
                                        {"a date", "Wed, 21 Oct 2026 07:28:00 GMT", 1s},
                                        {"negative", "-5", 1s},
                                        {"empty", "", 1s}}));
  CAPTURE(c.label);
  CHECK(classify(SendKind::kKeyed, answered(429, "", {{"retry-after", c.value}})).retry_after == c.expected);
}

TEST_CASE("the detail names the places LINE complains about and never quotes it") {
  const SendResult result = classify(SendKind::kReply, answered(400, error_fixture("invalid_property")));
  CHECK(result.detail == "status 400 at messages[0].text messages[1].type");
  const SendResult quoted = classify(
      SendKind::kReply,
      answered(400, "{\"message\":\"bad text: 住民の文\",\"details\":[{\"property\":\"住民の文\\nmessages[0]\"}]}"));
  CHECK(quoted.detail == "status 400 at messages[0]");
}

TEST_CASE("a call without an answer is later when nothing left, unknown otherwise") {
  CHECK(classify(Error{ErrorCode::kUnavailable, "x"}).outcome == Outcome::kLater);
  CHECK(classify(Error{ErrorCode::kUnavailable, "x"}).retry_after > 0ms);
  CHECK(classify(Error{ErrorCode::kTimeout, "x"}).outcome == Outcome::kUnknown);
  CHECK(classify(Error{ErrorCode::kTooLarge, "x"}).outcome == Outcome::kUnknown);
  CHECK(classify(Error{ErrorCode::kInternal, "x"}).outcome == Outcome::kUnknown);
}

TEST_CASE("a question that failed says what to do next") {
  const std::vector<std::pair<int, ErrorCode>> table = {
      {400, ErrorCode::kInvalid},     {401, ErrorCode::kRefused},     {403, ErrorCode::kRefused},
      {404, ErrorCode::kNotFound},    {409, ErrorCode::kConflict},    {410, ErrorCode::kNotFound},
      {413, ErrorCode::kTooLarge},    {418, ErrorCode::kRefused},     {429, ErrorCode::kUnavailable},
      {500, ErrorCode::kUnavailable}, {503, ErrorCode::kUnavailable}, {302, ErrorCode::kInternal}};
  for (const auto& [status, code] : table) {
    CAPTURE(status);
    CHECK(error_of(answered(status, "")).code == code);
  }
}

TEST_CASE("outcomes have names of their own") {
  CHECK(outcome_name(Outcome::kAccepted) == "accepted");
  CHECK(outcome_name(Outcome::kLater) == "later");
  CHECK(outcome_name(Outcome::kQuotaExhausted) == "quota_exhausted");
  CHECK(outcome_name(Outcome::kUnauthorized) == "unauthorized");
  CHECK(outcome_name(Outcome::kRefused) == "refused");
  CHECK(outcome_name(Outcome::kUnknown) == "unknown");
}
