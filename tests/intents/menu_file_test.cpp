#include "intents/menu_file.h"

#include "tests/support/catch.h"

using namespace kairan;
using namespace kairan::intents;
using Catch::Matchers::Contains;

namespace {

const std::string kHead = "name: 試し\nbar: メニュー\ngrid: {columns: 3, rows: 2}\nareas:\n";

std::string problems_of(const std::string& text) {
  std::vector<FileProblem> problems;
  parse_menu(text, "menus/test.yaml", "test", problems);
  std::string all;
  for (const FileProblem& problem : problems) all += problem.message + "\n";
  return all;
}

}  // namespace

TEST_CASE("the sample city's menus are whole: every button in its cell, every picture as LINE takes it") {
  std::vector<FileProblem> problems;
  const std::vector<Menu> menus = load_menus(std::string(KAIRAN_SOURCE_DIR) + "/content/kashima", problems);
  std::string said;
  for (const FileProblem& problem : problems) said += problem.file + ": " + problem.message + "\n";
  CHECK(said == "");
  REQUIRE(menus.size() == 2);
  for (const Menu& menu : menus) {
    int covered = 0;
    for (const MenuArea& area : menu.areas) covered += area.width * area.height;
    CHECK(covered == menu.width * menu.height);  // no gap that a thumb could hit
  }
}

TEST_CASE("a menu that is wrong is refused with what to write instead") {
  struct Case {
    const char* area;
    const char* said;
  };
  const auto c = GENERATE(values<Case>({
      {"  - {at: [0, 0], label: ごみ, say: ごみ}\n  - {at: [0, 0], label: 防災, say: 防災}\n", "重なっています"},
      {"  - {at: [3, 0], label: ごみ, say: ごみ}\n", "はみ出しています"},
      {"  - {at: [1, 0, 3, 1], label: ごみ, say: ごみ}\n", "はみ出しています"},
      {"  - {at: [a, 0], label: ごみ, say: ごみ}\n", "はみ出しています"},
      {"  - {label: ごみ, say: ごみ}\n", "場所は"},
      {"  - {at: [0, 0], say: ごみ}\n", "label"},
      {"  - {at: [0, 0], label: 二十文字よりもずっとずっと長いボタンの文字です, say: ごみ}\n", "20文字"},
      {"  - {at: [0, 0], label: ごみ}\n", "うち一つ"},
      {"  - {at: [0, 0], label: ごみ, say: ごみ, menu: main}\n", "うち一つ"},
      {"  - {at: [0, 0], label: 外, uri: 'javascript:alert(1)'}\n", "https://"},
      {"  - ごみ\n", "の形で"},
  }));
  CAPTURE(c.area);
  CHECK_THAT(problems_of(kHead + c.area), Contains(c.said));
}

TEST_CASE("a menu file that cannot be read says so") {
  CHECK_THAT(problems_of("areas: [}"), Contains("YAMLとして読めません"));
  CHECK_THAT(problems_of("name: x\nbar: y\n"), Contains("areas"));
  CHECK_THAT(problems_of("name: x\nbar: 長い長い長い長い長い長い長い帯\n"), Contains("14文字"));
  CHECK_THAT(problems_of(kHead + "  - {at: [0, 0], label: a, say: b}\nsize: {width: 1000, height: 1000}\n"), Contains("1.45倍"));
}
