// Moves broadcasts from their due time to their end. Several processes may run one on the same store.
//
//   watchers    two threads, one for emergencies alone, one for the rest: what is due is begun, held or expired; freezing
//   keeper      a thread: puts on the board what is being sent, gives back batches of processes that died, and every
//               minute looks at everything that is not over (sweep): past its deadline it is run again, ended, or told
//   senders     threads: each enters the gate, then takes the most urgent batch; a few serve emergencies only, so that
//               slow answers to a bulk broadcast never keep all of them
//
// Threads: start() and stop() from the owner; the rest from any.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "broadcasts/batch_sender.h"
#include "broadcasts/freezer.h"
#include "broadcasts/rate_gate.h"
#include "broadcasts/staff_notice.h"
#include "broadcasts/system_moves.h"
#include "broadcasts/work_in_hand.h"
#include "store/broadcast_ledger.h"
#include "store/broadcasts.h"
#include "store/rate_line.h"

namespace kairan::broadcasts {

struct DispatcherOptions {
  BatchSenderOptions batch;
  RateGateOptions rate;
  std::size_t senders = 32;            ///< batches in flight at once: rate × latency of the platform
  std::size_t emergency_senders = 4;   ///< further ones that serve nothing else
  std::chrono::minutes missed{15};     ///< whoever is later than this is held, never late by itself
  std::chrono::milliseconds late{std::chrono::minutes(3)};  ///< without progress for this long: staff are told
  std::chrono::milliseconds freeze_patience{10'000};  ///< a freeze of another process counts as dead after this
  std::chrono::milliseconds heartbeat{500};
  std::chrono::milliseconds sweep{60'000};
  std::function<bool(std::string_view owner)> is_gone;  ///< process_identity's is_gone()
};

/// When the dispatcher must look at it: the record's due time, else when it is to leave.
std::optional<TimePoint> due_of(const store::BroadcastRecord& record);

struct DispatcherParts {
  store::RedisClient& redis;
  store::Broadcasts& broadcasts;
  store::BroadcastLedger& ledger;
  store::Subscribers& subscribers;
  Composer& composer;
  Deliverers deliverers;
  StaffNotice& staff;
  const Clock& clock;
};

class Dispatcher final : private BatchEvents {
 public:
  Dispatcher(DispatcherParts parts, DispatcherOptions options);
  ~Dispatcher() override;  ///< stops

  void start();
  /// Lets tries in flight end and records them. Idempotent.
  void stop();

  // One step of each thread, for tests. All of them are harmless at any time.
  void watch_once(bool emergencies);  ///< looks at what is due
  void keep_once();                   ///< board, dead claims
  void sweep();                       ///< everything that is not over
  /// Works on the most urgent batch. @return whether anything was done
  bool send_once();
  std::size_t active() const;

 private:
  void watch(bool emergencies);
  void keep();
  void run_sender(bool emergencies);
  void handle(const std::string& id, bool emergencies);
  void begin(const store::BroadcastRecord& record);
  void freeze(const store::BroadcastRecord& record);
  void settle_list(const store::BroadcastRecord& record);
  bool expire_if_over(const store::BroadcastRecord& record);
  void end_if_done(const std::string& id);
  void release_dead(const std::string& id);
  void settle(const store::BroadcastRecord& record);
  std::string lateness(const store::BroadcastRecord& record, State state);
  void tell_late(const std::string& id, const std::string& reason);
  void give_up_old(const store::BroadcastRecord& record);
  void refresh_board();
  void hurry_freeze(const std::string& id);
  void hold_after_restore();
  void sweep_one(const std::string& id);
  bool pause(std::chrono::milliseconds time);

  void halt(const ActiveBroadcast& broadcast, HaltCause cause, const StaffText& reason) override;
  bool fail(const ActiveBroadcast& broadcast, const StaffText& reason) override;
  void look(const std::string& id) override;

  DispatcherParts parts_;
  const DispatcherOptions options_;
  SystemMoves moves_;
  Freezer freezer_;
  DispatchBoard board_;
  store::RateLine line_;
  RateGate gate_;
  BatchSender sender_;

  WorkInHand handled_;  // by the watchers: the keeper does not take this process for one that has given it up

  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> looks_;      // guarded by mutex_; to be looked at by the keeper
  std::set<std::string> told_;       // guarded by mutex_; of what staff were told: failing tries of emergencies, what is late
  bool stopping_ = false;            // guarded by mutex_
  std::atomic<bool> restore_checked_{false};
  std::vector<std::thread> threads_;
  std::vector<std::thread> sender_threads_;
};

}  // namespace kairan::broadcasts
