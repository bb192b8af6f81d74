#include "intents/engine.h"

#include "base/civil_time.h"
#include "tests/support/catch.h"

namespace kairan::intents {
namespace {

const Engine& engine() {
  static const Loaded loaded = load_engine(std::string(KAIRAN_SOURCE_DIR) + "/tests/intents/content");
  if (!loaded.engine) {
    for (const FileProblem& problem : loaded.report.problems) UNSCOPED_INFO(problem.file << problem.row << problem.message);
  }
  REQUIRE(loaded.engine);
  return *loaded.engine;
}

/// Tuesday 2026-11-24, 10:00 in Japan.
const TimePoint kNow =
    jst_time(Date{std::chrono::year{2026}, std::chrono::month{11}, std::chrono::day{24}}, 600);

Answer ask(const std::string& text, const std::string& conversation = "", std::vector<std::string> districts = {}) {
  Query query;
  query.text = text;
  query.conversation = conversation;
  query.resident.districts = std::move(districts);
  query.now = kNow;
  return engine().answer(query);
}

struct Phrase {
  const char* text;
  const char* intent;  ///< "" = not answered
};

}  // namespace

TEST_CASE("An item is found however its name is typed") {
  const Phrase phrase = GENERATE(values<Phrase>({
      {"段ボール", "garbage:段ボール"},
      {"ダンボール", "garbage:段ボール"},
      {"だんぼーる", "garbage:段ボール"},
      {"ﾀﾞﾝﾎﾞｰﾙ", "garbage:段ボール"},
      {"段ボールってどうやって捨てるの？", "garbage:段ボール"},
      {"だんぼーるってどうやってすてるの", "garbage:段ボール"},
      {"すみません、段ボールの捨て方を教えていただけますか。", "garbage:段ボール"},
      {"じゃあ傘は？", "garbage:傘"},
      {"昨日の台風で壊れた傘を捨てたいのですが", "garbage:傘"},
      {"アイロン台（金属製）", "garbage:アイロン台（金属製）"},
      {"木製のアイロン台の捨て方", "garbage:アイロン台（木製）"},
  }));
  INFO(phrase.text);
  CHECK(ask(phrase.text).intent == phrase.intent);
}

TEST_CASE("What is not about garbage is not answered with garbage") {
  const char* const text = GENERATE("ラーメン食べたい", "自転車に乗りたい", "傘がほしい", "おかさんにあいたい", "ペットボトルロケットの作り方",
                                    "明日は晴れますか", "", "😀😀", "!!!", ".*+?()[]{}", "\x01\x02");
  INFO(text);
  CHECK(ask(text).kind == Answer::Kind::kNone);
}

TEST_CASE("Kinds of one thing are shown together with their categories") {
  const Answer answer = ask("アイロン台");
  CHECK(answer.kind == Answer::Kind::kChoose);
  const std::string shown = shown_text(answer.messages);
  CHECK(shown.find("燃えないごみ") != std::string::npos);
  CHECK(shown.find("燃えるごみ") != std::string::npos);
}

TEST_CASE("Two rows of one name are answered with both categories") {
  const Answer answer = ask("おもちゃ");
  CHECK(answer.intent == "garbage:おもちゃ");
  const std::string shown = shown_text(answer.messages);
  CHECK(shown.find("【燃えるごみ】") != std::string::npos);
  CHECK(shown.find("【燃えないごみ】") != std::string::npos);
}

TEST_CASE("More than four hits become one question with a handful of buttons") {
  const Answer answer = ask("ハンガー");
  REQUIRE(answer.kind == Answer::Kind::kChoose);
  REQUIRE(answer.messages.size() == 1);
  CHECK(answer.messages[0].quick_replies.size() == 5);
}

TEST_CASE("A chosen number and a pressed button answer the choice") {
  const Answer choice = ask("アイロン台");
  CHECK(ask("2番", choice.conversation).intent.rfind("garbage:アイロン台", 0) == 0);
  Query pressed;
  pressed.postback = "garbage:アイロン台（木製）";
  pressed.now = kNow;
  CHECK(engine().answer(pressed).intent == pressed.postback);
}

TEST_CASE("A slip of the finger is asked about, never answered") {
  const Answer answer = ask("段ホール");
  CHECK(answer.kind == Answer::Kind::kChoose);
  CHECK(answer.candidates.at(0).intent == "garbage:段ボール");
}

TEST_CASE("Something the list does not know is not answered by its first half") {
  CHECK(ask("ペットボトルのキャップの捨て方").kind != Answer::Kind::kAnswer);
}

TEST_CASE("Collection days follow the resident's district") {
  const Phrase phrase = GENERATE(values<Phrase>({
      {"明日のごみは？", "calendar:tomorrow"},
      {"次の燃えるごみはいつ", "calendar:next:燃えるごみ"},
      {"今週のごみ", "calendar:week"},
      {"来週の月曜は何のごみ？", "calendar:date"},
      {"段ボールはいつ", "calendar:next:古紙"},
      {"西山の燃えるごみはいつ", "calendar:next:燃えるごみ"},
  }));
  INFO(phrase.text);
  CHECK(ask(phrase.text, "", {"higashi"}).intent == phrase.intent);
}

TEST_CASE("The next collection is the day the calendar says") {
  CHECK(shown_text(ask("燃えるごみはいつ", "", {"higashi"}).messages).find("11月26日（木）") != std::string::npos);
  CHECK(shown_text(ask("西山の燃えるごみはいつ", "", {"higashi"}).messages).find("11月24日（火）") != std::string::npos);
  CHECK(shown_text(ask("燃えないごみはいつ", "", {"higashi"}).messages).find("11月25日（水）") != std::string::npos);
  CHECK(shown_text(ask("段ボールはいつ", "", {"higashi"}).messages).find("11月28日（土）") != std::string::npos);
  CHECK(shown_text(ask("12/31のごみは？", "", {"higashi"}).messages).find("ありません") != std::string::npos);
}

TEST_CASE("An unknown district is asked for once and then remembered") {
  const Answer item = ask("傘");
  const Answer when = ask("それはいつ？", item.conversation);
  CHECK(when.intent == "calendar:ask_district");
  const Answer day = ask("東浜", when.conversation);
  CHECK(day.intent == "calendar:next:燃えないごみ");
  CHECK(ask("明日のごみは？", day.conversation).intent == "calendar:tomorrow");
}

TEST_CASE("Two clear questions in one message are both answered") {
  const Answer answer = ask("傘の捨て方は？乾電池はどう捨てる？");
  REQUIRE(answer.kind == Answer::Kind::kAnswer);
  const std::string shown = shown_text(answer.messages);
  CHECK(shown.find("「傘」") != std::string::npos);
  CHECK(shown.find("「乾電池」") != std::string::npos);
  CHECK(shown_text(ask("傘と乾電池の捨て方").messages).find("「乾電池」") != std::string::npos);
}

TEST_CASE("A question about another town says whose it is") {
  const Phrase phrase = GENERATE(values<Phrase>({{"佐賀市のゴミの日", "town:other"},
                                                 {"佐賀市のラーメン", ""},
                                                 {"見本市のごみの日はいつ", "calendar:ask_district"}}));
  INFO(phrase.text);
  CHECK(ask(phrase.text).intent == phrase.intent);
}

TEST_CASE("A long text is read to its 400th character and says so") {
  std::string text = "段ボール";
  for (int i = 0; i < 5000; ++i) text += "あ";
  Query query;
  query.text = text;
  query.now = kNow;
  const Answer answer = engine().answer(query, true);
  REQUIRE_FALSE(answer.explanation.empty());
  CHECK(answer.explanation.front().find("400") != std::string::npos);
}

TEST_CASE("A conversation state that is not ours is ignored") {
  const char* const state = GENERATE("{", "[]", "{\"slots\":[1,2]}", "{\"offered\":[{}],\"at\":\"x\"}", "null", "\"\xff\"");
  CHECK(ask("傘", state).intent == "garbage:傘");
}

TEST_CASE("The greeting and the phrases speak for the city") {
  CHECK(shown_text(engine().greeting({})).find("見本市") != std::string::npos);
  CHECK_FALSE(engine().phrase("not_understood_media", {}).empty());
  CHECK(engine().phrase("no_such_phrase", {}).empty());
}

}  // namespace kairan::intents
