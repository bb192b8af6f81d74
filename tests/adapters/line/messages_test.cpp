// From base/message.h to LINE's bytes. KAIRAN_WRITE_GOLDEN=1 writes the golden files anew, to be read in a diff.
#include "adapters/line/messages.h"

#include <cstdlib>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "tests/adapters/line/fixtures.h"
#include "tests/support/catch.h"

using namespace kairan;
using namespace kairan::adapters::line;
using nlohmann::json;

namespace {

Action say(std::string label, std::string text) { return {Action::Kind::kSay, std::move(label), std::move(text), ""}; }
Action post(std::string label, std::string data, std::string display = "") {
  return {Action::Kind::kPostback, std::move(label), std::move(data), std::move(display)};
}
Action open(std::string label, std::string uri) { return {Action::Kind::kOpenUri, std::move(label), std::move(uri), ""}; }

std::string times(std::size_t count, const std::string& unit) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += unit;
  return text;
}

const std::string kImage = "https://example.com/m/kamome.png";
const std::string kSixtyOne = times(61, "か");

/// One entry per golden file.
std::vector<std::pair<std::string, std::vector<Message>>> samples() {
  const std::vector<Action> two{say("はい", "はい"), say("いいえ", "いいえ")};
  const std::vector<Action> three{say("燃えるごみ", "燃えるごみの日"), post("住民票", "menu=juminhyo", "住民票のこと"),
                                  open("市のサイト", "https://example.com/%E5%B8%82")};
  const std::string bubble =
      R"({"type":"bubble","body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"見本"}]}})";
  return {
      {"text", {text_message("ペットボトルは「資源ごみ」です。\n{括弧}も$も\"そのまま\"😀")}},
      {"text_quick_replies",
       {{TextMessage{"どれですか？"},
         {say("ハンガー（木製）", "ハンガー（木製）"), post("ちがう", "none", "ちがいます"),
          {Action::Kind::kLocation, "今の場所", "", ""}, {Action::Kind::kDate, "日付", "ask=date", ""},
          open("電話", "tel:0954000000")}}}},
      {"five_messages", {text_message("1"), text_message("2"), text_message("3"), text_message("4"), text_message("5")}},
      {"confirm", {{ChoicesMessage{"", "お役に立ちましたか？", two}, {}}}},
      {"buttons", {{ChoicesMessage{"ごみの分別", "どれを調べますか？", three}, {}}}},
      {"buttons_two_long_labels",
       {{ChoicesMessage{"", "どちらですか？", {say("アイロン台（金属製）", "アイロン台（金属製）"), say("アイロン台（木製）", "アイロン台（木製）")}}, {}}}},
      {"choices_long_text_under_title", {{ChoicesMessage{"見本の題", kSixtyOne, three}, {}}}},
      {"carousel",
       {{CardsMessage{"窓口の一覧", {{"市民課", "住民票、戸籍", kImage, {open("地図", "https://example.com/map")}},
                                     {"税務課", "税の証明", kImage, {open("地図", "https://example.com/map2")}}}}, {}}}},
      {"carousel_plain", {{CardsMessage{"お知らせ", {{"", kSixtyOne, "", two}, {"", "短い文", "", two}}}, {}}}},
      {"cards_of_different_shape",
       {{CardsMessage{"お知らせ", {{"題あり", "文", kImage, three}, {"", "題なし", "", two}}}, {}}}},
      {"image", {{ImageMessage{kImage, ""}, {}}}},
      {"image_with_preview", {{ImageMessage{kImage, "https://example.com/m/small.png"}, {}}}},
      {"location", {{LocationMessage{"見本公民館", "見本町1-1", 33.1037, 130.0989}, {}}}},
      {"sticker", {{StickerMessage{"446", "1988"}, {}}}},
      {"flex_bubble", {{RichMessage{"line", "見本のカード", bubble}, {}}}},
      {"flex_carousel", {{RichMessage{"line", "見本のカード", R"({"type":"carousel","contents":[)" + bubble + "]}"}, {}}}},
      {"text_v2",
       {{RichMessage{"line", "", R"({"type":"textV2","text":"{who}さん {{回覧}} {face}","substitution":{)"
                                 R"("who":{"type":"mention","mentionee":{"type":"user","userId":"U0000000000000000000000000000a001"}},)"
                                 R"("face":{"type":"emoji","productId":"5ac1bfd5040ab15980c9b435","emojiId":"001"}}})"}, {}}}},
      {"rich_of_another_channel", {{RichMessage{"web_chat", "カードの代わりの文", "<b>x</b>"}, {}}}},
  };
}

std::string detail_of(const std::vector<Message>& messages) {
  const auto rendered = render_messages(messages);
  return rendered.ok() ? "fits" : rendered.error().detail;
}
std::string detail_of(MessageBody body) { return detail_of({Message{std::move(body), {}}}); }

}  // namespace

TEST_CASE("each message type gives its golden bytes") {
  const std::string folder = test::line_folder() + "golden/";
  const bool write = std::getenv("KAIRAN_WRITE_GOLDEN") != nullptr;
  for (const auto& [name, messages] : samples()) {
    CAPTURE(name);
    const auto rendered = render_messages(messages);
    REQUIRE(rendered.ok());
    if (write) std::ofstream(folder + name + ".json", std::ios::binary) << *rendered << '\n';
    CHECK(*rendered + "\n" == test::read_file(folder + name + ".json"));
    CHECK(*render_messages(messages) == *rendered);
  }
}

TEST_CASE("no golden file is without its sample") {
  std::set<std::string> named;
  for (const auto& [name, messages] : samples()) named.insert(name);
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(test::line_folder() + "golden")) {
    files.insert(entry.path().stem().string());
  }
  CHECK(named == files);
}

TEST_CASE("a limit is kept to the unit LINE counts in") {
  const auto buttons = [](std::string title, std::string text, std::vector<Action> choices) {
    return ChoicesMessage{std::move(title), std::move(text), std::move(choices)};
  };
  const std::vector<Action> one{say("見る", "見る")};
  const std::string family = "👨‍👩‍👧";  // one grapheme, eight UTF-16 units
  struct Case {
    const char* label;
    MessageBody body;
    std::string detail;
  };
  const std::vector<Case> cases = {
      {"5,000 kanji", TextMessage{times(5000, "漢")}, "fits"},
      {"5,001 kanji", TextMessage{times(5001, "漢")}, "messages[0].text: 5001 utf16 units, at most 5000"},
      {"2,500 rare kanji", TextMessage{times(2500, "𠮷")}, "fits"},
      {"2,501 rare kanji", TextMessage{times(2501, "𠮷")}, "messages[0].text: 5002 utf16 units, at most 5000"},
      {"empty", TextMessage{""}, "messages[0].text: empty"},
      {"not UTF-8", TextMessage{"\xff"}, "messages[0].text: not UTF-8"},
      {"160 families in buttons", buttons("", times(160, family), one), "fits"},
      {"161 in buttons", buttons("", times(161, "あ"), one), "messages[0].text: 161 graphemes, at most 160"},
      {"240 in a confirm", buttons("", times(240, "あ"), {say("はい", "a"), say("いいえ", "b")}), "fits"},
      {"241 in a confirm", buttons("", times(241, "あ"), {say("はい", "a"), say("いいえ", "b")}),
       "messages[0].text: 241 graphemes, at most 240"},
      {"title of 40", buttons(times(40, family), "文", one), "fits"},
      {"title of 41", buttons(times(41, "あ"), "文", one), "messages[0].title: 41 graphemes, at most 40"},
      {"no choices", buttons("", "文", {}), "messages[0].choices: empty"},
      {"five choices", buttons("", "文", {one[0], one[0], one[0], one[0], one[0]}),
       "messages[0].choices: 5 items, at most 4"},
      {"label of 20 families", buttons("", "文", {say(times(20, family), "x")}), "fits"},
      {"label of 21", buttons("", "文", {say(times(21, "あ"), "x")}),
       "messages[0].choices[0].label: 21 graphemes, at most 20"},
      {"no label", buttons("", "文", {say("", "x")}), "messages[0].choices[0].label: empty"},
      {"says 300", buttons("", "文", {say("x", times(300, "あ"))}), "fits"},
      {"says 301", buttons("", "文", {say("x", times(301, "あ"))}),
       "messages[0].choices[0].value: 301 graphemes, at most 300"},
      {"data of 300 kanji", buttons("", "文", {post("x", times(300, "漢"))}), "fits"},
      {"data of 151 rare kanji", buttons("", "文", {post("x", times(151, "𠮷"))}),
       "messages[0].choices[0].value: 302 utf16 units, at most 300"},
      {"display of 301", buttons("", "文", {post("x", "d", times(301, "あ"))}),
       "messages[0].choices[0].display: 301 graphemes, at most 300"},
      {"address of 1,000", buttons("", "文", {open("x", "https://" + times(992, "a"))}), "fits"},
      {"address of 1,001", buttons("", "文", {open("x", "https://" + times(993, "a"))}),
       "messages[0].choices[0].value: 1001 utf16 units, at most 1000"},
      {"address with kanji", buttons("", "文", {open("x", "https://example.com/市")}),
       "messages[0].choices[0].value: not percent-encoded"},
      {"a script", buttons("", "文", {open("x", "javascript:alert(1)")}),
       "messages[0].choices[0].value: not an https, http, line or tel address"},
      {"location behind a button", buttons("", "文", {{Action::Kind::kLocation, "場所", "", ""}}),
       "messages[0].choices[0]: a location is asked for by quick replies only"},
      {"no cards", CardsMessage{"a", {}}, "messages[0].cards: empty"},
      {"eleven cards", CardsMessage{"a", std::vector<Card>(11, Card{"", "文", "", one})},
       "messages[0].cards: 11 items, at most 10"},
      {"four actions on a card", CardsMessage{"a", {{"", "文", "", {one[0], one[0], one[0], one[0]}}}},
       "messages[0].cards[0].actions: 4 items, at most 3"},
      {"card text of 120", CardsMessage{"a", {{"", times(120, "あ"), "", one}}}, "fits"},
      {"card text of 121", CardsMessage{"a", {{"", times(121, "あ"), "", one}}},
       "messages[0].cards[0].text: 121 graphemes, at most 120"},
      {"alt text of 1,501", CardsMessage{times(1501, "a"), {{"", "文", "", one}}},
       "messages[0].alt_text: 1501 utf16 units, at most 1500"},
      {"no alt text", CardsMessage{"", {{"", "文", "", one}}}, "messages[0].alt_text: empty"},
      {"an image over http", ImageMessage{"http://example.com/a.png", ""}, "messages[0].url: not an https address"},
      {"a picture address of 2,001", ImageMessage{"https://" + times(1993, "a"), kImage},
       "messages[0].url: 2001 utf16 units, at most 2000"},
      {"a place of 101", LocationMessage{times(101, "あ"), "b", 0, 0}, "messages[0].title: 101 utf16 units, at most 100"},
      {"a latitude of 91", LocationMessage{"a", "b", 91, 0}, "messages[0].latitude: not in -90 to 90"},
      {"a longitude that is no number", LocationMessage{"a", "b", 0, std::numeric_limits<double>::quiet_NaN()},
       "messages[0].longitude: not in -180 to 180"},
      {"a sticker by name", StickerMessage{"moon", "1"}, "messages[0].package_id: not a number"},
      {"a rich payload of another type", RichMessage{"line", "a", R"({"type":"imagemap"})"},
       "messages[0].payload: neither a bubble, a carousel nor a textV2"},
      {"a rich payload that is no JSON", RichMessage{"line", "a", "{"}, "messages[0].payload: not JSON, or not UTF-8"},
      {"a bubble of 30 KB", RichMessage{"line", "a", R"({"type":"bubble","x":")" + times(30'000, "a") + "\"}"},
       "messages[0].payload: 30024 bytes, at most 30000"},
      {"thirteen bubbles",
       RichMessage{"line", "a", R"({"type":"carousel","contents":[{})" + times(12, ",{}") + "]}"},
       "messages[0].payload.contents: 13 items, at most 12"},
      {"a textV2 of 5,001", RichMessage{"line", "", R"({"type":"textV2","text":")" + times(5001, "a") + "\"}"},
       "messages[0].payload.text: 5001 utf16 units, at most 5000"},
      {"a substitution key with a hyphen",
       RichMessage{"line", "", R"({"type":"textV2","text":"a","substitution":{"a-b":{"type":"emoji"}}})"},
       "messages[0].payload.substitution: a key is not 1 to 20 of [0-9A-Za-z_]"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.label);
    CHECK(detail_of(c.body) == c.detail);
  }
}

TEST_CASE("one to five messages and one to thirteen quick replies go into a request") {
  CHECK(detail_of(std::vector<Message>{}) == "messages: empty");
  CHECK(detail_of(std::vector<Message>(6, text_message("a"))) == "messages: 6 items, at most 5");
  Message message = text_message("a");
  message.quick_replies.assign(13, say("x", "y"));
  CHECK(detail_of({message}) == "fits");
  message.quick_replies.push_back(say("x", "y"));
  CHECK(detail_of({message}) == "messages[0].quick_replies: 14 items, at most 13");
  CHECK(render_messages({message}).error().code == ErrorCode::kTooLarge);
}

TEST_CASE("fitting shortens what is shown and leaves what is done") {
  const std::string label = times(30, "あ");
  const std::string data = times(200, "d");
  Message message{ChoicesMessage{times(50, "題"), "文", {post(label, data, times(400, "い"))}}, {say(label, label)}};
  const auto fitted = fit({message});
  const auto& choices = std::get<ChoicesMessage>(fitted[0].body);
  CHECK(length_graphemes(choices.title) == 40);
  CHECK(length_graphemes(choices.choices[0].label) == 20);
  CHECK(choices.choices[0].label.substr(57) == "…");
  CHECK(choices.choices[0].value == data);
  CHECK(fitted[0].quick_replies[0].value == label);
  CHECK(detail_of(fitted) == "fits");
  CHECK(detail_of({message}) != "fits");

  const Message place{LocationMessage{times(200, "a"), times(200, "b"), 0, 0}, {}};
  CHECK(detail_of(fit({place})) == "fits");
  const Message cards{CardsMessage{times(2000, "a"), {{times(60, "b"), "文", "", {say(label, "x")}}}}, {}};
  CHECK(detail_of(fit({cards})) == "fits");
  const Message long_text = text_message(times(5001, "a"));
  CHECK(detail_of(fit({long_text})) != "fits");
}

TEST_CASE("what the channel promises to composers always fits") {
  const ChannelLimits limits = channel_limits();
  const Action action = post(times(limits.label_graphemes, "あ"), times(limits.postback_utf16, "d"));
  CHECK(detail_of(TextMessage{times(limits.text_utf16, "あ")}) == "fits");
  for (const std::string& title : {std::string(), std::string("題")}) {
    CHECK(detail_of(ChoicesMessage{title, times(limits.choice_text_graphemes, "あ"),
                                   std::vector<Action>(limits.choices, action)}) == "fits");
    CHECK(detail_of(CardsMessage{"a", std::vector<Card>(limits.cards, Card{title, times(limits.card_text_graphemes, "あ"), "",
                                                                            std::vector<Action>(limits.card_actions, action)})}) ==
          "fits");
  }
}
