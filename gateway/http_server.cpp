#include "gateway/http_server.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <typeinfo>
#include <unordered_map>

#include "base/log.h"
#include "gateway/http_connection.h"
#include "gateway/http_listener.h"
#include "gateway/http_routes.h"

namespace kairan::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ConnectionPtr = std::unique_ptr<HttpConnection>;

constexpr std::size_t kReceiveBytes = 16 * 1024;
/// How long a worker stays with a connection that has nothing to read. Busy connections are served without a change of
/// thread; quiet ones give the worker back.
constexpr milliseconds kStay{20};
constexpr milliseconds kSweepEvery{100};
constexpr milliseconds kAcceptPause{50};  // after running out of file descriptors or memory
constexpr milliseconds kLingerFor{1000};
constexpr std::size_t kLingerBytes = 4u << 20;
constexpr std::size_t kWriteBytesPerSecond = 128 * 1024;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kBusy =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

HttpResponse refusal(int status) {
  HttpResponse response;
  response.status = status;
  response.body.append(std::to_string(status)).append(" ").append(status_reason(status)).append("\n");
  response.close = true;
  return response;
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(HttpServerOptions options, std::vector<Route> routes)
      : options_(std::move(options)), routes_(std::move(routes)), listener_(options_.host, options_.port) {}

  Result<int> bind() { return listener_.bind(); }

  Status start() {
    epoll_ = FileDescriptor(::epoll_create1(EPOLL_CLOEXEC));
    wake_ = FileDescriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (listener_.fd() < 0 || !epoll_ || !wake_ || !watch(listener_.fd(), EPOLLIN, EPOLL_CTL_ADD) ||
        !watch(wake_.get(), EPOLLIN, EPOLL_CTL_ADD)) {
      return Error{ErrorCode::kUnavailable, "http server cannot start: " + std::string(std::strerror(errno))};
    }
    watcher_ = std::thread([this] { run_watcher(); });
    for (std::size_t i = 0; i < options_.workers; ++i) workers_.emplace_back([this] { run_worker(); });
    return {};
  }

  void stop() {
    if (stopping_.exchange(true)) return;
    if (!watcher_.joinable()) return;
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
    watcher_.join();
    {
      std::lock_guard lock(ready_mutex_);
      draining_ = true;
    }
    ready_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  bool failed() const { return failed_.load(); }

 private:
  bool watch(int fd, std::uint32_t events, int operation) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    return ::epoll_ctl(epoll_.get(), operation, fd, &event) == 0;
  }

  // --- the watcher: accepts, and keeps connections that nothing is read from ---

  void run_watcher() {
    std::array<epoll_event, 256> events{};
    auto next_sweep = steady_clock::now() + kSweepEvery;
    while (!failed_) {
      const bool stopping = stopping_;  // read first: what has come before stop() is still handed to the workers
      const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                     stopping ? 0 : static_cast<int>(kSweepEvery.count()));
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if (event.data.fd == wake_.get()) continue;
        if (event.data.fd == listener_.fd()) {
          if (!stopping) accept_all();
        } else if (ConnectionPtr connection = take_parked(event.data.fd)) {
          if (connection->phase == HttpConnection::Phase::kLinger) {
            discard(std::move(connection));
          } else {
            push_ready(std::move(connection));
          }
        }
      }
      if (stopping) break;
      if (const auto now = steady_clock::now(); now >= next_sweep) {
        sweep(now);
        next_sweep = now + kSweepEvery;
      }
    }
    listener_.close();
    std::unordered_map<int, ConnectionPtr> left;
    {
      std::lock_guard lock(parked_mutex_);
      parking_ = false;
      left.swap(parked_);
    }
    connections_ -= left.size();
  }

  void accept_all() {
    for (;;) {
      Listener::Accepted accepted = listener_.accept();
      if (accepted.outcome == Listener::Outcome::kNone) return;
      if (accepted.outcome == Listener::Outcome::kExhausted) {
        log::warn("http.accept_paused", {{"reason", std::strerror(accepted.error)}});
        watch(listener_.fd(), 0, EPOLL_CTL_MOD);
        accept_again_ = steady_clock::now() + kAcceptPause;
        return;
      }
      if (accepted.outcome == Listener::Outcome::kBroken) {
        log::error("http.listener_failed", {{"reason", std::strerror(accepted.error)}});
        failed_ = true;
        return;
      }
      auto connection = std::make_unique<HttpConnection>(accepted.fd, std::move(accepted.peer), accepted.loopback);
      if (++connections_ > options_.max_connections) {
        connection->send_all(kBusy, steady_clock::now());
        --connections_;
        continue;
      }
      const timeval stay{0, std::chrono::duration_cast<std::chrono::microseconds>(kStay).count()};
      ::setsockopt(connection->fd, SOL_SOCKET, SO_RCVTIMEO, &stay, sizeof stay);
      connection->deadline = steady_clock::now() + options_.keep_alive_timeout;
      park(std::move(connection), EPOLL_CTL_ADD);
    }
  }

  /// Gives a connection to the watcher; during a stop it is closed instead.
  void park(ConnectionPtr connection, int operation = EPOLL_CTL_MOD) {
    const int fd = connection->fd;
    std::lock_guard lock(parked_mutex_);
    if (!parking_) {
      --connections_;
      return;
    }
    parked_.emplace(fd, std::move(connection));
    // Armed while the lock is held: the event cannot find the connection missing.
    if (!watch(fd, EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, operation)) {
      parked_.erase(fd);
      --connections_;
    }
  }

  ConnectionPtr take_parked(int fd) {
    std::lock_guard lock(parked_mutex_);
    const auto it = parked_.find(fd);
    if (it == parked_.end()) return nullptr;
    ConnectionPtr connection = std::move(it->second);
    parked_.erase(it);
    return connection;
  }

  void sweep(SteadyTime now) {
    if (accept_again_ && now >= *accept_again_) {
      accept_again_.reset();
      watch(listener_.fd(), EPOLLIN, EPOLL_CTL_MOD);
    }
    std::vector<ConnectionPtr> expired;
    {
      std::lock_guard lock(parked_mutex_);
      for (auto it = parked_.begin(); it != parked_.end();) {
        if (now < it->second->deadline) {
          ++it;
          continue;
        }
        expired.push_back(std::move(it->second));
        it = parked_.erase(it);
      }
    }
    for (ConnectionPtr& connection : expired) {
      if (connection->phase == HttpConnection::Phase::kRequest) {
        send_response(*connection, refusal(408), now);  // without waiting: the watcher has others
        observe({}, 408, {});
        close_gently(std::move(connection));
      } else {
        finish(std::move(connection));
      }
    }
  }

  void discard(ConnectionPtr connection) {
    std::array<char, kReceiveBytes> sink;
    for (int rounds = 0; rounds < 16; ++rounds) {
      const ssize_t got = ::recv(connection->fd, sink.data(), sink.size(), MSG_DONTWAIT);
      if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) break;
      if (got <= 0) return finish(std::move(connection));
      connection->lingered_bytes += static_cast<std::size_t>(got);
      if (connection->lingered_bytes > kLingerBytes) return finish(std::move(connection));
    }
    park(std::move(connection));
  }

  void push_ready(ConnectionPtr connection) {
    {
      std::lock_guard lock(ready_mutex_);
      queue_.push_back(std::move(connection));
      ++waiting_;
    }
    ready_.notify_one();
  }

  void finish(ConnectionPtr connection) {
    connection.reset();
    --connections_;
  }

  /// Closes after an answer in a way that lets the peer read it although it may still be sending.
  void close_gently(ConnectionPtr connection) {
    if (::shutdown(connection->fd, SHUT_WR) != 0) return finish(std::move(connection));
    connection->phase = HttpConnection::Phase::kLinger;
    connection->deadline = steady_clock::now() + kLingerFor;
    park(std::move(connection));
  }

  // --- the workers ---

  void run_worker() {
    std::vector<char> buffer(kReceiveBytes);
    for (;;) {
      ConnectionPtr connection;
      {
        std::unique_lock lock(ready_mutex_);
        ready_.wait(lock, [this] { return draining_ || !queue_.empty(); });
        if (queue_.empty()) return;
        connection = std::move(queue_.front());
        queue_.pop_front();
        --waiting_;
      }
      serve(std::move(connection), buffer);
    }
  }

  enum class Next { kGoOn, kPark, kClose, kCloseGently };

  void serve(ConnectionPtr connection, std::vector<char>& buffer) {
    Next next = Next::kGoOn;
    while (next == Next::kGoOn) next = step(*connection, buffer);
    switch (next) {
      case Next::kGoOn:
      case Next::kPark:
        return park(std::move(connection));
      case Next::kClose:
        return finish(std::move(connection));
      case Next::kCloseGently:
        return close_gently(std::move(connection));
    }
  }

  /// Receives once and deals with what came.
  Next step(HttpConnection& connection, std::vector<char>& buffer) {
    const bool others_wait = waiting_ > 0 || stopping_;
    const ssize_t got = ::recv(connection.fd, buffer.data(), buffer.size(), others_wait ? MSG_DONTWAIT : 0);
    if (got == 0) return Next::kClose;
    if (got < 0) {
      if (errno == EINTR) return Next::kGoOn;
      return errno == EAGAIN || errno == EWOULDBLOCK ? Next::kPark : Next::kClose;
    }
    return take_in(connection, std::string_view(buffer.data(), static_cast<std::size_t>(got)));
  }

  Next take_in(HttpConnection& connection, std::string_view bytes) {
    HttpParser& parser = connection.parser;
    while (!bytes.empty()) {
      const bool had_started = parser.started();
      bytes.remove_prefix(parser.feed(bytes));
      if (!had_started && parser.started()) {
        connection.phase = HttpConnection::Phase::kRequest;
        connection.deadline = steady_clock::now() + options_.read_timeout;
      }
      if (parser.state() == HttpParser::State::kHeadDone) {
        if (const std::optional<Next> ended = admit(connection)) return *ended;
      }
      if (parser.state() == HttpParser::State::kRefused) return refuse(connection, parser.refusal());
      if (parser.state() == HttpParser::State::kComplete) {
        if (const Next next = answer(connection); next != Next::kGoOn) return next;
        connection.phase = HttpConnection::Phase::kIdle;
        connection.deadline = steady_clock::now() + options_.keep_alive_timeout;
        parser.reset();
      }
    }
    if (parser.started() && steady_clock::now() >= connection.deadline) return refuse(connection, 408);
    return Next::kGoOn;
  }

  /// Decides on a request by its head alone, before its body is read.
  std::optional<Next> admit(HttpConnection& connection) {
    HttpParser& parser = connection.parser;
    HttpRequest& request = parser.request();
    const HttpRoutes::Match match = routes_.find(request.method, request.path);
    if (match.route == nullptr) {
      if (match.allowed.empty()) return refuse(connection, 404);
      HttpResponse response = refusal(405);
      if (request.method == "OPTIONS") {
        response = HttpResponse{};
        response.status = 204;
        response.close = true;
      }
      response.headers.emplace_back("Allow", match.allowed);
      return refuse(connection, std::move(response));
    }
    connection.route = match.route;
    request.rest = match.rest;
    std::size_t max_body = match.route->max_body_bytes;
    if (match.route->admit) {
      Admission admission = admit_by(*match.route, request);
      if (admission.refusal) {
        admission.refusal->close = true;
        return refuse(connection, *std::move(admission.refusal));
      }
      max_body = admission.max_body_bytes;
    }
    parser.accept_body(max_body);
    if (parser.state() == HttpParser::State::kNeedMore && parser.expects_continue() &&
        !connection.send_all(kContinue, steady_clock::now() + options_.write_timeout)) {
      return Next::kClose;
    }
    return std::nullopt;
  }

  Admission admit_by(const Route& route, const HttpRequest& head) {
    try {
      return route.admit(head);
    } catch (const std::exception& e) {
      log::error("http.handler_threw", {{"route", route.path}, {"type", typeid(e).name()}});
    } catch (...) {
      log::error("http.handler_threw", {{"route", route.path}, {"type", "unknown"}});
    }
    return {0, refusal(500)};
  }

  Next refuse(HttpConnection& connection, int status) { return refuse(connection, refusal(status)); }

  Next refuse(HttpConnection& connection, HttpResponse response) {
    const bool sent = send_response(connection, response, steady_clock::now() + options_.write_timeout);
    observe(connection.route == nullptr ? std::string_view{} : std::string_view(connection.route->path),
            response.status, {});
    return sent ? Next::kCloseGently : Next::kClose;
  }

  Next answer(HttpConnection& connection) {
    const auto began = steady_clock::now();
    HttpParser& parser = connection.parser;
    HttpRequest& request = parser.request();
    request.remote_addr = client_address(request, connection);
    HttpResponse response = handle(*connection.route, request);
    ++connection.served;
    response.close =
        response.close || !parser.keep_alive() || stopping_ || connection.served >= options_.keep_alive_requests;
    if (response.drop) return Next::kClose;
    bool sent = false;
    if (response.stream && request.method != "HEAD") {
      response.close = true;
      sent = send_stream(connection, response);
    } else {
      const auto allowed = options_.write_timeout + std::chrono::seconds(response.body.size() / kWriteBytesPerSecond);
      sent = send_response(connection, response, steady_clock::now() + allowed);
    }
    observe(connection.route->path, response.status, steady_clock::now() - began);
    connection.route = nullptr;
    if (!sent) return Next::kClose;
    return response.close ? Next::kCloseGently : Next::kGoOn;
  }

  HttpResponse handle(const Route& route, const HttpRequest& request) {
    // What was thrown may quote what a resident wrote: its type is enough to find the place.
    try {
      return route.handler(request);
    } catch (const std::exception& e) {
      log::error("http.handler_threw", {{"route", route.path}, {"type", typeid(e).name()}});
    } catch (...) {
      log::error("http.handler_threw", {{"route", route.path}, {"type", "unknown"}});
    }
    return refusal(500);
  }

  bool send_response(HttpConnection& connection, const HttpResponse& response, SteadyTime until) {
    thread_local std::string head;
    const bool bodiless = response.status == 204 || response.status == 304;
    Framing framing;
    framing.close = response.close;
    framing.http_1_0 = connection.parser.http_1_0();
    framing.body = bodiless ? Framing::Body::kNone : Framing::Body::kLength;
    framing.body_bytes = response.body.size();
    format_head(response, framing, head);
    const bool with_body = !bodiless && connection.parser.request().method != "HEAD";
    std::array<iovec, 2> pieces{iovec{head.data(), head.size()},
                                iovec{const_cast<char*>(response.body.data()), with_body ? response.body.size() : 0}};
    return connection.send_all(pieces.data(), with_body ? 2 : 1, until);
  }

  bool send_stream(HttpConnection& connection, HttpResponse& response) {
    struct Slot {
      std::atomic<std::size_t>& count;
      const bool taken;
      Slot(std::atomic<std::size_t>& streams, std::size_t max) : count(streams), taken(streams++ < max) {}
      ~Slot() { --count; }
    };
    const Slot slot(streams_, options_.max_streams);
    if (!slot.taken) {
      response = refusal(503);
      response.headers.emplace_back("Retry-After", "5");
      return send_response(connection, response, steady_clock::now() + options_.write_timeout);
    }
    const bool chunked = !connection.parser.http_1_0();
    std::string head;
    Framing framing;
    framing.close = true;
    framing.http_1_0 = !chunked;
    framing.body = chunked ? Framing::Body::kChunked : Framing::Body::kUntilClose;
    format_head(response, framing, head);
    bool alive = connection.send_all(head, steady_clock::now() + options_.write_timeout);
    const StreamWriter write = [&](std::string_view piece) {
      alive = alive && !stopping_ && !connection.peer_gone();
      if (!alive || piece.empty()) return alive;
      std::array<char, 20> size{};
      const auto end = std::to_chars(size.data(), size.data() + 16, piece.size(), 16).ptr;
      const auto size_bytes = static_cast<std::size_t>(end - size.data());
      std::memcpy(end, "\r\n", 2);
      char line_end[] = {'\r', '\n'};
      std::array<iovec, 3> pieces{iovec{size.data(), chunked ? size_bytes + 2 : 0},
                                  iovec{const_cast<char*>(piece.data()), piece.size()},
                                  iovec{line_end, chunked ? sizeof line_end : 0}};
      alive = connection.send_all(pieces.data(), 3, steady_clock::now() + options_.write_timeout);
      return alive;
    };
    try {
      response.stream(write);
    } catch (const std::exception& e) {
      log::error("http.stream_threw", {{"route", connection.route->path}, {"type", typeid(e).name()}});
      return false;  // the body ends without its last chunk, so the peer sees that it is not whole
    } catch (...) {
      log::error("http.stream_threw", {{"route", connection.route->path}, {"type", "unknown"}});
      return false;
    }
    if (!alive) return false;
    return !chunked || connection.send_all("0\r\n\r\n", steady_clock::now() + options_.write_timeout);
  }

  void observe(std::string_view route, int status, std::chrono::nanoseconds spent) const {
    if (options_.observe) options_.observe(route, status, spent);
  }

  const HttpServerOptions options_;
  const HttpRoutes routes_;
  Listener listener_;  // the watcher's, once started
  FileDescriptor epoll_, wake_;
  std::thread watcher_;
  std::vector<std::thread> workers_;
  std::optional<SteadyTime> accept_again_;  // the watcher's

  std::atomic<bool> stopping_{false}, failed_{false};
  std::atomic<std::size_t> connections_{0}, streams_{0}, waiting_{0};

  std::mutex parked_mutex_;
  std::unordered_map<int, ConnectionPtr> parked_;  // guarded by parked_mutex_
  bool parking_ = true;                            // guarded by parked_mutex_

  std::mutex ready_mutex_;
  std::condition_variable ready_;
  std::deque<ConnectionPtr> queue_;  // guarded by ready_mutex_
  bool draining_ = false;            // guarded by ready_mutex_
};

HttpServer::HttpServer(HttpServerOptions options, std::vector<Route> routes)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(routes))) {}
HttpServer::~HttpServer() {
  stop();
}

Result<int> HttpServer::bind() {
  return impl_->bind();
}
Status HttpServer::start() {
  return impl_->start();
}
void HttpServer::stop() {
  impl_->stop();
}
bool HttpServer::failed() const {
  return impl_->failed();
}

}  // namespace kairan::gateway
