// Who did what, in the order it was done: a hash chain (store/chain.h). Entries name staff accounts, broadcasts and settings,
// never residents. Written before what it says is done. Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/chain.h"

namespace kairan::store {

struct AuditEntry {
  std::uint64_t seq = 0;
  TimePoint at;
  std::string by;      ///< an account's name; "system"
  std::string action;  ///< "broadcast.approve", "account.add"
  std::string target;  ///< "broadcast:ID", "account:NAME"
  std::string detail;  ///< for people; may be empty
  std::string hash;
};

class Audit {
 public:
  explicit Audit(RedisClient& redis) : chain_(redis, "audit") {}

  /// The number, time and hash are made here or by the caller's clock: `entry.seq` and `entry.hash` are not read.
  Result<std::uint64_t> append(const AuditEntry& entry);
  /// Newest first. @param before  entries with smaller numbers only
  Result<std::vector<AuditEntry>> recent(std::optional<std::uint64_t> before, std::size_t count);
  Result<ChainHead> head() { return chain_.head(); }
  Result<ChainProof> verify(const std::optional<ChainHead>& known = std::nullopt) { return chain_.verify(known); }

 private:
  Chain chain_;
};

}  // namespace kairan::store
