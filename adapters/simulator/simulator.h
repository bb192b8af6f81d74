// A LINE-like platform on loopback: LINE's paths and rules for what a bot sends, signed webhooks for what residents do,
// phones in the browser, and a control API under /sim/ for demonstrations, training and tests.
// It never leaves the machine: check_loopback() refuses any other address, and requests that carry a foreign Host or
// Origin are refused, so that a web page open in the same browser cannot drive it.
// Sources of the rules and numbers: LINE Developers "Messaging API reference" (limits, rate limits, retry keys, reply
// tokens), as far as it is published; what LINE does not publish is a setting here and is said so.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "gateway/http.h"

namespace kairan::adapters::simulator {

/// What to do with a user id that has LINE's form but that nobody here has. LINE documents both of the first two for a
/// multicast; a push to one is always refused unless ids are adopted.
enum class UnknownIds { kRefuse, kSilent, kAdopt };

struct RateLimit {
  double bucket = 0;      ///< requests in one burst
  double per_second = 0;  ///< refill
};

struct SimulatorLimits {
  bool rates = true;              ///< off: no 429 by rate, for measuring the sender alone
  RateLimit multicast{200, 200};  ///< 200 a second
  RateLimit broadcast{60, 60.0 / 3600};
  RateLimit loading{100, 100};
  RateLimit rich_menu_write{100, 100.0 / 3600};  ///< create, delete
  RateLimit rich_menu_list{10, 10};
  RateLimit webhook_settings{1000, 1000.0 / 60};
  RateLimit webhook_test{60, 60.0 / 3600};
  RateLimit others{2000, 2000};                                 ///< reply, push, profile, validate, quota, ...
  std::optional<std::uint64_t> monthly_quota;                   ///< none = the plan has no limit
  std::chrono::milliseconds reply_token_after_webhook{60'000};  ///< life after the bot received the webhook
  std::chrono::milliseconds reply_token_after_event{20 * 60'000};
  std::chrono::milliseconds retry_key_memory{24 * 3'600'000};
  std::chrono::milliseconds token_life{15 * 60'000};  ///< of a stateless channel access token
  UnknownIds unknown_ids = UnknownIds::kRefuse;
};

struct SimulatorLatency {
  std::chrono::milliseconds reply{100};
  std::chrono::milliseconds multicast{0};
  std::chrono::milliseconds others{0};
};

/// One webhook request's fate as the simulator sees it: the bot's HTTP status, or nothing when no answer came.
using WebhookTransport = std::function<std::optional<int>(
    const std::string& url, const std::string& body, const std::string& signature, std::chrono::milliseconds timeout)>;

struct SimulatorOptions {
  Secret channel_secret;  ///< signs webhooks
  Secret access_token;    ///< accepted as a bearer token beside stateless ones; may be empty
  std::string channel_id = "1650000001";
  std::string account_name = "鹿島市（見本）";
  std::string webhook_url;  ///< http://127.0.0.1:8080/webhook/line; empty: webhooks are only counted
  std::uint64_t seed = 1;   ///< decides user ids and every drawn fault
  SimulatorLimits limits;
  SimulatorLatency latency;
  std::string record_file;        ///< JSON lines of every request of the bot; empty = none. Authorization is left out
  std::size_t webhook_lanes = 8;  ///< webhook requests in flight at once; one person's events stay in one lane
  std::chrono::milliseconds webhook_timeout{2000};  ///< LINE counts a slower answer as a failure
  /// Waits before each redelivery; empty = redelivery is off, as on a new channel. LINE's own times are not published.
  std::vector<std::chrono::milliseconds> redelivery{std::chrono::seconds(10), std::chrono::seconds(60),
                                                    std::chrono::seconds(300)};
  std::size_t first_users = 0;  ///< residents there at start, following: the phones' owners
  WebhookTransport transport;   ///< replaces HTTP; for tests
  std::function<void(std::chrono::milliseconds)> advance_clock;  ///< lets /sim/clock move a fake clock
};

/// ok for "127.0.0.1", any 127/8 address, "::1" and "localhost"; kInvalid otherwise. The main program calls it before
/// it binds: the simulator has no accounts, so nobody else may reach it.
Status check_loopback(const std::string& host);

/// Threads: routes() handlers run on any number of threads; start() and stop() from one thread.
/// `clock` outlives the simulator. stop() ends streams and waiting answers too, so stop the simulator before its
/// server.
class Simulator {
 public:
  Simulator(SimulatorOptions options, const Clock& clock);
  ~Simulator();  ///< stops
  Simulator(const Simulator&) = delete;

  /// LINE's API, the control API and the page. The handlers keep the simulator's state alive by reference: the server
  /// must be gone before the simulator is.
  std::vector<gateway::Route> routes();

  /// Starts the webhook senders. kUnavailable when the record file cannot be opened.
  Status start();
  void stop();

  /// Where webhooks go from here on.
  void set_webhook_url(std::string url);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kairan::adapters::simulator
