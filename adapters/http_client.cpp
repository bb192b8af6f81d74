#include "adapters/http_client.h"

#include <httplib.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <mutex>
#include <optional>
#include <type_traits>

namespace kairan::adapters {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

constexpr std::chrono::seconds kMaxIdle{30};
constexpr std::size_t kBufferBytes = 16 * 1024;
constexpr std::size_t kMaxAnswerHeaderBytes = 64 * 1024;

/// Waits until the socket is ready for `events`; false at the deadline or on an error.
bool wait_for(int fd, short events, Deadline deadline) {
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd entry{fd, events, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(std::min<long long>(left + 1, 60'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

/// What one exchange needs to know of the wire.
struct Exchange {
  Deadline deadline;
  bool may_have_left = false;  ///< a byte of the request may have reached the peer
};

/// A socket with one deadline for everything. Writes are gathered until the first read, so that a request is one packet.
class WireStream : public httplib::Stream {
 public:
  WireStream(int fd, Exchange& exchange) : fd_(fd), exchange_(exchange) {
    // Non-blocking, so that the deadline holds inside TLS records too; poll() does the waiting.
    ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL, 0) | O_NONBLOCK);
  }

  using Stream::write;
  bool is_readable() const override { return read_at_ < read_end_ || wait_for(fd_, POLLIN, exchange_.deadline); }
  bool is_writable() const override { return true; }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return fd_; }

  ssize_t write(const char* data, std::size_t size) override {
    pending_.append(data, size);
    if (pending_.size() >= kBufferBytes && !flush()) return -1;
    return static_cast<ssize_t>(size);
  }

  ssize_t read(char* data, std::size_t size) override {
    if (!flush()) return -1;
    if (read_at_ == read_end_) {
      const ssize_t got = receive(buffer_, sizeof buffer_);
      if (got <= 0) return got;
      received_ += static_cast<std::size_t>(got);
      read_at_ = 0;
      read_end_ = static_cast<std::size_t>(got);
    }
    const std::size_t count = std::min(size, read_end_ - read_at_);
    std::copy_n(buffer_ + read_at_, count, data);
    read_at_ += count;
    // The library reads header lines without a limit of its own.
    if (!in_body_ && received_ > kMaxAnswerHeaderBytes) return -1;
    return static_cast<ssize_t>(count);
  }

  void body_begins() { in_body_ = true; }

 protected:
  enum class Need { kRead, kWrite, kNothing };
  /// One try; `need` says what to wait for when the answer is negative.
  virtual ssize_t send_some(const char* data, std::size_t size, Need& need) = 0;
  virtual ssize_t receive_some(char* data, std::size_t size, Need& need) = 0;

  const int fd_;
  Exchange& exchange_;

 private:
  bool flush() {
    std::size_t sent = 0;
    while (sent < pending_.size()) {
      Need need = Need::kNothing;
      const ssize_t count = send_some(pending_.data() + sent, pending_.size() - sent, need);
      if (count > 0) {
        sent += static_cast<std::size_t>(count);
      } else if (need == Need::kNothing || !wait(need)) {
        return false;
      }
    }
    pending_.clear();
    return true;
  }

  ssize_t receive(char* data, std::size_t size) {
    while (true) {
      if (std::chrono::steady_clock::now() >= exchange_.deadline) return -1;
      Need need = Need::kNothing;
      const ssize_t count = receive_some(data, size, need);
      if (count >= 0) return count;
      if (need == Need::kNothing || !wait(need)) return -1;
    }
  }

  bool wait(Need need) { return wait_for(fd_, need == Need::kRead ? POLLIN : POLLOUT, exchange_.deadline); }

  std::string pending_;
  char buffer_[kBufferBytes];
  std::size_t read_at_ = 0;
  std::size_t read_end_ = 0;
  std::size_t received_ = 0;
  bool in_body_ = false;
};

class PlainStream final : public WireStream {
 public:
  using WireStream::WireStream;

 protected:
  ssize_t send_some(const char* data, std::size_t size, Need& need) override {
    const ssize_t count = ::send(fd_, data, size, MSG_NOSIGNAL);
    if (count > 0) exchange_.may_have_left = true;
    need = count < 0 && (errno == EAGAIN || errno == EINTR) ? Need::kWrite : Need::kNothing;
    return count;
  }
  ssize_t receive_some(char* data, std::size_t size, Need& need) override {
    const ssize_t count = ::recv(fd_, data, size, 0);
    need = count < 0 && (errno == EAGAIN || errno == EINTR) ? Need::kRead : Need::kNothing;
    return count;
  }
};

class TlsStream final : public WireStream {
 public:
  TlsStream(int fd, SSL* ssl, Exchange& exchange) : WireStream(fd, exchange), ssl_(ssl) {
    SSL_set_mode(ssl_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  }

 protected:
  ssize_t send_some(const char* data, std::size_t size, Need& need) override {
    // From the first try on: how much of a record has left is not visible from here.
    exchange_.may_have_left = true;
    return finish(SSL_write(ssl_, data, static_cast<int>(std::min<std::size_t>(size, 1 << 20))), need);
  }
  ssize_t receive_some(char* data, std::size_t size, Need& need) override {
    return finish(SSL_read(ssl_, data, static_cast<int>(size)), need);
  }

 private:
  ssize_t finish(int count, Need& need) {
    if (count > 0) return count;
    const int reason = SSL_get_error(ssl_, count);
    need = reason == SSL_ERROR_WANT_READ ? Need::kRead : reason == SSL_ERROR_WANT_WRITE ? Need::kWrite : Need::kNothing;
    ERR_clear_error();
    return reason == SSL_ERROR_ZERO_RETURN ? 0 : -1;
  }
  SSL* ssl_;
};

/// What both kinds of client share, seen from outside the library.
class Wire {
 public:
  virtual ~Wire() = default;
  virtual httplib::ClientImpl& client() = 0;
  virtual void begin(Exchange& exchange) = 0;
  virtual void body_begins() = 0;
};

/// The library's client with this file's stream under it. `process_socket` is the library's seam for that.
template <typename Base>
class WireClient final : public Base, public Wire {
 public:
  using Base::Base;
  httplib::ClientImpl& client() override { return *this; }
  void begin(Exchange& exchange) override { exchange_ = &exchange; }
  void body_begins() override {
    if (stream_ != nullptr) stream_->body_begins();
  }

 private:
  bool process_socket(const typename Base::Socket& socket,
                      std::function<bool(httplib::Stream& stream)> callback) override {
    if constexpr (std::is_same_v<Base, httplib::SSLClient>) {
      TlsStream stream(socket.sock, socket.ssl, *exchange_);
      return run(stream, callback);
    } else {
      PlainStream stream(socket.sock, *exchange_);
      return run(stream, callback);
    }
  }

  bool run(WireStream& stream, const std::function<bool(httplib::Stream& stream)>& callback) {
    stream_ = &stream;
    const bool ok = callback(stream);
    stream_ = nullptr;
    return ok;
  }

  Exchange* exchange_ = nullptr;
  WireStream* stream_ = nullptr;
};

struct Origin {
  bool tls = false;
  std::string host;
  int port = 0;
};

std::optional<Origin> parse_origin(std::string_view text) {
  Origin origin;
  if (text.substr(0, 8) == "https://") {
    origin.tls = true;
    text.remove_prefix(8);
  } else if (text.substr(0, 7) == "http://") {
    text.remove_prefix(7);
  } else {
    return std::nullopt;
  }
  while (!text.empty() && text.back() == '/') text.remove_suffix(1);
  origin.port = origin.tls ? 443 : 80;
  std::string_view host = text;
  std::string_view port;
  if (!text.empty() && text.front() == '[') {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon);
  }
  if (!port.empty()) {
    const auto [end, error] = std::from_chars(port.data() + 1, port.data() + port.size(), origin.port);
    if (port.front() != ':' || error != std::errc() || end != port.data() + port.size()) return std::nullopt;
  }
  const bool clean = host.find_first_of("/?#@ \r\n\t") == std::string_view::npos;
  if (host.empty() || !clean || origin.port < 1 || origin.port > 65535) return std::nullopt;
  origin.host = host;
  return origin;
}

std::unique_ptr<Wire> make_wire(const Origin& origin) {
  if (origin.tls) return std::make_unique<WireClient<httplib::SSLClient>>(origin.host, origin.port);
  return std::make_unique<WireClient<httplib::ClientImpl>>(origin.host, origin.port);
}

bool has_line_break(std::string_view text) { return text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos; }

bool is_sendable(const HttpCall& call) {
  if (call.path.empty() || call.path.front() != '/' || call.method.empty()) return false;
  if (has_line_break(call.path) || has_line_break(call.method) || has_line_break(call.content_type)) return false;
  return std::none_of(call.headers.begin(), call.headers.end(),
                      [](const auto& h) { return has_line_break(h.first) || has_line_break(h.second); });
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  return text;
}

bool never_left(httplib::Error error) {
  switch (error) {
    case httplib::Error::Connection:
    case httplib::Error::ConnectionTimeout:
    case httplib::Error::BindIPAddress:
    case httplib::Error::SSLConnection:
    case httplib::Error::SSLLoadingCerts:
    case httplib::Error::SSLServerVerification:
      return true;
    default:
      return false;
  }
}

}  // namespace

class HttpClient::Impl {
 public:
  explicit Impl(const std::string& text) : origin_(parse_origin(text)) {
    if (origin_) wire_ = make_wire(*origin_);
    if (wire_) prepare(wire_->client());
  }

  Result<HttpReply> call(const HttpCall& call) {
    if (!wire_) return Error{ErrorCode::kInvalid, "the address is not http(s)://host[:port]"};
    if (!is_sendable(call)) return Error{ErrorCode::kInvalid, "the request cannot be written as HTTP"};
    httplib::ClientImpl& client = wire_->client();
    drop_spent_connection(client);
    client.set_connection_timeout(call.timeout);
    // The clock of the exchange starts when the connection is there.
    Exchange exchange{std::chrono::steady_clock::now() + call.timeout, false};
    const bool reused = client.is_socket_open() != 0;
    if (!reused) exchange.deadline += call.timeout;
    wire_->begin(exchange);
    return run(client, call, exchange);
  }

 private:
  static void prepare(httplib::ClientImpl& client) {
    client.set_keep_alive(true);
    client.set_tcp_nodelay(true);
    client.set_follow_location(false);
    client.set_decompress(false);
    client.set_compress(false);
    client.set_url_encode(false);
  }

  void drop_spent_connection(httplib::ClientImpl& client) {
    if (client.is_socket_open() == 0) return;
    pollfd entry{client.socket(), POLLIN, 0};
    const bool something_arrived = ::poll(&entry, 1, 0) != 0;
    if (something_arrived || std::chrono::steady_clock::now() - last_used_ > kMaxIdle) client.stop();
  }

  Result<HttpReply> run(httplib::ClientImpl& client, const HttpCall& call, const Exchange& exchange) {
    HttpReply reply;
    bool too_large = false;
    std::size_t received = 0;
    httplib::Request request;
    request.method = call.method;
    request.path = call.path;
    request.body = call.body;
    request.set_header("User-Agent", "kairan");
    request.set_header("Accept-Encoding", "identity");
    if (!call.body.empty()) request.set_header("Content-Type", call.content_type);
    for (const auto& [name, value] : call.headers) request.set_header(name, value);
    request.response_handler = [&](const httplib::Response& response) {
      wire_->body_begins();
      reply.status = response.status;
      return true;
    };
    request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
      received += size;
      too_large = received > call.max_response_bytes;
      if (too_large) return false;
      const bool success = reply.status >= 200 && reply.status < 300;
      if (call.on_body && success) return call.on_body(std::string_view(data, size));
      reply.body.append(data, size);
      return true;
    };
    httplib::Response response;
    httplib::Error error = httplib::Error::Success;
    bool ok = false;
    try {
      ok = client.send(request, response, error);
    } catch (const std::exception&) {
      error = httplib::Error::Unknown;
    }
    last_used_ = std::chrono::steady_clock::now();
    if (ok) {
      reply.status = response.status;
      for (const auto& [name, value] : response.headers) reply.headers[lower(name)] = value;
      return reply;
    }
    client.stop();
    if (too_large) return Error{ErrorCode::kTooLarge, "the answer is over its cap"};
    const bool unsent = never_left(error) || !exchange.may_have_left;
    return Error{unsent ? ErrorCode::kUnavailable : ErrorCode::kTimeout, httplib::to_string(error)};
  }

  const std::optional<Origin> origin_;
  std::unique_ptr<Wire> wire_;
  std::chrono::steady_clock::time_point last_used_{};
};

HttpClient::HttpClient(std::string origin) : impl_(std::make_unique<Impl>(origin)) {}
HttpClient::~HttpClient() = default;
Result<HttpReply> HttpClient::call(const HttpCall& call) { return impl_->call(call); }

class HttpClientPool::Impl {
 public:
  explicit Impl(std::string origin) : origin_(std::move(origin)) {}

  /// A client on loan; returns itself.
  class Lease {
   public:
    explicit Lease(Impl& pool) : pool_(pool), client_(pool.take()) {}
    ~Lease() { pool_.give_back(std::move(client_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    HttpClient& client() { return *client_; }

   private:
    Impl& pool_;
    std::unique_ptr<HttpClient> client_;
  };

 private:
  std::unique_ptr<HttpClient> take() {
    {
      std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto client = std::move(idle_.back());
        idle_.pop_back();
        return client;
      }
    }
    return std::make_unique<HttpClient>(origin_);
  }

  // The latest used is lent first: its connection is the least likely to be stale, and the others fall silent.
  void give_back(std::unique_ptr<HttpClient> client) {
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(client));
  }

  const std::string origin_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<HttpClient>> idle_;  // guarded by mutex_
};

HttpClientPool::HttpClientPool(std::string origin) : impl_(std::make_unique<Impl>(std::move(origin))) {}
HttpClientPool::~HttpClientPool() = default;

Result<HttpReply> HttpClientPool::call(const HttpCall& call) {
  Impl::Lease lease(*impl_);
  return lease.client().call(call);
}

}  // namespace kairan::adapters
