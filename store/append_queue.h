// Takes appends of many threads to Redis together: while one round trip is on its way, the appends that come meanwhile
// wait and go in the next one. Redis syncs its file once per round of its loop anyway, so waiting costs an append
// nothing, and one request with thirty events costs a fraction of thirty requests.
//
// Threads: any. The thread that finds a free place sends for all that wait (it leads); no thread is kept for this.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/inbox.h"

namespace kairan::store {

class AppendQueue {
 public:
  explicit AppendQueue(RedisClient& redis) : redis_(redis) {}

  /// See Inbox::append. Waits at most `timeout` for its turn and at most the longest timeout of its companions for the
  /// answer. The error of a round trip is the error of every append in it.
  Result<std::vector<Taken>> append(std::span<const NewEvent> events, std::int64_t day, milliseconds timeout);

 private:
  struct Entry {
    std::span<const NewEvent> events;  ///< the caller's; it waits while they are in use
    std::int64_t day = 0;
    SteadyPoint deadline{};
    std::condition_variable wake;
    // The rest is guarded by mutex_.
    bool on_its_way = false;
    bool leads = false;
    bool done = false;
    Result<std::vector<Taken>> result = std::vector<Taken>();
  };
  using Batch = std::vector<std::shared_ptr<Entry>>;

  Batch take_batch();
  void send(const Batch& batch, std::vector<Result<std::vector<Taken>>>& results);

  RedisClient& redis_;
  std::mutex mutex_;
  std::deque<std::shared_ptr<Entry>> waiting_;  // guarded by mutex_; not empty only while every place is taken
  int leaders_ = 0;                             // guarded by mutex_
};

}  // namespace kairan::store
