// Published files as offices really make them: titles above the header, names that say more, headings between rows, other
// encodings and calendars, dates of the era. Each is imported into an empty folder and read back by the engine.
#include "intents/import/importer.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/tabular/encoding.h"
#include "base/tabular/grid.h"
#include "intents/content_loader.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace kairan::intents {
namespace {

struct Outcome {
  ImportResult result;
  std::shared_ptr<Content> content;
  /// Of warnings and errors.
  bool says(const std::string& text) const {
    return std::any_of(result.problems.begin(), result.problems.end(), [&](const FileProblem& problem) {
      return problem.message.find(text) != std::string::npos;
    });
  }
};

Outcome import(const std::string& kind, const std::string& bytes, std::map<std::string, std::string> columns = {}) {
  const test::TempDir folder;
  std::ofstream(folder.file("source.csv"), std::ios::binary) << bytes;
  Outcome outcome;
  outcome.result = import_content({kind, folder.file("source.csv"), folder.file("city"), std::move(columns)});
  LoadReport report;
  if (outcome.result.ok) outcome.content = load_content(folder.file("city"), report);
  return outcome;
}

}  // namespace

TEST_CASE("A garbage list is found under titles, blank rows and columns that say more than their name") {
  const auto bytes = GENERATE(values<std::string>({
      "品目,分別区分\n傘,燃えないごみ\n本,古紙\n",
      "○○市ごみ分別一覧表,,\n令和8年4月1日現在,,\n,,\n品目,分別区分,備考\n傘,燃えないごみ,\n本,古紙,ひもで縛る\n",
      "資料１,\n\n№,品　目（50音順）,分別区分（出し方）\n1,傘,燃えないごみ\n2,本,古紙\n",
      "ごみの品目名,ごみの分別区分\n傘,燃えないごみ\n本,古紙\n",
      "品目・品名,分け方,かな\n傘,燃えないごみ,かさ\n本,古紙,ほん\n",
      "\"品目\n（ごみの名前）\",\"分別\n区分\"\n傘,燃えないごみ\n本,古紙\n",
      "行,品目,分別区分\nか行,,\n1,傘,燃えないごみ\nは行,,\n2,本,古紙\n",
      "品目\t分別区分\n傘\t燃えないごみ\n本\t古紙\n",
      "\n\n品目,分別区分\n\n傘,燃えないごみ\n,\n本,古紙\n\n",
  }));
  CAPTURE(bytes);
  for (const std::string& encoded : {bytes, encode_cp932(bytes), "\xEF\xBB\xBF" + bytes}) {
    const Outcome outcome = import("garbage", encoded);
    REQUIRE(outcome.result.ok);
    REQUIRE(outcome.content);
    REQUIRE(outcome.content->items.size() == 2);
    CHECK(outcome.content->items[0].name == "傘");
    CHECK(outcome.content->items[0].category == "燃えないごみ");
    CHECK(outcome.content->items[1].category == "古紙");
  }
}

TEST_CASE("The city's own list comes back from a spreadsheet without losing what stands elsewhere") {
  const test::TempDir folder;
  const std::string source = folder.file("source.csv"), city = folder.file("city");
  const auto bring = [&](const std::string& bytes) {
    std::ofstream(source, std::ios::binary) << bytes;
    const ImportResult result = import_content({"garbage", source, city, {}});
    REQUIRE(result.ok);
    LoadReport report;
    const auto content = load_content(city, report);
    REQUIRE(content);
    return content;
  };
  bring("品目,分別区分\n傘,燃えないごみ\n");
  std::ofstream(city + "/garbage_categories.csv", std::ios::binary)
      << "分別区分,よみ,別名,説明,見本\n燃えないごみ,もえないごみ,不燃ごみ;不燃物,指定袋で出してください。,○\n";
  const auto content = bring("品目,よみ,別名,分別区分,出し方,注意,料金,収集しない\n傘,かさ,,燃えないごみ,,,,\n消火器,,,燃えないごみ,,,,○\n");
  REQUIRE(content->items.size() == 2);
  CHECK_FALSE(content->items[0].not_collected);
  CHECK(content->items[1].not_collected);
  REQUIRE(content->categories.size() == 1);
  CHECK(content->categories[0].reading == "もえないごみ");
  CHECK(content->categories[0].aliases == std::vector<std::string>{"不燃ごみ", "不燃物"});
  CHECK(content->categories[0].description == "指定袋で出してください。");
  CHECK(content->categories[0].sample);
}

TEST_CASE("A FAQ file without the other languages keeps those of questions that stay, and says what it would lose") {
  const test::TempDir folder;
  const std::string source = folder.file("source.csv"), city = folder.file("city");
  const auto bring = [&](const std::string& bytes) {
    std::ofstream(source, std::ios::binary) << bytes;
    Outcome outcome;
    outcome.result = import_content({"faq", source, city, {}});
    LoadReport report;
    outcome.content = load_content(city, report);
    REQUIRE(outcome.result.ok);
    REQUIRE(outcome.content);
    return outcome;
  };
  bring("id,質問,言い換え,回答,見直し期限,見本,質問_en,回答_en,回答_ja-easy\n"
        "okyu,応急給水はどこですか,給水車,市役所の前です。,2027-03-31,○,Where is water?,At the city hall.,市役所（しやくしょ）です。\n"
        "hiroba,芝生広場は使えますか,,使えます。,,○,May we use the lawn?,Yes.,はい。\n"
        "yoyaku,会議室の予約はできますか,,できます。,,○,May we book a room?,Yes.,はい。\n");
  // Two columns, one answer changed, one question gone, a new one.
  const Outcome outcome = bring("ご質問,お答え\n応急給水は どこですか,市役所の前です。\n芝生広場は使えますか,工事中は使えません。\n新しい質問ですか,はい。\n");
  REQUIRE(outcome.content->faqs.size() == 3);
  const auto find = [&](const std::string& id) {
    const auto& faqs = outcome.content->faqs;
    const auto it = std::find_if(faqs.begin(), faqs.end(), [&](const auto& faq) { return faq.id == id; });
    REQUIRE(it != faqs.end());
    return *it;
  };
  const auto kept = find("okyu"), changed = find("hiroba");
  CHECK(kept.answer.at("en") == "At the city hall.");
  CHECK(kept.answer.at("ja-easy") == "市役所（しやくしょ）です。");
  CHECK(kept.sample);
  CHECK(kept.review_by);
  CHECK(changed.answer.at("ja") == "工事中は使えません。");
  CHECK(changed.answer.at("en") == "Yes.");
  CHECK_FALSE(changed.sample);
  CHECK(outcome.says("ほかの言語の回答（回答_en、回答_ja-easy）は前のままです"));
  CHECK(outcome.says("いまの表にある1件の質問が、このファイルにはありません：「会議室の予約はできますか」"));
  CHECK(outcome.says("1件の訳"));
  // What the file does say is not filled in: an emptied cell stays empty, a translation of its own is taken.
  const Outcome own = bring("質問,言い換え,回答,回答_en\n応急給水はどこですか,,市役所の前です。,In front of the hall.\n芝生広場は使えますか,,工事中は使えません。,\n新しい質問ですか,,はい。,\n");
  const auto& faqs = own.content->faqs;
  REQUIRE(faqs.size() == 3);
  CHECK(faqs[0].answer.at("en") == "In front of the hall.");
  CHECK(faqs[0].paraphrases.empty());
  CHECK(faqs[1].answer.count("en") == 0);
  CHECK_FALSE(own.says("このファイルにはありません"));
}

TEST_CASE("The city's own table of days comes back with its closed days and its districts' ids") {
  const std::string own = "地区,区,地区ID,分別区分,収集日,備考\n鹿島,,kashima,燃えるごみ,月 木,朝8時まで\n"
                          "全地区,,,休み,2026-12-31〜2027-01-03,年末年始\n";
  const test::TempDir folder;
  std::filesystem::create_directories(folder.file("city"));
  std::ofstream(folder.file("city/city.yaml")) << "name: 試験市\ndistricts: [{id: kashima, name: 鹿島}]\n";
  std::ofstream(folder.file("own.csv"), std::ios::binary) << own;
  const ImportResult result = import_content({"calendar", folder.file("own.csv"), folder.file("city"), {}});
  CAPTURE(result.problems.empty() ? "" : result.problems[0].message);
  REQUIRE(result.ok);
  CHECK(result.rows == 2);
  LoadReport report;
  const auto content = load_content(folder.file("city"), report);
  REQUIRE(content);
  CHECK(content->closed.size() == 1);
  REQUIRE(content->areas.size() == 1);
  CHECK(content->areas[0].districts == std::vector<std::string>{"kashima"});
  CHECK(import("calendar", own).content->areas[0].districts.empty());  // of a city without that district
  const Outcome wrong = import("calendar", "地区,分別区分,収集日\n鹿島,燃えるごみ,月\n全地区,休み,年末\n");
  CHECK_FALSE(wrong.result.ok);
  CHECK(wrong.says("「年末」は休みの日として読めません"));
}

TEST_CASE("A list without the columns is refused with the row that was taken for the header and what it holds") {
  const Outcome outcome = import("garbage", "一覧,,\nなまえ,しゅるい,びこう\n傘,燃えないごみ,\n");
  CHECK_FALSE(outcome.result.ok);
  CHECK(outcome.says("見出しを「品目」に直してください"));
  CHECK_FALSE(outcome.says("--map"));  // who uploads it in the console has no terminal
  CHECK(outcome.says("なまえ、しゅるい、びこう"));
  CHECK(outcome.says("2行目"));
  CHECK(import("garbage", "一覧,,\nなまえ,しゅるい,びこう\n傘,燃えないごみ,\n", {{"品目", "なまえ"}, {"分別区分", "しゅるい"}}).result.rows == 1);
}

TEST_CASE("FAQ rows that only head a section are left out, and ids that come twice stay apart") {
  const Outcome outcome = import("faq", "市民課FAQ,,,\n番号,ご質問,お答え,公開終了日,リンク\n【証明】,,,,\n1,住民票はどこで,市民課です,令和9年3月31日,https://a.example/x\n"
                                        "【戸籍】,,,,\n1,戸籍はどこで,市民課です,未定,担当に聞く\n");
  REQUIRE(outcome.result.ok);
  REQUIRE(outcome.content->faqs.size() == 2);
  CHECK(outcome.content->faqs[0].id != outcome.content->faqs[1].id);
  CHECK(outcome.content->faqs[0].review_by == Date{std::chrono::year{2027}, std::chrono::month{3}, std::chrono::day{31}});
  CHECK_FALSE(outcome.content->faqs[1].review_by);
  CHECK(outcome.content->faqs[1].url.empty());
  CHECK(outcome.says("「未定」は日付として読めない"));
}

TEST_CASE("A FAQ whose answers are in another column than was thought is refused, not imported as holes") {
  std::string bytes = "質問,回答,本文\n";
  for (int i = 0; i < 30; ++i) bytes += "問い" + std::to_string(i) + ",,答え\n";
  const Outcome outcome = import("faq", bytes);
  CHECK_FALSE(outcome.result.ok);
  CHECK(outcome.says("空の行が多すぎます"));
  CHECK(import("faq", bytes, {{"回答", "本文"}}).result.rows == 30);
}

TEST_CASE("A calendar keeps its wards, takes remarks out of the days and leaves out columns without days") {
  const Outcome outcome = import("calendar", "令和8年度 収集日程,,,,\n区,町名,フリガナ,燃えるごみ,資源（びん・缶）\n東区,本町,ホンマチ,月・木（祝日も収集）,第2・4水曜日\n"
                                             "西区,本町,ホンマチ,火・金,なし\n");
  REQUIRE(outcome.result.ok);
  const auto& areas = outcome.content->areas;
  REQUIRE(areas.size() == 2);
  CHECK(areas[0].name == "本町");
  CHECK(areas[0].group == "東区");
  CHECK(areas[1].group == "西区");
  CHECK(outcome.result.rows == 3);
  CHECK(outcome.says("収集日として読めるセルがない"));
}

TEST_CASE("A calendar with one row an area and category is read as well") {
  const Outcome outcome = import("calendar", "地区,ごみの種類,収集曜日\n本町,燃えるごみ,月・木\n本町,びん,第1水曜日\n新町,燃えるごみ,火・金\n");
  REQUIRE(outcome.result.ok);
  CHECK(outcome.content->areas.size() == 2);
  CHECK(outcome.result.rows == 3);
}

TEST_CASE("A day that cannot be read is named with its row and column, and nothing is changed") {
  const Outcome outcome = import("calendar", "地区,燃えるごみ\n本町,月・木\n新町,隔週で火曜\n");
  REQUIRE_FALSE(outcome.result.ok);
  const auto& problems = outcome.result.problems;
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].row == 3);
  CHECK(problems[0].column == "燃えるごみ");
}

TEST_CASE("Shelters are found by what lists call them") {
  const Outcome outcome = import("shelters", "指定避難所一覧,,,\nNo,避難所名,所在地,収容可能人数,洪水,地震\n1,○○小学校,本町1-1,120,○,×\n");
  REQUIRE(outcome.result.ok);
  CHECK(outcome.result.rows == 1);
}

}  // namespace kairan::intents
