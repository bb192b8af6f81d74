#include "gateway/http_listener.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include "gateway/http_server.h"

namespace kairan::gateway {
namespace {

constexpr int kBacklog = 512;

void describe(const sockaddr_storage& address, Listener::Accepted& accepted) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    accepted.loopback = (ntohl(v4.sin_addr.s_addr) >> 24) == 127;
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
  } else if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    const auto* bytes = v6.sin6_addr.s6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      accepted.loopback = bytes[12] == 127;
      ::inet_ntop(AF_INET, bytes + 12, text.data(), text.size());
    } else {
      accepted.loopback = IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
      ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    }
  }
  accepted.peer = text.data();
}

int port_of(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
  if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    return ntohs(v6.sin6_port);
  }
  sockaddr_in v4{};
  std::memcpy(&v4, &address, sizeof v4);
  return ntohs(v4.sin_port);
}

}  // namespace

Result<int> Listener::bind() {
  const std::string where = host_ + ":" + std::to_string(port_);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host_.c_str(), std::to_string(port_).c_str(), &hints, &found); error != 0) {
    return Error{ErrorCode::kInvalid, "cannot listen on " + where + ": " + ::gai_strerror(error)};
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);

  const auto fail = [&](const char* step) {
    const ErrorCode code = errno == EADDRINUSE                         ? ErrorCode::kConflict
                           : errno == EADDRNOTAVAIL || errno == EACCES ? ErrorCode::kInvalid
                                                                       : ErrorCode::kUnavailable;
    return Error{code, std::string("cannot ") + step + " " + where + ": " + std::strerror(errno)};
  };
  FileDescriptor socket(::socket(addresses->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return fail("open a socket for");
  const int on = 1;
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) return fail("prepare");
  if (::bind(socket.get(), addresses->ai_addr, addresses->ai_addrlen) != 0) return fail("bind");
  // Two sockets that both allow address reuse may bind one port; only one of them may listen.
  if (::listen(socket.get(), kBacklog) != 0) return fail("listen on");
  socket_ = std::move(socket);
  return port_of(socket_.get());
}

Listener::Accepted Listener::accept() {
  Accepted accepted;
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  accepted.fd = ::accept4(socket_.get(), reinterpret_cast<sockaddr*>(&address), &length, SOCK_CLOEXEC);
  if (accepted.fd >= 0) {
    accepted.outcome = Outcome::kConnection;
    const int on = 1;
    ::setsockopt(accepted.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    describe(address, accepted);
    return accepted;
  }
  accepted.error = errno;
  switch (accepted.error) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
      accepted.outcome = Outcome::kExhausted;
      break;
    case EBADF:
    case EINVAL:
    case ENOTSOCK:
    case EOPNOTSUPP:
    case EFAULT:
      accepted.outcome = Outcome::kBroken;
      break;
    default:
      break;  // accept(2): an error of the connection that waited, not of the socket; epoll tells of the next
  }
  return accepted;
}

Result<std::pair<std::string, int>> parse_listen(const std::string& text) {
  const Error wrong{ErrorCode::kInvalid, "must look like 127.0.0.1:8080 or [::1]:8080"};
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return wrong;
  std::string host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.empty() || (!bracketed && host.find_first_of(":[]") != std::string::npos)) return wrong;
  int port = -1;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, port);
  if (error != std::errc{} || stop != end || port < 0 || port > 65535 || text[colon + 1] == '-') return wrong;
  return std::pair<std::string, int>(std::move(host), port);
}

}  // namespace kairan::gateway
