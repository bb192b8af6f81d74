// What a dialogue remembers between two messages of one resident, sealed and forgotten after kConversationRetention.
// Written together with the reply by Inbox::commit; this only reads. Threads: any.
#pragma once

#include <string>

#include "base/crypto.h"
#include "base/result.h"
#include "store/redis_client.h"
#include "store/subscribers.h"

namespace kairan::store {

class Conversations {
 public:
  Conversations(RedisClient& redis, const Sealer& sealer);
  /// The state, or "" when there is none (or it was sealed under another key).
  Result<std::string> read(SubscriberRef ref);
  /// The sealed form that Inbox::commit stores.
  std::string seal(SubscriberRef ref, std::string_view state) const;

 private:
  RedisClient& redis_;
  const Sealer& sealer_;
};

}  // namespace kairan::store
