#include "adapters/line/api_client.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "adapters/http_client.h"
#include "adapters/line/errors.h"
#include "adapters/line/token_source.h"
#include "adapters/line/webhook.h"
#include "base/bounded_json.h"

namespace kairan::adapters::line {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxAnswerBytes = 1u << 20;

bool is_uuid(std::string_view key) {
  if (key.size() != 36) return false;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const char c = key[i];
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (hyphen ? c != '-' : !hex) return false;
  }
  return true;
}

std::string quoted(std::string_view text) { return dump_json(Json(std::string(text))); }

SendResult refused(std::string detail) {
  SendResult result;
  result.outcome = Outcome::kRefused;
  result.detail = std::move(detail);
  return result;
}

HttpCall get(std::string path) {
  HttpCall call;
  call.path = std::move(path);
  return call;
}

HttpCall post(std::string path, std::string body) {
  HttpCall call;
  call.method = "POST";
  call.path = std::move(path);
  call.body = std::move(body);
  return call;
}

std::string with_messages(std::string_view messages) {
  std::string body = "{\"messages\":";
  body += messages;
  body += '}';
  return body;
}

std::int64_t whole(const Json& object, const char* key) {
  const Json* member = json_member(object, key);
  return member != nullptr && member->is_number_integer() ? member->get<std::int64_t>() : 0;
}

bool yes(const Json& object, const char* key) {
  const Json* member = json_member(object, key);
  return member != nullptr && member->is_boolean() && member->get<bool>();
}

/// Tokens of continuation are opaque: what a query cannot hold as it is gets percent-encoded.
std::string query_encoded(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.') {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

std::string_view target_name(ValidateTarget target) {
  switch (target) {
    case ValidateTarget::kReply:
      return "reply";
    case ValidateTarget::kPush:
      return "push";
    case ValidateTarget::kMulticast:
      return "multicast";
    case ValidateTarget::kNarrowcast:
      return "narrowcast";
    case ValidateTarget::kBroadcast:
      return "broadcast";
  }
  return "push";
}

}  // namespace

class ApiClient::Impl {
 public:
  Impl(ApiOptions options, const Clock& clock)
      : api_(options.api_base),
        data_api_(options.data_api_base),
        tokens_({std::move(options.access_token), std::move(options.channel_id), std::move(options.secrets)},
                [this](const HttpCall& call) { return api_.call(call); }, clock) {}

  HttpClientPool& api() { return api_; }
  HttpClientPool& data_api() { return data_api_; }

  /// One authorised exchange; on 401 one more with another token, in what is left of the time.
  Result<HttpReply> exchange(HttpClientPool& host, HttpCall call, Timeout timeout) {
    const auto give_up = std::chrono::steady_clock::now() + timeout;
    const auto left = [give_up] {
      return std::chrono::duration_cast<Timeout>(give_up - std::chrono::steady_clock::now());
    };
    const auto own_headers = call.headers;
    for (int attempt = 0;; ++attempt) {
      if (left() <= Timeout(0)) return Error{ErrorCode::kUnavailable, "no time left to send"};
      auto token = tokens_.token(left());
      if (!token) return token.error();
      call.headers = own_headers;
      call.headers.emplace_back("Authorization", "Bearer " + std::string(token->reveal()));
      call.timeout = std::max(left(), Timeout(1));
      auto reply = host.call(call);
      const bool again = reply && reply->status == 401 && attempt == 0 && tokens_.reject(*token);
      if (!again) return reply;
    }
  }

  SendResult send(SendKind kind, HttpCall call, Timeout timeout) {
    if (call.body.size() > kMaxRequestBytes) return refused("request over 2 MB");
    auto reply = exchange(api_, std::move(call), timeout);
    if (reply) return classify(kind, *reply);
    SendResult result = classify(reply.error());
    // Without a token nothing was sent, and nothing will be until an operator acts.
    const bool no_token = reply.error().code == ErrorCode::kRefused || reply.error().code == ErrorCode::kInvalid;
    if (no_token) result.outcome = Outcome::kUnauthorized;
    return result;
  }

  SendResult send_keyed(const char* path, std::string body, std::string_view retry_key, Timeout timeout) {
    if (!is_uuid(retry_key)) return refused("the retry key is not a UUID");
    HttpCall call = post(path, std::move(body));
    call.headers.emplace_back("X-Line-Retry-Key", std::string(retry_key));
    return send(SendKind::kKeyed, std::move(call), timeout);
  }

  /// A call whose answer is of no further interest.
  Status tell(HttpCall call, Timeout timeout) {
    auto reply = exchange(api_, std::move(call), timeout);
    if (!reply) return reply.error();
    if (reply->status < 200 || reply->status >= 300) return error_of(*reply);
    return {};
  }

  /// A call answered with a JSON object.
  Result<Json> ask(HttpCall call, Timeout timeout) {
    call.max_response_bytes = kMaxAnswerBytes;
    auto reply = exchange(api_, std::move(call), timeout);
    if (!reply) return reply.error();
    if (reply->status != 200) return error_of(*reply);
    auto json = parse_json(reply->body, JsonLimits{kMaxAnswerBytes, 16});
    if (json && !json->is_object()) return Error{ErrorCode::kSyntax, "the answer is not an object"};
    return json;
  }

 private:
  HttpClientPool api_;
  HttpClientPool data_api_;
  TokenSource tokens_;
};

ApiClient::ApiClient(ApiOptions options, const Clock& clock) : impl_(std::make_unique<Impl>(std::move(options), clock)) {}
ApiClient::~ApiClient() = default;

SendResult ApiClient::reply(std::string_view reply_token, std::string_view messages, Timeout timeout) {
  std::string body = "{\"messages\":";
  body += messages;
  body += ",\"replyToken\":" + quoted(reply_token) + "}";
  return impl_->send(SendKind::kReply, post("/v2/bot/message/reply", std::move(body)), timeout);
}

SendResult ApiClient::push(std::string_view to, std::string_view messages, std::string_view retry_key,
                           Timeout timeout) {
  if (!is_chat_id(to)) return refused("the address is not an id of LINE");
  std::string body = "{\"messages\":";
  body += messages;
  body += ",\"to\":" + quoted(to) + "}";
  return impl_->send_keyed("/v2/bot/message/push", std::move(body), retry_key, timeout);
}

Result<std::string> ApiClient::multicast_body(const std::vector<std::string>& user_ids, std::string_view messages,
                                              std::string_view unit) {
  if (user_ids.empty()) return Error{ErrorCode::kInvalid, "multicast to nobody"};
  if (user_ids.size() > kMaxRecipients) return Error{ErrorCode::kTooLarge, "multicast to more than 500"};
  std::string body;
  body.reserve(messages.size() + user_ids.size() * 36 + 100);
  body += "{";
  if (!unit.empty()) {
    const bool good = unit.size() <= 30 && is_chat_id(unit) && unit.find('-') == std::string_view::npos;
    if (!good) return Error{ErrorCode::kInvalid, "the statistics unit is not 1 to 30 of [a-zA-Z0-9_]"};
    body += "\"customAggregationUnits\":[" + quoted(unit) + "],";
  }
  body += "\"messages\":";
  body += messages;
  body += ",\"to\":[";
  for (const std::string& id : user_ids) {
    if (!is_chat_id(id)) return Error{ErrorCode::kInvalid, "a recipient is not an id of LINE"};
    if (body.back() != '[') body += ',';
    body += '"' + id + '"';
  }
  body += "]}";
  if (body.size() > kMaxRequestBytes) return Error{ErrorCode::kTooLarge, "request over 2 MB"};
  return body;
}

SendResult ApiClient::multicast(std::string_view body, std::string_view retry_key, Timeout timeout) {
  return impl_->send_keyed("/v2/bot/message/multicast", std::string(body), retry_key, timeout);
}

SendResult ApiClient::broadcast(std::string_view messages, std::string_view retry_key, Timeout timeout) {
  return impl_->send_keyed("/v2/bot/message/broadcast", with_messages(messages), retry_key, timeout);
}

Status ApiClient::validate(ValidateTarget target, std::string_view messages, Timeout timeout) {
  std::string path = "/v2/bot/message/validate/";
  path += target_name(target);
  return impl_->tell(post(std::move(path), with_messages(messages)), timeout);
}

Result<Quota> ApiClient::quota(Timeout timeout) {
  auto json = impl_->ask(get("/v2/bot/message/quota"), timeout);
  if (!json) return json.error();
  Quota quota;
  quota.limited = json_text(*json, "type") == "limited";
  quota.limit = quota.limited ? whole(*json, "value") : 0;
  return quota;
}

Result<std::int64_t> ApiClient::consumption(Timeout timeout) {
  auto json = impl_->ask(get("/v2/bot/message/quota/consumption"), timeout);
  if (!json) return json.error();
  return whole(*json, "totalUsage");
}

Result<bool> ApiClient::month_is_spent(Timeout timeout) {
  const auto limit = quota(timeout);
  if (!limit) return limit.error();
  if (!limit->limited) return false;
  const auto used = consumption(timeout);
  if (!used) return used.error();
  return *used >= limit->limit;
}

Result<Profile> ApiClient::profile(std::string_view user_id, Timeout timeout) {
  if (!is_chat_id(user_id)) return Error{ErrorCode::kInvalid, "not a user id"};
  auto json = impl_->ask(get("/v2/bot/profile/" + std::string(user_id)), timeout);
  if (!json) return json.error();
  return Profile{json_text(*json, "userId"), json_text(*json, "displayName"), json_text(*json, "language")};
}

Result<FollowerPage> ApiClient::follower_ids(std::string_view start, int limit, Timeout timeout) {
  std::string path = "/v2/bot/followers/ids?limit=" + std::to_string(std::clamp(limit, 1, 1000));
  if (!start.empty()) path += "&start=" + query_encoded(start);
  auto json = impl_->ask(get(std::move(path)), timeout);
  if (!json) return json.error();
  const Json* ids = json_member(*json, "userIds");
  if (ids == nullptr || !ids->is_array()) return Error{ErrorCode::kSyntax, "the answer holds no userIds"};
  FollowerPage page;
  page.next = json_text(*json, "next");
  page.user_ids.reserve(ids->size());
  for (const Json& id : *ids) {
    if (id.is_string() && is_chat_id(id.get_ref<const std::string&>())) page.user_ids.push_back(id.get<std::string>());
  }
  return page;
}

Status ApiClient::content(std::string_view message_id, const ContentSink& sink, std::size_t max_bytes,
                          Timeout timeout) {
  if (!is_chat_id(message_id)) return Error{ErrorCode::kInvalid, "not a message id"};
  HttpCall call = get("/v2/bot/message/" + std::string(message_id) + "/content");
  call.max_response_bytes = std::min(max_bytes, kMaxContentBytes);
  call.on_body = sink;
  auto reply = impl_->exchange(impl_->data_api(), std::move(call), timeout);
  if (!reply) return reply.error();
  if (reply->status == 202) return Error{ErrorCode::kUnavailable, "LINE is still preparing the content"};
  if (reply->status != 200) return error_of(*reply);
  return {};
}

Result<BotInfo> ApiClient::bot_info(Timeout timeout) {
  auto json = impl_->ask(get("/v2/bot/info"), timeout);
  if (!json) return json.error();
  return BotInfo{json_text(*json, "userId"), json_text(*json, "basicId"), json_text(*json, "displayName"),
                 json_text(*json, "chatMode"), json_text(*json, "markAsReadMode")};
}

Result<WebhookEndpoint> ApiClient::webhook_endpoint(Timeout timeout) {
  auto json = impl_->ask(get("/v2/bot/channel/webhook/endpoint"), timeout);
  if (!json) return json.error();
  return WebhookEndpoint{json_text(*json, "endpoint"), yes(*json, "active")};
}

Status ApiClient::set_webhook_endpoint(std::string_view url, Timeout timeout) {
  HttpCall call = post("/v2/bot/channel/webhook/endpoint", dump_json(Json{{"endpoint", std::string(url)}}));
  call.method = "PUT";
  return impl_->tell(std::move(call), timeout);
}

Result<WebhookTest> ApiClient::test_webhook(std::string_view url, Timeout timeout) {
  Json body = Json::object();
  if (!url.empty()) body["endpoint"] = std::string(url);
  auto json = impl_->ask(post("/v2/bot/channel/webhook/test", dump_json(body)), timeout);
  if (!json) return json.error();
  return WebhookTest{yes(*json, "success"), static_cast<int>(whole(*json, "statusCode")), json_text(*json, "reason"),
                     json_text(*json, "detail")};
}

Status ApiClient::start_loading(std::string_view user_id, int seconds, Timeout timeout) {
  const int rounded = std::clamp((seconds + 4) / 5 * 5, 5, 60);
  const Json body{{"chatId", std::string(user_id)}, {"loadingSeconds", rounded}};
  return impl_->tell(post("/v2/bot/chat/loading/start", dump_json(body)), timeout);
}

Status ApiClient::mark_as_read(std::string_view mark_as_read_token, Timeout timeout) {
  const Json body{{"markAsReadToken", std::string(mark_as_read_token)}};
  return impl_->tell(post("/v2/bot/chat/markAsRead", dump_json(body)), timeout);
}

Result<HttpReply> ApiClient::exchange(Host host, HttpCall call, Timeout timeout) {
  return impl_->exchange(host == Host::kApi ? impl_->api() : impl_->data_api(), std::move(call), timeout);
}

}  // namespace kairan::adapters::line
