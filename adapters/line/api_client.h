// LINE's Messaging API (messaging-api.yml). Every call tries once, never throws, and ends within about its timeout; a
// call that LINE answers with 401 is tried once more with a newly issued token, because 401 means that nothing was taken.
// Sends end in a SendResult by the table in errors.h; questions end in a Result.
// Threads: any; each call borrows a connection of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/outcome.h"
#include "base/result.h"
#include "base/secret.h"

namespace kairan::adapters {
struct HttpCall;
struct HttpReply;
}  // namespace kairan::adapters

namespace kairan::adapters::line {

struct ApiOptions {
  std::vector<Secret> secrets;  ///< channel secrets; used for issuing tokens when access_token is empty
  std::string channel_id;
  Secret access_token;
  std::string api_base = "https://api.line.me";
  std::string data_api_base = "https://api-data.line.me";  ///< message content lives on a host of its own
};

enum class ValidateTarget { kReply, kPush, kMulticast, kNarrowcast, kBroadcast };

struct Quota {
  bool limited = false;
  std::int64_t limit = 0;  ///< messages a month; limited only
};

struct Profile {
  std::string user_id;
  std::string display_name;
  std::string language;  ///< BCP 47; may be empty
};

struct FollowerPage {
  std::vector<std::string> user_ids;
  std::string next;  ///< empty on the last page; a page may be short and have a next (line-platform 4)
};

struct BotInfo {
  std::string user_id;
  std::string basic_id;
  std::string display_name;
  std::string chat_mode;          ///< "chat" or "bot"
  std::string mark_as_read_mode;  ///< "auto" or "manual"
};

struct WebhookEndpoint {
  std::string url;
  bool active = false;
};

struct WebhookTest {
  bool success = false;
  int status = 0;  ///< 0 or negative when LINE got no answer
  std::string reason;
  std::string detail;
};

/// Takes content piece by piece; false gives up.
using ContentSink = std::function<bool(std::string_view)>;

class ApiClient {
 public:
  using Timeout = std::chrono::milliseconds;

  static constexpr std::size_t kMaxRecipients = 500;            ///< messaging-api.yml: MulticastRequest.to
  static constexpr std::size_t kMaxRequestBytes = 2'000'000;    ///< 2 MB, else 413 (line-platform 2.1)
  static constexpr std::size_t kMaxContentBytes = 200'000'000;  ///< LINE's own limit for video

  /// @param clock  outlives this
  ApiClient(ApiOptions options, const Clock& clock);
  ~ApiClient();
  ApiClient(const ApiClient&) = delete;
  ApiClient& operator=(const ApiClient&) = delete;

  // Sending. `messages` is what render_messages() gives. X-Line-Retry-Key goes with every send but reply, where LINE
  // refuses it; a key that is no UUID is refused here, before anything leaves.

  SendResult reply(std::string_view reply_token, std::string_view messages, Timeout timeout);
  SendResult push(std::string_view to, std::string_view messages, std::string_view retry_key, Timeout timeout);
  /// The body of a multicast, to be stored before its first try and repeated byte for byte.
  /// @param unit  a name for LINE's statistics, 1 to 30 of [a-zA-Z0-9_], or empty
  /// @return kInvalid for an id or unit of another form or no ids, kTooLarge for more than 500 ids or 2 MB
  static Result<std::string> multicast_body(const std::vector<std::string>& user_ids, std::string_view messages,
                                            std::string_view unit = {});
  SendResult multicast(std::string_view body, std::string_view retry_key, Timeout timeout);
  /// To every friend of the account at once. Kairan's own broadcasts go by multicast, which knows whom it reached.
  SendResult broadcast(std::string_view messages, std::string_view retry_key, Timeout timeout);

  // Asking.

  /// Whether LINE would take these messages. kInvalid with the places it complains about when not.
  Status validate(ValidateTarget target, std::string_view messages, Timeout timeout);
  Result<Quota> quota(Timeout timeout);
  /// Messages counted this month; approximate, includes what was sent from LINE's own manager.
  Result<std::int64_t> consumption(Timeout timeout);
  /// Whether the month's messages are used up: settles a 429 whose text is not known.
  Result<bool> month_is_spent(Timeout timeout);
  /// kNotFound for a user who blocked the account, is unknown, or gave no consent.
  Result<Profile> profile(std::string_view user_id, Timeout timeout);
  /// @param start  empty for the first page, then FollowerPage::next
  /// @param limit  1..1000
  /// @return kRefused for accounts that are not verified
  Result<FollowerPage> follower_ids(std::string_view start, int limit, Timeout timeout);
  /// The bytes of a picture, film, sound or file a resident sent.
  /// @return kUnavailable while LINE is still preparing it, kNotFound when it is gone, kTooLarge over `max_bytes`
  Status content(std::string_view message_id, const ContentSink& sink, std::size_t max_bytes, Timeout timeout);
  Result<BotInfo> bot_info(Timeout timeout);
  Result<WebhookEndpoint> webhook_endpoint(Timeout timeout);
  Status set_webhook_endpoint(std::string_view url, Timeout timeout);
  /// Has LINE call the webhook once. @param url  empty for the one that is set
  Result<WebhookTest> test_webhook(std::string_view url, Timeout timeout);

  // Small courtesies.

  /// Shows that an answer is coming, in a chat with one person. @param seconds  5..60, rounded up to a multiple of 5
  Status start_loading(std::string_view user_id, int seconds, Timeout timeout);
  Status mark_as_read(std::string_view mark_as_read_token, Timeout timeout);

  /// One authorised exchange, for parts of the API that have a file of their own (rich_menus.h).
  enum class Host { kApi, kDataApi };
  Result<HttpReply> exchange(Host host, HttpCall call, Timeout timeout);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kairan::adapters::line
