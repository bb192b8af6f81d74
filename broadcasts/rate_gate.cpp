#include "broadcasts/rate_gate.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace kairan::broadcasts {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::nanoseconds;

constexpr std::size_t kMostAtOnce = 32;
/// Later than this before its time a place is of no use any more: nothing could be prepared.
constexpr std::chrono::milliseconds kTooLate{8};

SteadyPoint steady_now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

void RateGate::drop_old() {
  const SteadyPoint soonest = steady_now() + kTooLate;
  while (!places_.empty() && places_.front() < soonest) places_.pop_front();
}

bool RateGate::lease(std::unique_lock<std::mutex>& lock) {
  leasing_ = true;
  const std::size_t wanted = std::clamp(waiting_, options_.lot, kMostAtOnce);
  const microseconds distance(std::llround(1e6 / (options_.per_second * options_.share)));
  lock.unlock();
  const auto leased = line_.lease(distance, wanted, options_.lead, options_.lead + options_.ahead);
  const SteadyPoint answered = steady_now();
  lock.lock();
  leasing_ = false;
  changed_.notify_all();
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
    places_.push_back(SteadyPoint(nanoseconds(leased->first + distance * static_cast<std::int64_t>(i)) + *offset_));
  }
  if (leased->count == 0) {
    // Taken as far ahead as we look: by other senders and processes. The next look is when one place has come nearer.
    changed_.wait_for(lock, std::clamp(distance, microseconds(1000), microseconds(20'000)));
  }
  return true;
}

std::optional<SteadyPoint> RateGate::take() {
  if (options_.per_second <= 0) return steady_now();
  std::unique_lock lock(mutex_);
  ++waiting_;
  for (;;) {
    drop_old();
    if (stopping_ || !places_.empty()) break;
    if (leasing_) {
      changed_.wait(lock);
    } else if (!lease(lock)) {
      break;
    }
  }
  --waiting_;
  if (stopping_ || places_.empty()) return std::nullopt;
  const SteadyPoint place = places_.front();
  places_.pop_front();
  const SteadyPoint prepare = place - options_.lead;
  while (!stopping_ && steady_now() < prepare) changed_.wait_until(lock, prepare);
  if (stopping_) return std::nullopt;
  return place;
}

void RateGate::give_back(SteadyPoint place) {
  if (options_.per_second <= 0) return;
  std::lock_guard lock(mutex_);
  places_.insert(std::lower_bound(places_.begin(), places_.end(), place), place);
  drop_old();
  changed_.notify_all();
}

bool RateGate::wait_for(SteadyPoint place) {
  if (options_.per_second <= 0) return true;
  while (steady_now() > place + options_.tolerance) {
    const auto other = take();
    if (!other) {
      std::unique_lock lock(mutex_);
      if (stopping_) return false;
      // The store is away; without a place nothing leaves.
      changed_.wait_for(lock, std::chrono::milliseconds(20));
      continue;
    }
    place = *other;
  }
  std::unique_lock lock(mutex_);
  while (!stopping_ && steady_now() < place) changed_.wait_until(lock, place);
  return !stopping_;
}

void RateGate::stop() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

}  // namespace kairan::broadcasts
