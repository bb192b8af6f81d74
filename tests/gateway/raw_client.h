// A TCP client that sends exactly the bytes it is given, for requests that no library would send.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace kairan::gateway::test_support {

/// Threads: one at a time.
class RawClient {
 public:
  explicit RawClient(int port);
  ~RawClient();
  RawClient(const RawClient&) = delete;

  /// False when the peer does not take it (closed, or full for longer than `patience`).
  bool send(std::string_view bytes, std::chrono::milliseconds patience = std::chrono::seconds(10));
  /// One response: head and as much body as Content-Length says. Empty when the connection closed first.
  std::string response(std::chrono::milliseconds patience = std::chrono::seconds(10));
  /// Everything until the peer closes. `closed` says whether it did within the patience.
  std::string until_closed(bool* closed = nullptr, std::chrono::milliseconds patience = std::chrono::seconds(10));
  /// Whether something can be read (an answer, or the end).
  bool readable(std::chrono::milliseconds patience) const;
  void shut_down_writing();
  void close();

 private:
  bool receive(std::chrono::milliseconds patience);
  int fd_ = -1;
  std::string buffer_;
};

int status_of(std::string_view response);
std::string body_of(std::string_view response);

}  // namespace kairan::gateway::test_support
