// Where a Redis is, read from its URL. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace kairan::store {

struct RedisAddress {
  std::string socket;  ///< path of a Unix socket; empty = TCP
  std::string host;    ///< IPv4 or IPv6 address in digits: resolving a name has no deadline, so names are refused
  int port = 6379;
  int database = 0;
  std::string user;  ///< empty = the default user
  Secret password;   ///< empty = none
};

/// Reads "unix:///path[?db=N]" or "redis://[[user]:password@]address[:port][/db]" (user and password percent-encoded;
/// "localhost" means 127.0.0.1).
/// @return kInvalid with what to write instead; the text never contains the password.
Result<RedisAddress> parse_redis_url(std::string_view url);

}  // namespace kairan::store
