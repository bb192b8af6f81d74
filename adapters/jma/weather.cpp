// Weather: warnings by municipality, landslides, rain, tornadoes, rivers, risk, heat.
#include <algorithm>
#include <array>
#include <set>

#include "adapters/jma/families.h"
#include "base/text.h"
#include "broadcasts/alert_kinds.h"

namespace kairan::adapters::jma {
namespace {

using broadcasts::AlertKeying;
using broadcasts::AlertScope;
using broadcasts::find_alert_kind;
using broadcasts::Hazard;
using broadcasts::HazardPhase;
using broadcasts::weather_hazard;

constexpr std::string_view kMunicipalities = "（市町村等）";

/// The groups of items by municipality. The same warning stands in the body four times, by areas of four sizes; only this
/// one says what holds for the city.
std::vector<XmlElement> municipal_items(const XmlElement& report) {
  std::vector<XmlElement> items;
  for (const XmlElement& warning : report.child("Body").children("Warning")) {
    if (warning.attribute("type").find(kMunicipalities) == std::string::npos) continue;
    for (const XmlElement& item : warning.children("Item")) items.push_back(item);
  }
  return items;
}

HazardPhase phase_of(std::string_view status) {
  if (status == "継続") return HazardPhase::kContinued;
  if (status == "解除") return HazardPhase::kLifted;
  return HazardPhase::kIssued;
}

/// Which kinds a type tells the whole truth about.
std::vector<std::string> kinds_of_type(std::string_view type) {
  static const std::vector<std::string> all{"rain", "flood",   "surge", "storm",         "blizzard", "snow",
                                            "wave", "thunder", "thaw",  "fog",           "dry",      "avalanche",
                                            "cold", "frost",   "icing", "snow-accretion"};
  if (type == "VPWW53" || type == "VPWW54") return all;
  if (type == "VPWW55") return {"rain"};
  if (type == "VPWW56") return {"landslide"};
  if (type == "VPWW57") return {"surge"};
  if (type == "VPWW58") return {"storm", "blizzard"};
  if (type == "VPWW59") return {"wave"};
  if (type == "VPWW60") return {"snow"};
  if (type == "VPWW61")
    return {"thunder", "thaw", "fog", "dry", "avalanche", "cold", "frost", "icing", "snow-accretion"};
  return {};
}

/// The name from the telegram where it holds the words of the level, so that a new prefix (「レベル３」) is shown and a
/// contradiction is not.
std::string checked_name(const std::string& kind, int level, const std::string& written) {
  const auto* const entry = find_alert_kind(kind);
  const auto* const step = entry == nullptr ? nullptr : entry->level(level);
  if (step == nullptr || step->words.empty() || written.size() > 90) return {};
  return written.find(step->words.front()) != std::string::npos && contradiction(written, *entry, level, 0).empty()
             ? written
             : std::string();
}

void add_weather_kinds(const XmlElement& item, const AlertCity& city, Alert& alert) {
  for (const XmlElement& kind : item.children("Kind")) {
    const std::string code = kind.value("Code");
    const std::string status = kind.value("Status");
    if (code.empty() || code == "00") continue;  // 「発表警報・注意報はなし」
    const auto coded = weather_hazard(code);
    Hazard hazard;
    hazard.kind = std::string(coded.kind);
    hazard.phase = phase_of(status);
    hazard.level = hazard.phase == HazardPhase::kLifted ? 0 : coded.level;
    hazard.areas = {city.city_code};
    hazard.name = hazard.kind == "other" ? shorten_graphemes(kind.value("Name"), 30)
                                         : checked_name(hazard.kind, hazard.level, kind.value("Name"));
    hazard.uncertain = hazard.kind == "other";
    if (const std::string condition = kind.value("Condition"); !condition.empty())
      hazard.fields["condition"] = shorten_graphemes(condition, 60);
    // One kind can be listed twice: what ended and what took its place. What is in force counts.
    const auto same = std::find_if(alert.hazards.begin(), alert.hazards.end(),
                                   [&](const Hazard& known) { return known.kind == hazard.kind; });
    if (same == alert.hazards.end()) {
      alert.hazards.push_back(std::move(hazard));
    } else if (hazard.level > same->level) {
      *same = std::move(hazard);
    }
  }
}

/// A statement with one code for the whole item ("1" = issued).
Hazard simple(std::string kind, int level, HazardPhase phase, AlertScope scope, std::string area) {
  Hazard hazard;
  hazard.kind = std::move(kind);
  hazard.level = phase == HazardPhase::kLifted ? 0 : level;
  hazard.phase = phase;
  hazard.scope = scope;
  hazard.areas = {std::move(area)};
  return hazard;
}

}  // namespace

void read_weather(const XmlElement& report, const AlertCity& city, Alert& alert) {
  alert.keying = AlertKeying::kByKind;
  alert.group = "VPWW";
  bool listed = false;
  std::set<std::string> seen;
  for (const XmlElement& item : municipal_items(report)) {
    for (const XmlElement& kind : item.children("Kind")) {
      if (const std::string code = kind.value("Code"); !code.empty() && code != "00")
        seen.insert(std::string(weather_hazard(code).kind));
    }
    if (item.value("Area/Code") != city.city_code && !names_code(item, city.city_code)) continue;
    listed = true;
    add_weather_kinds(item, city, alert);
  }
  if (!listed) return;
  alert.complete_kinds = kinds_of_type(alert.type);
  if (alert.complete_kinds.empty()) alert.complete_kinds.assign(seen.begin(), seen.end());
  if (alert.hazards.empty()) alert.nothing = city.name + "に発表されている警報・注意報はありません";
}

void read_special_notice(const XmlElement& report, const AlertCity& city, Alert& alert) {
  // The notice repeats the headline of the warning that goes out with it; its body is empty. 解除 names the prefecture only
  // and is left to that warning.
  alert.keying = AlertKeying::kByKind;
  alert.group = "VPWW";
  for (const XmlElement& information : report.path("Head/Headline").children("Information")) {
    if (information.attribute("type").find(kMunicipalities) == std::string::npos) continue;
    for (const XmlElement& item : information.children("Item")) {
      if (names_code(item, city.city_code)) add_weather_kinds(item, city, alert);
    }
  }
}

void read_landslide(const XmlElement& report, const AlertCity& city, Alert& alert) {
  alert.keying = AlertKeying::kByKind;
  alert.group = "VXWW";  // beside the warnings of VPWW56: 解除 of this one does not end those
  for (const XmlElement& warning : report.child("Body").children("Warning")) {
    for (const XmlElement& item : warning.children("Item")) {
      if (!names_code(item, city.city_code)) continue;
      alert.complete_kinds = {"landslide"};
      const std::string code = item.value("Kind/Code");
      const std::string status = item.value("Kind/Status");
      if (code == "0") {
        alert.nothing = city.name + "には土砂災害警戒情報が発表されていません";
      } else if (code == "1") {
        alert.hazards.push_back(simple("landslide", 0, HazardPhase::kLifted, AlertScope::kCity, city.city_code));
      } else {
        Hazard hazard = simple("landslide", 3, phase_of(status), AlertScope::kCity, city.city_code);
        hazard.name = "土砂災害警戒情報";
        hazard.uncertain = code != "3";
        alert.hazards.push_back(std::move(hazard));
      }
    }
  }
}

void read_record_rain(const XmlElement& report, const AlertCity& city, Alert& alert) {
  alert.keying = AlertKeying::kByEvent;
  alert.group = "VPOA";
  for (const XmlElement& warning : report.child("Body").children("Warning")) {
    for (const XmlElement& item : warning.children("Item")) {
      const std::array<std::pair<const std::string*, AlertScope>, 4> ours{
          {{&city.city_code, AlertScope::kCity},
           {&city.area_code, AlertScope::kRegion},
           {&city.region_code, AlertScope::kRegion},
           {&city.prefecture_code, AlertScope::kPrefecture}}};
      const auto found =
          std::find_if(ours.begin(), ours.end(), [&](const auto& area) { return names_code(item, *area.first); });
      if (found == ours.end() || !alert.hazards.empty()) continue;
      const HazardPhase phase = phase_of(item.value("Kind/Status"));
      Hazard hazard =
          simple("record-rain", item.value("Kind/Code") == "0" ? 0 : 1, phase, found->second, *found->first);
      // The area is the forecaster's; which town it was stands in the sentence alone. It narrows, it never widens.
      if (alert.headline.find(city.name) != std::string::npos) hazard.scope = AlertScope::kCity;
      hazard.fields["detail"] = shorten_graphemes(alert.headline, 200);
      alert.hazards.push_back(std::move(hazard));
    }
  }
}

void read_tornado(const XmlElement& report, const AlertCity& city, Alert& alert) {
  alert.keying = AlertKeying::kByKind;
  alert.group = "VPHW";  // with and without a sighting (VPHW50, 51) it is one
  for (const XmlElement& item : municipal_items(report)) {
    if (!names_code(item, city.city_code)) continue;
    const bool none = item.value("Kind/Code") == "0";
    alert.hazards = {simple("tornado", none ? 0 : 1, none ? HazardPhase::kLifted : phase_of(item.value("Kind/Status")),
                            AlertScope::kCity, city.city_code)};
  }
}

void read_river(const XmlElement& report, const AlertCity& city, Alert& alert) {
  alert.keying = AlertKeying::kByEvent;
  alert.group = "VXKO";
  std::string code;
  std::string river;
  for (const XmlElement& information : report.path("Head/Headline").children("Information")) {
    if (information.attribute("type").find("（予報区域）") == std::string::npos) continue;
    code = information.value("Item/Kind/Code");
    river = information.value("Item/Areas/Area/Name");
  }
  if (code.size() != 2 || code[0] < '1' || code[0] > '5' || code[1] < '0' || code[1] > '9') return;
  if (code[0] == '1') alert.complete_kinds = {"river"};  // the end is said for the whole river
  for (const XmlElement& area : report.child("Body").all("Area")) {
    if (!city.is_city_code(area.value("CityCode")) || !alert.hazards.empty()) continue;
    const int level = code[0] - '1';
    Hazard hazard = simple("river", level, level == 0 ? HazardPhase::kLifted : HazardPhase::kIssued, AlertScope::kCity,
                           city.city_code);
    hazard.districts = city.districts_in(area.value("SubCityList"));
    hazard.fields["river"] = shorten_graphemes(river, 40);
    alert.hazards.push_back(std::move(hazard));
  }
}

void read_risk(const XmlElement& report, const AlertCity& city, Alert& alert) {
  alert.keying = AlertKeying::kByKind;
  alert.group = "VPRN";
  int highest = 0;
  bool listed = false;
  bool continued = true;
  std::string most;
  for (const XmlElement& infos : report.child("Body").children("MeteorologicalInfos")) {
    for (const XmlElement& info : infos.children("MeteorologicalInfo")) {
      for (const XmlElement& item : info.children("Item")) {
        if (item.value("Area/Code") != city.city_code) continue;
        listed = true;
        for (const XmlElement& risk : item.all("Significancy")) {
          const std::string code = risk.value("Code");
          const int level = code.size() == 2 && code[0] >= '0' && code[0] <= '5' ? code[0] - '0' : 0;
          if (level > highest) {
            highest = level;
            most = risk.attribute("type");
            continued = true;
          }
          if (level == highest && risk.value("Condition") != "継続") continued = false;
        }
      }
    }
  }
  if (!listed) return;
  alert.complete_kinds = {"risk"};
  if (highest < 2) {
    alert.nothing = city.name + "の危険度は警戒レベル2に達していません";
    return;
  }
  Hazard hazard = simple("risk", highest - 1, continued ? HazardPhase::kContinued : HazardPhase::kIssued,
                         AlertScope::kCity, city.city_code);
  hazard.fields["detail"] = shorten_graphemes(most, 30);
  alert.hazards.push_back(std::move(hazard));
}

void read_heat(const XmlElement& report, const AlertCity& city, Alert& alert) {
  // The one type without any area code: whose it is follows from the office, or from the prefecture's name at the head.
  alert.keying = AlertKeying::kByEvent;
  alert.group = "VPFT";
  const bool by_office = std::find(city.offices.begin(), city.offices.end(), alert.office) != city.offices.end();
  const bool by_name =
      !city.prefecture.empty() && report.value("Head/Title").substr(0, city.prefecture.size()) == city.prefecture;
  if (!by_office && !by_name) return;
  if (alert.info_type == broadcasts::AlertInfoType::kCancel) return;
  Hazard hazard = simple("heat", 1, HazardPhase::kIssued, AlertScope::kPrefecture, city.prefecture_code);
  hazard.uncertain = !by_office;
  alert.hazards.push_back(std::move(hazard));
}

namespace {

void add_other(const XmlElement& report, const std::vector<std::pair<std::string, AlertScope>>& ours, Alert& alert) {
  alert.keying = AlertKeying::kByEvent;
  alert.group = alert.type;
  const auto areas = report.all("Area");
  for (const auto& [code, scope] : ours) {
    const auto named = std::any_of(areas.begin(), areas.end(),
                                   [&, wanted = code](const XmlElement& area) { return area.value("Code") == wanted; });
    if (!named || !alert.hazards.empty()) continue;
    Hazard hazard = simple("other", 1, HazardPhase::kIssued, scope, code);
    if (!alert.headline.empty()) hazard.fields["detail"] = alert.headline;
    hazard.uncertain = true;
    alert.hazards.push_back(std::move(hazard));
  }
}

}  // namespace

void read_bulletin(const XmlElement& report, const AlertCity& city, Alert& alert) {
  add_other(report,
            {{city.city_code, AlertScope::kCity},
             {city.area_code, AlertScope::kRegion},
             {city.region_code, AlertScope::kRegion}},
            alert);
}

void read_unknown(const XmlElement& report, const AlertCity& city, Alert& alert) {
  // Regions stand in every routine forecast; only the city's own code says that it is meant.
  add_other(report, {{city.city_code, AlertScope::kCity}}, alert);
  if (alert.hazards.empty()) alert.nothing = "対応していない種別の電文で、" + city.name + "の地域コードがありません";
}

}  // namespace kairan::adapters::jma
