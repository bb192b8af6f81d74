// A city, its rules and messages made by hand, for the tests of alerts.
#pragma once

#include <memory>
#include <string>

#include "base/civil_time.h"
#include "broadcasts/alert_engine.h"
#include "broadcasts/alert_kinds.h"
#include "tests/support/catch.h"

namespace kairan::test {

inline const broadcasts::AlertContent& sample_alert_content() {
  static const broadcasts::AlertContent content = [] {
    std::vector<FileProblem> problems;
    auto loaded = broadcasts::load_alert_content(std::string(KAIRAN_SOURCE_DIR) + "/content/kashima", problems);
    REQUIRE(loaded.ok());
    loaded->release = "sample";  // as if two people had published them
    return std::move(*loaded);
  }();
  return content;
}

inline TimePoint at(int hour, int minute = 0) { return jst_time(Date{std::chrono::year(2026), std::chrono::month(7), std::chrono::day(6)}, hour * 60 + minute); }

/// A weather warning for the city: one hazard, as VPWW53 says it.
inline broadcasts::Alert weather(const std::string& kind, int level, TimePoint reported,
                                 broadcasts::HazardPhase phase = broadcasts::HazardPhase::kIssued) {
  static int count = 0;
  broadcasts::Alert alert;
  alert.type = "VPWW53";
  alert.name = "made-" + std::to_string(++count) + "_VPWW53.xml";
  alert.digest = alert.name;
  alert.office = "佐賀地方気象台";
  alert.reported = reported;
  alert.group = "VPWW";
  broadcasts::Hazard hazard;
  hazard.kind = kind;
  hazard.level = level;
  hazard.phase = phase;
  hazard.areas = {"4120700"};
  alert.hazards = {hazard};
  alert.complete_kinds = {kind};
  return alert;
}

inline broadcasts::Alert earthquake(const std::string& type, int level, const std::string& event, const std::string& serial, TimePoint reported) {
  broadcasts::Alert alert = weather("earthquake", level, reported);
  alert.type = type;
  alert.group = type;
  alert.rank = type == "VXSE53" ? 2 : 1;
  alert.keying = broadcasts::AlertKeying::kByEvent;
  alert.event_ids = {event};
  alert.serial = serial;
  alert.complete_kinds.clear();
  alert.hazards.front().scope = type == "VXSE53" ? broadcasts::AlertScope::kCity : broadcasts::AlertScope::kRegion;
  return alert;
}

}  // namespace kairan::test
