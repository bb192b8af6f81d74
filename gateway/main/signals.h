// Signals as values: blocked before the first thread, waited for in main. Threads: block_signals() before any other.
#pragma once

#include <chrono>

namespace kairan::gateway {

enum class Signal { kNone, kStop, kReload };

/// Blocks SIGTERM, SIGINT and SIGHUP for all threads and ignores SIGPIPE (hiredis writes to sockets that may be closed).
void block_signals();
/// Lets the process hold as many connections as the system allows it.
void raise_file_limit();
/// A crash leaves no memory image behind: it would hold keys and what residents wrote.
void forbid_core_files();
/// The next signal, or kNone after `patience`.
Signal wait_for_signal(std::chrono::milliseconds patience);
/// From here on a further stop signal, or `limit` passing, ends the process at once.
void bound_the_stop(std::chrono::seconds limit);

}  // namespace kairan::gateway
