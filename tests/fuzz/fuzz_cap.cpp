// Any bytes as a CAP, EDXL or L-Alert message: read or refused, never a crash; shapes of areas too.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "adapters/cap/message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const kairan::broadcasts::AlertCity city{"鹿島市", "佐賀県", "4120700", "410014", "410010", "410000", "721", "712", {}, {{"hama", "浜", {"浜地区"}}}, {{33.1, 130.1}}};
  (void)kairan::adapters::cap::polygon_holds(bytes, 33.1, 130.1);
  (void)kairan::adapters::cap::circle_holds(bytes, 33.1, 130.1);
  const auto document = kairan::adapters::XmlDocument::parse(bytes);
  if (!document) return 0;
  const auto alerts = kairan::adapters::cap::read_messages(document->root(), "m.cap", city);
  if (alerts && alerts->empty()) __builtin_trap();
  return 0;
}
