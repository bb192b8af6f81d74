#include "store/subscribers.h"

#include <algorithm>
#include <charconv>

#include "base/ids.h"
#include "store/scripts.h"

namespace kairan::store {
namespace {

constexpr std::size_t kSlotBytes = 17;
constexpr std::size_t kIdHexDigits = 32;
constexpr char kLongAddress = '\xff';
/// Begins what an id bucket holds for an address that was erased.
constexpr char kErased = 'x';

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

/// An address's place in the store.
struct Place {
  Partition partition = 0;
  std::string field;  ///< in its id bucket
  std::string bucket_key;
  std::string slot;
  std::string long_address;
};

/// The address in a slot: empty for a slot that is erased or was never used, kLongAddress alone for one kept elsewhere.
Result<std::string> address_in(std::string_view slot) {
  if (slot.size() != kSlotBytes || slot[0] == '\0') return std::string();
  if (slot[0] == kLongAddress) return std::string(1, kLongAddress);
  for (const SlotKind& kind : kSlotKinds) {
    if (slot[0] == kind.code) return std::string(kind.prefix) + to_hex(slot.substr(1));
  }
  return Error{ErrorCode::kCorrupt, "a subscriber's slot has a kind that this version does not know"};
}

std::uint32_t parse_ordinal(const std::string& text) {
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
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

/// KEYS 1 to 6 of every script that gives addresses their slots (scripts/lib/slots.lua).
std::vector<std::string> slot_keys(const Place& place) {
  const Partition p = place.partition;
  return {keys::subscriber_next(p),           keys::subscriber_addresses(p), place.bucket_key,
          keys::subscriber_long_addresses(p), keys::subscriber_times(p),     keys::setting_floors(p)};
}

Status check_address(std::string_view address) {
  if (!address.empty() && address.size() <= 256) return {};
  return Error{ErrorCode::kInvalid, "an address must have 1 to 256 bytes"};
}

}  // namespace

Subscribers::Subscribers(RedisClient& redis, const Sealer& sealer, Partition partitions)
    : redis_(redis), sealer_(sealer), partitions_(partitions) {}

Partition Subscribers::partition_of(std::string_view address) const {
  return store::partition_of(address, partitions_);
}

Result<SubscriberRef> Subscribers::ensure(std::string_view address, TimePoint at) {
  // Nearly always the address is known, and reading is cheaper than a script and writes nothing.
  auto known = find(address);
  if (!known) return known.error();
  if (*known) return **known;
  const Place place = place_of(address, sealer_, partitions_);
  const auto reply = redis_.eval(scripts::subscriber_ensure(), slot_keys(place),
                                 {place.field, place.slot, place.long_address, std::to_string(to_unix_ms(at))});
  if (!reply) return reply.error();
  if (reply->integer < 0) return Error{ErrorCode::kNotFound, "the subscriber was erased after this event"};
  return SubscriberRef{place.partition, static_cast<std::uint32_t>(reply->integer)};
}

Result<std::optional<SubscriberRef>> Subscribers::find(std::string_view address) {
  if (const Status valid = check_address(address); !valid) return valid.error();
  const Place place = place_of(address, sealer_, partitions_);
  const auto reply = redis_.command({"HGET", place.bucket_key, place.field});
  if (!reply) return reply.error();
  if (reply->is_nil() || reply->text.front() == kErased) return std::optional<SubscriberRef>();
  return std::optional<SubscriberRef>(SubscriberRef{place.partition, parse_ordinal(reply->text)});
}

Result<bool> Subscribers::set_following(std::string_view address, bool following, TimePoint at) {
  if (const Status valid = check_address(address); !valid) return valid.error();
  const std::int64_t ms = to_unix_ms(at);
  // The largest rank that Lua's numbers hold exactly; no clock is near it (year 144,000).
  if (ms < 0 || ms >= (std::int64_t{1} << 52)) return Error{ErrorCode::kInvalid, "event time is out of range"};
  const Place place = place_of(address, sealer_, partitions_);
  std::vector<std::string> key_names = slot_keys(place);
  key_names.push_back(keys::bitmap(place.partition, kFollowers));
  const auto reply = redis_.eval(scripts::subscriber_follow(), key_names,
                                 {place.field, place.slot, place.long_address,
                                  std::to_string(ms * 2 + (following ? 0 : 1)), following ? "1" : "0"});
  if (!reply) return reply.error();
  return reply->integer == 1;
}

Result<bool> Subscribers::is_following(SubscriberRef ref) {
  const auto reply = redis_.command({"GETBIT", keys::bitmap(ref.partition, kFollowers), std::to_string(ref.ordinal)});
  if (!reply) return reply.error();
  return reply->integer == 1;
}

Result<std::uint64_t> Subscribers::count_following() {
  std::vector<Args> commands;
  for (Partition p = 0; p < partitions_; ++p) commands.push_back({"BITCOUNT", keys::bitmap(p, kFollowers)});
  const auto replies = redis_.pipeline(commands);
  if (!replies) return replies.error();
  std::uint64_t count = 0;
  for (const Reply& reply : *replies) {
    if (reply.is_error()) return error_of(reply);
    count += static_cast<std::uint64_t>(reply.integer);
  }
  return count;
}

Result<std::optional<std::string>> Subscribers::address(SubscriberRef ref) {
  const std::uint64_t from = std::uint64_t{ref.ordinal} * kSlotBytes;
  const auto replies =
      redis_.pipeline({{"GETRANGE", keys::subscriber_addresses(ref.partition), std::to_string(from),
                        std::to_string(from + kSlotBytes - 1)},
                       {"HGET", keys::subscriber_long_addresses(ref.partition), std::to_string(ref.ordinal)}});
  if (!replies) return replies.error();
  for (const Reply& reply : *replies) {
    if (reply.is_error()) return error_of(reply);
  }
  const auto read = address_in(replies->front().text);
  if (!read) return read.error();
  std::string address = *read;
  if (address.size() == 1) address = replies->back().text;
  if (address.empty()) return std::optional<std::string>();
  return std::optional<std::string>(std::move(address));
}

Result<std::vector<std::string>> Subscribers::addresses(Partition partition, std::span<const std::uint32_t> ordinals) {
  std::vector<std::string> found(ordinals.size());
  if (ordinals.empty()) return found;
  const auto [least, most] = std::minmax_element(ordinals.begin(), ordinals.end());
  const std::uint64_t from = std::uint64_t{*least} * kSlotBytes;
  const std::uint64_t to = (std::uint64_t{*most} + 1) * kSlotBytes - 1;
  const auto slots =
      redis_.command({"GETRANGE", keys::subscriber_addresses(partition), std::to_string(from), std::to_string(to)});
  if (!slots) return slots.error();
  Args long_ones{"HMGET", keys::subscriber_long_addresses(partition)};
  std::vector<std::size_t> long_places;
  for (std::size_t i = 0; i < ordinals.size(); ++i) {
    const std::size_t at = std::size_t{ordinals[i] - *least} * kSlotBytes;
    if (at + kSlotBytes > slots->text.size()) continue;
    auto address = address_in(std::string_view(slots->text).substr(at, kSlotBytes));
    if (!address) return address.error();
    if (address->size() == 1) {
      long_ones.push_back(std::to_string(ordinals[i]));
      long_places.push_back(i);
    } else {
      found[i] = *std::move(address);
    }
  }
  if (long_places.empty()) return found;
  const auto stored = redis_.command(long_ones);
  if (!stored) return stored.error();
  for (std::size_t i = 0; i < long_places.size() && i < stored->items.size(); ++i) {
    found[long_places[i]] = stored->items[i].text;
  }
  return found;
}

}  // namespace kairan::store
