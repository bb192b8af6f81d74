// A frozen audience in memory: cutting it into batches, and who is in one. Two processes that read it at different times
// may see different people, because erasing takes people out; so places are positions and never counts.
// Constant once made; any thread.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "base/bitmap.h"
#include "store/broadcast_ledger.h"

namespace kairan::broadcasts {

class FrozenAudience {
 public:
  /// @param by_variant  [variant][partition]
  explicit FrozenAudience(std::vector<std::vector<Bitmap>> by_variant) : by_variant_(std::move(by_variant)) {}

  /// At most `count` batches of at most `size` recipients from `cursor` on; moves the cursor behind them.
  std::vector<store::BatchSlice> cut(store::AudienceCursor& cursor, std::size_t size, std::size_t count) const;
  /// Those in a slice, in order.
  std::vector<store::SubscriberRef> members(const store::BatchSlice& slice) const;
  /// The slice's two halves; both have people when the slice has at least two.
  std::pair<store::BatchSlice, store::BatchSlice> halves(const store::BatchSlice& slice) const;
  /// Length in bits of a partition's bitmap.
  std::size_t length(std::uint32_t variant, store::Partition partition) const;
  std::size_t variants() const { return by_variant_.size(); }

  std::uint64_t recipients() const;
  /// Batches of `size` that all of it makes.
  std::uint64_t batches(std::size_t size) const;

 private:
  std::vector<std::vector<Bitmap>> by_variant_;
};

}  // namespace kairan::broadcasts
