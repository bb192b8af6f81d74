#include "store/inbox_sweep.h"

#include <vector>

#include "store/inbox_reply.h"

namespace kairan::store {
namespace {

constexpr std::size_t kReadAtOnce = 200;

/// Entries of a stream, a piece at a time.
Status each_entry(RedisClient& redis, const std::string& key,
                  const std::function<Status(const StoredEvent&, const Reply&)>& take) {
  std::string from = "-";
  for (;;) {
    const auto reply = redis.command({"XRANGE", key, from, "+", "COUNT", std::to_string(kReadAtOnce)});
    if (!reply) return reply.error();
    const std::vector<StoredEvent> events = reply_reading::events_of(*reply);
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (const Status taken = take(events[i], reply->items[i]); !taken) return taken;
    }
    if (reply->items.size() < kReadAtOnce) return {};
    from = "(" + events.back().position;
  }
}

}  // namespace

Result<std::uint64_t> sweep_inbox(RedisClient& redis, Partition partition,
                                  const std::function<bool(const Waiting&)>& take) {
  std::uint64_t taken = 0;
  const auto remove = [&](const std::vector<Args>& commands) -> Status {
    const auto replies = redis.pipeline(commands);
    if (!replies) return replies.error();
    ++taken;
    return {};
  };
  const std::string inbox = keys::inbox(partition);
  const Status events = each_entry(redis, inbox, [&](const StoredEvent& event, const Reply&) -> Status {
    if (!take({Waiting::Kind::kEvent, event.position, event.id, event.body})) return {};
    return remove({{"XDEL", inbox, event.position}, {"HDEL", keys::fails(partition), event.position}});
  });
  if (!events) return events.error();
  const std::string dead = keys::dead(partition);
  const Status given_up = each_entry(redis, dead, [&](const StoredEvent& event, const Reply&) -> Status {
    if (!take({Waiting::Kind::kDead, event.position, event.id, event.body})) return {};
    return remove({{"XDEL", dead, event.position}});
  });
  if (!given_up) return given_up.error();
  const auto replies = redis.command({"HGETALL", keys::outbox(partition)});
  if (!replies) return replies.error();
  for (std::size_t i = 0; i + 1 < replies->items.size(); i += 2) {
    const std::string& position = replies->items[i].text;
    const std::string& value = replies->items[i + 1].text;
    // A stage byte stands before the sealed reply.
    if (value.empty() || !take({Waiting::Kind::kReply, position, "", value.substr(1)})) continue;
    if (const Status removed = remove({{"HDEL", keys::outbox(partition), position}}); !removed) return removed.error();
  }
  return taken;
}

}  // namespace kairan::store
