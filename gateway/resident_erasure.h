// Erasing a resident, put together: the eraser with every part that may hold something of a resident. The chat, the console,
// the terminal and the night's work all erase through this, so that none of them forgets a part. A new part that remembers
// residents is added to `participants` in the .cpp, and a test there leaves its traces.
//
// Short links are no part: they hold addresses of pages and counts, nothing of who followed them.
// Threads: any.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/result.h"
#include "broadcasts/ledger_erasure.h"
#include "gateway/eraser.h"
#include "gateway/safety_desk.h"
#include "store/broadcast_ledger.h"
#include "store/broadcasts.h"
#include "store/redis_client.h"

namespace kairan::gateway {

class ResidentErasure {
 public:
  /// All outlive the object. `options.participants` are called after the parts named here.
  ResidentErasure(store::RedisClient& redis, const Sealer& sealer, store::Partition partitions, const Clock& clock,
                  EraserOptions options);

  Eraser& eraser() { return eraser_; }

  /// Erases whoever shows this code. A request that is on its way to them is waited for, at most `patience`.
  /// @return as ResidentCodes::redeem_code() when the code does not serve; kUnavailable or kTimeout: the person is in no
  ///         audience any more, and what is left is erased by the night's work
  Status erase_by_code(std::string_view code, std::chrono::milliseconds patience = std::chrono::seconds(15));

 private:
  store::RedisClient& redis_;
  const Sealer& sealer_;
  const store::Partition partitions_;
  const Clock& clock_;
  store::Broadcasts broadcasts_;
  store::BroadcastLedger ledger_;
  broadcasts::LedgerErasure audiences_;
  SafetyErasure safety_;
  Eraser eraser_;
};

}  // namespace kairan::gateway
