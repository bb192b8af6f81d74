// Time enters every component through a Clock, so that tests move it by hand. Storage and wire times are UTC
// milliseconds; screens show Japan Standard Time (base/civil_time.h).
#pragma once

#include <chrono>
#include <cstdint>

namespace kairan {

using std::chrono::milliseconds;

/// A point of wall-clock time, UTC, millisecond steps.
using TimePoint = std::chrono::time_point<std::chrono::system_clock, milliseconds>;
/// A point of monotonic time, for durations and deadlines within one process.
using SteadyPoint = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

inline TimePoint from_unix_ms(std::int64_t ms) { return TimePoint(milliseconds(ms)); }
inline std::int64_t to_unix_ms(TimePoint t) { return t.time_since_epoch().count(); }

/// Source of time. Implementations may be read from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
  virtual SteadyPoint steady_now() const = 0;
};

/// The machine's clocks.
class SystemClock final : public Clock {
 public:
  TimePoint now() const override {
    return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
  }
  SteadyPoint steady_now() const override { return std::chrono::steady_clock::now(); }
};

}  // namespace kairan
