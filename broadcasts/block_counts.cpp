#include "broadcasts/block_counts.h"

#include "broadcasts/record_fields.h"

namespace kairan::broadcasts {
namespace {

constexpr std::size_t kLooked = 300;             // broadcasts, newest first
constexpr std::chrono::minutes kBetween{10};
constexpr std::chrono::hours kGiveUp{24 * 7};    // what is older and not counted stays so

}  // namespace

Result<std::uint64_t> BlockCounts::count(std::string_view id) {
  const auto own = p_.figures.figures(id);
  if (!own) return own.error();
  if (!own->first_batch_at || !own->last_batch_at) return std::uint64_t{0};
  const TimePoint end = *own->last_batch_at + kWindow;
  // Others that left meanwhile: whoever received one of them before leaving is counted there.
  struct Later {
    std::string id;
    TimePoint first;
  };
  std::vector<Later> later;
  const auto ids = p_.broadcasts.list(0, kLooked);
  if (!ids) return ids.error();
  for (const std::string& other : *ids) {
    if (other == id) continue;
    const auto figures = p_.figures.figures(other);
    if (!figures) return figures.error();
    if (figures->first_batch_at && *figures->first_batch_at > *own->first_batch_at && *figures->first_batch_at < end) {
      later.push_back({other, *figures->first_batch_at});
    }
  }
  std::uint64_t total = 0;
  for (store::Partition p = 0; p < p_.partitions; ++p) {
    const std::vector<store::Partition> one{p};
    const auto reached = p_.reach.received(id, one);
    if (!reached) return reached.error();
    const auto left = p_.departures.left_between(p, *own->first_batch_at, end);
    if (!left) return left.error();
    Bitmap blocked = *left;
    blocked &= reached->front();
    for (const Later& other : later) {
      const auto theirs = p_.reach.received(other.id, one);
      if (!theirs) continue;
      const auto after = p_.departures.left_between(p, other.first, end);
      if (!after) return after.error();
      Bitmap counted_there = *after;
      counted_there &= theirs->front();
      blocked -= counted_there;
    }
    total += blocked.count();
  }
  return total;
}

void BlockCounts::run_once() {
  const TimePoint now = p_.clock.now();
  if (now < next_) return;
  next_ = now + kBetween;
  const auto ids = p_.broadcasts.list(0, kLooked);
  if (!ids) return;
  for (const std::string& id : *ids) {
    const auto record = p_.broadcasts.read(id);
    if (!record) return;
    if (!*record || !(*record)->field(field::kBlocks).empty()) continue;
    const auto state = parse_state((*record)->state);
    if (!state || !is_final(*state)) continue;
    const auto figures = p_.figures.figures(id);
    if (!figures || !figures->last_batch_at) continue;
    if (now < *figures->last_batch_at + kWindow || now > *figures->last_batch_at + kGiveUp) continue;
    const auto blocks = count(id);
    if (!blocks) continue;
    (void)p_.broadcasts.update(id, (*record)->revision,
                               {(*record)->state, {{std::string(field::kBlocks), std::to_string(*blocks)}}, {}, std::nullopt});
  }
}

}  // namespace kairan::broadcasts
