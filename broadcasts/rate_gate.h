// When the next request may leave. Every process takes places on one line in Redis (store/rate_line.h) a little ahead of
// their time, so that a sender can prepare while its place comes up and then leaves at its instant. A sender has a place
// before it chooses a batch, so that an emergency takes the very next place of all.
//
// Places lie a little further apart than the platform's limit says: requests travel unevenly, and a sliding second must not
// hold more than the limit as the platform sees them arrive. With 1.5 % between them 15 ms of unevenness are harmless.
// Threads: any.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "store/rate_line.h"

namespace kairan::broadcasts {

struct RateGateOptions {
  double per_second = 200;                 ///< the platform's limit; 0 = none
  double share = 0.985;                    ///< of it that is used
  std::chrono::milliseconds lead{30};      ///< a place is handed out this long before its time, to prepare
  std::chrono::milliseconds ahead{60};     ///< places are taken this far ahead, beyond the lead
  std::chrono::milliseconds tolerance{6};  ///< whoever is later than this takes another place
  std::size_t lot = 4;                     ///< places taken at once, at least
};

class RateGate {
 public:
  RateGate(store::RateLine& line, RateGateOptions options) : line_(line), options_(options) {}

  /// Waits for a place and then until it is time to prepare. None when the store did not answer or after stop().
  std::optional<SteadyPoint> take();
  /// A place that was not used; harmless when it is over.
  void give_back(SteadyPoint place);
  /// Waits until the place's instant; takes another place when it is over. @return false after stop()
  bool wait_for(SteadyPoint place);
  void stop();

 private:
  bool lease(std::unique_lock<std::mutex>& lock);
  void drop_old();

  store::RateLine& line_;
  const RateGateOptions options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<SteadyPoint> places_;             // guarded by mutex_; ascending
  std::optional<std::chrono::nanoseconds> offset_;  // guarded by mutex_; of our steady clock from Redis' clock
  std::size_t waiting_ = 0;                    // guarded by mutex_
  bool leasing_ = false;                       // guarded by mutex_
  bool stopping_ = false;                      // guarded by mutex_
};

}  // namespace kairan::broadcasts
