#include "adapters/line/line_channel.h"

#include <utility>

#include "adapters/line/display.h"
#include "adapters/line/messages.h"
#include "adapters/line/signature.h"
#include "adapters/line/webhook.h"

namespace kairan::adapters::line {

LineChannel::LineChannel(LineOptions options)
    : secrets_(options.secrets),
      bot_user_id_(std::move(options.bot_user_id)),
      api_({std::move(options.secrets), std::move(options.channel_id), std::move(options.access_token),
            std::move(options.api_base), std::move(options.data_api_base)},
           options.clock) {}

ChannelLimits LineChannel::limits() const { return channel_limits(); }

bool LineChannel::verify(const gateway::HttpRequest& request) const {
  // Two signatures leave open which one a proxy in front looked at.
  if (request.header_count("x-line-signature") != 1) return false;
  return signature_matches(secrets_, request.body, request.header("x-line-signature"));
}

Result<gateway::Webhook> LineChannel::parse_webhook(std::string_view body) const {
  return line::parse_webhook(body, bot_user_id_);
}

Result<gateway::Event> LineChannel::parse_event(std::string_view raw) const { return line::parse_event(raw); }

Result<std::string> LineChannel::render(const std::vector<Message>& messages) const {
  return render_messages(fit(messages));
}

Result<std::string> LineChannel::render_as(const std::vector<Message>& messages, Display display) const {
  return render_messages(arrange(fit(messages), display));
}

SendResult LineChannel::reply(std::string_view reply_token, std::string_view rendered,
                              std::chrono::milliseconds timeout) {
  return api_.reply(reply_token, rendered, timeout);
}

SendResult LineChannel::push(std::string_view chat_id, std::string_view rendered, std::string_view retry_key,
                             std::chrono::milliseconds timeout) {
  return api_.push(chat_id, rendered, retry_key, timeout);
}

std::unique_ptr<LineChannel> make_line_channel(LineOptions options) {
  return std::make_unique<LineChannel>(std::move(options));
}

}  // namespace kairan::adapters::line
