// Looks through everything that waits in the inboxes: events, replies, events given up. Used to take out what belongs to one
// resident. Threads: any; what is taken out while its owner works on it has no further effect in the store.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/keys.h"
#include "store/redis_client.h"

namespace kairan::store {

/// One thing that waits, with sealed bytes.
struct Waiting {
  enum class Kind { kEvent, kReply, kDead } kind = Kind::kEvent;
  std::string position;  ///< of the event; a reply is sealed under it
  std::string event_id;  ///< kEvent, kDead: an event is sealed under it
  std::string body;
};

/// Takes out of one partition all for which `take` is true. @return how many
Result<std::uint64_t> sweep_inbox(RedisClient& redis, Partition partition,
                                  const std::function<bool(const Waiting&)>& take);

}  // namespace kairan::store
