// A warning from outside as Kairan understands it, whoever sent it: what it says about this city, in codes. The adapters
// (jma/, cap/) make it from wire formats; alert_engine.h decides what follows from it. Values only; any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace kairan::broadcasts {

enum class AlertSource { kJma, kCap, kLAlert };
/// 通常 / 訓練 / 試験; CAP Actual / Exercise / System, Test, Draft.
enum class AlertStatus { kReal, kDrill, kTest };
/// 発表 / 訂正 / 取消.
enum class AlertInfoType { kIssue, kCorrect, kCancel };
/// How the sender itself calls what it says about one hazard.
enum class HazardPhase {
  kIssued,     ///< said for the first time, or changed
  kContinued,  ///< was said before and holds on
  kLifted,     ///< has ended
};
/// How precisely the area is ours.
enum class AlertScope {
  kCity,        ///< the city's own code
  kDistrict,    ///< districts of the city
  kRegion,      ///< a part of the prefecture with the city in it, an earthquake area, a tsunami forecast area
  kPrefecture,  ///< the prefecture
};

/// What one message says about one hazard here.
struct Hazard {
  std::string kind;        ///< id of alert_kinds.h
  int level = 0;           ///< 1.. in the kind's list of levels; 0: none in force
  HazardPhase phase = HazardPhase::kIssued;
  AlertScope scope = AlertScope::kCity;
  std::vector<std::string> areas;      ///< the codes that made it ours
  std::vector<std::string> districts;  ///< ids of the city's districts, when the sender names them
  std::string name;                    ///< what the sender calls it, from its own code table; may be empty
  std::map<std::string, std::string> fields;  ///< values for templates: epicentre, magnitude, until, arrival, height, ...
  bool uncertain = false;              ///< the level is a guess (「震度５弱以上未入電」): never sent by itself
};

/// Whether what a kind says is one state of the city, or belongs to one event.
enum class AlertKeying {
  kByKind,   ///< weather, tsunami: the newest statement replaces the one before
  kByEvent,  ///< earthquakes, CAP: each event id stands alone
};

struct Alert {
  std::string name;    ///< the file's name or the last part of the link: what people see as its origin
  std::string digest;  ///< of its bytes: the same bytes are the same message
  AlertSource source = AlertSource::kJma;
  std::string type;    ///< "VXSE53", "CAP", "L-Alert EvacuationOrder"
  std::string office;  ///< who issued it
  std::vector<std::string> event_ids;  ///< may be empty (weather warnings have none)
  std::string serial;                  ///< as written: "3", "03-02", ""
  std::vector<std::string> references; ///< event ids of earlier messages that this one replaces or cancels (CAP)
  AlertStatus status = AlertStatus::kReal;
  AlertInfoType info_type = AlertInfoType::kIssue;
  TimePoint reported;                  ///< ReportDateTime, CAP sent
  std::optional<TimePoint> target;     ///< TargetDateTime
  std::optional<TimePoint> valid;      ///< ValidDateTime, CAP expires: worth nothing afterwards
  std::string headline;                ///< the sender's own sentence, for staff

  AlertKeying keying = AlertKeying::kByKind;
  /// Statements of one group replace each other (VPWW53, 54, 55-61 say the same things); different groups of one kind
  /// stand beside each other, and the highest holds (VXWW50 beside the weather warnings).
  std::string group;
  int rank = 0;  ///< within one event the group with the higher rank is right (VXSE53 says more than VXSE51)
  std::vector<Hazard> hazards;              ///< of this city only
  std::vector<std::string> complete_kinds;  ///< kinds on which this is the whole truth: not in hazards means none in force
  std::string nothing;   ///< Japanese: why hazards is empty (another prefecture, information only, unknown type)
  bool drill_words = false;  ///< says that it is a drill although its status is real
};

/// "real", "drill", "test".
std::string_view status_name(AlertStatus status);

}  // namespace kairan::broadcasts
