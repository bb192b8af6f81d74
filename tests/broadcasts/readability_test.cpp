#include "broadcasts/readability.h"

#include "tests/support/catch.h"
#include "tests/support/staff_words.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::broadcasts;

namespace {

std::vector<std::string> warnings(const std::string& text, const std::string& language) {
  std::vector<Problem> problems;
  check_readability(text, language, "messages[0].text." + language, problems);
  std::vector<std::string> messages;
  for (const Problem& problem : problems) {
    CHECK(problem.warning);
    CHECK(problem.path == "messages[0].text." + language);
    CAPTURE(problem.message.en);
    CHECK(kairan::test::in_both_languages(problem.message));
    messages.push_back(problem.message.ja);
  }
  return messages;
}
bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}
std::string times(int count, const std::string& text) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("plain sentences with readings are not warned about") {
  const std::string easy =
      "大（おお）きい 台風（たいふう）が 来（き）ます。\n12月（がつ）1日（にち）の 午後（ごご）6時（じ）までに、"
      "小学校（しょうがっこう）へ 逃（に）げてください。\n水（みず）を "
      "持（も）ってきてください。https://www.example.jp/hinanjo";
  CHECK(warnings(easy, "ja-easy").empty());
  CHECK(warnings("明日は燃えるごみの日です。朝8時までに出してください。", "ja").empty());
  CHECK(warnings("", "ja-easy").empty());
}

TEST_CASE("each rule warns about what breaks it and shows it") {
  struct Case {
    const char* label;
    std::string text;
    const char* language;
    const char* says;
  };
  const Case cases[] = {
      {"a long sentence", times(61, "あ") + "。", "ja", "60文字まで"},
      {"a long easy sentence", times(41, "あ"), "ja-easy", "40文字まで"},
      {"many kanji", times(14, "水（みず）") + "。", "ja-easy", "13字より多く"},
      {"kanji without a reading", "避難所（ひなんじょ）に 水が あります。", "ja-easy",
       "読みがありません。「避難（ひなん）」のように書いてください: 「水」"},
      {"a note in brackets is no reading", "小学校（2階）です。", "ja-easy", "「小学校」"},
      {"humble form", "資料（しりょう）を お送（おく）りいたします。", "ja-easy", "「いたしま」"},
      {"humble form across a reading", "申（もう）し上（あ）げます。", "ja-easy", "「申し上げ」"},
      {"double negation", "使えないわけではありません。", "ja", "二重否定"},
      {"double negation in easy Japanese", "使（つか）えないことはないです。", "ja-easy", "二重否定"},
      {"passive", "中止（ちゅうし）されます。", "ja-easy", "だれがするのか"},
      {"foreign word", "インセンティブが あります。", "ja-easy", "「インセンティブ」"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.label);
    const auto found = warnings(c.text, c.language);
    REQUIRE(found.size() == 1);
    CAPTURE(found[0]);
    CHECK(contains(found[0], c.says));
  }
}

TEST_CASE("what is at the limit passes, and readings are not counted") {
  CHECK(warnings(times(60, "あ") + "。" + times(60, "い"), "ja").empty());
  CHECK(warnings(times(40, "あ"), "ja-easy").empty());
  CHECK(warnings(times(13, "水（みず）"), "ja-easy").empty());
}

TEST_CASE("rules for easy Japanese are not put on ordinary Japanese or on other languages") {
  CHECK(warnings("避難所を開設いたしました。インセンティブは中止されます。", "ja").empty());
  CHECK(warnings(times(300, "a"), "en").empty());
}

TEST_CASE("variables and addresses are not read as sentences, and examples are few") {
  CHECK(warnings("{" + times(70, "あ") + "}です。", "ja").empty());
  CHECK(warnings("https://www.example.jp/" + times(70, "a"), "ja").empty());
  const auto found = warnings("火、水、木、金、土", "ja-easy");
  REQUIRE(found.size() == 1);
  CHECK(contains(found[0], "「火」「水」「木」など"));
}

TEST_CASE("every text of a document is looked at") {
  Document document;
  DocumentMessage message;
  message.text = {{"ja", "水があります。"}, {"ja-easy", "水があります。"}, {"en", "Water."}};
  document.messages.push_back(message);
  std::vector<Problem> problems;
  check_readability(document, problems);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].path == "messages[0].text.ja-easy");
}
