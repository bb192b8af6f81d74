// An HTTP/1.1 server over cpp-httplib with the guards that its packaged version needs (reference: dependencies 2 and 3):
// counted body reading, refusal of Content-Encoding and Range, exclusive bind, backlog, Nagle off, own per-connection
// loop that closes after every refusal or unread body and never reads what is left of a body as a next request.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "gateway/http.h"

namespace kairan::gateway {

struct HttpServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;  ///< 0 = any free port
  std::size_t workers = 64;  ///< connections served at once; one worker each (library)
  std::size_t max_streams = 16;  ///< streamed responses at once; beyond it 503
  std::chrono::milliseconds read_timeout{5000};   ///< for one whole request, from its first byte
  std::chrono::milliseconds write_timeout{5000};
  std::chrono::milliseconds keep_alive_timeout{15000};
  std::size_t keep_alive_requests = 10000;
  /// Called once per answered request, for metrics; may be empty. Route path, status, time spent.
  std::function<void(const std::string& route, int status, std::chrono::nanoseconds)> observe;
};

/// Reads "127.0.0.1:8080" or "[::1]:8080"; port 0..65535.
Result<std::pair<std::string, int>> parse_listen(const std::string& text);

/// Threads: bind(), start() and stop() from one thread; handlers run on the workers, several at once.
class HttpServer {
 public:
  HttpServer(HttpServerOptions options, std::vector<Route> routes);
  ~HttpServer();  ///< stops
  HttpServer(const HttpServer&) = delete;

  /// Binds exclusively. @return the port; kConflict when it is taken.
  Result<int> bind();
  /// Serves on a thread of its own; returns when connections are accepted.
  Status start();
  /// Stops accepting, lets running handlers end (each bounded by its own deadline), joins. Idempotent.
  void stop();
  /// True when listening ended without stop(): the process should exit and be restarted.
  bool failed() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kairan::gateway
