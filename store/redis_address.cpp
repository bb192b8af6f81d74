#include "store/redis_address.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include <charconv>
#include <optional>

namespace kairan::store {
namespace {

Error invalid(std::string detail) {
  return Error{ErrorCode::kInvalid, "redis.url: " + std::move(detail)};
}

std::optional<int> number_within(std::string_view text, int min, int max) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < min || value > max) return std::nullopt;
  return value;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    unsigned value = 0;
    if (i + 2 >= text.size()) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16);
    if (error != std::errc() || end != text.data() + i + 3) return std::nullopt;
    out.push_back(static_cast<char>(value));
    i += 2;
  }
  return out;
}

bool is_ip_address(const std::string& host) {
  in6_addr scratch{};
  return inet_pton(AF_INET, host.c_str(), &scratch) == 1 || inet_pton(AF_INET6, host.c_str(), &scratch) == 1;
}

Result<RedisAddress> parse_unix(std::string_view rest) {
  RedisAddress address;
  if (const auto question = rest.find('?'); question != std::string_view::npos) {
    const auto query = rest.substr(question + 1);
    const auto database = query.substr(0, 3) == "db=" ? number_within(query.substr(3), 0, 1'000'000) : std::nullopt;
    if (!database) return invalid("after '?' only db=NUMBER may stand");
    address.database = *database;
    rest = rest.substr(0, question);
  }
  if (rest.empty() || rest.front() != '/') return invalid("write unix:///full/path/of.sock");
  if (rest.size() >= sizeof(sockaddr_un{}.sun_path)) {
    return invalid("the socket's path is longer than the 107 bytes that Unix sockets allow; use a shorter one");
  }
  if (rest.find('\0') != std::string_view::npos) return invalid("the path has a NUL byte");
  address.socket = std::string(rest);
  return address;
}

Status parse_login(std::string_view login, RedisAddress& address) {
  const auto colon = login.find(':');
  if (colon == std::string_view::npos) return invalid("before '@' write :password or user:password");
  const auto user = percent_decoded(login.substr(0, colon));
  auto password = percent_decoded(login.substr(colon + 1));
  if (!user || !password) return invalid("user or password is not percent-encoded as it should be");
  address.user = *user;
  address.password = Secret(std::move(*password));
  return {};
}

Result<RedisAddress> parse_tcp(std::string_view rest) {
  RedisAddress address;
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    if (const Status status = parse_login(rest.substr(0, at), address); !status) return status.error();
    rest = rest.substr(at + 1);
  }
  if (const auto slash = rest.find('/'); slash != std::string_view::npos) {
    const auto path = rest.substr(slash + 1);
    const auto database = path.empty() ? std::optional<int>(0) : number_within(path, 0, 1'000'000);
    if (!database) return invalid("after the address only /DATABASE_NUMBER may stand");
    address.database = *database;
    rest = rest.substr(0, slash);
  }
  std::string_view port;
  if (!rest.empty() && rest.front() == '[') {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) return invalid("an IPv6 address needs a closing ]");
    address.host = std::string(rest.substr(1, end - 1));
    port = rest.substr(end + 1);
  } else {
    const auto colon = rest.find(':');
    address.host = std::string(rest.substr(0, colon));
    port = colon == std::string_view::npos ? std::string_view() : rest.substr(colon);
  }
  if (!port.empty()) {
    const auto value = port.front() == ':' ? number_within(port.substr(1), 1, 65535) : std::nullopt;
    if (!value) return invalid("the port must be 1..65535");
    address.port = *value;
  }
  if (address.host == "localhost") address.host = "127.0.0.1";
  if (!is_ip_address(address.host)) return invalid("the host must be an IP address such as 127.0.0.1, not a name");
  return address;
}

}  // namespace

Result<RedisAddress> parse_redis_url(std::string_view url) {
  constexpr std::string_view kUnix = "unix://";
  constexpr std::string_view kTcp = "redis://";
  if (url.substr(0, kUnix.size()) == kUnix) return parse_unix(url.substr(kUnix.size()));
  if (url.substr(0, kTcp.size()) == kTcp) return parse_tcp(url.substr(kTcp.size()));
  return invalid("write unix:///path or redis://address:port/db (TLS: put stunnel in front)");
}

}  // namespace kairan::store
