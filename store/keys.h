// Every key in Redis, named and documented here and nowhere else.
//
// Constraints
//   - What commits together lies together: a partition holds its subscribers, their conversations, its inbox, outbox and
//     dedupe sets under one hash tag {pNN}, so that every script's keys lie in one slot of a Redis Cluster to come.
//   - Key names carry partition, ordinal and day, never a user id or anything made from one; bodies are sealed.
//   - An event id is known for at least 24 hours, and finding it out is atomic with taking the event in.
//   - 1,000,000 subscribers fit into 80 MB together with 100 attribute bitmaps.
//
// Layout
//   {pNN}:in        stream   events waiting: i id, c channel, t received (ms), b sealed body. The entry is the one-time
//                            token of its commit, which deletes it. Readers keep their own position.
//   {pNN}:s:DAY     set      ids taken in on that UTC day
//   {pNN}:lease     hash     owner, epoch, until (ms of Redis' clock), orphan (1 = the owner before did not give it up).
//                            Epochs only grow.
//   {pNN}:out       hash     position of the event -> stage byte ('0'..'2') + sealed reply
//   {pNN}:fails     hash     position -> failures so far
//   {pNN}:dead      stream   p position, why, at (ms), then the event's own fields, so that it can run again
//   {pNN}:n         hash     outcome -> count
//   {pNN}:c:ORD     string   sealed dialogue state
//   {pNN}:next      integer  next ordinal
//   {pNN}:addr      string   17 bytes a slot: kind, 16 bytes of the id's hex digits; zero = erased or never used
//   {pNN}:long      hash     ordinal -> address, for the few that are not 16 bytes (kind 255)
//   {pNN}:i:B       hash     12 bytes of keyed hash of the address -> ordinal, or x and the time (ms) at which it was erased;
//                            128 buckets, each small enough for Redis' compact form (512 entries) up to 65,536 subscribers
//                            a partition
//   {pNN}:t         string   8 bytes a slot, big-endian: rank of the last follow or unfollow (event ms x 2, +1 unfollow)
//   {pNN}:b:NAME    string   bitmap over ordinals; b:followers is who follows, the others are settings (store/attributes.h)
//   {pNN}:names     set      names of all bitmaps of settings that were ever made
//   {pNN}:st:ORD    hash     attribute:value -> rank of its last change (event ms x 1024 + order within it); expires
//   {pNN}:absent    hash     ordinal -> nights it was missing from the platform's list of followers, and the last of them
//   {pNN}:code:ORD  string   HMAC of the code that the resident shows to staff; expires
//   {pNN}:codes:ORD integer  how often they asked for one lately; expires
//   {pNN}:guess:ORD integer  wrong group codes they tried lately; expires
//   {pNN}:erasing   hash     ordinal -> sealed address and time: erasures that have begun and are not complete
//   code:HMAC       string   partition:ordinal of the resident who shows that code; expires
//   codes:wrong     integer  wrong resident codes tried lately; expires
//   {g}:ids         hash     HMAC of a group code → its id
//   {g}:c:ID        hash     a group code: attribute, value, note, created, expires, at_most, revoked
//   {g}:m:ID        set      partition:ordinal of who used it
//   {g}:wrong       integer  wrong group codes tried lately, by all; expires
//   reminders       string   until when reminders of garbage days have been made (ms)
//   night           hash     last: date of the last night's work, refused: since when the followers may not be listed
//   night:lock      string   which process does the night's work; expires
//   file:rewrite    hash     wanted, done: erasures so far, and those that Redis' own file is free of; aim, run, asked: the
//                            rewrite under way (store/file_rewrite.h)
//   restoring       string   in a database that a restore is filling (ms)
//   {pNN}:floor     string   6 bytes a slot, big-endian: settings of event time (ms) up to it do not count; expires
//   broadcasts      zset     broadcast id -> created (ms); one entry each, kept
//   broadcasts:open set      ids that the sweep looks at
//   broadcasts:due  zset     id -> when the dispatcher must look next (ms)
//   broadcasts:wake stream   an entry whenever something became due
//   {b:ID}:h        hash     the broadcast's record: state, revision, due, op, doc (JSON), fields of its writers
//   {b:ID}:m :t :a:PP :l :q :due   its ledger: counts and cursor, texts, audience, rows, requests in flight, next claims;
//                            described in store/broadcast_ledger.h
//   restored        string   written by a restore (ms); unfinished broadcasts are held before it is deleted
//   rate:NAME       string   first free place on a platform's line of requests (us of Redis' clock)
//   kairan          hash     id, partitions, created, format: decided once
//   members         zset     process -> when it stops counting as alive (ms)
//   {NAME}:log      stream   a hash chain (audit, register): seq-0 → h hash, b body; {NAME}:head hash seq, hash; {NAME}:ids hash
//                            once → seq. Never trimmed
//   {b:ID}:clicks   hash     short link's code → how often it was followed, by nobody in particular
//   frames          hash     id → record of an emergency template or a correction frame (store/records.h)
//   alerts          hash     "book" → "REVISION document": warnings in force, held, on their way out; "restored" → ms of the
//                            last restore (store/alert_book.h)
//   safety          hash     "PARTITION:ORDINAL" → sealed report of a resident's safety; expires two weeks after the last
//   shelters        hash     name of a shelter → "REVISION document" (open, full, closed); "*disaster": the mode
//   alerts:rules    hash     proposed:hash, :text, :by, :at and published:hash, :text, :by, :at, :proposed_by, :proposed_at
//                            (store/rule_releases.h): what two people stand behind
//   alerts:taken    zset     link of a telegram → when it was taken in (ms); three days
//   links           hash     short link's code → broadcast id LF address
//   {notices}:queue hash     notices to staff not yet delivered: id → JSON; {notices}:seen zset id → when it was made (ms);
//                            {notices}:worker the process that delivers
//   gaps            stream   sealed questions without an answer, without ids; trimmed by age and number
//   {staff}:accounts hash    name of a staff account -> "REVISION document" (store/records.h); the second factor's secret is sealed
//   {staff}:totp     hash    name -> last step of one-time codes used
//   {staff}:keys     hash    id of an API key -> "REVISION document" with the key's hash
//   {staff}:sections hash    id of a section -> "REVISION document": its name and how often it means to send
//   {staff}:s:HASH   hash    a session, under the SHA-256 of its token; expires
//   {staff}:by:NAME  zset    hash of a session -> when it ends at the latest (ms): the sessions of an account
//   {staff}:try:HASH hash    n failed logins, until (ms) when the next is heard, of one account from one source; expires
//   {staff}:idem:HASH hash   a creating request that was answered: hash of the request, status, sealed answer; expires after 24 h
//
// Dropped
//   - Consumer groups for the inbox: their pending lists double what leases and positions say already, and a takeover
//     would have to claim entry by entry.
//   - One key per event id for dedupe: 100 bytes more each, and expiry work spread over all of them.
//   - A sorted set for the outbox: it is read whole, once, when a partition changes hands; a hash is smaller.
//   - One hash per subscriber: ten times the memory, and no set operations.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace kairan::store {

/// A slice of residents whose subscribers, conversations, inbox and dedupe keys commit together.
using Partition = std::uint16_t;

inline constexpr Partition kDefaultPartitions = 64;

/// Which partition an address belongs to. `partitions` is stored at first start and never changes afterwards.
Partition partition_of(std::string_view address, Partition partitions);

namespace keys {
std::string tag(Partition p);                                  ///< "{p07}"
std::string installation();                                    ///< hash: id, partitions, created, format
std::string members();                                         ///< zset: process → lease end (ms), who is alive
std::string gaps();                                               ///< stream: sealed questions without an answer
std::string restored();                                        ///< string: set by a restore
std::string broadcasts();                                      ///< zset: broadcast id → created (ms)
std::string broadcasts_open();                                 ///< set: broadcasts that the sweep looks at
std::string broadcasts_due();                                  ///< zset: broadcast id → next look (ms)
std::string broadcasts_wake();                                 ///< stream: something became due
std::string broadcast(std::string_view id);                    ///< hash: the record of a broadcast
std::string ledger(std::string_view id);                       ///< hash: counts and cursor of its ledger
std::string ledger_texts(std::string_view id);                 ///< hash: variant → rendered
std::string ledger_audience(std::string_view id, Partition p); ///< hash: variant → bitmap
std::string ledger_rows(std::string_view id);                  ///< hash: batch → row
std::string ledger_requests(std::string_view id);              ///< hash: batch → bytes, while in flight
std::string ledger_due(std::string_view id);                   ///< zset: unfinished batch → next claim (ms)
std::string rate_line(std::string_view name);                  ///< string: first free place (us)
std::string broadcast_clicks(std::string_view id);             ///< hash: link code → count
std::string alerts();                                          ///< hash: the book of warnings
std::string alert_rules();                                     ///< hash: rules of warnings, proposed, published, returned
std::string safety();                                          ///< hash: PARTITION:ORDINAL → sealed safety report; expires
std::string shelters();                                        ///< hash: name → record of a shelter's state
std::string alerts_taken();                                    ///< zset: link of a telegram → when it was taken in (ms)
std::string links();                                           ///< hash: link code → broadcast id LF address
std::string chain_log(std::string_view name);                  ///< stream: a hash chain's entries
std::string chain_head(std::string_view name);                 ///< hash: seq, hash of its last entry
std::string chain_ids(std::string_view name);                  ///< hash: once → seq
std::string frames();                                          ///< hash: frame id → record of an emergency template or correction frame
std::string notices();                                         ///< hash: notice id → JSON
std::string notices_worker();                                  ///< string: which process delivers them; expires
std::string notices_seen();                                    ///< zset: notice id → made (ms)
std::string inbox(Partition p);                                ///< stream: events waiting
std::string seen(Partition p, std::int64_t day);               ///< set of event ids taken in on that UTC day; expires
std::string lease(Partition p);                                ///< hash: owner, epoch, until (ms)
std::string outbox(Partition p);                               ///< hash: stream id → stage byte + sealed reply
std::string fails(Partition p);                                ///< hash: stream id → failures so far
std::string dead(Partition p);                                 ///< stream: events given up, with the reason
std::string counters(Partition p);                             ///< hash: outcome → count
std::string conversation(Partition p, std::uint32_t ordinal);  ///< sealed state; expires
std::string subscriber_next(Partition p);                      ///< next ordinal; never goes back
std::string subscriber_addresses(Partition p);       ///< string: 17 bytes a slot (kind + 16 bytes), zero = erased
std::string subscriber_long_addresses(Partition p);  ///< hash: ordinal → address that does not fit into a slot
std::string subscriber_ids(Partition p, std::uint32_t bucket);  ///< hash: HMAC of address → ordinal
std::string subscriber_times(Partition p);               ///< string: 8 bytes a slot, event time of the last change
std::string bitmap(Partition p, std::string_view name);  ///< one bit an ordinal
std::string bitmap_names(Partition p);                   ///< set: names of the bitmaps of settings
std::string setting_ranks(Partition p, std::uint32_t ordinal);  ///< hash: attribute:value → rank; expires
std::string absences(Partition p);                              ///< hash: ordinal → nights missing, the last of them
std::string resident_code(const std::string& hmac);                ///< string: partition:ordinal; expires
std::string resident_code_of(Partition p, std::uint32_t ordinal);      ///< string: HMAC of the code; expires
std::string resident_code_issues(Partition p, std::uint32_t ordinal);  ///< integer; expires
std::string erasing(Partition p);                                      ///< hash: ordinal → sealed; usually empty
std::string resident_codes_wrong();                                    ///< integer; expires
std::string group_code_ids();                                          ///< hash: HMAC → id
std::string group_code(const std::string& id);                         ///< hash
std::string group_code_members(const std::string& id);                 ///< set
std::string group_code_wrong(Partition p, std::uint32_t ordinal);      ///< integer; expires
std::string group_codes_wrong();                                       ///< integer; expires
std::string reminders();                                               ///< string: until when reminders are made (ms)
std::string night();                                                   ///< hash
std::string night_lock();                                              ///< string; expires
std::string file_rewrite();                                            ///< hash
std::string restoring();                                               ///< string: when it began (ms)
std::string setting_floors(Partition p);                 ///< string: 6 bytes a slot; expires

std::string accounts();                              ///< hash: name → record of a staff account
std::string totp_steps();                            ///< hash: name → last step of one-time codes used
std::string api_keys();                              ///< hash: id → record of another system's key
std::string sections();                              ///< hash: id → record of a section
std::string session(std::string_view token_hash);    ///< hash: one session; expires
std::string sessions_of(std::string_view account);   ///< zset: hashes of an account's sessions
std::string login_tries(std::string_view hash);      ///< hash: failed logins of one account from one source; expires
std::string idempotency(std::string_view hash);      ///< hash: a creating request and its answer; expires

inline constexpr std::uint32_t kSubscriberBuckets = 128;  ///< id buckets of a partition; part of the layout
}  // namespace keys

/// Two UTC days: today's and yesterday's set are looked up, so an id is known for 24 to 48 hours. A redelivered reply
/// token is dead after 20 minutes (line-platform 1.7); state changes are protected by event time anyway.
inline constexpr std::chrono::hours kSeenRetention{48};
/// The set must outlive the day it is for and the day after it, whenever in its day it was made.
inline constexpr std::int64_t kSeenSeconds = std::chrono::seconds(kSeenRetention + std::chrono::hours(24)).count();
/// Events given up are kept for an operator to run again; their bodies are personal data, so not for ever.
inline constexpr std::chrono::hours kDeadRetention{24 * 30};
/// How long is known when a setting was last changed: longer than any event can still be run again, so that no old one
/// overwrites a newer.
inline constexpr std::chrono::hours kRankRetention = kDeadRetention + std::chrono::hours(24);
/// Who has left keeps their settings as long, in case they come back.
inline constexpr std::chrono::hours kSettingsRetention{24 * 30};
/// A dialogue left alone is forgotten.
inline constexpr std::chrono::minutes kConversationRetention{30};

}  // namespace kairan::store
