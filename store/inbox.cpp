#include "store/inbox.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "store/append_queue.h"
#include "store/inbox_reply.h"
#include "store/scripts.h"

namespace kairan::store {
namespace {

constexpr std::size_t kMaxRead = 1000;

}  // namespace

namespace reply_reading {

TimePoint time_of(const std::string& ms) {
  std::int64_t value = 0;
  std::from_chars(ms.data(), ms.data() + ms.size(), value);
  return from_unix_ms(value);
}

std::vector<StoredEvent> events_of(const Reply& entries) {
  std::vector<StoredEvent> events;
  events.reserve(entries.items.size());
  for (const Reply& entry : entries.items) {
    if (entry.items.size() != 2) continue;
    StoredEvent event;
    event.position = entry.items[0].text;
    const auto& fields = entry.items[1].items;
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
      const std::string& name = fields[i].text;
      if (name == "i") event.id = fields[i + 1].text;
      if (name == "c") event.channel = fields[i + 1].text;
      if (name == "t") event.received = time_of(fields[i + 1].text);
      if (name == "b") event.body = fields[i + 1].text;
    }
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace reply_reading

Inbox::Inbox(RedisClient& redis, Partition partitions)
    : redis_(redis), partitions_(partitions), appends_(std::make_unique<AppendQueue>(redis)) {}

Inbox::~Inbox() = default;

Result<std::vector<Taken>> Inbox::append(std::span<const NewEvent> events, TimePoint now, milliseconds timeout) {
  for (const NewEvent& event : events) {
    if (event.partition >= partitions_ || event.id.empty()) {
      return Error{ErrorCode::kInvalid, "inbox: an event needs an id and a partition of this store"};
    }
  }
  if (events.empty()) return std::vector<Taken>();
  return appends_->append(events, std::chrono::floor<std::chrono::days>(now).time_since_epoch().count(), timeout);
}

Result<std::vector<std::string>> Inbox::join(const std::string& owner, milliseconds ttl) {
  const auto reply = redis_.eval(scripts::members_join(), {keys::members()}, {owner, std::to_string(ttl.count())});
  if (!reply) return reply.error();
  std::vector<std::string> members;
  for (const Reply& item : reply->items) members.push_back(item.text);
  return members;
}

Status Inbox::leave(const std::string& owner) {
  const auto reply = redis_.command({"ZREM", keys::members(), owner});
  return reply ? Status() : Status(reply.error());
}

Result<std::vector<std::optional<Lease>>> Inbox::acquire(std::span<const Partition> partitions,
                                                         const std::string& owner, milliseconds ttl,
                                                         std::span<const std::string> dead_owners) {
  if (owner.empty()) return Error{ErrorCode::kInvalid, "inbox: an owner needs a name"};
  std::vector<ScriptCall> calls;
  calls.reserve(partitions.size());
  for (const Partition p : partitions) {
    ScriptCall call{&scripts::lease_acquire(), {keys::lease(p)}, {owner, std::to_string(ttl.count())}};
    call.args.insert(call.args.end(), dead_owners.begin(), dead_owners.end());
    calls.push_back(std::move(call));
  }
  const auto replies = redis_.eval_pipeline(calls);
  if (!replies) return replies.error();
  std::vector<std::optional<Lease>> leases(partitions.size());
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    const Reply& reply = (*replies)[i];
    if (reply.is_error()) return error_of(reply);
    if (reply.integer > 0) leases[i] = Lease{partitions[i], static_cast<std::uint64_t>(reply.integer)};
  }
  return leases;
}

Status Inbox::release(std::span<const Lease> leases, const std::string& owner) {
  std::vector<ScriptCall> calls;
  for (const Lease& lease : leases) {
    calls.push_back({&scripts::lease_release(), {keys::lease(lease.partition)}, {owner, std::to_string(lease.epoch)}});
  }
  const auto replies = redis_.eval_pipeline(calls);
  if (!replies) return replies.error();
  for (const Reply& reply : *replies) {
    if (reply.is_error()) return error_of(reply);
  }
  return {};
}

Result<std::vector<StoredEvent>> Inbox::read(Partition partition, const std::string& after, std::size_t count) {
  const auto reply = redis_.command({"XRANGE", keys::inbox(partition), "(" + after, "+", "COUNT",
                                     std::to_string(std::clamp(count, std::size_t{1}, kMaxRead))});
  if (!reply) return reply.error();
  return reply_reading::events_of(*reply);
}

Result<std::map<Partition, std::vector<StoredEvent>>> Inbox::wait(const std::map<Partition, std::string>& after,
                                                                  std::size_t count, milliseconds block) {
  std::map<Partition, std::vector<StoredEvent>> found;
  if (after.empty()) return found;
  // BLOCK 0 would wait without end.
  block = std::max(block, milliseconds(1));
  Args args{"XREAD",
            "COUNT",
            std::to_string(std::clamp(count, std::size_t{1}, kMaxRead)),
            "BLOCK",
            std::to_string(block.count()),
            "STREAMS"};
  std::map<std::string, Partition> by_key;
  for (const auto& [partition, position] : after) {
    args.push_back(keys::inbox(partition));
    by_key[args.back()] = partition;
  }
  for (const auto& [partition, position] : after) args.push_back(position);
  const auto reply = redis_.blocking(args, block);
  if (!reply) return reply.error();
  for (const Reply& stream : reply->items) {
    if (stream.items.size() != 2) continue;
    const auto partition = by_key.find(stream.items[0].text);
    if (partition != by_key.end()) found[partition->second] = reply_reading::events_of(stream.items[1]);
  }
  return found;
}

}  // namespace kairan::store
