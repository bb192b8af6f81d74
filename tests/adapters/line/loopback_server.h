// A small HTTP server on loopback for tests of clients: it records what it was asked and answers as the test says, also
// badly. Plain sockets, so that every fault is exact. Threads: one per connection; members are safe from any thread.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace kairan::test {

struct RecordedRequest {
  std::string method;
  std::string path;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
  int connection = 0;  ///< which connection it came on, from 0

  std::string header(const std::string& name) const {
    const auto it = headers.find(name);
    return it == headers.end() ? "" : it->second;
  }
};

struct CannedAnswer {
  int status = 200;
  std::string body = "{}";
  std::vector<std::pair<std::string, std::string>> headers;
  enum class Fault {
    kNone,
    kCloseUnanswered,    ///< reads the request, then closes
    kResetUnanswered,    ///< reads the request, then resets the connection
    kStall,              ///< reads the request, then says nothing until the server ends
    kDripHeader,         ///< sends a status line one byte each 20 ms without end
    kEndlessHeader,      ///< sends header bytes without end
    kCloseAfterAnswer,   ///< answers, then closes without having said so
    kShortBody,          ///< announces more bytes than it sends, then closes
  };
  Fault fault = Fault::kNone;
};

class LoopbackServer {
 public:
  using Answerer = std::function<CannedAnswer(const RecordedRequest&)>;

  explicit LoopbackServer(Answerer answerer = [](const RecordedRequest&) { return CannedAnswer{}; })
      : answerer_(std::move(answerer)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, generic, &size) != 0) {
      throw std::runtime_error("cannot listen on loopback");
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }

  ~LoopbackServer() {
    stopping_ = true;
    acceptor_.join();
    for (auto& thread : connections_) thread.join();
    ::close(listener_);
  }

  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  int port() const { return port_; }
  std::string origin() const { return "http://127.0.0.1:" + std::to_string(port_); }

  std::vector<RecordedRequest> requests() const {
    std::lock_guard lock(mutex_);
    return requests_;
  }
  int connections() const { return accepted_; }
  int open_connections() const { return open_; }

  /// Waits until `condition` holds; false after five seconds.
  static bool wait_until(const std::function<bool()>& condition) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      std::this_thread::yield();
    }
    return true;
  }

 private:
  bool readable(int fd) const {
    while (!stopping_) {
      pollfd entry{fd, POLLIN, 0};
      if (::poll(&entry, 1, 10) > 0) return true;
    }
    return false;
  }

  void accept_all() {
    while (readable(listener_)) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      const int number = accepted_++;
      ++open_;
      connections_.emplace_back([this, fd, number] {
        serve(fd, number);
        ::close(fd);
        --open_;
      });
    }
  }

  static std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
  }

  /// Reads more into `buffer`; false when the peer is gone or the server stops.
  bool more(int fd, std::string& buffer) const {
    char chunk[8192];
    if (!readable(fd)) return false;
    const ssize_t got = ::recv(fd, chunk, sizeof chunk, 0);
    if (got <= 0) return false;
    buffer.append(chunk, static_cast<std::size_t>(got));
    return true;
  }

  bool read_request(int fd, std::string& buffer, RecordedRequest& request) const {
    std::size_t end = 0;
    while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
      if (!more(fd, buffer)) return false;
    }
    const std::string head = buffer.substr(0, end + 2);
    buffer.erase(0, end + 4);
    std::size_t at = head.find("\r\n");
    const std::string first = head.substr(0, at);
    request.method = first.substr(0, first.find(' '));
    request.path = first.substr(request.method.size() + 1, first.rfind(' ') - request.method.size() - 1);
    for (at += 2; at < head.size();) {
      const std::size_t stop = head.find("\r\n", at);
      const std::string line = head.substr(at, stop - at);
      const std::size_t colon = line.find(':');
      request.headers[lower(line.substr(0, colon))] = line.substr(line.find_first_not_of(' ', colon + 1));
      at = stop + 2;
    }
    const std::string length = request.header("content-length");
    const std::size_t size = length.empty() ? 0 : std::stoul(length);
    while (buffer.size() < size) {
      if (!more(fd, buffer)) return false;
    }
    request.body = buffer.substr(0, size);
    buffer.erase(0, size);
    return true;
  }

  static bool send_all(int fd, const std::string& bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const ssize_t count = ::send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) return false;
      sent += static_cast<std::size_t>(count);
    }
    return true;
  }

  /// False when the connection is to be closed.
  bool answer(int fd, const CannedAnswer& canned) const {
    using Fault = CannedAnswer::Fault;
    if (canned.fault == Fault::kCloseUnanswered) return false;
    if (canned.fault == Fault::kResetUnanswered) {
      const linger hard{1, 0};
      ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
      return false;
    }
    if (canned.fault == Fault::kStall) {
      std::string rest;
      while (more(fd, rest)) {
      }
      return false;
    }
    if (canned.fault == Fault::kDripHeader || canned.fault == Fault::kEndlessHeader) {
      const bool slow = canned.fault == Fault::kDripHeader;
      if (!send_all(fd, "HTTP/1.1 200 OK\r\nX-Long: ")) return false;
      while (!stopping_ && send_all(fd, slow ? "a" : std::string(4096, 'a'))) {
        pollfd entry{fd, POLLIN, 0};
        if (slow) ::poll(&entry, 1, 20);
      }
      return false;
    }
    std::string text = "HTTP/1.1 " + std::to_string(canned.status) + " X\r\nContent-Length: ";
    text += std::to_string(canned.body.size() + (canned.fault == Fault::kShortBody ? 10 : 0)) + "\r\n";
    for (const auto& [name, value] : canned.headers) text += name + ": " + value + "\r\n";
    text += "\r\n" + canned.body;
    return send_all(fd, text) && canned.fault == Fault::kNone;
  }

  void serve(int fd, int number) {
    std::string buffer;
    while (true) {
      RecordedRequest request;
      request.connection = number;
      if (!read_request(fd, buffer, request)) return;
      const CannedAnswer canned = answerer_(request);
      {
        std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      if (!answer(fd, canned)) return;
    }
  }

  const Answerer answerer_;
  const int listener_;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> accepted_{0};
  std::atomic<int> open_{0};
  std::list<std::thread> connections_;
  std::thread acceptor_;
  mutable std::mutex mutex_;
  std::vector<RecordedRequest> requests_;  // guarded by mutex_
};

}  // namespace kairan::test
