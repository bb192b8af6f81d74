// alerts.yaml: what the city does with a warning. A table over kind x level x area x time of day; every combination that
// can occur has exactly one rule, or the whole file is refused. Constant once loaded; any thread.
#pragma once

#include <array>
#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/civil_time.h"
#include "base/file_problem.h"
#include "base/result.h"
#include "base/staff_text.h"
#include "broadcasts/alert.h"
#include "broadcasts/alert_city.h"
#include "broadcasts/alert_template.h"

namespace kairan::broadcasts {

enum class AlertAction {
  kSend,    ///< goes out by itself
  kHold,    ///< waits for a person
  kIgnore,  ///< is recorded, nothing else
};
std::string_view action_id(AlertAction action);  ///< "send", "hold", "ignore"

/// What happened to a hazard, as rules speak of it.
enum class AlertChange { kNew, kRaised, kLowered, kLifted };

struct AlertRule {
  std::string id;
  int line = 0;
  std::vector<std::string> kinds;
  std::set<std::string> levels;       ///< level ids; empty: all
  std::set<AlertScope> scopes;        ///< empty: all
  enum class Hours { kAny, kDay, kNight } hours = Hours::kAny;
  std::array<AlertAction, 4> actions{};  ///< by AlertChange
  std::string segment;                ///< "everyone", "districts" (those named, and who registered none), or rules as JSON
  std::string form;                   ///< id of the template; may be empty when nothing is ever sent or held
  std::string severity;               ///< "emergency" or "scheduled": the broadcast's priority
  std::chrono::minutes expires{60};   ///< after the time of report: older is stale
  bool released = false;              ///< may send by itself; without it kSend becomes kHold

  AlertAction action(AlertChange change) const { return actions[static_cast<std::size_t>(change)]; }
};

struct AlertRules {
  int night_from = 22 * 60;  ///< minutes of the day in Japan
  int night_to = 6 * 60;
  int per_hour = 6;          ///< automatic follow-ups in an hour; more become a summary
  bool hold_drills = false;  ///< show drills at the desk (never as real)
  std::string section = "防災";  ///< 課: in whose name warnings go out
  std::vector<std::string> languages{"ja", "ja-easy", "en"};
  std::vector<AlertRule> rules;

  bool is_night(int minute_of_day) const;
  /// The one rule; null only for a combination that the catalogue does not have.
  const AlertRule* match(std::string_view kind, int level, AlertScope scope, int minute_of_day) const;
};

struct AlertContent {
  AlertCity city;
  AlertRules rules;
  AlertTemplates templates;
  std::size_t proven = 0;  ///< combinations and texts that were proven when it was loaded
  /// Hash of the publication that two people stand behind (alert_releases.h). Empty: nobody published these rules, so nothing
  /// goes out by itself, whatever they say.
  std::string release;
  StaffText held_because;  ///< why nothing goes out by itself; may be empty when `release` is not
};

/// The one rule of a city that wrote none: everything waits for a person.
AlertRules hold_everything_rules();

/// Reads and proves city.yaml, alerts.yaml and the templates. kInvalid with problems added (file, line, what to write
/// instead) when anything is wrong: whoever holds older rules keeps them. Without an alerts.yaml every hazard is held.
/// What was read from files is released by nobody.
Result<AlertContent> load_alert_content(const std::string& folder, std::vector<FileProblem>& problems);

/// alerts.yaml alone; `offices` go into the city.
AlertRules parse_alert_rules(std::string_view text, AlertCity& city, std::vector<FileProblem>& problems);
/// What alert_rules.h promises of the table, combination by combination: one rule each, every text that a rule can need
/// renders with all, none and each single one of the optional fields, and says no other level than its own.
/// @return how many combinations were looked at
std::size_t prove_alert_content(const AlertContent& content, std::vector<FileProblem>& problems);

/// The values of one hazard for a template, in one language.
AlertFields level_fields(const AlertCity& city, const AlertTemplate& form, std::string_view kind, int level, int before,
                         const std::string& language, const std::string& written_name);

}  // namespace kairan::broadcasts
