// L-Alert: the report inside an EDXL distribution. The formats seen are of 2010 to 2013; nothing current could be tested, so
// the rules never send one by itself.
#include <algorithm>

#include "adapters/cap/parts.h"
#include "adapters/xml_time.h"
#include "base/text.h"

namespace kairan::adapters::cap {
namespace {

using broadcasts::Alert;
using broadcasts::AlertCity;
using broadcasts::AlertInfoType;
using broadcasts::AlertKeying;
using broadcasts::AlertScope;
using broadcasts::AlertSource;
using broadcasts::AlertStatus;
using broadcasts::Hazard;
using broadcasts::HazardPhase;

std::string first_text(const XmlElement& top, std::string_view name) {
  for (const XmlElement& found : top.all(name)) {
    if (std::string text = found.trimmed(); !text.empty()) return text;
  }
  return {};
}

/// 1 高齢者等避難, 2 避難指示, 3 緊急安全確保, with the words of before May 2021; 0 for other words.
int evacuation_level(const std::string& sort) {
  if (sort.find("緊急安全確保") != std::string::npos || sort.find("災害発生") != std::string::npos) return 3;
  if (sort.find("避難指示") != std::string::npos || sort.find("避難勧告") != std::string::npos) return 2;
  if (sort.find("高齢者等避難") != std::string::npos || sort.find("避難準備") != std::string::npos) return 1;
  return 0;
}
bool old_words(const std::string& sort) {
  return sort.find("避難準備") != std::string::npos || sort.find("避難勧告") != std::string::npos ||
         sort.find("（緊急）") != std::string::npos;
}

void add_evacuation(const XmlElement& order, const AlertCity& city, Alert& alert) {
  Hazard hazard;
  hazard.kind = "evacuation";
  hazard.phase = HazardPhase::kLifted;
  bool any = false;
  for (const XmlElement& detail : order.children("Detail")) {
    const std::string sort = detail.value("Sort");
    const std::string issue = detail.value("IssueOrLift");
    const int level = evacuation_level(sort);
    std::vector<std::string> names;
    bool ours = detail.all("Area").empty();
    for (const XmlElement& area : detail.all("Area")) {
      const std::string code = first_text(area, "jisX0402");
      if (!code.empty() && !city.is_city_code(code)) continue;
      ours = true;
      names.push_back(first_text(area, "areaName"));
    }
    if (!ours) continue;
    any = true;
    if (issue == "解除") continue;
    hazard.uncertain = hazard.uncertain || level == 0 || old_words(sort);
    hazard.phase = issue == "継続" ? HazardPhase::kContinued : HazardPhase::kIssued;
    hazard.level = std::max({hazard.level, level, 1});
    for (const std::string& name : names) {
      for (std::string& id : city.districts_in(name)) {
        if (std::find(hazard.districts.begin(), hazard.districts.end(), id) == hazard.districts.end())
          hazard.districts.push_back(std::move(id));
      }
    }
  }
  if (!any) return;
  if (!hazard.districts.empty()) hazard.scope = AlertScope::kDistrict;
  hazard.areas = {city.city_code};
  alert.hazards.push_back(std::move(hazard));
}

}  // namespace

Result<Alert> read_lalert(const XmlElement& distribution, std::string_view name, const Wrapper& wrapper,
                          const AlertCity& city) {
  const auto invalid = [](std::string_view what) {
    return Error{ErrorCode::kInvalid, "Lアラートの必須の項目がないか、読めません（" + std::string(what) + "）"};
  };
  Alert alert;
  alert.source = AlertSource::kLAlert;
  alert.name = short_name(name);
  alert.keying = AlertKeying::kByEvent;
  alert.group = "L-Alert";
  const std::string document = first_text(distribution, "documentID");
  if (document.empty()) return invalid("documentID");
  const auto status = status_of(wrapper.status);
  if (!status) return invalid("distributionStatus");
  alert.status = *status;
  // The report repeats the status; where the two differ, the one that is not real counts.
  for (const XmlElement& inner : distribution.all("distributionStatus")) {
    const auto also = status_of(inner.trimmed());
    if (also && *also != AlertStatus::kReal) alert.status = *also;
  }
  const auto reported = parse_xml_time(first_text(distribution, "ReportDateTime"));
  const auto sent = parse_xml_time(wrapper.sent);
  if (!reported && !sent) return invalid("dateTimeSent");
  alert.reported = reported ? *reported : *sent;
  alert.valid = parse_xml_time(first_text(distribution, "ValidDateTime"));
  alert.event_ids = {shorten_graphemes(document, 200)};
  alert.serial = shorten_graphemes(first_text(distribution, "documentRevision"), 20);
  alert.office = shorten_graphemes(first_text(distribution, "OrganizationName"), 100);
  std::string category = first_text(distribution, "category");
  if (category.empty()) category = distribution.all("EvacuationOrder").empty() ? std::string() : "EvacuationOrder";
  if (category.empty() && !distribution.all("Control").empty())
    category = distribution.all("Control").front().value("Title");
  alert.type = "L-Alert" + (category.empty() ? std::string() : " " + shorten_graphemes(category, 40));
  const auto headlines = distribution.all("Headline");
  if (!headlines.empty()) alert.headline = shorten_graphemes(headlines.front().value("Text"), 500);
  if (wrapper.type == "Cancel") {
    alert.info_type = AlertInfoType::kCancel;
    return alert;
  }
  if (wrapper.type == "Error" || wrapper.type == "Ack") {
    alert.nothing = "受信確認・誤りの通知のため記録だけします";
    return alert;
  }
  bool ours = false;
  bool coded = false;
  for (const XmlElement& code : distribution.all("jisX0402")) {
    const std::string value = code.trimmed();
    coded = coded || !value.empty();
    ours = ours || city.is_city_code(value);
  }
  bool by_name = false;
  if (!coded) {
    for (const XmlElement& area : distribution.all("areaName"))
      by_name = by_name || area.trimmed().find(city.name) != std::string::npos;
  }
  if (!ours && !by_name) {
    alert.nothing = "対象地域に" + city.name + "がありません";
    return alert;
  }
  const auto orders = distribution.all("EvacuationOrder");
  if (!orders.empty()) add_evacuation(orders.front(), city, alert);
  if (alert.hazards.empty()) {
    Hazard hazard;
    hazard.kind = category == "Shelter" ? "shelter" : "notice";
    hazard.level = 1;
    hazard.areas = {city.city_code};
    hazard.districts = city.districts_in(alert.headline);
    if (!hazard.districts.empty()) hazard.scope = AlertScope::kDistrict;
    alert.hazards.push_back(std::move(hazard));
  }
  for (Hazard& hazard : alert.hazards) {
    hazard.uncertain = hazard.uncertain || by_name;
    if (!alert.headline.empty()) hazard.fields["detail"] = alert.headline;
  }
  return alert;
}

}  // namespace kairan::adapters::cap
