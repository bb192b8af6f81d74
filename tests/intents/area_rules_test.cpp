#include "intents/area_rules.h"

#include "tests/support/catch.h"

namespace kairan::intents {
namespace {

Date date(int y, unsigned m, unsigned d) {
  return Date(std::chrono::year(y), std::chrono::month(m), std::chrono::day(d));
}

const Engine& engine() {
  static const Loaded loaded = load_engine(std::string(KAIRAN_SOURCE_DIR) + "/tests/intents/content");
  REQUIRE(loaded.engine);
  return *loaded.engine;
}

CollectionRule weekly(unsigned weekday) {
  CollectionRule rule;
  rule.weekdays.push_back({weekday, 0});
  return rule;
}

/// Two areas in one district, and a district that only the rules for every area cover.
Content content() {
  Content content;
  content.city.districts = {{"a", "甲", "", {}}, {"b", "乙", "", {}}};
  CollectionArea north{"北", "", {"a"}, {{"燃えるごみ", weekly(1)}, {"びん", weekly(3)}}, {}, 2};
  CollectionArea south{"南", "", {"a"}, {{"燃えるごみ", weekly(1)}, {"びん", weekly(4)}}, {}, 3};
  CollectionArea every{kEveryArea, "", {}, {{"古紙", weekly(5)}}, {}, 4};
  content.areas = {north, south, every};
  content.closed = {{date(2026, 12, 31), date(2027, 1, 3)}};
  return content;
}

std::string words(const CollectionPlan& plan) {
  std::string text;
  for (const DistrictCollection& one : plan.districts) {
    text += one.district + ":";
    for (const std::string& category : one.categories) text += category + " ";
  }
  for (const std::string& district : plan.unclear) text += "?" + district;
  return text;
}

}  // namespace

TEST_CASE("the calendar says what is collected in each registered district, with its hour and the section") {
  const CollectionPlan monday = engine().collections(date(2026, 11, 30));
  CHECK(words(monday) == "higashi:燃えるごみ ");
  CHECK(monday.districts.at(0).by_minute == 8 * 60);
  CHECK(monday.section == "環境課");
  CHECK(words(engine().collections(date(2026, 12, 12))) == "higashi:古紙 ");
  CHECK(words(engine().collections(date(2026, 12, 6))).empty());
  CHECK(words(engine().collections(date(2027, 1, 1))).empty());  // Friday, but closed
  CHECK(words(engine().collections(date(2027, 1, 5))) == "nishi:燃えるごみ ");
}

TEST_CASE("a district whose areas differ on a day is not guessed at, and is where they agree") {
  CHECK(words(collections_on(content(), date(2026, 11, 30))) == "a:燃えるごみ ");
  CHECK(words(collections_on(content(), date(2026, 12, 2))) == "?a");
  CHECK(words(collections_on(content(), date(2026, 12, 4))) == "a:古紙 b:古紙 ");
}

TEST_CASE("the hour by which garbage is put out is read from the calendar's note") {
  const auto [note, minute] = GENERATE(table<const char*, std::optional<int>>({
      {"朝8時までに（見本）", 480},
      {"８時３０分までに", 510},
      {"8:30まで", 510},
      {"午前8時半までに出す", 510},
      {"午後1時まで", 13 * 60},
      {"24時まで", std::nullopt},
      {"8時75分まで", std::nullopt},
      {"1人3袋まで", std::nullopt},
      {"", std::nullopt},
      {"8時", std::nullopt},
  }));
  CAPTURE(note);
  CHECK(put_out_by(note) == minute);
}

}  // namespace kairan::intents
