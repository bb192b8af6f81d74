#include "store/subscriber_erasure.h"

#include <charconv>

#include "store/scripts.h"
#include "store/subscriber_place.h"

namespace kairan::store {
namespace {

constexpr std::int64_t kNoSuchSubscriber = -1;
constexpr std::int64_t kNamesChanged = -2;
/// Somebody would have to choose a value nobody ever chose, again and again, between two round trips.
constexpr int kErasureTries = 20;

}  // namespace

SubscriberErasure::SubscriberErasure(RedisClient& redis, const Sealer& sealer, Partition partitions)
    : redis_(redis), sealer_(sealer), partitions_(partitions) {}

Result<TimePoint> SubscriberErasure::erase(SubscriberRef ref, std::string_view address, TimePoint now) {
  if (const Status valid = check_address(address); !valid) return valid.error();
  const Place place = place_of(address, sealer_, partitions_);
  if (place.partition != ref.partition) return Error{ErrorCode::kInvalid, "the address is not of this partition"};
  const Partition p = ref.partition;
  std::vector<std::string> first_keys = slot_keys(p);
  first_keys.insert(first_keys.end(), {place.bucket_key, keys::bitmap_names(p), keys::setting_ranks(p, ref.ordinal),
                                       keys::absences(p), keys::conversation(p, ref.ordinal)});
  const std::vector<std::string> args{place.field, std::to_string(ref.ordinal), std::to_string(to_unix_ms(now)), "1"};
  for (int i = 0; i < kErasureTries; ++i) {
    const auto names = redis_.command({"SMEMBERS", keys::bitmap_names(p)});
    if (!names) return names.error();
    std::vector<std::string> key_names = first_keys;
    key_names.push_back(keys::bitmap(p, Subscribers::kFollowers));
    for (const Reply& name : names->items) key_names.push_back(keys::bitmap(p, name.text));
    const auto reply = redis_.eval(scripts::subscriber_erase(), key_names, args);
    if (!reply) return reply.error();
    if (reply->integer == kNoSuchSubscriber) return Error{ErrorCode::kNotFound, "there is no such subscriber"};
    if (reply->integer != kNamesChanged) return from_unix_ms(reply->integer);
  }
  return Error{ErrorCode::kUnavailable, "the bitmaps of the partition keep changing"};
}

Result<std::optional<TimePoint>> SubscriberErasure::erased_at(std::string_view address) {
  if (const Status valid = check_address(address); !valid) return valid.error();
  const Place place = place_of(address, sealer_, partitions_);
  const auto entry = redis_.command({"HGET", place.bucket_key, place.field});
  if (!entry) return entry.error();
  if (entry->text.empty() || entry->text.front() != kErasedMark) return std::optional<TimePoint>();
  std::int64_t ms = 0;
  std::from_chars(entry->text.data() + 1, entry->text.data() + entry->text.size(), ms);
  return std::optional<TimePoint>(from_unix_ms(ms));
}

}  // namespace kairan::store
