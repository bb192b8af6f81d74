// What the server does about clients that are broken, slow or hostile (reference: dependencies 2 and 3).
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "gateway/http_server.h"
#include "tests/gateway/raw_client.h"
#include "tests/support/catch.h"

namespace kairan::gateway {
namespace {

using namespace std::chrono_literals;
using test_support::body_of;
using test_support::RawClient;
using test_support::status_of;

class Guarded {
 public:
  explicit Guarded(HttpServerOptions options = {}) : server(options, routes()) {
    const Result<int> bound = server.bind();
    if (!bound || !server.start()) throw std::runtime_error("the server does not start");
    port = *bound;
  }
  std::atomic<int> handled{0};
  HttpServer server;
  int port = 0;

 private:
  std::vector<Route> routes() {
    const auto echo = [this](const HttpRequest& r) {
      ++handled;
      HttpResponse response;
      response.body = r.remote_addr + "|" + r.body;
      response.headers.emplace_back("X-Echo", std::string(r.query_value("q")));
      return response;
    };
    const auto fail = [](const HttpRequest&) -> HttpResponse { throw std::runtime_error("お名前 topsecret"); };
    const auto fail_oddly = [](const HttpRequest&) -> HttpResponse { throw 42; };
    return {{"POST", "/x", echo, 1u << 20}, {"GET", "/x", echo}, {"GET", "/throw", fail}, {"GET", "/odd", fail_oddly}};
  }
};

std::string post(const std::string& headers, const std::string& body = "") {
  return "POST /x HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n" + body;
}

std::size_t resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::stoul(line.substr(6));
  }
  return 0;
}

TEST_CASE("a chunked body over the cap gets 413 and a closed connection, with memory flat") {
  Guarded guarded;
  RawClient client(guarded.port);
  REQUIRE(client.send(post("Transfer-Encoding: chunked\r\n")));
  const std::size_t before = resident_kib();
  const std::string chunk = "10000\r\n" + std::string(65536, 'c') + "\r\n";
  std::size_t sent = 0;
  while (sent < (200u << 20) && client.send(chunk)) sent += chunk.size();
  CHECK(sent < (64u << 20));  // refused long before the end
  CHECK(resident_kib() < before + 16 * 1024);
  CHECK(guarded.handled == 0);

  RawClient polite(guarded.port);  // reads the answer as soon as it is there
  REQUIRE(polite.send(post("Transfer-Encoding: chunked\r\n")));
  for (int i = 0; i < 17 && !polite.readable(0ms); ++i) (void)polite.send(chunk);
  bool closed = false;
  CHECK(status_of(polite.until_closed(&closed)) == 413);
  CHECK(closed);
}

TEST_CASE("a declared length over the cap is refused before the body comes") {
  Guarded guarded;
  RawClient client(guarded.port);
  REQUIRE(client.send(post("Content-Length: 1048577\r\n")));
  bool closed = false;
  CHECK(status_of(client.until_closed(&closed)) == 413);
  CHECK(closed);
}

TEST_CASE("a length that is never fulfilled costs no memory and ends with 408") {
  HttpServerOptions options;
  options.read_timeout = 200ms;
  Guarded guarded(options);
  RawClient client(guarded.port);
  REQUIRE(client.send(post("Content-Length: 1000000\r\n", "only this")));
  bool closed = false;
  CHECK(status_of(client.until_closed(&closed)) == 408);
  CHECK(closed);
  CHECK(guarded.handled == 0);
}

TEST_CASE("what is left of a refused body is never read as a next request") {
  struct Case {
    const char* label;
    std::string bytes;
    int status;
  };
  const std::string hidden = "GET /x?q=hidden HTTP/1.1\r\nHost: h\r\n\r\n";
  const auto c = GENERATE_COPY(values<Case>({
      {"too long", post("Content-Length: 2000000\r\n", hidden), 413},
      {"chunk too long", post("Transfer-Encoding: chunked\r\n", "fffffff\r\n" + hidden), 413},
      {"content coding", post("Content-Encoding: gzip\r\nContent-Length: 40\r\n", hidden), 415},
      {"two lengths", post("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", hidden), 400},
      {"unknown path", "POST /nope HTTP/1.1\r\nHost: h\r\nContent-Length: 40\r\n\r\n" + hidden, 404},
      {"wrong method", "PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 40\r\n\r\n" + hidden, 405},
      {"head too long", "GET /x HTTP/1.1\r\nHost: h\r\nA: " + std::string(20'000, 'a') + "\r\n\r\n" + hidden, 431},
  }));
  CAPTURE(c.label);
  Guarded guarded;
  RawClient client(guarded.port);
  REQUIRE(client.send(c.bytes));
  bool closed = false;
  const std::string all = client.until_closed(&closed);
  CHECK(closed);
  CHECK(status_of(all) == c.status);
  CHECK(all.find("HTTP/1.1", 8) == std::string::npos);  // one answer
  CHECK(all.find("\r\nConnection: close\r\n") != std::string::npos);
  CHECK(guarded.handled == 0);
}

TEST_CASE("a line without end is cut off at 16 KiB") {
  Guarded guarded;
  RawClient client(guarded.port);
  const std::size_t before = resident_kib();
  REQUIRE(client.send("GET /"));
  const std::string more(65536, 'a');
  std::size_t sent = 0;
  while (sent < (32u << 20) && client.send(more)) sent += more.size();
  CHECK(sent < (32u << 20));
  CHECK(resident_kib() < before + 8 * 1024);

  RawClient short_one(guarded.port);
  REQUIRE(short_one.send("GET /" + std::string(17'000, 'a')));
  CHECK(status_of(short_one.until_closed()) == 431);
}

TEST_CASE("a Range header does not multiply the answer") {
  Guarded guarded;
  std::string ranges = "Range: bytes=0-0";
  for (int i = 0; i < 1000; ++i) ranges += ",0-0";
  RawClient client(guarded.port);
  REQUIRE(client.send(post(ranges + "\r\nContent-Length: 4\r\n", "body")));
  const std::string response = client.response();
  CHECK(status_of(response) == 200);
  CHECK(body_of(response) == "127.0.0.1|body");
}

TEST_CASE("headers cannot forge the client's address") {
  Guarded guarded;
  struct Case {
    const char* label;
    std::string headers, address;
  };
  const auto c = GENERATE(values<Case>({
      {"REMOTE_ADDR", "REMOTE_ADDR: 203.0.113.9\r\n", "127.0.0.1"},
      {"the local proxy's entry", "X-Forwarded-For: 203.0.113.9\r\n", "203.0.113.9"},
      {"only the proxy's own entry counts", "X-Forwarded-For: 198.51.100.1, 203.0.113.9\r\n", "203.0.113.9"},
      {"of several headers the last", "X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For: 2001:db8::1\r\n",
       "2001:db8::1"},
      {"no address", "X-Forwarded-For: <script>\r\n", "127.0.0.1"},
      {"empty", "X-Forwarded-For:\r\n", "127.0.0.1"},
  }));
  CAPTURE(c.label);
  RawClient client(guarded.port);
  REQUIRE(client.send(post(c.headers + "Content-Length: 1\r\n", "b")));
  CHECK(body_of(client.response()) == c.address + "|b");
}

TEST_CASE("what a handler throws does not get out") {
  Guarded guarded;
  for (const char* path : {"/throw", "/odd"}) {
    RawClient client(guarded.port);
    REQUIRE(client.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n\r\n"));
    const std::string all = client.until_closed();
    CHECK(status_of(all) == 500);
    CHECK(all.find("topsecret") == std::string::npos);
    CHECK(body_of(all) == "500 Internal Server Error\n");
  }
}

TEST_CASE("a value from outside cannot add a header line to the answer") {
  Guarded guarded;
  RawClient client(guarded.port);
  REQUIRE(client.send("GET /x?q=a%0d%0aSet-Cookie:%20b HTTP/1.1\r\nHost: h\r\n\r\n"));
  const std::string response = client.response();
  CHECK(status_of(response) == 200);
  CHECK(response.find("Set-Cookie") == std::string::npos);
}

TEST_CASE("clients that drip their requests do not keep others waiting") {
  HttpServerOptions options;
  options.workers = 2;
  options.read_timeout = 30s;
  Guarded guarded(options);
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 100; ++i) {
    slow.push_back(std::make_unique<RawClient>(guarded.port));
    REQUIRE(slow.back()->send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Le"));
  }
  std::atomic<bool> done{false};
  std::thread dripping([&] {
    for (std::size_t i = 0; !done; i = (i + 1) % slow.size()) {
      (void)slow[i]->send(slow[i] == slow.front() ? "" : "a", 100ms);
      if (i % 10 == 0) std::this_thread::yield();
      if (i == 0) slow[0]->readable(5ms);  // paces the loop
    }
  });
  std::chrono::nanoseconds worst{0};
  RawClient client(guarded.port);
  for (int i = 0; i < 50; ++i) {
    const auto began = std::chrono::steady_clock::now();
    REQUIRE(client.send(post("Content-Length: 2\r\n", "ok")));
    REQUIRE(status_of(client.response()) == 200);
    worst = std::max<std::chrono::nanoseconds>(worst, std::chrono::steady_clock::now() - began);
  }
  done = true;
  dripping.join();
  CHECK(worst < 1s);
  REQUIRE(slow[0]->send("ngth: 3\r\n\r\nyes"));  // and a slow request is still answered
  CHECK(body_of(slow[0]->response()) == "127.0.0.1|yes");
}

TEST_CASE("a request has to be whole within the read timeout, however it drips") {
  HttpServerOptions options;
  options.read_timeout = 300ms;
  Guarded guarded(options);
  RawClient client(guarded.port);
  const auto began = std::chrono::steady_clock::now();
  while (client.send("a") && !client.readable(10ms)) {
  }
  CHECK(std::chrono::steady_clock::now() - began < 5s);
  CHECK(status_of(client.until_closed()) == 408);
}

TEST_CASE("an idle connection is closed in silence after the keep-alive timeout") {
  HttpServerOptions options;
  options.keep_alive_timeout = 200ms;
  Guarded guarded(options);
  RawClient fresh(guarded.port), used(guarded.port);
  REQUIRE(used.send(post("Content-Length: 1\r\n", "b")));
  REQUIRE(status_of(used.response()) == 200);
  for (RawClient* client : {&fresh, &used}) {
    bool closed = false;
    CHECK(client->until_closed(&closed).empty());
    CHECK(closed);
  }
}

TEST_CASE("connections beyond the limit are turned away with 503, and room comes back") {
  HttpServerOptions options;
  options.max_connections = 3;
  Guarded guarded(options);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<RawClient>(guarded.port));
    REQUIRE(clients.back()->send(post("Content-Length: 1\r\n", "b")));
    REQUIRE(status_of(clients.back()->response()) == 200);
  }
  RawClient fourth(guarded.port);
  CHECK(status_of(fourth.until_closed()) == 503);
  clients.clear();
  int status = 0;
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (status != 200 && std::chrono::steady_clock::now() < deadline) {
    RawClient again(guarded.port);
    if (again.send(post("Content-Length: 1\r\nConnection: close\r\n", "b"))) status = status_of(again.until_closed());
  }
  CHECK(status == 200);
}

TEST_CASE("many clients at once, some of which vanish in the middle, leave nothing behind") {
  Guarded guarded;
  std::vector<std::thread> threads;
  std::atomic<int> answered{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 30; ++i) {
        RawClient client(guarded.port);
        if ((i + t) % 3 == 0) {
          (void)client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf");
          continue;
        }
        if (client.send(post("Content-Length: 2\r\n", "ok")) && status_of(client.response()) == 200) ++answered;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(answered == 160);
  CHECK(guarded.handled == 160);
}

}  // namespace
}  // namespace kairan::gateway
