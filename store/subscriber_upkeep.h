// What is done to the subscribers at night: their follow state compared with the platform's list, and settings of those who
// left long ago taken away. Threads: any; two runs of one night do no harm.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/subscribers.h"

namespace kairan::store {

struct ReconcileCounts {
  std::uint64_t listed = 0;  ///< ids on the platform's list
  std::uint64_t added = 0;   ///< were not known: followers without attributes
  std::uint64_t found = 0;   ///< were taken for gone, follow again
  std::uint64_t absent = 0;  ///< follow here and are not on the list: unconfirmed
  std::uint64_t gone = 0;    ///< were missing for kAbsentNights: have left
  std::uint64_t erased = 0;  ///< on the list, but had asked to be erased: left out
};

class SubscriberUpkeep {
 public:
  SubscriberUpkeep(RedisClient& redis, const Sealer& sealer, Partition partitions);

  /// Compares with the whole list, which was read after `began`. Who followed or left since then is not touched.
  /// @param night  names the night ("2026-11-22"): absences of one night count once
  Result<ReconcileCounts> reconcile(std::span<const std::string> listed, TimePoint began, std::string_view night);
  /// Takes the settings of those who left, and changed nothing, within kSettingsRetention before `now`. @return how many
  Result<std::uint64_t> forget_settings(TimePoint now);
  /// Followers that were missing from the platform's list last night.
  Result<std::uint64_t> count_unconfirmed();

  static constexpr int kAbsentNights = 3;

 private:
  Result<std::vector<std::string>> all_addresses(Partition partition);

  RedisClient& redis_;
  const Sealer& sealer_;
  const Partition partitions_;
};

}  // namespace kairan::store
