// JSON limits: whatever is parsed can be copied, dumped and parsed again to the same value, and the webhook door's
// scanner agrees on what is JSON.
#include <nlohmann/json.hpp>

#include "adapters/line/json_scanner.h"
#include "base/bounded_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  constexpr int kMaxDepth = 32;
  const auto tree = kairan::parse_json(text, kairan::JsonLimits{1u << 20, kMaxDepth});
  kairan::adapters::line::JsonScanner scanner(text, kMaxDepth);
  const bool scanned = scanner.skip() && scanner.at_end();
  // The tree parser alone passes over a byte order mark, and takes a NUL byte for the end of the text.
  const bool comparable = text.find('\0') == std::string_view::npos && text.substr(0, 3) != "\xEF\xBB\xBF";
  if (comparable && scanned != tree.ok()) __builtin_trap();
  if (!tree.ok()) return 0;
  const nlohmann::json copy = *tree;
  const std::string dumped = kairan::dump_json(copy);
  const auto again = kairan::parse_json(dumped, kairan::JsonLimits{8u << 20, kMaxDepth});
  if (!again.ok() || *again != *tree) __builtin_trap();
  return 0;
}
