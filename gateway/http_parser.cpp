#include "gateway/http_parser.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/ascii.h"

namespace kairan::gateway {
namespace {

constexpr std::size_t kMaxChunkLineBytes = 256;  // size and extensions, which are dropped
constexpr std::size_t kMaxTrailerBytes = 4096;
constexpr std::size_t kMaxChunkDigits = 8;  // 4 GiB: far above any body limit, far below a wrap
constexpr std::size_t kMaxLengthDigits = 18;
constexpr std::size_t kMaxMethodBytes = 16;

/// RFC 9110 section 5.6.2.
constexpr std::array<bool, 256> make_token_table() {
  std::array<bool, 256> table{};
  for (const char c :
       std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}
constexpr std::array<bool, 256> kToken = make_token_table();

bool is_token(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return kToken[static_cast<unsigned char>(c)]; });
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool is_control(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u < 0x20 || u == 0x7f;
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Whether a comma-separated list of tokens holds `token`.
bool list_has(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (equal_ignoring_case(trim_blanks(list.substr(0, comma)), token)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

bool parse_query(std::string_view text, std::multimap<std::string, std::string>& query) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    if (query.size() >= kMaxQueryValues) return false;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::string name, value;
    if (!percent_decode(pair.substr(0, equals), true, name)) return false;
    if (equals < pair.size() && !percent_decode(pair.substr(equals + 1), true, value)) return false;
    query.emplace(std::move(name), std::move(value));
  }
  return true;
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool percent_decode(std::string_view text, bool plus_is_space, std::string& out) {
  out.clear();
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return false;
      const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return false;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return true;
}

void HttpParser::reset() {
  state_ = State::kNeedMore;
  phase_ = Phase::kHead;
  refusal_ = 0;
  started_ = chunked_ = expects_continue_ = http_1_0_ = false;
  keep_alive_ = true;
  length_ = remaining_ = 0;
  max_body_ = trailer_bytes_ = 0;
  blank_bytes_ = 0;
  head_.clear();
  line_.clear();
  request_ = HttpRequest{};
}

void HttpParser::refuse(int status) {
  state_ = State::kRefused;
  refusal_ = status;
  request_.body = std::string();  // nothing refused is kept
}

std::size_t HttpParser::feed(std::string_view bytes) {
  std::size_t used = 0;
  while (state_ == State::kNeedMore && used < bytes.size()) {
    const std::string_view rest = bytes.substr(used);
    used += phase_ == Phase::kHead ? feed_head(rest) : feed_body(rest);
  }
  return used;
}

std::size_t HttpParser::feed_head(std::string_view bytes) {
  if (head_.empty()) {
    if (bytes.front() == '\r' || bytes.front() == '\n') {  // RFC 9112 section 2.2: blank lines before a request
      if (++blank_bytes_ > 4) refuse(400);
      return 1;
    }
    started_ = true;
    // What does not start like a method is another protocol (a TLS hello, say): no need to wait for its end.
    if (!kToken[static_cast<unsigned char>(bytes.front())]) {
      refuse(400);
      return 1;
    }
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end != std::string_view::npos && end + 4 <= kMaxHeadBytes) {
      parse_head(bytes.substr(0, end + 2));
      return end + 4;
    }
  }
  const std::size_t before = head_.size();
  const std::size_t taken = std::min(bytes.size(), kMaxHeadBytes - before);
  head_.append(bytes.substr(0, taken));
  const std::size_t end = head_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
  if (end == std::string::npos) {
    if (head_.size() >= kMaxHeadBytes) refuse(431);
    return taken;
  }
  parse_head(std::string_view(head_).substr(0, end + 2));
  return end + 4 - before;
}

void HttpParser::parse_head(std::string_view head) {
  int status = 0;
  bool first = true;
  std::size_t count = 0;
  while (status == 0 && !head.empty()) {
    const std::size_t end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end + 2);
    if (first) {
      status = parse_request_line(line);
      first = false;
    } else {
      status = ++count > kMaxHeaders ? 431 : parse_header(line);
    }
  }
  if (status == 0) status = check_framing();
  if (status != 0) return refuse(status);
  state_ = State::kHeadDone;
}

int HttpParser::parse_request_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return 400;
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(method) || method.size() > kMaxMethodBytes) return 400;
  if (version == "HTTP/1.0") {
    http_1_0_ = true;
    keep_alive_ = false;
  } else if (version != "HTTP/1.1") {
    return version.size() == 8 && version.substr(0, 5) == "HTTP/" ? 505 : 400;
  }
  request_.method = method;
  return parse_target(target);
}

int HttpParser::parse_target(std::string_view target) {
  for (const char c : target) {
    if (is_control(c) || c == ' ' || c == '#') return 400;
  }
  for (const std::string_view scheme : {std::string_view("http://"), std::string_view("https://")}) {
    if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    const std::size_t slash =
        target.find('/', scheme.size());  // RFC 9112 section 3.2.2: the absolute form is understood
    if (slash == std::string_view::npos) return 400;
    target.remove_prefix(slash);
    break;
  }
  if (target.empty() || target.front() != '/') return target == "*" && request_.method == "OPTIONS" ? 404 : 400;
  const std::size_t question = std::min(target.find('?'), target.size());
  if (question > kMaxPathBytes) return 414;
  if (!percent_decode(target.substr(0, question), false, request_.path)) return 400;
  if (std::any_of(request_.path.begin(), request_.path.end(), is_control)) return 400;
  if (question < target.size() && !parse_query(target.substr(question + 1), request_.query)) return 400;
  return 0;
}

int HttpParser::parse_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  // A name that is no token covers folded lines and a blank before the colon (RFC 9112 sections 5.1 and 5.2).
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return 400;
  const std::string_view value = trim_blanks(line.substr(colon + 1));
  for (const char c : value) {
    if (is_control(c) && c != '\t') return 400;
  }
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(), lower);
  request_.headers.emplace(std::move(name), value);
  return 0;
}

int HttpParser::check_framing() {
  const std::size_t hosts = request_.header_count("host");
  if (hosts > 1 || (hosts == 0 && !http_1_0_)) return 400;

  const std::size_t lengths = request_.header_count("content-length");
  const std::size_t codings = request_.header_count("transfer-encoding");
  if (lengths > 1 || codings > 1 || (lengths > 0 && codings > 0)) return 400;
  if (codings == 1) {
    if (http_1_0_) return 400;
    if (!equal_ignoring_case(request_.header("transfer-encoding"), "chunked")) return 501;
    chunked_ = true;
  }
  if (lengths == 1) {
    const std::string_view digits = request_.header("content-length");
    if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) return 400;
    if (digits.size() > kMaxLengthDigits) return 413;
    for (const char c : digits) length_ = length_ * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (request_.header_count("content-encoding") > 0) return 415;

  if (const std::string_view expect = request_.header("expect"); !expect.empty()) {
    if (!equal_ignoring_case(expect, "100-continue")) return 417;
    expects_continue_ = !http_1_0_;
  }
  const auto range = request_.headers.equal_range("connection");
  for (auto it = range.first; it != range.second; ++it) {
    if (list_has(it->second, "close")) {
      keep_alive_ = false;
      break;
    }
    if (http_1_0_ && list_has(it->second, "keep-alive")) keep_alive_ = true;
  }
  return 0;
}

void HttpParser::accept_body(std::size_t max_bytes) {
  max_body_ = max_bytes;
  head_.clear();
  if (length_ > max_bytes) return refuse(413);
  state_ = State::kNeedMore;
  if (chunked_) {
    phase_ = Phase::kChunkSize;
  } else if (length_ > 0) {
    phase_ = Phase::kFixed;
    remaining_ = length_;
    // Room is made for what comes, not for what is promised: a lying length costs nothing.
    request_.body.reserve(std::min<std::size_t>(static_cast<std::size_t>(length_), kMaxHeadBytes));
  } else {
    state_ = State::kComplete;
  }
}

void HttpParser::append(std::string_view bytes) {
  request_.body.append(bytes);
  remaining_ -= bytes.size();
}

/// Collects a line in line_, without its end. True when it is whole; refuses a bare line feed and a line that is too
/// long.
bool HttpParser::take_line(std::string_view bytes, std::size_t& used, std::size_t max_bytes) {
  const std::size_t feed_at = bytes.find('\n');
  const std::size_t end = std::min(feed_at, bytes.size());
  if (line_.size() + end > max_bytes) {
    refuse(400);
    return false;
  }
  line_.append(bytes.substr(0, end));
  used = end;
  if (feed_at == std::string_view::npos) return false;
  used = end + 1;
  if (line_.empty() || line_.back() != '\r') {
    refuse(400);
    return false;
  }
  line_.pop_back();
  return true;
}

void HttpParser::on_chunk_size() {
  std::size_t digits = 0;
  std::uint64_t size = 0;
  while (digits < line_.size() && hex_value(line_[digits]) >= 0) {
    if (digits == kMaxChunkDigits) return refuse(413);
    size = size * 16 + static_cast<std::uint64_t>(hex_value(line_[digits]));
    ++digits;
  }
  const std::string_view after = trim_blanks(std::string_view(line_).substr(digits));
  if (digits == 0 || (!after.empty() && after.front() != ';')) return refuse(400);
  if (std::any_of(after.begin(), after.end(), [](char c) { return is_control(c) && c != '\t'; })) return refuse(400);
  if (size > max_body_ - request_.body.size()) return refuse(413);
  remaining_ = size;
  phase_ = size == 0 ? Phase::kTrailer : Phase::kChunkData;
  line_.clear();
}

std::size_t HttpParser::feed_body(std::string_view bytes) {
  std::size_t used = 0;
  switch (phase_) {
    case Phase::kHead:
      break;
    case Phase::kFixed:
    case Phase::kChunkData:
      used = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, bytes.size()));
      append(bytes.substr(0, used));
      if (remaining_ == 0) {
        if (phase_ == Phase::kFixed) {
          state_ = State::kComplete;
        } else {
          phase_ = Phase::kChunkEnd;
        }
      }
      break;
    case Phase::kChunkEnd:
      if (take_line(bytes, used, 1)) {
        if (!line_.empty()) {
          refuse(400);
        } else {
          phase_ = Phase::kChunkSize;
        }
      }
      break;
    case Phase::kChunkSize:
      if (take_line(bytes, used, kMaxChunkLineBytes)) on_chunk_size();
      break;
    case Phase::kTrailer:
      if (take_line(bytes, used, kMaxTrailerBytes)) {
        trailer_bytes_ += line_.size() + 2;
        if (line_.empty()) {
          state_ = State::kComplete;
        } else if (trailer_bytes_ > kMaxTrailerBytes) {
          refuse(431);
        }
        line_.clear();
      }
      break;
  }
  return used;
}

}  // namespace kairan::gateway
