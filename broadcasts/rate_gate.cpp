#include "broadcasts/rate_gate.h"

#include <algorithm>
#include <cmath>

namespace kairan::broadcasts {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::size_t kMostAtOnce = 32;
/// While the store is away, or the line is taken by others, the next look is this far.
constexpr milliseconds kLookAgain{5};

SteadyPoint steady_now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

void RateGate::drop_old() {
  const SteadyPoint oldest = steady_now() - options_.tolerance;
  while (!instants_.empty() && instants_.front() < oldest) instants_.pop_front();
}

std::size_t RateGate::a_second_holds() const {
  return std::max<std::size_t>(static_cast<std::size_t>(options_.per_second), 1);
}

/// When the next departure does not make the last second, and what may travel into it, too full.
SteadyPoint RateGate::second_over() const {
  if (departures_.size() < a_second_holds()) return {};
  return departures_.front() + std::chrono::seconds(1) + options_.travel;
}

void RateGate::wake_first() {
  if (!ready_.empty()) ready_.front()->turn.notify_one();
}

/// As many instants as there are entrances without one.
bool RateGate::lease(std::unique_lock<std::mutex>& lock) {
  drop_old();
  if (entered_ <= instants_.size()) return true;
  leasing_ = true;
  const std::size_t wanted = std::min(entered_ - instants_.size(), kMostAtOnce);
  const microseconds distance(std::llround(1e6 / (options_.per_second * options_.share)));
  lock.unlock();
  const auto leased = line_.lease(distance, wanted, options_.soonest, options_.ahead);
  const SteadyPoint answered = steady_now();
  lock.lock();
  leasing_ = false;
  if (!leased) return false;
  // The answer is never earlier than Redis' reading of its clock, so the least difference seen is the closest; it gives
  // way slowly, because the two clocks may drift.
  const nanoseconds seen = answered.time_since_epoch() - nanoseconds(leased->now);
  if (!offset_ || seen < *offset_ || seen > *offset_ + std::chrono::seconds(1)) {
    offset_ = seen;
  } else {
    *offset_ += (seen - *offset_) / 256;
  }
  for (std::size_t i = 0; i < leased->count; ++i) {
    instants_.push_back(SteadyPoint(nanoseconds(leased->first + distance * static_cast<std::int64_t>(i)) + *offset_));
  }
  wake_first();
  return true;
}

bool RateGate::enter(Urgency urgency) {
  if (options_.per_second <= 0) return true;
  std::unique_lock lock(mutex_);
  if (urgency == Urgency::kOrdinary) room_.wait(lock, [this] { return stopping_ || entered_ < options_.prepared; });
  if (stopping_) return false;
  ++entered_;
  if (leasing_ || lease(lock)) return true;
  --entered_;
  room_.notify_one();
  return false;
}

void RateGate::give_up() {
  if (options_.per_second <= 0) return;
  std::lock_guard lock(mutex_);
  --entered_;
  room_.notify_one();
}

bool RateGate::depart(Urgency urgency) {
  if (options_.per_second <= 0) return true;
  std::unique_lock lock(mutex_);
  Waiting me{urgency, {}};
  const auto less_urgent =
      std::find_if(ready_.begin(), ready_.end(), [&](const Waiting* other) { return other->urgency < urgency; });
  const auto place = ready_.insert(less_urgent, &me);
  while (!stopping_) {
    if (ready_.front() != &me) {
      me.turn.wait(lock);
      continue;
    }
    drop_old();
    if (!instants_.empty()) {
      const SteadyPoint instant = std::max(instants_.front(), second_over());
      const SteadyPoint now = steady_now();
      if (now < instant) {
        me.turn.wait_until(lock, instant);
        continue;
      }
      instants_.pop_front();
      departures_.push_back(now);
      if (departures_.size() > a_second_holds()) departures_.pop_front();
      break;
    }
    // Entrances that came while another leased, or instants that were over before anybody was ready.
    if (leasing_ || !lease(lock) || instants_.empty()) me.turn.wait_for(lock, kLookAgain);
  }
  ready_.erase(place);
  --entered_;
  room_.notify_one();
  wake_first();
  return !stopping_;
}

void RateGate::stop() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  room_.notify_all();
  for (Waiting* each : ready_) each->turn.notify_one();
}

}  // namespace kairan::broadcasts
