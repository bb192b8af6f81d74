// alerts.yaml and the templates: a table with a gap, an overlap or a text that says another level is refused whole.
#include "broadcasts/alert_rules.h"

#include "broadcasts/alert_kinds.h"
#include "tests/broadcasts/alert_city_copy.h"

using namespace kairan;
using namespace kairan::broadcasts;
using kairan::test::AlertCityCopy;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("The sample city's table is proven") {
  AlertCityCopy copy;
  CHECK(copy.problem() == "");
  std::vector<FileProblem> problems;
  CHECK(load_alert_content(copy.path(), problems)->proven > 10'000);
}

TEST_CASE("A combination without a rule is named with what to write") {
  AlertCityCopy copy;
  copy.change("alerts.yaml", "levels: [special], action: send", "levels: [special], hours: day, action: send");
  const std::string problem = copy.problem();
  CHECK(has(problem, "alerts.yaml:0"));
  CHECK(has(problem, "rain/special/city/night"));
  CHECK(has(problem, "action: hold"));
}

TEST_CASE("Two rules for one combination are named with their lines") {
  AlertCityCopy copy;
  copy.change("alerts.yaml", "kinds: [record-rain, tornado]", "kinds: [record-rain, tornado, heat]");
  const std::string problem = copy.problem();
  CHECK(has(problem, "heat"));
  CHECK(has(problem, "phenomenon"));
  CHECK(has(problem, "1つだけが当たるように"));
}

TEST_CASE("A template that says another level is refused: intensity 7 for every strong earthquake") {
  AlertCityCopy copy;
  copy.change("templates/alerts/earthquake.yaml", "{name}を観測しました", "震度7を観測しました");
  const std::string problem = copy.problem();
  CHECK(has(problem, "templates/alerts/earthquake.yaml:"));
  CHECK(has(problem, "「震度7」"));
}

TEST_CASE("Level words are recognised however they are written, and the longest counts") {
  CHECK(level_words_in("震度５弱、警戒レベル４、レベル３大雨警報") == std::vector<std::string>{"震度5弱", "警戒レベル4", "警戒レベル3", "警報"});
  CHECK(level_words_in("大津波警報と津波注意報") == std::vector<std::string>{"大津波警報", "津波注意報"});
  CHECK(level_words_in("警報").size() == 1);
  CHECK(level_words_in("").empty());
  const AlertKind& tsunami = *find_alert_kind("tsunami");
  CHECK(contradiction("津波警報", tsunami, tsunami.level_number("warning"), 0).empty());
  CHECK(contradiction("大津波警報", tsunami, tsunami.level_number("warning"), 0) == "大津波警報");
}

TEST_CASE("A field that can be missing must stand in brackets") {
  AlertCityCopy copy;
  copy.change("templates/alerts/earthquake.yaml", "[[\n      震源: {epicentre}]]", "\n      震源: {epicentre}");
  CHECK(has(copy.problem(), "[[…{epicentre}…]]"));
}

TEST_CASE("What is wrong with the files is said, whatever it is") {
  const auto after = [](const std::string& name, const std::string& from, const std::string& to) {
    AlertCityCopy copy;
    copy.change(name, from, to);
    return copy.problem();
  };
  CHECK(has(after("alerts.yaml", "template: water", "template: wasser"), "ひな形「wasser」"));
  CHECK(has(after("alerts.yaml", "kinds: [heat]", "kinds: [hitze]"), "種類「hitze」"));
  CHECK(has(after("alerts.yaml", "levels: [special]", "levels: [spezial]"), "spezial"));
  CHECK(has(after("alerts.yaml", "action: record, template: river", "action: maybe, template: river"), "send"));
  CHECK(has(after("alerts.yaml", "kinds: [evacuation], action: hold", "kinds: [evacuation], action: send"), "Lアラートは自動で送れません"));
  CHECK(has(after("alerts.yaml", "drills: record", "drills: send"), "訓練を本番として送ることはできません"));
  CHECK(has(after("alerts.yaml", "released: [weather-special", "released: [nothing-like-it"), "nothing-like-it"));
  CHECK(has(after("alerts.yaml", "{from: \"22:00\"", "{from: \"25:00\""), "時刻"));
  CHECK(has(after("alerts.yaml", "per_hour: 6", "per_hour: many"), "per_hour"));
  CHECK(has(after("alerts.yaml", "rules:\n", "rules: [\n"), "YAML"));
  CHECK(has(after("templates/alerts/river.yaml", "に]]{name}", "に]]{nome}"), "{nome}"));
  CHECK(has(after("templates/alerts/river.yaml", "  lifted:", "  lifted_:"), "lifted"));
  CHECK(has(after("city.yaml", "city: \"4120700\"", "city: \"41207\""), "7桁"));
}

TEST_CASE("Without rules everything waits for a person") {
  AlertCityCopy copy;
  copy.remove("alerts.yaml");
  std::vector<FileProblem> problems;
  const auto content = load_alert_content(copy.path(), problems);
  REQUIRE(content.ok());
  for (const AlertKind& kind : alert_kinds()) {
    const AlertRule* const rule = content->rules.match(kind.id, 1, kind.scopes.front(), 0);
    REQUIRE(rule != nullptr);
    CHECK(rule->action(AlertChange::kNew) == AlertAction::kHold);
  }
}

TEST_CASE("The city is told by any of its codes, with the check digit, and districts by their longest names") {
  std::vector<FileProblem> problems;
  const auto city = load_alert_city(std::string(KAIRAN_SOURCE_DIR) + "/content/kashima", problems);
  REQUIRE(city.ok());
  CHECK(city->is_city_code("4120700"));
  CHECK(city->is_city_code("412074"));
  CHECK(city->is_city_code("41207"));
  CHECK_FALSE(city->is_city_code("412075"));
  CHECK_FALSE(city->is_city_code("412082"));
  CHECK_FALSE(city->is_city_code(""));
  CHECK(city->districts_in("北鹿島地区と七浦地区") == std::vector<std::string>{"kitakashima", "nanaura"});
  CHECK(city->districts_in("鹿島市全域").empty());
  CHECK(city->places.size() >= 30);
}

TEST_CASE("Night goes over midnight") {
  AlertRules rules;
  CHECK(rules.is_night(23 * 60));
  CHECK(rules.is_night(0));
  CHECK(rules.is_night(5 * 60 + 59));
  CHECK_FALSE(rules.is_night(6 * 60));
  CHECK_FALSE(rules.is_night(21 * 60 + 59));
}
