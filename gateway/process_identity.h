// Who a process is, in a form that another process on the same machine can check: a lease held by a process that is gone
// need not run out before its shards are taken over. Pure but for reading /proc; any thread.
#pragma once

#include <string>
#include <string_view>

namespace kairan::gateway {

/// "boot-id/pid/start-time" of this process: unique across restarts of the process and of the machine.
std::string process_identity();

/// True only when `identity` names a process of this machine's current boot that certainly no longer runs. A process of
/// another machine or boot is never called gone: its lease must run out.
bool is_gone(std::string_view identity);

}  // namespace kairan::gateway
