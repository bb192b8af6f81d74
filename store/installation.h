// What was decided at the first start on a store and never changes: its id and its number of partitions. Threads: any.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "store/keys.h"
#include "store/redis_client.h"

namespace kairan::store {

struct Installation {
  std::string id;  ///< random; part of every retry key
  Partition partitions = kDefaultPartitions;
};

/// Reads it, or writes it when the store is new (of several processes one does).
/// @param wanted  partitions of a new store, 1..4096; a store that exists keeps its own number
/// @return kCorrupt when it is not readable; kConflict when the store was written by a later version
Result<Installation> open_installation(RedisClient& redis, Partition wanted, TimePoint now);

}  // namespace kairan::store
