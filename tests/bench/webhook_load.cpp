// Load for the webhook: signed bodies with distinct event ids, made before the clock starts, one event each, over kept-alive
// connections driven by one thread (epoll), so that on two cores the load takes as little as it can from what it measures.
// Optionally holds slow connections beside them that drip one byte a second, as a hostile or broken client does.
// Prints one JSON line: {"requests","seconds","per_second","p50_ms","p99_ms","max_ms","statuses","errors"}.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/crypto.h"

namespace {

using SteadyClock = std::chrono::steady_clock;

struct Options {
  int port = 8080;
  std::string path = "/webhook/line";
  std::string secret;
  std::size_t connections = 32;
  std::size_t slow = 0;
  double seconds = 8;
  double warmup = 1;
  std::size_t prepared = 250'000;  ///< requests made ahead; the run ends early when they are used up
  double rate = 0;                 ///< requests a second over all connections; 0 = as fast as answers come
  std::string run_id = "0";        ///< 1..6 characters of 0-9A-Z, part of every event id, so that runs do not repeat ids
};

[[noreturn]] void usage(const std::string& why) {
  std::cerr << "webhook_load: " << why
            << "\nusage: webhook_load --port N --secret S [--path P] [--connections N] [--slow N] [--seconds S]"
               " [--warmup S] [--prepared N] [--rate N] [--run-id ID]\n";
  std::exit(2);
}

Options read_options(int argc, char** argv) {
  Options o;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const char* value = argv[i + 1];
    if (name == "--port") o.port = std::atoi(value);
    else if (name == "--path") o.path = value;
    else if (name == "--secret") o.secret = value;
    else if (name == "--connections") o.connections = static_cast<std::size_t>(std::atoll(value));
    else if (name == "--slow") o.slow = static_cast<std::size_t>(std::atoll(value));
    else if (name == "--seconds") o.seconds = std::atof(value);
    else if (name == "--warmup") o.warmup = std::atof(value);
    else if (name == "--prepared") o.prepared = static_cast<std::size_t>(std::atoll(value));
    else if (name == "--rate") o.rate = std::atof(value);
    else if (name == "--run-id") o.run_id = value;
    else usage("unknown option " + std::string(name));
  }
  if (argc % 2 == 0) usage("an option has no value");
  if (o.secret.empty() || o.connections == 0 || o.prepared == 0) usage("--secret, connections and requests are needed");
  return o;
}

/// One resident's text message in LINE's form (webhook.yml: CallbackRequest, MessageEvent, TextMessageContent).
std::string make_request(const Options& o, std::size_t n, std::int64_t now_ms) {
  static constexpr const char* kTexts[] = {"ペットボトルの捨て方", "燃えるごみはいつ？", "住民票がほしい",
                                           "粗大ごみの申し込み", "こんにちは"};
  char id[64], token[64], user[64];
  std::snprintf(id, sizeof id, "01K0B%6.6s%015zu", (o.run_id + "000000").c_str(), n);
  std::snprintf(token, sizeof token, "be9c%6.6s%022zu", (o.run_id + "000000").c_str(), n);
  std::snprintf(user, sizeof user, "U%032llx", 0x6b61697261ULL + n % 5000);
  std::string body = R"({"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[{"type":"message","message":{"type":"text","id":")" +
                     std::to_string(500'000'000'000'000'000ULL + n) + R"(","quoteToken":"q3Plxr4AgKd","text":")" +
                     kTexts[n % std::size(kTexts)] + R"("},"webhookEventId":")" + id +
                     R"(","deliveryContext":{"isRedelivery":false},"timestamp":)" + std::to_string(now_ms) +
                     R"(,"source":{"type":"user","userId":")" + user + R"("},"replyToken":")" + token +
                     R"(","mode":"active"}]})";
  const kairan::Sha256 mac = kairan::hmac_sha256(o.secret, body);
  return "POST " + o.path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json; charset=utf-8\r\n" +
         "User-Agent: LineBotWebhook/2.0\r\nx-line-signature: " + kairan::to_base64(kairan::bytes_of(mac)) +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

int connect_to(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // Connecting waits, so that a short backlog on the other side does not cost lost SYNs, which would measure TCP's timers.
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

struct Connection {
  int fd = -1;
  bool slow = false;
  bool waiting = false;  ///< a request is under way
  std::string_view out;  ///< what is left to write
  std::string in;
  SteadyClock::time_point sent;
  std::size_t dripped = 0;
};

class Load {
 public:
  explicit Load(Options options) : options_(std::move(options)), poll_(epoll_create1(EPOLL_CLOEXEC)) {}
  ~Load() { close(poll_); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  int run();

 private:
  void prepare();
  bool open(Connection& c);
  void start(Connection& c, SteadyClock::time_point now);
  void write_some(Connection& c);
  void read_some(Connection& c);
  void lost(Connection& c);
  void drip();
  void report(double seconds) const;

  const Options options_;
  const int poll_;
  std::vector<std::string> requests_;
  std::size_t next_ = 0;
  std::deque<Connection> connections_;  ///< addresses are stable: epoll keeps them
  std::size_t dripper_ = 0;
  std::vector<float> latencies_ms_;
  std::map<int, std::size_t> statuses_;
  std::size_t errors_ = 0;
  std::size_t slow_closed_ = 0;
  bool counting_ = false;
};

void Load::prepare() {
  const auto now_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  requests_.reserve(options_.prepared);
  for (std::size_t i = 0; i < options_.prepared; ++i) requests_.push_back(make_request(options_, i, now_ms));
  latencies_ms_.reserve(options_.prepared);
}

bool Load::open(Connection& c) {
  c.fd = connect_to(options_.port);
  if (c.fd < 0) return false;
  c.in.clear();
  c.out = {};
  c.waiting = false;
  c.dripped = 0;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &c;
  return epoll_ctl(poll_, EPOLL_CTL_ADD, c.fd, &event) == 0;
}

void Load::lost(Connection& c) {
  close(c.fd);
  if (c.slow) ++slow_closed_;
  else if (c.waiting) ++errors_;
  if (!open(c)) c.fd = -1;
}

void Load::start(Connection& c, SteadyClock::time_point now) {
  if (next_ >= requests_.size() || c.fd < 0) return;
  c.out = requests_[next_++];
  c.waiting = true;
  c.sent = now;
  write_some(c);
}

void Load::write_some(Connection& c) {
  while (!c.out.empty()) {
    const ssize_t n = send(c.fd, c.out.data(), c.out.size(), MSG_NOSIGNAL);
    if (n > 0) {
      c.out.remove_prefix(static_cast<std::size_t>(n));
    } else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
      epoll_event event{};
      event.events = EPOLLIN | EPOLLOUT;
      event.data.ptr = &c;
      epoll_ctl(poll_, EPOLL_CTL_MOD, c.fd, &event);
      return;
    } else {
      lost(c);
      return;
    }
  }
}

/// A whole answer is read by its Content-Length; anything else counts as an error.
void Load::read_some(Connection& c) {
  char buffer[4096];
  const ssize_t n = recv(c.fd, buffer, sizeof buffer, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    lost(c);
    return;
  }
  if (c.slow) return;
  c.in.append(buffer, static_cast<std::size_t>(n));
  const std::size_t head = c.in.find("\r\n\r\n");
  if (head == std::string::npos) return;
  std::string headers = c.in.substr(0, head + 2);
  std::transform(headers.begin(), headers.end(), headers.begin(), [](unsigned char ch) { return std::tolower(ch); });
  std::size_t length = 0;
  if (const std::size_t at = headers.find("\r\ncontent-length:"); at != std::string::npos) {
    length = static_cast<std::size_t>(std::atoll(headers.c_str() + at + 17));
  }
  if (c.in.size() < head + 4 + length) return;
  const int status = c.in.size() > 12 ? std::atoi(c.in.c_str() + 9) : 0;
  const auto now = SteadyClock::now();
  if (counting_) {
    ++statuses_[status];
    latencies_ms_.push_back(std::chrono::duration<float, std::milli>(now - c.sent).count());
  }
  c.waiting = false;
  const bool closes = headers.find("\r\nconnection: close") != std::string::npos;
  c.in.clear();
  if (closes) lost(c);
  if (options_.rate <= 0) start(c, now);
}

/// One byte on each slow connection, a tenth of them each call (ten calls a second).
void Load::drip() {
  static constexpr std::string_view kHead = "POST /webhook/line HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ";
  for (std::size_t i = dripper_++ % 10; i < connections_.size(); i += 10) {
    Connection& c = connections_[i];
    if (!c.slow) continue;
    if (c.fd < 0 && !open(c)) continue;
    const char byte = c.dripped < kHead.size() ? kHead[c.dripped] : 'a';
    if (send(c.fd, &byte, 1, MSG_NOSIGNAL) == 1) ++c.dripped;
    else if (errno != EAGAIN) lost(c);
  }
}

void Load::report(double seconds) const {
  std::vector<float> sorted = latencies_ms_;
  std::sort(sorted.begin(), sorted.end());
  const auto at = [&](double share) {
    return sorted.empty() ? 0.0F : sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
  };
  std::string statuses;
  for (const auto& [status, count] : statuses_) {
    statuses += (statuses.empty() ? "\"" : ",\"") + std::to_string(status) + "\":" + std::to_string(count);
  }
  std::printf("{\"requests\":%zu,\"seconds\":%.2f,\"per_second\":%.0f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f,"
              "\"statuses\":{%s},\"errors\":%zu,\"slow_connections\":%zu,\"slow_closed_by_server\":%zu}\n",
              sorted.size(), seconds, static_cast<double>(sorted.size()) / seconds, static_cast<double>(at(0.5)),
              static_cast<double>(at(0.99)), sorted.empty() ? 0.0 : static_cast<double>(sorted.back()), statuses.c_str(),
              errors_, options_.slow, slow_closed_);
}

int Load::run() {
  prepare();
  connections_.resize(options_.slow + options_.connections);
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    connections_[i].slow = i < options_.slow;
    if (!open(connections_[i])) usage("cannot connect to port " + std::to_string(options_.port));
  }
  const auto seconds = [](double s) { return std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(s)); };
  const auto begin = SteadyClock::now();
  const auto count_from = begin + seconds(options_.warmup);
  const auto end = count_from + seconds(options_.seconds);
  auto next_drip = begin;
  auto next_paced = begin;
  auto last_answer = begin;
  auto counted_from = begin;
  if (options_.rate <= 0) {
    for (auto& c : connections_) {
      if (!c.slow) start(c, SteadyClock::now());
    }
  }
  std::vector<epoll_event> events(256);
  for (;;) {
    const int n = epoll_wait(poll_, events.data(), static_cast<int>(events.size()), options_.rate > 0 ? 1 : 20);
    const auto now = SteadyClock::now();
    if (!counting_ && now >= count_from) {
      counting_ = true;
      counted_from = now;
    }
    for (int i = 0; i < n; ++i) {
      auto& c = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (c.fd < 0) continue;
      const auto what = events[static_cast<std::size_t>(i)].events;
      if ((what & EPOLLOUT) != 0U) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &c;
        epoll_ctl(poll_, EPOLL_CTL_MOD, c.fd, &event);
        write_some(c);
      }
      if (c.fd >= 0 && (what & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0U) read_some(c);
    }
    if (n > 0) last_answer = now;
    if (options_.slow > 0 && now >= next_drip) {
      drip();
      next_drip = now + std::chrono::milliseconds(100);
    }
    if (options_.rate > 0) {
      for (auto& c : connections_) {
        if (now < next_paced) break;
        if (c.slow || c.waiting || c.fd < 0) continue;
        start(c, now);
        next_paced += seconds(1 / options_.rate);
      }
    }
    const bool used_up = next_ >= requests_.size() &&
                         std::none_of(connections_.begin(), connections_.end(), [](const Connection& c) { return c.waiting; });
    if (now >= end || used_up) break;
    if (now - last_answer > std::chrono::seconds(10)) {
      std::cerr << "webhook_load: no answer for 10 s\n";
      break;
    }
  }
  report(std::chrono::duration<double>(SteadyClock::now() - counted_from).count());
  return statuses_.count(200) != 0U ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  return Load(read_options(argc, argv)).run();
}
