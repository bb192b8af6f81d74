#include "store/sessions.h"

#include <algorithm>
#include <map>

#include "base/crypto.h"
#include "base/ids.h"
#include "store/keys.h"
#include "store/scripts.h"
#include "store/stored_number.h"

namespace kairan::store {
namespace {

constexpr std::size_t kTokenBytes = 32;
/// Redis forgets a little later than the session ends by the gateway's clock, which decides.
constexpr std::chrono::minutes kGrace{1};

std::string hashed(std::string_view text) {
  return to_hex(bytes_of(sha256(text)));
}

std::optional<Session> read_session(std::string_view id, const Reply& reply) {
  if (reply.items.empty()) return std::nullopt;
  std::map<std::string, std::string> fields;
  for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2) fields[reply.items[i].text] = reply.items[i + 1].text;
  Session session;
  session.id = id;
  session.account = fields["account"];
  session.generation = stored_number<std::uint64_t>(fields["generation"]);
  session.half = fields["half"] == "1";
  session.created = from_unix_ms(stored_number<std::int64_t>(fields["created"]));
  session.seen = from_unix_ms(stored_number<std::int64_t>(fields["seen"]));
  session.ends = from_unix_ms(stored_number<std::int64_t>(fields["ends"]));
  session.source = fields["source"];
  session.agent = fields["agent"];
  return session;
}

Status first_error(const std::vector<Reply>& replies) {
  for (const Reply& reply : replies) {
    if (reply.is_error()) return error_of(reply);
  }
  return {};
}

}  // namespace

std::string Sessions::id_of(std::string_view token) {
  return hashed(token);
}

Result<std::string> Sessions::begin(Session session, const SessionTimes& times) {
  const std::string token = random_hex(kTokenBytes);
  const std::string id = id_of(token);
  const TimePoint now = session.created;
  const TimePoint ends = now + times.absolute;
  const std::string list = keys::sessions_of(session.account);
  const auto replies = redis_.pipeline(
      {{"HSET",       keys::session(id),
        "account",    session.account,
        "generation", std::to_string(session.generation),
        "half",       session.half ? "1" : "0",
        "created",    time_field(now),
        "seen",       time_field(now),
        "ends",       time_field(ends),
        "idle",       std::to_string(times.idle.count()),
        "source",     session.source,
        "agent",      session.agent},
       {"PEXPIRE", keys::session(id), std::to_string((std::min(times.idle, times.absolute) + kGrace).count())},
       {"ZREMRANGEBYSCORE", list, "-inf", time_field(now)},
       {"ZADD", list, time_field(ends), id},
       {"PEXPIRE", list, std::to_string((times.absolute + kGrace).count())},
       {"ZRANGE", list, "0", std::to_string(-1 - static_cast<int>(kMost))}});
  if (!replies) return replies.error();
  if (const Status status = first_error(*replies); !status) return status.error();
  for (const Reply& old : replies->back().items) {
    if (const auto ended = end_of(session.account, old.text); !ended) return ended.error();
  }
  return token;
}

Result<std::optional<Session>> Sessions::find(std::string_view token, TimePoint now, bool used) {
  const std::string id = id_of(token);
  const auto reply = redis_.eval(scripts::session_read(), {keys::session(id)}, {time_field(now), used ? "1" : "0"});
  if (!reply) return reply.error();
  if (reply->is_error()) return error_of(*reply);
  return read_session(id, *reply);
}

Status Sessions::end(const Session& session) {
  const auto replies =
      redis_.pipeline({{"DEL", keys::session(session.id)}, {"ZREM", keys::sessions_of(session.account), session.id}});
  if (!replies) return replies.error();
  return first_error(*replies);
}

Result<bool> Sessions::end_of(std::string_view account, std::string_view id) {
  const auto removed = redis_.command({"ZREM", keys::sessions_of(account), std::string(id)});
  if (!removed) return removed.error();
  if (removed->is_error()) return error_of(*removed);
  if (removed->integer == 0) return false;
  const auto deleted = redis_.command({"DEL", keys::session(id)});
  if (!deleted) return deleted.error();
  return true;
}

Status Sessions::end_all(std::string_view account, std::string_view but_id) {
  const auto ids = redis_.command({"ZRANGE", keys::sessions_of(account), "0", "-1"});
  if (!ids) return ids.error();
  for (const Reply& id : ids->items) {
    if (id.text == but_id) continue;
    if (const auto ended = end_of(account, id.text); !ended) return ended.error();
  }
  return {};
}

Result<std::vector<Session>> Sessions::of(std::string_view account, TimePoint now) {
  const auto ids = redis_.command({"ZRANGE", keys::sessions_of(account), "0", "-1"});
  if (!ids) return ids.error();
  std::vector<Session> sessions;
  for (const Reply& id : ids->items) {
    const auto reply = redis_.eval(scripts::session_read(), {keys::session(id.text)}, {time_field(now), "0"});
    if (!reply) return reply.error();
    if (reply->is_error()) return error_of(*reply);
    if (auto session = read_session(id.text, *reply)) sessions.push_back(*std::move(session));
  }
  std::sort(sessions.begin(), sessions.end(), [](const Session& a, const Session& b) { return a.created > b.created; });
  return sessions;
}

Result<std::chrono::milliseconds> LoginTries::begin(const std::vector<Count>& counts, TimePoint now) {
  std::vector<std::string> keys;
  std::vector<std::string> args{time_field(now), std::to_string(std::chrono::milliseconds(kForget).count()),
                                std::to_string(std::chrono::milliseconds(kLongest).count())};
  for (const Count& count : counts) {
    keys.push_back(keys::login_tries(hashed(count.what)));
    args.push_back(std::to_string(count.free));
  }
  const auto reply = redis_.eval(scripts::login_try(), keys, args);
  if (!reply) return reply.error();
  if (reply->is_error()) return error_of(*reply);
  return std::chrono::milliseconds(reply->integer);
}

Status LoginTries::forgive(std::string_view what) {
  const auto reply = redis_.command({"DEL", keys::login_tries(hashed(what))});
  if (!reply) return reply.error();
  return {};
}

Result<OnceOnly::Begun> OnceOnly::begin(std::string_view request, std::string_view body_hash) {
  const auto reply = redis_.eval(scripts::once_begin(), {keys::idempotency(hashed(request))},
                                 {std::string(body_hash), std::to_string(std::chrono::milliseconds(kRunning).count())});
  if (!reply) return reply.error();
  if (reply->is_error()) return error_of(*reply);
  const std::string state = reply->items.empty() ? "" : reply->items[0].text;
  if (state == "new") return Begun{};
  if (state == "running") return Begun{State::kRunning, 0, ""};
  if (state == "other") return Begun{State::kOtherBody, 0, ""};
  if (state != "done" || reply->items.size() != 3)
    return Error{ErrorCode::kCorrupt, "an unreadable answer of once_begin"};
  return Begun{State::kDone, stored_number<int>(reply->items[1].text), reply->items[2].text};
}

Status OnceOnly::finish(std::string_view request, int status, std::string_view sealed_answer) {
  const std::string key = keys::idempotency(hashed(request));
  const auto replies =
      redis_.pipeline({{"HSET", key, "status", std::to_string(status), "answer", std::string(sealed_answer)},
                       {"PEXPIRE", key, std::to_string(std::chrono::milliseconds(kRemember).count())}});
  if (!replies) return replies.error();
  return first_error(*replies);
}

Status OnceOnly::forget(std::string_view request) {
  const auto reply = redis_.command({"DEL", keys::idempotency(hashed(request))});
  if (!reply) return reply.error();
  return {};
}

}  // namespace kairan::store
