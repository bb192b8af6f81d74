// Who gets a broadcast and what each group of them reads: the segment evaluated over the store's bitmaps, less who opted out,
// split by language, display and the values of the variables used. Groups that would read the same bytes are one variant.
// Threads: any.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "broadcasts/composition.h"
#include "broadcasts/deliverer.h"
#include "broadcasts/document.h"
#include "broadcasts/segment_reader.h"
#include "store/attributes.h"
#include "store/subscribers.h"

namespace kairan::broadcasts {

/// The attributes as the running content declares them.
using SchemaSource = std::function<std::shared_ptr<const store::AttributeSchema>()>;
/// The addresses that practice and test sends may go to.
using AllowList = std::function<std::vector<std::string>()>;

struct ComposerParts {
  store::Subscribers& subscribers;
  SchemaSource schema;
  BroadcastReach* reach = nullptr;    ///< null: nothing can be corrected and no segment may ask who received what
  const Deliverer& live;              ///< its rendering
  AllowList practice;                 ///< who may be in a practice's audience
  const Clock& clock;
  std::string public_base;            ///< public.base_url, for links and media; "" = links stay as they are
};

struct ComposeRequest {
  std::string id;
  const Document& document;
  std::string corrects;   ///< id; the audience is then whom that broadcast reached or may have reached
  TimePoint at{};         ///< when it leaves: ages and {date} are of that day
  bool count_links = true;
  /// Missing values do not refuse it; they are counted only.
  bool tolerate_missing = false;
};

struct Composed {
  Composition composition;
  struct Group {
    std::uint64_t recipients = 0;
    std::string preview;
  };
  std::vector<Group> groups;                      ///< one for each variant, in order
  std::map<std::string, std::uint64_t> missing;   ///< variable without fallback → residents without a value
};

class SegmentComposer final : public Composer {
 public:
  explicit SegmentComposer(ComposerParts parts) : parts_(std::move(parts)) {}

  /// Refuses what is not, byte for byte, what was approved.
  Result<Composition> compose(const store::BroadcastRecord& record) override;
  Result<Bitmap> consenting(const store::BroadcastRecord& record, store::Partition partition,
                            const Bitmap& wanted) override;

  Result<Composed> compose(const ComposeRequest& request);
  std::shared_ptr<const store::AttributeSchema> schema() const { return parts_.schema(); }
  store::Subscribers& subscribers() const { return parts_.subscribers; }

  /// More variants than this are refused: each costs at least a request.
  static constexpr std::size_t kMaxVariants = 300;

 private:
  ComposerParts parts_;
};

/// The system's button under a notice of a topic that residents may leave; none where leaving does not apply.
std::optional<kairan::Action> leave_button(const Document& document, bool is_correction, const store::AttributeSchema& schema,
                                           const std::string& language);

/// 「{district} の値がない方が2人います。」 What to do about it follows.
StaffText without_value(const std::string& variable, std::uint64_t people);

/// Whether residents who left the topic are spared: not in emergencies and corrections.
bool respects_topics(const Document& document, bool is_correction);

}  // namespace kairan::broadcasts
