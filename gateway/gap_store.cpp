#include "gateway/gap_store.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/bounded_json.h"

namespace kairan::gateway {
namespace {

using intents::Gap;
using intents::GapCount;
using intents::GapKind;

constexpr std::string_view kSealContext = "gap";

}  // namespace

std::string gap_resident_tag(const Sealer& sealer, std::string_view address) {
  return sealer.pseudonym("gap/" + std::string(address));
}

Status RedisGapStore::record(const Gap& gap, std::string_view resident_tag, TimePoint now) {
  nlohmann::json record;
  record["k"] = intents::gap_kind_name(gap.kind);
  record["t"] = gap.text;
  record["y"] = gap.key;
  record["i"] = gap.intent;
  record["r"] = resident_tag;
  record["at"] = to_unix_ms(now);
  return gaps_.add(sealer_.seal(dump_json(record), kSealContext), now, intents::kGapRetention);
}

Result<std::vector<GapCount>> RedisGapStore::list(TimePoint now) const {
  const auto records = gaps_.all(now, intents::kGapRetention);
  if (!records) return records.error();
  std::map<std::tuple<std::string, std::string, std::string>, GapCount> counts;
  for (const std::string& sealed : *records) {
    const auto opened = sealer_.open(sealed, kSealContext);
    if (!opened) continue;  // sealed under a former data key: it cannot be read any more
    const auto record = parse_json(*opened);
    if (!record) continue;
    Gap gap;
    gap.kind = json_text(*record, "k") == intents::gap_kind_name(GapKind::kRejected) ? GapKind::kRejected
                                                                                     : GapKind::kUnmatched;
    gap.text = json_text(*record, "t");
    gap.key = json_text(*record, "y");
    gap.intent = json_text(*record, "i");
    GapCount& count = counts[{json_text(*record, "k"), gap.intent, gap.key}];
    if (count.times == 0) count.gap = gap;
    ++count.times;
    const std::string tag = json_text(*record, "r");
    if (std::find(count.resident_tags.begin(), count.resident_tags.end(), tag) == count.resident_tags.end()) {
      count.resident_tags.push_back(tag);
    }
    if (const auto* at = json_member(*record, "at"); at != nullptr && at->is_number_integer()) {
      count.last = std::max(count.last, from_unix_ms(at->get<std::int64_t>()));
    }
  }
  std::vector<GapCount> all;
  all.reserve(counts.size());
  for (auto& [key, count] : counts) all.push_back(std::move(count));
  return all;
}

Result<std::uint64_t> RedisGapStore::forget(std::string_view resident_tag) {
  return gaps_.remove_if([&](std::string_view sealed) {
    const auto opened = sealer_.open(sealed, kSealContext);
    if (!opened) return false;
    const auto record = parse_json(*opened);
    return record && json_text(*record, "r") == resident_tag;
  });
}

}  // namespace kairan::gateway
