#include "store/conversations.h"

namespace kairan::store {
namespace {

/// Binds the sealed bytes to their place, so that one resident's state cannot be put into another's.
std::string context_of(SubscriberRef ref) {
  return "conversation/" + std::to_string(ref.partition) + "/" + std::to_string(ref.ordinal);
}

}  // namespace

Conversations::Conversations(RedisClient& redis, const Sealer& sealer) : redis_(redis), sealer_(sealer) {}

Result<std::string> Conversations::read(SubscriberRef ref) {
  const auto reply = redis_.command({"GET", keys::conversation(ref.partition, ref.ordinal)});
  if (!reply) return reply.error();
  if (reply->is_nil()) return std::string();
  const auto opened = sealer_.open(reply->text, context_of(ref));
  return opened ? *opened : std::string();
}

std::string Conversations::seal(SubscriberRef ref, std::string_view state) const {
  return sealer_.seal(state, context_of(ref));
}

}  // namespace kairan::store
