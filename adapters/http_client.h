// An HTTP/1.1 client over cpp-httplib, bounded in time and size, that says whether a failed call may have arrived.
// The only file beside gateway/http_server.* that knows the library.
//
// What the packaged library does not do is done here (dependencies 3): one deadline for the whole exchange instead of
// one per byte read, Nagle off, header and body in one write, answers counted against a cap, no redirects followed, no
// decompression, and the knowledge whether a byte has left.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace kairan::adapters {

struct HttpCall {
  std::string method = "GET";
  std::string path;  ///< with query, percent-encoded
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string content_type = "application/json";
  /// For the connection, and then again for the whole exchange over it. Resolving a name is bounded by the system's
  /// resolver alone.
  std::chrono::milliseconds timeout{10000};
  std::size_t max_response_bytes = 4u << 20;
  /// When set, takes the body of a 2xx answer piece by piece and HttpReply::body stays empty; false gives up. The cap
  /// counts these bytes too.
  std::function<bool(std::string_view)> on_body;
};

struct HttpReply {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case; last value wins
  std::string body;
};

/// One connection, kept alive, to one origin. Threads: one at a time; use one client per worker thread.
///
/// A kept-alive connection on which anything has arrived since the last answer (the peer's farewell, in clear or in TLS)
/// is closed before use and opened anew; so is one that has been idle for 30 s. A peer that closes in the instant
/// between this look and the write leaves an unknown outcome, reported as such.
class HttpClient {
 public:
  /// @param origin  "https://api.line.me" or "http://127.0.0.1:9000"; certificates and host names are checked against
  ///                the system's authorities (SSL_CERT_FILE names others)
  explicit HttpClient(std::string origin);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// @return kInvalid for an origin, method, path or header that cannot be sent (a line break in it);
  ///         kUnavailable when the request certainly did not reach the peer: no connection, no trusted certificate, or
  ///         not one byte written;
  ///         kTooLarge when the answer is over its cap (the peer has the request);
  ///         kTimeout for everything else: it may have arrived
  Result<HttpReply> call(const HttpCall& call);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Clients for one origin, lent to one caller at a time and kept for the next; as many as there are callers at once.
/// Threads: any.
class HttpClientPool {
 public:
  explicit HttpClientPool(std::string origin);
  ~HttpClientPool();
  HttpClientPool(const HttpClientPool&) = delete;
  HttpClientPool& operator=(const HttpClientPool&) = delete;

  /// As HttpClient::call().
  Result<HttpReply> call(const HttpCall& call);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kairan::adapters
