// Any bytes as a feed: read or refused, and every link that is taken is of an allowed origin.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "adapters/jma/feed.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string origin = "https://www.data.jma.go.jp";
  const auto feed = kairan::adapters::jma::read_feed(bytes, {origin});
  if (feed) {
    for (const auto& entry : feed->entries) {
      if (entry.link.compare(0, origin.size() + 1, origin + "/") != 0) __builtin_trap();
    }
  }
  const auto address = kairan::adapters::jma::split_address(bytes);
  if (address && address->path.empty()) __builtin_trap();
  return 0;
}
