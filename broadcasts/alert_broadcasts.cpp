#include "broadcasts/alert_broadcasts.h"

#include <nlohmann/json.hpp>

#include "base/civil_time.h"
#include "base/text.h"
#include "broadcasts/alert_walls.h"
#include "broadcasts/wording.h"

namespace kairan::broadcasts {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxWarningTitle = 60;

}  // namespace

std::string alert_document(const AlertOrder& order) {
  json texts = json::object();
  for (const auto& [language, text] : order.texts)
    texts[language] = literal_text(text);  // a warning's braces name no variables
  json document{{"title", shorten_graphemes(order.title, kMaxWarningTitle)},
                {"kind", "live"},
                {"priority", order.severity == "emergency" ? "emergency" : "scheduled"},
                {"section", order.section},
                {"messages", json::array({{{"type", "text"}, {"text", std::move(texts)}}})},
                {"expires", format_utc(order.expires)}};
  json segment = order.segment == "everyone" ? json("everyone") : json::parse(order.segment, nullptr, false);
  if (!segment.is_discarded()) document["segment"] = std::move(segment);
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

AlertBroadcasts::AlertBroadcasts(BroadcastService& service) : AlertBroadcasts(service, &may_be_broadcast) {}

Result<std::string> AlertBroadcasts::send(const AlertOrder& order) {
  if (const Status allowed = wall_(order); !allowed) return allowed.error();
  std::vector<Problem> problems;
  Result<std::string> id = service_.send_published(
      "alerts.yaml#" + order.rule + (order.by.empty() ? " 公開: " + order.release.substr(0, 12) : " 確認: " + order.by),
      alert_document(order), order.id, order.corrects, problems);
  if (id || problems.empty()) return id;
  StaffText why = told(id.error());
  for (const Problem& problem : problems) {
    const std::string& place = problem.path;
    if (!problem.warning) {
      why += {"（" + place + ": " + problem.message.ja + "）", " (" + place + ": " + problem.message.en + ")"};
    }
  }
  return staff_error(id.error().code, std::move(why));
}

}  // namespace kairan::broadcasts
