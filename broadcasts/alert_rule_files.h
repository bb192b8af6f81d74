// What two people publish together, as it stands in the content folder: alerts.yaml, the texts that its rules send, and of
// city.yaml and shelters.csv what decides whom a warning concerns (codes, names, districts, places). Values only; any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_problem.h"
#include "base/result.h"
#include "broadcasts/alert_rules.h"

namespace kairan::broadcasts {

/// Name in the content folder → text: "alerts.yaml", "templates/alerts/water.yaml"; of "city.yaml" and "shelters.csv" that part
/// alone (city_text(), places_text()).
using AlertRuleFiles = std::map<std::string, std::string>;

inline constexpr std::string_view kAlertRulesFile = "alerts.yaml";

/// Reads alerts.yaml and the texts; what cannot be read is a problem and missing. alerts.yaml may be missing.
AlertRuleFiles read_alert_rule_files(const std::string& folder, std::vector<FileProblem>& problems);

/// One text that holds all of them, the same for the same files, and back. kCorrupt for anything else.
std::string pack_rule_files(const AlertRuleFiles& files);
Result<AlertRuleFiles> unpack_rule_files(std::string_view packed);
/// Puts the city's part with them, and back. kInvalid when there is none, as in what was published before it was part of it.
void add_city(const AlertCity& city, AlertRuleFiles& files);
Result<AlertCity> city_of(const AlertRuleFiles& files);
/// SHA-256 of the packed text, hexadecimal.
std::string hash_of_rules(std::string_view packed);

/// Parses and proves them for a city. kInvalid with problems added when anything is wrong. Released by nobody.
Result<AlertContent> make_alert_content(AlertCity city, const AlertRuleFiles& files, std::vector<FileProblem>& problems);

}  // namespace kairan::broadcasts
