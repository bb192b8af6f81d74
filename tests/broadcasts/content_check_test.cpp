#include "broadcasts/content_check.h"

#include <algorithm>
#include <string>

#include "base/civil_time.h"
#include "tests/broadcasts/city.h"
#include "tests/broadcasts/plain_channel.h"
#include "tests/support/catch.h"
#include "tests/support/staff_words.h"

namespace kairan::broadcasts {
namespace {

const TimePoint kNow = jst_time(*parse_date("2026-11-25"), 12 * 60);

std::string times(std::size_t count, std::string_view text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

std::vector<Problem> check(const std::string& json) {
  std::vector<Problem> problems;
  auto document = parse_document(json, problems);
  if (!document) return problems;
  const test::PlainChannel channel;
  (void)check_document(*document, {*test::city_schema(), &channel, kNow, "https://city.example.jp"}, problems);
  return problems;
}

/// "path: message" of the first problem that stops it; "" when there is none. Each is there in English too.
std::string refused(const std::string& json) {
  std::string first;
  for (const Problem& problem : check(json)) {
    CAPTURE(problem.path, problem.message.en);
    CHECK(test::in_both_languages(problem.message));
    if (!problem.warning && first.empty()) first = problem.path + ": " + problem.message.ja;
  }
  return first;
}

std::string doc(const std::string& messages, const std::string& more = "") {
  return R"({"title":"件名","section":"総務課","segment":"everyone","messages":[)" + messages + "]" +
         (more.empty() ? "" : "," + more) + "}";
}
std::string text(const std::string& body, const std::string& more = "") {
  return doc(R"({"type":"text","text":")" + body + "\"}", more);
}

bool has(const std::string& where, std::string_view what) { return where.find(what) != std::string::npos; }

}  // namespace

TEST_CASE("a plain document passes") {
  CHECK(refused(text("健診があります。")) == "");
  CHECK(refused(text("健診", R"("topic":"kenko","schedule":"2026-12-01 18:00","expires":"2026-12-01 20:00")")) == "");
}

TEST_CASE("texts over the limit are refused in the channel's unit, with language and fix") {
  CHECK(refused(text(times(5000, "漢"))) == "");
  const std::string over = refused(text(times(5001, "漢")));
  CHECK(has(over, "messages[0].text（ja）: 5,001文字あります。5,000文字までにしてください"));
  CHECK(has(refused(text(times(2501, "𠮷"))), "5,002文字"));
  CHECK(has(refused(doc(R"({"type":"text","text":{"ja":"短い","en":")" + times(5001, "a") + "\"}}")), "（en）"));
}

TEST_CASE("a variable counts with its longest value, the drill's mark with the text") {
  CHECK(refused(text(times(4990, "漢") + "{district}", R"("fallbacks":{"district":"市内"})")) == "");
  CHECK(has(refused(text(times(4994, "漢") + "{district}", R"("fallbacks":{"district":"お住まいの地区"})")), "文字あります"));
  CHECK(has(refused(text(times(4998, "漢"), R"("kind":"drill")")), "5,002文字"));
}

TEST_CASE("more than five messages are refused") {
  std::string six;
  for (int i = 0; i < 6; ++i) six += std::string(i == 0 ? "" : ",") + R"({"type":"text","text":"a"})";
  CHECK(has(refused(doc(six)), "messages: メッセージが6件あります。5件まで"));
}

TEST_CASE("an http picture is refused, an https one and one of our own pass") {
  CHECK(has(refused(doc(R"({"type":"image","url":"http://example.jp/a.png","alt":"a"})")), "messages[0].url: http://"));
  CHECK(has(refused(doc(R"({"type":"image","url":"https://example.jp/あ.png","alt":"a"})")), "messages[0].url"));
  CHECK(refused(doc(R"({"type":"image","url":"https://example.jp/a.png","alt":"a"})")) == "");
  CHECK(refused(doc(R"({"type":"image","url":"/m/a.png","alt":"a"})")) == "");
  CHECK(has(refused(doc(R"({"type":"cards","alt":"a","cards":[{"text":"a","image":"http://example.jp/a.png","actions":[{"label":"b"}]}]})")),
            "messages[0].cards[0].image"));
  CHECK(has(refused(doc(R"({"type":"flex","alt":"a","contents":{"hero":{"url":"http://x.jp/"}}})")), "messages[0].contents"));
}

TEST_CASE("links are https or tel") {
  const auto button = [](const std::string& uri) {
    return doc(R"({"type":"choices","text":"a","choices":[{"type":"uri","label":"b","value":")" + uri + R"("}]})");
  };
  CHECK(refused(button("https://example.jp/")) == "");
  CHECK(refused(button("tel:0954632111")) == "");
  CHECK(has(refused(button("http://example.jp/")), "messages[0].choices[0].value.ja"));
  CHECK(has(refused(button("javascript:alert(1)")), "messages[0].choices[0].value.ja"));
}

TEST_CASE("times in the past, an end before the beginning and plans past a year are refused") {
  CHECK(has(refused(text("a", R"("schedule":"2026-11-25 11:59")")), "schedule: 予約の時刻が過ぎています"));
  CHECK(has(refused(text("a", R"("schedule":"2026-11-25 12:00")")), "schedule"));
  CHECK(refused(text("a", R"("schedule":"2026-11-25 12:01")")) == "");
  CHECK(has(refused(text("a", R"("schedule":"2028-11-25 12:00")")), "1年以内"));
  const auto recurring = [](const std::string& until) {
    return text("a", R"("schedule":{"repeat":"monthly","days":[1,15],"time":"18:00")" + until + "}");
  };
  CHECK(refused(recurring(R"(,"until":"2027-03-31")")) == "");
  CHECK(has(refused(recurring("")), "schedule.until: 繰り返しには終わりの日"));
  CHECK(has(refused(recurring(R"(,"until":"2026-11-30")")), "schedule: この期間に配信日が1日もありません"));
  CHECK(has(refused(recurring(R"(,"until":"2028-03-31")")), "1年以内"));
  CHECK(has(refused(text("a", R"("expires":"2026-11-25 11:00")")), "expires: 期限が過ぎています"));
  CHECK(has(refused(text("a", R"("schedule":"2026-12-01 18:00","expires":"2026-12-01 18:00")")), "expires"));
}

TEST_CASE("names that are not declared are refused with those that are") {
  CHECK(has(refused(text("{town}の方")), "{district}"));
  CHECK(has(refused(text("a", R"("topic":"sports")")), "topic: 「sports」"));
  std::string wrong = text("a");
  wrong.replace(wrong.find("\"everyone\""), 10, R"({"combinator":"and","rules":[{"field":"x","operator":"=","value":"y"}]})");
  CHECK(has(refused(wrong), "segment.rules[0]"));
  CHECK(has(refused(R"({"segment":"everyone","messages":[{"type":"text","text":"a"}]})"), "title"));
}

TEST_CASE("a brace that is not closed is refused at its text") {
  CHECK(has(refused(text("{districtの方へ")), "messages[0].text.ja"));
}

TEST_CASE("drill text on the live path is refused") {
  CHECK(has(refused(text("【訓練】避難してください")), "種別を「訓練」"));
  CHECK(refused(text("11月30日に防災訓練があります")) == "");
  CHECK(refused(text("【訓練】避難してください", R"("kind":"drill")")) == "");
}

TEST_CASE("what cannot carry the mark is refused in a drill and in a practice") {
  for (const char* kind : {"drill", "practice"}) {
    const std::string more = std::string(R"("kind":")") + kind + "\"";
    CHECK(has(refused(doc(R"({"type":"image","url":"https://example.jp/a.png","alt":"a"})", more)), "messages[0].type"));
    CHECK(has(refused(doc(R"({"type":"flex","alt":"a","contents":{"type":"bubble"}})", more)), "messages[0].type"));
  }
}

TEST_CASE("an emergency for districts is rewritten so that approvers see who gets it") {
  std::vector<Problem> problems;
  auto document = test::document_of(R"({"title":"t","section":"s","priority":"emergency","segment":
    {"combinator":"and","rules":[{"field":"district","operator":"in","value":["hama","nanaura"]}]},
    "messages":[{"type":"text","text":"a"}]})");
  test::must(check_document(document, {*test::city_schema(), nullptr, kNow, ""}, problems));
  CHECK(document.segment.find("null") != std::string::npos);
  const std::string once = document.segment;
  test::must(check_document(document, {*test::city_schema(), nullptr, kNow, ""}, problems));
  CHECK(document.segment == once);
  CHECK(std::none_of(problems.begin(), problems.end(), [](const Problem& p) { return p.path == "segment"; }));
}

TEST_CASE("a channel's limits are said to staff in their words") {
  CHECK(limit_words("messages[0].choices: 5 items, at most 4") ==
        StaffText{"5個あります。4個までにしてください。", "5 of them. 4 at most."});
  CHECK(has(limit_words("messages[0].title: 41 graphemes, at most 40").ja, "41文字あります。40文字まで"));
  CHECK(has(limit_words("messages[0].text: empty").ja, "空です"));
  CHECK(has(limit_words("messages[0].payload: neither a bubble").ja, "送れない"));
  for (const char* detail : {"a: 5001 utf16 units, at most 5000", "a: 41 graphemes, at most 40",
                             "a: 9 bytes, at most 8", "a: empty", "a: not an https link", "a: neither a bubble"}) {
    CAPTURE(detail);
    CHECK(test::in_both_languages(limit_words(detail)));
  }
}

TEST_CASE("whatever is wrong with what is sent, it is said in English too") {
  // refused() looks at the words of each.
  CHECK(has(refused(R"({"title":"t","segment":"everyone","messages":[{"type":"text","text":"a"}]})"), "section"));
  CHECK(has(refused(R"({"title":")" + times(101, "件") + R"(","section":")" + times(65, "課") +
                    R"(","segment":null,"messages":[{"type":"text","text":" "}]})"),
            "title"));
  CHECK(has(refused(doc(R"({"type":"image","url":""})")), "messages[0].url"));
  CHECK(has(refused(doc(R"({"type":"choices","choices":[]})")), "messages[0].text"));
  CHECK(has(refused(doc(R"({"type":"cards","cards":[]})")), "messages[0].cards"));
  CHECK(has(refused(doc(R"({"type":"location","title":"a","address":"b","latitude":91,"longitude":181})")),
            "messages[0].latitude"));
  CHECK(has(refused(text("}")), "messages[0].text.ja"));
  CHECK(has(refused(text("{a}{b}{c}{d}{e}", R"("fallbacks":{"district":"市内"})")), "messages"));
  std::string aimed = text("a", R"("priority":"emergency")");
  aimed.replace(aimed.find("\"everyone\""), 10,
                R"({"combinator":"and","rules":[{"field":"topic","operator":"=","value":"kenko"}]})");
  CHECK(refused(aimed) == "");
  std::vector<Problem> problems;
  auto own_picture = test::document_of(doc(R"({"type":"image","url":"/m/a.png","alt":"a"})"));
  const Status checked = check_document(own_picture, {*test::city_schema(), nullptr, kNow, ""}, problems);
  CHECK(test::in_both_languages(checked.error()));
}

}  // namespace kairan::broadcasts
