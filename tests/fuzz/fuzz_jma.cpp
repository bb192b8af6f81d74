// Any bytes as a telegram, under several types: read or refused, never a crash; and what was read goes through the engine, where
// a drill is never sent.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "adapters/jma/telegram.h"
#include "broadcasts/alert_engine.h"

namespace {

using namespace kairan::broadcasts;

const AlertContent& content() {
  static const AlertContent made = [] {
    AlertContent c;
    c.release = "sample";
    c.city = {"鹿島市", "佐賀県", "4120700", "410014", "410010", "410000", "721", "712", {"佐賀地方気象台"}, {}, {}};
    std::vector<kairan::FileProblem> problems;
    c.rules = parse_alert_rules("rules:\n  - {id: all, kinds: [\"@weather\", \"@advisory\", \"@earthquake\", \"@tsunami\", \"@other\", \"@phenomenon\", \"@river\", \"@risk\"], action: send, template: t}\nreleased: [all]\n", c.city, problems);
    return c;
  }();
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto document = kairan::adapters::XmlDocument::parse(bytes);
  if (!document) return 0;
  const AlertEngine engine(content());
  AlertState state;
  for (const char* name : {"x.xml", "VPWW53.xml", "VXWW50.xml", "VPRN50.xml", "VXKO50.xml", "VXSE53.xml", "VXSE51.xml", "VXSE43.xml", "VTSE41.xml", "VPOA50.xml", "VPHW50.xml", "VPNO50.xml", "VPFT50.xml", "VFVO50.xml", "VPXX50.xml"}) {
    const auto alert = kairan::adapters::jma::read_telegram(document->root(), name, content().city);
    if (!alert) continue;
    for (const AlertDecision& decision : engine.process(state, *alert, alert->reported)) {
      if (decision.drill && decision.action == AlertAction::kSend) __builtin_trap();
    }
  }
  return 0;
}
