// Every key in Redis, named and documented here and nowhere else. Keys carry a partition's hash tag {pNN}, so that all keys
// of a script lie together; they never carry a user id. Retention times are constants here with their reason.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace kairan::store {

/// A slice of residents whose subscribers, conversations, inbox and dedupe keys commit together.
using Partition = std::uint16_t;

inline constexpr Partition kDefaultPartitions = 64;

/// Which partition an address belongs to. `partitions` is stored at first start and never changes afterwards.
Partition partition_of(std::string_view address, Partition partitions);

namespace keys {
std::string tag(Partition p);                            ///< "{p07}"
std::string installation();                              ///< hash: id, partitions, created, format
std::string members();                                   ///< zset: process → lease end (ms), who is alive
std::string inbox(Partition p);                          ///< stream: events waiting; fields id, at, in, b (sealed)
std::string seen(Partition p, std::int64_t day);         ///< set of event ids taken in on that UTC day; expires
std::string lease(Partition p);                          ///< hash: owner, epoch, until (ms)
std::string outbox(Partition p);                         ///< hash: stream id → stage byte + sealed reply
std::string fails(Partition p);                          ///< hash: stream id → failures so far
std::string dead(Partition p);                           ///< stream: events given up, with the reason
std::string counters(Partition p);                       ///< hash: outcome → count
std::string conversation(Partition p, std::uint32_t ordinal);  ///< sealed state; expires
std::string subscriber_next(Partition p);                ///< next ordinal; never goes back
std::string subscriber_addresses(Partition p);           ///< string: 17 bytes a slot (kind + 16 bytes), zero = erased
std::string subscriber_ids(Partition p, std::uint32_t bucket);  ///< hash: HMAC of address → ordinal
std::string subscriber_times(Partition p);               ///< string: 8 bytes a slot, event time of the last change
std::string bitmap(Partition p, std::string_view name);  ///< one bit an ordinal
}  // namespace keys

/// Two UTC days: today's and yesterday's set are looked up, so an id is known for 24 to 48 hours. A redelivered reply
/// token is dead after 20 minutes (line-platform 1.7); state changes are protected by event time anyway.
inline constexpr std::chrono::hours kSeenRetention{48};
/// A dialogue left alone is forgotten.
inline constexpr std::chrono::minutes kConversationRetention{30};

}  // namespace kairan::store
