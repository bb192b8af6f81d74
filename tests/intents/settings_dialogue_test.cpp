#include "intents/settings_dialogue.h"

#include <random>

#include "base/text.h"
#include "intents/settings_steps.h"
#include "tests/intents/settings_talk.h"
#include "tests/support/catch.h"

using namespace kairan;
using namespace kairan::intents;
using namespace kairan::test;
using Catch::Matchers::Contains;

namespace {

using Values = std::vector<std::string>;

Talk talk() { return Talk(kashima_attributes()); }

}  // namespace

TEST_CASE("a resident sets everything up by pressing buttons, in the order of the file") {
  Talk t = talk();
  REQUIRE(t.press("cfg:start"));
  CHECK_THAT(t.shown(), Contains("地区（1/7）"));
  REQUIRE(t.tap("浜"));
  REQUIRE(t.tap("☐ 七浦"));
  CHECK_THAT(t.shown(), Contains("浜、七浦"));
  REQUIRE(t.tap("次へ"));
  CHECK_THAT(t.shown(), Contains("知りたいお知らせ（2/7）"));
  REQUIRE(t.tap("子育て・教育"));
  REQUIRE(t.tap("次へ"));
  REQUIRE(t.tap("選ばずに次へ"));
  REQUIRE(t.tap("前の日の20時"));
  REQUIRE(t.tap("お子さんを追加"));
  REQUIRE(t.tap("2022年（令和4年）"));
  REQUIRE(t.tap("5月"));
  CHECK_THAT(t.shown(), Contains("2022年5月生まれを登録しました"));
  REQUIRE(t.tap("次へ"));
  REQUIRE(t.tap("日本語"));
  REQUIRE(t.tap("大きな文字"));
  CHECK_THAT(t.shown(), Contains("設定が終わりました"));
  CHECK_FALSE(t.state.open);
  CHECK(t.chosen == Chosen{{"district", {"hama", "nanaura"}}, {"topic", {"kosodate"}}, {"garbage_reminder", {"evening-20"}},
                           {"children", {"2022-05"}}, {"language", {"ja"}}, {"display", {"large"}}});
}

TEST_CASE("everything can be answered by writing instead") {
  Talk t = talk();
  REQUIRE(t.say("設定"));
  REQUIRE(t.say("浜と七浦"));
  CHECK(t.chosen["district"] == Values{"hama", "nanaura"});
  REQUIRE(t.say("次へ"));
  REQUIRE(t.say("健診"));
  CHECK(t.chosen["topic"] == Values{"kenko"});
  REQUIRE(t.say("つぎへ"));
  REQUIRE(t.say("とばす"));
  REQUIRE(t.say("当日の朝6時"));
  REQUIRE(t.say("令和4年5月"));
  REQUIRE(t.say("次へ"));
  REQUIRE(t.say("English"));
  CHECK_THAT(t.shown(), Contains("How would you like to read?"));
  REQUIRE(t.say("large type"));
  CHECK_THAT(t.shown(), Contains("All set."));
  CHECK(t.chosen["language"] == Values{"en"});
}

TEST_CASE("a question may be gone back to and skipped without a trace") {
  Talk t = talk();
  REQUIRE(t.press("cfg:start"));
  REQUIRE(t.tap("選ばずに次へ"));
  REQUIRE(t.tap("戻る"));
  CHECK_THAT(t.shown(), Contains("地区（1/7）"));
  REQUIRE(t.say("スキップ"));
  CHECK_THAT(t.shown(), Contains("知りたいお知らせ（2/7）"));
  CHECK(t.chosen.empty());
  REQUIRE(t.tap("やめる"));
  CHECK_FALSE(t.state.open);
}

TEST_CASE("one answer is changed from the card, and the card comes back") {
  Talk t = talk();
  t.chosen = {{"district", {"hama"}}, {"language", {"ja"}}};
  REQUIRE(t.say("設定を見せてください"));
  CHECK_THAT(t.shown(), Contains("地区 浜"));
  REQUIRE(t.press("cfg:ask:district"));
  REQUIRE(t.tap("浜"));  // what is chosen is taken back by pressing it again
  CHECK(t.chosen.count("district") == 0);
  REQUIRE(t.tap("☐ 古枝"));
  REQUIRE(t.tap("これでよい"));
  CHECK_THAT(t.shown(), Contains("地区 古枝"));
  CHECK(t.chosen["district"] == Values{"furueda"});
}

TEST_CASE("a press that runs twice ends where it ended the first time") {
  Talk t = talk();
  REQUIRE(t.press("cfg:start"));
  for (const char* const data : {"cfg:on:district:hama", "cfg:off:district:hama", "cfg:month:children:2022-05",
                                 "set:topic:kosodate:off", "cfg:on:garbage_reminder:morning-6"}) {
    REQUIRE(t.press(data));
    const Chosen once = t.chosen;
    REQUIRE(t.press(data));
    CHECK(t.chosen == once);
  }
}

TEST_CASE("children: April asks for the 1st, and only its answer registers the child") {
  Talk t = talk();
  REQUIRE(t.press("cfg:ask:children"));
  REQUIRE(t.say("2021年4月"));
  CHECK_THAT(t.shown(), Contains("4月1日生まれですか"));
  CHECK(t.chosen.empty());
  SECTION("born on the 1st") {
    REQUIRE(t.tap("4月1日です"));
    CHECK(t.chosen["children"] == Values{"2021-04-01"});
    SECTION("and corrected later") {
      REQUIRE(t.press("cfg:other:children:2021-04"));
      CHECK(t.chosen["children"] == Values{"2021-04"});
    }
  }
  SECTION("on another day") {
    REQUIRE(t.tap("ほかの日です"));
    CHECK(t.chosen["children"] == Values{"2021-04"});
  }
  SECTION("said in words") {
    REQUIRE(t.say("はい"));
    CHECK(t.chosen["children"] == Values{"2021-04-01"});
  }
}

TEST_CASE("impossible birth months are refused kindly and change nothing") {
  struct Case {
    const char* text;
    const char* said;
  };
  const auto c = GENERATE(values<Case>({{"2022年13月", "13月という月はありません"},
                                        {"2027年3月", "まだ先の年月です"},
                                        {"昭和50年3月", "1990年より前"},
                                        {"平成40年3月", "その年号の年はありません"},
                                        {"2022年5月と2027年1月", "まだ先の年月です"},
                                        {"2030年", "まだ先の年月です"}}));
  CAPTURE(c.text);
  Talk t = talk();
  REQUIRE(t.press("cfg:ask:children"));
  REQUIRE(t.say(c.text));
  CHECK_THAT(t.shown(), Contains(c.said));
  CHECK(t.chosen.empty());
  CHECK(t.state.open);
}

TEST_CASE("no more children than the file allows can be registered") {
  Talk t = talk();
  for (int year = 2010; year < 2020; ++year) t.chosen["children"].push_back(std::to_string(year) + "-05");
  REQUIRE(t.press("cfg:ask:children"));
  REQUIRE(t.say("2022年5月"));
  CHECK_THAT(t.shown(), Contains("10件まで"));
  CHECK(t.chosen["children"].size() == 10);
  REQUIRE(t.say("2015年5月"));  // one that is registered is not one more
  CHECK(t.chosen["children"].size() == 10);
}

TEST_CASE("buttons never offer a month that is still to come") {
  Talk t = talk();
  REQUIRE(t.press("cfg:years:children"));
  CHECK(t.labels().front() == "2026年（令和8年）");
  REQUIRE(t.tap("2026年（令和8年）"));
  const Values labels = t.labels();
  CHECK(std::find(labels.begin(), labels.end(), "11月") != labels.end());
  CHECK(std::find(labels.begin(), labels.end(), "12月") == labels.end());
}

TEST_CASE("a topic is left from a notice by one press, and the press can be undone") {
  Talk t = talk();
  t.chosen = {{"topic", {"kosodate", "event"}}};
  REQUIRE(t.press(leave_data("topic", "kosodate")));
  CHECK(t.chosen["topic"] == Values{"event"});
  CHECK_THAT(t.shown(), Contains("「子育て・教育」のお知らせを止めました"));
  REQUIRE(t.tap("元に戻す"));
  CHECK(t.chosen["topic"].size() == 2);
  REQUIRE(t.say("子育てのお知らせはいらない"));
  CHECK(t.chosen["topic"] == Values{"event"});
}

TEST_CASE("a forged button changes nothing") {
  const auto data = GENERATE(values<std::string>(
      {"set:topic:nothing:off", "set:nothing:kosodate:on", "set:topic:kosodate:maybe", "set:topic:kosodate", "set:topic",
       "set:group:shokuin:on", "cfg:on:group:shokuin", "cfg:on:district:atlantis", "cfg:on:district:", "cfg:dance",
       "cfg:on:children:2022-05", "cfg:month:children:2022-13", "cfg:month:children:1900-01", "cfg:first:children:2022-05-01",
       "cfg:year:children:99999999999", "cfg:year:children:-1", "cfg:lang:xx", "cfg:erase:everything", "cfg:ask:group",
       "cfg:month:children:2027-01"}));
  CAPTURE(data);
  Talk t = talk();
  t.chosen = {{"topic", {"event"}}};
  const Chosen before = t.chosen;
  REQUIRE(t.press(data));
  CHECK(t.chosen == before);
  CHECK(t.turn.act == SettingsTurn::Act::kNone);
  CHECK_FALSE(t.messages.empty());
}

TEST_CASE("buttons of others are left to others") {
  Talk t = talk();
  for (const char* const data : {"faq:helpful:1:yes", "dlg:back", "", "settings", "cfgx:start", "garbage:布団"}) {
    if (std::string_view(data).empty()) continue;
    CHECK_FALSE(t.press(data));
  }
  CHECK_FALSE(t.press("set:a:b:c:d:e"));
  CHECK_FALSE(t.press("cfg:" + std::string(400, 'x')));
}

TEST_CASE("erasing asks first, and an old button asks again") {
  Talk t = talk();
  t.chosen = {{"district", {"hama"}}};
  REQUIRE(t.press("cfg:erase:all"));  // from a card of long ago
  CHECK(t.turn.act == SettingsTurn::Act::kNone);
  CHECK_THAT(t.shown(), Contains("何を消しますか"));
  SECTION("everything") {
    REQUIRE(t.tap("すべて消す"));
    CHECK(t.turn.act == SettingsTurn::Act::kEraseAll);
  }
  SECTION("everything, in words") {
    REQUIRE(t.say("全部消して"));
    CHECK(t.turn.act == SettingsTurn::Act::kEraseAll);
  }
  SECTION("the choices only") {
    REQUIRE(t.tap("選んだ設定だけ消す"));
    CHECK(t.turn.act == SettingsTurn::Act::kNone);
    CHECK(t.chosen.empty());
  }
  SECTION("nothing") {
    REQUIRE(t.say("いいえ"));
    CHECK(t.chosen.size() == 1);
    CHECK_FALSE(t.state.open);
  }
  SECTION("a yes does not say what") {
    REQUIRE(t.say("はい"));
    CHECK(t.turn.act == SettingsTurn::Act::kNone);
  }
}

TEST_CASE("an erasure whose run was cut off after the erasing is said to be done") {
  Talk t = talk();
  t.known = false;
  REQUIRE(t.press("cfg:erase:all"));
  CHECK(t.turn.act == SettingsTurn::Act::kEraseAll);
}

TEST_CASE("words reach the settings only when they mean them") {
  struct Case {
    const char* text;
    bool settings;
  };
  const auto c = GENERATE(values<Case>({
      {"設定", true}, {"受信設定", true}, {"設定したいです", true}, {"設定を見る", true}, {"設定を見たい", true},
      {"全部消して", true}, {"登録を消してください", true}, {"コードを見せて", true}, {"コード 123-456", true},
      {"コード：１２３４５６", true}, {"code 123456", true}, {"地区を変えたい", true}, {"ことばを変更", true},
      {"広報かしまのお知らせをやめる", true}, {"my settings", true},
      {"浜", false}, {"コード", false}, {"延長コード", false}, {"コードの捨て方", false}, {"消火器", false},
      {"明日のごみは？", false}, {"はい", false}, {"次へ", false}, {"2022年5月", false}, {"住民票の設定", false},
      {"防犯灯を消してほしい", false}, {"会社をやめたい", false}, {"保険を変えたい", false}, {"123456", false},
  }));
  CAPTURE(c.text);
  Talk t = talk();
  CHECK(t.say(c.text) == c.settings);
}

TEST_CASE("while something else was asked, words belong to that") {
  Talk t = talk();
  REQUIRE(t.press("cfg:start"));
  t.state.paused = true;
  CHECK_FALSE(t.say("浜"));
  CHECK_FALSE(t.say("次へ"));
  REQUIRE(t.say("設定を続ける"));
  CHECK_THAT(t.shown(), Contains("地区（1/7）"));
  CHECK(t.state.guided);
  REQUIRE(t.say("浜"));
}

TEST_CASE("a code is asked for, and what looks like one is taken as one then") {
  Talk t = talk();
  CHECK_FALSE(t.say("K7QM-2XTP"));
  REQUIRE(t.say("コードを入力"));
  REQUIRE(t.say("ｋ７ｑｍ ２ｘｔｐ"));
  CHECK(t.turn.act == SettingsTurn::Act::kEnterCode);
  CHECK(t.turn.code == "K7QM2XTP");
  REQUIRE(t.say("コード 123-456"));
  CHECK(t.turn.code == "123456");
  CHECK_FALSE(t.say("code question"));
}

TEST_CASE("whatever is shown fits LINE, in every language and at every step") {
  const auto language = GENERATE(values<std::string>({"ja", "ja-easy", "en"}));
  Talk t = talk();
  t.language = language;
  t.chosen["language"] = {language};
  const ChannelLimits limits;
  std::mt19937 random(20261125);
  REQUIRE(t.press("cfg:start"));
  std::size_t seen = 0;
  for (int step = 0; step < 3000; ++step) {
    CAPTURE(step, t.shown());
    REQUIRE_FALSE(t.messages.empty());
    REQUIRE(t.messages.size() <= limits.messages_per_send);
    for (const Message& message : t.messages) {
      REQUIRE(message.quick_replies.size() <= limits.quick_replies);
      REQUIRE_FALSE(Talk::text_of(message).empty());
      if (const auto* choices = std::get_if<ChoicesMessage>(&message.body)) {
        REQUIRE(choices->choices.size() <= limits.choices);
        CHECK(length_graphemes(choices->text) <= limits.choice_text_graphemes);
      }
      if (const auto* list = std::get_if<ListMessage>(&message.body)) REQUIRE(list->rows.size() <= 40);
    }
    const std::vector<Action> actions = t.actions();
    for (const Action& action : actions) {
      CHECK_FALSE(action.label.empty());
      CHECK(length_graphemes(action.label) <= limits.label_graphemes);
      CHECK(length_utf16(action.value) <= limits.postback_utf16);
    }
    if (actions.empty()) {
      REQUIRE(t.press("cfg:start"));
      continue;
    }
    const Action action = actions[random() % actions.size()];
    if (action.value.rfind("cfg:on:language", 0) == 0 || action.value.rfind("cfg:lang", 0) == 0) continue;
    if (action.value == "cfg:code") continue;  // answered by the gateway, who knows codes
    REQUIRE(t.press(action.value));
    CHECK_FALSE(t.turn.refused);
    ++seen;
  }
  CHECK(seen > 1000);
}

TEST_CASE("an attribute added to the file is asked, answered and shown without code") {
  store::Attribute pets;
  pets.id = "pets";
  pets.kind = store::AttributeKind::kYesNo;
  pets.label = {{"ja", "ペット"}};
  pets.question = {{"ja", "ペットを飼っていますか。"}};
  pets.values = {{"yes", {{"ja", "はい"}}}, {"no", {{"ja", "いいえ"}}}};
  std::vector<store::Attribute> all = kashima_attributes().attributes();
  all.push_back(pets);
  const store::AttributeSchema schema(std::move(all));
  Talk t(schema);
  REQUIRE(t.press("cfg:ask:pets"));
  CHECK_THAT(t.shown(), Contains("ペットを飼っていますか"));
  REQUIRE(t.say("はい"));
  CHECK(t.chosen["pets"] == Values{"yes"});
  CHECK_THAT(t.shown(), Contains("ペット はい"));
}

TEST_CASE("a city that asks nothing has a card and no questions") {
  const store::AttributeSchema none;
  Talk t(none);
  REQUIRE(t.press("cfg:start"));
  CHECK_FALSE(t.messages.empty());
  CHECK_FALSE(t.state.open);
}

TEST_CASE("where a resident is survives being written down, beside the engine's own state") {
  const SettingsState state{true, true, true, "children", "months:2022"};
  const std::string engine = "{\"at\":1,\"item\":\"布団\"}";
  const SplitConversation split = split_conversation(join_conversation(state, engine));
  CHECK(split.settings == state);
  CHECK(split.rest == engine);
  CHECK(split_conversation(engine).rest == engine);
  CHECK_FALSE(split_conversation(engine).settings.open);
  CHECK(join_conversation(SettingsState{}, engine) == engine);
  CHECK(split_conversation("settings without a line break").rest == "settings without a line break");
  const SettingsState plain{true, false, false, "", "erase"};
  CHECK(split_conversation(join_conversation(plain, "")).settings == plain);
}
