// The difference between two sets of rules as a person decides about it: what goes out by itself, waits or is only recorded,
// before and after; and the lines of the files that changed. Values only; any thread.
#pragma once

#include <string>
#include <vector>

#include "base/localized.h"
#include "broadcasts/alert_rule_files.h"
#include "broadcasts/alert_rules.h"

namespace kairan::broadcasts {

/// One kind and level whose treatment changes.
struct AlertRuleChange {
  std::string kind, level;
  Localized name;                      ///< 「大雨特別警報」
  std::vector<std::string> scopes;     ///< areas it is so for; empty: all
  std::string hours;                   ///< "day", "night"; "" = both
  std::vector<AlertChange> occasions;  ///< of first notice, raised, lowered, lifted
  AlertAction before = AlertAction::kHold, after = AlertAction::kHold;
};

/// What a rule does with its release taken into account: a send that is not released waits for a person.
AlertAction effective_action(const AlertRule* rule, AlertChange change);

/// Everything that is treated differently, in the catalogue's order.
std::vector<AlertRuleChange> compare_alert_rules(const AlertRules& before, const AlertRules& after);

/// A stretch of lines: "-" only before, "+" only after, " " in both (a few round what changed).
struct ChangedLine {
  char mark = ' ';
  std::string text;
};
struct ChangedFile {
  std::string file;
  std::vector<ChangedLine> lines;  ///< an empty mark-' ' line with text "…" stands for lines left out
};
/// The files that differ, by name.
std::vector<ChangedFile> compare_rule_files(const AlertRuleFiles& before, const AlertRuleFiles& after);

}  // namespace kairan::broadcasts
