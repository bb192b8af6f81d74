// A channel in memory with LINE's rules that matter to the pipeline: reply tokens work once and die, retry keys are
// remembered, and a call may be taken although its answer is lost.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "gateway/channel.h"

namespace kairan::test {

/// Threads: any.
class FakeChannel final : public gateway::Channel {
 public:
  enum class Fault { kNone, kBusy, kLostBefore, kLostAfter, kUnauthorized, kRefused };
  struct Sent {
    std::string to;  ///< reply token or chat id
    std::string body;
    std::string retry_key;
  };

  std::string_view name() const override { return "fake"; }
  std::string_view webhook_path() const override { return "/webhook/fake"; }
  ChannelLimits limits() const override { return {}; }
  bool verify(const gateway::HttpRequest& request) const override { return request.header("x-signed") == "yes"; }

  /// "id|chat|text" a line; a line without bars is ignored, a body beginning with "!" is no webhook.
  Result<gateway::Webhook> parse_webhook(std::string_view body) const override {
    if (!body.empty() && body.front() == '!') return Error{ErrorCode::kSyntax, "not a webhook"};
    gateway::Webhook webhook;
    while (!body.empty()) {
      const std::size_t end = body.find('\n');
      const std::string line(body.substr(0, end));
      body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
      const std::size_t a = line.find('|'), b = line.find('|', a == std::string::npos ? a : a + 1);
      if (b == std::string::npos) {
        ++webhook.ignored["unreadable"];
        continue;
      }
      webhook.events.push_back({line.substr(0, a), line.substr(a + 1, b - a - 1), TimePoint{}, false, line});
    }
    return webhook;
  }
  Result<gateway::Event> parse_event(std::string_view raw) const override {
    const std::string line(raw);
    const std::size_t a = line.find('|'), b = line.find('|', a + 1);
    gateway::Event event;
    event.id = line.substr(0, a);
    event.kind = gateway::EventKind::kText;
    event.source = {gateway::Source::Kind::kPerson, line.substr(a + 1, b - a - 1), line.substr(a + 1, b - a - 1)};
    event.text = line.substr(b + 1);
    event.at = event_time;
    event.reply_token = "token-" + event.id;
    if (event.text == "unreadable") return Error{ErrorCode::kSyntax, "unreadable"};
    return event;
  }
  Result<std::string> render(const std::vector<Message>& messages) const override {
    return std::get<TextMessage>(messages.at(0).body).text;
  }

  SendResult reply(std::string_view token, std::string_view body, std::chrono::milliseconds) override {
    std::lock_guard lock(mutex_);
    const Fault fault = next_fault();
    if (const auto early = refused_early(fault)) return *early;
    const std::string key(token);
    if (dead_tokens.count(key) != 0 || used_tokens_.count(key) != 0) {
      SendResult dead = result(Outcome::kRefused, 400);
      dead.reply_token_dead = true;
      return dead;
    }
    used_tokens_.insert(key);
    replies.push_back({key, std::string(body), ""});
    return fault == Fault::kLostAfter ? result(Outcome::kUnknown, 0) : result(Outcome::kAccepted, 200);
  }
  SendResult push(std::string_view chat, std::string_view body, std::string_view retry_key,
                  std::chrono::milliseconds) override {
    std::lock_guard lock(mutex_);
    const Fault fault = next_fault();
    if (const auto early = refused_early(fault)) return *early;
    if (!keys_.insert(std::string(retry_key)).second) {
      SendResult again = result(Outcome::kAccepted, 409);
      again.already_accepted = true;
      return again;
    }
    pushes.push_back({std::string(chat), std::string(body), std::string(retry_key)});
    return fault == Fault::kLostAfter ? result(Outcome::kUnknown, 0) : result(Outcome::kAccepted, 200);
  }

  std::size_t sent() {
    std::lock_guard lock(mutex_);
    return replies.size() + pushes.size();
  }

  TimePoint event_time;
  std::deque<Fault> faults;          ///< one a call, in order; then none
  std::set<std::string> dead_tokens;
  std::vector<Sent> replies, pushes;

 private:
  static SendResult result(Outcome outcome, int status) {
    SendResult made;
    made.outcome = outcome;
    made.status = status;
    return made;
  }
  Fault next_fault() {
    if (faults.empty()) return Fault::kNone;
    const Fault fault = faults.front();
    faults.pop_front();
    return fault;
  }
  static std::optional<SendResult> refused_early(Fault fault) {
    switch (fault) {
      case Fault::kBusy: return result(Outcome::kLater, 429);
      case Fault::kLostBefore: return result(Outcome::kUnknown, 0);
      case Fault::kUnauthorized: return result(Outcome::kUnauthorized, 401);
      case Fault::kRefused: return result(Outcome::kRefused, 400);
      default: return std::nullopt;
    }
  }

  std::mutex mutex_;
  std::set<std::string> used_tokens_;
  std::set<std::string> keys_;
};

}  // namespace kairan::test
