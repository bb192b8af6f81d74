// Serves the phones' page. It may load nothing from elsewhere; images in messages come from this machine only.
#include <string>

#include "adapters/simulator/control_api.h"
#include "adapters/simulator/page_files.h"

namespace kairan::adapters::simulator {
namespace {

constexpr char kPolicy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: http://127.0.0.1:* http://localhost:*; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

std::string type_of(std::string_view name) {
  const auto dot = name.rfind('.');
  const std::string_view ending = dot == std::string_view::npos ? name : name.substr(dot);
  if (ending == ".js") return "text/javascript; charset=utf-8";
  if (ending == ".css") return "text/css; charset=utf-8";
  return "text/html; charset=utf-8";
}

}  // namespace

std::vector<gateway::Route> page_routes() {
  std::vector<gateway::Route> routes;
  for (const EmbeddedFile& file : embedded_files()) {
    gateway::Route route;
    route.method = "GET";
    route.path = file.name == "index.html" ? "/" : "/sim/page/" + std::string(file.name);
    route.handler = [&file](const gateway::HttpRequest& request) {
      gateway::HttpResponse response;
      if (!is_local_request(request)) {
        response.status = 403;
        return response;
      }
      response.content_type = type_of(file.name);
      response.body = std::string(file.bytes);
      response.headers = {
          {"Content-Security-Policy", kPolicy}, {"Referrer-Policy", "no-referrer"}, {"Cache-Control", "no-cache"}};
      return response;
    };
    routes.push_back(std::move(route));
  }
  return routes;
}

}  // namespace kairan::adapters::simulator
