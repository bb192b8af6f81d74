#include "adapters/line/json_scanner.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/ascii.h"

namespace kairan::adapters::line {
namespace {

void append_utf8(std::string& out, unsigned code) {
  const auto put = [&out](unsigned byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

unsigned hex_value(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return 16;
}

unsigned hex4_value(std::string_view digits) {
  unsigned value = 0;
  for (const char c : digits) value = value * 16 + hex_value(c);
  return value;
}

}  // namespace

void JsonScanner::skip_space() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
    ++at_;
  }
}

bool JsonScanner::consume(char c) {
  skip_space();
  if (at_ >= text_.size() || text_[at_] != c) return false;
  ++at_;
  return true;
}

bool JsonScanner::at_end() {
  skip_space();
  return at_ == text_.size();
}

JsonScanner::Type JsonScanner::next_type() {
  skip_space();
  if (at_ >= text_.size()) return Type::kBroken;
  switch (text_[at_]) {
    case '{':
      return Type::kObject;
    case '[':
      return Type::kArray;
    case '"':
      return Type::kString;
    case 't':
      return Type::kTrue;
    case 'f':
      return Type::kFalse;
    case 'n':
      return Type::kNull;
    default:
      return text_[at_] == '-' || is_digit(text_[at_]) ? Type::kNumber : Type::kBroken;
  }
}

bool JsonScanner::literal(std::string_view word) {
  if (text_.substr(at_, word.size()) != word) return false;
  at_ += word.size();
  return true;
}

bool JsonScanner::skip() {
  std::string_view raw;
  bool flag = false;
  std::int64_t ignored = 0;
  switch (next_type()) {
    case Type::kObject:
      return object([this](std::string_view) { return skip(); });
    case Type::kArray:
      return array([this] { return skip(); });
    case Type::kString:
      return raw_string(raw, flag);
    case Type::kNumber:
      return number(ignored, flag);
    case Type::kTrue:
      return literal("true");
    case Type::kFalse:
      return literal("false");
    case Type::kNull:
      return literal("null");
    case Type::kBroken:
      return false;
  }
  return false;
}

bool JsonScanner::read_key(std::string_view& key, std::string& storage) {
  skip_space();
  bool escaped = false;
  if (!raw_string(key, escaped)) return false;
  if (escaped) {
    unescape(key, storage);
    key = storage;
  }
  return consume(':');
}

bool JsonScanner::string(std::string& out) {
  skip_space();
  std::string_view raw;
  bool escaped = false;
  if (!raw_string(raw, escaped)) return false;
  if (escaped) {
    unescape(raw, out);
  } else {
    out.assign(raw);
  }
  return true;
}

bool JsonScanner::raw_string(std::string_view& raw, bool& escaped) {
  if (at_ >= text_.size() || text_[at_] != '"') return false;
  const std::size_t begin = ++at_;
  escaped = false;
  while (at_ < text_.size()) {
    const auto c = static_cast<unsigned char>(text_[at_]);
    if (c == '"') {
      raw = text_.substr(begin, at_ - begin);
      ++at_;
      return true;
    }
    if (c < 0x20) return false;
    if (c == '\\') {
      escaped = true;
      if (!escape()) return false;
    } else if (c < 0x80) {
      ++at_;
    } else if (!utf8_sequence()) {
      return false;
    }
  }
  return false;
}

// The well-formed byte sequences of Unicode 15, table 3-7.
bool JsonScanner::utf8_sequence() {
  const auto byte = [this](std::size_t ahead) -> unsigned {
    return at_ + ahead < text_.size() ? static_cast<unsigned char>(text_[at_ + ahead]) : 0;
  };
  const auto tail = [&byte](std::size_t ahead) { return (byte(ahead) & 0xC0) == 0x80; };
  const unsigned first = byte(0);
  const unsigned second = byte(1);
  if (first >= 0xC2 && first <= 0xDF) {
    if (!tail(1)) return false;
    at_ += 2;
    return true;
  }
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    if (second < low || second > high || !tail(2)) return false;
    at_ += 3;
    return true;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    if (second < low || second > high || !tail(2) || !tail(3)) return false;
    at_ += 4;
    return true;
  }
  return false;
}

bool JsonScanner::hex4(unsigned& out) {
  if (at_ + 4 > text_.size()) return false;
  out = 0;
  for (int i = 0; i < 4; ++i) {
    const unsigned digit = hex_value(text_[at_++]);
    if (digit > 15) return false;
    out = out * 16 + digit;
  }
  return true;
}

bool JsonScanner::escape() {
  if (at_ + 2 > text_.size()) return false;
  const char kind = text_[at_ + 1];
  at_ += 2;
  if (kind != 'u') return std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos;
  unsigned unit = 0;
  if (!hex4(unit)) return false;
  if (unit >= 0xDC00 && unit <= 0xDFFF) return false;
  if (unit < 0xD800 || unit > 0xDBFF) return true;
  if (!literal("\\u") || !hex4(unit)) return false;
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

void JsonScanner::unescape(std::string_view raw, std::string& out) {
  out.clear();
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size();) {
    if (raw[i] != '\\') {
      out.push_back(raw[i++]);
      continue;
    }
    const char kind = raw[i + 1];
    i += 2;
    switch (kind) {
      case 'b':
        out.push_back('\b');
        break;
      case 'f':
        out.push_back('\f');
        break;
      case 'n':
        out.push_back('\n');
        break;
      case 'r':
        out.push_back('\r');
        break;
      case 't':
        out.push_back('\t');
        break;
      case 'u': {
        unsigned code = hex4_value(raw.substr(i, 4));
        i += 4;
        if (code >= 0xD800 && code <= 0xDBFF) {
          code = 0x10000 + ((code - 0xD800) << 10) + (hex4_value(raw.substr(i + 2, 4)) - 0xDC00);
          i += 6;
        }
        append_utf8(out, code);
        break;
      }
      default:
        out.push_back(kind);
    }
  }
}

bool JsonScanner::number(std::int64_t& out, bool& integer) {
  skip_space();
  const std::size_t begin = at_;
  const auto digits = [this] {
    const std::size_t from = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ > from;
  };
  const auto is_next = [this](char c) { return at_ < text_.size() && text_[at_] == c; };
  if (is_next('-')) ++at_;
  if (is_next('0')) {
    ++at_;
  } else if (!digits()) {
    return false;
  }
  bool plain = true;
  if (is_next('.')) {
    ++at_;
    plain = false;
    if (!digits()) return false;
  }
  if (is_next('e') || is_next('E')) {
    ++at_;
    plain = false;
    if (is_next('+') || is_next('-')) ++at_;
    if (!digits()) return false;
  }
  const std::string_view token = text_.substr(begin, at_ - begin);
  integer = false;
  if (plain) {
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), out);
    integer = error == std::errc() && end == token.data() + token.size();
    if (integer) return true;
  }
  // What a double cannot hold is refused: the tree parser refuses it too. strtod needs a terminated copy.
  return std::isfinite(std::strtod(std::string(token).c_str(), nullptr));
}

}  // namespace kairan::adapters::line
