// Erasing a subscriber from the store of subscribers: the slot, every bit, rank and time. What else may hold something of
// them clears its part through ErasureParticipant; gateway/eraser.h does it all in order.
//
// What is left is the keyed hash of the address with the time of the erasure: events up to then, imports and the platform's
// list of followers do not bring the person back; a newer follow or message gives them a new slot. Threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "store/subscribers.h"

namespace kairan::store {

/// Whom an erasure is about. Valid during the calls only; nobody keeps it.
struct ErasedSubscriber {
  SubscriberRef ref;
  std::string address;
  TimePoint at;  ///< events up to it have no effect any more
};

/// A part of the system that may hold something of a subscriber. Called after the subscriber has lost slot and bits, so that
/// no new audience holds them. Repeating a call is harmless: after an error the whole erasure is run again.
class ErasureParticipant {
 public:
  virtual ~ErasureParticipant() = default;
  /// For the operator's log: "broadcasts".
  virtual std::string_view name() const = 0;
  /// Clears what it holds, waiting for what is on its way. kUnavailable or kTimeout when it must be tried again.
  virtual Status erase(const ErasedSubscriber& subscriber) = 0;
};

class SubscriberErasure {
 public:
  SubscriberErasure(RedisClient& redis, const Sealer& sealer, Partition partitions);

  /// Repeating it after kTimeout is harmless; of an address erased before it returns the same time again.
  /// @return kNotFound when nothing is known under the address
  Result<TimePoint> erase(SubscriberRef ref, std::string_view address, TimePoint now);
  /// When an address was erased, if it is.
  Result<std::optional<TimePoint>> erased_at(std::string_view address);

 private:
  RedisClient& redis_;
  const Sealer& sealer_;
  const Partition partitions_;
};

}  // namespace kairan::store
