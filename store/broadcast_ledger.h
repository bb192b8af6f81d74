// What happens to each broadcast's recipients: the frozen audience, and one row for every batch that was cut from it, from
// planned to its end. Every step is one script that checks state and claim, so that any number of processes may work on
// one broadcast, any of them may die at any instant, and any answer may be lost.
//
//   freeze    begin_freeze → freeze_partitions → end_freeze. An attempt that died is begun anew from nothing; what
//             is frozen stays as it is, but for erasures
//   plan      rows are cut from the audience in (variant, partition, ordinal) order from a cursor; planning twice is
//             harmless, because the second one finds the cursor elsewhere
//   work      claim → begin (bytes and key stored, planned → in flight) → the try → finish | later | split
//             a row in flight that is claimed again is repeated byte for byte; the claim records the try beforehand
//
// Layout, all under {b:ID} (keys.h)
//   :m     hash    token, variants, unit, frozen, audience, cursor, next, first, last, fails, failing, and the counts:
//                  ub ur not yet planned, pb pr planned, ib ir in flight, aob aor accepted, rob ror refused, uob uor
//                  unknown, eb batches of which all had left, lr recipients left out (b batches, r recipients)
//   :t     hash    variant → rendered, label:VARIANT → label
//   :a:PP  hash    variant → bitmap of those in partition PP who read it; absent when nobody does
//   :l     hash    number → row as JSON: s state, v variant, fp fo tp to slice, n recipients, c of them sent to, lo left
//                  out, g times split, of split from, k key, f first try, t tries, mt a try may have been taken, o owner,
//                  x claim, st status, rid request id, d detail, e end
//   :q     hash    number → request bytes, while in flight
//   :due   zset    number → when it may be claimed next (ms): every row that is not over
// Redis' clock decides in all of it. Threads: any.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bitmap.h"
#include "base/clock.h"
#include "base/result.h"
#include "store/keys.h"
#include "store/redis_client.h"
#include "store/subscribers.h"

namespace kairan::store {

/// A place in an audience: variants one after another, in each the partitions, in each the ordinals.
struct AudienceCursor {
  std::uint32_t variant = 0;
  Partition partition = 0;
  std::uint32_t ordinal = 0;
  bool end = false;  ///< behind everybody
  bool operator==(const AudienceCursor&) const = default;
};

/// A slice of one variant: those between two places, both included.
struct BatchSlice {
  std::uint32_t variant = 0;
  SubscriberRef from, to;
  std::uint32_t recipients = 0;
  bool operator==(const BatchSlice&) const = default;
};

enum class BatchState { kPlanned, kInFlight, kAccepted, kRefused, kUnknown, kEmpty, kSplit };
std::string_view batch_state_name(BatchState state);  ///< "in_flight"

struct BatchRow {
  std::uint32_t number = 0;
  BatchState state = BatchState::kPlanned;
  BatchSlice slice;
  std::uint32_t sent = 0;               ///< recipients in the request
  std::vector<SubscriberRef> left_out;  ///< had left by the read before the first try
  std::uint32_t splits = 0;             ///< how often it was halved before: its attempt group
  std::string retry_key;
  std::optional<TimePoint> first_try_at, ended_at;
  std::uint32_t tries = 0;      ///< recorded, each before it was made
  bool maybe_taken = false;     ///< some try ended without an answer
  std::optional<TimePoint> due; ///< held() only: when it may be claimed next
  std::string owner, claim;     ///< who works on it; empty when nobody does
  int status = 0;               ///< of the last answer
  std::string request_id, detail;
};

/// What claim() found.
struct Claim {
  enum class Kind {
    kBatch,     ///< `row` is yours until the hold runs out
    kWait,      ///< nothing before `wait`
    kNone,      ///< no unfinished row
    kNotSending ///< `state` says what the broadcast is
  };
  Kind kind = Kind::kNone;
  BatchRow row;
  std::chrono::milliseconds wait{0};
  std::string state;
  std::size_t unfinished = 0;
  AudienceCursor cursor;
};

struct BatchEnd {
  BatchState outcome = BatchState::kAccepted;  ///< kAccepted, kRefused, kUnknown or kEmpty
  int status = 0;
  std::string request_id, detail;
  std::vector<SubscriberRef> left_out;  ///< kEmpty only
};

/// What is left after a finish().
struct Remaining {
  std::size_t unfinished = 0;
  AudienceCursor cursor;
  bool all_done() const { return unfinished == 0 && cursor.end; }
};

struct OutcomeCounts {
  std::uint64_t planned = 0, in_flight = 0, accepted = 0, refused = 0, unknown = 0;
};

struct LedgerFigures {
  bool frozen = false;
  std::uint32_t variants = 0;
  std::string unit;
  std::uint64_t audience = 0;
  OutcomeCounts batches, recipients;  ///< planned: also those not yet cut into batches
  std::uint64_t left_out = 0;         ///< recipients who had left, or were erased, before their batch's first try
  std::uint64_t empty_batches = 0;
  AudienceCursor cursor;
  std::uint32_t rows = 0;             ///< ever made
  std::optional<TimePoint> first_batch_at, last_batch_at;
};

struct FrozenVariant {
  std::string label, rendered;
};

class BroadcastLedger {
 public:
  BroadcastLedger(RedisClient& redis, Partition partitions) : redis_(redis), partitions_(partitions) {}
  Partition partitions() const { return partitions_; }

  // --- freezing; the record's state is "freezing" ---
  /// @return a token for the attempt; kConflict when the broadcast is not being frozen, or has batches already
  Result<std::string> begin_freeze(std::string_view id, std::span<const FrozenVariant> variants, std::string_view unit);
  /// Freezes partitions, each in one step, many in one round trip. @param by_variant  disjoint
  struct PartitionFreeze {
    Partition partition = 0;
    std::span<const Bitmap> by_variant;
  };
  Status freeze_partitions(std::string_view id, const std::string& token, std::span<const PartitionFreeze> partitions);
  Status end_freeze(std::string_view id, const std::string& token, std::uint64_t recipients, std::uint64_t batches);
  /// kNotFound before the freeze has ended.
  Result<std::vector<FrozenVariant>> variants(std::string_view id);
  /// Bitmaps by variant and partition: audience[variant][partition].
  Result<std::vector<std::vector<Bitmap>>> audience(std::string_view id);

  // --- planning and sending; the record's state is "sending" ---
  /// Rows in order from `expected` on. @return whether they were planned: false when the cursor is elsewhere
  Result<bool> plan(std::string_view id, const AudienceCursor& expected, std::span<const BatchSlice> batches,
                    const AudienceCursor& next);
  /// @param token  of this claim, random. After kTimeout a row may be claimed: held() shows it, release() gives it
  ///               back
  Result<Claim> claim(std::string_view id, const std::string& owner, const std::string& token,
                      std::chrono::milliseconds hold);
  /// @return whether the request may be sent: false when the claim was lost or the broadcast is not being sent any more.
  ///         A repeat after a lost answer says the same.
  Result<bool> begin(std::string_view id, const BatchRow& row, const std::string& retry_key, const std::string& request,
                     std::size_t recipients, std::span<const SubscriberRef> left_out, std::chrono::milliseconds hold);
  /// The bytes of a batch in flight.
  Result<std::optional<std::string>> request(std::string_view id, std::uint32_t number);
  struct Failing {
    std::uint64_t tries = 0;             ///< failed since the last success
    std::chrono::milliseconds since{0};  ///< how long ago the first of them was
  };
  Result<Failing> later(std::string_view id, const BatchRow& row, std::chrono::milliseconds wait, bool maybe_taken,
                        int status, std::string_view detail);
  /// kConflict when the claim was lost: whoever has it will learn the outcome too.
  Result<Remaining> finish(std::string_view id, const BatchRow& row, const BatchEnd& end);
  Status split(std::string_view id, const BatchRow& row, const BatchSlice& first, const BatchSlice& second, int status,
               std::string_view detail);

  struct Next {
    std::size_t unfinished = 0;
    std::chrono::milliseconds wait{0};  ///< until the earliest of them may be claimed
    AudienceCursor cursor;
  };
  Result<Next> next(std::string_view id);
  /// Rows somebody works on, or that wait for their next try.
  Result<std::vector<BatchRow>> held(std::string_view id);
  /// Gives a row back at once. @return whether it was still under this claim
  Result<bool> release(std::string_view id, const BatchRow& row);
  /// Counts failing tries anew, after a person let a paused broadcast go on.
  Status forget_failures(std::string_view id);

  // --- reading ---
  Result<LedgerFigures> figures(std::string_view id);
  Result<std::vector<BatchRow>> rows(std::string_view id);  ///< by number
  /// Everyone whom the broadcast reached or may have reached: batches accepted, in flight or unknown, without those left
  /// out. One bitmap a partition, in the order given.
  Result<std::vector<Bitmap>> reached(std::string_view id, std::span<const Partition> partitions);

  // --- erasing ---
  /// Takes a person out of the audience. @return false while a batch in flight still holds the person: ask again later
  Result<bool> erase(std::string_view id, SubscriberRef person);

 private:
  RedisClient& redis_;
  const Partition partitions_;
};

/// Whether `person` lies in the slice. The audience's bitmap says whether the slice has the person.
bool slice_covers(const BatchSlice& slice, SubscriberRef person);

}  // namespace kairan::store
