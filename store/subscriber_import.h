// Many subscribers at once: rows of a checked file, or the ids of an account that has followers already. Works through one
// partition after another in small scripts, so that Redis answers others in between. Threads: any.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/attributes.h"
#include "store/subscribers.h"

namespace kairan::store {

struct ImportRow {
  std::string address;
  std::vector<std::pair<std::string, std::string>> values;  ///< (attribute, value), of the file's attributes only
};

struct ImportCounts {
  std::uint64_t added = 0;  ///< were not known; they follow from the import's time on
  std::uint64_t changed = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t erased = 0;  ///< had asked to be erased before: left out
};

class SubscriberImport {
 public:
  SubscriberImport(RedisClient& redis, const Sealer& sealer, Partition partitions);

  /// Gives every row exactly the values it names, for the attributes that the file has (`columns`); other attributes stay.
  /// The file is the last word up to `at`: what happened before and arrives later has no effect on whom it names.
  /// Repeating it is harmless; after an error some rows are done.
  /// @param progress  called with the number of rows done; may be empty
  /// @return kInvalid when a row's value is not allowed, before anything is changed
  Result<ImportCounts> import(const AttributeSchema& schema, std::span<const std::string> columns,
                              std::span<const ImportRow> rows, TimePoint at,
                              const std::function<void(std::size_t)>& progress = {});
  /// Makes followers of addresses that are not known or have never followed or left; of those known, nothing changes.
  Result<ImportCounts> adopt(std::span<const std::string> addresses, TimePoint at,
                             const std::function<void(std::size_t)>& progress = {});

 private:
  RedisClient& redis_;
  const Sealer& sealer_;
  const Partition partitions_;
};

}  // namespace kairan::store
