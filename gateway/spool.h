// Where webhook events wait, durable, while Redis is away: files in a folder (spool_file.h says the format).
//
// Guarantees: append() returns success only after the record is synced to the disk (several appenders share one sync).
// A file whose write or sync failed is never appended to again; the next append makes another. Records come back in the
// order in which their appends succeeded, each at least once; one that fails its check is dropped and counted.
// Files of processes that died are taken over by whoever finds their lock free.
//
// The way back: callers ask empty() and go direct when it is; else they append_behind(). replay() hands over what is
// there; at its end, with few records left, new appends are held for a moment, so that the switch back is one instant
// under the lock: an appender that was held learns that nothing is left and goes direct, behind everything.
//
// Threads: any. Records are opaque; callers seal personal data.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gateway/spool_file.h"

namespace kairan::gateway {

struct SpoolOptions {
  std::string folder;                        ///< made with mode 0700 when absent
  std::uint64_t max_bytes = 1ull << 30;      ///< of this process's files together
  std::uint64_t max_file_bytes = 64u << 20;  ///< then a file is closed and another made, so that room comes back
  std::chrono::milliseconds max_hold{200};   ///< longest wait of an appender for the end of a replay
  SpoolCalls calls = real_spool_calls();
};

class Spool {
 public:
  /// Makes the folder and takes over orphans. kUnavailable when the folder cannot be used.
  static Result<std::unique_ptr<Spool>> open(SpoolOptions options);
  ~Spool();
  Spool(const Spool&) = delete;

  /// kUnavailable with the reason when the record could not be made durable; kTooLarge over max_bytes or 16 MiB.
  Status append(std::string_view record);
  /// append(), unless nothing is left to go behind. @return false when the spool is empty: nothing was stored, go
  /// direct.
  Result<bool> append_behind(std::string_view record);

  /// No record waits. False from the moment an append begins.
  bool empty() const { return empty_.load(); }
  std::uint64_t bytes() const { return bytes_.load(); }            ///< on disk, of this process
  std::uint64_t dropped_bytes() const { return dropped_.load(); }  ///< of torn tails, since the start

  /// Hands the records over in order; stops at the first error and returns it: that record comes again next time. Files
  /// go when all their records are dealt with. Appends go on meanwhile. One replay runs at a time; a second one waits.
  Status replay(const std::function<Status(std::string_view record)>& take);
  /// The same with up to `max_records` (and about 1 MiB) at a time; after an error the whole batch comes again.
  Status replay_batches(std::size_t max_records, const std::function<Status(const std::vector<std::string>&)>& take);

  /// Takes over the files of processes that have died since. @return how many.
  Result<std::size_t> adopt();

 private:
  struct Waiter {
    std::string_view record;
    bool behind = false;
    bool done = false, drained = false;
    Status status;
  };

  explicit Spool(SpoolOptions options);
  Result<bool> put(std::string_view record, bool behind);
  void write_batch(std::unique_lock<std::mutex>& lock);
  Status store(const std::vector<Waiter*>& batch);
  Status replay_file(SpoolFile& file, std::size_t max_records,
                     const std::function<Status(const std::vector<std::string>&)>& take);
  void give_up_active();
  void refresh_empty();
  std::string next_name();

  const SpoolOptions options_;
  std::atomic<bool> empty_{true};
  std::atomic<std::uint64_t> bytes_{0}, dropped_{0};
  std::mutex replay_mutex_;  // held for a whole replay; taken before mutex_

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Waiter*> pending_;                   // guarded by mutex_
  bool writing_ = false;                           // guarded by mutex_; who sets it owns what "writing_" guards
  bool sealing_ = false;                           // guarded by mutex_; a replay waits for the writer to pause
  bool holding_ = false;                           // guarded by mutex_; the end of a replay: appenders wait
  std::unique_ptr<SpoolFile> active_;              // guarded by writing_, or mutex_ while nobody writes
  std::deque<std::unique_ptr<SpoolFile>> sealed_;  // guarded by mutex_; the front's content is the replay's
  std::uint64_t sequence_ = 0;                     // guarded by writing_
  std::int64_t last_name_ms_ = 0;                  // guarded by writing_
};

}  // namespace kairan::gateway
