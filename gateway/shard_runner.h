// Owns partitions, reads their inboxes in order and has each event processed once: open, route, commit, hand the reply to
// the senders. Several processes share the partitions; one whose process died is taken over at once when that can be known
// (same machine), else when its lease has run out.
//
//   keeper thread: leases, every `heartbeat`      reader thread: waits on all owned inboxes      workers: process
//
// A partition's events go to one worker (partition mod workers), so that one resident's events stay in order.
//
// An event whose processing ends the process itself cannot be counted afterwards. It is then the first of its partition, and
// the partition is an orphan: so the first event of an orphan counts as failed before it is tried, and such events are tried
// one at a time, so that none is blamed for another. Everything else costs no round trip more.
// Threads: start() and stop() from the owner; owned() from any.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "gateway/pipeline_metrics.h"
#include "gateway/reply_sender.h"
#include "gateway/router.h"
#include "store/inbox.h"

namespace kairan::gateway {

struct ShardRunnerOptions {
  std::string owner;                                   ///< process_identity()
  store::Partition partitions = store::kDefaultPartitions;
  /// A worker mostly waits for Redis (about four synced round trips an event), so there are many more than processors.
  std::size_t workers = 16;
  std::size_t queue_per_worker = 64;
  std::chrono::milliseconds lease_ttl{3000};
  std::chrono::milliseconds heartbeat{500};
  std::chrono::milliseconds read_block{200};
  int fail_limit = 3;                                  ///< design: an event that fails three times goes to dead
  std::function<bool(std::string_view owner)> is_gone; ///< process_identity's is_gone()
};

class ShardRunner {
 public:
  ShardRunner(store::Inbox& inbox, const Sealer& sealer, Channels channels, Router& router, ReplySender& sender,
              const Clock& clock, PipelineMetrics& metrics, ShardRunnerOptions options);
  ~ShardRunner();

  void start();
  /// Stops reading, finishes the event each worker holds, stops. Leases are kept until release(), so that replies in
  /// flight can still be finished.
  void stop();
  /// Gives the leases up, after the senders have stopped.
  void release();
  std::size_t owned() const { return owned_count_.load(); }

  /// One round of lease keeping. Called by the keeper thread; public for tests.
  Status keep_leases();

 private:
  struct Item {
    store::Lease lease;
    store::StoredEvent event;
    bool suspect = false;  ///< its processing may have ended the partition's former owner
  };
  struct Worker {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Item> items;  // guarded by mutex
  };
  struct Shard {
    store::Lease lease;      ///< epoch 0 = not owned
    std::string position = "0";
  };
  enum class Done { kYes, kAgain, kLost };

  void keep();
  void read();
  void work(Worker& worker);
  void process(const Item& item);
  Done try_once(const Item& item, bool& counted);
  Done process_once(const Item& item);
  Done commit(const Item& item, const store::EventCommit& commit);
  Done fail(const Item& item, std::string_view reason, int limit);
  Done after_failure(const Item& item, std::string_view reason, const Result<bool>& dead);
  bool begin(const store::Lease& lease);
  void lose(store::Partition partition);
  bool is_current(const store::Lease& lease) const;
  bool pause(std::chrono::milliseconds time);

  store::Inbox& inbox_;
  const Sealer& sealer_;
  const Channels channels_;
  Router& router_;
  ReplySender& sender_;
  const Clock& clock_;
  PipelineMetrics& metrics_;
  const ShardRunnerOptions options_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Shard> shards_;  // guarded by mutex_
  bool stopping_ = false;      // guarded by mutex_
  std::atomic<std::size_t> owned_count_{0};
  std::mutex suspects_;  ///< held while an event that may end the process is tried
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::thread> threads_;
};

}  // namespace kairan::gateway
