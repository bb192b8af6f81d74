#include "broadcasts/frozen_audience.h"

namespace kairan::broadcasts {

using store::AudienceCursor;
using store::BatchSlice;
using store::Partition;
using store::SubscriberRef;

std::vector<BatchSlice> FrozenAudience::cut(AudienceCursor& cursor, std::size_t size, std::size_t count) const {
  std::vector<BatchSlice> batches;
  for (; !cursor.end && cursor.variant < by_variant_.size(); cursor = {cursor.variant + 1, 0, 0, false}) {
    BatchSlice open;
    open.variant = cursor.variant;
    const auto& partitions = by_variant_[cursor.variant];
    for (Partition p = cursor.partition; p < partitions.size(); ++p) {
      const std::size_t from = p == cursor.partition ? cursor.ordinal : 0;
      bool full = false;
      partitions[p].for_each(
          [&](std::size_t n) {
            const SubscriberRef person{p, static_cast<std::uint32_t>(n)};
            if (open.recipients == size) {
              batches.push_back(open);
              open = {cursor.variant, person, person, 0};
              if (batches.size() == count) {
                cursor = {cursor.variant, p, person.ordinal, false};
                full = true;
                return false;
              }
            }
            if (open.recipients == 0) open.from = person;
            open.to = person;
            ++open.recipients;
            return true;
          },
          from);
      if (full) return batches;
    }
    if (open.recipients == 0) continue;
    batches.push_back(open);
    if (batches.size() == count) {
      cursor = {cursor.variant + 1, 0, 0, cursor.variant + 1 >= by_variant_.size()};
      return batches;
    }
  }
  cursor = {};
  cursor.end = true;
  return batches;
}

std::vector<SubscriberRef> FrozenAudience::members(const BatchSlice& slice) const {
  std::vector<SubscriberRef> people;
  people.reserve(slice.recipients);
  if (slice.variant >= by_variant_.size()) return people;
  const auto& partitions = by_variant_[slice.variant];
  for (Partition p = slice.from.partition; p <= slice.to.partition && p < partitions.size(); ++p) {
    partitions[p].for_each(
        [&](std::size_t n) {
          if (p == slice.to.partition && n > slice.to.ordinal) return false;
          people.push_back({p, static_cast<std::uint32_t>(n)});
          return true;
        },
        p == slice.from.partition ? slice.from.ordinal : 0);
  }
  return people;
}

std::pair<BatchSlice, BatchSlice> FrozenAudience::halves(const BatchSlice& slice) const {
  const std::vector<SubscriberRef> people = members(slice);
  BatchSlice first = slice;
  BatchSlice second = slice;
  const std::size_t middle = people.size() / 2;
  if (middle == 0) return {first, second};
  first.to = people[middle - 1];
  first.recipients = static_cast<std::uint32_t>(middle);
  second.from = people[middle];
  second.recipients = static_cast<std::uint32_t>(people.size() - middle);
  return {first, second};
}

std::size_t FrozenAudience::length(std::uint32_t variant, Partition partition) const {
  if (variant >= by_variant_.size() || partition >= by_variant_[variant].size()) return 0;
  return by_variant_[variant][partition].length();
}

std::uint64_t FrozenAudience::recipients() const {
  std::uint64_t sum = 0;
  for (const auto& partitions : by_variant_) {
    for (const Bitmap& people : partitions) sum += people.count();
  }
  return sum;
}

std::uint64_t FrozenAudience::batches(std::size_t size) const {
  std::uint64_t sum = 0;
  for (const auto& partitions : by_variant_) {
    std::uint64_t of_variant = 0;
    for (const Bitmap& people : partitions) of_variant += people.count();
    sum += (of_variant + size - 1) / size;
  }
  return sum;
}

}  // namespace kairan::broadcasts
