#include "gateway/webhook_routes.h"

#include <string>
#include <utility>

#include "base/log.h"

namespace kairan::gateway {
namespace {

HttpResponse refuse(int status, std::string_view sentence) {
  HttpResponse response = json_response(status, "{\"message\":\"" + std::string(sentence) + "\"}");
  response.close = true;
  return response;
}

}  // namespace

Route webhook_route(const Channel& channel, Intake& intake, PipelineMetrics& metrics, VerifiedHook hook) {
  Route route;
  route.method = "POST";
  route.path = std::string(channel.webhook_path());
  route.max_body_bytes = kMaxWebhookBytes;
  route.handler = [&channel, &intake, &metrics, hook = std::move(hook)](const HttpRequest& request) {
    if (!channel.verify(request)) {
      metrics.webhook("bad_signature");
      return refuse(401, "signature missing or wrong");
    }
    const auto webhook = channel.parse_webhook(request.body);
    if (!webhook) {
      metrics.webhook("not_a_webhook");
      log::warn("webhook.unreadable", {{"channel", channel.name()}, {"reason", webhook.error().detail}});
      return refuse(400, "not a webhook");
    }
    const Status stored = intake.take(channel.name(), *webhook);
    if (!stored) {
      metrics.webhook("not_stored");
      return refuse(503, "no room to store, send again later");
    }
    metrics.webhook("stored");
    if (hook) hook(request);
    return json_response(200, "{}");
  };
  return route;
}

}  // namespace kairan::gateway
