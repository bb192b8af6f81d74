#include "store/embedded_redis.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "base/file_descriptor.h"
#include "base/log.h"
#include "store/redis_client.h"
#include "store/redis_process.h"

namespace kairan::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// How often the server is looked at when its end cannot be told by the kernel.
constexpr milliseconds kWatchInterval{200};
constexpr milliseconds kLongestRestartPause{2000};
constexpr milliseconds kStopTimeout{10000};

Error failed(const std::string& what) {
  return Error{ErrorCode::kUnavailable, "embedded Redis: " + what + ": " + std::strerror(errno)};
}

/// flock with a deadline: several processes that start at once wait for each other, but never without end.
Status lock_within(int fd, int operation, steady_clock::time_point deadline) {
  while (flock(fd, operation | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return failed("cannot lock");
    if (steady_clock::now() > deadline) {
      return Error{ErrorCode::kUnavailable, "embedded Redis: another process holds start.lock for too long"};
    }
    poll(nullptr, 0, 5);
  }
  return {};
}

std::string last_lines(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(0, std::ios::end);
  const auto size = static_cast<std::int64_t>(file.tellg());
  if (size <= 0) return "(empty)";
  file.seekg(std::max<std::int64_t>(0, size - 600));
  std::string tail((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  while (!tail.empty() && tail.back() == '\n') tail.pop_back();
  return tail;
}

/// Everything is stated, also Redis' defaults that a promise rests on.
std::vector<std::string> settings() {
  return {"--port", "0", "--unixsocket", "redis.sock", "--unixsocketperm", "700", "--daemonize", "no", "--appendonly",
          "yes", "--appendfsync", "always", "--no-appendfsync-on-rewrite", "no", "--aof-load-truncated", "yes",
          "--save", "", "--maxmemory", "0", "--maxmemory-policy", "noeviction", "--maxclients", "4000", "--loglevel",
          "notice", "--crash-memcheck-enabled", "no",
          // Subscribers' id buckets are sized to stay in this compact form (keys.h).
          "--hash-max-listpack-entries", "512", "--hash-max-listpack-value", "64",
          // Not read by anything here, and it costs a little on every command.
          "--latency-tracking", "no"};
}

}  // namespace

class EmbeddedRedis::Impl {
 public:
  explicit Impl(const Options& options) : options_(options) {}

  ~Impl() {
    if (watcher_.joinable()) {
      const std::uint64_t one = 1;
      [[maybe_unused]] const auto written = write(stop_.get(), &one, sizeof one);
      watcher_.join();
    }
    if (attached_) stop_if_last();
  }

  Status start() {
    const auto deadline = steady_clock::now() + options_.start_timeout;
    if (const Status made = make_folder(); !made) return made;
    if (const auto program = find_program(options_.program); program) {
      program_ = *program;
    } else {
      return program.error();
    }
    stop_ = FileDescriptor(eventfd(0, EFD_CLOEXEC));
    FileDescriptor attached(open((folder_ + "/attached.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!stop_ || !attached) return failed("cannot open its locks in " + folder_);
    {
      // Under the start lock, so that the last one that leaves cannot stop the server that this one is about to use.
      FileDescriptor start_lock(open((folder_ + "/start.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
      if (!start_lock) return failed("cannot open " + folder_ + "/start.lock");
      if (const Status locked = lock_within(start_lock.get(), LOCK_EX, deadline); !locked) return locked;
      if (const Status locked = lock_within(attached.get(), LOCK_SH, deadline); !locked) return locked;
      attached_ = std::move(attached);
      if (const Status running = run_locked(deadline); !running) return running;
    }
    if (const Status own = check_identity(); !own) return own;
    watcher_ = std::thread([this] { watch(); });
    return {};
  }

  Status ensure_running() {
    reap();
    auto pid = running_redis(folder_);
    if (!pid) return pid.error();
    if (*pid != 0) {
      pid_ = *pid;
      return {};
    }
    const auto deadline = steady_clock::now() + options_.start_timeout;
    FileDescriptor start_lock(open((folder_ + "/start.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!start_lock) return failed("cannot open " + folder_ + "/start.lock");
    if (const Status locked = lock_within(start_lock.get(), LOCK_EX, deadline); !locked) return locked;
    return run_locked(deadline);
  }

  std::string url() const { return "unix://" + socket_path(); }
  long pid() const { return pid_; }

 private:
  Status make_folder() {
    std::error_code error;
    std::filesystem::create_directories(options_.data_dir, error);
    const auto data = std::filesystem::canonical(options_.data_dir, error);
    if (error) {
      return Error{ErrorCode::kUnavailable,
                   "embedded Redis: data_dir " + options_.data_dir + " cannot be made: " + error.message()};
    }
    folder_ = data.string() + "/redis";
    if (mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST) return failed("cannot make " + folder_);
    directory_ = FileDescriptor(open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct stat info {};
    if (!directory_ || fstat(directory_.get(), &info) != 0) return failed("cannot open " + folder_);
    if (info.st_uid != geteuid()) {
      return Error{ErrorCode::kUnavailable,
                   "embedded Redis: " + folder_ + " belongs to another user; run as its owner"};
    }
    if (fchmod(directory_.get(), 0700) != 0) return failed("cannot protect " + folder_);
    return {};
  }

  /// A Unix socket's path has at most 107 bytes. The server binds a relative name; a client with a longer path goes
  /// through its own descriptor of the folder.
  std::string socket_path() const {
    std::string path = folder_ + "/redis.sock";
    if (path.size() < sizeof(sockaddr_un{}.sun_path)) return path;
    return "/proc/self/fd/" + std::to_string(directory_.get()) + "/redis.sock";
  }

  RedisOptions client_options() const {
    RedisOptions options;
    options.url = url();
    options.command_timeout = milliseconds(2000);
    options.pool_size = 1;
    return options;
  }

  /// Needs the start lock. Returns when a server answers.
  Status run_locked(steady_clock::time_point deadline) {
    auto pid = running_redis(folder_);
    if (!pid) return pid.error();
    if (*pid == 0) {
      auto launched = launch_redis({program_, folder_, settings(), !options_.outlives_process});
      if (!launched) return launched.error();
      child_ = *launched;
      log::info("redis.started", {{"pid", *launched}});
    } else {
      log::info("redis.adopted", {{"pid", *pid}});
    }
    return wait_until_ready(deadline);
  }

  Status wait_until_ready(steady_clock::time_point deadline) {
    std::string reason;
    while (steady_clock::now() < deadline) {
      auto pid = running_redis(folder_);
      if (!pid) return pid.error();
      const long child = child_;
      if (*pid != 0) {
        RedisClient client(client_options());
        const Status alive = client.ping(milliseconds(1000));
        if (alive) {
          pid_ = *pid;
          return {};
        }
        reason = alive.error().detail;
      } else if (child == 0 || reap()) {
        return Error{ErrorCode::kUnavailable, "embedded Redis: the server ended while starting; the end of " + folder_ +
                                                  "/redis.log says: " + last_lines(folder_ + "/redis.log")};
      }
      poll(nullptr, 0, 2);
    }
    return Error{ErrorCode::kUnavailable, "embedded Redis: the server in " + folder_ +
                                              " does not answer (still loading a large file, or hung): " + reason};
  }

  /// Whatever answers on the socket must be the server of this folder.
  Status check_identity() {
    RedisClient client(client_options());
    const auto reply = client.command({"CONFIG", "GET", "dir"});
    if (!reply) return reply.error();
    if (reply->items.size() == 2 && reply->items[1].text == folder_) return {};
    return Error{ErrorCode::kConflict,
                 "embedded Redis: another server answers on " + socket_path() + "; stop it, or give another data_dir"};
  }

  /// Takes the exit status of a child of ours. @return true when there is no living child.
  bool reap() {
    long child = child_;
    if (child == 0) return true;
    int status = 0;
    const pid_t got = waitpid(static_cast<pid_t>(child), &status, WNOHANG);
    if (got == 0) return false;
    child_.compare_exchange_strong(child, 0);
    return true;
  }

  void watch() {
    milliseconds pause{0};
    while (true) {
      // The kernel tells the end of a process at once through a pidfd, also when it is not our child.
      const long pid = pid_;
      FileDescriptor process(pid != 0 && pause.count() == 0 ? static_cast<int>(syscall(SYS_pidfd_open, pid, 0)) : -1);
      pollfd waits[] = {{stop_.get(), POLLIN, 0}, {process.get(), POLLIN, 0}};
      const auto wait = pause.count() > 0 ? pause : kWatchInterval;
      poll(waits, process ? 2 : 1, static_cast<int>(wait.count()));
      if ((waits[0].revents & POLLIN) != 0) return;
      const long before = pid_;
      if (const Status status = ensure_running(); !status) {
        pause = std::min(kLongestRestartPause, std::max(kWatchInterval, pause * 2));
        log::error("redis.restart_failed", {{"reason", status.error().detail}});
      } else {
        pause = milliseconds(0);
        if (pid_ != before) log::warn("redis.restarted", {{"pid", pid_.load()}, {"former_pid", before}});
      }
    }
  }

  void stop_if_last() {
    const auto deadline = steady_clock::now() + kStopTimeout;
    FileDescriptor start_lock(open((folder_ + "/start.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!start_lock || !lock_within(start_lock.get(), LOCK_EX, deadline)) return;
    if (flock(attached_.get(), LOCK_EX | LOCK_NB) != 0) return;  // others use it
    const auto pid = running_redis(folder_);
    if (!pid || *pid == 0) return;
    // Every acknowledged write is in the file already; nothing else is to be saved. Redis refuses while it writes a
    // first append-only file, so it is asked again.
    while (steady_clock::now() < deadline) {
      const auto reply = RedisClient(client_options()).command({"SHUTDOWN", "NOSAVE"});
      static_cast<void>(reply);  // a closed connection is its answer
      const auto again = steady_clock::now() + kWatchInterval;
      while (steady_clock::now() < again) {
        reap();
        const auto left = running_redis(folder_);
        if (!left || *left == 0) return;
        poll(nullptr, 0, 2);
      }
    }
    log::error("redis.does_not_stop", {{"pid", *pid}});
  }

  const Options options_;
  std::string program_, folder_;  // constant after start()
  FileDescriptor directory_, stop_, attached_;
  std::atomic<long> pid_{0};
  std::atomic<long> child_{0};  ///< a child of this process not yet reaped
  std::thread watcher_;
};

EmbeddedRedis::EmbeddedRedis(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

EmbeddedRedis::~EmbeddedRedis() = default;

Result<std::unique_ptr<EmbeddedRedis>> EmbeddedRedis::start(const Options& options) {
  auto impl = std::make_unique<Impl>(options);
  if (const Status started = impl->start(); !started) return started.error();
  return std::unique_ptr<EmbeddedRedis>(new EmbeddedRedis(std::move(impl)));
}

std::string EmbeddedRedis::url() const {
  return impl_->url();
}

long EmbeddedRedis::pid() const {
  return impl_->pid();
}

Status EmbeddedRedis::ensure_running() {
  return impl_->ensure_running();
}

}  // namespace kairan::store
