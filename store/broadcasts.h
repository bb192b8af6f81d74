// The record of every broadcast: its document, its state and what happened to it. The store keeps texts and moves them
// atomically; which moves are allowed is broadcasts/lifecycle.h's. The ledger of its batches is store/broadcast_ledger.h.
//
// Layout (documented in keys.h as well)
//   {b:ID}:h          hash   state, revision, due (ms), op (last update), doc (JSON), and further fields by their writers
//   broadcasts        zset   id → created (ms): every broadcast. Written before the record, so that none is lost
//   broadcasts:open   set    ids that the sweep looks at; it takes off what is over
//   broadcasts:due    zset   id → when the dispatcher must look at it next (ms). A copy of the records' `due`: an entry
//                            too many is harmless, one too few is repaired by the sweep
//   broadcasts:wake   stream trimmed to 100: an entry whenever something became due; the dispatcher waits on it
// Threads: any.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/redis_client.h"
#include "store/stored_number.h"

namespace kairan::store {

struct BroadcastRecord {
  std::string id;                             ///< 32 hex digits, random
  std::string state;                          ///< a name of broadcasts/lifecycle.h
  std::uint64_t revision = 0;                 ///< grows by one with every update
  std::optional<TimePoint> due;               ///< when the dispatcher must look next; set by update() alone
  std::map<std::string, std::string> fields;  ///< "doc" and the rest

  /// The field's text or "".
  std::string_view field(std::string_view name) const;
  /// The field as time_field() writes it; nothing when it is absent or no whole number.
  std::optional<TimePoint> time(std::string_view name) const;
};

struct BroadcastUpdate {
  std::string state;                       ///< the new state; may be the old one
  std::map<std::string, std::string> set;  ///< fields to write
  std::vector<std::string> remove;         ///< fields to take away
  std::optional<TimePoint> due;            ///< when the dispatcher must look next; none: it need not
};

class Broadcasts {
 public:
  explicit Broadcasts(RedisClient& redis) : redis_(redis) {}

  /// kConflict when the id exists. Repeating it after kTimeout with the same fields is harmless.
  Status create(const BroadcastRecord& record, TimePoint now);
  Result<std::optional<BroadcastRecord>> read(std::string_view id);
  /// Applies when the stored revision is still `expected`, all in one step, and wakes the dispatcher when it has a due time.
  /// kConflict when someone else was first. A lost answer is asked for once more without doing it twice; after a kTimeout
  /// all the same, read again: it happened if the revision is expected + 1 and a field carries your own mark.
  /// @return the new revision
  Result<std::uint64_t> update(std::string_view id, std::uint64_t expected, const BroadcastUpdate& update);
  /// Newest first.
  Result<std::vector<std::string>> list(std::size_t offset, std::size_t count);
  Result<std::size_t> count();

  /// Ids whose time has come, earliest first.
  Result<std::vector<std::string>> due(TimePoint now, std::size_t count);
  /// Ids that will come due within [from, to), with their times.
  Result<std::vector<std::pair<std::string, TimePoint>>> due_between(TimePoint from, TimePoint to);
  /// Changes the list only, not the record.
  Status set_due(std::string_view id, std::optional<TimePoint> at);
  /// Broadcasts that are not known to be over.
  Result<std::vector<std::string>> open();
  /// State of each, in their order; "" where there is none.
  Result<std::vector<std::string>> states(const std::vector<std::string>& ids);
  /// Takes a broadcast that is over off the sweep's and the dispatcher's lists.
  Status close(std::string_view id);
  /// Whether the store was restored from a backup and nobody has yet held what was unfinished in it.
  Result<bool> was_restored();
  Status forget_restored();
  /// Waits up to `block` for news after `position`; returns the newest position. "$" names the present one at once.
  Result<std::string> wait(const std::string& position, std::chrono::milliseconds block);
  Status wake();

 private:
  RedisClient& redis_;
};

}  // namespace kairan::store
