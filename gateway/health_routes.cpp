#include "gateway/health_routes.h"

#include <nlohmann/json.hpp>

#include "base/bounded_json.h"

namespace kairan::gateway {

Route alive_route(const Health& health) {
  return Route{"GET", "/healthz", [alive = health.alive](const HttpRequest&) {
                 return alive() ? json_response(200, R"({"status":"ok"})") : json_response(503, R"({"status":"failed"})");
               }};
}

std::vector<Route> operator_routes(const Health& health) {
  std::vector<Route> routes;
  routes.push_back(alive_route(health));
  routes.push_back({"GET", "/readyz", [checks = health.checks](const HttpRequest&) {
                      nlohmann::json body;
                      bool ready = true;
                      for (const Check& check : checks()) {
                        ready = ready && check.ok;
                        body["checks"][check.name] = check.ok ? "ok" : check.detail;
                      }
                      body["status"] = ready ? "ready" : "not ready";
                      return json_response(ready ? 200 : 503, dump_json(body));
                    }});
  routes.push_back({"GET", "/metrics", [metrics = health.metrics](const HttpRequest&) {
                      HttpResponse response;
                      response.content_type = "text/plain; version=0.0.4; charset=utf-8";
                      response.body = metrics();
                      return response;
                    }});
  return routes;
}

}  // namespace kairan::gateway
