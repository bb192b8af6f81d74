// Whom a notice concerns: the declared attributes, segments as sentences and numbers, and how many residents chose what.
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/civil_time.h"
#include "broadcasts/segment_reader.h"
#include "gateway/staff_api/endpoints.h"
#include "gateway/staff_api/fields.h"
#include "gateway/staff_api/segment_views.h"
#include "store/attribute_names.h"

namespace kairan::gateway::staff {
namespace {

using nlohmann::json;

std::string_view kind_of(store::AttributeKind kind) {
  switch (kind) {
    case store::AttributeKind::kSingle:
      return "single";
    case store::AttributeKind::kMany:
      return "many";
    case store::AttributeKind::kYesNo:
      return "yes_no";
    case store::AttributeKind::kBirthMonths:
      return "birth_months";
  }
  return "single";
}

class SegmentCalls {
 public:
  explicit SegmentCalls(const Parts& parts) : parts_(parts) {}

  Reply attributes(const Call&) const {
    json list = json::array();
    for (const store::Attribute& attribute : parts_.schema()->attributes()) {
      json values = json::array();
      for (const store::AttributeValue& value : attribute.values) values.push_back({{"id", value.id}, {"label", value.label}});
      list.push_back({{"id", attribute.id}, {"kind", kind_of(attribute.kind)}, {"label", attribute.label},
                      {"verified", attribute.verified}, {"hidden", attribute.hidden}, {"values", std::move(values)}});
    }
    return ok({{"attributes", std::move(list)}});
  }

  Reply check(const Call& call) const {
    Fields fields(call);
    const json* rules = fields.any("segment");
    if (auto refused = fields.refused()) return *std::move(refused);
    const auto schema = parts_.schema();
    std::vector<broadcasts::SegmentProblem> problems;
    const auto segment = broadcasts::segment_from_json(*rules, *schema, problems);
    return ok(answer(segment, *schema, problems, call.language));
  }

  Reply count(const Call& call) const {
    Fields fields(call);
    const json* rules = fields.any("segment");
    if (auto refused = fields.refused()) return *std::move(refused);
    const auto schema = parts_.schema();
    std::vector<broadcasts::SegmentProblem> problems;
    const auto segment = broadcasts::segment_from_json(*rules, *schema, problems);
    json body = answer(segment, *schema, problems, call.language);
    if (!segment) return ok(body);
    const Date today = jst_date(call.now);
    const auto parts = parts_.segments->break_down(*segment, *schema, today, language_name(call.language));
    if (!parts) return refuse_with_reason(parts.error());
    const auto followers = parts_.segments->count(broadcasts::Segment(), today);
    if (!followers) return refuse_with_reason(followers.error());
    // The sending desk sees small numbers, since it must know whom it writes to; other systems do not.
    const bool desk = call.session.has_value();
    body["followers"] = *followers;
    body["parts"] = json::array();
    for (const broadcasts::SegmentPart& part : *parts) {
      if (part.path.empty()) {
        body["count"] = count_json(part.count, desk, call.language);
      } else {
        body["parts"].push_back({{"path", part.path}, {"phrase", part.text}, {"count", count_json(part.count, desk, call.language)}});
      }
    }
    return ok(body);
  }

  /// Without names and without the sending desk's exception: this page is for everyone.
  Reply residents(const Call& call) const {
    const auto schema = parts_.schema();
    std::vector<std::string> names{std::string(store::Subscribers::kFollowers)};
    std::map<std::string, std::size_t> place;
    const auto want = [&](const std::string& name) {
      if (place.emplace(name, names.size()).second) names.push_back(name);
    };
    for (const store::Attribute& attribute : schema->attributes()) {
      want(store::any_bitmap(attribute.id));
      for (const store::AttributeValue& value : attribute.values) want(store::value_bitmap(attribute.id, value.id));
    }
    const auto partitions = parts_.subscribers->read_bitmaps(names);
    if (!partitions) return refuse_quietly(partitions.error());
    std::vector<std::uint64_t> counts(names.size());
    for (const store::PartitionBits& bits : *partitions) {
      for (std::size_t i = 0; i < names.size(); ++i) {
        Bitmap both = bits.bitmaps[i];
        both &= bits.bitmaps[0];
        counts[i] += both.count();
      }
    }
    const auto shown = [&](const std::string& name) { return count_json(counts[place.at(name)], false, call.language); };
    json body{{"followers", count_json(counts[0], false, call.language)}, {"attributes", json::array()}};
    for (const store::Attribute& attribute : schema->attributes()) {
      json values = json::array();
      for (const store::AttributeValue& value : attribute.values) {
        values.push_back({{"id", value.id}, {"label", value.label}, {"count", shown(store::value_bitmap(attribute.id, value.id))}});
      }
      body["attributes"].push_back({{"id", attribute.id}, {"label", attribute.label},
                                    {"answered", shown(store::any_bitmap(attribute.id))}, {"values", std::move(values)}});
    }
    return ok(body);
  }

  Reply erase(const Call& call) const {
    Fields fields(call);
    const std::string code = fields.text("code", 1, 64);
    if (auto refused = fields.refused()) return *std::move(refused);
    const Status erased = parts_.erase_resident(code, call.actor);
    return erased ? no_content() : refuse_with_reason(erased.error());
  }

 private:
  static json answer(const Result<broadcasts::Segment>& segment, const store::AttributeSchema& schema,
                     const std::vector<broadcasts::SegmentProblem>& problems, Language language) {
    json list = json::array();
    for (const auto& problem : problems)
      list.push_back({{"path", problem.path}, {"message", in_language(problem.message, language)}, {"warning", false}});
    if (!segment && list.empty())
      list.push_back({{"path", ""}, {"message", in_language(told(segment.error()), language)}, {"warning", false}});
    return {{"valid", segment.ok()},
            {"sentence", segment ? broadcasts::to_sentence(*segment, schema, language_name(language)) : std::string()},
            {"problems", std::move(list)}};
  }

  const Parts& parts_;
};

}  // namespace

std::optional<std::string> district_name(const store::AttributeSchema* schema, std::string_view id, Language language) {
  const store::Attribute* const district = schema == nullptr ? nullptr : schema->find(store::kDistrictAttribute);
  const store::AttributeValue* const value = district == nullptr ? nullptr : district->find(id);
  if (value == nullptr) return std::nullopt;
  return pick(value->label, language_name(language));
}

json count_json(std::uint64_t count, bool desk, Language language) {
  const std::string_view name = language_name(language);
  if (desk) return {{"value", count}, {"shown", count < 5 ? std::to_string(count) + (language == Language::kEn ? "" : "人") : broadcasts::shown_count(count, name)}};
  return {{"value", count < 5 ? json(nullptr) : json(count)}, {"shown", broadcasts::shown_count(count, name)}};
}

void add_segment_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts) {
  const auto calls = std::make_shared<SegmentCalls>(parts);
  const auto add = [&](const char* method, const char* pattern, bool there, Reply (SegmentCalls::*run)(const Call&) const) {
    endpoints.push_back({method, pattern, [calls, run, there](const Call& call) {
                           return there ? (*calls.*run)(call) : refuse("not_set_up");
                         }});
  };
  const bool declared = static_cast<bool>(parts.schema);
  add("GET", "/api/v1/attributes", declared, &SegmentCalls::attributes);
  add("POST", "/api/v1/segments/check", declared, &SegmentCalls::check);
  add("POST", "/api/v1/segments/count", declared && parts.segments != nullptr, &SegmentCalls::count);
  add("GET", "/api/v1/residents/counts", declared && parts.subscribers != nullptr, &SegmentCalls::residents);
  add("POST", "/api/v1/residents/erase", static_cast<bool>(parts.erase_resident), &SegmentCalls::erase);
}

}  // namespace kairan::gateway::staff
