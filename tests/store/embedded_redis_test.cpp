#include "store/embedded_redis.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <thread>

#include "base/clock.h"
#include "store/redis_process.h"
#include "tests/support/catch.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::store;
using kairan::test::must;
using kairan::test::TempDir;
using kairan::test::TestRedis;

namespace {

std::unique_ptr<EmbeddedRedis> start(const std::string& data_dir) {
  return must(EmbeddedRedis::start(TestRedis::options(data_dir)));
}

RedisClient client_of(const std::string& url) {
  RedisOptions options;
  options.url = url;
  return RedisClient(options);
}

bool gone_within(const std::string& folder, milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (must(running_redis(folder)) != 0) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

/// Runs the hidden test case below in a process of its own: a fork alone may not start threads when its parent had
/// some.
pid_t in_process(const std::string& role, const std::string& data_dir, int ready = -1, int go = -1) {
  const std::string ready_text = std::to_string(ready);
  const std::string go_text = std::to_string(go);
  const pid_t child = fork();
  if (child == 0) {
    setenv("KAIRAN_TEST_ROLE", role.c_str(), 1);
    setenv("KAIRAN_TEST_FOLDER", data_dir.c_str(), 1);
    setenv("KAIRAN_TEST_READY", ready_text.c_str(), 1);
    setenv("KAIRAN_TEST_GO", go_text.c_str(), 1);
    dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
    execl("/proc/self/exe", "test_store_redis", "[.process]", static_cast<char*>(nullptr));
    _exit(98);
  }
  return child;
}

std::string setting(RedisClient& client, const std::string& name) {
  return must(client.command({"CONFIG", "GET", name})).items.at(1).text;
}

}  // namespace

TEST_CASE("a process of its own", "[.process]") {
  REQUIRE(getenv("KAIRAN_TEST_ROLE") != nullptr);
  auto options = TestRedis::options(getenv("KAIRAN_TEST_FOLDER"));
  const std::string role = getenv("KAIRAN_TEST_ROLE");
  options.outlives_process = role == "is killed";
  auto server = must(EmbeddedRedis::start(options));
  auto client = client_of(server->url());
  must(client.command({"SET", "k", "v"}));
  if (role == "is killed") raise(SIGKILL);
  const long pid = server->pid();
  REQUIRE(write(std::stoi(getenv("KAIRAN_TEST_READY")), &pid, sizeof pid) == sizeof pid);
  char end = 0;
  REQUIRE(read(std::stoi(getenv("KAIRAN_TEST_GO")), &end, 1) == 0);  // until the parent closes its end
}

TEST_CASE("the private server syncs every write, evicts nothing, hears no network and passes the durability check") {
  TestRedis redis;
  RedisClient& client = redis.client();
  CHECK(setting(client, "appendonly") == "yes");
  CHECK(setting(client, "appendfsync") == "always");
  CHECK(setting(client, "no-appendfsync-on-rewrite") == "no");
  CHECK(setting(client, "aof-load-truncated") == "yes");
  CHECK(setting(client, "maxmemory-policy") == "noeviction");
  CHECK(setting(client, "save").empty());
  CHECK(setting(client, "port") == "0");
  CHECK(check_durability(client));
  struct stat folder {};
  struct stat socket {};
  REQUIRE(stat((redis.data_dir() + "/redis").c_str(), &folder) == 0);
  REQUIRE(stat((redis.data_dir() + "/redis/redis.sock").c_str(), &socket) == 0);
  CHECK((folder.st_mode & 0777) == 0700);
  CHECK((socket.st_mode & 0777) == 0700);
}

TEST_CASE("a Redis that could lose writes is refused with what to write instead") {
  TestRedis redis;
  RedisClient& client = redis.client();
  struct Case {
    std::string name, bad, good;
  };
  const auto c = GENERATE(values<Case>({{"appendonly", "no", "yes"},
                                        {"appendfsync", "everysec", "always"},
                                        {"no-appendfsync-on-rewrite", "yes", "no"},
                                        {"maxmemory-policy", "allkeys-lru", "noeviction"}}));
  CAPTURE(c.name);
  must(client.command({"CONFIG", "SET", c.name, c.bad}));
  const Status status = check_durability(client);
  REQUIRE_FALSE(status);
  CHECK(status.error().code == ErrorCode::kRefused);
  CHECK(status.error().detail.find("write \"" + c.name + " " + c.good + "\"") != std::string::npos);
  must(client.command({"CONFIG", "SET", c.name, c.good}));
  CHECK(check_durability(client));
}

TEST_CASE("a Redis that hides its settings is refused") {
  TestRedis redis;
  must(redis.client().command({"ACL", "SETUSER", "guest", "on", "nopass", "~*", "+@all", "-config"}));
  // The default user loses CONFIG on new connections as well.
  must(redis.client().command({"ACL", "SETUSER", "default", "-config"}));
  const Status status = check_durability(redis.client());
  REQUIRE_FALSE(status);
  CHECK(status.error().code == ErrorCode::kRefused);
}

TEST_CASE("the server has no environment, no descriptors and no session of ours") {
  setenv("KAIRAN_LINE_CHANNEL_SECRET", "himitsu", 1);
  const int leaked = open("/dev/null", O_RDONLY);  // without CLOEXEC
  TestRedis redis;
  unsetenv("KAIRAN_LINE_CHANNEL_SECRET");
  const std::string proc = "/proc/" + std::to_string(redis.server().pid());
  std::ifstream file(proc + "/environ", std::ios::binary);
  const std::string environment((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  CHECK(environment.find("KAIRAN") == std::string::npos);
  CHECK(environment.find("HOME=") == std::string::npos);
  CHECK(getsid(static_cast<pid_t>(redis.server().pid())) == redis.server().pid());
  int nulls = 0;
  for (const auto& entry : std::filesystem::directory_iterator(proc + "/fd")) {
    std::error_code ignored;
    nulls += std::filesystem::read_symlink(entry.path(), ignored) == "/dev/null" ? 1 : 0;
  }
  CHECK(nulls == 1);  // its standard input only
  close(leaked);
}

TEST_CASE("twenty kills of the server lose nothing that was acknowledged") {
  TestRedis redis;
  std::vector<std::string> acknowledged;
  long before = redis.server().pid();
  for (int kill = 0; kill < 20; ++kill) {
    for (int i = 0; i < 25; ++i) {
      const std::string value = std::to_string(kill) + "/" + std::to_string(i);
      if (i == 12 + kill % 10) redis.kill_server();
      if (redis.client().command({"RPUSH", "log", value})) acknowledged.push_back(value);
    }
    REQUIRE(TestRedis::until_ok([&] { return redis.client().ping(milliseconds(500)); }));
  }
  REQUIRE(TestRedis::until_ok([&] { return redis.client().ping(milliseconds(500)); }));
  CHECK(redis.server().pid() != before);
  const Reply log = must(redis.client().command({"LRANGE", "log", "0", "-1"}));
  std::vector<std::string> stored;
  for (const Reply& item : log.items) stored.push_back(item.text);
  // What was of unknown fate may be there too; what was acknowledged must be, in order.
  std::size_t at = 0;
  for (const std::string& value : stored) at += at < acknowledged.size() && acknowledged[at] == value ? 1 : 0;
  CHECK(at == acknowledged.size());
  CHECK(acknowledged.size() > 200);
}

TEST_CASE("a killed server serves again within a second") {
  TestRedis redis;
  must(redis.client().command({"SET", "k", "v"}));
  redis.kill_server();
  const auto begin = std::chrono::steady_clock::now();
  const auto value = TestRedis::until_ok([&] { return redis.client().command({"GET", "k"}); });
  REQUIRE(value);
  CHECK(value->text == "v");
  CHECK(std::chrono::steady_clock::now() - begin < milliseconds(1000));
}

TEST_CASE("a server outlives a killed process and is adopted by the next, with its data") {
  TempDir folder;
  const pid_t child = in_process("is killed", folder.path());
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  const long alive = must(running_redis(folder.path() + "/redis"));
  REQUIRE(alive != 0);
  auto server = start(folder.path());
  CHECK(server->pid() == alive);
  auto client = client_of(server->url());
  CHECK(must(client.command({"GET", "k"})).text == "v");
  server.reset();
  CHECK(gone_within(folder.path() + "/redis", milliseconds(5000)));
}

TEST_CASE("the last process to leave stops the server, and no other") {
  TempDir folder;
  auto first = start(folder.path());
  auto second = start(folder.path());
  CHECK(first->pid() == second->pid());
  first.reset();
  auto client = client_of(second->url());
  CHECK(client.ping(milliseconds(1000)));
  second.reset();
  CHECK(gone_within(folder.path() + "/redis", milliseconds(5000)));
  auto again = start(folder.path());
  CHECK(again->pid() != 0);
}

TEST_CASE("many processes that start at once on a folder share one server") {
  TempDir folder;
  std::vector<pid_t> children;
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  int go[2];
  REQUIRE(pipe(go) == 0);
  REQUIRE(fcntl(go[1], F_SETFD, FD_CLOEXEC) == 0);
  for (int i = 0; i < 6; ++i) {
    children.push_back(in_process("waits", folder.path(), ready[1], go[0]));
  }
  close(ready[1]);
  std::vector<long> pids;
  for (int i = 0; i < 6; ++i) {
    long pid = 0;
    REQUIRE(read(ready[0], &pid, sizeof pid) == sizeof pid);
    pids.push_back(pid);
  }
  close(go[1]);
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
  }
  for (const int fd : {ready[0], go[0]}) close(fd);
  for (const long pid : pids) CHECK(pid == pids.front());
  CHECK(gone_within(folder.path() + "/redis", milliseconds(5000)));
}

TEST_CASE("a torn tail of the append-only file is cut off and the rest is served") {
  TempDir folder;
  auto server = start(folder.path());
  {
    auto client = client_of(server->url());
    for (int i = 0; i < 100; ++i) must(client.command({"SET", "k" + std::to_string(i), "v"}));
  }
  server.reset();
  std::string file;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path() + "/redis/appendonlydir")) {
    if (entry.path().extension() == ".aof" && entry.path().string().find("incr") != std::string::npos) {
      file = entry.path().string();
    }
  }
  REQUIRE_FALSE(file.empty());
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 7);
  server = start(folder.path());
  auto client = client_of(server->url());
  CHECK(must(client.command({"DBSIZE"})).integer == 99);
}

TEST_CASE("a folder with a path longer than a socket's works all the same") {
  TempDir folder;
  const std::string deep = folder.path() + "/" + std::string(60, 'a') + "/" + std::string(60, 'b');
  auto server = start(deep);
  auto client = client_of(server->url());
  CHECK(client.ping(milliseconds(1000)));
  CHECK(must(client.command({"CONFIG", "GET", "dir"})).items.at(1).text == deep + "/redis");
}

TEST_CASE("what stands in the way of starting is said") {
  TempDir folder;
  auto options = TestRedis::options(folder.path());
  SECTION("no program") {
    options.program = "no-such-redis-server";
    const auto server = EmbeddedRedis::start(options);
    REQUIRE_FALSE(server);
    CHECK(server.error().detail.find("install") != std::string::npos);
  }
  SECTION("the folder is a file") {
    std::ofstream(folder.file("file")) << "x";
    options.data_dir = folder.file("file");
    const auto server = EmbeddedRedis::start(options);
    REQUIRE_FALSE(server);
    CHECK(server.error().code == ErrorCode::kUnavailable);
  }
  SECTION("the append-only file is broken in its middle") {
    start(folder.path()).reset();
    for (const auto& entry : std::filesystem::directory_iterator(folder.path() + "/redis/appendonlydir")) {
      if (entry.path().string().find("incr") != std::string::npos)
        std::ofstream(entry.path()) << "this is no command\n";
    }
    const auto server = EmbeddedRedis::start(options);
    REQUIRE_FALSE(server);
    CHECK(server.error().detail.find("redis.log says") != std::string::npos);
    CHECK(server.error().detail.find("Bad file format") != std::string::npos);
  }
}
