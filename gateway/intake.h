// Makes events durable before the platform is told 200: in Redis within 500 ms, else in the spool, else not at all.
// While the spool is not empty new events go behind it, so that one resident's events keep their order; a thread moves
// them over when Redis is back, through the same script, which drops what had arrived after all.
// Threads: take() from many; start() and stop() from the owner.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "gateway/channel.h"
#include "gateway/pipeline_metrics.h"
#include "gateway/spool.h"
#include "store/inbox.h"

namespace kairan::gateway {

/// The sealed form of an event in inbox and spool, and its opening.
std::string seal_event(const Sealer& sealer, const IncomingEvent& event);
Result<std::string> open_event(const Sealer& sealer, std::string_view event_id, std::string_view sealed);

/// One webhook's events as one spool record.
std::string encode_spooled(const std::vector<store::NewEvent>& events);
Result<std::vector<store::NewEvent>> decode_spooled(std::string_view record);

class Intake {
 public:
  struct Options {
    store::Partition partitions = store::kDefaultPartitions;
    std::chrono::milliseconds redis_patience{500};  ///< design, promise 1
    std::chrono::milliseconds replay_interval{250};
  };
  Intake(store::Inbox& inbox, Spool& spool, const Sealer& sealer, const Clock& clock, PipelineMetrics& metrics,
         Options options);
  ~Intake();

  /// Until Redis has shown that it keeps what it acknowledges (check_durability), everything goes to the spool.
  void trust_redis() { redis_trusted_ = true; }

  /// Stores all events of a webhook. kUnavailable: nowhere to put them, answer 503.
  Status take(std::string_view channel, const Webhook& webhook);

  void start();
  void stop();
  /// Moves spooled events over once; nothing to do is success. Called by the thread; public for tests.
  Status replay_once();

 private:
  void run();

  store::Inbox& inbox_;
  Spool& spool_;
  const Sealer& sealer_;
  const Clock& clock_;
  PipelineMetrics& metrics_;
  const Options options_;

  std::atomic<bool> redis_trusted_{false};

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace kairan::gateway
