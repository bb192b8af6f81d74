// Turns a broadcast whose time has come into a frozen audience and moves it to "sending": nothing leaves before all of it is
// stored. An attempt that died is begun anew, since nothing has left; one that was held in the middle of being sent (a restore)
// goes on with the audience it has.
// Threads: any; two that freeze one broadcast at once hinder each other, and one of them ends it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/staff_text.h"
#include "broadcasts/composition.h"
#include "broadcasts/dispatch_board.h"
#include "broadcasts/practice_deliverer.h"
#include "broadcasts/staff_notice.h"
#include "broadcasts/system_moves.h"
#include "store/broadcast_ledger.h"

namespace kairan::broadcasts {

/// Channel by kind: the practice kind only ever gets a deliverer that reaches no resident, the others only one that does.
struct Deliverers {
  using Wall = Status (*)(Kind, const Deliverer&);

  Deliverer* live = nullptr;
  Deliverer* practice = nullptr;
  Wall wall = &may_leave_through;  ///< another one is for the tests, which take each wall away
  /// Null when there is none that fits the kind; that broadcast fails.
  Deliverer* for_kind(std::string_view kind) const;
};

class Freezer {
 public:
  Freezer(store::BroadcastLedger& ledger, Composer& composer, SystemMoves& moves, StaffNotice& staff,
          Deliverers deliverers)
      : ledger_(ledger), composer_(composer), moves_(moves), staff_(staff), deliverers_(deliverers) {}

  /// @param record  in state "freezing"
  /// @return what can be put on the board; null when it was held, failed or changed meanwhile. An error that passes
  ///         (kUnavailable, kTimeout): try again
  Result<std::shared_ptr<ActiveBroadcast>> freeze(const store::BroadcastRecord& record);
  /// What a broadcast in state "sending" needs to be sent, from the ledger.
  Result<std::shared_ptr<ActiveBroadcast>> load(const store::BroadcastRecord& record);

 private:
  Result<bool> hold_if_drifted(const store::BroadcastRecord& record, std::uint64_t recipients);
  Result<std::optional<store::BroadcastRecord>> take_up(const store::BroadcastRecord& record, std::uint64_t recipients);
  Result<std::shared_ptr<ActiveBroadcast>> activate(const store::BroadcastRecord& record, FrozenAudience audience,
                                                    std::vector<store::FrozenVariant> variants, std::string unit);
  Result<std::shared_ptr<ActiveBroadcast>> fail(const store::BroadcastRecord& record, const StaffText& reason);
  /// @return the variants as they are stored
  Result<std::vector<store::FrozenVariant>> store(const store::BroadcastRecord& record, const Composition& composition,
                                                  const FrozenAudience& audience);

  store::BroadcastLedger& ledger_;
  Composer& composer_;
  SystemMoves& moves_;
  StaffNotice& staff_;
  const Deliverers deliverers_;
};

/// Whether the number of recipients differs so much from the one that was approved that a person must look: by more than
/// 20 % and more than 50 people.
bool is_drift(std::uint64_t recipients, std::uint64_t approved);

}  // namespace kairan::broadcasts
