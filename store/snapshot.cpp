#include "store/snapshot.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <vector>

#include "store/redis_address.h"
#include "store/redis_connection.h"

namespace kairan::store {
namespace {

/// Redis sends a line break every second while its child writes the snapshot, and then bytes without a pause.
constexpr int kSilenceMs = 30'000;
constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::size_t kMaxLine = 1024;

Error no_snapshot(const std::string& what) {
  return Error{ErrorCode::kUnavailable, "snapshot: " + what};
}

class Stream {
 public:
  explicit Stream(int fd) : fd_(fd) {}
  ~Stream() {
    if (fd_ >= 0) close(fd_);
  }
  Stream(const Stream&) = delete;

  Status send_all(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent <= 0) return no_snapshot(std::string("cannot send: ") + std::strerror(errno));
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
  }

  /// What has been read and not been used, filled with at least one byte.
  Result<std::string_view> more() {
    if (used_ < buffer_.size()) return std::string_view(buffer_).substr(used_);
    pollfd waiting{fd_, POLLIN, 0};
    const int ready = poll(&waiting, 1, kSilenceMs);
    if (ready == 0) return Error{ErrorCode::kTimeout, "snapshot: Redis fell silent"};
    buffer_.resize(kReadBytes);
    const ssize_t got = recv(fd_, buffer_.data(), buffer_.size(), 0);
    buffer_.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    used_ = 0;
    if (got <= 0) return Error{ErrorCode::kTimeout, "snapshot: Redis closed the connection"};
    return std::string_view(buffer_);
  }
  void use(std::size_t count) { used_ += count; }

  /// A line without its end; empty lines, by which Redis shows that it is alive, are left out.
  Result<std::string> line() {
    std::string line;
    for (;;) {
      const auto bytes = more();
      if (!bytes) return bytes.error();
      const std::size_t end = bytes->find('\n');
      line.append(bytes->substr(0, end));
      use(end == std::string_view::npos ? bytes->size() : end + 1);
      if (line.size() > kMaxLine) return no_snapshot("Redis sent no line");
      if (end == std::string_view::npos) continue;
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (!line.empty()) return line;
    }
  }

 private:
  const int fd_;
  std::string buffer_;
  std::size_t used_ = 0;
};

Result<int> connect_to(const RedisAddress& address) {
  union {
    sockaddr any;
    sockaddr_un local;
    sockaddr_in v4;
    sockaddr_in6 v6;
  } to{};
  socklen_t size = 0;
  if (!address.socket.empty()) {
    if (address.socket.size() >= sizeof to.local.sun_path) return no_snapshot("the socket's path is too long");
    to.local.sun_family = AF_UNIX;
    std::copy(address.socket.begin(), address.socket.end(), to.local.sun_path);
    size = sizeof to.local;
  } else if (inet_pton(AF_INET, address.host.c_str(), &to.v4.sin_addr) == 1) {
    to.v4.sin_family = AF_INET;
    to.v4.sin_port = htons(static_cast<std::uint16_t>(address.port));
    size = sizeof to.v4;
  } else if (inet_pton(AF_INET6, address.host.c_str(), &to.v6.sin6_addr) == 1) {
    to.v6.sin6_family = AF_INET6;
    to.v6.sin6_port = htons(static_cast<std::uint16_t>(address.port));
    size = sizeof to.v6;
  } else {
    return no_snapshot("the host is not an address");
  }
  const int fd = socket(to.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, &to.any, size) != 0) {
    const int reason = errno;
    if (fd >= 0) close(fd);
    return no_snapshot(std::string("cannot connect: ") + std::strerror(reason));
  }
  return fd;
}

std::string command(const std::vector<std::string_view>& words) {
  std::string bytes;
  append_header(bytes, words.size());
  for (const std::string_view word : words) append_argument(bytes, word);
  return bytes;
}

}  // namespace

Status stream_snapshot(const std::string& redis_url, const std::function<void(std::uint64_t bytes)>& begin,
                       const std::function<Status(std::string_view)>& take) {
  const auto address = parse_redis_url(redis_url);
  if (!address) return address.error();
  const auto fd = connect_to(*address);
  if (!fd) return fd.error();
  Stream stream(*fd);
  if (!address->password.empty()) {
    const std::string_view password = address->password.reveal();
    const Status sent = stream.send_all(address->user.empty() ? command({"AUTH", password})
                                                              : command({"AUTH", address->user, password}));
    if (!sent) return sent;
    const auto answer = stream.line();
    if (!answer) return answer.error();
    if (*answer != "+OK") return no_snapshot("Redis refuses the password");
  }
  if (const Status sent = stream.send_all(command({"SYNC"})); !sent) return sent;
  const auto head = stream.line();
  if (!head) return head.error();
  std::uint64_t left = 0;
  const auto [end, error] = std::from_chars(head->data() + 1, head->data() + head->size(), left);
  if (head->front() != '$' || error != std::errc() || end != head->data() + head->size()) {
    return no_snapshot("Redis does not give one: " + head->substr(0, 200));
  }
  if (begin) begin(left);
  while (left > 0) {
    const auto bytes = stream.more();
    if (!bytes) return bytes.error();
    const std::string_view piece =
        bytes->substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left, bytes->size())));
    if (const Status taken = take(piece); !taken) return taken;
    stream.use(piece.size());
    left -= piece.size();
  }
  return {};
}

}  // namespace kairan::store
