// Questions the city may learn from, as sealed records in the order they came; nothing in them names a resident.
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/redis_client.h"

namespace kairan::store {

class Gaps {
 public:
  explicit Gaps(RedisClient& redis) : redis_(redis) {}

  /// Adds a record and forgets those older than `retention`, and the oldest beyond kMaxRecords.
  Status add(std::string_view sealed, TimePoint now, std::chrono::milliseconds retention);
  /// What is younger than `retention`, oldest first.
  Result<std::vector<std::string>> all(TimePoint now, std::chrono::milliseconds retention);
  /// Takes out every record for which `take` is true. @return how many
  Result<std::uint64_t> remove_if(const std::function<bool(std::string_view sealed)>& take);

  /// About 25 MB at the size of a masked question; a city of 30,000 takes years to ask as much.
  static constexpr std::size_t kMaxRecords = 100'000;

 private:
  RedisClient& redis_;
};

}  // namespace kairan::store
