// The operator's questions: is the process alive (/healthz), can it do its work (/readyz), and how does it fare (/metrics).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gateway/http.h"

namespace kairan::gateway {

/// One thing readiness depends on.
struct Check {
  std::string name;
  bool ok = false;
  std::string detail;  ///< why not, for operators; no personal data
};

struct Health {
  std::function<bool()> alive;                  ///< false: the process should be restarted
  std::function<std::vector<Check>()> checks;   ///< all must be ok to be ready; may ask Redis, bounded in time
  std::function<std::string()> metrics;         ///< Prometheus text exposition 0.0.4
};

/// GET /healthz, for the public listener.
Route alive_route(const Health& health);
/// GET /healthz, /readyz and /metrics, for the console listener.
std::vector<Route> operator_routes(const Health& health);

}  // namespace kairan::gateway
