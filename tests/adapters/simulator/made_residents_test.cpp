#include "adapters/simulator/made_residents.h"

#include <map>
#include <set>

#include "adapters/simulator/directory.h"
#include "base/tabular/grid.h"
#include "gateway/subscriber_file.h"
#include "tests/support/catch.h"

using namespace kairan;
using namespace kairan::adapters::simulator;

namespace {

const Date kToday(std::chrono::year(2026), std::chrono::month(11), std::chrono::day(25));

store::AttributeSchema city_schema() {
  std::vector<FileProblem> problems;
  auto schema = store::load_attributes(KAIRAN_SOURCE_DIR "/content/kashima", problems);
  REQUIRE(schema);
  return *std::move(schema);
}

std::vector<store::ImportRow> read(const std::string& csv, const store::AttributeSchema& schema) {
  std::vector<FileProblem> problems;
  auto grid = parse_grid(csv, "made.csv", problems);
  REQUIRE(grid);
  const Table table("made.csv", *std::move(grid));
  auto rows = gateway::read_subscriber_table(table, schema, jst_time(kToday, 12 * 60), problems).rows;
  for (const FileProblem& problem : problems) FAIL_CHECK(problem.message);
  return rows;
}

}  // namespace

TEST_CASE("made residents are the simulator's own, can be imported as they are, and are the same every time") {
  const store::AttributeSchema schema = city_schema();
  const std::string csv = made_residents_csv({600, 7, 6, kToday}, schema);
  const auto rows = read(csv, schema);
  REQUIRE(rows.size() == 600);
  Directory directory(7);
  for (const store::ImportRow& row : rows) CHECK(row.address == directory.id_text(directory.add_next()));
  CHECK(made_residents_csv({600, 7, 6, kToday}, schema) == csv);
  CHECK(made_residents_csv({601, 7, 6, kToday}, schema).compare(0, csv.size(), csv) == 0);
}

TEST_CASE("made residents of 12,000 live in all districts, some have children, some chose nothing") {
  const store::AttributeSchema schema = city_schema();
  std::map<std::string, int> count;
  int nothing = 0;
  for (const store::ImportRow& row : read(made_residents_csv({12'000, 1, 6, kToday}, schema), schema)) {
    nothing += row.values.empty() ? 1 : 0;
    std::set<std::string> attributes;
    for (const auto& [attribute, value] : row.values) {
      ++count[attribute + ":" + value];
      if (attributes.insert(attribute).second) ++count[attribute];
    }
  }
  CHECK(nothing > 1200);
  CHECK(nothing < 2200);
  // In the proportion of the people who live there.
  CHECK(count["district:kashima"] > 4000);
  CHECK(count["district:kashima"] < 6000);
  for (const char* district : {"nogomi", "furueda", "hama", "kitakashima", "nanaura"}) {
    CAPTURE(district);
    CHECK(count[std::string("district:") + district] > 900);
    CHECK(count[std::string("district:") + district] < 1700);
  }
  CHECK(count["children"] > 1900);
  CHECK(count["children"] < 2900);
  CHECK(count["topic:kosodate"] > count["children"] / 2);
  CHECK(count["garbage_reminder"] > 6000);
  CHECK(count["language:en"] > 50);
  CHECK(count["group"] > 100);
  CHECK(count["group"] < 900);
}

TEST_CASE("the owners of the phones live in one district each") {
  const store::AttributeSchema schema = city_schema();
  std::set<std::string> districts;
  for (const store::ImportRow& row : read(made_residents_csv({6, 1, 6, kToday}, schema), schema)) {
    for (const auto& [attribute, value] : row.values) {
      if (attribute == "district") districts.insert(value);
    }
  }
  CHECK(districts.size() == 6);
}
