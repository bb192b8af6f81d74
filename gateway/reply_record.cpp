#include "gateway/reply_record.h"

#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/ids.h"

namespace kairan::gateway {
namespace {

constexpr std::size_t kMaxBytes = 4u << 20;  // LINE takes 2 MB bodies (line-platform 2.1); escaping can double them

}  // namespace

std::string encode_reply(const ReplyRecord& record) {
  nlohmann::json json;
  json["ch"] = record.channel;
  json["id"] = record.event_id;
  json["to"] = record.chat_id;
  json["tk"] = record.reply_token;
  json["at"] = to_unix_ms(record.event_at);
  json["b"] = record.rendered;
  return dump_json(json);
}

Result<ReplyRecord> decode_reply(std::string_view bytes) {
  JsonLimits limits;
  limits.max_bytes = kMaxBytes;
  const auto json = parse_json(bytes, limits);
  if (!json) return Error{ErrorCode::kCorrupt, "stored reply is not JSON"};
  const nlohmann::json* const at = json_member(*json, "at");
  if (at == nullptr || !at->is_number_integer()) return Error{ErrorCode::kCorrupt, "stored reply has no time"};
  ReplyRecord record;
  record.channel = json_text(*json, "ch");
  record.event_id = json_text(*json, "id");
  record.chat_id = json_text(*json, "to");
  record.reply_token = json_text(*json, "tk");
  record.event_at = from_unix_ms(at->get<std::int64_t>());
  record.rendered = json_text(*json, "b");
  if (record.channel.empty() || record.event_id.empty()) return Error{ErrorCode::kCorrupt, "stored reply is incomplete"};
  return record;
}

std::string push_retry_key(std::string_view channel, std::string_view event_id) {
  return derived_uuid("kairan/push/" + std::string(channel) + "/" + std::string(event_id));
}

}  // namespace kairan::gateway
