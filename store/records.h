// Small named documents that people change: accounts, keys of other systems, sections. One hash for each kind; a record has a
// revision, and a write says which revision it was made from, so that two people do not overwrite each other. Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/redis_client.h"

namespace kairan::store {

struct Record {
  std::string name;
  std::uint64_t revision = 0;  ///< 0 = not stored yet
  std::string document;
};

class Records {
 public:
  /// @param key  a name of store/keys.h
  Records(RedisClient& redis, std::string key) : redis_(redis), key_(std::move(key)) {}

  Result<std::optional<Record>> find(std::string_view name);
  Result<std::vector<Record>> all();  ///< by name
  /// Stores `record.document` over revision `record.revision` (0 = there must be none). kConflict when another revision is
  /// stored. Repeating it after kTimeout is harmless. @return the new revision
  Result<std::uint64_t> put(const Record& record);
  /// kConflict when another revision is stored; taking away what is not there is success.
  Status remove(std::string_view name, std::uint64_t revision);

  static constexpr std::size_t kMaxDocumentBytes = 256 * 1024;

 private:
  RedisClient& redis_;
  const std::string key_;
};

}  // namespace kairan::store
