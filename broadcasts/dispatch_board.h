// What is being sent now, most urgent first: shared between the dispatcher, which puts broadcasts on and takes them off, and
// the senders, which choose from it. Threads: any.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "broadcasts/deliverer.h"
#include "broadcasts/document.h"
#include "broadcasts/frozen_audience.h"
#include "store/broadcast_ledger.h"
#include "store/broadcasts.h"

namespace kairan::broadcasts {

/// One broadcast that is being sent, with all that its batches need. Constant but for the last two members.
struct ActiveBroadcast {
  ActiveBroadcast(store::BroadcastRecord its_record, FrozenAudience its_audience)
      : record(std::move(its_record)), audience(std::move(its_audience)) {}

  store::BroadcastRecord record;  ///< as it was when it was put on the board
  Priority priority = Priority::kBulk;
  Deliverer* deliverer = nullptr;
  std::vector<store::FrozenVariant> variants;
  std::string unit;
  std::uint64_t forgiven = 0;  ///< refused and unknown ones that a person has let pass
  FrozenAudience audience;

  std::mutex planning;                      ///< one thread of a process plans at a time
  std::atomic<std::int64_t> idle_until{0};  ///< steady ns; 0 = there is something to claim, as far as we know
};

class DispatchBoard {
 public:
  using Entry = std::shared_ptr<ActiveBroadcast>;

  void put(Entry entry);  ///< replaces one of the same id
  void remove(std::string_view id);
  bool has(std::string_view id) const;
  std::vector<Entry> all() const;
  bool empty() const;

  /// The most urgent one that has something to do; of equals the one that was put on first.
  Entry pick(bool emergencies_only) const;
  enum class Next {
    kNothing,
    kWork,   ///< pick() has one
    kProbe,  ///< `probe` had nothing to do a while ago: whether it has now is this caller's to find out
  };
  struct Waited {
    Next next = Next::kNothing;
    Entry probe;
  };
  /// Waits for something to do, at most `patience`.
  Waited wait(bool emergencies_only, std::chrono::milliseconds patience);
  /// There is something to do for this one.
  void stir(std::string_view id);
  void idle(ActiveBroadcast& entry, std::chrono::milliseconds time);
  /// An emergency is about to be put on, or to have its next batches planned: nothing less urgent is picked meanwhile, so
  /// that the store is free for it. At most for kKeepBack, so that one that cannot go on holds nobody up.
  void keep_back();
  /// All of the emergency is planned: who has no batch of it to take may take others.
  void let_go();
  static constexpr std::chrono::milliseconds kKeepBack{500};
  void stop();

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Entry> entries_;     // guarded by mutex_; by priority, then age
  SteadyPoint kept_back_until_{};  // guarded by mutex_
  bool stopping_ = false;          // guarded by mutex_
};

}  // namespace kairan::broadcasts
