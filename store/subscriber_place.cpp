#include "store/subscriber_place.h"

#include <charconv>

#include "base/ids.h"

namespace kairan::store {
namespace {

constexpr std::size_t kIdHexDigits = 32;

/// The addresses that fit into a slot: a prefix and 32 lower-case hex digits (line-platform 1.5: U, C or R). The slot's
/// first byte says which; zero is a slot that is erased or was never used.
struct SlotKind {
  char code;
  std::string_view prefix;
};
constexpr SlotKind kSlotKinds[] = {{1, "U"}, {2, "C"}, {3, "R"}, {4, "line:U"}, {5, "line:C"}, {6, "line:R"}};

bool is_lower_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string slot_of(std::string_view address) {
  for (const SlotKind& kind : kSlotKinds) {
    if (address.size() != kind.prefix.size() + kIdHexDigits) continue;
    if (address.substr(0, kind.prefix.size()) != kind.prefix) continue;
    const std::string_view digits = address.substr(kind.prefix.size());
    if (!is_lower_hex(digits)) continue;
    if (const auto bytes = from_hex(digits)) return kind.code + *bytes;
  }
  std::string slot(kSlotBytes, '\0');
  slot[0] = kLongAddress;
  return slot;
}

}  // namespace

Status check_address(std::string_view address) {
  if (!address.empty() && address.size() <= 256) return {};
  return Error{ErrorCode::kInvalid, "an address must have 1 to 256 bytes"};
}

Place place_of(std::string_view address, const Sealer& sealer, Partition partitions) {
  Place place;
  place.partition = store::partition_of(address, partitions);
  // 96 bits of keyed hash: two addresses of 4,000,000 share one with a chance of 1 in 10^16.
  const std::string text(address);
  const auto bytes = from_hex(sealer.pseudonym("subscriber/1/" + text) + sealer.pseudonym("subscriber/2/" + text));
  place.field = bytes->substr(0, 12);
  const auto spread = static_cast<unsigned char>(bytes->back());
  place.bucket_key = keys::subscriber_ids(place.partition, spread % keys::kSubscriberBuckets);
  place.slot = slot_of(address);
  if (place.slot[0] == kLongAddress) place.long_address = text;
  return place;
}

Result<std::string> address_in(std::string_view slot) {
  if (slot.size() != kSlotBytes || slot[0] == '\0') return std::string();
  if (slot[0] == kLongAddress) return std::string(1, kLongAddress);
  for (const SlotKind& kind : kSlotKinds) {
    if (slot[0] == kind.code) return std::string(kind.prefix) + to_hex(slot.substr(1));
  }
  return Error{ErrorCode::kCorrupt, "a subscriber's slot has a kind that this version does not know"};
}

std::uint64_t rank_at(std::string_view ranks, std::size_t ordinal) {
  if ((ordinal + 1) * kRankBytes > ranks.size()) return 0;
  std::uint64_t rank = 0;
  for (const char byte : ranks.substr(ordinal * kRankBytes, kRankBytes))
    rank = rank << 8 | static_cast<unsigned char>(byte);
  return rank;
}

std::optional<SubscriberRef> ref_in(const Reply& entry, Partition partition) {
  if (entry.is_nil() || entry.text.empty() || entry.text.front() == kErasedMark) return std::nullopt;
  SubscriberRef ref{partition, 0};
  std::from_chars(entry.text.data(), entry.text.data() + entry.text.size(), ref.ordinal);
  return ref;
}

std::vector<std::string> slot_keys(Partition partition) {
  return {keys::subscriber_next(partition), keys::subscriber_addresses(partition),
          keys::subscriber_long_addresses(partition), keys::subscriber_times(partition),
          keys::setting_floors(partition)};
}

}  // namespace kairan::store
