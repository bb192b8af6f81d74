// The owner's side of the inbox: committing, failing, sending replies, and what operators see.
#include <algorithm>
#include <charconv>
#include <utility>

#include "store/inbox.h"
#include "store/inbox_reply.h"
#include "store/scripts.h"

namespace kairan::store {
namespace {

constexpr std::int64_t kOldEpoch = -1;
constexpr std::int64_t kNoSuchReply = -2;

Error old_epoch() {
  return Error{ErrorCode::kConflict, "inbox: the partition has another owner now"};
}

/// "1795000000000-12" as numbers, so that positions sort by place.
std::pair<std::uint64_t, std::uint64_t> outbox_place(const std::string& position) {
  std::uint64_t ms = 0;
  std::uint64_t sequence = 0;
  const char* end = position.data() + position.size();
  const auto first = std::from_chars(position.data(), end, ms).ptr;
  if (first != end && *first == '-') std::from_chars(first + 1, end, sequence);
  return {ms, sequence};
}

/// Figures come in commands per partition, in this order.
constexpr std::size_t kFigureCommands = 5;

}  // namespace

Status Inbox::commit(const Lease& lease, const EventCommit& commit) {
  if (commit.reply && commit.reply->empty()) return Error{ErrorCode::kInvalid, "inbox: an empty reply"};
  const Partition p = lease.partition;
  std::vector<std::string> key_names{keys::lease(p), keys::inbox(p), keys::outbox(p), keys::fails(p),
                                     keys::counters(p)};
  std::vector<std::string> args{std::to_string(lease.epoch), commit.position, commit.reply.value_or(""),
                                commit.counter};
  if (commit.conversation) {
    key_names.push_back(keys::conversation(p, commit.conversation->ordinal));
    args.push_back(commit.conversation->state);
    args.push_back(std::to_string(milliseconds(kConversationRetention).count()));
  }
  const auto reply = redis_.eval(scripts::inbox_commit(), key_names, args);
  if (!reply) return reply.error();
  if (reply->integer == kOldEpoch) return old_epoch();
  return {};
}

Result<bool> Inbox::fail(const Lease& lease, const std::string& position, std::string_view reason, int limit,
                         TimePoint now) {
  const Partition p = lease.partition;
  const std::int64_t ms = to_unix_ms(now);
  const auto reply = redis_.eval(
      scripts::inbox_fail(), {keys::lease(p), keys::inbox(p), keys::fails(p), keys::dead(p), keys::counters(p)},
      {std::to_string(lease.epoch), position, std::string(reason.substr(0, 500)), std::to_string(limit),
       std::to_string(ms), std::to_string(ms - milliseconds(kDeadRetention).count())});
  if (!reply) return reply.error();
  if (reply->integer == kOldEpoch) return old_epoch();
  return reply->integer == 1;
}

Result<std::vector<OutboxRecord>> Inbox::outbox(const Lease& lease) {
  const auto reply = redis_.eval(scripts::outbox_read(), {keys::lease(lease.partition), keys::outbox(lease.partition)},
                                 {std::to_string(lease.epoch)});
  if (!reply) return reply.error();
  if (reply->type == Reply::Type::kInteger) return old_epoch();
  std::vector<OutboxRecord> records;
  for (std::size_t i = 0; i + 1 < reply->items.size(); i += 2) {
    const std::string& value = reply->items[i + 1].text;
    if (value.empty() || value[0] < '0' || value[0] > '2') {
      return Error{ErrorCode::kCorrupt, "inbox: a reply in the outbox has no known stage"};
    }
    records.push_back({reply->items[i].text, static_cast<ReplyStage>(value[0]), value.substr(1)});
  }
  std::sort(records.begin(), records.end(), [](const OutboxRecord& a, const OutboxRecord& b) {
    return outbox_place(a.position) < outbox_place(b.position);
  });
  return records;
}

Status Inbox::begin_try(const Lease& lease, const std::string& position, ReplyStage stage) {
  const auto reply =
      redis_.eval(scripts::outbox_begin_try(), {keys::lease(lease.partition), keys::outbox(lease.partition)},
                  {std::to_string(lease.epoch), position, std::string(1, static_cast<char>(stage))});
  if (!reply) return reply.error();
  if (reply->integer == kOldEpoch) return old_epoch();
  if (reply->integer == kNoSuchReply) return Error{ErrorCode::kNotFound, "inbox: no reply waits at this position"};
  if (reply->integer == 0) return Error{ErrorCode::kConflict, "inbox: the reply is at a later stage already"};
  return {};
}

Status Inbox::finish(const Lease& lease, const std::string& position, std::string_view outcome) {
  const Partition p = lease.partition;
  const auto reply = redis_.eval(scripts::outbox_finish(), {keys::lease(p), keys::outbox(p), keys::counters(p)},
                                 {std::to_string(lease.epoch), position, std::string(outcome)});
  if (!reply) return reply.error();
  if (reply->integer == kOldEpoch) return old_epoch();
  return {};
}

Result<std::vector<DeadEvent>> Inbox::dead(std::size_t count) {
  std::vector<Args> commands;
  for (Partition p = 0; p < partitions_; ++p) {
    commands.push_back(
        {"XREVRANGE", keys::dead(p), "+", "-", "COUNT", std::to_string(std::max<std::size_t>(count, 1))});
  }
  const auto replies = redis_.pipeline(commands);
  if (!replies) return replies.error();
  std::vector<DeadEvent> events;
  for (Partition p = 0; p < partitions_; ++p) {
    if ((*replies)[p].is_error()) return error_of((*replies)[p]);
    for (const Reply& entry : (*replies)[p].items) {
      if (entry.items.size() != 2) continue;
      DeadEvent event;
      event.partition = p;
      event.position = entry.items[0].text;
      const auto& fields = entry.items[1].items;
      for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
        if (fields[i].text == "i") event.id = fields[i + 1].text;
        if (fields[i].text == "why") event.reason = fields[i + 1].text;
        if (fields[i].text == "at") event.at = reply_reading::time_of(fields[i + 1].text);
      }
      events.push_back(std::move(event));
    }
  }
  std::stable_sort(events.begin(), events.end(), [](const DeadEvent& a, const DeadEvent& b) { return a.at > b.at; });
  if (events.size() > count) events.resize(count);
  return events;
}

Status Inbox::rerun(Partition partition, const std::string& position) {
  if (partition >= partitions_) return Error{ErrorCode::kInvalid, "inbox: there is no such partition"};
  const auto reply = redis_.eval(
      scripts::inbox_rerun(), {keys::dead(partition), keys::inbox(partition), keys::counters(partition)}, {position});
  if (!reply) {
    // Redis refuses a position that is not of its form; for the caller there is no such event.
    if (reply.error().code == ErrorCode::kRefused) return Error{ErrorCode::kNotFound, reply.error().detail};
    return reply.error();
  }
  if (reply->integer == 0) return Error{ErrorCode::kNotFound, "inbox: there is no such dead event"};
  return {};
}

Result<Inbox::Figures> Inbox::figures() {
  std::vector<Args> commands;
  commands.reserve(partitions_ * kFigureCommands);
  for (Partition p = 0; p < partitions_; ++p) {
    commands.push_back({"XLEN", keys::inbox(p)});
    commands.push_back({"HLEN", keys::outbox(p)});
    commands.push_back({"XLEN", keys::dead(p)});
    commands.push_back({"XRANGE", keys::inbox(p), "-", "+", "COUNT", "1"});
    commands.push_back({"HGETALL", keys::counters(p)});
  }
  const auto replies = redis_.pipeline(commands);
  if (!replies) return replies.error();
  Figures figures;
  for (std::size_t i = 0; i < replies->size(); i += kFigureCommands) {
    const Reply* reply = &(*replies)[i];
    for (std::size_t k = 0; k < kFigureCommands; ++k) {
      if (reply[k].is_error()) return error_of(reply[k]);
    }
    figures.waiting += static_cast<std::uint64_t>(reply[0].integer);
    figures.unsent += static_cast<std::uint64_t>(reply[1].integer);
    figures.dead += static_cast<std::uint64_t>(reply[2].integer);
    for (const StoredEvent& first : reply_reading::events_of(reply[3])) {
      if (!figures.oldest || first.received < *figures.oldest) figures.oldest = first.received;
    }
    const auto& counters = reply[4].items;
    for (std::size_t k = 0; k + 1 < counters.size(); k += 2) {
      std::uint64_t value = 0;
      const std::string& text = counters[k + 1].text;
      std::from_chars(text.data(), text.data() + text.size(), value);
      figures.outcomes[counters[k].text] += value;
    }
  }
  return figures;
}

}  // namespace kairan::store
