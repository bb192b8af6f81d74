#include "gateway/http_routes.h"

#include <algorithm>
#include <set>
#include <utility>

namespace kairan::gateway {

HttpRoutes::HttpRoutes(std::vector<Route> routes) : routes_(std::move(routes)) {
  for (const Route& route : routes_) {
    const std::string& path = route.path;
    if (path.size() >= 2 && path.ends_with("/*")) {
      prefixes_[path.substr(0, path.size() - 1)].push_back(&route);
    } else {
      exact_[path].push_back(&route);
    }
  }
}

const Route* HttpRoutes::by_method(const Methods& methods, std::string_view method) {
  const auto with = [&](std::string_view wanted) -> const Route* {
    const auto it = std::find_if(methods.begin(), methods.end(), [&](const Route* r) { return r->method == wanted; });
    return it == methods.end() ? nullptr : *it;
  };
  const Route* route = with(method);
  return route == nullptr && method == "HEAD" ? with("GET") : route;
}

HttpRoutes::Match HttpRoutes::find(std::string_view method, std::string_view path) const {
  const Methods* methods = nullptr;
  Match match;
  if (const auto it = exact_.find(path); it != exact_.end()) {
    methods = &it->second;
  } else {
    // Every prefix ends in a slash, so the candidates are the path cut after each of its slashes, longest first.
    for (std::size_t end = path.rfind('/'); end != std::string_view::npos; end = path.rfind('/', end - 1)) {
      if (const auto found = prefixes_.find(path.substr(0, end + 1)); found != prefixes_.end()) {
        methods = &found->second;
        match.rest = path.substr(end + 1);
        break;
      }
      if (end == 0) break;
    }
  }
  if (methods == nullptr) return match;
  match.route = by_method(*methods, method);
  if (match.route == nullptr) {
    std::set<std::string> known{"OPTIONS"};
    for (const Route* route : *methods) {
      known.insert(route->method);
      if (route->method == "GET") known.insert("HEAD");
    }
    for (const std::string& name : known) match.allowed += (match.allowed.empty() ? "" : ", ") + name;
  }
  return match;
}

}  // namespace kairan::gateway
