// Puts a copy made by stream_snapshot() into a Redis. The copy is read by a redis-server of its own, which checks it, and its
// keys are carried over into an empty database beside the store's; then the two change places in one step (SWAPDB). Until
// that step nothing of the store is changed, and after it all of it is. Threads: any.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace kairan::store {

struct RestoreOptions {
  std::string redis_url;      ///< the store to fill
  std::string copy_folder;    ///< absolute, holds the copy as COPY_FILE and nothing else; the redis-server works in it
  int copy_database = 0;      ///< the database in the copy that is the store's
  bool replace = false;       ///< a store that holds something is replaced
  TimePoint now;              ///< is noted, so that what was unfinished when the copy was made is held
  std::function<void(std::uint64_t done, std::uint64_t all)> progress;  ///< keys; may be empty
};
inline constexpr const char* kCopyFile = "copy.rdb";

/// @return kConflict when the store holds something and is not to be replaced, or a gateway works on it; kCorrupt when
///         Redis cannot read the copy
Status restore_copy(const RestoreOptions& options);

/// When the store was restored, until what was unfinished then is held (Broadcasts::forget_restored()): the copy does not know
/// what happened after it was made.
class RedisClient;
Result<std::optional<TimePoint>> restored_at(RedisClient& redis);

}  // namespace kairan::store
