// One attribute of every kind, for tests.
#pragma once

#include "store/attributes.h"

namespace kairan::test {

inline store::AttributeSchema sample_schema() {
  using store::Attribute;
  using store::AttributeKind;
  const auto attribute = [](const char* id, AttributeKind kind, std::vector<const char*> values) {
    Attribute made;
    made.id = id;
    made.kind = kind;
    made.label = {{"ja", id}};
    for (const char* value : values) made.values.push_back({value, {{"ja", value}}});
    return made;
  };
  std::vector<Attribute> all{attribute("district", AttributeKind::kMany, {"hama", "nanaura", "furueda"}),
                             attribute("topic", AttributeKind::kMany, {"kosodate", "event"}),
                             attribute("reminder", AttributeKind::kSingle, {"evening", "morning", "off"}),
                             attribute("shobodan", AttributeKind::kYesNo, {"yes", "no"}),
                             attribute("children", AttributeKind::kBirthMonths, {})};
  all[1].opt_out = true;
  return store::AttributeSchema(std::move(all));
}

}  // namespace kairan::test
