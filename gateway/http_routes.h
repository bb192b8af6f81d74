// The table of a server's routes, looked up by path. Constant after construction; any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http.h"

namespace kairan::gateway {

class HttpRoutes {
 public:
  explicit HttpRoutes(std::vector<Route> routes);

  struct Match {
    const Route* route = nullptr;  ///< none: 404, or 405 when `allowed` is not empty
    std::string allowed;           ///< methods the path knows, "GET, HEAD, POST"; filled only when route is none
    std::string_view rest;         ///< of `path`, after the prefix of a route that ends in "/*"
  };
  Match find(std::string_view method, std::string_view path) const;

 private:
  using Methods = std::vector<const Route*>;
  static const Route* by_method(const Methods& methods, std::string_view method);

  std::vector<Route> routes_;
  std::map<std::string, Methods, std::less<>> exact_;
  std::map<std::string, Methods, std::less<>> prefixes_;  // "/api/", without the star
};

}  // namespace kairan::gateway
