// What the gateway remembers of warnings, as one document that changes whole: what is in force, what waits for a person, what
// must still be handed to the broadcasts. Holds nothing of residents. Also which telegrams were taken in.
//
// Layout: alerts hash "book" → "REVISION document" (record_put), "restored" → ms (a restore); alerts:taken zset link → when (ms), trimmed after three days.
// Threads: any; several processes may serve one store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "store/redis_client.h"

namespace kairan::store {

struct AlertBookPage {
  std::uint64_t revision = 0;  ///< 0: nothing was written yet
  std::string document;
  std::optional<TimePoint> restored;  ///< when the store was last restored from a copy, which may not know what has left
};

/// Field of the alerts hash that a restore writes.
inline constexpr std::string_view kAlertsRestored = "restored";

class AlertBook {
 public:
  explicit AlertBook(RedisClient& redis) : redis_(redis) {}

  Result<AlertBookPage> read();
  /// Writes over exactly the revision that was read. kConflict when somebody else has written since. Repeating it after
  /// kTimeout is harmless.
  Status write(const AlertBookPage& page);

  Result<bool> taken(std::string_view link);
  Status take(std::string_view link, TimePoint now);

  static constexpr std::size_t kMaxBytes = std::size_t{4} << 20;

 private:
  RedisClient& redis_;
};

}  // namespace kairan::store
