// The one Redis client. Contexts belong to one thread at a time, commands are argv with lengths, replies are typed
// values; a context that saw any error is destroyed, never reset. The only file that includes hiredis is
// redis_connection.cpp.
//
// Redis that is away costs little: after a failed connect, calls fail at once for 10 to 200 ms, then one of them tries.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace kairan::store {

/// A reply of Redis (RESP2).
struct Reply {
  enum class Type { kNil, kInteger, kString, kStatus, kError, kArray };
  Type type = Type::kNil;
  std::int64_t integer = 0;
  std::string text;  ///< kString, kStatus, kError
  std::vector<Reply> items;

  bool is_nil() const { return type == Type::kNil; }
  bool is_error() const { return type == Type::kError; }
};

using Args = std::vector<std::string>;

/// What an error reply means: kConflict for Redis Cluster's answers, kUnavailable for states that pass and in which
/// nothing was run (loading, busy, disk or memory full), else kRefused. The detail never repeats arguments.
Error error_of(const Reply& reply);

/// Where Redis is and how long to wait for it.
struct RedisOptions {
  std::string url;  ///< "unix:///path" or "redis://[:password@]host:port/db"; host must be an address
  std::chrono::milliseconds connect_timeout{500};
  std::chrono::milliseconds command_timeout{5000};
  std::size_t pool_size = 128;
};

/// A Lua script, loaded by hash and reloaded on NOSCRIPT. Keep one object per script, constant.
class Script {
 public:
  Script(std::string name, std::string source);
  const std::string& name() const { return name_; }
  const std::string& source() const { return source_; }
  const std::string& sha1() const { return sha1_; }

 private:
  std::string name_, source_, sha1_;
};

/// One script call of a pipeline.
struct ScriptCall {
  const Script* script = nullptr;
  std::vector<std::string> keys;
  std::vector<std::string> args;
};

/// A pool of contexts. Threads: any number may call; each call leases one context for its length.
/// Errors: kUnavailable — no connection could be made, nothing was sent; kTimeout — sent, answer did not come in time
/// or the connection broke, so it may have happened; kRefused — Redis answered with an error (detail has its text);
/// kConflict — MOVED/ASK: Redis Cluster is not supported by this version.
class RedisClient {
 public:
  explicit RedisClient(RedisOptions options);
  ~RedisClient();
  RedisClient(const RedisClient&) = delete;

  Result<Reply> command(const Args& args, std::optional<std::chrono::milliseconds> timeout = std::nullopt);
  /// One round trip for many commands, run in order. An error reply of one command is returned in its place (type
  /// kError).
  Result<std::vector<Reply>> pipeline(const std::vector<Args>& commands,
                                      std::optional<std::chrono::milliseconds> timeout = std::nullopt);
  Result<Reply> eval(const Script& script, const std::vector<std::string>& keys, const std::vector<std::string>& args,
                     std::optional<std::chrono::milliseconds> timeout = std::nullopt);
  /// One round trip for many script calls; NOSCRIPT reloads and repeats only the calls that said so.
  Result<std::vector<Reply>> eval_pipeline(const std::vector<ScriptCall>& calls,
                                           std::optional<std::chrono::milliseconds> timeout = std::nullopt);
  /// A blocking command on a connection of its own; `block` is the command's own waiting time.
  Result<Reply> blocking(const Args& args, std::chrono::milliseconds block);

  /// PING within `timeout`.
  Status ping(std::chrono::milliseconds timeout);
  /// Drops idle connections, so that the next calls connect anew (after a restart of Redis).
  void reset();

  /// For tests: called with a running number before every round trip; false makes that call fail with kUnavailable as
  /// if the connection were gone. Empty = off.
  void set_fault(std::function<bool(std::uint64_t call)> allow);
  /// For tests: called with a running number after every round trip; true throws its answer away (kTimeout), although
  /// Redis has done it. Empty = off.
  void set_lost_reply(std::function<bool(std::uint64_t call)> lose);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kairan::store
