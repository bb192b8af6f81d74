// Erases one resident, everywhere, in one function: slot, bits, ranks, times, conversation, codes, what waits in inbox, outbox and
// among events given up, what they asked, and what other parts hold (store::ErasureParticipant). That Redis' own file is to be
// written anew is noted with it (store/file_rewrite.h). The store test scans every key for what is left.
//
// An erasure that has begun is noted, sealed, until it is complete: one that was broken off is taken up by finish_pending().
// What stays is a keyed hash with the time: events up to it, imports and the platform's list do not bring the person back.
// Threads: any.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/result.h"
#include "store/subscriber_erasure.h"

namespace kairan::gateway {

struct EraserOptions {
  /// No event waits outside Redis. While it is false nothing is erased: what waits could not be found.
  std::function<bool()> spool_is_empty;
  std::chrono::milliseconds spool_patience{0};  ///< how long to wait for that
  std::vector<store::ErasureParticipant*> participants;  ///< outlive the eraser
};

class Eraser {
 public:
  Eraser(store::RedisClient& redis, const Sealer& sealer, store::Partition partitions, const Clock& clock,
         EraserOptions options);

  /// Repeating it after any error is harmless.
  /// @param at     events up to then have no effect any more
  /// @param spare  id of the event that asks for it, which stays to be answered; may be empty
  /// @return kUnavailable or kTimeout: not all is erased, try again; success also when nothing is known of the address
  Status erase(const std::string& address, TimePoint at, std::string_view spare = {});
  /// Completes erasures that were broken off. @return how many; the first error after having tried all
  Result<std::size_t> finish_pending();

 private:
  struct Pending {
    store::SubscriberRef ref;
    std::string address;
    TimePoint at;
  };
  Result<std::vector<Pending>> pending(store::Partition partition);
  Status note(const Pending& begun);
  Status complete(const Pending& begun, std::string_view spare);
  Status clear_elsewhere(const std::string& address, std::string_view spare);
  Status wait_for_spool() const;
  Status sweep(const std::string& address, std::string_view spare);

  store::RedisClient& redis_;
  const Sealer& sealer_;
  const store::Partition partitions_;
  const Clock& clock_;
  const EraserOptions options_;
};

/// Whether no record waits in a spool folder, seen from another process than the one that writes it.
bool spool_folder_is_empty(const std::string& folder);

}  // namespace kairan::gateway
