#include "store/notices.h"

#include "store/keys.h"
#include "store/scripts.h"

namespace kairan::store {

Result<bool> Notices::add(std::string_view id, std::string_view notice, TimePoint now) {
  const auto reply = redis_.eval(scripts::notice_add(), {keys::notices(), keys::notices_seen()},
                                 {std::string(id), std::string(notice), std::to_string(to_unix_ms(now)),
                                  std::to_string(to_unix_ms(now - kRemember))});
  if (!reply) return reply.error();
  if (reply->is_error()) return error_of(*reply);
  return reply->integer == 1;
}

Result<std::vector<std::pair<std::string, std::string>>> Notices::all() {
  const auto reply = redis_.command({"HGETALL", keys::notices()});
  if (!reply) return reply.error();
  if (reply->is_error()) return error_of(*reply);
  std::vector<std::pair<std::string, std::string>> notices;
  for (std::size_t i = 0; i + 1 < reply->items.size(); i += 2) {
    notices.emplace_back(reply->items[i].text, reply->items[i + 1].text);
  }
  return notices;
}

Status Notices::put(std::string_view id, std::string_view notice) {
  const auto there = redis_.command({"HEXISTS", keys::notices(), std::string(id)});
  if (!there) return there.error();
  if (there->integer != 1) return {};  // read meanwhile
  const auto reply = redis_.command({"HSET", keys::notices(), std::string(id), std::string(notice)});
  if (!reply) return reply.error();
  return reply->is_error() ? Status(error_of(*reply)) : Status();
}

Status Notices::remove(std::string_view id) {
  const auto reply = redis_.command({"HDEL", keys::notices(), std::string(id)});
  if (!reply) return reply.error();
  return reply->is_error() ? Status(error_of(*reply)) : Status();
}

}  // namespace kairan::store
