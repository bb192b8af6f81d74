#include "store/subscribers.h"

#include <algorithm>

#include "store/scripts.h"
#include "store/subscriber_place.h"

namespace kairan::store {
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
  std::vector<std::string> key_names = slot_keys(place.partition);
  key_names.push_back(place.bucket_key);
  const auto reply = redis_.eval(scripts::subscriber_ensure(), key_names,
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
  return ref_in(*reply, place.partition);
}

Result<bool> Subscribers::set_following(std::string_view address, bool following, TimePoint at) {
  if (const Status valid = check_address(address); !valid) return valid.error();
  const std::int64_t ms = to_unix_ms(at);
  // The largest rank that Lua's numbers hold exactly; no clock is near it (year 144,000).
  if (ms < 0 || ms >= (std::int64_t{1} << 52)) return Error{ErrorCode::kInvalid, "event time is out of range"};
  const Place place = place_of(address, sealer_, partitions_);
  std::vector<std::string> key_names = slot_keys(place.partition);
  key_names.push_back(place.bucket_key);
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
