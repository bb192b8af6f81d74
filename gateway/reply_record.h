// What the senders need to answer one event, and its stored form: committed once, sent as it is however often.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace kairan::gateway {

struct ReplyRecord {
  std::string channel;
  std::string event_id;
  std::string chat_id;
  std::string reply_token;
  TimePoint event_at;     ///< by the platform
  std::string rendered;   ///< the channel's own bytes
};

/// JSON; personal, so it is sealed before it is stored.
std::string encode_reply(const ReplyRecord& record);
/// kCorrupt when it is not what encode_reply() wrote.
Result<ReplyRecord> decode_reply(std::string_view bytes);

/// The retry key of the push that stands in for a dead reply token: the same for every try, on every machine.
std::string push_retry_key(std::string_view channel, std::string_view event_id);

}  // namespace kairan::gateway
