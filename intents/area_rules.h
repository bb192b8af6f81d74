// Which rules of collection hold in an area: its own and those for every area; and what that makes for the districts that
// residents register. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "intents/content.h"
#include "intents/engine.h"

namespace kairan::intents {

inline constexpr const char* kEveryArea = "全地区";  ///< an area whose rules hold wherever an area has none of its own

/// An area's own rule for a category, by name or by what sounds the same; null when it has none.
const CollectionRule* rule_of(const CollectionArea& area, const std::string& category);
std::vector<std::pair<Date, Date>> closed_days(const Content& content, const CollectionArea& area);
/// An area's own rules, and those for every area that it does not have itself.
std::vector<std::pair<std::string, const CollectionRule*>> rules_of(const Content& content, const CollectionArea& area);

/// Engine::collections().
CollectionPlan collections_on(const Content& content, Date date);

/// The minute of the day of 「朝8時までに」「8時30分まで」「8:30まで」「午前8時半まで」.
std::optional<int> put_out_by(std::string_view note);

}  // namespace kairan::intents
