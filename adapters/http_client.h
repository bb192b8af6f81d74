// An HTTP/1.1 client over cpp-httplib, bounded in time and size, that says whether a failed call may have arrived.
// The only file beside gateway/http_server.* that knows the library.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kairan::adapters {

struct HttpCall {
  std::string method = "GET";
  std::string path;  ///< with query
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string content_type = "application/json";
  std::chrono::milliseconds timeout{10000};  ///< for connect, each read and each write
  std::size_t max_response_bytes = 4u << 20;
};

struct HttpReply {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case; last value wins
  std::string body;
};

/// One connection, kept alive, to one origin. Threads: one at a time; use one client per worker thread.
class HttpClient {
 public:
  /// @param origin  "https://api.line.me" or "http://127.0.0.1:9000"; certificates are checked
  explicit HttpClient(std::string origin);
  ~HttpClient();

  /// @return kUnavailable when the request certainly did not reach the peer (no connection); kTimeout when it may have.
  Result<HttpReply> call(const HttpCall& call);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// A client per calling thread for one origin, made on first use. Threads: any.
class HttpClientPool {
 public:
  explicit HttpClientPool(std::string origin);
  ~HttpClientPool();
  Result<HttpReply> call(const HttpCall& call);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kairan::adapters
