#include "store/redis_address.h"

#include "tests/support/catch.h"

using namespace kairan;
using namespace kairan::store;

TEST_CASE("a Redis URL is read into its parts") {
  struct Case {
    std::string url, socket, host;
    int port, database;
    std::string user, password;
  };
  const auto c = GENERATE(values<Case>({
      {"unix:///run/x.sock", "/run/x.sock", "", 6379, 0, "", ""},
      {"unix:///run/x.sock?db=3", "/run/x.sock", "", 6379, 3, "", ""},
      {"redis://127.0.0.1", "", "127.0.0.1", 6379, 0, "", ""},
      {"redis://127.0.0.1:6380/5", "", "127.0.0.1", 6380, 5, "", ""},
      {"redis://localhost/", "", "127.0.0.1", 6379, 0, "", ""},
      {"redis://[::1]:7000/1", "", "::1", 7000, 1, "", ""},
      {"redis://:p%40ss%3a@10.0.0.1/0", "", "10.0.0.1", 6379, 0, "", "p@ss:"},
      {"redis://kairan:p@w@10.0.0.1", "", "10.0.0.1", 6379, 0, "kairan", "p@w"},
  }));
  CAPTURE(c.url);
  const auto address = parse_redis_url(c.url);
  REQUIRE(address);
  CHECK(address->socket == c.socket);
  CHECK(address->host == c.host);
  CHECK(address->port == c.port);
  CHECK(address->database == c.database);
  CHECK(address->user == c.user);
  CHECK(address->password.reveal() == c.password);
}

TEST_CASE("a Redis URL that cannot work is refused without repeating its password") {
  const std::string url = GENERATE(
      values<std::string>({"", "127.0.0.1:6379", "http://127.0.0.1", "rediss://127.0.0.1", "unix://relative.sock",
                           "unix://", "unix:///run/x.sock?password=geheim", "redis://", "redis://redis.example",
                           "redis://:geheim@redis.example", "redis://geheim@127.0.0.1", "redis://:geheim%zz@127.0.0.1",
                           "redis://:geheim@127.0.0.1:0", "redis://127.0.0.1:70000", "redis://127.0.0.1/minus",
                           "redis://127.0.0.1/-1", "redis://[::1", "redis://127.0.0.1:12x", "redis://:geheim%4"}));
  CAPTURE(url);
  const auto address = parse_redis_url(url);
  REQUIRE_FALSE(address);
  CHECK(address.error().code == ErrorCode::kInvalid);
  CHECK(address.error().detail.find("geheim") == std::string::npos);
}

TEST_CASE("a socket path longer than the kernel takes is refused by its length") {
  const auto address = parse_redis_url("unix:///" + std::string(200, 'x'));
  REQUIRE_FALSE(address);
  CHECK(address.error().detail.find("107 bytes") != std::string::npos);
}
