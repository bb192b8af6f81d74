#include "gateway/content_workspace.h"

#include <filesystem>
#include <fstream>

#include "gateway/staff_api/spreadsheet.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_redis.h"

namespace kairan::gateway {
namespace {

using test::must;

const ContentTable& table(const char* kind) { return *find_content_table(kind); }

struct Space {
  Space() {
    std::filesystem::create_directories(folder.file("source"));
    write("city.yaml", "name: 試験市\n");
    write("faq.csv", "# 見本です\r\nid,質問,言い換え,回答\r\n");
    write("faq.csv", "id,質問,言い換え,回答\r\n# 見本です\r\nokyu,応急給水はどこですか,,市役所の前です。\r\nhiroba,芝生広場は使えますか,,使えます。\r\n");
    write("tests.csv", "文,期待\r\n応急給水はどこですか,faq:okyu\r\n");
    intents::Loaded loaded = intents::load_engine(folder.file("source"));
    for (const FileProblem& problem : loaded.report.problems) UNSCOPED_INFO(problem.file + ": " + problem.message);
    REQUIRE(loaded.engine);
    slot = std::make_unique<EngineSlot>(loaded.engine);
    space = std::make_unique<ContentWorkspace>(folder.file("data"), folder.file("source"), *slot, clock);
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder.file("source/" + name), std::ios::binary) << text; }
  std::string answer(const std::string& text) const {
    intents::Query query;
    query.text = text;
    query.now = clock.now();
    return intents::shown_text(slot->get()->answer(query).messages);
  }
  std::vector<std::string> row(const char* id) {
    for (const TableRow& row : must(space->table(table("faq"))).rows) {
      if (row.cells[0] == id) {
        at = row.row;
        return row.cells;
      }
    }
    return {};
  }
  test::TempDir folder;
  test::FakeClock clock;
  std::unique_ptr<EngineSlot> slot;
  std::unique_ptr<ContentWorkspace> space;
  int at = 0;
};

using Outcome = ContentWorkspace::Published::Outcome;

}  // namespace

TEST_CASE("a changed row answers once it is published, and the old version can come back", "[content]") {
  Space city;
  auto state = must(city.space->state());
  CHECK_FALSE(state.publishable());
  auto cells = city.row("hiroba");
  cells[3] = "土日だけ使えます。";
  state = must(city.space->set_row(state.revision, table("faq"), city.at, cells, "ito"));
  CHECK(state.publishable());
  CHECK(city.answer("芝生広場は使えますか").find("土日") == std::string::npos);  // prepared, not yet said
  const auto changes = must(city.space->compare());
  REQUIRE(changes.changes.size() == 1);
  CHECK(changes.changes[0].after_answer.find("土日") != std::string::npos);
  const auto published = must(city.space->publish(state.revision, "広場の案内", false, "ito"));
  REQUIRE(published.outcome == Outcome::kDone);
  CHECK(city.answer("芝生広場は使えますか").find("土日") != std::string::npos);
  // The files of the setting are as they were; the current folder is the version.
  CHECK(ContentWorkspace::current_folder(city.folder.file("data"), city.folder.file("source")).find(published.version.id) != std::string::npos);
  CHECK_FALSE(must(city.space->state()).publishable());
  // After a restart the published version answers.
  CHECK(intents::load_engine(ContentWorkspace::current_folder(city.folder.file("data"), "x")).engine);
  const auto versions = must(city.space->versions());
  REQUIRE(versions.size() == 2);
  CHECK(versions[0].by == "ito");
  CHECK(versions[0].current);
  must(city.space->restore("installed", "mori"));
  CHECK(city.answer("芝生広場は使えますか").find("土日") == std::string::npos);
  must(city.space->restore(published.version.id, "mori"));
  CHECK(city.answer("芝生広場は使えますか").find("土日") != std::string::npos);
  CHECK(city.space->restore("../../etc", "mori").error().code == ErrorCode::kNotFound);
  CHECK(city.space->restore("00000000000000000000000000", "mori").error().code == ErrorCode::kNotFound);
}

TEST_CASE("two editors do not overwrite each other", "[content]") {
  Space city;
  const auto state = must(city.space->state());
  auto cells = city.row("okyu");
  cells[3] = "公民館の前です。";
  must(city.space->set_row(state.revision, table("faq"), city.at, cells, "ito"));
  CHECK(city.space->set_row(state.revision, table("faq"), city.at, cells, "mori").error().code == ErrorCode::kConflict);
  CHECK(city.space->discard(state.revision).error().code == ErrorCode::kConflict);
  CHECK(must(city.space->publish(state.revision, "", false, "mori")).outcome == Outcome::kOvertaken);
}

TEST_CASE("a workspace that began from another version is not published over it", "[content]") {
  Space city;
  auto state = must(city.space->state());
  auto cells = city.row("okyu");
  cells[3] = "公民館の前です。";
  state = must(city.space->set_row(state.revision, table("faq"), city.at, cells, "ito"));
  must(city.space->restore("installed", "mori"));
  CHECK(must(city.space->state()).changed.count("faq") == 1);  // the work is still there
  CHECK(must(city.space->publish(state.revision, "", false, "ito")).outcome == Outcome::kOvertaken);
}

TEST_CASE("a workspace with errors or failing tests does not go out", "[content]") {
  Space city;
  auto state = must(city.space->state());
  auto cells = city.row("okyu");
  const auto good = cells;
  cells[3] = "";
  state = must(city.space->set_row(state.revision, table("faq"), city.at, cells, "ito"));
  CHECK(state.has_errors);
  CHECK(must(city.space->publish(state.revision, "", true, "ito")).outcome == Outcome::kHasErrors);
  CHECK(city.space->test().error().code == ErrorCode::kInvalid);
  state = must(city.space->set_row(state.revision, table("faq"), city.at, good, "ito"));
  CHECK_FALSE(state.has_errors);
  // Without the row, its test fails.
  state = must(city.space->remove_row(state.revision, table("faq"), city.at, "ito"));
  const auto tests = must(city.space->test());
  REQUIRE(tests.size() == 1);
  CHECK_FALSE(tests[0].passed);
  CHECK(must(city.space->publish(state.revision, "", false, "ito")).outcome == Outcome::kTestsFailed);
  CHECK(must(city.space->publish(state.revision, "", true, "ito")).outcome == Outcome::kDone);
}

TEST_CASE("a file with errors changes nothing; a good one replaces its table", "[content]") {
  Space city;
  auto state = must(city.space->state());
  const auto before = must(city.space->table(table("faq"))).rows.size();
  const auto bad = must(city.space->upload(state.revision, table("faq"), "質問,回答\r\n\"閉じない", "質問.csv", "ito"));
  CHECK_FALSE(bad.accepted);
  CHECK_FALSE(bad.problems.empty());
  CHECK(bad.state.revision == state.revision);
  CHECK(must(city.space->table(table("faq"))).rows.size() == before);
  const auto good = must(city.space->upload(state.revision, table("faq"), "質問,回答\r\nプールは何時からですか,9時からです。\r\n", "質問.csv", "ito"));
  CHECK(good.accepted);
  CHECK(good.rows == 1);
  CHECK(good.state.revision == state.revision + 1);
  // Tables without an importer of their own.
  const auto tests = must(city.space->upload(good.state.revision, table("tests"), "文,期待\r\nプールは何時からですか,none\r\n", "t.csv", "ito"));
  CHECK(tests.accepted);
  const auto wrong = must(city.space->upload(tests.state.revision, table("tests"), "ちがう列\r\nx\r\n", "t.csv", "ito"));
  CHECK_FALSE(wrong.accepted);
  CHECK(must(city.space->table(table("tests"))).columns[0] == "文");
  for (const std::string& junk : {std::string("PK\x03\x04junk"), std::string(), std::string("\0\0\0\0", 4), std::string(1000, '\xff')}) {
    CHECK_FALSE(must(city.space->upload(tests.state.revision, table("faq"), junk, "x", "ito")).accepted);
  }
}

TEST_CASE("our own table comes back from a spreadsheet with all of its columns, and with errors at its rows", "[content]") {
  Space city;
  city.write("faq.csv", "id,質問,言い換え,回答,見直し期限,見本,回答_en\r\nokyu,応急給水はどこですか,,市役所の前です。,,○,In front of the city hall.\r\n");
  city.space = std::make_unique<ContentWorkspace>(city.folder.file("data"), city.folder.file("source"), *city.slot, city.clock);
  const auto state = must(city.space->state());
  const std::string head = "回答_en,id,質問,言い換え,回答,見直し期限,見本\r\n";
  const auto bad = must(city.space->upload(state.revision, table("faq"), head + "A,okyu,応急給水はどこですか,,前です。,いつか,\r\n", "質問.csv", "ito"));
  CHECK_FALSE(bad.accepted);
  REQUIRE_FALSE(bad.problems.empty());
  CHECK(bad.problems[0].file == "質問.csv");
  CHECK(bad.problems[0].row == 2);
  CHECK(bad.problems[0].column == "見直し期限");
  CHECK(must(city.space->table(table("faq"))).columns[0] == "id");
  const auto good = must(city.space->upload(state.revision, table("faq"), head + "At the hall.,okyu,応急給水はどこですか,,前です。,,○\r\n", "質問.csv", "ito"));
  CHECK(good.accepted);
  const auto now = must(city.space->table(table("faq")));
  CHECK(now.columns[0] == "回答_en");
  REQUIRE(now.rows.size() == 1);
  CHECK(now.rows[0].cells == std::vector<std::string>{"At the hall.", "okyu", "応急給水はどこですか", "", "前です。", "", "○"});
}

TEST_CASE("every table of the sample city comes back as it was after it was downloaded for Excel", "[content]") {
  test::TempDir folder;
  test::FakeClock clock;
  const std::string source = std::string(KAIRAN_SOURCE_DIR) + "/content/kashima";
  EngineSlot slot(intents::load_engine(source).engine);
  ContentWorkspace space(folder.file("data"), source, slot, clock);
  for (const ContentTable& each : content_tables()) {
    CAPTURE(std::string(each.kind));
    const TableView before = must(space.table(each));
    staff::Spreadsheet sheet(before.columns);
    for (const TableRow& row : before.rows) sheet.add(row.cells);
    const auto upload = must(space.upload(must(space.state()).revision, each, sheet.reply("table.csv").body, "table.csv", "ito"));
    for (const FileProblem& problem : upload.problems) UNSCOPED_INFO(problem.row << " " << problem.column << " " << problem.message);
    REQUIRE(upload.accepted);
    CHECK(upload.rows == before.rows.size());
    const TableView after = must(space.table(each));
    CHECK(after.columns == before.columns);
    REQUIRE(after.rows.size() == before.rows.size());
    for (std::size_t i = 0; i < after.rows.size(); ++i) CHECK(after.rows[i].cells == before.rows[i].cells);
  }
  for (const char* cell : {"=1+1", "-", "@市", "+81", "-3", "'", "''", "", "ふつう"}) {
    CHECK(staff::original_cell(staff::harmless_cell(cell)) == cell);
  }
}

TEST_CASE("a wording that residents used is added in one step", "[content]") {
  Space city;
  auto state = must(city.space->state());
  state = must(city.space->add_paraphrase(state.revision, "okyu", "水はどこでもらえる;の", "ito"));
  CHECK(city.row("okyu")[2] == "水はどこでもらえる の");
  state = must(city.space->add_paraphrase(state.revision, "okyu", "給水車", "ito"));
  CHECK(city.row("okyu")[2] == "水はどこでもらえる の;給水車");
  CHECK(city.space->add_paraphrase(state.revision, "none", "x", "ito").error().code == ErrorCode::kNotFound);
}

TEST_CASE("rows keep the numbers that messages name", "[content]") {
  Space city;
  auto state = must(city.space->state());
  city.row("hiroba");
  const int row = city.at;
  CHECK(row == 4);  // after the header, a comment and another row
  int added = 0;
  state = must(city.space->set_row(state.revision, table("faq"), added, {"shinki", "新しい質問ですか", "", "はい。\n二行目"}, "ito"));
  CHECK(added == 5);
  city.row("shinki");
  CHECK(city.at == 5);
  state = must(city.space->remove_row(state.revision, table("faq"), 4, "ito"));
  city.row("shinki");
  CHECK(city.at == 4);
  int missing = 99;
  CHECK(city.space->set_row(state.revision, table("faq"), missing, {"a", "b", "c", "d"}, "ito").error().code == ErrorCode::kNotFound);
  int comment = 2;
  CHECK(city.space->set_row(state.revision, table("faq"), comment, {"a", "b", "c", "d"}, "ito").error().code == ErrorCode::kNotFound);
  CHECK(city.space->set_row(state.revision, table("faq"), city.at, {"a"}, "ito").error().code == ErrorCode::kInvalid);
}

}  // namespace kairan::gateway
