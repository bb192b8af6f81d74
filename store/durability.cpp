#include <algorithm>
#include <array>
#include <cstdlib>

#include "store/embedded_redis.h"
#include "store/redis_client.h"
#include "store/redis_info.h"

namespace kairan::store {
namespace {

struct Needed {
  const char* name;
  const char* value;
};
constexpr std::array kNeeded = {
    Needed{"appendonly", "yes"},
    Needed{"appendfsync", "always"},
    // With "yes" the file is not synced while it is being rewritten.
    Needed{"no-appendfsync-on-rewrite", "no"},
    Needed{"maxmemory-policy", "noeviction"},
};

}  // namespace

Status check_durability(RedisClient& redis) {
  std::vector<Args> commands{{"INFO", "everything"}};
  for (const Needed& needed : kNeeded) commands.push_back({"CONFIG", "GET", needed.name});
  const auto replies = redis.pipeline(commands);
  if (!replies) return replies.error();
  for (const Reply& reply : *replies) {
    if (!reply.is_error()) continue;
    Error error = error_of(reply);
    if (error.code != ErrorCode::kRefused) return error;
    return Error{ErrorCode::kRefused,
                 "this Redis does not let its settings be read (CONFIG GET, INFO), so it cannot be trusted with "
                 "acknowledged events: allow both commands to Kairan's user (" +
                     error.detail + ")"};
  }
  std::string problems;
  const auto add = [&](const std::string& problem) { problems += (problems.empty() ? "" : "; ") + problem; };
  const std::string& info = replies->front().text;
  const std::string version = info_value(info, "redis_version");
  if (std::atoi(version.c_str()) < 7) add("its version is " + version + ": version 7 or later is needed");
  if (info_value(info, "cluster_enabled") == "1") add("it is a Redis Cluster: give the address of a single server");
  if (info_value(info, "role") != "master") add("it is a replica: give the address of the master");
  for (std::size_t i = 0; i < kNeeded.size(); ++i) {
    const Reply& reply = (*replies)[i + 1];
    const std::string value = reply.items.size() == 2 ? reply.items[1].text : "";
    if (value == kNeeded[i].value) continue;
    add(std::string(kNeeded[i].name) + " is \"" + value + "\": write \"" + kNeeded[i].name + " " + kNeeded[i].value +
        "\" in redis.conf");
  }
  if (problems.empty()) return {};
  return Error{ErrorCode::kRefused, "this Redis could lose acknowledged events: " + problems};
}

}  // namespace kairan::store
