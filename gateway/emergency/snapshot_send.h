// Sends from a snapshot when there is no store: cuts the people into batches, keeps a file ledger, and goes on where it was when
// it is started again with the same order. A batch's bytes and retry key are the same every time, so what was taken before the
// process was killed is answered by the platform as already taken.
//
//   accepted          written down; also when the platform says that it took it before and a try was written down
//   later, unknown    again with the same bytes and key until the patience is over; then left open for the next start
//   401, 403, quota   the whole send stops
//   refused           halved until single people are refused
// Threads: one owner; uses threads of its own while run() works.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/localized.h"
#include "base/result.h"
#include "broadcasts/deliverer.h"
#include "gateway/emergency/file_ledger.h"
#include "gateway/emergency/people_snapshot.h"

namespace kairan::gateway {

struct SnapshotOrder {
  std::string title, by;
  Localized texts;                     ///< Japanese at least; other languages read it when theirs is missing
  std::vector<std::string> districts;  ///< ids; empty: everyone. With districts also those who registered none
  std::string areas;                   ///< as people read it
  bool drill = false;                  ///< 【訓練】 is put in front, once
};

/// The slices of an order: same order and snapshot, same slices.
struct SnapshotBatch {
  std::string name;
  std::string language;  ///< key into texts
  std::vector<std::string> addresses;
};
struct SnapshotPlan {
  FileOrder order;
  std::vector<SnapshotBatch> batches;
  std::uint64_t registered = 0, undeclared = 0;  ///< of the districts; both 0 when it goes to everyone
};
SnapshotPlan plan_snapshot_send(const SnapshotOrder& order, const PeopleSnapshot& snapshot, std::size_t batch_size,
                                TimePoint now);

struct SnapshotSendOptions {
  std::size_t threads = 16;
  double per_second = 200;  ///< the platform's limit; 0 = none
  std::chrono::milliseconds call_timeout{10'000};
  std::chrono::milliseconds first_pause{500}, longest_pause{8'000};
  std::chrono::seconds patience{120};                    ///< for one batch in one run
  std::chrono::hours retry_window{23};                   ///< the platform knows a key for 24
  std::function<void(std::chrono::milliseconds)> pause;  ///< waits; given by tests
  std::function<void(std::uint64_t done, std::uint64_t all)> progress;
};

struct SnapshotOutcome {
  std::uint64_t accepted = 0, refused = 0, open = 0;  ///< people
  std::string stopped;                                ///< why the whole send stopped; "" when it did not
};

/// @param ledger  of plan.order
SnapshotOutcome send_snapshot(const SnapshotPlan& plan, FileLedger& ledger, broadcasts::Deliverer& deliverer,
                              const Clock& clock, const SnapshotSendOptions& options);

/// What the ledger says, without sending.
SnapshotOutcome read_outcome(const FileLedger& ledger);

}  // namespace kairan::gateway
