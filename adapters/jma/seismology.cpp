// Earthquakes, early warnings, tsunamis, volcanoes. Area codes mean something under their code type only: 712 is 有明・八代海
// among tsunami areas and 福岡県筑豊 among earthquake areas, 4120700 is a city and could be an observation point. So each
// reader looks under the element that its schema gives the code type to.
#include <algorithm>

#include "adapters/jma/families.h"
#include "adapters/xml_time.h"
#include "base/civil_time.h"
#include "base/text.h"
#include "broadcasts/alert_kinds.h"

namespace kairan::adapters::jma {
namespace {

using broadcasts::AlertKeying;
using broadcasts::AlertScope;
using broadcasts::find_alert_kind;
using broadcasts::Hazard;
using broadcasts::HazardPhase;

void put(std::map<std::string, std::string>& fields, const std::string& key, const std::string& value,
         std::size_t graphemes = 80) {
  if (!value.empty()) fields[key] = shorten_graphemes(value, graphemes);
}

std::string clock_time(const std::string& written) {
  const auto time = parse_xml_time(written);
  if (!time) return {};
  const int minute = jst_minute_of_day(*time);
  const Date date = jst_date(*time);
  std::string two = std::to_string(minute % 60);
  if (two.size() < 2) two = "0" + two;
  return std::to_string(unsigned(date.day())) + "日" + std::to_string(minute / 60) + "時" + two + "分";
}

void add_earthquake_fields(const XmlElement& report, std::map<std::string, std::string>& fields) {
  const XmlElement earthquake = report.path("Body/Earthquake");
  put(fields, "epicentre", earthquake.value("Hypocenter/Area/Name"));
  const XmlElement magnitude = earthquake.child("Magnitude");
  if (magnitude && magnitude.trimmed() != "NaN") put(fields, "magnitude", magnitude.trimmed(), 10);
  put(fields, "origin", clock_time(earthquake.value("OriginTime")));
  const XmlElement comment = report.path("Body/Comments/ForecastComment");
  put(fields, "tsunami", comment.value("Text"), 120);
}

int intensity_level(const std::string& written) {
  const auto* const kind = find_alert_kind("earthquake");
  return kind == nullptr ? 0 : kind->level_number(written);
}

Hazard earthquake(const XmlElement& place, AlertScope scope) {
  Hazard hazard;
  hazard.kind = "earthquake";
  hazard.scope = scope;
  hazard.level = intensity_level(place.value("MaxInt"));
  if (hazard.level == 0 && place.value("Condition").find("未入電") != std::string::npos) {
    hazard.level = intensity_level("5-");
    hazard.uncertain = true;
    hazard.fields["condition"] = place.value("Condition");
  }
  hazard.areas = {place.value("Code")};
  put(hazard.fields, "areas", place.value("Name"), 30);
  return hazard;
}

}  // namespace

void read_intensity(const XmlElement& report, const AlertCity& city, Alert& alert) {
  alert.keying = AlertKeying::kByEvent;
  alert.group = alert.type;
  const bool by_city = alert.type != "VXSE51";
  alert.rank = by_city ? 2 : 1;
  for (const XmlElement& prefecture : report.path("Body/Intensity/Observation").children("Pref")) {
    for (const XmlElement& area : prefecture.children("Area")) {
      if (!by_city && area.value("Code") == city.earthquake_code) {
        alert.hazards.push_back(earthquake(area, AlertScope::kRegion));
      }
      if (!by_city) continue;
      for (const XmlElement& town : area.children("City")) {
        if (town.value("Code") != city.city_code) continue;
        alert.hazards.push_back(earthquake(town, AlertScope::kCity));
        alert.hazards.back().fields["areas"] = city.name;  // JMA calls some cities by another name (佐賀鹿島市)
      }
    }
  }
  for (Hazard& hazard : alert.hazards) add_earthquake_fields(report, hazard.fields);
  alert.hazards.erase(std::remove_if(alert.hazards.begin(), alert.hazards.end(),
                                     [](const Hazard& hazard) { return hazard.level == 0; }),
                      alert.hazards.end());
  if (alert.hazards.size() > 1) alert.hazards.resize(1);
}

void read_long_period(const XmlElement& report, const AlertCity& city, Alert& alert) {
  alert.keying = AlertKeying::kByEvent;
  alert.group = alert.type;
  for (const XmlElement& prefecture : report.path("Body/Intensity/Observation").children("Pref")) {
    for (const XmlElement& area : prefecture.children("Area")) {
      if (area.value("Code") != city.earthquake_code) continue;
      const std::string level = area.value("MaxLgInt");
      Hazard hazard;
      hazard.kind = "long-period";
      hazard.scope = AlertScope::kRegion;
      hazard.level = find_alert_kind("long-period")->level_number(level);
      hazard.areas = {city.earthquake_code};
      add_earthquake_fields(report, hazard.fields);
      if (hazard.level > 0) alert.hazards = {std::move(hazard)};
    }
  }
}

void read_early_warning(const XmlElement& report, const AlertCity& city, Alert& alert) {
  alert.keying = AlertKeying::kByEvent;
  alert.group = alert.type;
  for (const XmlElement& prefecture : report.path("Body/Intensity/Forecast").children("Pref")) {
    for (const XmlElement& area : prefecture.children("Area")) {
      if (area.value("Code") != city.earthquake_code) continue;
      if (area.value("Category/Kind/Code").substr(0, 1) != "1") continue;  // 1x: 警報; 0x: 予報
      Hazard hazard;
      hazard.kind = "eew";
      hazard.level = 1;
      hazard.scope = AlertScope::kRegion;
      hazard.areas = {city.earthquake_code};
      put(hazard.fields, "epicentre", report.value("Body/Earthquake/Hypocenter/Area/Name"));
      put(hazard.fields, "areas", area.value("Name"), 30);
      alert.hazards = {std::move(hazard)};
    }
  }
}

void read_tsunami(const XmlElement& report, const AlertCity& city, Alert& alert) {
  // One state of the coast, whatever earthquake it comes from; VTSE51 repeats the category beside arrival times.
  alert.keying = AlertKeying::kByKind;
  alert.group = "VTSE";
  if (city.tsunami_code.empty()) return;
  const auto level_of = [](const std::string& code) {
    if (code == "52" || code == "53") return 4;
    if (code == "51") return 3;
    if (code == "62") return 2;
    if (code == "71" || code == "72" || code == "73") return 1;
    return 0;
  };
  for (const XmlElement& item : report.path("Body/Tsunami/Forecast").children("Item")) {
    if (item.value("Area/Code") != city.tsunami_code) continue;
    const std::string code = item.value("Category/Kind/Code");
    const std::string last = item.value("Category/LastKind/Code");
    Hazard hazard;
    hazard.kind = "tsunami";
    hazard.scope = AlertScope::kRegion;
    hazard.level = level_of(code);
    hazard.areas = {city.tsunami_code};
    static const std::vector<std::string> kKnown{"00", "50", "51", "52", "53", "60", "62", "71", "72", "73"};
    hazard.uncertain = std::find(kKnown.begin(), kKnown.end(), code) == kKnown.end();
    if (hazard.uncertain) hazard.level = 2;
    hazard.phase = hazard.level == 0                                 ? HazardPhase::kLifted
                   : !last.empty() && level_of(last) == hazard.level ? HazardPhase::kContinued
                                                                     : HazardPhase::kIssued;
    put(hazard.fields, "areas", item.value("Area/Name"), 30);
    put(hazard.fields, "arrival", clock_time(item.value("FirstHeight/ArrivalTime")));
    if (hazard.fields.count("arrival") == 0) put(hazard.fields, "arrival", item.value("FirstHeight/Condition"));
    put(hazard.fields, "height", item.path("MaxHeight/TsunamiHeight").attribute("description"), 20);
    put(hazard.fields, "epicentre", report.value("Body/Earthquake/Hypocenter/Area/Name"));
    if (code != "00") alert.hazards = {std::move(hazard)};
  }
  if (alert.type == "VTSE41" && report.path("Body/Tsunami/Forecast")) alert.complete_kinds = {"tsunami"};
}

void read_volcano(const XmlElement& report, const AlertCity& city, Alert& alert) {
  alert.keying = AlertKeying::kByEvent;
  alert.group = alert.type;
  for (const XmlElement& area : report.child("Body").all("Area")) {
    if (area.value("Code") != city.city_code || !alert.hazards.empty()) continue;
    Hazard hazard;
    hazard.kind = "volcano";
    hazard.level = 1;
    hazard.areas = {city.city_code};
    hazard.fields["detail"] = shorten_graphemes(alert.headline, 200);
    alert.hazards.push_back(std::move(hazard));
  }
}

}  // namespace kairan::adapters::jma
