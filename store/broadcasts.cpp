#include "store/broadcasts.h"

#include <algorithm>
#include <utility>

#include "base/ids.h"
#include "store/keys.h"
#include "store/scripts.h"
#include "store/stored_number.h"

namespace kairan::store {
namespace {

constexpr std::string_view kState = "state";
constexpr std::string_view kRevision = "revision";
constexpr std::string_view kDue = "due";
constexpr std::string_view kOperation = "op";
/// Lua's unpack takes a bounded number of values; no record is near it.
constexpr std::size_t kMaxFields = 1000;
constexpr std::string_view kWakeEntries = "100";

/// Names that the record itself keeps; writers may not use them for their own fields.
bool is_reserved(std::string_view name) {
  return name == kState || name == kRevision || name == kDue || name == kOperation;
}

Status check_id(std::string_view id) {
  const bool hex = id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (id.size() == 32 && hex) return {};
  return Error{ErrorCode::kNotFound, "broadcasts: an id has 32 hex digits"};
}

Args wake_command() {
  return {"XADD", keys::broadcasts_wake(), "MAXLEN", "~", std::string(kWakeEntries), "*", "w", "1"};
}

Status status_of(const Result<std::vector<Reply>>& replies) {
  if (!replies) return replies.error();
  for (const Reply& reply : *replies) {
    if (reply.is_error()) return error_of(reply);
  }
  return {};
}

}  // namespace

std::string_view BroadcastRecord::field(std::string_view name) const {
  const auto found = fields.find(std::string(name));
  return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<TimePoint> BroadcastRecord::time(std::string_view name) const {
  return stored_time(field(name));
}

Status Broadcasts::create(const BroadcastRecord& record, TimePoint now) {
  if (const Status valid = check_id(record.id); !valid) return Error{ErrorCode::kInvalid, valid.error().detail};
  if (record.fields.size() > kMaxFields) return Error{ErrorCode::kTooLarge, "broadcasts: too many fields"};
  std::vector<std::string> args{std::string(kState), record.state, std::string(kRevision),
                                std::to_string(record.revision)};
  for (const auto& [name, value] : record.fields) {
    if (is_reserved(name)) return Error{ErrorCode::kInvalid, "broadcasts: a field's name is taken: " + name};
    args.push_back(name);
    args.push_back(value);
  }
  // Into the lists first: a list's entry without a record is passed over, a record without an entry would be lost.
  const Status listed = status_of(redis_.pipeline(
      {{"ZADD", keys::broadcasts(), "NX", time_field(now), record.id}, {"SADD", keys::broadcasts_open(), record.id}}));
  if (!listed) return listed;
  const auto reply = redis_.eval(scripts::broadcast_create(), {keys::broadcast(record.id)}, args);
  if (!reply) return reply.error();
  if (reply->integer != 1) return Error{ErrorCode::kConflict, "broadcasts: the id is taken"};
  return {};
}

Result<std::optional<BroadcastRecord>> Broadcasts::read(std::string_view id) {
  if (!check_id(id)) return std::optional<BroadcastRecord>();
  const auto reply = redis_.command({"HGETALL", keys::broadcast(id)});
  if (!reply) return reply.error();
  if (reply->items.empty()) return std::optional<BroadcastRecord>();
  BroadcastRecord record;
  record.id = id;
  for (std::size_t i = 0; i + 1 < reply->items.size(); i += 2) {
    const std::string& name = reply->items[i].text;
    const std::string& value = reply->items[i + 1].text;
    if (name == kState) {
      record.state = value;
    } else if (name == kRevision) {
      record.revision = stored_number<std::uint64_t>(value);
    } else if (name == kDue) {
      record.due = from_unix_ms(stored_number<std::int64_t>(value));
    } else if (name != kOperation) {
      record.fields.emplace(name, value);
    }
  }
  return std::optional<BroadcastRecord>(std::move(record));
}

Result<std::uint64_t> Broadcasts::update(std::string_view id, std::uint64_t expected, const BroadcastUpdate& update) {
  if (const Status valid = check_id(id); !valid) return valid.error();
  if (update.set.size() > kMaxFields || update.remove.size() > kMaxFields) {
    return Error{ErrorCode::kTooLarge, "broadcasts: too many fields"};
  }
  const std::string name(id);
  std::vector<std::string> args{std::to_string(expected), random_hex(8), update.state,
                                update.due ? time_field(*update.due) : std::string(),
                                std::to_string(update.remove.size())};
  for (const std::string& field : update.remove) {
    if (is_reserved(field)) return Error{ErrorCode::kInvalid, "broadcasts: a field's name is taken: " + field};
    args.push_back(field);
  }
  for (const auto& [field, value] : update.set) {
    if (is_reserved(field)) return Error{ErrorCode::kInvalid, "broadcasts: a field's name is taken: " + field};
    args.push_back(field);
    args.push_back(value);
  }
  // The dispatcher's list comes first and only ever gets earlier here, so that a crash between the two steps leaves an
  // entry too many and never one too few.
  if (update.due) {
    const auto earlier = redis_.command({"ZADD", keys::broadcasts_due(), "LT", time_field(*update.due), name});
    if (!earlier) return earlier.error();
  }
  auto reply = redis_.eval(scripts::broadcast_update(), {keys::broadcast(id)}, args);
  if (!reply && reply.error().code == ErrorCode::kTimeout) {
    reply = redis_.eval(scripts::broadcast_update(), {keys::broadcast(id)}, args);
    // Whatever this second answer says, the first may have happened.
    if (!reply) return Error{ErrorCode::kTimeout, reply.error().detail};
  }
  if (!reply) return reply.error();
  if (reply->integer == -1) return Error{ErrorCode::kNotFound, "broadcasts: there is no such broadcast"};
  if (reply->integer == 0) return Error{ErrorCode::kConflict, "broadcasts: someone else changed it meanwhile"};
  // The record says the truth about `due`; these two only make it known soon, and the sweep repairs the list.
  if (update.due) {
    (void)redis_.pipeline({{"ZADD", keys::broadcasts_due(), time_field(*update.due), name}, wake_command()});
  }
  return static_cast<std::uint64_t>(reply->integer);
}

Result<std::vector<std::string>> Broadcasts::list(std::size_t offset, std::size_t count) {
  std::vector<std::string> ids;
  if (count == 0) return ids;
  const auto reply =
      redis_.command({"ZRANGE", keys::broadcasts(), std::to_string(offset), std::to_string(offset + count - 1), "REV"});
  if (!reply) return reply.error();
  for (const Reply& item : reply->items) ids.push_back(item.text);
  return ids;
}

Result<std::size_t> Broadcasts::count() {
  const auto reply = redis_.command({"ZCARD", keys::broadcasts()});
  if (!reply) return reply.error();
  return static_cast<std::size_t>(reply->integer);
}

Result<std::vector<std::string>> Broadcasts::due(TimePoint now, std::size_t count) {
  const auto reply = redis_.command(
      {"ZRANGE", keys::broadcasts_due(), "-inf", time_field(now), "BYSCORE", "LIMIT", "0", std::to_string(count)});
  if (!reply) return reply.error();
  std::vector<std::string> ids;
  for (const Reply& item : reply->items) ids.push_back(item.text);
  return ids;
}

Result<std::vector<std::pair<std::string, TimePoint>>> Broadcasts::due_between(TimePoint from, TimePoint to) {
  const auto reply = redis_.command(
      {"ZRANGE", keys::broadcasts_due(), time_field(from), "(" + time_field(to), "BYSCORE", "WITHSCORES"});
  if (!reply) return reply.error();
  std::vector<std::pair<std::string, TimePoint>> found;
  for (std::size_t i = 0; i + 1 < reply->items.size(); i += 2) {
    found.emplace_back(reply->items[i].text, from_unix_ms(stored_number<std::int64_t>(reply->items[i + 1].text)));
  }
  return found;
}

Status Broadcasts::set_due(std::string_view id, std::optional<TimePoint> at) {
  const std::string name(id);
  if (!at) {
    const auto reply = redis_.command({"ZREM", keys::broadcasts_due(), name});
    return reply ? Status() : Status(reply.error());
  }
  return status_of(redis_.pipeline({{"ZADD", keys::broadcasts_due(), time_field(*at), name}, wake_command()}));
}

Result<std::vector<std::string>> Broadcasts::open() {
  const auto reply = redis_.command({"SMEMBERS", keys::broadcasts_open()});
  if (!reply) return reply.error();
  std::vector<std::string> ids;
  for (const Reply& item : reply->items) ids.push_back(item.text);
  std::sort(ids.begin(), ids.end());
  return ids;
}

Result<std::vector<std::string>> Broadcasts::states(const std::vector<std::string>& ids) {
  std::vector<std::string> states;
  if (ids.empty()) return states;
  std::vector<Args> commands;
  commands.reserve(ids.size());
  for (const std::string& id : ids) commands.push_back({"HGET", keys::broadcast(id), std::string(kState)});
  const auto replies = redis_.pipeline(commands);
  if (!replies) return replies.error();
  for (const Reply& reply : *replies) {
    if (reply.is_error()) return error_of(reply);
    states.push_back(reply.text);
  }
  return states;
}

Status Broadcasts::close(std::string_view id) {
  const std::string name(id);
  return status_of(redis_.pipeline({{"SREM", keys::broadcasts_open(), name}, {"ZREM", keys::broadcasts_due(), name}}));
}

Result<bool> Broadcasts::was_restored() {
  const auto reply = redis_.command({"EXISTS", keys::restored()});
  if (!reply) return reply.error();
  return reply->integer == 1;
}

Status Broadcasts::forget_restored() {
  const auto reply = redis_.command({"DEL", keys::restored()});
  return reply ? Status() : Status(reply.error());
}

Result<std::string> Broadcasts::wait(const std::string& position, std::chrono::milliseconds block) {
  if (position == "$") {
    // Named now, so that nothing between two waits is missed.
    const auto last = redis_.command({"XREVRANGE", keys::broadcasts_wake(), "+", "-", "COUNT", "1"});
    if (!last) return last.error();
    const bool none = last->items.empty() || last->items[0].items.empty();
    return none ? std::string("0-0") : last->items[0].items[0].text;
  }
  block = std::max(block, std::chrono::milliseconds(1));  // BLOCK 0 would wait without end
  const auto reply = redis_.blocking(
      {"XREAD", "BLOCK", std::to_string(block.count()), "STREAMS", keys::broadcasts_wake(), position}, block);
  if (!reply) return reply.error();
  if (reply->items.empty() || reply->items[0].items.size() != 2) return position;
  const auto& entries = reply->items[0].items[1].items;
  return entries.empty() || entries.back().items.empty() ? position : entries.back().items[0].text;
}

Status Broadcasts::wake() {
  const auto reply = redis_.command(wake_command());
  return reply ? Status() : Status(reply.error());
}

}  // namespace kairan::store
