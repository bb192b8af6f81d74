// What is done to the subscribers every night at half past three in Japan, by one process of the gateway: the platform's list of
// followers is compared with ours, settings of those who left long ago are taken, erasures that were broken off are completed, and the snapshot of addresses for
// emergencies without a store is written.
// The first start on a store does it at once, so that an account that has followers already begins with them.
// An account that may not ask for its followers says so once, and the rest goes on. Threads: one of its own; run_if_due() from
// one thread at a time.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/result.h"
#include "gateway/eraser.h"
#include "store/redis_client.h"

namespace kairan::gateway {

struct NightWorkOptions {
  /// The ids of all who follow the account, as the platform lists them. kRefused: this account may not ask.
  std::function<Result<std::vector<std::string>>()> follower_ids;
  /// Writes the sealed snapshot of addresses that emergencies are sent from without a store; may be empty.
  std::function<Status(TimePoint now)> write_snapshot = {};
  int minute_of_day = 3 * 60 + 30;  ///< in Japan
  std::chrono::milliseconds look{std::chrono::minutes(1)};
  std::chrono::milliseconds pause_after_failure{std::chrono::hours(1)};
  std::string owner;  ///< this process
};

class NightWork {
 public:
  /// All outlive the object.
  NightWork(store::RedisClient& redis, const Sealer& sealer, store::Partition partitions, Eraser& eraser,
            const Clock& clock, NightWorkOptions options);
  ~NightWork();

  void start();
  void stop();
  /// @return whether the night's work was done now
  Result<bool> run_if_due();

 private:
  bool is_due(const std::string& last, TimePoint now) const;
  Status run(TimePoint now);
  Status reconcile(TimePoint now);

  store::RedisClient& redis_;
  const Sealer& sealer_;
  const store::Partition partitions_;
  Eraser& eraser_;
  const Clock& clock_;
  const NightWorkOptions options_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace kairan::gateway
