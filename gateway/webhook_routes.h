// The door: raw body → signature → parse → durable → 200. Nothing unsigned is parsed, stored or logged.
#pragma once

#include <functional>

#include "gateway/channel.h"
#include "gateway/http.h"
#include "gateway/intake.h"
#include "gateway/pipeline_metrics.h"

namespace kairan::gateway {

/// Called with every verified webhook after it has been stored (forwarding to a second address). Must not block.
using VerifiedHook = std::function<void(const HttpRequest&)>;

inline constexpr std::size_t kMaxWebhookBytes = 1u << 20;

/// The route of one channel's webhook.
///   401 signature missing, wrong, doubled; 400 signed but not a webhook; 413, 415 by the server; 503 nowhere to store;
///   200 stored, ignored with a counted reason, or an empty communication check.
/// `channel`, `intake`, `metrics` outlive the route.
Route webhook_route(const Channel& channel, Intake& intake, PipelineMetrics& metrics, VerifiedHook hook);

}  // namespace kairan::gateway
