// LINE as one of the gateway's channels: joins signature, webhook, messages and API client behind gateway::Channel.
// Threads: as gateway::Channel says, any member from any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/line/api_client.h"
#include "base/clock.h"
#include "base/secret.h"
#include "gateway/channel.h"

namespace kairan::adapters::line {

struct LineOptions {
  std::vector<Secret> secrets;  ///< one channel secret, or two while it is being changed
  std::string channel_id;       ///< with a secret, lets tokens be issued
  Secret access_token;          ///< used instead of issued ones when not empty
  std::string api_base = "https://api.line.me";
  std::string data_api_base = "https://api-data.line.me";
  std::string bot_user_id;  ///< accept only this account's events; empty accepts all
  const Clock& clock;       ///< outlives the channel
};

class LineChannel final : public gateway::Channel {
 public:
  explicit LineChannel(LineOptions options);

  std::string_view name() const override { return "line"; }
  std::string_view webhook_path() const override { return "/webhook/line"; }
  ChannelLimits limits() const override;

  /// Exactly one x-line-signature header, made over the body with one of the secrets.
  bool verify(const gateway::HttpRequest& request) const override;
  Result<gateway::Webhook> parse_webhook(std::string_view body) const override;
  Result<gateway::Event> parse_event(std::string_view raw) const override;

  /// As render_messages(), after fit(): labels, titles and alt texts that are too long end in 「…」.
  Result<std::string> render(const std::vector<Message>& messages) const override;

  Result<std::string> render_as(const std::vector<Message>& messages, Display display) const override;

  SendResult reply(std::string_view reply_token, std::string_view rendered, std::chrono::milliseconds timeout) override;
  SendResult push(std::string_view chat_id, std::string_view rendered, std::string_view retry_key,
                  std::chrono::milliseconds timeout) override;

  /// The whole API, for what only LINE has.
  ApiClient& api() { return api_; }

 private:
  const std::vector<Secret> secrets_;
  const std::string bot_user_id_;
  ApiClient api_;
};

std::unique_ptr<LineChannel> make_line_channel(LineOptions options);

}  // namespace kairan::adapters::line
