// Attributes of every kind for the tests of segments, made by hand.
#pragma once

#include <string>
#include <vector>

#include "store/attributes.h"

namespace kairan::test {

inline store::Attribute attribute(std::string id, store::AttributeKind kind, std::string label,
                                  const std::vector<std::vector<std::string>>& values = {}) {
  store::Attribute made;
  made.id = std::move(id);
  made.kind = kind;
  made.label = {{"ja", std::move(label)}};
  for (const auto& value : values) made.values.push_back({value[0], {{"ja", value[1]}, {"en", value[2]}}});
  return made;
}

inline store::AttributeSchema segment_schema() {
  using store::AttributeKind;
  std::vector<store::Attribute> all;
  all.push_back(attribute("district", AttributeKind::kMany, "住んでいる地区",
                          {{"nanaura", "七浦", "Nanaura"}, {"hama", "浜", "Hama"}, {"nogomi", "能古見", "Nogomi"}}));
  all.push_back(
      attribute("topic", AttributeKind::kMany, "知りたいお知らせ",
                {{"kosodate", "子育て", "Children"}, {"event", "催し", "Events"}, {"kenko", "健康", "Health"}}));
  all.push_back(attribute(
      "language", AttributeKind::kSingle, "ことば",
      {{"ja", "日本語", "Japanese"}, {"en", "English", "English"}, {"ja-easy", "やさしい日本語", "Easy Japanese"}}));
  all.push_back(
      attribute("shobodan", AttributeKind::kYesNo, "消防団員", {{"yes", "はい", "yes"}, {"no", "いいえ", "no"}}));
  all.push_back(attribute("children", AttributeKind::kBirthMonths, "お子さんの生まれた年月"));
  all.push_back(attribute("group", AttributeKind::kMany, "地域の役",
                          {{"kucho", "区長", "Ward chief"}, {"minsei", "民生委員", "Welfare commissioner"}}));
  all.back().verified = true;
  all[0].label["en"] = "District";
  all[1].label["en"] = "Topics";
  return store::AttributeSchema(std::move(all));
}

}  // namespace kairan::test
