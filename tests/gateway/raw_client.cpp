#include "tests/gateway/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace kairan::gateway::test_support {

RawClient::RawClient(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_storage storage{};
  std::memcpy(&storage, &address, sizeof address);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&storage), sizeof address) != 0) {
    throw std::runtime_error(std::string("cannot connect: ") + std::strerror(errno));
  }
}

RawClient::~RawClient() {
  close();
}

void RawClient::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void RawClient::shut_down_writing() {
  ::shutdown(fd_, SHUT_WR);
}

bool RawClient::send(std::string_view bytes, std::chrono::milliseconds patience) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno != EAGAIN && errno != EWOULDBLOCK) return false;
    pollfd room{fd_, POLLOUT, 0};
    if (::poll(&room, 1, static_cast<int>(patience.count())) <= 0) return false;
  }
  return true;
}

bool RawClient::readable(std::chrono::milliseconds patience) const {
  pollfd waiting{fd_, POLLIN, 0};
  return ::poll(&waiting, 1, static_cast<int>(patience.count())) > 0;
}

bool RawClient::receive(std::chrono::milliseconds patience) {
  if (!readable(patience)) return false;
  std::array<char, 16384> bytes;
  const ssize_t got = ::recv(fd_, bytes.data(), bytes.size(), 0);
  if (got <= 0) return false;
  buffer_.append(bytes.data(), static_cast<std::size_t>(got));
  return true;
}

std::string RawClient::response(std::chrono::milliseconds patience) {
  std::size_t head = std::string::npos;
  while ((head = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!receive(patience)) return {};
  }
  std::size_t length = 0;
  if (const std::size_t at = buffer_.find("Content-Length: "); at < head) length = std::stoul(buffer_.substr(at + 16));
  const std::size_t whole = head + 4 + length;
  while (buffer_.size() < whole) {
    if (!receive(patience)) return {};
  }
  std::string response = buffer_.substr(0, whole);
  buffer_.erase(0, whole);
  return response;
}

std::string RawClient::until_closed(bool* closed, std::chrono::milliseconds patience) {
  while (receive(patience)) {
  }
  if (closed != nullptr) *closed = readable(std::chrono::milliseconds(0));
  return std::exchange(buffer_, {});
}

int status_of(std::string_view response) {
  return response.size() > 12 && response.substr(0, 9) == "HTTP/1.1 " ? std::stoi(std::string(response.substr(9, 3)))
                                                                      : 0;
}

std::string body_of(std::string_view response) {
  const std::size_t head = response.find("\r\n\r\n");
  return head == std::string_view::npos ? std::string() : std::string(response.substr(head + 4));
}

}  // namespace kairan::gateway::test_support
