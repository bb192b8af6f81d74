#include "adapters/simulator/form.h"

#include "base/crypto.h"

namespace kairan::adapters::simulator {
namespace {

std::string decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size()) {
      const auto byte = from_hex(text.substr(i + 1, 2));
      if (byte) i += 2;
      out += byte ? *byte : "%";
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::map<std::string, std::string> parse_form(std::string_view body) {
  std::map<std::string, std::string> fields;
  while (!body.empty()) {
    const auto end = body.find('&');
    const std::string_view pair = body.substr(0, end);
    body = end == std::string_view::npos ? std::string_view{} : body.substr(end + 1);
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos) fields[decode(pair.substr(0, equals))] = decode(pair.substr(equals + 1));
  }
  return fields;
}

}  // namespace kairan::adapters::simulator
