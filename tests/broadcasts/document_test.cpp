#include "broadcasts/document.h"

#include <string>
#include <vector>

#include "base/civil_time.h"
#include "tests/support/catch.h"
#include "tests/support/staff_words.h"

namespace kairan::broadcasts {
namespace {

const std::string kPlain = R"({"title":"健診","kind":"live","priority":"bulk","section":"保険健康課","topic":"kenko",
  "segment":"everyone","messages":[{"type":"text","text":"健診があります。"}]})";

Document must_parse(const std::string& json) {
  std::vector<Problem> problems;
  auto parsed = parse_document(json, problems);
  if (!parsed) FAIL(parsed.error().detail);
  return *std::move(parsed);
}

/// The first problem's path of a document that is refused.
std::string refused_at(const std::string& json) {
  std::vector<Problem> problems;
  const auto parsed = parse_document(json, problems);
  if (parsed) return "accepted";
  REQUIRE_FALSE(problems.empty());
  for (const Problem& problem : problems) {
    CAPTURE(problem.path, problem.message.en);
    CHECK(test::in_both_languages(problem.message));
  }
  CHECK(test::in_both_languages(parsed.error()));
  CHECK(parsed.error().english.find(problems.front().message.en) != std::string::npos);
  return problems.front().path;
}

}  // namespace

TEST_CASE("the contract's document is read: a string is Japanese, a map is by language") {
  const Document plain = must_parse(kPlain);
  CHECK(plain.title == "健診");
  CHECK(plain.kind == Kind::kLive);
  CHECK(plain.messages.at(0).text.at("ja") == "健診があります。");
  const Document many = must_parse(R"({"title":"t","kind":"drill","priority":"emergency","section":"総務課","segment":
    {"combinator":"and","not":false,"rules":[]},"messages":[{"type":"text","text":{"ja":"あ","ja-easy":"い","en":"a"}},
    {"type":"buttons","text":"どちら","buttons":[{"label":"はい"},{"type":"uri","label":"見る","value":"https://example.jp/"}]},
    {"type":"carousel","alt":"二枚","cards":[{"text":"x","actions":[{"label":"y"}]}]},
    {"type":"location","title":"市役所","address":"納富分","latitude":33.1,"longitude":130.1},
    {"type":"flex","alt":"f","contents":{"type":"bubble"}}],
    "schedule":"2026-12-01 18:00","expires":"2026-12-01T20:00:00+09:00","fallbacks":{"district":"市内"}})");
  CHECK(many.kind == Kind::kDrill);
  CHECK(many.priority == Priority::kEmergency);
  CHECK(many.messages.size() == 5);
  CHECK(many.messages[1].choices.at(0).value.at("ja") == "はい");
  CHECK(many.at == jst_time(*parse_date("2026-12-01"), 18 * 60));
  CHECK(many.fallbacks.at("district").at("ja") == "市内");
}

TEST_CASE("a document that is written and read again is the same, and so is its hash") {
  const Document document = must_parse(kPlain);
  const Document again = must_parse(canonical_json(document));
  CHECK(canonical_json(again) == canonical_json(document));
  CHECK(approval_hash(again) == approval_hash(document));
  CHECK(approval_hash(document).size() == 64);
}

TEST_CASE("the order of members does not change the hash; anything that residents, approvers or the clock see does") {
  const std::string base = approval_hash(must_parse(kPlain));
  CHECK(approval_hash(must_parse(R"({"messages":[{"text":{"ja":"健診があります。"},"type":"text"}],"segment":"everyone",
    "topic":"kenko","section":"保険健康課","priority":"bulk","kind":"live","title":"健診","schedule":null})")) == base);
  const auto changed = [&](const char* from, const char* to) {
    std::string json = kPlain;
    json.replace(json.find(from), std::string(from).size(), to);
    return approval_hash(must_parse(json)) != base;
  };
  CHECK(changed("健診があります。", "検診があります。"));
  CHECK(changed("\"live\"", "\"drill\""));
  CHECK(changed("\"bulk\"", "\"emergency\""));
  CHECK(changed("\"everyone\"", R"({"combinator":"and","rules":[]})"));
  CHECK(changed("\"segment\"", R"("expires":"2026-12-01 18:00","segment")"));
  CHECK(changed("\"segment\"", R"("schedule":"2026-12-01 18:00","segment")"));
  CHECK(changed("\"segment\"", R"("fallbacks":{"district":"市内"},"segment")"));
  CHECK(changed("\"健診があります。\"", R"({"ja":"健診があります。","en":"Check-up"})"));
  CHECK(changed("kenko", "kosodate"));
}

TEST_CASE("what is wrong is named with its place") {
  const auto with = [](const std::string& member) {
    return R"({"title":"t","section":"s","segment":"everyone","messages":[{"type":"text","text":"a"}],)" + member + "}";
  };
  CHECK(refused_at("") == "");
  CHECK(refused_at("[1]") == "");
  CHECK(refused_at("{\"title\":\"\xff\"}") == "");
  CHECK(refused_at(with(R"("kind":"test")")) == "kind");
  CHECK(refused_at(with(R"("priority":"urgent")")) == "priority");
  CHECK(refused_at(with(R"("schedule":"tomorrow")")) == "schedule");
  CHECK(refused_at(with(R"("expires":"2026-02-30 10:00")")) == "expires");
  CHECK(refused_at(with(R"("titel":"x")")) == "titel");
  CHECK(refused_at(R"({"messages":[{"type":"text","text":"a"}]})") == "segment");
  CHECK(refused_at(R"({"segment":"all","messages":[{"type":"text","text":"a"}]})") == "segment");
  CHECK(refused_at(R"({"segment":"everyone","messages":[]})") == "messages");
  CHECK(refused_at(R"({"segment":"everyone","messages":[{"type":"video"}]})") == "messages[0].type");
  CHECK(refused_at(R"({"segment":"everyone","messages":[{"type":"text","text":{"en":"a"}}]})") == "messages[0].text.ja");
  CHECK(refused_at(R"({"segment":"everyone","messages":[{"type":"text","text":7}]})") == "messages[0].text");
  CHECK(refused_at(R"({"segment":"everyone","messages":[{"type":"choices","text":"a","choices":[{"type":"x"}]}]})") ==
        "messages[0].choices[0].type");
}

TEST_CASE("whatever is wrong in a document, it is said in English too") {
  const auto message = [](const std::string& json) {
    return R"({"title":"t","section":"s","segment":"everyone","messages":[)" + json + "]}";
  };
  const auto member = [](const std::string& json) {
    return R"({"title":"t","section":"s","segment":"everyone","messages":[{"type":"text","text":"a"}],)" + json + "}";
  };
  // refused_at() looks at the words of each.
  CHECK(refused_at(std::string(600 * 1024, ' ') + "{}") == "");
  CHECK(refused_at(R"({"segment":7,"messages":[{"type":"text","text":"a"}]})") == "segment");
  CHECK(refused_at(message(R"("a")")) == "messages[0]");
  CHECK(refused_at(message(R"({"text":"a"})")) == "messages[0].type");
  CHECK(refused_at(message(R"({"type":"text","text":{"e n":"a","ja":"a"}})")) == "messages[0].text.e n");
  CHECK(refused_at(message(R"({"type":"text","text":{"ja":1}})")) == "messages[0].text.ja");
  CHECK(refused_at(message(R"({"type":"image","url":1})")) == "messages[0].url");
  CHECK(refused_at(message(R"({"type":"choices","text":"a","choices":{}})")) == "messages[0].choices");
  CHECK(refused_at(message(R"({"type":"choices","text":"a","choices":[1]})")) == "messages[0].choices[0]");
  CHECK(refused_at(message(R"({"type":"cards","alt":"a","cards":{}})")) == "messages[0].cards");
  CHECK(refused_at(message(R"({"type":"cards","alt":"a","cards":[1]})")) == "messages[0].cards[0]");
  CHECK(refused_at(message(R"({"type":"flex","alt":"a","contents":1})")) == "messages[0].contents");
  CHECK(refused_at(message(R"({"type":"location","title":"a","address":"b","latitude":"x","longitude":1})")) ==
        "messages[0].latitude");
  std::string many = R"({"type":"text","text":"a"})";
  for (int i = 0; i < 51; ++i) many += R"(,{"type":"text","text":"a"})";
  CHECK(refused_at(message(many)) == "messages");
  CHECK(refused_at(member(R"("fallbacks":[])")) == "fallbacks");
  CHECK(refused_at(member(R"("count_links":"yes")")) == "count_links");
  CHECK(refused_at(member(R"("frame":{})")) == "frame.id");
  CHECK(refused_at(member(R"("frame":{"id":"a","fields":{"b":1}})")) == "frame.fields.b");
  CHECK(test::in_both_languages(no_audience()));
}

TEST_CASE("times are Japan's unless they say otherwise") {
  const TimePoint six = jst_time(*parse_date("2026-12-01"), 18 * 60);
  CHECK(parse_time("2026-12-01 18:00") == six);
  CHECK(parse_time("2026-12-01T18:00:00") == six);
  CHECK(parse_time("2026-12-01T18:00:00+09:00") == six);
  CHECK(parse_time("2026-12-01T09:00:00Z") == six);
  CHECK(parse_time("2026-12-01T04:00-05:00") == six);
  CHECK(parse_time(format_utc(six)) == six);
  for (const char* wrong : {"", "2026-12-01", "18:00", "2026-12-01 24:00", "2026-12-01 18:60", "2026-13-01 18:00",
                            "2026-12-01 18:00 JST", "2026-12-01 18:00:99"}) {
    CHECK_FALSE(parse_time(wrong));
  }
}

TEST_CASE("nobody chosen yet is neither everyone nor anybody, and stays so when it is stored") {
  const Document open = must_parse(R"({"title":"t","section":"s","segment":null,"messages":[{"type":"text","text":"a"}]})");
  CHECK(open.segment == kNoAudience);
  CHECK(must_parse(canonical_json(open)).segment == kNoAudience);
  const Document all = must_parse(R"({"title":"t","section":"s","segment":"everyone","messages":[{"type":"text","text":"a"}]})");
  CHECK(all.segment.empty());
  CHECK(approval_hash(open) != approval_hash(all));
}

}  // namespace kairan::broadcasts
