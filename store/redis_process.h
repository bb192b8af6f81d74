// The private redis-server as a process: whether one lives on a folder, and starting one. Used by EmbeddedRedis only.
//
// Who may run on a folder is decided by a POSIX record lock on <folder>/running.lock. The server's process takes it
// itself between fork and exec and holds it until it is gone, however it ends; children that Redis forks to rewrite its
// file do not inherit it; and the lock tells the holder's pid. So a recycled pid, a left-over pid file or two starters
// at once cannot lead to two servers on one append-only file.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace kairan::store {

/// The pid of the server that lives on `folder`, 0 when none does. kUnavailable when the lock cannot be read.
Result<long> running_redis(const std::string& folder);

struct RedisLaunch {
  std::string program;                 ///< path of the executable
  std::string folder;                  ///< absolute; becomes its working directory
  std::vector<std::string> arguments;  ///< without the program's name
  bool ends_with_parent = false;       ///< killed when the thread that launches it ends (tests)
};

/// Starts it in a session of its own, with a clean environment, no inherited descriptors, umask 077, output to
/// redis.log. Does not wait until it answers. @return the pid of the child, to be reaped by the caller.
Result<long> launch_redis(const RedisLaunch& launch);

/// Looks `program` up in PATH when it has no slash; kNotFound with what to install.
Result<std::string> find_program(const std::string& program);

}  // namespace kairan::store
