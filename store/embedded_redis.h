// A private redis-server under the data folder: Unix socket 0700, TCP off, clean environment, append-only file with fsync
// on every write. Started when `redis.url` is empty, watched, adopted when a former process left it alive; a second
// process on the same folder attaches to it. It outlives the process on purpose unless asked to stop.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/result.h"

namespace kairan::store {

class EmbeddedRedis {
 public:
  struct Options {
    std::string data_dir;                        ///< holds redis/ (0700): socket, append-only files, pid, lock, log
    std::string program = "redis-server";
    std::chrono::milliseconds start_timeout{20000};
  };
  /// Starts or adopts, and waits until it answers. kUnavailable with the reason and what to do when it cannot.
  static Result<std::unique_ptr<EmbeddedRedis>> start(const Options& options);
  /// Stops watching; stops the server too when this process is the last one attached (or `Options` asked so by default).
  ~EmbeddedRedis();

  std::string url() const;  ///< "unix:///…/redis.sock"
  long pid() const;         ///< 0 when not known

  /// Looks once whether the server lives and starts it anew when not (holding the folder's lock, so that of several
  /// processes one does). Called every second by a housekeeping thread inside; public for tests.
  Status ensure_running();

 private:
  class Impl;
  explicit EmbeddedRedis(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Refuses a Redis that could lose acknowledged writes: needs appendonly yes, appendfsync always, maxmemory-policy
/// noeviction, version 7 or later, no cluster. The error names each setting and what to write instead.
class RedisClient;
Status check_durability(RedisClient& redis);

}  // namespace kairan::store
