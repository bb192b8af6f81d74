// Who follows the account. Each address has an ordinal in its partition that is never reused; addresses are one packed
// string, id → ordinal lives in small hashes under a keyed hash of the id, follow state is a bitmap with the event time
// it was last changed at. Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/result.h"
#include "store/keys.h"
#include "store/redis_client.h"

namespace kairan::store {

struct SubscriberRef {
  Partition partition = 0;
  std::uint32_t ordinal = 0;
  bool operator==(const SubscriberRef&) const = default;
};

class Subscribers {
 public:
  Subscribers(RedisClient& redis, const Sealer& sealer, Partition partitions);

  Partition partition_of(std::string_view address) const;
  /// The address's slot, made when it has none (a person who writes without being a friend gets one, not following).
  Result<SubscriberRef> ensure(std::string_view address);
  Result<std::optional<SubscriberRef>> find(std::string_view address);
  /// Applies a follow or an unfollow of event time `at`; older than the last applied one changes nothing.
  /// @return whether it changed anything.
  Result<bool> set_following(std::string_view address, bool following, TimePoint at);
  Result<bool> is_following(SubscriberRef ref);
  Result<std::uint64_t> count_following();
  /// The address of a slot; none when erased or never used.
  Result<std::optional<std::string>> address(SubscriberRef ref);

 private:
  RedisClient& redis_;
  const Sealer& sealer_;
  const Partition partitions_;
};

}  // namespace kairan::store
