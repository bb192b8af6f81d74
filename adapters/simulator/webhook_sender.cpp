#include "adapters/simulator/webhook_sender.h"

#include <functional>
#include <map>
#include <utility>

#include "adapters/http_client.h"
#include "base/crypto.h"

namespace kairan::adapters::simulator {
namespace {

constexpr std::string_view kFirstDelivery = R"("deliveryContext":{"isRedelivery":false})";
constexpr std::string_view kRedelivery = R"("deliveryContext":{"isRedelivery":true})";

/// The event as a redelivery carries it. The searched bytes cannot stand inside a text: its quotes would be escaped.
std::string as_redelivery(std::string event) {
  const auto at = event.find(kFirstDelivery);
  if (at != std::string::npos) event.replace(at, kFirstDelivery.size(), kRedelivery);
  return event;
}

}  // namespace

WebhookTransport http_transport() {
  struct Pools {
    std::mutex mutex;
    std::map<std::string, std::unique_ptr<HttpClientPool>> by_origin;  // guarded by mutex
  };
  auto pools = std::make_shared<Pools>();
  return [pools](const std::string& url, const std::string& body, const std::string& signature,
                 std::chrono::milliseconds timeout) -> std::optional<int> {
    const auto scheme = url.find("://");
    const auto slash = scheme == std::string::npos ? scheme : url.find('/', scheme + 3);
    if (scheme == std::string::npos) return std::nullopt;
    HttpClientPool* pool = nullptr;
    {
      std::lock_guard lock(pools->mutex);
      auto& entry = pools->by_origin[url.substr(0, slash)];
      if (!entry) entry = std::make_unique<HttpClientPool>(url.substr(0, slash));
      pool = entry.get();
    }
    HttpCall call;
    call.method = "POST";
    call.path = slash == std::string::npos ? "/" : url.substr(slash);
    call.headers = {{"x-line-signature", signature}, {"user-agent", "LineBotWebhook/2.0"}};
    call.body = body;
    call.content_type = "application/json; charset=utf-8";
    call.timeout = timeout;
    call.max_response_bytes = 64 * 1024;
    const auto reply = pool->call(call);
    if (!reply) return std::nullopt;
    return reply->status;
  };
}

WebhookSender::WebhookSender(const SimulatorOptions& options, std::string destination, const Clock& clock,
                             WebhookObserver& observer)
    : redelivery_(options.redelivery),
      timeout_(options.webhook_timeout),
      channel_secret_(options.channel_secret),
      destination_(std::move(destination)),
      clock_(clock),
      observer_(observer),
      transport_(options.transport ? options.transport : http_transport()),
      url_(options.webhook_url) {
  const std::size_t count = options.webhook_lanes == 0 ? 1 : options.webhook_lanes;
  for (std::size_t i = 0; i < count; ++i) lanes_.push_back(std::make_unique<Lane>());
}

WebhookSender::~WebhookSender() {
  stop();
}

void WebhookSender::start() {
  for (auto& lane : lanes_) {
    {
      std::lock_guard lock(lane->mutex);
      lane->stopping = false;
    }
    lane->thread = std::thread([this, raw = lane.get()] { run(*raw); });
  }
}

void WebhookSender::stop() {
  for (auto& lane : lanes_) {
    {
      std::lock_guard lock(lane->mutex);
      lane->stopping = true;
    }
    lane->changed.notify_all();
  }
  for (auto& lane : lanes_) {
    if (lane->thread.joinable()) lane->thread.join();
  }
}

void WebhookSender::set_url(std::string url) {
  std::lock_guard lock(url_mutex_);
  url_ = std::move(url);
}

std::string WebhookSender::url() const {
  std::lock_guard lock(url_mutex_);
  return url_;
}

void WebhookSender::enqueue(WebhookJob job) {
  Lane& lane = *lanes_[std::hash<std::string>{}(job.chat_id) % lanes_.size()];
  const auto plan = observer_.plan_webhook(job);
  if (plan.twice) {
    WebhookJob copy = job;
    copy.copy = true;
    push(lane, std::move(job), plan.delay);
    push(lane, std::move(copy), plan.delay);
    return;
  }
  push(lane, std::move(job), plan.delay);
}

void WebhookSender::push(Lane& lane, WebhookJob job, std::chrono::milliseconds wait) {
  std::uint64_t serial = 0;
  {
    std::lock_guard lock(url_mutex_);
    serial = ++serial_;
  }
  {
    std::lock_guard lock(lane.mutex);
    lane.jobs.push(Timed{clock_.steady_now() + wait, serial, std::move(job)});
  }
  lane.changed.notify_all();
}

void WebhookSender::run(Lane& lane) {
  for (;;) {
    WebhookJob job;
    {
      std::unique_lock lock(lane.mutex);
      for (;;) {
        if (lane.stopping) return;
        const SteadyPoint now = clock_.steady_now();
        if (!lane.jobs.empty() && lane.jobs.top().due <= now) break;
        if (lane.jobs.empty()) {
          lane.changed.wait(lock);
        } else {
          // A clock moved by hand does not wake anybody, so a planned job is looked at again soon.
          const auto wait =
              std::min<std::chrono::nanoseconds>(lane.jobs.top().due - now, std::chrono::milliseconds(20));
          lane.changed.wait_for(lock, wait);
        }
      }
      job = lane.jobs.top().job;
      lane.jobs.pop();
      lane.busy = true;
    }
    attempt(lane, std::move(job));
    std::lock_guard lock(lane.mutex);
    lane.busy = false;
  }
}

void WebhookSender::attempt(Lane& lane, WebhookJob job) {
  observer_.webhook_leaves(job);
  std::string event = job.attempt == 0 ? job.event : as_redelivery(job.event);
  const std::string body = R"({"destination":")" + destination_ + R"(","events":[)" + std::move(event) + "]}";
  const auto began = std::chrono::steady_clock::now();
  const int status = send_now(body);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  const bool taken = status >= 200 && status < 300;
  const bool again = !taken && !job.copy && job.attempt < redelivery_.size();
  if (again) {
    WebhookJob next = job;
    ++next.attempt;
    push(lane, std::move(next), redelivery_[job.attempt]);
  }
  observer_.webhook_ended(job, status, again, took);
}

int WebhookSender::send_now(const std::string& body) {
  const std::string target = url();
  if (target.empty()) return 0;
  const Sha256 digest = hmac_sha256(channel_secret_.reveal(), body);
  return transport_(target, body, to_base64(bytes_of(digest)), timeout_).value_or(0);
}

std::size_t WebhookSender::pending() const {
  std::size_t count = 0;
  for (const auto& lane : lanes_) {
    std::lock_guard lock(lane->mutex);
    count += lane->jobs.size() + (lane->busy ? 1 : 0);
  }
  return count;
}

void WebhookSender::drop_pending() {
  for (auto& lane : lanes_) {
    std::lock_guard lock(lane->mutex);
    lane->jobs = {};
  }
}

}  // namespace kairan::adapters::simulator
