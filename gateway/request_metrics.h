// Counts and times the requests of one listener. Series are looked up once, not per request: this is on the path of every
// webhook. Threads: observe() from many.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http.h"
#include "gateway/metrics.h"

namespace kairan::gateway {

class RequestMetrics {
 public:
  /// `metrics` outlives this.
  RequestMetrics(Metrics& metrics, std::string listener, const std::vector<Route>& routes);

  /// @param route  a route's path, or "" when none matched; @param status  100..599
  void observe(std::string_view route, int status, std::chrono::nanoseconds took);

 private:
  static constexpr int kStatuses = 600;
  struct PerRoute {
    Histogram* seconds = nullptr;
    std::array<std::atomic<Counter*>, kStatuses> by_status{};
  };

  Metrics& metrics_;
  const std::string listener_;
  std::map<std::string, std::unique_ptr<PerRoute>, std::less<>> routes_;  // constant after construction
};

}  // namespace kairan::gateway
