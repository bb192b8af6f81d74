// Where an address lies in the store and how its slot looks. Used by the files that read and write subscribers; nobody else
// needs it. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"
#include "store/keys.h"
#include "store/subscribers.h"

namespace kairan::store {

inline constexpr std::size_t kSlotBytes = 17;
/// The first byte of a slot whose address is kept elsewhere.
inline constexpr char kLongAddress = '\xff';

/// {pNN}:t holds for each ordinal the rank of its last follow or unfollow, the most significant byte first.
inline constexpr std::size_t kRankBytes = 8;

/// Begins what an id bucket holds for an address that was erased; the time (ms) follows.
inline constexpr char kErasedMark = 'x';

/// An address's place in the store.
struct Place {
  Partition partition = 0;
  std::string field;  ///< in its id bucket
  std::string bucket_key;
  std::string slot;
  std::string long_address;  ///< empty when the slot holds all of it
};

/// kInvalid for an address that cannot be.
Status check_address(std::string_view address);
Place place_of(std::string_view address, const Sealer& sealer, Partition partitions);
/// The address in a slot: empty for a slot that is erased or was never used, kLongAddress alone for one kept elsewhere.
Result<std::string> address_in(std::string_view slot);
/// Rank of the last follow or unfollow of an ordinal, out of the whole {pNN}:t; 0 beyond its end.
std::uint64_t rank_at(std::string_view ranks, std::size_t ordinal);
/// What an id bucket's answer says: nothing for an address that is unknown or was erased.
std::optional<SubscriberRef> ref_in(const Reply& entry, Partition partition);
/// KEYS 1 to 5 of every script that gives addresses their slots (scripts/lib/slots.lua).
std::vector<std::string> slot_keys(Partition partition);

}  // namespace kairan::store
