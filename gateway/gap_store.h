// Keeps what the city may learn from (intents/gaps.h) in Redis, sealed. Threads: any.
#pragma once

#include "base/crypto.h"
#include "intents/gaps.h"
#include "store/gaps.h"

namespace kairan::gateway {

/// Who asked, as an opaque tag that only counts people: an HMAC of the address under the data key.
std::string gap_resident_tag(const Sealer& sealer, std::string_view address);

class RedisGapStore final : public intents::GapStore {
 public:
  RedisGapStore(store::RedisClient& redis, const Sealer& sealer) : gaps_(redis), sealer_(sealer) {}

  Status record(const intents::Gap& gap, std::string_view resident_tag, TimePoint now) override;
  Result<std::vector<intents::GapCount>> list(TimePoint now) const override;
  /// Takes out what one resident asked. @return how many
  Result<std::uint64_t> forget(std::string_view resident_tag);

 private:
  mutable store::Gaps gaps_;
  const Sealer& sealer_;
};

}  // namespace kairan::gateway
