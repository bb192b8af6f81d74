// From a warning to a decision: state in, message in, decisions out. Pure apart from the state it is given: no clock, no
// network, no store. `kairan alerts replay` and the gateway run the same one.
//
// What belongs together
//   - Weather, landslides, tsunamis, tornadoes and risk are one state of the city for each hazard. Types that say the same
//     (VPWW53, 54, 55-61) form a group: an explicit change supersedes what its group said before, 継続 never lowers what
//     another type says; different groups (VXWW50 beside the weather warnings) stand side by side and the highest holds.
//   - Earthquakes, record rain, rivers, heat, CAP and L-Alert go by event id; VXSE53 corrects what VXSE51 said of the area.
//   - A cancel or a correction is tied to the type and event id it names, or to type, office and time of report where a type
//     has no ids. 解除 ends what was right; 取消 takes back what was wrong.
// What never happens
//   - a drill or test, a duplicate, a stale or future message, a cancel for nothing is sent or changes what is in force;
//   - a continuation whose beginning was never seen, an uncertain level, drill words in a real message, a text that names
//     another level, an L-Alert message is sent by itself: it waits for a person.
// Threads: any; one state belongs to one caller at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/localized.h"
#include "base/staff_text.h"
#include "broadcasts/alert.h"
#include "broadcasts/alert_rules.h"
#include "broadcasts/alert_state.h"

namespace kairan::broadcasts {

enum class AlertEffect { kNew, kUpdate, kCorrect, kWithdraw, kDuplicate, kNone };
std::string_view effect_id(AlertEffect effect);

struct AlertDecision {
  AlertAction action = AlertAction::kIgnore;
  AlertEffect effect = AlertEffect::kNone;
  std::string relates_to;  ///< "TELEGRAM#EVENT" of the earlier notice this one belongs to; "" for none
  StaffText reason;        ///< for staff
  std::string kind;        ///< "" when the message concerns nothing here
  int level = 0, before = 0;
  std::vector<std::string> areas, districts;
  std::string segment;     ///< as AlertRule::segment
  bool drill = false;
  std::string title;       ///< Japanese; "" when nothing is shown or sent
  Localized texts;         ///< "" when nothing is shown or sent
  std::string severity;
  TimePoint expires;
  std::string episode;     ///< key in the state: what a release or a dismissal is about
  std::string rule;

  /// "special", "5-"; "" for level 0.
  std::string level_id() const;
};

/// More than this ahead of the clock is not believed. JMA dates some reports (熱中症) up to a quarter of an hour ahead.
inline constexpr std::chrono::minutes kAlertMaxAhead{60};

class AlertEngine {
 public:
  /// @param content  outlives the engine
  explicit AlertEngine(const AlertContent& content) : content_(content) {}

  /// At least one decision.
  std::vector<AlertDecision> process(AlertState& state, const Alert& alert, TimePoint now) const;
  /// What the hourly limit kept back, as one notice, once there is room again.
  std::optional<AlertDecision> summary(AlertState& state, TimePoint now) const;

  /// A person released the held notice of `episode`: residents know of it from now on.
  static void released(AlertState& state, const std::string& episode);
  /// A person decided against it.
  static void dismissed(AlertState& state, const std::string& episode);

 private:
  const AlertContent& content_;
};

}  // namespace kairan::broadcasts
