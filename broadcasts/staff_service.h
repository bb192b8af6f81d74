// The BroadcastService over the store. See service.h for what it promises.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "broadcasts/composer.h"
#include "broadcasts/deliverer.h"
#include "broadcasts/frames.h"
#include "broadcasts/holidays.h"
#include "broadcasts/service.h"
#include "broadcasts/staff_notice.h"
#include "store/audit.h"
#include "store/broadcasts.h"
#include "store/links.h"

namespace kairan::broadcasts {

/// What a broadcast's ledger says; "audience" of one that is not frozen is 0. Threads: any.
class BroadcastFigures {
 public:
  virtual ~BroadcastFigures() = default;
  /// Fills all but id, state and reason.
  virtual Result<StatusView> figures(std::string_view id) = 0;
};

struct ServiceParts {
  store::Broadcasts& broadcasts;
  store::Audit& audit;
  store::Links& links;
  Frames& frames;
  SegmentComposer& composer;
  BroadcastFigures& figures;
  BroadcastReach* reach = nullptr;  ///< null: annoyance is not counted
  Deliverer& live;
  Deliverer& practice;
  AllowList testers;
  StaffNotice* staff = nullptr;  ///< null: nobody is told
  const Clock& clock;
  std::string public_base;
  const Holidays* holidays = nullptr;  ///< for recurring rules; null: not known
};

class StaffService final : public BroadcastService {
 public:
  explicit StaffService(ServiceParts parts) : p_(std::move(parts)) {}

  Result<std::string> create(const store::Actor& who, std::string_view json, std::string_view idempotency_key,
                             std::vector<Problem>& problems) override;
  Result<std::uint64_t> edit(const store::Actor& who, std::string_view id, std::uint64_t revision, std::string_view json,
                             std::vector<Problem>& problems) override;
  Status check(const store::Actor& who, std::string_view json, std::vector<Problem>& problems) override;
  Result<State> move(const store::Actor& who, std::string_view id, Action action, const MoveOptions& options) override;
  Result<std::string> correct(const store::Actor& who, std::string_view id, Effect effect, std::string_view json,
                              std::vector<Problem>& problems) override;
  Result<View> view(const store::Actor& who, std::string_view id) override;
  Result<StatusView> status(std::string_view id) override;
  Result<std::vector<View>> list(const store::Actor& who, const ListFilter& filter) override;
  Result<DryRun> dry_run(const store::Actor& who, std::string_view id) override;
  Result<std::vector<Preview>> preview(const store::Actor& who, std::string_view json, std::string_view district,
                                       std::vector<Problem>& problems) override;
  /// Of the platform, asked now; a second's patience.
  Result<DeliveryQuota> quota();
  Result<std::string> copy(const store::Actor& who, std::string_view id) override;
  Result<std::string> send_published(std::string_view source, std::string_view json, std::string_view key,
                                     std::string_view corrects, std::vector<Problem>& problems) override;
  Result<std::string> send_routine(std::string_view source, std::string_view json, std::string_view key, TimePoint at,
                                   std::vector<Problem>& problems) override;
  Result<std::size_t> test_send(const store::Actor& who, std::string_view id) override;

 private:
  using Record = store::BroadcastRecord;
  struct Change {
    Action action = Action::kEdit;
    std::string comment;
    std::map<std::string, std::string> set;
    std::vector<std::string> remove;
    std::optional<TimePoint> due;
  };

  // staff_service.cpp
  Result<Record> must_read(std::string_view id);
  /// @param draft  it is only kept or shown: whom it is for may be open
  Result<Document> read_document(std::string_view json, std::vector<Problem>& problems, bool draft = false);
  Status log(const store::Actor& who, std::string_view action, std::string_view id, std::string_view detail);
  Standing standing(const store::Actor& who, const Record& record);
  Result<bool> is_from_frame(const Record& record, const Document& document);
  Result<std::string> store_new(const store::Actor& who, const Document& document, const std::string& id,
                                std::map<std::string, std::string> more);
  /// Applies a change to exactly this revision. The new state must have been allowed by move().
  Result<std::uint64_t> apply(const store::Actor& who, const Record& record, State to, const Change& change);
  /// What a move needs beside the table: hashes, times, counts. Fills `change`.
  Status prepare(const store::Actor& who, const Record& record, const Document& document, Change& change);
  Status prepare_departure(const Record& record, const Document& document, std::optional<TimePoint> at, Change& change);
  Status approved_as_it_is(const Record& record, const Document& document) const;
  void tell(const Record& record, const Document& document, Action action, const std::string& comment);
  View view_of(const store::Actor& who, const Record& record);

  // corrections.cpp
  Result<std::string> publish(std::string_view source, std::string_view json, std::string_view key, std::string_view corrects,
                              std::map<std::string, std::string> more, std::vector<Problem>& problems);
  Result<Document> correction_document(const store::Actor& who, const Record& original, Effect effect,
                                       std::string_view json, std::vector<Problem>& problems);
  Status stop_for_correction(const store::Actor& who, std::string_view id, Effect effect, const std::string& correction);

  // dry_run.cpp
  Status count_annoyance(const Composed& composed, DryRun& run);
  Status count_blocks(std::string_view topic, DryRun& run);

  ServiceParts p_;
};

}  // namespace kairan::broadcasts
