#include "gateway/request_metrics.h"

#include <utility>

namespace kairan::gateway {

RequestMetrics::RequestMetrics(Metrics& metrics, std::string listener, const std::vector<Route>& routes)
    : metrics_(metrics), listener_(std::move(listener)) {
  const auto add = [this](const std::string& path) {
    auto& entry = routes_[path];
    if (entry) return;
    entry = std::make_unique<PerRoute>();
    entry->seconds = &metrics_.histogram("kairan_http_request_seconds", "From the whole request to the whole response",
                                         {{"listener", listener_}, {"route", path}});
  };
  add("");
  for (const Route& route : routes) add(route.path);
}

void RequestMetrics::observe(std::string_view route, int status, std::chrono::nanoseconds took) {
  auto found = routes_.find(route);
  if (found == routes_.end()) found = routes_.find("");
  PerRoute& entry = *found->second;
  entry.seconds->observe(took);
  std::atomic<Counter*>& slot = entry.by_status[static_cast<std::size_t>(status >= 0 && status < kStatuses ? status : 0)];
  Counter* counter = slot.load(std::memory_order_acquire);
  if (counter == nullptr) {
    counter = &metrics_.counter(
        "kairan_http_requests_total", "HTTP requests by listener, route and status",
        {{"listener", listener_}, {"route", found->first}, {"status", std::to_string(status)}});
    slot.store(counter, std::memory_order_release);  // the same pointer whoever stores it
  }
  counter->add();
}

}  // namespace kairan::gateway
