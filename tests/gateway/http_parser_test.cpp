#include "gateway/http_parser.h"

#include <random>

#include "tests/support/catch.h"

namespace kairan::gateway {
namespace {

constexpr std::size_t kMaxBody = 1000;

struct Outcome {
  HttpParser::State state = HttpParser::State::kNeedMore;
  int refusal = 0;
  HttpRequest request;
  std::size_t used = 0;
};

/// Feeds in pieces of `step` bytes, accepting any body up to kMaxBody.
Outcome parse(std::string_view bytes, std::size_t step = std::string_view::npos) {
  HttpParser parser;
  Outcome outcome;
  while (outcome.used < bytes.size() && parser.state() == HttpParser::State::kNeedMore) {
    outcome.used += parser.feed(bytes.substr(outcome.used, step));
    if (parser.state() == HttpParser::State::kHeadDone) parser.accept_body(kMaxBody);
  }
  outcome.state = parser.state();
  outcome.refusal = parser.refusal();
  outcome.request = std::move(parser.request());
  return outcome;
}

std::string get(const std::string& target, const std::string& headers = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n";
}
std::string post(const std::string& headers, const std::string& body) {
  return "POST /x HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n" + body;
}

TEST_CASE("a request is taken apart, wherever its bytes are cut") {
  const std::string bytes =
      "\r\nPOST /a%20b/%E5%9B%9E?x=1&y=a+b%26&z HTTP/1.1\r\nHost: h\r\nX-Mixed-Case:  v 1\t\r\nx-mixed-case: v2\r\n"
      "Transfer-Encoding: chunked\r\n\r\n4;ext=1\r\nwiki\r\n5\r\npedia\r\n0\r\nTrailer: t\r\n\r\nNEXT";
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    const Outcome outcome = parse(bytes, step);
    CAPTURE(step, outcome.refusal);
    REQUIRE(outcome.state == HttpParser::State::kComplete);
    CHECK(outcome.request.method == "POST");
    CHECK(outcome.request.path == "/a b/回");
    CHECK(outcome.request.query_value("x") == "1");
    CHECK(outcome.request.query_value("y") == "a b&");
    CHECK(outcome.request.query.count("z") == 1);
    CHECK(outcome.request.header("x-mixed-case") == "v 1");
    CHECK(outcome.request.header_count("x-mixed-case") == 2);
    CHECK(outcome.request.body == "wikipedia");
    CHECK(bytes.substr(outcome.used) == "NEXT");
  }
}

TEST_CASE("header values are not percent-decoded") {
  CHECK(parse(get("/", "X: a%0d%0ab\r\n")).request.header("x") == "a%0d%0ab");
}

TEST_CASE("a request that is wrong, unsafe or too large is refused with the right status") {
  struct Case {
    const char* label;
    std::string bytes;
    int status;
  };
  const std::string big(kMaxBody + 1, 'b');
  std::string many_headers;
  for (int i = 0; i < 101; ++i) many_headers += "h" + std::to_string(i) + ": v\r\n";
  std::string many_values = "/?a=1";
  for (int i = 0; i < 100; ++i) many_values += "&a=1";
  const auto c = GENERATE_COPY(values<Case>({
      {"no version", "GET /\r\nHost: h\r\n\r\n", 400},
      {"two blanks", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"HTTP/2", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505},
      {"not HTTP", "GET / FTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"a TLS hello", std::string("\x16\x03\x01\x02", 4), 400},
      {"method with a colon", "GE:T / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"method too long", "ABCDEFGHIJKLMNOPQ / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"no slash", get("x"), 400},
      {"a fragment", get("/#x"), 400},
      {"half a percent sign", get("/%4"), 400},
      {"percent without hex", get("/%zz"), 400},
      {"a NUL in the path", get("/%00"), 400},
      {"a line feed in the path", get("/%0a"), 400},
      {"a broken query", get("/?a=%q"), 400},
      {"too many query values", get(many_values), 400},
      {"a long path", get("/" + std::string(kMaxPathBytes, 'p')), 414},
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two hosts", get("/", "Host: other\r\n"), 400},
      {"a folded header", get("/", "A: b\r\n c\r\n"), 400},
      {"a blank before the colon", get("/", "A : b\r\n"), 400},
      {"a header without colon", get("/", "Abc\r\n"), 400},
      {"a bare line feed between headers", "GET / HTTP/1.1\nHost: h\r\n\r\n", 400},
      {"a bare carriage return in a value", get("/", "A: b\rc\r\n"), 400},
      {"a NUL in a value", get("/", std::string("A: b\0c\r\n", 8)), 400},
      {"too many headers", get("/", many_headers), 431},
      {"a head without end", "GET /" + std::string(kMaxHeadBytes, 'a'), 431},
      {"a header value too long", get("/", "A: " + std::string(kMaxHeadBytes, 'v') + "\r\n"), 431},
      {"two lengths", post("Content-Length: 1\r\nContent-Length: 1\r\n", "a"), 400},
      {"a list of lengths", post("Content-Length: 1, 1\r\n", "a"), 400},
      {"a negative length", post("Content-Length: -1\r\n", "a"), 400},
      {"a signed length", post("Content-Length: +1\r\n", "a"), 400},
      {"a hex length", post("Content-Length: 0x1\r\n", "a"), 400},
      {"an empty length", post("Content-Length:\r\n", "a"), 400},
      {"a length that wraps", post("Content-Length: 18446744073709551617\r\n", "a"), 413},
      {"a length over the cap", post("Content-Length: 1001\r\n", ""), 413},
      {"a length and chunks", post("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"chunked twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
      {"an unknown coding", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 501},
      {"a content coding", post("Content-Encoding: gzip\r\nContent-Length: 1\r\n", "a"), 415},
      {"an empty content coding", post("Content-Encoding:\r\nContent-Length: 1\r\n", "a"), 415},
      {"an unknown expectation", post("Expect: magic\r\n", ""), 417},
      {"a negative chunk", post("Transfer-Encoding: chunked\r\n", "-1\r\n"), 400},
      {"a chunk size in words", post("Transfer-Encoding: chunked\r\n", "xyz\r\n"), 400},
      {"an empty chunk size", post("Transfer-Encoding: chunked\r\n", "\r\n"), 400},
      {"a chunk that wraps", post("Transfer-Encoding: chunked\r\n", "ffffffffffffffff\r\n"), 413},
      {"a chunk over the cap", post("Transfer-Encoding: chunked\r\n", "3e9\r\n" + big), 413},
      {"chunks over the cap together", post("Transfer-Encoding: chunked\r\n", "3e8\r\n" + big.substr(1) + "\r\n1\r\nx"),
       413},
      {"a chunk longer than said", post("Transfer-Encoding: chunked\r\n", "1\r\nab\r\n0\r\n\r\n"), 400},
      {"a chunk ended by a line feed", post("Transfer-Encoding: chunked\r\n", "1\na\r\n0\r\n\r\n"), 400},
      {"an endless extension", post("Transfer-Encoding: chunked\r\n", "1;" + std::string(300, 'e')), 400},
      {"endless trailers",
       post("Transfer-Encoding: chunked\r\n",
            "0\r\nT: " + std::string(3000, 't') + "\r\nU: " + std::string(3000, 'u') + "\r\n\r\n"),
       431},
      {"chunks in HTTP/1.0", "POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"many blank lines", "\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n", 400},
  }));
  CAPTURE(c.label);
  for (const std::size_t step : {std::string_view::npos, std::size_t{1}, std::size_t{7}}) {
    const Outcome outcome = parse(c.bytes, step);
    CHECK(outcome.state == HttpParser::State::kRefused);
    CHECK(outcome.refusal == c.status);
    CHECK(outcome.request.body.empty());
  }
}

TEST_CASE("whether a connection may be kept follows version and header") {
  struct Case {
    std::string bytes;
    bool keep;
  };
  const auto c = GENERATE(values<Case>({{"GET / HTTP/1.1\r\nHost: h\r\n\r\n", true},
                                        {"GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, CLOSE\r\n\r\n", false},
                                        {"GET / HTTP/1.0\r\n\r\n", false},
                                        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true}}));
  CAPTURE(c.bytes);
  HttpParser parser;
  parser.feed(c.bytes);
  REQUIRE(parser.state() == HttpParser::State::kHeadDone);
  CHECK(parser.keep_alive() == c.keep);
}

TEST_CASE("random bytes never confuse the parser: it uses what it is given, ends, and stays within its bounds") {
  const std::string seed = post("Transfer-Encoding: chunked\r\nConnection: close\r\n", "5\r\nhello\r\n0\r\n\r\n") +
                           post("Content-Length: 5\r\n", "hello") + get("/a%20?b=c");
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = seed;
    for (int changes = static_cast<int>(random() % 4) + 1; changes > 0; --changes) {
      const std::size_t at = random() % bytes.size();
      switch (random() % 3) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes.erase(at, 1 + random() % 5);
          break;
        default:
          bytes.insert(at, 1, "\r\n:;0-% \t"[random() % 9]);
      }
    }
    std::size_t used = 0;
    HttpParser parser;
    const std::size_t step = 1 + random() % 40;
    while (used < bytes.size() && parser.state() != HttpParser::State::kRefused) {
      const std::size_t before = used;
      used += parser.feed(std::string_view(bytes).substr(used, step));
      if (parser.state() == HttpParser::State::kHeadDone) parser.accept_body(kMaxBody);
      if (parser.state() == HttpParser::State::kComplete) {
        if (parser.request().body.size() > kMaxBody) FAIL("body over the cap");
        parser.reset();
      }
      if (used == before && parser.state() == HttpParser::State::kNeedMore) FAIL("no progress");
    }
  }
  SUCCEED();
}

}  // namespace
}  // namespace kairan::gateway
