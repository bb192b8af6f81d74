// When the next request may leave. A sender enters, prepares its request, and leaves at the next instant of the line that
// every process on the store shares (store/rate_line.h). Instants are not bound to senders: whoever is ready takes the next
// one, the most urgent first, so that a slow preparation delays itself and loses nothing, and an emergency that is ready
// takes the very next instant of all. Only a few may have entered at once: what is prepared leaves even when staff pause.
//
// Instants lie a little further apart than the platform's limit says: requests travel unevenly, and a sliding second must not
// hold more than the limit as the platform sees them arrive. With 1.5 % between them 15 ms of unevenness are harmless. Those
// who left late and those who leave on time after them must not use these up: this process keeps `travel` of them free.
// Threads: any.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "store/rate_line.h"

namespace kairan::broadcasts {

struct RateGateOptions {
  double per_second = 200;                  ///< the platform's limit; 0 = none
  double share = 0.985;                     ///< of it that is used
  std::size_t prepared = 16;                ///< that have entered at once and not left; the urgent come on top
  std::chrono::milliseconds soonest{4};     ///< an instant is leased this long before, for the answer to arrive in time
  std::chrono::milliseconds ahead{100};     ///< instants are leased within this time
  std::chrono::milliseconds tolerance{10};  ///< an instant nobody took by then is over: at most two leave late together
  std::chrono::milliseconds travel{10};     ///< requests may take so much longer or shorter than each other to arrive
};

class RateGate {
 public:
  enum class Urgency : std::uint8_t { kOrdinary, kUrgent };

  RateGate(store::RateLine& line, RateGateOptions options) : line_(line), options_(options) {}

  /// Waits until one more may prepare; the urgent need not wait. Each true is followed by depart() or give_up().
  /// @return false when the store did not answer, or after stop()
  bool enter(Urgency urgency);
  /// Nothing leaves for this entrance after all.
  void give_up();
  /// Waits for the next instant. While the store is away nothing leaves. @return false after stop()
  bool depart(Urgency urgency);
  void stop();

 private:
  struct Waiting {
    Urgency urgency;
    std::condition_variable turn;
  };

  bool lease(std::unique_lock<std::mutex>& lock);
  void wake_first();
  void drop_old();
  std::size_t a_second_holds() const;
  SteadyPoint second_over() const;

  store::RateLine& line_;
  const RateGateOptions options_;
  std::mutex mutex_;
  std::condition_variable room_;        // an entrance became free
  std::list<Waiting*> ready_;           // guarded by mutex_; by urgency, then in the order of arrival
  std::deque<SteadyPoint> instants_;    // guarded by mutex_; ascending
  std::deque<SteadyPoint> departures_;  // guarded by mutex_; the last of this process, as many as a second may hold
  std::optional<std::chrono::nanoseconds> offset_;  // guarded by mutex_; of our steady clock from Redis' clock
  std::size_t entered_ = 0;                         // guarded by mutex_
  bool leasing_ = false;                            // guarded by mutex_
  bool stopping_ = false;                           // guarded by mutex_
};

}  // namespace kairan::broadcasts
