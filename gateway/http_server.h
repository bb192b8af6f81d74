// The gateway's HTTP/1.1 server: one thread that accepts and watches quiet connections (epoll), and a pool of workers.
//
// A worker holds a connection only while bytes flow: one that is quiet for 20 ms, or at once while others wait, goes
// back to the watcher with what it has sent so far. So a thousand slow or idle clients cost memory (under 1 KiB each),
// not workers. A response leaves in one system call.
//
// The packaged HTTP library is not used on this side: its parser cannot be bounded from outside, it holds a worker per
// connection, and it costs 8.6 us of processor time a request where HttpParser takes about one (measured; reference:
// dependencies 2 and 3).
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "gateway/http.h"

namespace kairan::gateway {

struct HttpServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;                  ///< 0 = any free port
  std::size_t workers = 64;      ///< requests handled at once, streams included
  std::size_t max_streams = 16;  ///< streamed responses at once; beyond it 503
  std::size_t max_connections =
      4096;  ///< beyond it a new connection gets 503; also bounded by the process's open files
  std::chrono::milliseconds read_timeout{5000};         ///< for one whole request, from its first byte; then 408
  std::chrono::milliseconds write_timeout{5000};        ///< for one response, plus a second for every 128 KiB
  std::chrono::milliseconds keep_alive_timeout{15000};  ///< also for a new connection's first byte
  std::size_t keep_alive_requests = 10000;
  /// Called once per answered request, for metrics; may be empty. Route path (empty when none matched), status, time
  /// from the whole request to the whole response (zero for a request refused before it was whole).
  std::function<void(std::string_view route, int status, std::chrono::nanoseconds)> observe;
};

/// Reads "127.0.0.1:8080" or "[::1]:8080"; port 0..65535.
Result<std::pair<std::string, int>> parse_listen(const std::string& text);

/// Threads: bind(), start() and stop() from one thread; handlers run on the workers, several at once.
class HttpServer {
 public:
  HttpServer(HttpServerOptions options, std::vector<Route> routes);
  ~HttpServer();  ///< stops
  HttpServer(const HttpServer&) = delete;

  /// Binds exclusively and listens; connections wait in the backlog (512) until start().
  /// @return the port; kConflict when it is taken, kInvalid when the address is not one of this machine.
  Result<int> bind();
  /// Serves on threads of its own; bind() must have succeeded.
  Status start();
  /// Stops accepting, closes idle connections, lets running handlers end (each bounded by its own deadline), joins.
  /// Idempotent.
  void stop();
  /// True when listening ended without stop(): the process should exit and be restarted.
  bool failed() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kairan::gateway
