#include "store/subscriber_upkeep.h"

#include <algorithm>
#include <numeric>
#include <unordered_set>

#include "store/scripts.h"
#include "store/subscriber_import.h"
#include "store/subscriber_place.h"

namespace kairan::store {
namespace {

constexpr std::size_t kPerScript = 500;

}  // namespace

SubscriberUpkeep::SubscriberUpkeep(RedisClient& redis, const Sealer& sealer, Partition partitions)
    : redis_(redis), sealer_(sealer), partitions_(partitions) {}

Result<std::vector<std::string>> SubscriberUpkeep::all_addresses(Partition partition) {
  const auto next = redis_.command({"GET", keys::subscriber_next(partition)});
  if (!next) return next.error();
  std::vector<std::uint32_t> ordinals(next->is_nil() ? 0 : std::stoul(next->text));
  std::iota(ordinals.begin(), ordinals.end(), 0);
  return Subscribers(redis_, sealer_, partitions_).addresses(partition, ordinals);
}

Result<ReconcileCounts> SubscriberUpkeep::reconcile(std::span<const std::string> listed, TimePoint began,
                                                    std::string_view night) {
  ReconcileCounts counts;
  counts.listed = listed.size();
  std::vector<std::unordered_set<std::string_view>> by_partition(partitions_);
  for (const std::string& address : listed) by_partition[store::partition_of(address, partitions_)].insert(address);
  std::vector<std::string> unknown;
  for (Partition p = 0; p < partitions_; ++p) {
    const auto addresses = all_addresses(p);
    if (!addresses) return addresses.error();
    std::vector<std::string> key_names = slot_keys(p);
    key_names.push_back(keys::bitmap(p, Subscribers::kFollowers));
    key_names.push_back(keys::absences(p));
    const std::vector<std::string> head{std::to_string(to_unix_ms(began)), std::string(night),
                                        std::to_string(kAbsentNights)};
    std::unordered_set<std::string_view>& missing = by_partition[p];
    for (std::size_t from = 0; from < addresses->size(); from += kPerScript) {
      std::vector<std::string> args = head;
      for (std::size_t n = from; n < std::min(addresses->size(), from + kPerScript); ++n) {
        if ((*addresses)[n].empty()) continue;
        args.push_back(std::to_string(n));
        args.emplace_back(missing.erase((*addresses)[n]) > 0 ? "1" : "0");
      }
      const auto reply = redis_.eval(scripts::subscriber_reconcile(), key_names, args);
      if (!reply) return reply.error();
      if (reply->items.size() != 3) return Error{ErrorCode::kInternal, "reconcile answered with another number"};
      counts.found += static_cast<std::uint64_t>(reply->items[0].integer);
      counts.absent += static_cast<std::uint64_t>(reply->items[1].integer);
      counts.gone += static_cast<std::uint64_t>(reply->items[2].integer);
    }
    unknown.insert(unknown.end(), missing.begin(), missing.end());
  }
  const auto adopted = SubscriberImport(redis_, sealer_, partitions_).adopt(unknown, began);
  if (!adopted) return adopted.error();
  counts.added = adopted->added;
  counts.erased = adopted->erased;
  return counts;
}

Result<std::uint64_t> SubscriberUpkeep::forget_settings(TimePoint now) {
  const TimePoint before = now - kSettingsRetention;
  const auto before_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(to_unix_ms(before), 0));
  Subscribers subscribers(redis_, sealer_, partitions_);
  std::uint64_t taken = 0;
  for (Partition p = 0; p < partitions_; ++p) {
    const auto made = redis_.command({"SMEMBERS", keys::bitmap_names(p)});
    const auto times = redis_.command({"GET", keys::subscriber_times(p)});
    if (!made) return made.error();
    if (!times) return times.error();
    std::vector<std::string> names{std::string(Subscribers::kFollowers)};
    for (const Reply& name : made->items) names.push_back(name.text);
    const std::vector<Partition> one{p};
    const auto read = subscribers.read_bitmaps(one, names);
    if (!read) return read.error();
    Bitmap any(read->front().bitmaps.front().length());
    for (std::size_t i = 1; i < names.size(); ++i) any |= read->front().bitmaps[i];
    any -= read->front().bitmaps.front();
    std::vector<std::string> key_names = slot_keys(p);
    key_names.push_back(keys::bitmap(p, Subscribers::kFollowers));
    key_names.emplace_back();  // the ranks of the one it is about
    for (std::size_t i = 1; i < names.size(); ++i) key_names.push_back(keys::bitmap(p, names[i]));
    Status status;
    any.for_each([&](std::size_t ordinal) {
      const std::uint64_t rank = rank_at(times->text, ordinal);
      if (rank == 0 || rank / 2 >= before_ms) return true;
      key_names[6] = keys::setting_ranks(p, static_cast<std::uint32_t>(ordinal));
      const auto reply =
          redis_.eval(scripts::subscriber_forget(), key_names, {std::to_string(ordinal), std::to_string(before_ms)});
      if (!reply) {
        status = reply.error();
        return false;
      }
      taken += static_cast<std::uint64_t>(reply->integer);
      return true;
    });
    if (!status) return status.error();
  }
  return taken;
}

Result<std::uint64_t> SubscriberUpkeep::count_unconfirmed() {
  std::vector<Args> commands;
  for (Partition p = 0; p < partitions_; ++p) commands.push_back({"HLEN", keys::absences(p)});
  const auto replies = redis_.pipeline(commands);
  if (!replies) return replies.error();
  std::uint64_t count = 0;
  for (const Reply& reply : *replies) {
    if (reply.is_error()) return error_of(reply);
    count += static_cast<std::uint64_t>(reply.integer);
  }
  return count;
}

}  // namespace kairan::store
