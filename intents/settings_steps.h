// The order of the questions and the changes that a choice means; shared by reading and showing. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "intents/settings_dialogue.h"

namespace kairan::intents {

inline constexpr int kYearsShown = 12;  ///< and one button for earlier ones: 13 in all

/// Attributes that are asked, in their order.
std::vector<const store::Attribute*> asked_attributes(const store::AttributeSchema& schema);
/// The one after (or before) `id`; null at the end.
const store::Attribute* neighbour(const store::AttributeSchema& schema, std::string_view id, int step);

bool has(const Chosen& chosen, const std::string& attribute, std::string_view value);

/// What choosing (or leaving) a value changes. That the other values of a single choice go is the store's own rule.
std::vector<store::AttributeChange> changes_for(const store::Attribute& attribute, const std::string& value, bool on,
                                                const Chosen& chosen);
/// Everything that the resident has chosen, taken back.
std::vector<store::AttributeChange> changes_to_clear(const store::AttributeSchema& schema, const Chosen& chosen);

/// The value's name in the language; birth months as dates.
std::string value_label(const store::Attribute& attribute, std::string_view value, std::string_view language);

}  // namespace kairan::intents
