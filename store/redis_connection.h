// One connection to Redis. Requests are argv with lengths (any byte may stand in them), written by ourselves with
// MSG_NOSIGNAL, so that a closed peer is an error and not a signal; replies are read by hiredis' reader straight into
// Reply values. Every wait has a deadline over the whole exchange.
//
// A connection that saw any error is never used again: after a timeout the next reply on it would be the answer to the
// former command. Its owner destroys it; nothing here reconnects.
// Threads: one at a time. redis_connection.cpp is the only file that includes hiredis.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/redis_address.h"
#include "store/redis_client.h"

namespace kairan::store {

class RedisConnection {
 public:
  /// Connects and prepares (AUTH, SELECT, CLIENT SETNAME) within `timeout`.
  /// @return kUnavailable when it cannot connect or is refused.
  static Result<std::unique_ptr<RedisConnection>> open(const RedisAddress& address, milliseconds timeout);
  ~RedisConnection();
  RedisConnection(const RedisConnection&) = delete;

  /// The request to send: fill it with append_command(). Emptied by exchange().
  std::string& request() { return request_; }

  /// Sends request() and reads `count` replies.
  /// @return kUnavailable when not a byte could be sent (the peer is gone); kTimeout when it may have been received but
  ///         the answer did not come whole in time. Both break the connection.
  Result<std::vector<Reply>> exchange(std::size_t count, SteadyPoint deadline);

  bool broken() const { return broken_; }
  /// False when the peer has closed or has sent something nobody asked for: such a connection must not be used.
  bool is_quiet() const;

  SteadyPoint last_used() const { return last_used_; }

 private:
  struct Hiredis;
  explicit RedisConnection(std::unique_ptr<Hiredis> hiredis);
  Status send_request(SteadyPoint deadline);
  Status read_replies(std::vector<Reply>& replies, SteadyPoint deadline);
  bool set_wait(SteadyPoint deadline);

  std::unique_ptr<Hiredis> hiredis_;
  std::string request_;
  milliseconds wait_{0};  ///< what the socket's own timeouts are set to
  SteadyPoint last_used_{};
  bool broken_ = false;
};

/// Appends one command in RESP to `out`.
void append_header(std::string& out, std::size_t argument_count);
void append_argument(std::string& out, std::string_view argument);

}  // namespace kairan::store
