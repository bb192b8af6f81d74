// The durable path of an event: taken in once, processed in order by the one owner of its partition, its answer stored
// with the bytes that are sent, and taken off when the outcome is known. Every step is one script; every commit carries
// the owner's epoch and an old epoch is refused (kConflict). Bodies are opaque, already sealed bytes.
//
//   append ──► inbox stream ──► commit (conversation + reply bytes, one script) ──► outbox ──► begin_try ──► finish
//
// Threads: any; the object holds no state but the client. Appends of several threads go on connections of their own: Redis
// takes what is ready in one round of its loop and syncs once for all of it. Sharing round trips among threads was measured
// at less than half of that (docs/decisions.md).
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/keys.h"
#include "store/redis_client.h"

namespace kairan::store {

struct NewEvent {
  Partition partition = 0;
  std::string id;  ///< deduplication key
  std::string channel;
  std::string body;  ///< sealed
  TimePoint received;
};

enum class Taken { kNew, kDuplicate };

/// The right to process a partition.
struct Lease {
  Partition partition = 0;
  std::uint64_t epoch = 0;
  bool orphan = false;  ///< the owner before did not give it up: it died, or was taken for dead
};

struct StoredEvent {
  std::string position;  ///< place in the partition's stream; orders events
  std::string id;
  std::string channel;
  std::string body;  ///< sealed
  TimePoint received;
};

/// How far a reply has come. Stored before the step it names is taken.
enum class ReplyStage : char {
  kReady = '0',     ///< committed, certainly never sent
  kReplying = '1',  ///< a reply may have been sent
  kPushing = '2',   ///< the token was dead at its first try; a push may have been sent
};

struct OutboxRecord {
  std::string position;  ///< of the event it answers
  ReplyStage stage = ReplyStage::kReady;
  std::string body;  ///< sealed; the sender's own format
};

struct ConversationWrite {
  std::uint32_t ordinal = 0;
  std::string state;  ///< sealed; empty = forget
};

/// What processing one event changes, all at once.
struct EventCommit {
  std::string position;
  std::optional<ConversationWrite> conversation;
  std::optional<std::string> reply;  ///< sealed; none = nothing to send
  std::string counter;               ///< why it ended here when there is no reply ("ignored:unsend"); may be empty
};

struct DeadEvent {
  Partition partition = 0;
  std::string position;
  std::string id;
  std::string reason;
  TimePoint at;
};

class Inbox {
 public:
  Inbox(RedisClient& redis, Partition partitions);

  /// Takes events in durably, in the order given, in one round trip. Repeating it after kTimeout is harmless.
  Result<std::vector<Taken>> append(std::span<const NewEvent> events, TimePoint now, std::chrono::milliseconds timeout);

  // --- ownership ---
  /// Says this process is alive, and returns all that are.
  Result<std::vector<std::string>> join(const std::string& owner, std::chrono::milliseconds ttl);
  Status leave(const std::string& owner);
  /// Takes or renews leases, one round trip for all. Entry i is none when another live owner holds partitions[i].
  /// A lease that passes to another owner gets the next epoch. `dead_owners`: owners known to be gone (same machine, no
  /// such process), whose leases need not run out.
  Result<std::vector<std::optional<Lease>>> acquire(std::span<const Partition> partitions, const std::string& owner,
                                                    std::chrono::milliseconds ttl,
                                                    std::span<const std::string> dead_owners = {});
  Status release(std::span<const Lease> leases, const std::string& owner);

  // --- processing (owner only) ---
  /// Events after `after` ("0" = from the beginning), at most `count`.
  Result<std::vector<StoredEvent>> read(Partition partition, const std::string& after, std::size_t count);
  /// Waits up to `block` until any of the partitions has events past its position; returns what it found by partition.
  Result<std::map<Partition, std::vector<StoredEvent>>> wait(const std::map<Partition, std::string>& after,
                                                             std::size_t count, std::chrono::milliseconds block);
  Status commit(const Lease& lease, const EventCommit& commit);
  /// Counts a failure of an event; at `limit` failures it goes to dead. @return true when it went to dead.
  Result<bool> fail(const Lease& lease, const std::string& position, std::string_view reason, int limit, TimePoint now);

  // --- replies (owner only) ---
  Result<std::vector<OutboxRecord>> outbox(const Lease& lease);  ///< by position
  Status begin_try(const Lease& lease, const std::string& position, ReplyStage stage);
  /// Takes the reply off and counts its outcome ("replied", "pushed", "expired", "refused", ...).
  Status finish(const Lease& lease, const std::string& position, std::string_view outcome);

  // --- dead events and figures ---
  Result<std::vector<DeadEvent>> dead(std::size_t count);
  /// Puts a dead event back at the end of its partition's inbox.
  Status rerun(Partition partition, const std::string& position);
  struct Figures {
    std::uint64_t waiting = 0;  ///< in all inboxes
    std::uint64_t unsent = 0;   ///< in all outboxes
    std::uint64_t dead = 0;
    std::optional<TimePoint> oldest;  ///< when the oldest waiting event was received
    std::map<std::string, std::uint64_t> outcomes;
  };
  Result<Figures> figures();

 private:
  RedisClient& redis_;
  const Partition partitions_;
};

}  // namespace kairan::store
