// One accepted connection of the HTTP server: its socket, what has been read of the current request, and its deadlines.
// Threads: owned by exactly one at a time, the watcher or a worker; it is passed as a unique_ptr.
#pragma once

#include <sys/uio.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "gateway/http.h"
#include "gateway/http_parser.h"

namespace kairan::gateway {

using SteadyTime = std::chrono::steady_clock::time_point;

class HttpConnection {
 public:
  HttpConnection(int socket, std::string address, bool loopback)
      : fd(socket), peer(std::move(address)), peer_is_loopback(loopback) {}
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;

  enum class Phase {
    kIdle,     ///< between requests; closed in silence at the deadline
    kRequest,  ///< inside one; 408 at the deadline
    kLinger,   ///< answered and half-closed: what still comes is thrown away, so that the answer is not lost to a reset
  };

  const int fd;
  const std::string peer;  ///< address without port
  const bool peer_is_loopback;
  Phase phase = Phase::kIdle;
  SteadyTime deadline;  ///< of the phase
  std::size_t served = 0;
  std::size_t lingered_bytes = 0;
  const Route* route = nullptr;  ///< of the current request, once its head is read
  HttpParser parser;

  /// Sends all of the pieces, gathered, before `until`. False when the peer is gone or too slow.
  bool send_all(struct iovec* pieces, int count, SteadyTime until);
  bool send_all(std::string_view bytes, SteadyTime until);
  /// Whether the peer has closed its side or the connection broke.
  bool peer_gone() const;
};

/// The address the request is to be attributed to: the last entry of X-Forwarded-For, when the peer is this machine's
/// own proxy and the entry is an IP address; else the peer.
std::string client_address(const HttpRequest& request, const HttpConnection& connection);

std::string_view status_reason(int status);

/// What follows the response's own fields on the wire.
struct Framing {
  bool close = false;
  bool http_1_0 = false;
  enum class Body {
    kNone,        ///< 204 and 304: no length either
    kLength,      ///< Content-Length says body_bytes
    kChunked,     ///< streamed
    kUntilClose,  ///< streamed to an HTTP/1.0 client
  };
  Body body = Body::kLength;
  std::size_t body_bytes = 0;
};
/// Writes status line and headers into `out` (replaced). Header fields with control characters or bad names are left
/// out, so that nothing from outside can add a line.
void format_head(const HttpResponse& response, const Framing& framing, std::string& out);

}  // namespace kairan::gateway
