#include "gateway/main/signals.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <thread>

namespace kairan::gateway {
namespace {

sigset_t handled() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

void block_signals() {
  const sigset_t set = handled();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);  // fewer connections at once, if it cannot be raised
}

void forbid_core_files() {
  const rlimit none{0, 0};
  (void)setrlimit(RLIMIT_CORE, &none);  // lowering is always allowed
}

Signal wait_for_signal(std::chrono::milliseconds patience) {
  const sigset_t set = handled();
  timespec limit{};
  limit.tv_sec = static_cast<time_t>(patience.count() / 1000);
  limit.tv_nsec = static_cast<long>(patience.count() % 1000) * 1'000'000;
  switch (sigtimedwait(&set, nullptr, &limit)) {
    case SIGTERM:
    case SIGINT: return Signal::kStop;
    case SIGHUP: return Signal::kReload;
    default: return Signal::kNone;
  }
}

void bound_the_stop(std::chrono::seconds limit) {
  // Detached on purpose: it is what ends the process when nothing else does.
  std::thread([limit] {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < deadline) {
      if (wait_for_signal(std::chrono::milliseconds(200)) == Signal::kStop) break;
    }
    std::fputs("kairan: the stop did not end in time; leaving at once\n", stderr);
    _exit(1);
  }).detach();
}

}  // namespace kairan::gateway
