#include "store/redis_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace kairan::store {
namespace {

constexpr const char* kLockFile = "/running.lock";

/// Between fork and exec only async-signal-safe calls are allowed: the parent has threads whose locks stay taken here.
[[noreturn]] void become_redis(const char* program, const char* folder, const char* lock_path, char* const* argv,
                               char* const* environment, bool ends_with_parent) {
  if (ends_with_parent) prctl(PR_SET_PDEATHSIG, SIGKILL);
  setsid();
  umask(077);
  if (chdir(folder) != 0) _exit(120);
  close_range(3, ~0U, 0);
  const int nothing = open("/dev/null", O_RDWR);
  const int log = open("redis.log", O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (nothing < 0 || log < 0) _exit(121);
  dup2(nothing, 0);
  dup2(log, 1);
  dup2(log, 2);
  if (nothing > 2) close(nothing);
  if (log > 2) close(log);
  // Stays open and undoubled until the process ends: closing any descriptor of the file would give the lock up.
  const int lock = open(lock_path, O_RDWR | O_CREAT, 0600);
  struct flock range {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  if (lock < 0 || fcntl(lock, F_SETLK, &range) != 0) _exit(122);
  sigset_t none;
  sigemptyset(&none);
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (const int signal : {SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGUSR1, SIGUSR2}) {
    sigaction(signal, &standard, nullptr);
  }
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(program, argv, environment);
  _exit(123);
}

}  // namespace

Result<long> running_redis(const std::string& folder) {
  const std::string path = folder + kLockFile;
  const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT) return 0L;
    return Error{ErrorCode::kUnavailable, "cannot open " + path + ": " + std::strerror(errno)};
  }
  struct flock range {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  const int status = fcntl(fd, F_GETLK, &range);
  const int problem = errno;
  close(fd);
  if (status != 0) return Error{ErrorCode::kUnavailable, "cannot look at " + path + ": " + std::strerror(problem)};
  return range.l_type == F_UNLCK ? 0L : static_cast<long>(range.l_pid);
}

Result<long> launch_redis(const RedisLaunch& launch) {
  std::string name = "redis-server";
  std::vector<std::string> arguments = launch.arguments;
  std::vector<char*> argv{name.data()};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::string path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
  std::string language = "LC_ALL=C";
  char* environment[] = {path.data(), language.data(), nullptr};
  const std::string lock = launch.folder + kLockFile;

  const pid_t child = fork();
  if (child < 0) return Error{ErrorCode::kUnavailable, std::string("cannot fork: ") + std::strerror(errno)};
  if (child == 0) {
    become_redis(launch.program.c_str(), launch.folder.c_str(), lock.c_str(), argv.data(), environment,
                 launch.ends_with_parent);
  }
  return static_cast<long>(child);
}

Result<std::string> find_program(const std::string& program) {
  const Error missing{ErrorCode::kNotFound, program +
                                                " is not there: install it (apt-get install redis-server) or give "
                                                "redis.url the address of a Redis of your own"};
  if (program.find('/') != std::string::npos) {
    if (access(program.c_str(), X_OK) == 0) return program;
    return missing;
  }
  const char* variable = std::getenv("PATH");
  std::string_view path = variable != nullptr ? variable : "";
  std::string all(path);
  all += ":/usr/bin:/usr/local/bin";
  std::string_view rest = all;
  while (!rest.empty()) {
    const auto colon = rest.find(':');
    const std::string_view folder = rest.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
    if (folder.empty()) continue;
    std::string candidate = std::string(folder) + "/" + program;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return missing;
}

}  // namespace kairan::store
