#include "adapters/line/display.h"

#include <nlohmann/json.hpp>

#include "adapters/line/messages.h"
#include "tests/support/catch.h"

using namespace kairan;
using namespace kairan::adapters::line;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

Action press(const std::string& label) { return {Action::Kind::kPostback, label, "data:" + label, label}; }

ListMessage check_list(int rows) {
  ListMessage list;
  list.title = "地区";
  list.text = "選んでください。";
  for (int i = 0; i < rows; ++i) {
    ListRow row;
    row.label = "地区" + std::to_string(i + 1);
    row.mark = i == 0 ? ListRow::Mark::kOn : ListRow::Mark::kOff;
    row.action = press(row.label);
    list.rows.push_back(row);
  }
  list.actions = {press("次へ"), press("戻る")};
  return list;
}

json rendered(const Message& message, Display display) {
  const auto bytes = render_messages(fit(arrange({message}, display)));
  REQUIRE(bytes.ok());
  return json::parse(*bytes).at(0);
}

}  // namespace

TEST_CASE("a list is a bubble whose lines can be pressed, with its marks") {
  const json message = rendered({check_list(6), {}}, Display::kStandard);
  CHECK(message.at("type") == "flex");
  CHECK(message.at("altText") == "地区\n選んでください。");
  const std::string bytes = message.dump();
  CHECK_THAT(bytes, Contains("☑") && Contains("☐") && Contains("data:地区6") && Contains("data:次へ"));
}

TEST_CASE("without lines a list is its text and its buttons") {
  ListMessage list = check_list(0);
  CHECK(rendered({list, {}}, Display::kStandard).at("type") == "flex");
  list.text.clear();
  CHECK_FALSE(render_messages({{list, {}}}).ok());
}

TEST_CASE("as plain text nothing is a card, and what leads on is never lost for room") {
  const json message = rendered({check_list(20), {press("やめる")}}, Display::kText);
  CHECK(message.at("type") == "text");
  CHECK_THAT(message.at("text").get<std::string>(), Contains("1 地区1（✓）") && Contains("20 地区20"));
  const json& items = message.at("quickReply").at("items");
  REQUIRE(items.size() == 13);
  std::vector<std::string> labels;
  for (const json& item : items) labels.push_back(item.at("action").at("label"));
  for (const char* const must : {"次へ", "戻る", "やめる"}) CHECK(std::count(labels.begin(), labels.end(), must) == 1);

  ChoicesMessage choices{"", "消しますか。", {press("消す"), {Action::Kind::kOpenUri, "市のページ", "https://example.jp/", ""}}};
  const json asked = rendered({choices, {}}, Display::kText);
  CHECK(asked.at("text") == "消しますか。\n市のページ https://example.jp/");
  CHECK(asked.at("quickReply").at("items").size() == 1);
}

TEST_CASE("in large type a text is a bubble, and its links and numbers become buttons") {
  const std::string text = "環境下水道課 0954-63-3416 へ。\n119 と 2026-11-25 はそのまま。https://example.jp/a?b=c。";
  const json message = rendered(text_message(text), Display::kLarge);
  CHECK(message.at("type") == "flex");
  CHECK(message.at("altText") == text);
  const json& footer = message.at("contents").at("footer").at("contents");
  REQUIRE(footer.size() == 2);
  CHECK(footer.at(0).at("action").at("uri") == "https://example.jp/a?b=c");
  CHECK(footer.at(1).at("action").at("uri") == "tel:0954-63-3416");
  CHECK(message.at("contents").at("body").at("contents").at(0).at("size") == "xl");
}

TEST_CASE("a text too long for a bubble stays a text in large type, and every length can be rendered") {
  std::string letters;
  for (int i = 0; i < 5000; ++i) letters += "あ";
  CHECK(rendered(text_message(letters), Display::kLarge).at("type") == "text");
  for (const std::size_t bytes : {3U, 3000U, 11'997U, 12'003U}) {
    CHECK(render_messages(arrange({text_message(letters.substr(0, bytes))}, Display::kLarge)).ok());
  }
}

TEST_CASE("quick replies survive every way of reading") {
  for (const Display display : {Display::kStandard, Display::kText, Display::kLarge}) {
    CHECK(rendered({TextMessage{"どれですか。"}, {press("a"), press("b")}}, display).at("quickReply").at("items").size() == 2);
  }
}
