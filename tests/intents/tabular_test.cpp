#include <zip.h>

#include "base/text.h"
#include "intents/collection_days.h"
#include "intents/date_words.h"
#include "intents/import/importer.h"
#include "intents/key_table.h"
#include "intents/garbage_index.h"
#include "intents/question_key.h"
#include "base/tabular/csv.h"
#include "base/tabular/encoding.h"
#include "base/tabular/grid.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

#include <fstream>

namespace kairan::intents {
namespace {

Date day(int year, unsigned month, unsigned number) {
  return {std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{number}};
}

std::vector<std::string> first_row(std::string_view bytes) {
  std::vector<FileProblem> problems;
  const std::optional<Grid> grid = parse_grid(bytes, "x.csv", problems);
  REQUIRE(grid);
  REQUIRE_FALSE(grid->empty());
  return grid->front().cells;
}

/// A workbook of one sheet with these parts.
std::string workbook(const std::vector<std::pair<std::string, std::string>>& parts) {
  test::TempDir folder;
  const std::string path = folder.file("x.xlsx");
  int error = 0;
  zip_t* const archive = zip_open(path.c_str(), ZIP_CREATE, &error);
  REQUIRE(archive != nullptr);
  for (const auto& [name, text] : parts) {
    zip_source_t* const source = zip_source_buffer(archive, text.data(), text.size(), 0);
    REQUIRE(zip_file_add(archive, name.c_str(), source, 0) >= 0);
  }
  REQUIRE(zip_close(archive) == 0);
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

}  // namespace

TEST_CASE("A CSV file reads the same in every encoding an office uses") {
  const std::string plain = "品目,分別区分\r\n";
  const std::vector<std::string> expected{"品目", "分別区分"};
  CHECK(first_row(plain) == expected);
  CHECK(first_row("\xEF\xBB\xBF" + plain) == expected);
  CHECK(first_row(encode_cp932(plain)) == expected);
  CHECK(first_row("品目\t分別区分\n") == expected);
  CHECK(first_row("\"品目\",\"分別区分\"") == expected);
}

TEST_CASE("Quoted cells keep commas, quotes and line breaks") {
  CHECK(first_row("\"a,\"\"b\"\"\r\nc\",d\n") == std::vector<std::string>{"a,\"b\"\nc", "d"});
  CHECK(first_row(csv_row({"a,\"b\"\nc", "", "d"})) == std::vector<std::string>{"a,\"b\"\nc", "", "d"});
}

TEST_CASE("Broken bytes and open quotes are refused with their row") {
  std::vector<FileProblem> problems;
  CHECK_FALSE(parse_grid("a,b\n\x82,\xff\xff\n", "x.csv", problems));
  CHECK_FALSE(parse_grid("a,b\nc,\"d\n", "x.csv", problems));
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].row == 2);
  CHECK(problems[1].row == 2);
}

TEST_CASE("Headers are found in full width, with blanks and with look-alike dashes") {
  const Table table("x.csv", {{1, {" ＩＤ ", "コ―ド", "ヨミ"}}, {2, {"1", "2", "3"}}});
  CHECK(table.column("id") == 0U);
  CHECK(table.column("コード") == 1U);
  CHECK(table.column("よみ") == 2U);
}

TEST_CASE("A workbook gives shared strings, inline strings, numbers and dates as text") {
  const std::string bytes = workbook(
      {{"xl/workbook.xml", "<workbook xmlns:r='r'><sheets><sheet name='a' r:id='r1'/></sheets></workbook>"},
       {"xl/_rels/workbook.xml.rels", "<Relationships><Relationship Id='r1' Target='worksheets/s.xml'/></Relationships>"},
       {"xl/sharedStrings.xml", "<sst><si><t>品目</t><rPh><t>ヒンモク</t></rPh></si><si><r><t>分</t></r><r><t>別</t></r></si></sst>"},
       {"xl/styles.xml", "<styleSheet><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/></cellXfs></styleSheet>"},
       {"xl/worksheets/s.xml",
        "<worksheet><sheetData><row r='2'><c r='A2' t='s'><v>0</v></c><c r='B2' t='s'><v>1</v></c><c r='D2' t='inlineStr'>"
        "<is><t>x</t></is></c><c r='E2'><v>3</v></c><c r='F2' s='1'><v>46350</v></c></row></sheetData></worksheet>"}});
  std::vector<FileProblem> problems;
  const std::optional<Grid> grid = parse_grid(bytes, "x.xlsx", problems);
  REQUIRE(grid);
  REQUIRE(grid->size() == 1);
  CHECK(grid->front().number == 2);
  CHECK(grid->front().cells == std::vector<std::string>{"品目", "分別", "", "x", "3", "2026-11-24"});
}

TEST_CASE("Cells merged downwards say the same in every row, cells merged to the right do not") {
  const std::string bytes = workbook(
      {{"xl/workbook.xml", "<workbook xmlns:r='r'><sheets><sheet name='a' r:id='r1'/></sheets></workbook>"},
       {"xl/worksheets/sheet1.xml",
        "<worksheet><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>title</t></is></c></row>"
        "<row r='2'><c r='A2' t='inlineStr'><is><t>a</t></is></c><c r='B2' t='inlineStr'><is><t>kind</t></is></c></row>"
        "<row r='3'><c r='A3' t='inlineStr'><is><t>b</t></is></c></row>"
        "<row r='4'><c r='A4' t='inlineStr'><is><t>c</t></is></c></row></sheetData>"
        "<mergeCells><mergeCell ref='A1:B1'/><mergeCell ref='B2:B3'/><mergeCell ref='B:B'/><mergeCell ref='XFE1:XFE9'/></mergeCells>"
        "</worksheet>"}});
  std::vector<FileProblem> problems;
  const std::optional<Grid> grid = parse_grid(bytes, "x.xlsx", problems);
  REQUIRE(grid);
  REQUIRE(grid->size() == 4);
  CHECK((*grid)[0].cells == std::vector<std::string>{"title"});
  CHECK((*grid)[2].cells == std::vector<std::string>{"b", "kind"});
  CHECK((*grid)[3].cells == std::vector<std::string>{"c"});
}

TEST_CASE("A workbook that would unpack to far more than it is, is refused") {
  const std::string bytes = workbook({{"xl/workbook.xml", "<workbook/>"}, {"xl/worksheets/sheet1.xml", std::string(8u << 20, ' ')}});
  std::vector<FileProblem> problems;
  CHECK_FALSE(parse_grid(bytes, "x.xlsx", problems));
  CHECK(problems.size() == 1);
}

TEST_CASE("Collection days are read in all the ways cities write them") {
  struct Cell {
    const char* text;
    std::vector<unsigned> november;  ///< days of November 2026
  };
  const std::vector<Cell> cells{{"月 木", {2, 5, 9, 12, 16, 19, 23, 26, 30}},
                                {"毎週月・木曜日", {2, 5, 9, 12, 16, 19, 23, 26, 30}},
                                {"火1 火3 火5", {3, 17}},
                                {"第２・４月曜日", {9, 23}},
                                {"最終金曜日", {27}},
                                {"20261103 2026-11-20", {3, 20}},
                                {"第1火曜日、毎週日曜日", {1, 3, 8, 15, 22, 29}}};
  for (const Cell& cell : cells) {
    INFO(cell.text);
    std::string unread;
    const std::optional<CollectionRule> rule = parse_collection_days(cell.text, unread);
    REQUIRE(rule);
    std::vector<unsigned> days;
    for (unsigned i = 1; i <= 30; ++i) {
      if (collects_on(*rule, {}, day(2026, 11, i))) days.push_back(i);
    }
    CHECK(days == cell.november);
    const std::optional<CollectionRule> again = parse_collection_days(write_collection_days(*rule), unread);
    REQUIRE(again);
    CHECK(next_collections(*again, {}, day(2026, 11, 1), 20) == next_collections(*rule, {}, day(2026, 11, 1), 20));
  }
  std::string unread;
  for (const char* const wrong : {"毎日どこか", "第9月曜日", "2026-13-40", "月 x"}) CHECK_FALSE(parse_collection_days(wrong, unread));
}

TEST_CASE("Days as residents say them become dates") {
  struct Word {
    const char* text;
    Date from, to;
  };
  const Date today = day(2026, 11, 24);  // a Tuesday
  const std::vector<Word> words{{"今日", today, today},
                                {"あした", day(2026, 11, 25), day(2026, 11, 25)},
                                {"しあさって", day(2026, 11, 27), day(2026, 11, 27)},
                                {"来週の火曜", day(2026, 12, 1), day(2026, 12, 1)},
                                {"今週", today, day(2026, 11, 29)},
                                {"来週", day(2026, 11, 30), day(2026, 12, 6)},
                                {"第2水曜", day(2026, 12, 9), day(2026, 12, 9)},
                                {"12/3", day(2026, 12, 3), day(2026, 12, 3)},
                                {"1月5日", day(2027, 1, 5), day(2027, 1, 5)},
                                {"金曜日", day(2026, 11, 27), day(2026, 11, 27)}};
  for (const Word& word : words) {
    INFO(word.text);
    const std::vector<DateWord> found = find_dates(fold(word.text), today);
    REQUIRE(found.size() == 1);
    CHECK(found[0].from == word.from);
    CHECK(found[0].to == word.to);
  }
  for (const char* const none : {"2/30", "何曜日", "119番", "13/45", "268/3"}) CHECK(find_dates(fold(none), today).empty());
}

TEST_CASE("The key table finds every key that begins at a place, across marks in the text") {
  KeyTable table;
  for (const char32_t* const key : {U"かさ", U"かさたて", U"か", U"さ"}) table.add(key, {});
  table.build();
  std::vector<KeyTable::Hit> hits;
  table.at(U"かさ たてる", 0, hits);
  REQUIRE(hits.size() == 3);
  CHECK(hits[2].end == 5);
  CHECK(table.find(U"さ") != KeyTable::kNone);
  CHECK(table.find(U"さか") == KeyTable::kNone);
}

TEST_CASE("A voicing mark is half a slip, a changed kanji one and a half") {
  CHECK(typing_distance(U"だんほる", U"だんぼる", 2) == 0.5);
  CHECK(typing_distance(U"だんぼる", U"だぼんる", 2) == 1);
  CHECK(typing_distance(U"電池", U"電地", 2) == 1.5);
  CHECK(typing_distance(U"かさ", U"つくえ", 1) > 1);
}

TEST_CASE("An import that is wrong changes nothing, one that is right replaces its part whole") {
  test::TempDir folder;
  const std::string target = folder.file("city");
  write(folder.file("good.csv"), encode_cp932("品名,区分,ふりがな\r\n傘,燃えないごみ,かさ\r\n本,古紙,ほん\r\n"));
  write(folder.file("bad.csv"), "なまえ,しゅるい\n傘,燃えないごみ\n");
  CHECK_FALSE(import_content({"garbage", folder.file("bad.csv"), target, {}}).ok);
  CHECK(import_content({"garbage", folder.file("bad.csv"), target, {{"品目", "なまえ"}, {"分別区分", "しゅるい"}}}).rows == 1);
  const ImportResult result = import_content({"garbage", folder.file("good.csv"), target, {}});
  CHECK(result.ok);
  CHECK(result.rows == 2);
  CHECK_FALSE(import_content({"garbage", folder.file("bad.csv"), target, {}}).ok);
  const Loaded loaded = load_engine(target);
  REQUIRE(loaded.engine);
  CHECK(loaded.report.garbage_items == 2);
}

}  // namespace kairan::intents
