// Getting what was erased out of Redis' own file: the append-only file keeps what was written before until it is written
// anew. Erasures are counted; a rewrite that began after an erasure was counted, and that succeeded, leaves the file without
// it. One rewrite serves all erasures that were counted before it began, and nobody waits for it.
//
// The counts lie in Redis, so that every process, also a command at the terminal, counts and any gateway sees to the file; a
// rewrite that Redis did not live to end is asked for again.
// Threads: any.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.h"
#include "base/result.h"
#include "store/redis_client.h"

namespace kairan::store {

class FileRewrite {
 public:
  /// From one rewrite to the next at least, however many erasures there are.
  static constexpr std::chrono::seconds kPause{30};

  explicit FileRewrite(RedisClient& redis, std::chrono::milliseconds pause = kPause) : redis_(redis), pause_(pause) {}

  /// Something was erased. Counting one erasure twice is harmless.
  Status want();
  /// @return how many erasures Redis' file may still hold something of, by what is counted at this moment: an erasure that
  ///         has ended is in it at once; 0 = the file on disk is free of all of them
  Result<std::uint64_t> left();
  /// To be called again and again: begins a rewrite when one is wanted, sees whether it has ended. Never waits for it.
  /// @return as left()
  Result<std::uint64_t> step(TimePoint now);

 private:
  RedisClient& redis_;
  const std::chrono::milliseconds pause_;
};

}  // namespace kairan::store
