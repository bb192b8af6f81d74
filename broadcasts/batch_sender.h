// Takes one batch as far as it goes: claim, read who still consents, store bytes and key, try, record what came of it.
// What may follow from one answer:
//
//   accepted            recorded; 409 counts as accepted only when an earlier try was recorded, else it is an alarm
//   later, unknown      again with the same bytes and key, after a growing, uneven while; until 23 hours after the first
//                       try, then "unknown", for a person
//   429 that may be the month's limit    the quota is asked
//   quota exhausted     the broadcast pauses
//   401, 403            the broadcast pauses, and it is an alarm
//   400                 the content is validated: refused → the broadcast fails; taken → the batch is halved, each half
//                       with a key of its own; a single recipient is recorded as refused
//   other refusals      recorded
// Threads: any.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/outcome.h"
#include "base/staff_text.h"
#include "broadcasts/composition.h"
#include "broadcasts/dispatch_board.h"
#include "broadcasts/rate_gate.h"
#include "broadcasts/work_in_hand.h"
#include "store/broadcast_ledger.h"
#include "store/subscribers.h"

namespace kairan::broadcasts {

struct BatchSenderOptions {
  std::string owner;                       ///< this process, as process_identity() names it
  std::string installation;                ///< part of every retry key
  std::chrono::milliseconds hold{60'000};  ///< longer than preparing and one try can take
  std::chrono::milliseconds call_timeout{10'000};
  std::chrono::milliseconds first_backoff{500};
  std::chrono::milliseconds max_backoff{60'000};
  std::chrono::milliseconds idle{200};           ///< a broadcast without anything to claim is looked at again
  std::chrono::milliseconds prepare_again{500};  ///< a batch that could not be put together is tried again
  std::chrono::hours retry_window{23};           ///< the platform knows a key for 24
  std::size_t plan_lot = 64;                     ///< batches planned at once
  std::size_t plan_below = 48;                   ///< more are planned when fewer are unfinished
  // Error budget: the broadcast pauses by itself.
  std::uint64_t bad_batches = 5;        ///< refused or unknown, and
  double bad_share = 0.05;              ///< of all that ended
  std::uint64_t bad_recipients = 20;    ///< refused one by one
  std::uint64_t failed_tries = 100;     ///< in a row, and
  std::chrono::minutes failing_for{5};  ///< for that long
};

/// Why a broadcast should pause by itself.
enum class HaltCause {
  kUnauthorized,   ///< the platform does not accept us: an alarm
  kDuplicate,      ///< it has accepted what we have no record of: an alarm
  kNotComposable,  ///< a batch cannot be put together: an alarm
  kQuota,          ///< the month is spent
  kErrors,         ///< many batches were refused or are unknown
  kFailing,        ///< no try has succeeded for a while
};

/// What batches make of their broadcast; decided by the dispatcher.
class BatchEvents {
 public:
  virtual ~BatchEvents() = default;
  virtual void halt(const ActiveBroadcast& broadcast, HaltCause cause, const StaffText& reason) = 0;
  /// @return false when the store could not be told: the broadcast is being sent as before
  virtual bool fail(const ActiveBroadcast& broadcast, const StaffText& reason) = 0;
  /// Something may have changed: all batches ended, or the broadcast is not being sent any more.
  virtual void look(const std::string& id) = 0;
};

struct BatchSenderParts {
  store::BroadcastLedger& ledger;
  store::Subscribers& subscribers;
  Composer& composer;
  RateGate& gate;
  DispatchBoard& board;
  const Clock& clock;
  BatchEvents& events;
};

class BatchSender {
 public:
  BatchSender(BatchSenderParts parts, BatchSenderOptions options);
  ~BatchSender();

  /// Does what there is to do for this broadcast by one entrance of the gate. @return whether the entrance was used
  bool work(ActiveBroadcast& broadcast);
  /// Finds out whether a broadcast that had nothing to do has something now; needs no entrance.
  void probe(ActiveBroadcast& broadcast);
  /// Whether a claim is being worked on in this process.
  bool is_live(const std::string& claim) const;
  /// Results that cannot be stored are given up from now on; whoever starts next finds them out.
  void stop();

 private:
  struct Prepared;

  void plan(ActiveBroadcast& broadcast, store::AudienceCursor cursor);
  bool send(ActiveBroadcast& broadcast, store::BatchRow& row);
  Result<Prepared> prepare(ActiveBroadcast& broadcast, const store::BatchRow& row);
  bool begin(ActiveBroadcast& broadcast, store::BatchRow& row, std::string& request);
  bool reopen(ActiveBroadcast& broadcast, store::BatchRow& row, std::string& request);
  void conclude(ActiveBroadcast& broadcast, const store::BatchRow& row, const SendResult& result);
  void refused(ActiveBroadcast& broadcast, const store::BatchRow& row, const SendResult& result);
  void later(ActiveBroadcast& broadcast, const store::BatchRow& row, const SendResult& result);
  void finish(ActiveBroadcast& broadcast, const store::BatchRow& row, const store::BatchEnd& end);
  void check_budget(ActiveBroadcast& broadcast);
  bool month_is_spent(Deliverer& deliverer);
  std::chrono::milliseconds backoff(std::uint32_t tries) const;
  /// Repeats a step until the store took it, it is not ours any more, or the process stops.
  template <typename Step>
  auto insist(const Step& step);

  BatchSenderParts parts_;
  const BatchSenderOptions options_;
  WorkInHand claims_;
  mutable std::mutex mutex_;
  SteadyPoint quota_asked_{};  // guarded by mutex_
  bool quota_spent_ = false;   // guarded by mutex_
  std::atomic<bool> stopping_{false};
};

}  // namespace kairan::broadcasts
