// A small city for tests of broadcasts: its attributes, a store, and residents made in a line.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/crypto.h"
#include "broadcasts/document.h"
#include "store/attributes.h"
#include "store/subscribers.h"
#include "tests/support/test_redis.h"

namespace kairan::test {

inline std::shared_ptr<const store::AttributeSchema> city_schema() {
  using store::AttributeKind;
  const auto attribute = [](std::string id, AttributeKind kind, std::vector<store::AttributeValue> values) {
    store::Attribute a;
    a.label = {{"ja", id}};
    a.id = std::move(id);
    a.kind = kind;
    a.values = std::move(values);
    return a;
  };
  std::vector<store::Attribute> all{
      attribute("district", AttributeKind::kMany,
                {{"kashima", {{"ja", "鹿島"}, {"en", "Kashima"}}}, {"hama", {{"ja", "浜"}, {"en", "Hama"}}},
                 {"nanaura", {{"ja", "七浦"}, {"en", "Nanaura"}}}}),
      attribute("topic", AttributeKind::kMany, {{"kenko", {{"ja", "健診・健康"}}}, {"kosodate", {{"ja", "子育て"}}}}),
      attribute("children", AttributeKind::kBirthMonths, {}),
      attribute("language", AttributeKind::kSingle,
                {{"ja", {{"ja", "日本語"}}}, {"ja-easy", {{"ja", "やさしい日本語"}}}, {"en", {{"ja", "英語"}}}}),
      attribute("display", AttributeKind::kSingle,
                {{"standard", {{"ja", "ふつう"}}}, {"text", {{"ja", "文字だけ"}}}, {"large", {{"ja", "大きな文字"}}}}),
      attribute("garbage_reminder", AttributeKind::kSingle,
                {{"evening-18", {{"ja", "前の日の18時"}}}, {"morning-6", {{"ja", "当日の6時"}}}, {"off", {{"ja", "受け取らない"}}}})};
  all[1].opt_out = true;
  return std::make_shared<const store::AttributeSchema>(std::move(all));
}

class City {
 public:
  City() { redis_.flush(); }
  TestRedis& redis() { return redis_; }
  store::RedisClient& client() { return redis_.client(); }
  const Sealer& sealer() const { return sealer_; }
  store::Subscribers& subscribers() { return subscribers_; }
  std::shared_ptr<const store::AttributeSchema> schema() const { return schema_; }

  static std::string address(unsigned number) {
    std::string digits = std::to_string(number);
    return "U" + std::string(32 - digits.size(), '0') + digits;
  }
  /// A follower with settings such as {{"district", "nanaura"}}.
  std::string resident(unsigned number, const std::vector<std::pair<std::string, std::string>>& settings = {}) {
    const std::string who = address(number);
    must(subscribers_.set_following(who, true, at_));
    std::vector<store::AttributeChange> changes;
    for (const auto& [attribute, value] : settings) changes.push_back({attribute, value, true});
    if (!changes.empty()) must(subscribers_.change(must(subscribers_.ensure(who, at_)), *schema_, changes, at_));
    return who;
  }
  void leave_topic(const std::string& who, const std::string& topic) {
    const std::vector<store::AttributeChange> changes{{"topic", topic, false}};
    must(subscribers_.change(must(subscribers_.ensure(who, at_)), *schema_, changes, at_ + std::chrono::seconds(1)));
  }
  void unfollow(const std::string& who, TimePoint at) { must(subscribers_.set_following(who, false, at)); }
  TimePoint registered_at() const { return at_; }

 private:
  const TimePoint at_ = from_unix_ms(1'794'000'000'000);
  TestRedis redis_;
  const Sealer sealer_{Secret(std::string(32, 'k'))};
  store::Subscribers subscribers_{redis_.client(), sealer_, 8};
  std::shared_ptr<const store::AttributeSchema> schema_ = city_schema();
};

inline broadcasts::Document document_of(const std::string& json) {
  std::vector<broadcasts::Problem> problems;
  return must(broadcasts::parse_document(json, problems));
}

}  // namespace kairan::test
