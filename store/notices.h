// Notices to staff, kept until they were delivered and read: what happened to a broadcast that somebody must know. A notice is
// queued once for its id, whichever process saw it. Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/redis_client.h"

namespace kairan::store {

class Notices {
 public:
  explicit Notices(RedisClient& redis) : redis_(redis) {}

  /// @return whether it was new. Repeating it after kTimeout is harmless.
  Result<bool> add(std::string_view id, std::string_view notice, TimePoint now);
  /// Id → notice of everything not removed.
  Result<std::vector<std::pair<std::string, std::string>>> all();
  /// Replaces a notice that is still there.
  Status put(std::string_view id, std::string_view notice);
  Status remove(std::string_view id);

  /// An id is remembered this long, so that a notice that was read does not come again.
  static constexpr std::chrono::hours kRemember{24 * 90};

 private:
  RedisClient& redis_;
};

}  // namespace kairan::store
