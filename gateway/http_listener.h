// A listening TCP socket that this process has for itself. Threads: one at a time.
#pragma once

#include <string>
#include <utility>

#include "base/file_descriptor.h"
#include "base/result.h"

namespace kairan::gateway {

class Listener {
 public:
  Listener(std::string host, int port) : host_(std::move(host)), port_(port) {}

  /// Binds and listens, so that a second process on the port fails here (SO_REUSEADDR only; with SO_REUSEPORT two would
  /// share it in silence). @return the port; kConflict when it is taken, kInvalid when the host is no address of ours.
  Result<int> bind();
  int fd() const { return socket_.get(); }
  void close() { socket_.reset(); }

  enum class Outcome {
    kConnection,
    kNone,       ///< nothing waits, or what waited has gone
    kExhausted,  ///< no file descriptors or memory: try again a little later
    kBroken,     ///< the socket itself fails
  };
  struct Accepted {
    Outcome outcome = Outcome::kNone;
    int fd = -1;
    std::string peer;  ///< address without port; an IPv4 peer of an IPv6 socket as plain IPv4
    bool loopback = false;
    int error = 0;  ///< errno of kExhausted and kBroken
  };
  Accepted accept();

 private:
  const std::string host_;
  const int port_;
  FileDescriptor socket_;
};

}  // namespace kairan::gateway
