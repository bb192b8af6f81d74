// The line in which requests to one platform account leave, shared by every process on the store: places on it have one
// fixed distance from each other and are leased in small lots, so that no sliding second holds more than its share
// whichever processes send. Redis' clock decides. Threads: any.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "base/result.h"
#include "store/redis_client.h"

namespace kairan::store {

struct LinePlaces {
  std::chrono::microseconds now{0};    ///< Redis' clock when it answered
  std::chrono::microseconds first{0};  ///< the first place, by the same clock
  std::size_t count = 0;               ///< 0: the line is taken as far ahead as was asked; look again later
};

class RateLine {
 public:
  /// @param name  of the account's kind of request, such as "line/multicast"
  RateLine(RedisClient& redis, std::string name) : redis_(redis), name_(std::move(name)) {}
  /// @param distance  between places; @param soonest  of the first from now; @param ahead  places lie within that time
  Result<LinePlaces> lease(std::chrono::microseconds distance, std::size_t wanted, std::chrono::microseconds soonest,
                           std::chrono::microseconds ahead);

 private:
  RedisClient& redis_;
  const std::string name_;
};

}  // namespace kairan::store
