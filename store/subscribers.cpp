#include "store/subscribers.h"

#include <charconv>

#include "base/ids.h"
#include "store/scripts.h"

namespace kairan::store {
namespace {

constexpr std::size_t kSlotBytes = 17;
constexpr std::size_t kIdHexDigits = 32;
constexpr char kLongAddress = '\xff';

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

Result<SubscriberRef> Subscribers::ensure(std::string_view address) {
  // Nearly always the address is known, and reading is cheaper than a script and writes nothing.
  auto known = find(address);
  if (!known) return known.error();
  if (*known) return **known;
  const Place place = place_of(address, sealer_, partitions_);
  const auto reply = redis_.eval(scripts::subscriber_ensure(),
                                 {keys::subscriber_next(place.partition), keys::subscriber_addresses(place.partition),
                                  place.bucket_key, keys::subscriber_long_addresses(place.partition)},
                                 {place.field, place.slot, place.long_address});
  if (!reply) return reply.error();
  return SubscriberRef{place.partition, static_cast<std::uint32_t>(reply->integer)};
}

Result<std::optional<SubscriberRef>> Subscribers::find(std::string_view address) {
  if (const Status valid = check_address(address); !valid) return valid.error();
  const Place place = place_of(address, sealer_, partitions_);
  const auto reply = redis_.command({"HGET", place.bucket_key, place.field});
  if (!reply) return reply.error();
  if (reply->is_nil()) return std::optional<SubscriberRef>();
  return std::optional<SubscriberRef>(SubscriberRef{place.partition, parse_ordinal(reply->text)});
}

Result<bool> Subscribers::set_following(std::string_view address, bool following, TimePoint at) {
  if (const Status valid = check_address(address); !valid) return valid.error();
  const std::int64_t ms = to_unix_ms(at);
  // The largest rank that Lua's numbers hold exactly; no clock is near it (year 144,000).
  if (ms < 0 || ms >= (std::int64_t{1} << 52)) return Error{ErrorCode::kInvalid, "event time is out of range"};
  const Place place = place_of(address, sealer_, partitions_);
  const Partition p = place.partition;
  const auto reply =
      redis_.eval(scripts::subscriber_follow(),
                  {keys::subscriber_next(p), keys::subscriber_addresses(p), place.bucket_key,
                   keys::subscriber_long_addresses(p), keys::subscriber_times(p), keys::bitmap(p, kFollowers)},
                  {place.field, place.slot, place.long_address, std::to_string(ms * 2 + (following ? 0 : 1)),
                   following ? "1" : "0"});
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
  const std::string& slot = replies->front().text;
  if (slot.size() != kSlotBytes || slot[0] == '\0') return std::optional<std::string>();
  if (slot[0] == kLongAddress) {
    const Reply& stored = replies->back();
    return stored.is_nil() ? std::optional<std::string>() : std::optional<std::string>(stored.text);
  }
  for (const SlotKind& kind : kSlotKinds) {
    if (slot[0] == kind.code) return std::optional<std::string>(std::string(kind.prefix) + to_hex(slot.substr(1)));
  }
  return Error{ErrorCode::kCorrupt, "a subscriber's slot has a kind that this version does not know"};
}

}  // namespace kairan::store
