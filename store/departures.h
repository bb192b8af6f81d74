// Who left the account when: read from the follow state and the event time of its last change. Threads: any.
#pragma once

#include "base/bitmap.h"
#include "base/clock.h"
#include "base/result.h"
#include "store/keys.h"
#include "store/redis_client.h"

namespace kairan::store {

class Departures {
 public:
  explicit Departures(RedisClient& redis) : redis_(redis) {}

  /// Those of a partition whose last change of follow state was to leave, in [from, to). Who left and came back is not in it.
  Result<Bitmap> left_between(Partition partition, TimePoint from, TimePoint to);

 private:
  RedisClient& redis_;
};

}  // namespace kairan::store
