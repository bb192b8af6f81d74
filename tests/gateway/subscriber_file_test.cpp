#include "gateway/subscriber_file.h"

#include "base/tabular/encoding.h"
#include "tests/store/sample_schema.h"
#include "tests/support/catch.h"

using namespace kairan;
using namespace kairan::gateway;

namespace {

const TimePoint kNow = from_unix_ms(1'795'000'000'000);  // 2026-11-18

struct Read {
  SubscriberTable table;
  std::vector<FileProblem> problems;
};

Read read(const std::string& bytes) {
  Read result;
  auto grid = parse_grid(bytes, "file.csv", result.problems);
  if (grid) {
    result.table = read_subscriber_table(Table("file.csv", *std::move(grid)), test::sample_schema(), kNow, result.problems);
  }
  return result;
}

using Values = std::vector<std::pair<std::string, std::string>>;

}  // namespace

TEST_CASE("a table is read by ids or labels, with several values, months as Excel writes them, in UTF-8 or CP932") {
  const std::string text =
      "ｕｓｅｒ＿ｉｄ,district,children,shobodan,reminder\r\n"
      "U1,hama；nanaura,2024年5月;2020/4/1,○,evening\r\n"
      "U2,,2024-05-01,×,\r\n"
      "U3,,,,\r\n";
  for (const std::string& bytes : {text, "\xEF\xBB\xBF" + text, encode_cp932(text)}) {
    const Read result = read(bytes);
    for (const FileProblem& problem : result.problems) UNSCOPED_INFO(problem.row << problem.column << problem.message);
    REQUIRE(result.problems.empty());
    REQUIRE(result.table.rows.size() == 3);
    CHECK(result.table.columns == std::vector<std::string>{"district", "children", "shobodan", "reminder"});
    CHECK(result.table.rows[0].address == "U1");
    CHECK(result.table.rows[0].values == Values{{"district", "hama"},
                                                {"district", "nanaura"},
                                                {"children", "2020-04-01"},
                                                {"children", "2024-05"},
                                                {"shobodan", "yes"},
                                                {"reminder", "evening"}});
    CHECK(result.table.rows[1].values == Values{{"children", "2024-05"}, {"shobodan", "no"}});
    CHECK(result.table.rows[2].values.empty());
  }
}

TEST_CASE("what is wrong in a table is told by row and column") {
  struct Case {
    const char* label;
    std::string text;
    int row;
    std::string column;
  };
  const auto c = GENERATE(values<Case>({
      {"no user_id column", "id,district\nU1,hama\n", 1, ""},
      {"unknown column", "user_id,colour\nU1,red\n", 1, "colour"},
      {"column twice", "user_id,district,district\nU1,hama,hama\n", 1, "district"},
      {"unknown value", "user_id,district\nU1,hama\nU2,tokyo\n", 3, "district"},
      {"two of a single choice", "user_id,reminder\nU1,evening;morning\n", 2, "reminder"},
      {"a child of next year", "user_id,children\nU1,2027-05\n", 2, "children"},
      {"a month that cannot be", "user_id,children\nU1,2024-13\n", 2, "children"},
      {"neither yes nor no", "user_id,shobodan\nU1,maybe\n", 2, "shobodan"},
      {"no id", "user_id,district\n,hama\n", 2, "user_id"},
      {"two rows for one id", "user_id,district\nU1,hama\nU2,hama\nU1,nanaura\n", 4, "user_id"},
      {"no rows", "user_id,district\n", 0, ""},
      {"a byte that is none in CP932", "user_id,district\nU1,\xFD\n", 2, ""},
  }));
  CAPTURE(c.label);
  const Read result = read(c.text);
  REQUIRE_FALSE(result.problems.empty());
  CHECK(result.problems.front().row == c.row);
  if (c.row != 2 || !c.column.empty()) CHECK(result.problems.front().column == c.column);
  CHECK_FALSE(result.problems.front().message.empty());
}

TEST_CASE("three wrong rows of a hundred thousand are all told, and a file full of errors is told in part") {
  std::string text = "user_id,district\n";
  for (int i = 0; i < 100'000; ++i) {
    text += "U" + std::to_string(i) + (i == 7 || i == 50'000 || i == 99'999 ? ",nowhere\n" : ",hama\n");
  }
  const Read result = read(text);
  REQUIRE(result.problems.size() == 3);
  CHECK(result.problems[0].row == 9);
  CHECK(result.problems[2].row == 100'001);
  std::string wrong = "user_id,district\n";
  for (int i = 0; i < 5000; ++i) wrong += "U" + std::to_string(i) + ",nowhere\n";
  CHECK(read(wrong).problems.size() == kMaxProblems + 1);
}

TEST_CASE("what is exported is imported as it was, and no cell is a formula") {
  const store::AttributeSchema schema = test::sample_schema();
  const std::map<std::string, std::vector<std::string>> settings{
      {"district", {"hama", "nanaura"}}, {"children", {"2020-04-01", "2024-05"}}, {"shobodan", {"no"}}};
  const std::string dangerous = "=cmd|x!A1";
  const std::string text = "\xEF\xBB\xBF" + subscriber_header(schema) + subscriber_line(schema, "U1", settings) +
                           subscriber_line(schema, dangerous, {}) + subscriber_line(schema, "@mail", {});
  CHECK(text.find("\n=") == std::string::npos);
  CHECK(text.find("\n@") == std::string::npos);
  const Read result = read(text);
  REQUIRE(result.problems.empty());
  REQUIRE(result.table.rows.size() == 3);
  std::map<std::string, std::vector<std::string>> again;
  for (const auto& [attribute, value] : result.table.rows[0].values) again[attribute].push_back(value);
  CHECK(again == settings);
  CHECK(result.table.rows[1].address == dangerous);
  CHECK(result.table.rows[2].address == "@mail");
}
