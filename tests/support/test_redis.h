// A private Redis for tests: starts in some ten milliseconds in a folder of its own and goes with the object.
#pragma once

#include <signal.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "base/result.h"
#include "store/embedded_redis.h"
#include "store/redis_client.h"
#include "tests/support/temp_dir.h"

namespace kairan::test {

/// The value, or the test ends with the error's text.
template <typename T>
T must(Result<T> result) {
  if (!result)
    throw std::runtime_error(std::string(error_code_name(result.error().code)) + ": " + result.error().detail);
  return std::move(result).value();
}
inline void must(const Status& status) {
  if (!status)
    throw std::runtime_error(std::string(error_code_name(status.error().code)) + ": " + status.error().detail);
}

class TestRedis {
 public:
  TestRedis() : server_(must(store::EmbeddedRedis::start(options(folder_.path())))), client_(make_client()) {}

  store::RedisClient& client() { return *client_; }
  store::EmbeddedRedis& server() { return *server_; }
  std::string url() const { return server_->url(); }
  const std::string& data_dir() const { return folder_.path(); }

  /// A client of its own on the same server.
  std::unique_ptr<store::RedisClient> make_client(std::size_t pool_size = 64) const {
    store::RedisOptions redis;
    redis.url = server_->url();
    redis.pool_size = pool_size;
    return std::make_unique<store::RedisClient>(redis);
  }

  void flush() { must(client_->command({"FLUSHALL"})); }

  /// Kills the server as a crash would. It comes back by itself.
  void kill_server() { ::kill(static_cast<pid_t>(server_->pid()), SIGKILL); }

  /// Repeats `attempt` until it succeeds, for at most `limit`: while Redis comes back, calls fail.
  template <typename Attempt>
  static auto until_ok(const Attempt& attempt, std::chrono::milliseconds limit = std::chrono::seconds(20)) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (true) {
      auto result = attempt();
      if (result || std::chrono::steady_clock::now() > deadline) return result;
      std::this_thread::yield();
    }
  }

  static store::EmbeddedRedis::Options options(const std::string& data_dir) {
    store::EmbeddedRedis::Options options;
    options.data_dir = data_dir;
    options.outlives_process = false;
    return options;
  }

 private:
  TempDir folder_;
  std::unique_ptr<store::EmbeddedRedis> server_;
  std::unique_ptr<store::RedisClient> client_;
};

}  // namespace kairan::test
