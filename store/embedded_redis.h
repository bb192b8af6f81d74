// A private redis-server under the data folder: Unix socket 0700, TCP off, clean environment, append-only file with
// fsync on every write. Started when `redis.url` is empty, watched, adopted when a former process left it alive; a
// second process on the same folder attaches to it. It survives a process that is killed; the last process that stops
// in order stops it. Layout: redis.sock, redis.log, appendonlydir/; running.lock (redis_process.h), start.lock (one
// starter at a time), attached.lock (shared by every process that uses the folder).
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/result.h"

namespace kairan::store {

class EmbeddedRedis {
 public:
  struct Options {
    std::string data_dir;  ///< holds redis/ (0700): socket, append-only files, pid, lock, log
    std::string program = "redis-server";
    std::chrono::milliseconds start_timeout{20000};
    bool outlives_process = true;  ///< false (tests): the server is killed when this process is
  };
  /// Starts or adopts, and waits until it answers. kUnavailable with the reason and what to do when it cannot.
  static Result<std::unique_ptr<EmbeddedRedis>> start(const Options& options);
  /// Stops watching; stops the server too when nobody else is attached to the folder.
  ~EmbeddedRedis();

  std::string url() const;  ///< "unix:///…/redis.sock"; valid in this process (see embedded_redis.cpp for long paths)
  long pid() const;         ///< 0 when not known

  /// Looks once whether the server lives and starts it anew when not (holding the folder's lock, so that of several
  /// processes one does). Called by a thread inside as soon as the server is gone;
  /// public for tests.
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
