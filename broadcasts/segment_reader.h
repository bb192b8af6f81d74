// Counting and reading segments from the store: pipelined reads of many partitions' bitmaps at a time, each evaluated here before
// the next is made; nothing is written.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bitmap.h"
#include "broadcasts/segment.h"
#include "store/attribute_names.h"
#include "store/subscribers.h"

namespace kairan::broadcasts {

/// Who received a broadcast. Implemented by the record of deliveries. Threads: any.
class BroadcastReach {
 public:
  virtual ~BroadcastReach() = default;
  /// For each partition, in the order given: those whom the broadcast reached or may have reached (accepted, in flight and
  /// unknown), so that a second notice to "those who did not receive it" reaches nobody twice.
  /// @return kNotFound when there is no such broadcast
  virtual Result<std::vector<Bitmap>> received(std::string_view broadcast,
                                               std::span<const store::Partition> partitions) = 0;
};

/// What a rule or group of a segment selects by itself, among followers.
struct SegmentPart {
  std::string path;  ///< as in SegmentProblem; "" is the whole
  int depth = 0;     ///< 0 is the whole
  std::string text;  ///< to_phrase()
  std::uint64_t count = 0;
  struct Value {
    std::string id, label;
    std::uint64_t count = 0;
  };
  std::vector<Value> values;  ///< of a rule with several values: each of them alone, also when the rule is negated
};

/// Reads segments. Threads: any.
class SegmentReader {
 public:
  /// @param reach  may be null; then a segment that asks for a broadcast's receivers is kInvalid
  SegmentReader(store::Subscribers& subscribers, BroadcastReach* reach) : subscribers_(subscribers), reach_(reach) {}

  /// Who is in the segment: one bitmap a partition, ascending. Ages are those on `date`.
  Result<std::vector<Bitmap>> read(const Segment& segment, Date date);
  Result<std::uint64_t> count(const Segment& segment, Date date);
  /// The whole first, then its parts in the order written.
  Result<std::vector<SegmentPart>> break_down(const Segment& segment, const store::AttributeSchema& schema, Date date,
                                              std::string_view language = "ja", const BroadcastTitle& title = {});
  /// `count` of them (or all when there are fewer), spread by `seed`, ascending.
  Result<std::vector<store::SubscriberRef>> sample(const Segment& segment, Date date, std::size_t count,
                                                   std::uint64_t seed);

  struct AreaCount {
    std::uint64_t registered = 0;  ///< in one of the districts
    std::uint64_t undecided = 0;   ///< who registered no district; nobody is in both
  };
  /// The two numbers of emergency_area_segment().
  Result<AreaCount> count_area(std::span<const std::string> districts, const store::AttributeSchema& schema, Date date,
                               std::string_view attribute = store::kDistrictAttribute);

 private:
  template <typename Take>
  Status each_partition(const std::vector<std::string>& names, const std::vector<std::string>& broadcasts,
                        const Take& take);

  store::Subscribers& subscribers_;
  BroadcastReach* reach_;
};

}  // namespace kairan::broadcasts
