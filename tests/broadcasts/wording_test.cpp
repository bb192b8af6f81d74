#include "broadcasts/wording.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace kairan::broadcasts {
namespace {

Document parsed(const std::string& kind, const std::string& messages) {
  std::vector<Problem> problems;
  auto document = parse_document(R"({"title":"件名","section":"総務課","segment":"everyone","kind":")" + kind +
                                     R"(","messages":)" + messages + "}",
                                 problems);
  if (!document) FAIL(document.error().detail);
  return *std::move(document);
}

std::string read(const Document& document, const Reader& reader) { return plain_text(messages_for(document, reader)); }

bool begins(const std::string& text, std::string_view start) { return text.substr(0, start.size()) == start; }

std::size_t occurrences(const std::string& text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size()) ++count;
  return count;
}

}  // namespace

TEST_CASE("easy Japanese falls back to Japanese, other languages to English and then Japanese") {
  const Document both = parsed("live", R"([{"type":"text","text":{"ja":"日","en":"E"}}])");
  Reader reader;
  const auto in = [&](const char* language) {
    reader.language = language;
    return read(both, reader);
  };
  CHECK(in("ja") == "日");
  CHECK(in("ja-easy") == "日");
  CHECK(in("en") == "E");
  CHECK(in("vi") == "E");
  const Document one = parsed("live", R"([{"type":"text","text":"日"}])");
  reader.language = "vi";
  CHECK(read(one, reader) == "日");
}

TEST_CASE("variables, the day and doubled braces are put in") {
  const Document document = parsed("live", R"([{"type":"text","text":{"ja":"{date} {district}の皆さん {{見本}}","en":"{date} {district}"}}])");
  Reader reader;
  reader.date = *parse_date("2026-11-26");
  reader.values["district"] = "七浦";
  CHECK(read(document, reader) == "11月26日（木） 七浦の皆さん {見本}");
  reader.language = "en";
  reader.values["district"] = "Nanaura";
  CHECK(read(document, reader) == "2026-11-26 Nanaura");
  CHECK(variables_of(document) == std::set<std::string>{"district"});
}

TEST_CASE("a brace that is not closed or has no name is refused with what to write") {
  for (const char* wrong : {"{", "{district", "{district ", "a{}b", "{七浦}", "}", "a}b"}) CHECK_FALSE(cut_text(wrong));
  for (const char* right : {"", "{district}", "{{", "}}", "{{x}}", "a{b}c"}) CHECK(cut_text(right));
}

TEST_CASE("every message of a drill begins with the mark, once, in every language and display") {
  const Document drill = parsed("drill", R"([
    {"type":"text","text":{"ja":"避難してください","en":"Evacuate"}},
    {"type":"text","text":{"ja":"【訓練】避難してください","en":" 【訓練】　【訓練】 Evacuate"}},
    {"type":"choices","text":"どうしますか","choices":[{"label":"逃げる"}]},
    {"type":"choices","title":"題","text":"どうしますか","choices":[{"label":"逃げる"}]},
    {"type":"cards","alt":"地図","cards":[{"text":"一","actions":[{"label":"見る"}]},{"title":"題","text":"二","actions":[{"label":"見る"}]}]},
    {"type":"location","title":"体育館","address":"納富分","latitude":33,"longitude":130}])");
  for (const char* language : {"ja", "ja-easy", "en", "vi"}) {
    for (const Display display : {Display::kStandard, Display::kText, Display::kLarge}) {
      Reader reader;
      reader.language = language;
      reader.display = display;
      for (const Message& message : messages_for(drill, reader)) {
        const std::string text = plain_text({message});
        INFO(text);
        CHECK(begins(text, kDrillMark));
        CHECK(text.find("【訓練】【訓練】") == std::string::npos);
        CHECK(text.find("【訓練】 【訓練】") == std::string::npos);
        if (std::holds_alternative<TextMessage>(message.body)) CHECK(occurrences(text, kDrillMark) == 1);
        if (const auto* cards = std::get_if<CardsMessage>(&message.body)) {
          for (const Card& card : cards->cards) CHECK(begins(card.title.empty() ? card.text : card.title, kDrillMark));
        }
      }
    }
  }
}

TEST_CASE("a practice is marked as practice, a live broadcast not at all") {
  Reader reader;
  CHECK(read(parsed("practice", R"([{"type":"text","text":"あ"}])"), reader) == "【練習】あ");
  CHECK(read(parsed("live", R"([{"type":"text","text":"あ"}])"), reader) == "あ");
  reader.test = true;
  CHECK(read(parsed("live", R"([{"type":"text","text":"あ"}])"), reader) == "【テスト】あ");
}

TEST_CASE("a picture is its description for those who read text; what has no description takes the title") {
  Reader reader;
  reader.display = Display::kText;
  CHECK(read(parsed("live", R"([{"type":"image","url":"https://example.jp/a.png","alt":"健診車の写真"}])"), reader) ==
        "健診車の写真");
  const auto flex = messages_for(parsed("live", R"([{"type":"flex","contents":{"type":"bubble"}}])"), Reader{});
  CHECK(std::get<RichMessage>(flex.at(0).body).alt_text == "件名");
}

TEST_CASE("pictures of our own get the public address") {
  Reader reader;
  reader.media_base = "https://city.example.jp";
  const auto made = messages_for(parsed("live", R"([{"type":"image","url":"/m/abc.png"}])"), reader);
  CHECK(std::get<ImageMessage>(made.at(0).body).url == "https://city.example.jp/m/abc.png");
  CHECK(std::get<ImageMessage>(made.at(0).body).preview_url == "https://city.example.jp/m/abc.png");
}

TEST_CASE("addresses are found where Japanese runs on behind them, and replaced one by one") {
  const std::string text = "詳しくはhttps://example.jp/a?b=1をご覧ください。（https://example.jp/c）、https://example.jp/a?b=1.";
  CHECK(links_in(text) == std::vector<std::string>{"https://example.jp/a?b=1", "https://example.jp/c"});
  const auto short_link = [](std::string_view url) { return url.back() == 'c' ? std::string("S2") : std::string("S1"); };
  CHECK(replace_links(text, short_link) == "詳しくはS1をご覧ください。（S2）、S1.");
  CHECK(links_in("http https:// httpx").empty());
}

TEST_CASE("the button that leaves a topic comes last, in the reader's language, and never in place of the author's own") {
  const Localized topic{{"ja", "健診・健康"}, {"en", "Health"}};
  const std::string replies = R"([{"type":"text","text":"健診です","quick_replies":[{"type":"say","label":"予約","value":"予約"}]}])";
  Reader reader;
  reader.leave_topic = leave_topic_action("kenko", topic, "ja");
  const auto with = messages_for(parsed("live", R"([{"type":"text","text":"一"},{"type":"text","text":"二"}])"), reader);
  REQUIRE(with.size() == 2);
  CHECK(with[0].quick_replies.empty());
  REQUIRE(with[1].quick_replies.size() == 1);
  CHECK(with[1].quick_replies[0].kind == kairan::Action::Kind::kPostback);
  CHECK(with[1].quick_replies[0].label == "このお知らせをやめる");
  CHECK(with[1].quick_replies[0].value == "set:topic:kenko:off");
  CHECK(with[1].quick_replies[0].display == "「健診・健康」のお知らせをやめる");
  CHECK(messages_for(parsed("live", replies), reader)[0].quick_replies.size() == 2);
  std::string full = R"([{"type":"text","text":"x","quick_replies":[)";
  for (int i = 0; i < 13; ++i) full += std::string(i == 0 ? "" : ",") + R"({"type":"say","label":"a","value":"b"})";
  CHECK(messages_for(parsed("live", full + "]}]"), reader)[0].quick_replies.size() == 13);
  CHECK(leave_topic_action("kenko", topic, "en").label == "Stop these notices");
  CHECK(leave_topic_action("kenko", topic, "en").display == "Stop \"Health\" notices");
  CHECK(leave_topic_action("kenko", topic, "vi").label == "Stop these notices");  // as all texts fall back
  reader.leave_topic.reset();
  CHECK(messages_for(parsed("live", R"([{"type":"text","text":"一"}])"), reader)[0].quick_replies.empty());
}

}  // namespace kairan::broadcasts
