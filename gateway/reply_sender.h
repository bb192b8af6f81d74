// Sends committed replies. At most one in flight per chat, in order; each step is stored before it is taken, so that a
// restart repeats the same bytes with the same token: a token works once, repeating cannot double.
//
//   kReady ──begin_try──► kReplying ──accepted──────────────────────────► finish("replied")
//                            │  token dead, nothing sent before ──begin_try──► kPushing ──► finish("pushed" | "expired")
//                            │  token dead after an earlier try ────────► finish("answered_or_expired"), never a push
//                            └─ refused ────────────────────────────────► finish("refused")
//
// Threads: submit(), drop() and room() from any thread; start() and stop() from the owner.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "gateway/channel.h"
#include "gateway/pipeline_metrics.h"
#include "gateway/reply_record.h"
#include "store/inbox.h"

namespace kairan::gateway {

using Channels = std::map<std::string, Channel*, std::less<>>;

struct ReplySenderOptions {
  std::size_t threads = 64;        ///< replies in flight at once: rate × latency of the platform
  std::size_t max_pending = 4096;  ///< workers wait when this many are not yet sent
  std::chrono::minutes push_window{10};  ///< an event older than this gets no push in place of a dead token
  std::chrono::milliseconds call_timeout{10'000};
  std::chrono::milliseconds first_backoff{200};
  std::chrono::milliseconds max_backoff{10'000};
};

class ReplySender {
 public:
  ReplySender(store::Inbox& inbox, Channels channels, const Clock& clock, PipelineMetrics& metrics, ReplySenderOptions options);
  ~ReplySender();  ///< stops

  void start();
  /// Lets calls in flight end; what is not begun stays in the outbox for the next owner. Idempotent.
  void stop();

  /// Takes over a stored reply of an owned partition.
  void submit(const store::Lease& lease, const std::string& position, store::ReplyStage stage, ReplyRecord record);
  /// Forgets what is not in flight of a partition that is no longer owned.
  void drop(store::Partition partition);
  /// Waits until there is room for more, at most `patience`. @return whether there is.
  bool wait_for_room(std::chrono::milliseconds patience);
  std::size_t pending() const { return pending_.load(); }

 private:
  struct Job;
  struct Lane;
  /// What to do with a job after a step: again after a while, or done with it (nullopt).
  using Again = std::optional<std::chrono::milliseconds>;

  void run();
  Again step(Job& job);
  Again try_reply(Job& job, Channel& channel);
  Again try_push(Job& job, Channel& channel);
  Again finish(Job& job, std::string_view outcome);
  std::chrono::milliseconds backoff(Job& job) const;

  store::Inbox& inbox_;
  const Channels channels_;
  const Clock& clock_;
  PipelineMetrics& metrics_;
  const ReplySenderOptions options_;

  mutable std::mutex mutex_;
  std::condition_variable ready_changed_;
  std::condition_variable room_changed_;
  std::unordered_map<std::string, Lane> lanes_;               // guarded by mutex_
  std::deque<std::string> ready_;                             // guarded by mutex_; lanes whose first job may run
  std::multimap<SteadyPoint, std::string> waiting_;           // guarded by mutex_; lanes to look at again later
  bool stopping_ = false;                                     // guarded by mutex_
  std::atomic<std::size_t> pending_{0};
  std::vector<std::thread> threads_;
};

}  // namespace kairan::gateway
