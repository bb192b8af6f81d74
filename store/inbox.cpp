#include "store/inbox.h"

#include <algorithm>
#include <utility>

#include "store/inbox_reply.h"
#include "store/scripts.h"
#include "store/stored_number.h"

namespace kairan::store {
namespace {

/// More events of one partition go in several script calls of the same round trip: a script stops everything else.
constexpr std::size_t kMaxEventsPerScript = 200;
constexpr std::size_t kMaxRead = 1000;

/// One partition's part of an append, and where its answers go.
struct Group {
  Partition partition = 0;
  std::vector<std::size_t> indexes;
};

std::vector<Group> by_partition(std::span<const NewEvent> events) {
  std::vector<Group> groups;
  std::map<Partition, std::size_t> open;  // partition → its group that has room
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto found = open.find(events[i].partition);
    if (found == open.end() || groups[found->second].indexes.size() == kMaxEventsPerScript) {
      open[events[i].partition] = groups.size();
      groups.push_back({events[i].partition, {i}});
    } else {
      groups[found->second].indexes.push_back(i);
    }
  }
  return groups;
}

ScriptCall append_call(const Group& group, std::span<const NewEvent> events, std::int64_t day) {
  ScriptCall call;
  call.script = &scripts::inbox_append();
  const Partition p = group.partition;
  call.keys = {keys::inbox(p), keys::seen(p, day), keys::seen(p, day - 1), keys::seen(p, day + 1)};
  call.args.reserve(1 + group.indexes.size() * 4);
  call.args.push_back(std::to_string(kSeenSeconds));
  for (const std::size_t i : group.indexes) {
    const NewEvent& event = events[i];
    call.args.push_back(event.id);
    call.args.push_back(event.channel);
    call.args.push_back(std::to_string(to_unix_ms(event.received)));
    call.args.push_back(event.body);
  }
  return call;
}

Status take_answers(const Reply& reply, const Group& group, std::vector<Taken>& taken) {
  if (reply.is_error()) return error_of(reply);
  if (reply.items.size() != group.indexes.size()) {
    return Error{ErrorCode::kInternal, "inbox: the append script answered with another number of events"};
  }
  for (std::size_t i = 0; i < group.indexes.size(); ++i) {
    taken[group.indexes[i]] = reply.items[i].integer == 1 ? Taken::kNew : Taken::kDuplicate;
  }
  return {};
}

}  // namespace

namespace reply_reading {

TimePoint time_of(const std::string& ms) {
  return from_unix_ms(stored_number<std::int64_t>(ms));
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

Inbox::Inbox(RedisClient& redis, Partition partitions) : redis_(redis), partitions_(partitions) {}

Result<std::vector<Taken>> Inbox::append(std::span<const NewEvent> events, TimePoint now, milliseconds timeout) {
  std::vector<Taken> taken(events.size(), Taken::kDuplicate);
  for (const NewEvent& event : events) {
    if (event.partition >= partitions_ || event.id.empty()) {
      return Error{ErrorCode::kInvalid, "inbox: an event needs an id and a partition of this store"};
    }
  }
  if (events.empty()) return taken;
  const std::int64_t day = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
  const std::vector<Group> groups = by_partition(events);
  std::vector<ScriptCall> calls;
  calls.reserve(groups.size());
  for (const Group& group : groups) calls.push_back(append_call(group, events, day));
  const auto replies = redis_.eval_pipeline(calls, timeout);
  if (!replies) return replies.error();
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (const Status read = take_answers((*replies)[i], groups[i], taken); !read) {
      // Other groups have been taken in; a repeat finds them as duplicates.
      return groups.size() == 1 ? read.error() : Error{ErrorCode::kTimeout, read.error().detail};
    }
  }
  return taken;
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
    if (reply.items.size() != 2) return Error{ErrorCode::kInternal, "inbox: the lease script answered in another form"};
    if (reply.items[0].integer <= 0) continue;
    leases[i] = Lease{partitions[i], static_cast<std::uint64_t>(reply.items[0].integer), reply.items[1].integer == 1};
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
