#include "broadcasts/segment.h"

#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/text.h"
#include "broadcasts/segment_parser.h"

namespace kairan::broadcasts {
namespace {

using nlohmann::json;
using NodeKind = SegmentNode::Kind;

json to_json(const SegmentNode& node) {
  json object = json::object();
  if (node.is_group()) {
    object["combinator"] = node.kind == NodeKind::kAllOf ? "and" : "or";
    if (node.negated) object["not"] = true;
    json& rules = object["rules"] = json::array();
    for (const SegmentNode& inner : node.nodes) rules.push_back(to_json(inner));
    return object;
  }
  object["field"] = node.kind == NodeKind::kReceived ? std::string(kBroadcastField)
                    : node.kind == NodeKind::kSchool ? node.attribute + std::string(kSchoolYearSuffix)
                                                 : node.attribute;
  if (node.kind == NodeKind::kAnswered) {
    object["operator"] = node.negated ? "null" : "notNull";
  } else if (node.kind == NodeKind::kAge) {
    object["operator"] = node.negated ? "notBetween" : "between";
    object["value"] = {node.least, node.most};
  } else {
    object["operator"] = node.kind == NodeKind::kReceived ? (node.negated ? "notReceived" : "received")
                         : node.kind == NodeKind::kHasAll ? "all"
                                                      : (node.negated ? "notIn" : "in");
    object["value"] = node.values;
  }
  return object;
}

}  // namespace

Result<Segment> parse_segment(std::string_view text, const store::AttributeSchema& schema,
                              std::vector<SegmentProblem>& problems) {
  problems.clear();
  if (trim(text) == "everyone") return Segment();
  JsonLimits limits;
  limits.max_bytes = SegmentLimits::kBytes;
  const auto value = parse_json(text, limits);
  if (!value) {
    problems.push_back(
        {"", value.error().code == ErrorCode::kTooLarge
                 ? StaffText{"配信対象の条件が大きすぎます。", "The conditions are too large. Make them shorter."}
                 : StaffText{"配信対象の条件が JSON として読めないか、入れ子が深すぎます。",
                             "The conditions are not JSON, or their groups are nested too deeply."}});
    return problem_error(value.error().code, problems.front());
  }
  return segment_from_json(*value, schema, problems);
}

Result<Segment> parse_segment(std::string_view text, const store::AttributeSchema& schema) {
  std::vector<SegmentProblem> problems;
  return parse_segment(text, schema, problems);
}

Result<Segment> emergency_area_segment(std::span<const std::string> districts, const store::AttributeSchema& schema,
                                       std::string_view attribute) {
  const std::string field(attribute);
  const json rules = {
      {"combinator", "or"},
      {"rules",
       {{{"field", field}, {"operator", "in"}, {"value", std::vector<std::string>(districts.begin(), districts.end())}},
        {{"field", field}, {"operator", "null"}}}}};
  std::vector<SegmentProblem> problems;
  return segment_from_json(rules, schema, problems);
}

std::string Segment::json() const {
  return is_everyone() ? "\"everyone\"" : dump_json(to_json(root_));
}

}  // namespace kairan::broadcasts
