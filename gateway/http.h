// HTTP as the gateway's rooms and adapters see it: requests, responses and routes as data. No library type shows here;
// gateway/http_server.* is the only file that knows the server library.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kairan::gateway {

struct HttpRequest {
  std::string method;  ///< "GET", "POST", ...
  std::string path;    ///< without the query, percent-decoded once
  std::string rest;    ///< what a route ending in "/*" matched after the prefix
  std::multimap<std::string, std::string> query;
  std::multimap<std::string, std::string> headers;  ///< names in lower case
  std::string body;                                 ///< at most the route's max_body_bytes
  std::string remote_addr;  ///< the peer; a proxy's X-Forwarded-For only when the peer is loopback

  /// First value of a header (name in lower case) or "".
  std::string_view header(std::string_view name) const;
  std::size_t header_count(std::string_view name) const;
  std::string_view query_value(std::string_view name) const;
};

/// Writes one piece of a streamed response; false when the peer is gone or the server stops. An empty piece sends nothing
/// and only asks; who waits for news asks at least every second, so that stop() is quick, and sends a heartbeat now and
/// then, so that a peer that vanished is noticed.
using StreamWriter = std::function<bool(std::string_view piece)>;

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  bool close = false;  ///< close the connection after this response
  /// Close the connection without sending a single byte; everything else here is ignored. What a client sees is a
  /// request that was read and never answered: the case whose outcome nobody can know.
  bool drop = false;
  /// When set, `body` is ignored and this is run to produce the body in chunks (server-sent events). It returns when done.
  std::function<void(const StreamWriter&)> stream;
};

HttpResponse json_response(int status, std::string body);

/// What a route says to a request's head, before its body is read.
struct Admission {
  std::size_t max_body_bytes = 0;
  std::optional<HttpResponse> refusal;  ///< answered at once; the body is not read and the connection is closed
};

using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

/// One entry of a server's table. Paths are literal; one ending in "/*" matches everything below its prefix. The longest
/// match wins. A request whose path is known under another method gets 405; an unknown path 404; a path over 1,024
/// bytes 414. A body over `max_body_bytes` (also chunked) gets 413 and the connection is closed; any Content-Encoding 415.
/// HEAD is answered through a GET route (the handler sees "HEAD" and its body is not sent); OPTIONS, where the table has
/// none, says which methods a path knows. A Range header is ignored: the answer is always whole.
struct Route {
  std::string method;
  std::string path;
  HttpHandler handler;
  std::size_t max_body_bytes = 64 * 1024;
  /// When set, decides instead of max_body_bytes. `remote_addr` and the body are not known yet.
  std::function<Admission(const HttpRequest& head)> admit = {};
};

}  // namespace kairan::gateway
