#include "intents/settings_steps.h"

#include <algorithm>

#include "intents/settings_birth_month.h"

namespace kairan::intents {

using store::Attribute;
using store::AttributeKind;

std::vector<const Attribute*> asked_attributes(const store::AttributeSchema& schema) {
  std::vector<const Attribute*> asked;
  for (const Attribute& attribute : schema.attributes()) {
    if (!attribute.hidden && !attribute.verified) asked.push_back(&attribute);
  }
  return asked;
}

const Attribute* neighbour(const store::AttributeSchema& schema, std::string_view id, int step) {
  const std::vector<const Attribute*> asked = asked_attributes(schema);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (asked[i]->id != id) continue;
    const auto to = static_cast<std::ptrdiff_t>(i) + step;
    return to >= 0 && to < static_cast<std::ptrdiff_t>(asked.size()) ? asked[static_cast<std::size_t>(to)] : nullptr;
  }
  return nullptr;
}

bool has(const Chosen& chosen, const std::string& attribute, std::string_view value) {
  const auto values = chosen.find(attribute);
  return values != chosen.end() && std::find(values->second.begin(), values->second.end(), value) != values->second.end();
}

std::vector<store::AttributeChange> changes_for(const Attribute& attribute, const std::string& value, bool on,
                                                const Chosen& chosen) {
  std::vector<store::AttributeChange> changes;
  // A child is registered once, with or without the day.
  if (on && attribute.kind == AttributeKind::kBirthMonths) {
    const auto parts = parse_birth_month_id(value);
    const std::string other = parts ? birth_month_id(parts->year, parts->month, !parts->on_first) : "";
    if (parts && parts->month == 4 && has(chosen, attribute.id, other)) changes.push_back({attribute.id, other, false});
  }
  changes.push_back({attribute.id, value, on});
  return changes;
}

std::vector<store::AttributeChange> changes_to_clear(const store::AttributeSchema& schema, const Chosen& chosen) {
  std::vector<store::AttributeChange> changes;
  for (const auto& [id, values] : chosen) {
    if (schema.find(id) == nullptr) continue;
    for (const std::string& value : values) changes.push_back({id, value, false});
  }
  return changes;
}

std::string value_label(const Attribute& attribute, std::string_view value, std::string_view language) {
  if (attribute.kind == AttributeKind::kBirthMonths) return birth_month_label(value, language);
  const store::AttributeValue* const known = attribute.find(value);
  return known == nullptr ? std::string(value) : pick(known->label, language);
}

}  // namespace kairan::intents
