// From a decision to the words that residents read. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "base/localized.h"
#include "base/result.h"
#include "broadcasts/alert_rules.h"

namespace kairan::broadcasts {

struct AlertWording {
  const AlertContent& content;
  const Alert& alert;
  const Hazard& hazard;
  AlertOccasion occasion;
  int level, before;
  const std::string& written_name;  ///< the sender's own name of the level; may be empty
  const std::vector<std::string>& districts;
};

/// The text of the rule's template in every language. kInvalid when it cannot be rendered or names another level.
Result<Localized> word_alert(const AlertRule& rule, const AlertWording& wording);
/// 「大雨特別警報 発表（鹿島市）」, for lists.
std::string alert_title(const AlertWording& wording);

}  // namespace kairan::broadcasts
