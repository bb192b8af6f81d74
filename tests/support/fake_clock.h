// A clock that tests move by hand.
#pragma once

#include <atomic>

#include "base/clock.h"

namespace kairan::test {

/// Threads: any.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(TimePoint start = from_unix_ms(1'795'000'000'000)) : now_ms_(to_unix_ms(start)) {}  // 2026-11-18
  TimePoint now() const override { return from_unix_ms(now_ms_.load()); }
  SteadyPoint steady_now() const override { return SteadyPoint(milliseconds(now_ms_.load())); }
  void advance(milliseconds by) { now_ms_ += by.count(); }
  void set(TimePoint t) { now_ms_ = to_unix_ms(t); }

 private:
  std::atomic<std::int64_t> now_ms_;
};

}  // namespace kairan::test
