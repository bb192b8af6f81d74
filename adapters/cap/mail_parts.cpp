#include "adapters/cap/mail_parts.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace kairan::adapters::cap {
namespace {

constexpr int kMaxDepth = 5;  ///< multipart within multipart

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

/// The next line without its end; takes it from `rest`.
std::string_view next_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

struct Head {
  std::string type, encoding, boundary;
};

std::string boundary_of(const std::string& type) {
  const std::size_t at = lowered(type).find("boundary=");
  if (at == std::string::npos) return {};
  std::string_view value = std::string_view(type).substr(at + 9);
  if (!value.empty() && value.front() == '"') {
    value.remove_prefix(1);
    return std::string(value.substr(0, value.find('"')));
  }
  return std::string(value.substr(0, value.find_first_of("; \t")));
}

/// Reads the header lines, folded ones joined; `rest` is the body afterwards.
Head read_head(std::string_view& rest) {
  Head head;
  std::string field;
  const auto keep = [&] {
    const std::size_t colon = field.find(':');
    if (colon == std::string::npos) return;
    const std::string name = lowered(std::string_view(field).substr(0, colon));
    const std::size_t from = field.find_first_not_of(" \t", colon + 1);
    const std::string value = from == std::string::npos ? std::string() : field.substr(from);
    if (name == "content-type") head.type = value;
    if (name == "content-transfer-encoding") head.encoding = lowered(value);
  };
  while (!rest.empty()) {
    const std::string_view line = next_line(rest);
    if (line.empty()) break;
    if (line.front() == ' ' || line.front() == '\t') {
      field += line;
    } else {
      keep();
      field = line;
    }
  }
  keep();
  if (lowered(head.type).rfind("multipart/", 0) == 0) head.boundary = boundary_of(head.type);
  return head;
}

int digit_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

std::string from_base64(std::string_view text) {
  std::string out;
  unsigned bits = 0;
  int held = 0;
  for (const char c : text) {
    const int digit = digit_of(c);
    if (digit < 0) continue;  // line ends and padding
    bits = bits << 6U | static_cast<unsigned>(digit);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>(bits >> static_cast<unsigned>(held) & 0xFFU);
  }
  return out;
}

std::optional<char> hex_pair(std::string_view two) {
  unsigned value = 0;
  for (const char c : two) {
    const char l = lower(c);
    if (l >= '0' && l <= '9') {
      value = value * 16 + static_cast<unsigned>(l - '0');
    } else if (l >= 'a' && l <= 'f') {
      value = value * 16 + static_cast<unsigned>(l - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  return static_cast<char>(value);
}

std::string from_quoted_printable(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '=') {
      out += text[at];
    } else if (text.substr(at + 1, 1) == "\n") {
      at += 1;
    } else if (text.substr(at + 1, 2) == "\r\n") {
      at += 2;
    } else if (const auto byte = at + 2 < text.size() ? hex_pair(text.substr(at + 1, 2)) : std::nullopt) {
      out += *byte;
      at += 2;
    } else {
      out += '=';
    }
  }
  return out;
}

bool is_xml(std::string_view text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (text.substr(0, kMark.size()) == kMark) text.remove_prefix(kMark.size());
  const std::size_t from = text.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return false;
  text.remove_prefix(from);
  const std::string begin = lowered(text.substr(0, 9));
  return begin.rfind("<?xml", 0) == 0 ||
         (begin.rfind('<', 0) == 0 && begin != "<!doctype" && begin.rfind("<html", 0) != 0);
}

void read_part(std::string_view part, int depth, std::vector<std::string>& found) {
  if (depth > kMaxDepth || found.size() >= kMaxMailParts) return;
  const Head head = read_head(part);
  if (!head.boundary.empty()) {
    const std::string mark = "--" + head.boundary;
    const char* begin = nullptr;
    std::string_view rest = part;
    while (!rest.empty()) {
      const char* const here = rest.data();
      const std::string_view line = next_line(rest);
      const std::string_view tail = line.substr(0, mark.size()) == mark ? line.substr(mark.size()) : "x";
      const bool last = tail.substr(0, 2) == "--";
      if (!last && tail.find_first_not_of(" \t") != std::string_view::npos) continue;  // another, longer boundary too
      if (begin != nullptr) read_part({begin, static_cast<std::size_t>(here - begin)}, depth + 1, found);
      begin = rest.data();
      if (last) return;
    }
    if (begin != nullptr && begin < part.data() + part.size()) {  // cut off: what is there may still be whole
      read_part({begin, static_cast<std::size_t>(part.data() + part.size() - begin)}, depth + 1, found);
    }
    return;
  }
  std::string body;
  if (head.encoding.rfind("base64", 0) == 0) {
    body = from_base64(part);
  } else if (head.encoding.rfind("quoted-printable", 0) == 0) {
    body = from_quoted_printable(part);
  } else {
    body = part;
  }
  if (is_xml(body)) found.push_back(std::move(body));
}

/// A header field's name and colon: what every mail begins with.
bool begins_as_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  return std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon),
                     [](char c) { return c > ' ' && c < '\x7F'; });
}

}  // namespace

bool is_mail(std::string_view bytes) {
  if (bytes.substr(0, 5) == "From ") return true;
  std::string_view rest = bytes.substr(0, 1000);
  return !bytes.empty() && bytes.front() != '<' && begins_as_field(next_line(rest));
}

std::vector<std::string> xml_parts(std::string_view mail) {
  std::vector<std::string> found;
  if (mail.substr(0, 5) != "From ") {
    read_part(mail, 0, found);
    return found;
  }
  // A mailbox: each mail begins with a line "From " after an empty one (or at the beginning).
  std::string_view rest = mail;
  const char* begin = nullptr;
  bool after_empty = true;
  while (!rest.empty()) {
    const char* const here = rest.data();
    const std::string_view line = next_line(rest);
    if (after_empty && line.substr(0, 5) == "From ") {
      if (begin != nullptr) read_part({begin, static_cast<std::size_t>(here - begin)}, 0, found);
      begin = rest.data();
    }
    after_empty = line.empty();
  }
  if (begin != nullptr) read_part({begin, static_cast<std::size_t>(mail.data() + mail.size() - begin)}, 0, found);
  return found;
}

}  // namespace kairan::adapters::cap
