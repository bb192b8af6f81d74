// Who follows the account. Each address has an ordinal in its partition that is never reused; addresses are one packed
// string, id → ordinal lives in small hashes under a keyed hash of the id, follow state is a bitmap with the event time
// it was last changed at. Threads: any.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bitmap.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/result.h"
#include "store/attributes.h"
#include "store/keys.h"
#include "store/redis_client.h"

namespace kairan::store {

struct SubscriberRef {
  Partition partition = 0;
  std::uint32_t ordinal = 0;
  bool operator==(const SubscriberRef&) const = default;
};

/// "partition:ordinal", as sets and plain values hold a subscriber.
inline std::string member_of(SubscriberRef ref) {
  return std::to_string(ref.partition) + ":" + std::to_string(ref.ordinal);
}

/// One bit of a subscriber's settings. Each bit keeps the event time it was last set at, so that changes may arrive in any
/// order and end in the same state; of two at one millisecond "off" wins, and of two values of one single choice the one
/// that is declared later. Turning a value of a single choice on turns the others off.
struct AttributeChange {
  std::string attribute;
  std::string value;
  bool on = true;
};

/// What one read found of a partition: every bitmap asked for, over the same length.
struct PartitionBits {
  Partition partition = 0;
  std::vector<Bitmap> bitmaps;  ///< in the order asked for
};

class Subscribers {
 public:
  Subscribers(RedisClient& redis, const Sealer& sealer, Partition partitions);

  Partition partition_of(std::string_view address) const;
  /// The address's slot, made when it has none (a person who writes without being a friend gets one, not following).
  /// @param at  time of the event that asks
  /// @return kNotFound when the address was erased at that time or later: the event must have no effect
  Result<SubscriberRef> ensure(std::string_view address, TimePoint at);
  Result<std::optional<SubscriberRef>> find(std::string_view address);
  /// Applies a follow or an unfollow of event time `at`; older than the last applied one changes nothing.
  /// @return whether it changed anything.
  Result<bool> set_following(std::string_view address, bool following, TimePoint at);
  Result<bool> is_following(SubscriberRef ref);
  Result<std::uint64_t> count_following();
  /// The address of a slot; none when erased or never used.
  Result<std::optional<std::string>> address(SubscriberRef ref);
  /// Addresses of many ordinals of one partition, in their order; empty strings for slots without one. One read of the
  /// slots between the lowest and the highest ordinal.
  Result<std::vector<std::string>> addresses(Partition partition, std::span<const std::uint32_t> ordinals);

  // --- settings ---
  /// Applies settings of event time `at`, all in one step; each bit only when nothing later was applied to it.
  /// @return how many values changed; kInvalid for an attribute or value that `schema` does not allow or a birth month
  /// after `at`; kNotFound for a slot that is erased
  Result<std::size_t> change(SubscriberRef ref, const AttributeSchema& schema, std::span<const AttributeChange> changes,
                             TimePoint at);
  /// The chosen values by attribute, in declared order; attributes without a choice are absent.
  Result<std::map<std::string, std::vector<std::string>>> settings(SubscriberRef ref, const AttributeSchema& schema);

  // --- sets ---
  Partition partitions() const { return partitions_; }
  /// Bitmaps by name ("followers", or a name of store/attributes.h) of the partitions given, one round trip, each over its
  /// partition's whole length. A name nobody has set is all zero.
  Result<std::vector<PartitionBits>> read_bitmaps(std::span<const Partition> partitions,
                                                  std::span<const std::string> names);
  Result<std::vector<PartitionBits>> read_bitmaps(std::span<const std::string> names);  ///< of every partition

  /// Name of the bitmap of those who follow.
  static constexpr std::string_view kFollowers = "followers";

 private:
  RedisClient& redis_;
  const Sealer& sealer_;
  const Partition partitions_;
};

}  // namespace kairan::store
