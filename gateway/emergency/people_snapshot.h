// Who follows, where they live and what they read, in one sealed file: what an emergency is sent from when Redis or its disk is
// gone. Written every night and on demand, in the container of a backup (store/backup_file.h), so another key and damage are told
// apart. Holds addresses, districts and languages, nothing else. Threads: any; one writer of one path at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/result.h"
#include "store/attributes.h"
#include "store/subscribers.h"

namespace kairan::gateway {

struct SnapshotPerson {
  std::string address;
  std::string language;                ///< "ja" when none was chosen
  std::vector<std::string> districts;  ///< ids; empty: registered none
};

struct PeopleSnapshot {
  std::string installation;
  TimePoint created;
  std::vector<SnapshotPerson> people;  ///< in the order of the file, which is that of the ledger's batches
};

/// What a night's snapshot may be old without a question.
inline constexpr std::chrono::hours kSnapshotFresh{36};

/// 「5時間前」, from 48 hours on 「2日前」.
std::string age_ja(std::chrono::milliseconds age);
/// What a person must be asked before a snapshot of that time is sent from; "" when it is fresh. One from the future is asked
/// about too: a clock is wrong.
std::string snapshot_doubt(TimePoint created, TimePoint now);

/// Reads the followers of all partitions and writes them. The file of before stays until the new one is whole and synced.
/// @return how many
Result<std::uint64_t> write_people_snapshot(store::Subscribers& subscribers, const store::AttributeSchema& schema,
                                            const Sealer& sealer, const std::string& installation, TimePoint now,
                                            const std::string& path);

/// kNotFound no file; kRefused sealed with another key; kSyntax another kind of file; kCorrupt cut off or damaged.
Result<PeopleSnapshot> read_people_snapshot(const std::string& path, const Sealer& sealer);

}  // namespace kairan::gateway
