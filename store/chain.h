// An append-only list of texts, each bound to all before it by a hash, so that a change, an insertion or a gap shows. What is
// cut off at the end shows only against a head that was kept elsewhere: heads are sent out of the machine daily.
// hash(n) = SHA-256(hash(n-1) LF n LF body), in hex; hash(0) is empty. Threads: any; several processes may append.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/redis_client.h"

namespace kairan::store {

struct ChainEntry {
  std::uint64_t seq = 0;  ///< from 1, without gaps
  std::string hash;
  std::string body;
};

struct ChainHead {
  std::uint64_t seq = 0;  ///< 0 = empty
  std::string hash;
};

struct ChainProof {
  ChainHead head;                        ///< as recomputed, up to the first fault
  std::optional<std::uint64_t> fault;    ///< the first entry that is not what it was
  std::string reason;                    ///< Japanese; empty without a fault
};

class Chain {
 public:
  /// @param name  "audit" or "register": the keys are {NAME}:log, {NAME}:head, {NAME}:ids
  Chain(RedisClient& redis, std::string_view name);

  /// @param once  when not empty: at most one entry ever has this name; a second append changes nothing
  /// @return the entry's number
  Result<std::uint64_t> append(std::string_view body, std::string_view once = {});
  Result<ChainHead> head();
  /// Up to `count` entries from `from` on, ascending.
  Result<std::vector<ChainEntry>> read(std::uint64_t from, std::size_t count);
  /// Up to `count` entries before `before` (none: from the newest on), descending.
  Result<std::vector<ChainEntry>> read_back(std::optional<std::uint64_t> before, std::size_t count);
  /// Reads the whole chain and computes it anew. @param known  a head kept elsewhere that must be part of it
  Result<ChainProof> verify(const std::optional<ChainHead>& known = std::nullopt);

  static constexpr std::size_t kMaxBodyBytes = 256 * 1024;

 private:
  RedisClient& redis_;
  const std::string log_, head_, ids_;
};

}  // namespace kairan::store
