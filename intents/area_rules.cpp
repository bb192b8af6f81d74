#include "intents/area_rules.h"

#include <algorithm>

#include "base/text.h"
#include "intents/collection_days.h"
#include "intents/kana.h"
#include "intents/question_key.h"

namespace kairan::intents {
namespace {

constexpr int kUsualMinute = 8 * 60;
constexpr std::size_t kMostDigits = 2;

const CollectionArea* every_area(const Content& content) {
  for (const CollectionArea& area : content.areas) {
    if (area.name == kEveryArea) return &area;
  }
  return nullptr;
}

/// What is collected in one area on one day.
DistrictCollection collection_of(const Content& content, const CollectionArea& area, Date date) {
  DistrictCollection one;
  const auto closed = closed_days(content, area);
  for (const auto& [name, rule] : rules_of(content, area)) {
    if (!collects_on(*rule, closed, date)) continue;
    one.categories.push_back(name);
    const int by = put_out_by(rule->note).value_or(kUsualMinute);
    one.by_minute = one.categories.size() == 1 ? by : std::min(one.by_minute, by);
  }
  return one;
}

/// Reads a number that ends at `end`; nothing when there is none.
std::optional<int> number_before(const std::u32string& text, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && text[begin - 1] >= U'0' && text[begin - 1] <= U'9') --begin;
  if (begin == end || end - begin > kMostDigits) return std::nullopt;
  int number = 0;
  for (std::size_t i = begin; i < end; ++i) number = number * 10 + static_cast<int>(text[i] - U'0');
  return number;
}

}  // namespace

const CollectionRule* rule_of(const CollectionArea& area, const std::string& category) {
  for (const auto& [name, rule] : area.by_category) {
    if (name == category) return &rule;
  }
  const std::u32string key = name_key(category);
  for (const auto& [name, rule] : area.by_category) {
    if (name_key(name) == key) return &rule;
  }
  return nullptr;
}

std::vector<std::pair<Date, Date>> closed_days(const Content& content, const CollectionArea& area) {
  std::vector<std::pair<Date, Date>> closed = content.closed;
  closed.insert(closed.end(), area.closed.begin(), area.closed.end());
  return closed;
}

/// An area's own rules, and those for every area that it does not have itself.
std::vector<std::pair<std::string, const CollectionRule*>> rules_of(const Content& content,
                                                                    const CollectionArea& area) {
  std::vector<std::pair<std::string, const CollectionRule*>> rules;
  for (const auto& [name, rule] : area.by_category) rules.emplace_back(name, &rule);
  const CollectionArea* const common = every_area(content);
  if (common != nullptr && common != &area) {
    for (const auto& [name, rule] : common->by_category) {
      if (rule_of(area, name) == nullptr) rules.emplace_back(name, &rule);
    }
  }
  return rules;
}

std::optional<int> put_out_by(std::string_view note) {
  const std::u32string text = to_code_points(fold(note));
  const std::size_t until = text.find(U"まで");
  if (until == std::u32string::npos) return std::nullopt;
  const std::size_t mark = text.find_last_of(U"時:", until);
  if (mark == std::u32string::npos) return std::nullopt;
  auto hour = number_before(text, mark);
  std::u32string rest = text.substr(mark + 1, until - mark - 1);
  if (!rest.empty() && rest.back() == U'分') rest.pop_back();
  const auto minute = rest.empty()    ? std::optional<int>(0)
                      : rest == U"半" ? std::optional<int>(30)
                                      : number_before(rest, rest.size());
  if (!hour || !minute || *minute > 59) return std::nullopt;
  if (text.rfind(U"午後", mark) != std::u32string::npos && *hour < 12) *hour += 12;
  return *hour < 24 ? std::optional<int>(*hour * 60 + *minute) : std::nullopt;
}

CollectionPlan collections_on(const Content& content, Date date) {
  CollectionPlan plan;
  plan.section = content.city.garbage_section;
  plan.sample = content.city.sample;
  const CollectionArea* const common = every_area(content);
  for (const District& district : content.city.districts) {
    std::vector<DistrictCollection> all;
    for (const CollectionArea& area : content.areas) {
      const bool covers = std::find(area.districts.begin(), area.districts.end(), district.id) != area.districts.end();
      if (covers) all.push_back(collection_of(content, area, date));
    }
    if (all.empty() && common != nullptr) all.push_back(collection_of(content, *common, date));
    if (all.empty()) continue;
    const bool agree = std::all_of(all.begin(), all.end(), [&](const DistrictCollection& one) {
      return one.categories == all.front().categories && one.by_minute == all.front().by_minute;
    });
    if (!agree) {
      plan.unclear.push_back(district.id);
    } else if (!all.front().categories.empty()) {
      all.front().district = district.id;
      plan.districts.push_back(std::move(all.front()));
    }
  }
  return plan;
}

}  // namespace kairan::intents
