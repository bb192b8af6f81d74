// What the server does for clients that behave.
#include "gateway/http_server.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "tests/gateway/raw_client.h"
#include "tests/support/catch.h"

namespace kairan::gateway {
namespace {

using namespace std::chrono_literals;
using test_support::body_of;
using test_support::RawClient;
using test_support::status_of;

/// A running server on a free port.
class Running {
 public:
  explicit Running(std::vector<Route> routes, HttpServerOptions options = {}) : server(options, std::move(routes)) {
    const Result<int> bound = server.bind();
    if (!bound || !server.start()) throw std::runtime_error("the server does not start");
    port = *bound;
  }
  HttpServer server;
  int port = 0;
};

HttpResponse text(std::string body) {
  HttpResponse response;
  response.body = std::move(body);
  return response;
}

Route echo(std::string method, std::string path, std::size_t max_body = 64 * 1024) {
  return {std::move(method), std::move(path),
          [](const HttpRequest& r) { return text(r.method + " " + r.path + " [" + r.rest + "] " + r.body); }, max_body};
}

std::string request(const std::string& line, const std::string& headers = "", const std::string& body = "") {
  return line + " HTTP/1.1\r\nHost: h\r\n" + headers +
         (body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n") + "\r\n" + body;
}

TEST_CASE("listen addresses are read, and wrong ones refused") {
  CHECK(*parse_listen("127.0.0.1:8080") == std::pair<std::string, int>("127.0.0.1", 8080));
  CHECK(*parse_listen("[::1]:0") == std::pair<std::string, int>("::1", 0));
  for (const char* wrong : {"", "8080", ":8080", "h:", "h:x", "h:-1", "h:+1", "h:65536", "h:1x", "::1:80", "[]:80"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_listen(wrong).ok());
  }
}

TEST_CASE("the longest matching path answers, and what is unknown gets 404 or 405") {
  Running running({echo("GET", "/a"), echo("GET", "/api/*"), echo("GET", "/api/v1/*"), echo("POST", "/api/v1/x"),
                   echo("GET", "/")});
  struct Case {
    std::string line, answer;
    int status;
  };
  const auto c = GENERATE(values<Case>({{"GET /a", "GET /a [] ", 200},
                                        {"GET /", "GET / [] ", 200},
                                        {"GET /api/x/y", "GET /api/x/y [x/y] ", 200},
                                        {"GET /api/v1/y", "GET /api/v1/y [y] ", 200},
                                        {"GET /api/", "GET /api/ [] ", 200},
                                        {"POST /api/v1/x", "POST /api/v1/x [] ", 200},
                                        {"GET /api/v1/x", "", 405},
                                        {"GET /api", "", 404},
                                        {"GET /a/", "", 404},
                                        {"GET /../a", "", 404},
                                        {"DELETE /a", "", 405},
                                        {"TRACE /a", "", 405}}));
  CAPTURE(c.line);
  RawClient client(running.port);
  REQUIRE(client.send(request(c.line)));
  const std::string response = client.response();
  CHECK(status_of(response) == c.status);
  if (c.status == 200) CHECK(body_of(response) == c.answer);
  if (c.status == 405) CHECK(response.find("\r\nAllow: ") != std::string::npos);
}

TEST_CASE("HEAD is the GET without its body, and OPTIONS names the methods") {
  Running running({echo("GET", "/a"), echo("POST", "/a")});
  RawClient client(running.port);
  REQUIRE(client.send(request("HEAD /a") + request("GET /a") + request("OPTIONS /a")));
  const std::string all = client.until_closed();
  CHECK(all.find("Content-Length: 11\r\n\r\nHTTP/1.1 200") != std::string::npos);  // "HEAD /a [] "
  CHECK(all.find("GET /a [] HTTP/1.1 204") != std::string::npos);
  CHECK(all.find("Allow: GET, HEAD, OPTIONS, POST\r\n") != std::string::npos);
}

TEST_CASE("a connection is kept for many requests, also pipelined ones, answered in order") {
  Running running({echo("POST", "/x")});
  RawClient client(running.port);
  for (int i = 0; i < 100; ++i) {
    REQUIRE(client.send(request("POST /x", "", std::to_string(i))));
    REQUIRE(body_of(client.response()) == "POST /x [] " + std::to_string(i));
  }
  std::string pipelined;
  for (int i = 0; i < 100; ++i) pipelined += request("POST /x", "", std::to_string(i));
  REQUIRE(client.send(pipelined));
  for (int i = 0; i < 100; ++i) REQUIRE(body_of(client.response()) == "POST /x [] " + std::to_string(i));
}

TEST_CASE("requests on a kept connection are not slowed down by delayed acknowledgements") {
  Running running({echo("POST", "/x")});
  RawClient client(running.port);
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 50; ++i) {
    REQUIRE(client.send(request("POST /x", "", "b")));
    REQUIRE(status_of(client.response()) == 200);
  }
  CHECK(std::chrono::steady_clock::now() - began < 50 * 20ms);  // 44 ms each with Nagle's algorithm
}

TEST_CASE("a connection is closed when the client or the handler wants it, or after enough requests") {
  HttpServerOptions options;
  options.keep_alive_requests = 3;
  Running running({echo("GET", "/"),
                   {"GET", "/close",
                    [](const HttpRequest&) {
                      HttpResponse response;
                      response.close = true;
                      return response;
                    }}},
                  options);
  struct Case {
    const char* label;
    std::string bytes;
    int answers;
  };
  const auto c =
      GENERATE(values<Case>({{"client", request("GET /", "Connection: close\r\n") + request("GET /"), 1},
                             {"handler", request("GET /close") + request("GET /"), 1},
                             {"enough", request("GET /") + request("GET /") + request("GET /") + request("GET /"), 3},
                             {"HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 1}}));
  CAPTURE(c.label);
  RawClient client(running.port);
  REQUIRE(client.send(c.bytes));
  bool closed = false;
  const std::string all = client.until_closed(&closed);
  CHECK(closed);
  int answers = 0;
  for (std::size_t at = 0; (at = all.find("HTTP/1.1 200", at)) != std::string::npos; ++at) ++answers;
  CHECK(answers == c.answers);
  CHECK(all.find("Connection: close\r\n") != std::string::npos);
}

TEST_CASE("a dropped response sends no byte and closes") {
  Running running({{"GET", "/drop", [](const HttpRequest&) {
                      HttpResponse response;
                      response.drop = true;
                      return response;
                    }}});
  RawClient client(running.port);
  REQUIRE(client.send(request("GET /drop")));
  bool closed = false;
  CHECK(client.until_closed(&closed).empty());
  CHECK(closed);
}

TEST_CASE("a body comes whole in chunks and after 100-continue") {
  Running running({echo("POST", "/x", 1u << 20)});
  RawClient client(running.port);
  REQUIRE(client.send(request("POST /x", "Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"));
  CHECK(body_of(client.response()) == "POST /x [] abcde");
  REQUIRE(client.send("POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
  CHECK(client.response() == "HTTP/1.1 100 Continue\r\n\r\n");
  REQUIRE(client.send("hi"));
  CHECK(body_of(client.response()) == "POST /x [] hi");
  const std::string big(900'000, 'b');
  REQUIRE(client.send(request("POST /x", "", big)));
  CHECK(body_of(client.response()).size() == big.size() + 11);
}

TEST_CASE("a large response arrives whole") {
  const std::string big(20u << 20, 'r');
  Running running({{"GET", "/big", [&](const HttpRequest&) { return text(big); }}});
  RawClient client(running.port);
  REQUIRE(client.send(request("GET /big")));
  CHECK(body_of(client.response()) == big);
}

TEST_CASE("a stream is sent in chunks and ends with the connection") {
  Running running({{"GET", "/s", [](const HttpRequest&) {
                      HttpResponse response;
                      response.content_type = "text/event-stream";
                      response.stream = [](const StreamWriter& write) {
                        write("data: 1\n\n");
                        write("");
                        write(std::string(20, 'x'));
                      };
                      return response;
                    }}});
  RawClient client(running.port);
  REQUIRE(client.send(request("GET /s")));
  bool closed = false;
  const std::string all = client.until_closed(&closed);
  CHECK(closed);
  CHECK(all.find("Content-Type: text/event-stream\r\n") != std::string::npos);
  CHECK(body_of(all) == "9\r\ndata: 1\n\n\r\n14\r\n" + std::string(20, 'x') + "\r\n0\r\n\r\n");
  RawClient old(running.port);
  REQUIRE(old.send("GET /s HTTP/1.0\r\n\r\n"));
  CHECK(body_of(old.until_closed()) == "data: 1\n\n" + std::string(20, 'x'));
}

TEST_CASE("streams are limited, and a stream learns that its peer has gone") {
  HttpServerOptions options;
  options.max_streams = 2;
  std::atomic<int> ended{0};
  std::mutex mutex;
  std::condition_variable changed;
  Running running({{"GET", "/s",
                    [&](const HttpRequest&) {
                      HttpResponse response;
                      response.stream = [&](const StreamWriter& write) {
                        write("hello");
                        std::unique_lock lock(mutex);
                        while (write("")) changed.wait_for(lock, 5ms);
                        ++ended;
                      };
                      return response;
                    }}},
                  options);
  auto first = std::make_unique<RawClient>(running.port);
  RawClient second(running.port), third(running.port);
  REQUIRE(first->send(request("GET /s")));
  REQUIRE(second.send(request("GET /s")));
  REQUIRE(status_of(first->response()) == 200);
  REQUIRE(status_of(second.response()) == 200);
  REQUIRE(third.send(request("GET /s")));
  CHECK(status_of(third.until_closed()) == 503);

  first.reset();
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (ended == 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  CHECK(ended == 1);

  const auto began = std::chrono::steady_clock::now();
  running.server.stop();  // ends the other one
  CHECK(ended == 2);
  CHECK(std::chrono::steady_clock::now() - began < 2s);
}

TEST_CASE("two servers cannot have one port") {
  Running running({echo("GET", "/")});
  HttpServerOptions options;
  options.port = running.port;
  HttpServer second(options, {});
  const Result<int> bound = second.bind();
  REQUIRE_FALSE(bound.ok());
  CHECK(bound.error().code == ErrorCode::kConflict);

  options.port = 0;
  HttpServer third(options, {});
  const Result<int> waiting = third.bind();  // bound, not started
  REQUIRE(waiting.ok());
  options.port = *waiting;
  HttpServer fourth(options, {});
  CHECK_FALSE(fourth.bind().ok());
}

TEST_CASE("an address that is not this machine's is refused") {
  HttpServerOptions options;
  options.host = "192.0.2.1";  // RFC 5737
  HttpServer server(options, {});
  const Result<int> bound = server.bind();
  REQUIRE_FALSE(bound.ok());
  CHECK(bound.error().code == ErrorCode::kInvalid);
}

TEST_CASE("stopping is quick with idle clients and lets a running handler answer") {
  std::promise<void> entered, leave;
  Running running({echo("GET", "/"), {"GET", "/slow", [&](const HttpRequest&) {
                                        entered.set_value();
                                        leave.get_future().wait();
                                        return text("done");
                                      }}});
  RawClient idle(running.port), busy(running.port);
  REQUIRE(idle.send(request("GET /")));
  REQUIRE(status_of(idle.response()) == 200);
  REQUIRE(busy.send(request("GET /slow")));
  entered.get_future().wait();
  auto stopped = std::async(std::launch::async, [&] {
    const auto began = std::chrono::steady_clock::now();
    running.server.stop();
    return std::chrono::steady_clock::now() - began;
  });
  bool closed = false;
  CHECK(idle.until_closed(&closed).empty());
  CHECK(closed);
  CHECK(stopped.wait_for(0ms) == std::future_status::timeout);
  leave.set_value();
  CHECK(stopped.get() < 2s);
  CHECK(body_of(busy.response()) == "done");
  CHECK_FALSE(running.server.failed());
}

TEST_CASE("when the listening socket breaks, the server says that it has failed") {
  Running running({echo("GET", "/")});
  CHECK_FALSE(running.server.failed());
  for (int fd = 3; fd < 1024; ++fd) {
    int listening = 0;
    socklen_t size = sizeof listening;
    sockaddr_storage address{};
    socklen_t address_size = sizeof address;
    if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening != 0 &&
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &address_size) == 0 &&
        ntohs(reinterpret_cast<sockaddr_in*>(&address)->sin_port) == running.port) {
      ::shutdown(fd, SHUT_RDWR);
    }
  }
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (!running.server.failed() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  CHECK(running.server.failed());
}

TEST_CASE("every answer is observed with its route, status and duration") {
  struct Seen {
    std::string route;
    int status;
  };
  std::mutex mutex;
  std::vector<Seen> seen;
  HttpServerOptions options;
  options.observe = [&](std::string_view route, int status, std::chrono::nanoseconds spent) {
    std::lock_guard lock(mutex);
    if (spent < 0ns) status = -1;
    seen.push_back({std::string(route), status});
  };
  Running running({echo("GET", "/a/*")}, options);
  for (const char* line : {"GET /a/b", "GET /none", "POST /a/b"}) {
    RawClient client(running.port);
    REQUIRE(client.send(request(line, "Connection: close\r\n")));
    client.until_closed();
  }
  running.server.stop();
  REQUIRE(seen.size() == 3);
  CHECK((seen[0].route == "/a/*" && seen[0].status == 200));
  CHECK((seen[1].route.empty() && seen[1].status == 404));
  CHECK((seen[2].route.empty() && seen[2].status == 405));
}

}  // namespace
}  // namespace kairan::gateway
