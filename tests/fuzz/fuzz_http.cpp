// The HTTP parser with arbitrary bytes in arbitrary pieces: it never holds more than its bounds, never goes on after a
// refusal, and cutting the bytes differently changes nothing.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/http_parser.h"

namespace {

using kairan::gateway::HttpParser;

constexpr std::size_t kMaxBody = 256;

/// What came of the bytes: each whole request's method, path and body, and the refusal at the end.
std::string read_all(std::string_view bytes, std::size_t piece) {
  HttpParser parser;
  std::string seen;
  while (!bytes.empty()) {
    std::string_view part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    while (!part.empty()) {
      part.remove_prefix(parser.feed(part));
      if (parser.state() == HttpParser::State::kHeadDone) parser.accept_body(kMaxBody);
      if (parser.state() == HttpParser::State::kRefused) return seen + "refused " + std::to_string(parser.refusal());
      if (parser.state() != HttpParser::State::kComplete) continue;
      if (parser.request().body.size() > kMaxBody) std::abort();
      seen += parser.request().method + ' ' + parser.request().path + '\n' + parser.request().body + '\n';
      parser.reset();
    }
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string whole = read_all(bytes, bytes.empty() ? 1 : bytes.size());
  if (read_all(bytes, 1 + data[0] % 7) != whole) std::abort();
  return 0;
}
