#include "store/redis_client.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <thread>

#include "base/clock.h"
#include "tests/support/catch.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::store;
using kairan::test::must;
using kairan::test::TestRedis;

namespace {

TestRedis& redis() {
  static TestRedis instance;
  return instance;
}

/// A server that answers what it is told, or nothing: for what a real Redis does not do on order.
class ScriptedServer {
 public:
  /// `answer` gets the bytes of a request and returns what to send; "" = nothing.
  explicit ScriptedServer(std::function<std::string(const std::string&)> answer) : answer_(std::move(answer)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(listen(listener_, 64) == 0);
    socklen_t length = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~ScriptedServer() {
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (auto& [fd, thread] : clients_) shutdown(fd, SHUT_RDWR);
    for (auto& [fd, thread] : clients_) {
      thread.join();
      close(fd);
    }
    close(listener_);
  }
  std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_); }
  int connections() const { return connections_; }

 private:
  void accept_all() {
    while (true) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      ++connections_;
      clients_.emplace_back(fd, std::thread([this, fd] { serve(fd); }));
    }
  }
  void serve(int fd) {
    char chunk[4096];
    while (true) {
      const ssize_t n = recv(fd, chunk, sizeof chunk, 0);
      if (n <= 0) return;
      const std::string request(chunk, static_cast<std::size_t>(n));
      std::string reply = request.find("SETNAME") != std::string::npos ? "+OK\r\n" : answer_(request);
      if (reply == "drip") {
        // A byte now and then, without end: every single wait is short.
        pollfd gone{fd, POLLRDHUP, 0};
        send(fd, "$100000\r\n", 9, MSG_NOSIGNAL);
        while (poll(&gone, 1, 20) == 0) send(fd, "x", 1, MSG_NOSIGNAL);
        return;
      }
      if (reply == "close") {
        shutdown(fd, SHUT_RDWR);
        return;
      }
      if (!reply.empty()) send(fd, reply.data(), reply.size(), MSG_NOSIGNAL);
    }
  }

  std::function<std::string(const std::string&)> answer_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> connections_{0};
  std::thread acceptor_;
  std::vector<std::pair<int, std::thread>> clients_;
};

RedisClient client_of(const std::string& url, std::size_t pool = 8) {
  RedisOptions options;
  options.url = url;
  options.pool_size = pool;
  options.command_timeout = milliseconds(2000);
  return RedisClient(options);
}

}  // namespace

TEST_CASE("values come back byte for byte, NUL and line breaks among them") {
  std::string value;
  for (int i = 0; i < 256; ++i) value.push_back(static_cast<char>(i));
  value += "\r\n$5\r\n*3\r\n";
  must(redis().client().command({"SET", value, value}));
  CHECK(must(redis().client().command({"GET", value})).text == value);
  CHECK(must(redis().client().command({"STRLEN", value})).integer == static_cast<std::int64_t>(value.size()));
}

TEST_CASE("every type of reply is read") {
  RedisClient& client = redis().client();
  redis().flush();
  CHECK(must(client.command({"GET", "nothing"})).is_nil());
  CHECK(must(client.command({"PING"})).type == Reply::Type::kStatus);
  CHECK(must(client.command({"INCRBY", "n", "-9007199254740993"})).integer == -9007199254740993);
  must(client.command({"RPUSH", "list", "a", "", "c"}));
  const Reply list = must(client.command({"LRANGE", "list", "0", "-1"}));
  REQUIRE(list.items.size() == 3);
  CHECK(list.items[1].text.empty());
  CHECK(list.items[1].type == Reply::Type::kString);
  CHECK(must(client.command({"LRANGE", "none", "0", "-1"})).items.empty());
  must(client.command({"XADD", "stream", "1-1", "k", "v"}));
  const Reply read = must(client.command({"XREAD", "COUNT", "1", "STREAMS", "stream", "0"}));
  CHECK(read.items.at(0).items.at(1).items.at(0).items.at(1).items.at(1).text == "v");
}

TEST_CASE("an error reply is kRefused, its detail does not repeat arguments, and the connection stays good") {
  RedisClient& client = redis().client();
  must(client.command({"SET", "text", "x"}));
  const auto wrong = client.command({"LPUSH", "text", "y"});
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code == ErrorCode::kRefused);
  CHECK(wrong.error().detail.find("WRONGTYPE") != std::string::npos);
  const auto unknown = client.command({"NOSUCHCOMMAND", "himitsu-no-naiyou"});
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().detail.find("himitsu") == std::string::npos);
  CHECK(must(client.command({"GET", "text"})).text == "x");
}

TEST_CASE("a pipeline is one round trip, and one command's error stays in its place") {
  RedisClient& client = redis().client();
  std::atomic<int> trips{0};
  client.set_fault([&](std::uint64_t) { return ++trips > 0; });
  const auto replies = must(client.pipeline({{"SET", "a", "1"}, {"LPUSH", "a", "x"}, {"INCR", "a"}}));
  client.set_fault(nullptr);
  CHECK(trips == 1);
  REQUIRE(replies.size() == 3);
  CHECK(replies[1].is_error());
  CHECK(replies[2].integer == 2);
  CHECK(must(client.pipeline({})).empty());
}

TEST_CASE("a pipeline of ten thousand commands and megabytes of values comes back whole and in order") {
  RedisClient& client = redis().client();
  const std::string big(3'000'000, 'b');
  must(client.command({"SET", "big", big}));
  std::vector<Args> commands;
  for (int i = 0; i < 10000; ++i) commands.push_back({"ECHO", "value-" + std::to_string(i)});
  commands.push_back({"GET", "big"});
  const auto replies = must(client.pipeline(commands));
  REQUIRE(replies.size() == 10001);
  bool ordered = true;
  for (int i = 0; i < 10000; ++i) {
    ordered = ordered && replies[static_cast<std::size_t>(i)].text == "value-" + std::to_string(i);
  }
  CHECK(ordered);
  CHECK(replies.back().text == big);
}

TEST_CASE("after a timeout the next command gets its own answer, not the late one") {
  auto client = redis().make_client(1);
  must(client->command({"SET", "x", "mine"}));
  const Script slow("slow",
                    "local t = redis.call('TIME')[1] * 1e6 + redis.call('TIME')[2] + 150000 "
                    "while redis.call('TIME')[1] * 1e6 + redis.call('TIME')[2] < t do end return 'late'");
  const auto late = client->eval(slow, {}, {}, milliseconds(20));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::kTimeout);
  for (int i = 0; i < 5; ++i) CHECK(must(client->command({"GET", "x"})).text == "mine");
}

TEST_CASE("the deadline is over the whole answer, not over each of its bytes") {
  ScriptedServer server([](const std::string&) { return std::string("drip"); });
  auto client = client_of(server.url());
  const auto begin = std::chrono::steady_clock::now();
  const auto reply = client.command({"GET", "x"}, milliseconds(100));
  const auto took = std::chrono::steady_clock::now() - begin;
  REQUIRE_FALSE(reply);
  CHECK(reply.error().code == ErrorCode::kTimeout);
  CHECK(took < milliseconds(1000));
}

TEST_CASE("a connection that broke is never used again") {
  struct Case {
    const char* label;
    std::string answer;
  };
  const auto c = GENERATE(values<Case>({{"closed", "close"},
                                        {"not the protocol", "hello\r\n"},
                                        {"HELLO's map of RESP3", "%1\r\n+a\r\n+b\r\n"},
                                        {"more than was asked", "+OK\r\n+LATE\r\n"},
                                        {"a count beyond memory", "*2147483647\r\n"}}));
  CAPTURE(c.label);
  std::atomic<int> requests{0};
  ScriptedServer server([&](const std::string&) { return ++requests == 1 ? c.answer : std::string("+GOOD\r\n"); });
  auto client = client_of(server.url(), 1);
  const auto first = client.command({"GET", "x"});
  REQUIRE_FALSE(first);
  CHECK(first.error().code == ErrorCode::kTimeout);
  CHECK(must(client.command({"GET", "x"})).text == "GOOD");
  CHECK(server.connections() == 2);
}

TEST_CASE("MOVED and ASK are a configuration error") {
  const std::string answer = GENERATE(values<std::string>(
      {"-MOVED 1234 10.0.0.2:6379\r\n", "-ASK 1 10.0.0.2:6379\r\n", "-CROSSSLOT Keys in request don't hash\r\n"}));
  ScriptedServer server([&](const std::string&) { return answer; });
  auto client = client_of(server.url());
  const auto single = client.command({"GET", "x"});
  REQUIRE_FALSE(single);
  CHECK(single.error().code == ErrorCode::kConflict);
  CHECK(single.error().detail.find("Cluster is not supported") != std::string::npos);
  const auto piped = client.pipeline({{"GET", "x"}});
  REQUIRE_FALSE(piped);
  CHECK(piped.error().code == ErrorCode::kConflict);
}

TEST_CASE("states of Redis that pass are kUnavailable") {
  const std::string answer = GENERATE(values<std::string>(
      {"-LOADING Redis is loading the dataset in memory\r\n", "-BUSY Redis is busy running a script.\r\n",
       "-MISCONF Errors writing to the AOF file: No space left on device\r\n", "-OOM command not allowed\r\n"}));
  ScriptedServer server([&](const std::string&) { return answer; });
  auto client = client_of(server.url());
  const auto reply = client.command({"SET", "x", "y"});
  REQUIRE_FALSE(reply);
  CHECK(reply.error().code == ErrorCode::kUnavailable);
}

TEST_CASE("a script's name is the SHA-1 that Redis computes") {
  for (const std::size_t size : {0U, 1U, 55U, 56U, 63U, 64U, 65U, 119U, 1000U}) {
    const std::string source = "return 1 --" + std::string(size, 'x');
    CAPTURE(size);
    CHECK(must(redis().client().command({"SCRIPT", "LOAD", source})).text == Script("s", source).sha1());
  }
}

TEST_CASE("a script that Redis forgot is loaded again and runs once") {
  RedisClient& client = redis().client();
  const Script count("count", "return redis.call('INCRBY', KEYS[1], ARGV[1])");
  const Script other("other", "return redis.call('INCR', KEYS[1]) * 0 + 7");
  redis().flush();
  must(client.command({"SCRIPT", "FLUSH"}));
  CHECK(must(client.eval(count, {"n"}, {"5"})).integer == 5);
  CHECK(must(client.eval(count, {"n"}, {"5"})).integer == 10);
  must(client.command({"SCRIPT", "FLUSH"}));
  must(client.eval(other, {"m"}, {}));
  const auto replies = must(
      client.eval_pipeline({{&other, {"m"}, {}}, {&count, {"n"}, {"1"}}, {&other, {"m"}, {}}, {&count, {"n"}, {"2"}}}));
  CHECK(replies[0].integer == 7);
  CHECK(replies[1].integer == 11);
  CHECK(replies[3].integer == 13);
  CHECK(must(client.command({"GET", "m"})).text == "3");
}

TEST_CASE("a server that goes away while it is written to is an error, not a signal") {
  // SIGPIPE has its default action here: raised, it would end the test program.
  const auto before = signal(SIGPIPE, SIG_DFL);
  TestRedis own;
  auto client = own.make_client(4);
  must(client->command({"PING"}));
  own.kill_server();
  const std::string big(8'000'000, 'x');
  bool failed = false;
  const auto reply = TestRedis::until_ok([&] {
    auto result = client->command({"SET", "k", big});
    failed = failed || !result;
    return result;
  });
  CHECK(reply);
  signal(SIGPIPE, before);
}

TEST_CASE("a restarted server is found again without an error left over in the pool") {
  TestRedis own;
  auto client = own.make_client(16);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 50; ++k) static_cast<void>(client->command({"PING"}));
    });
  }
  for (auto& thread : threads) thread.join();
  own.kill_server();
  REQUIRE(TestRedis::until_ok([&] { return client->command({"PING"}); }));
  int errors = 0;
  for (int i = 0; i < 50; ++i) errors += client->command({"PING"}) ? 0 : 1;
  CHECK(errors == 0);
}

TEST_CASE("a Redis that is away costs its callers nothing between tries") {
  // A port that nobody listens on: bound, not listening.
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  socklen_t length = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  auto client = client_of("redis://127.0.0.1:" + std::to_string(ntohs(address.sin_port)));
  const auto begin = std::chrono::steady_clock::now();
  int unavailable = 0;
  int tried = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto reply = client.command({"PING"});
    unavailable += !reply && reply.error().code == ErrorCode::kUnavailable ? 1 : 0;
    tried += reply.error().detail.find("cannot connect") != std::string::npos ? 1 : 0;
  }
  const auto took = std::chrono::steady_clock::now() - begin;
  close(fd);
  CHECK(unavailable == 2000);
  CHECK(took < milliseconds(2000));
  CHECK(tried < 60);
}

TEST_CASE("waiting for a free connection ends at the deadline") {
  auto client = redis().make_client(1);
  std::atomic<bool> inside{false};
  std::thread holder([&] {
    inside = true;
    static_cast<void>(client->command({"BLPOP", "never", "0.3"}));
  });
  while (!inside ||
         must(redis().client().command({"INFO", "clients"})).text.find("blocked_clients:1") == std::string::npos) {
    std::this_thread::yield();
  }
  const auto begin = std::chrono::steady_clock::now();
  const auto reply = client->command({"PING"}, milliseconds(50));
  const auto took = std::chrono::steady_clock::now() - begin;
  CHECK(took < milliseconds(250));
  REQUIRE_FALSE(reply);
  CHECK(reply.error().code == ErrorCode::kUnavailable);
  const auto later = client->command({"PING"}, milliseconds(5000));
  CHECK(later);
  holder.join();
}

TEST_CASE("a blocking command waits its own time and does not hold the pool") {
  auto client = redis().make_client(1);
  redis().flush();
  Result<Reply> popped = Reply{};
  std::thread waiter([&] { popped = client->blocking({"BLPOP", "queue", "10"}, milliseconds(10000)); });
  // The pool has one connection; it is free although the waiter blocks.
  CHECK(client->command({"RPUSH", "queue", "value"}, milliseconds(2000)));
  waiter.join();
  REQUIRE(popped);
  CHECK(popped->items.at(1).text == "value");
}

TEST_CASE("many threads on a small pool each get their own answers") {
  auto client = redis().make_client(4);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const std::string value = std::to_string(t) + "/" + std::to_string(i);
        const auto reply = client->command({"ECHO", value});
        if (!reply || reply->text != value) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("a new connection is prepared: database, name; a wrong password is said without being shown") {
  std::string url = redis().url() + "?db=3";
  auto client = client_of(url);
  must(client.command({"SET", "only-in-3", "x"}));
  CHECK(must(redis().client().command({"GET", "only-in-3"})).is_nil());
  client.reset();
  CHECK(must(client.command({"GET", "only-in-3"})).text == "x");
  CHECK(must(client.command({"CLIENT", "GETNAME"})).text == "kairan");
  ScriptedServer guarded([](const std::string&) { return "-WRONGPASS invalid username-password pair\r\n"; });
  std::string with_password = guarded.url();
  with_password.insert(std::string("redis://").size(), ":geheim@");
  auto refused = client_of(with_password);
  const auto reply = refused.command({"PING"}, milliseconds(300));
  REQUIRE_FALSE(reply);
  CHECK(reply.error().code == ErrorCode::kUnavailable);
  CHECK(reply.error().detail.find("geheim") == std::string::npos);
}

TEST_CASE("a URL that cannot work fails every call with what to write") {
  auto client = client_of("redis://redis.example");
  const auto reply = client.command({"PING"});
  REQUIRE_FALSE(reply);
  CHECK(reply.error().code == ErrorCode::kInvalid);
}
