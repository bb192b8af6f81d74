#include "store/attributes.h"

#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::store;
using kairan::test::must;
using kairan::test::TempDir;

namespace {

void write(const TempDir& folder, const std::string& name, const std::string& text) {
  std::ofstream(folder.path() + "/" + name, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("attributes are read with their kinds, values, labels and limits, districts from city.yaml") {
  const TempDir folder;
  write(folder, "city.yaml",
        "name: 見本市\ndistricts:\n  - {id: hama, name: 浜, reading: はま, english: Hama}\n  - {id: nanaura, name: "
        "七浦}\n");
  write(folder, "attributes.yaml",
        "attributes:\n"
        "  - {id: district, kind: many, label: 地区, values_from: districts}\n"
        "  - id: topic\n"
        "    kind: many\n"
        "    label: {ja: お知らせ, en: Topics}\n"
        "    question: どれを受け取りますか。\n"
        "    opt_out: true\n"
        "    at_most: 2\n"
        "    values: [{id: kosodate, label: 子育て}, {id: event, label: 催し}]\n"
        "  - {id: reminder, kind: single, label: ごみの日, values: [{id: evening, label: 夜}, {id: morning, label: "
        "朝}]}\n"
        "  - {id: shobodan, kind: yes_no, label: 消防団, verified: true, hidden: true}\n"
        "  - {id: children, kind: birth_months, label: お子さん, at_most: 10}\n");
  std::vector<FileProblem> problems;
  const AttributeSchema schema = must(load_attributes(folder.path(), problems));
  CHECK(problems.empty());
  REQUIRE(schema.attributes().size() == 5);
  const Attribute& district = *schema.find("district");
  CHECK(district.kind == AttributeKind::kMany);
  CHECK(pick(district.find("hama")->label, "ja-easy") == "浜（はま）");
  CHECK(pick(district.find("nanaura")->label, "ja-easy") == "七浦");
  CHECK(pick(district.find("hama")->label, "en") == "Hama (浜)");
  CHECK(pick(district.find("nanaura")->label, "en") == "七浦");
  CHECK_FALSE(district.allows("kashima"));
  const Attribute& topic = *schema.find("topic");
  CHECK(topic.opt_out);
  CHECK(topic.at_most == 2);
  CHECK(pick(topic.question, "ja") == "どれを受け取りますか。");
  CHECK(schema.find("shobodan")->verified);
  CHECK(schema.find("shobodan")->hidden);
  CHECK(schema.find("shobodan")->allows("yes"));
  CHECK(AttributeSchema::bitmaps_of(topic, 0, 0) == std::vector<std::string>{"a:topic:kosodate", "a:topic:event"});
  CHECK(schema.find("absent") == nullptr);

  const Attribute& children = *schema.find("children");
  for (const char* month : {"2024-05", "1990-01", "2024-12", "2024-04-01"}) CHECK(children.allows(month));
  for (const char* no : {"", "2024", "2024-00", "2024-13", "1989-12", "2024-5", "2024-05-01", "2024/05", "-024-05",
                         "2024-0a", "2024-04-02", "20240401", "9999-01"}) {
    CAPTURE(no);
    CHECK_FALSE(children.allows(no));
  }
  CHECK(AttributeSchema::bitmaps_of(children, 2024, 2024).size() == 13);
}

TEST_CASE("no file is no attributes; a wrong file says where and what to write, and gives none") {
  const TempDir folder;
  std::vector<FileProblem> problems;
  CHECK(must(load_attributes(folder.path(), problems)).attributes().empty());
  struct Case {
    const char* label;
    const char* text;
    int row;
  };
  const auto c = GENERATE(values<Case>({
      {"not YAML", "attributes: [", 0},
      {"not a list", "attributes: 1", 1},
      {"unknown key", "attributes:\n  - {id: a, kind: yes_no, label: A, colour: red}", 2},
      {"unknown kind", "attributes:\n  - {id: a, kind: text, label: A}", 2},
      {"no label", "attributes:\n  - {id: a, kind: yes_no}", 2},
      {"bad id", "attributes:\n  - {id: 'a:b', kind: yes_no, label: A}", 2},
      {"reserved id", "attributes:\n  - {id: user_id, kind: yes_no, label: A}", 2},
      {"id twice", "attributes:\n  - {id: a, kind: yes_no, label: A}\n  - {id: a, kind: yes_no, label: A}", 3},
      {"no values", "attributes:\n  - {id: a, kind: many, label: A}", 2},
      {"value twice", "attributes:\n  - {id: a, kind: many, label: A, values: [{id: x, label: X}, {id: x, label: X}]}",
       2},
      {"values of yes/no", "attributes:\n  - {id: a, kind: yes_no, label: A, values: [{id: x, label: X}]}", 2},
      {"opt_out of single",
       "attributes:\n  - {id: a, kind: single, opt_out: true, label: A, values: [{id: x, label: X}]}", 2},
      {"districts without city.yaml", "attributes:\n  - {id: a, kind: many, label: A, values_from: districts}", 0},
  }));
  CAPTURE(c.label);
  write(folder, "attributes.yaml", c.text);
  const auto loaded = load_attributes(folder.path(), problems);
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().code == ErrorCode::kInvalid);
  REQUIRE_FALSE(problems.empty());
  CHECK(problems.front().row == c.row);
  CHECK_FALSE(problems.front().message.empty());
}

TEST_CASE("the sample city's attributes are without errors") {
  std::vector<FileProblem> problems;
  const auto schema = load_attributes(KAIRAN_SOURCE_DIR "/content/kashima", problems);
  for (const FileProblem& problem : problems) UNSCOPED_INFO(problem.row << " " << problem.message);
  REQUIRE(schema);
  CHECK(problems.empty());
  CHECK(schema->find("district")->values.size() == 6);
  CHECK(schema->find("topic")->opt_out);
}
