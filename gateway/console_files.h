// Serves the built console (static files of console/) with headers that leave no room for foreign script: everything from this
// origin, nothing inline, no frames. Files whose names carry a hash of their content may be kept for ever, the page itself is
// asked for anew each time. A path without a file is the application's own and gets the page. Threads: any.
#pragma once

#include <string>
#include <vector>

#include "gateway/http.h"

namespace kairan::gateway {

class ConsoleFiles {
 public:
  /// @param folder  with index.html; "" or one without it: a page says how to build the console
  explicit ConsoleFiles(std::string folder) : folder_(std::move(folder)) {}

  std::vector<Route> routes() const;  ///< the object outlives them
  HttpResponse serve(const HttpRequest& request) const;

  /// Where the files are when nobody says: beside the executable, installed, or in build/console.
  static std::string find_folder();

 private:
  const std::string folder_;
};

}  // namespace kairan::gateway
