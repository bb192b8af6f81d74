// A token bucket: bursts up to the capacity, then a steady rate. LINE's own limits work this way (line-platform 2.5).
// Not thread-safe: its owner guards it.
#pragma once

#include <algorithm>
#include <chrono>

#include "base/clock.h"

namespace kairan {

class TokenBucket {
 public:
  /// @param capacity  tokens when full, > 0
  /// @param per_second  refill rate, > 0
  TokenBucket(double capacity, double per_second, SteadyPoint now)
      : capacity_(capacity), per_second_(per_second), tokens_(capacity), updated_(now) {}

  /// Takes `count` tokens if they are there; nothing otherwise.
  bool try_take(double count, SteadyPoint now) {
    refill(now);
    if (tokens_ + 1e-9 < count) return false;
    tokens_ -= count;
    return true;
  }
  double available(SteadyPoint now) {
    refill(now);
    return tokens_;
  }

 private:
  void refill(SteadyPoint now) {
    if (now <= updated_) return;
    const double seconds = std::chrono::duration<double>(now - updated_).count();
    tokens_ = std::min(capacity_, tokens_ + seconds * per_second_);
    updated_ = now;
  }

  const double capacity_;
  const double per_second_;
  double tokens_;
  SteadyPoint updated_;
};

}  // namespace kairan
