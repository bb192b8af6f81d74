// The texts of alerts: FOLDER/templates/alerts/*.yaml. A text has {fields}; a part between [[ and ]] is left out when a
// field in it has no value. A template holds one text per occasion and language, so that words of one level never stand in
// the text of another: the level's name is always a field. Constant once loaded; any thread.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_problem.h"
#include "base/localized.h"
#include "base/result.h"

namespace kairan::broadcasts {

/// What a text says.
enum class AlertOccasion { kNew, kRaised, kLowered, kLifted, kCorrected, kWithdrawn };
inline constexpr std::array<AlertOccasion, 6> kAlertOccasions{AlertOccasion::kNew,    AlertOccasion::kRaised,
                                                              AlertOccasion::kLowered, AlertOccasion::kLifted,
                                                              AlertOccasion::kCorrected, AlertOccasion::kWithdrawn};
std::string_view occasion_id(AlertOccasion occasion);  ///< "new", "raised", ...

using AlertFields = std::map<std::string, std::string>;

/// Fields that always have a value: city, name, kind, time; before on raised and lowered.
bool field_always_there(std::string_view field, AlertOccasion occasion);
/// Every field that a template may name.
const std::vector<std::string>& alert_field_names();

struct AlertTemplate {
  std::string id;    ///< the file's name without .yaml
  std::string file;
  std::map<AlertOccasion, Localized> texts;
  std::map<AlertOccasion, int> lines;
  std::map<std::string, Localized> actions;  ///< what to do, by level id: the field {action}

  /// The text with its fields filled in. kInvalid names the field that has no value outside [[ ]].
  Result<std::string> render(AlertOccasion occasion, const std::string& language, const AlertFields& fields) const;
  /// Languages that have every text.
  std::vector<std::string> languages() const;
};

class AlertTemplates {
 public:
  const AlertTemplate* find(std::string_view id) const;
  const std::map<std::string, AlertTemplate, std::less<>>& all() const { return templates_; }
  void add(AlertTemplate made) { templates_.insert_or_assign(made.id, std::move(made)); }

 private:
  std::map<std::string, AlertTemplate, std::less<>> templates_;
};

/// The texts of FOLDER/templates/alerts/*.yaml under "templates/alerts/NAME.yaml". What cannot be read is a problem.
std::map<std::string, std::string> read_alert_templates(const std::string& folder, std::vector<FileProblem>& problems);
/// One template from its YAML text. On problems the template holds what could be read.
AlertTemplate parse_alert_template(std::string_view text, const std::string& file, std::string id, std::vector<FileProblem>& problems);

}  // namespace kairan::broadcasts
