#include "gateway/http_connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>

namespace kairan::gateway {
namespace {

/// RFC 9110 section 5.6.7, made once a second and thread.
std::string_view http_date() {
  thread_local std::time_t made_for = -1;
  thread_local std::array<char, 40> text{};
  thread_local std::size_t length = 0;
  const std::time_t now = std::time(nullptr);
  if (now != made_for) {
    static constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm parts{};
    gmtime_r(&now, &parts);
    const int written = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                      kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                                      kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                                      parts.tm_hour, parts.tm_min, parts.tm_sec);
    length = std::min(static_cast<std::size_t>(std::max(written, 0)), text.size() - 1);
    made_for = now;
  }
  return {text.data(), length};
}

bool safe_header(std::string_view name, std::string_view value) {
  const auto bad_name = [](char c) {
    return c <= ' ' || c == ':' || c == '\x7f' || static_cast<unsigned char>(c) >= 0x80;
  };
  const auto bad_value = [](char c) { return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f'; };
  return !name.empty() && std::none_of(name.begin(), name.end(), bad_name) &&
         std::none_of(value.begin(), value.end(), bad_value);
}

int milliseconds_until(SteadyTime until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

}  // namespace

HttpConnection::~HttpConnection() {
  ::close(fd);
}

bool HttpConnection::send_all(struct iovec* pieces, int count, SteadyTime until) {
  while (count > 0) {
    msghdr message{};
    message.msg_iov = pieces;
    message.msg_iovlen = static_cast<std::size_t>(count);
    const ssize_t sent = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) return false;
      const int wait = milliseconds_until(until);
      if (wait == 0) return false;
      pollfd room{fd, POLLOUT, 0};
      if (::poll(&room, 1, wait) < 0 && errno != EINTR) return false;
      continue;
    }
    auto left = static_cast<std::size_t>(sent);
    while (count > 0 && left >= pieces->iov_len) {
      left -= pieces->iov_len;
      ++pieces;
      --count;
    }
    if (count > 0) {
      pieces->iov_base = static_cast<char*>(pieces->iov_base) + left;
      pieces->iov_len -= left;
    }
  }
  return true;
}

bool HttpConnection::send_all(std::string_view bytes, SteadyTime until) {
  iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
  return send_all(&piece, 1, until);
}

bool HttpConnection::peer_gone() const {
  char byte = 0;
  const ssize_t got = ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

std::string client_address(const HttpRequest& request, const HttpConnection& connection) {
  if (!connection.peer_is_loopback) return connection.peer;
  const auto [first, last] = request.headers.equal_range("x-forwarded-for");
  if (first == last) return connection.peer;
  std::string entry = std::prev(last)->second;  // headers of one name keep the order they came in
  if (const std::size_t comma = entry.rfind(','); comma != std::string::npos) entry.erase(0, comma + 1);
  entry.erase(0, entry.find_first_not_of(" \t"));
  in_addr v4{};
  in6_addr v6{};
  const bool is_address =
      ::inet_pton(AF_INET, entry.c_str(), &v4) == 1 || ::inet_pton(AF_INET6, entry.c_str(), &v6) == 1;
  return is_address ? entry : connection.peer;
}

std::string_view status_reason(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

void format_head(const HttpResponse& response, const Framing& framing, std::string& out) {
  out.clear();
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ").append(status_reason(response.status));
  out.append("\r\nDate: ").append(http_date());
  out.append("\r\nX-Content-Type-Options: nosniff\r\n");
  if (framing.body != Framing::Body::kNone && safe_header("Content-Type", response.content_type) &&
      !response.content_type.empty()) {
    out.append("Content-Type: ").append(response.content_type).append("\r\n");
  }
  if (framing.body == Framing::Body::kChunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  } else if (framing.body == Framing::Body::kLength) {
    out.append("Content-Length: ").append(std::to_string(framing.body_bytes)).append("\r\n");
  }
  for (const auto& [name, value] : response.headers) {
    if (safe_header(name, value)) out.append(name).append(": ").append(value).append("\r\n");
  }
  if (framing.close) {
    out.append("Connection: close\r\n");
  } else if (framing.http_1_0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

}  // namespace kairan::gateway
