// Any bytes as a CAP, EDXL or L-Alert message, by itself or as parts of a mail or a mailbox: read or refused, never a crash;
// shapes of areas too.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/cap/mail_parts.h"
#include "adapters/cap/message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const kairan::broadcasts::AlertCity city{
      "鹿島市", "佐賀県", "4120700", "410014", "410010", "410000", "721", "712", {}, {{"hama", "浜", {"浜地区"}}},
      {{33.1, 130.1}}};
  (void)kairan::adapters::cap::polygon_holds(bytes, 33.1, 130.1);
  (void)kairan::adapters::cap::circle_holds(bytes, 33.1, 130.1);
  const auto read = [&city](std::string_view xml) {
    const auto document = kairan::adapters::XmlDocument::parse(xml);
    if (!document) return;
    const auto alerts = kairan::adapters::cap::read_messages(document->root(), "m.cap", city);
    if (alerts && alerts->empty()) __builtin_trap();
  };
  read(bytes);
  // The parts are looked for in anything, whether or not it begins as a mail; none grows beyond what it was made of.
  (void)kairan::adapters::cap::is_mail(bytes);
  const std::vector<std::string> parts = kairan::adapters::cap::xml_parts(bytes);
  if (parts.size() > kairan::adapters::cap::kMaxMailParts) __builtin_trap();
  for (const std::string& part : parts) {
    if (part.size() > size) __builtin_trap();
    read(part);
  }
  return 0;
}
