// The simulator's whole state and what happens in it: who is there, what residents do (and the webhooks that follow),
// what the bot sent and who got it. The HTTP faces (line_api, control_api, phone_page) translate to and from it.
// Threads: any; `mutex` guards every member that is not said to be constant. Functions say whether they take it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <fstream>
#include <map>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "adapters/simulator/chats.h"
#include "adapters/simulator/directory.h"
#include "adapters/simulator/faults.h"
#include "adapters/simulator/ledger.h"
#include "adapters/simulator/reply_tokens.h"
#include "adapters/simulator/rich_menus.h"
#include "adapters/simulator/simulator.h"
#include "adapters/simulator/webhook_sender.h"
#include "base/token_bucket.h"

namespace kairan::adapters::simulator {

struct EndpointStats {
  std::uint64_t requests = 0;
  std::uint64_t dropped = 0;
  std::map<int, std::uint64_t> answered;  ///< by status
};

struct WebhookStats {
  std::uint64_t events = 0;        ///< things that happened
  std::uint64_t sent = 0;          ///< requests
  std::uint64_t planned = 0;       ///< redeliveries put on the schedule
  std::uint64_t redeliveries = 0;  ///< of these, sent
  std::uint64_t copies = 0;        ///< sent twice by a fault
  std::uint64_t no_answer = 0;
  std::uint64_t taken = 0;  ///< events the bot took (2xx), each once
  std::uint64_t given_up = 0;
  std::map<int, std::uint64_t> answered;
  std::chrono::milliseconds slowest{0};
};

struct Group {
  std::string id;  ///< "C" or "R" and 32 hex digits
  std::set<UserIndex> members;
  bool account_in = true;
};

/// Who a send goes to.
struct Target {
  std::vector<UserIndex> people;  ///< followers and those it may reach; blocked people are left out
  std::string group;
};

class World final : public WebhookObserver {
 public:
  World(const SimulatorOptions& options, const Clock& clock);

  // --- constant after construction ---
  const SimulatorOptions& options;
  const Clock& clock;
  const std::string bot_user_id;

  std::mutex mutex;
  std::condition_variable changed;  ///< a conversation changed, or `stopping`
  std::condition_variable pause;    ///< only `stopping`: ends the waits that stand for latency
  bool stopping = false;

  Directory people;
  Chats chats;
  ReplyTokens tokens;
  Ledger ledger;
  Faults faults;
  RichMenus menus;
  std::map<std::string, Group> groups;
  std::map<std::string, std::string> contents;     ///< message id → bytes of an image somebody sent
  std::map<std::string, TimePoint> issued_tokens;  ///< stateless access token → end of life
  std::map<std::string, TokenBucket> buckets;
  std::map<std::string, EndpointStats> endpoints;
  std::map<std::string, std::uint64_t> refusals;  ///< reason → count, for tests: "reply token", "quota", ...
  WebhookStats webhooks;
  RateMeter multicast_requests;
  RateMeter multicast_accepted;
  std::uint64_t quota_used = 0;
  std::uint64_t retry_body_changed = 0;  ///< a retry key came again with other bytes: the bot's defect
  std::ofstream record;

  WebhookSender sender;

  // --- ids and tokens; call with `mutex` held ---
  std::string next_message_id();  ///< decimal digits, over 2^53
  std::string next_token(std::string_view prefix);

  // --- what residents do; each takes `mutex` itself and sends the webhook. @return {"webhookEventId","replyToken"?,
  // "messageId"?} or an error: kNotFound, kConflict (blocked), kInvalid ---
  Result<nlohmann::json> say(const std::string& user, const std::string& group, const std::string& text, bool mention);
  Result<nlohmann::json> send_content(const std::string& user, const std::string& group, nlohmann::json content);
  Result<nlohmann::json> postback(const std::string& user, const std::string& group, const std::string& data,
                                  const nlohmann::json& params, const std::string& shown);
  Result<nlohmann::json> follow(const std::string& user);
  Result<nlohmann::json> block(const std::string& user);
  /// Does what pressing something with this action object does.
  Result<nlohmann::json> press(const std::string& user, const std::string& group, const nlohmann::json& action,
                               const nlohmann::json& params);
  Result<nlohmann::json> make_group(const std::vector<std::string>& members, bool room);
  Result<nlohmann::json> group_event(const std::string& group, const std::string& type,
                                     const std::vector<std::string>& members);

  // --- what the bot does; call with `mutex` held ---
  /// Stores an accepted send and shows it. Adds to the quota when `counted`.
  void accept(AcceptedSend send, bool counted);
  Chat* open_chat(const std::string& chat_id);
  void system_line(const std::string& chat_id, const std::string& text);
  /// Forgets what was accepted and counted; people, conversations, tokens and menus stay.
  void reset_counters();
  /// Forgets conversations, tokens, groups, menus, faults and contents too; people stay.
  void reset_all();

  // --- WebhookObserver ---
  Start plan_webhook(const WebhookJob& job) override;
  void webhook_leaves(const WebhookJob& job) override;
  void webhook_ended(const WebhookJob& job, int status, bool again, std::chrono::milliseconds took) override;

 private:
  struct Source;
  Result<Source> source_of(const std::string& user, const std::string& group);
  nlohmann::json emit(const Source& source, nlohmann::json event, bool can_reply, ChatEntry* entry);

  std::vector<WebhookJob> outbox_;  // guarded by mutex; sent by flush()
  void flush();
  std::int64_t last_message_id_ = 0;  // guarded by mutex
};

}  // namespace kairan::adapters::simulator
