#include "broadcasts/segment.h"

#include <nlohmann/json.hpp>

#include "tests/broadcasts/segment_schema.h"
#include "tests/support/catch.h"
#include "tests/support/staff_words.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::broadcasts;
using kairan::test::must;
using nlohmann::json;

namespace {

const store::AttributeSchema& schema() {
  static const store::AttributeSchema made = kairan::test::segment_schema();
  return made;
}
Segment parsed(const std::string& text) {
  return must(parse_segment(text, schema()));
}
Segment parsed_rule(const std::string& rule) {
  return parsed(R"({"combinator":"and","rules":[)" + rule + "]}");
}
std::vector<SegmentProblem> problems_of(const std::string& text) {
  std::vector<SegmentProblem> problems;
  const auto result = parse_segment(text, schema(), problems);
  CHECK_FALSE(result.ok());
  REQUIRE_FALSE(problems.empty());
  CHECK(result.error().detail.find(problems.front().message.ja) != std::string::npos);
  CHECK(result.error().english.find(problems.front().message.en) != std::string::npos);
  for (const SegmentProblem& problem : problems) {
    CAPTURE(problem.path, problem.message.en);
    CHECK(kairan::test::in_both_languages(problem.message));
  }
  return problems;
}
bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const std::string kBroadcast = "0123456789abcdef0123456789abcdef";

}  // namespace

TEST_CASE("what the editor writes is read, its own keys among it") {
  const Segment segment = parsed(R"({"id":"r","combinator":"and","not":false,"rules":[
      {"id":"a","path":[0],"field":"district","operator":"in","valueSource":"value","value":["nanaura","hama"],"disabled":false},
      {"id":"b","combinator":"or","not":true,"rules":[
        {"field":"children","operator":"between","value":"0, 2"},
        {"field":"topic","operator":"=","value":"kosodate"}]}]})");
  CHECK(segment.root().nodes.size() == 2);
  CHECK(segment.root().nodes[1].negated);
  CHECK(segment.root().nodes[1].nodes[0].path == "rules[1].rules[0]");
  CHECK(segment.root().nodes[1].nodes[0].most == 2);
}

TEST_CASE("several values are an array or a text with commas, and one spelling is kept") {
  const std::string array = parsed_rule(R"({"field":"topic","operator":"in","value":["event","kosodate"]})").json();
  CHECK(parsed_rule(R"({"field":"topic","operator":"in","value":" event ,kosodate"})").json() == array);
  CHECK(array == R"({"combinator":"and","rules":[{"field":"topic","operator":"in","value":["event","kosodate"]}]})");
  CHECK(parsed_rule(R"({"field":"shobodan","operator":"=","value":true})").json() ==
        parsed_rule(R"({"field":"shobodan","operator":"=","value":"yes"})").json());
  CHECK(parsed_rule(R"({"field":"children.school_year","operator":"=","value":"小１"})").json() ==
        parsed_rule(R"({"field":"children.school_year","operator":"in","value":["elementary1"]})").json());
}

TEST_CASE("what a segment writes reads back as the same segment") {
  const char* const rules[] = {
      R"({"field":"district","operator":"all","value":["nanaura","hama"]})",
      R"({"field":"district","operator":"null"})",
      R"({"field":"language","operator":"!=","value":"en"})",
      R"({"field":"children","operator":">=","value":3})",
      R"({"field":"children","operator":"notBetween","value":[0,2]})",
      R"({"field":"children.school_year","operator":"notIn","value":["未就学","中2"]})",
      R"({"field":"broadcast","operator":"notReceived","value":"0123456789abcdef0123456789abcdef"})",
      R"({"combinator":"or","not":true,"rules":[{"field":"shobodan","operator":"=","value":false}]})",
  };
  for (const char* rule : rules) {
    CAPTURE(rule);
    const std::string written = parsed_rule(rule).json();
    CHECK(parsed(written).json() == written);
  }
  CHECK(parsed(Segment().json()).is_everyone());
}

TEST_CASE("everyone must be said") {
  CHECK(parsed("\"everyone\"").is_everyone());
  CHECK(parsed(" everyone ").is_everyone());
  for (const char* wrong : {"", "\"\"", "{}", "[]", "null", "true", "\"all\"", R"({"combinator":"and","rules":[]})",
                            R"({"combinator":"and","rules":null})"}) {
    CAPTURE(wrong);
    problems_of(wrong);
  }
}

TEST_CASE("a wrong rule is named by its path") {
  struct Case {
    const char* label;
    const char* rule;
    const char* path;
    const char* says;
  };
  const Case cases[] = {
      {"unknown attribute", R"({"field":"ward","operator":"=","value":"x"})", "rules[0].field", "ward"},
      {"no field", R"({"operator":"=","value":"x"})", "rules[0].field", "field"},
      {"unknown operator", R"({"field":"topic","operator":"beginsWith","value":"x"})", "rules[0].operator", "contains"},
      {"operator of another kind", R"({"field":"topic","operator":">","value":1})", "rules[0].operator", "notIn"},
      {"all on a single choice", R"({"field":"language","operator":"all","value":"en"})", "rules[0].operator",
       "使えるのは"},
      {"value that is not declared", R"({"field":"topic","operator":"=","value":"sumo"})", "rules[0].value", "sumo"},
      {"second value not declared", R"({"field":"topic","operator":"in","value":["event","sumo"]})",
       "rules[0].value[1]", "sumo"},
      {"no value", R"({"field":"topic","operator":"in","value":[]})", "rules[0].value", "値がありません"},
      {"empty text", R"({"field":"topic","operator":"=","value":""})", "rules[0].value", "値がありません"},
      {"value absent", R"({"field":"topic","operator":"="})", "rules[0].value", "値がありません"},
      {"object as value", R"({"field":"topic","operator":"=","value":{}})", "rules[0].value", "文字か整数"},
      {"two values for =", R"({"field":"topic","operator":"=","value":["event","kenko"]})", "rules[0].value",
       "1つだけ"},
      {"age below zero", R"({"field":"children","operator":"=","value":-1})", "rules[0].value", "0から40"},
      {"age over what can be", R"({"field":"children","operator":"<","value":200})", "rules[0].value", "0から40"},
      {"age with a fraction", R"({"field":"children","operator":"<","value":1.5})", "rules[0].value", "整数"},
      {"age as a word", R"({"field":"children","operator":"<","value":"three"})", "rules[0].value", "three"},
      {"under zero", R"({"field":"children","operator":"<","value":0})", "rules[0].value", "いません"},
      {"range the wrong way", R"({"field":"children","operator":"between","value":[3,1]})", "rules[0].value",
       "小さいほう"},
      {"range of one", R"({"field":"children","operator":"between","value":[3]})", "rules[0].value", "2つの年齢"},
      {"birth month as age", R"({"field":"children","operator":"=","value":"2027-05"})", "rules[0].value", "2027-05"},
      {"unknown school year", R"({"field":"children.school_year","operator":"=","value":"小7"})", "rules[0].value",
       "小7"},
      {"school year of a district", R"({"field":"district.school_year","operator":"=","value":"小1"})",
       "rules[0].field", "district"},
      {"yes/no with a word", R"({"field":"shobodan","operator":"=","value":"maybe"})", "rules[0].value",
       "true か false"},
      {"no broadcast's id", R"({"field":"broadcast","operator":"received","value":"x"})", "rules[0].value", "32文字"},
      {"comparison of fields", R"({"field":"topic","operator":"=","valueSource":"field","value":"event"})",
       "rules[0].valueSource", "valueSource"},
      {"a rule that the editor leaves out", R"({"field":"topic","operator":"=","value":"event","muted":true})",
       "rules[0].muted", "muted"},
      {"empty group", R"({"combinator":"and","rules":[]})", "rules[0].rules", "1つもないグループ"},
      {"unknown combinator", R"({"combinator":"xor","rules":[{"field":"district","operator":"null"}]})",
       "rules[0].combinator", "and"},
      {"not as a text", R"({"combinator":"and","not":"yes","rules":[{"field":"district","operator":"null"}]})",
       "rules[0].not", "true か false"},
      {"no rule", R"("and")", "rules[0]", "field"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.label);
    const auto problems = problems_of(std::string(R"({"combinator":"and","rules":[)") + c.rule + "]}");
    CAPTURE(problems[0].path, problems[0].message.ja);
    CHECK(problems[0].path == c.path);
    CHECK(contains(problems[0].message.ja, c.says));
    // One group further in, the path grows and the message stays.
    const auto deeper = problems_of(
        std::string(
            R"({"combinator":"or","rules":[{"field":"district","operator":"null"},{"combinator":"and","rules":[)") +
        c.rule + "]}]}");
    CHECK(deeper[0].path == std::string("rules[1].") + c.path);
    CHECK(deeper[0].message == problems[0].message);
  }
}

TEST_CASE("every wrong rule is reported, not the first alone") {
  const auto problems = problems_of(R"({"combinator":"and","rules":[{"field":"a","operator":"="},
      {"field":"topic","operator":"=","value":"event"},{"field":"topic","operator":"~"},{"field":"topic","operator":"=","value":"b"}]})");
  REQUIRE(problems.size() == 3);
  CHECK(problems[2].path == "rules[3].value");
}

TEST_CASE("depth, number and size are limited") {
  const std::string rule = R"({"field":"district","operator":"null"})";
  const auto nested = [&](int depth) {
    std::string text = rule;
    for (int i = 0; i < depth; ++i) text = R"({"combinator":"and","rules":[)" + text + "]}";
    return text;
  };
  CHECK_NOTHROW(parsed(nested(8)));
  const auto deep = problems_of(nested(9));
  CHECK(contains(deep[0].path, "rules[0]"));
  CHECK(contains(deep[0].message.ja, "8段"));
  problems_of(nested(5000));

  const auto many = [&](std::size_t count) {
    std::string text = R"({"combinator":"or","rules":[)";
    for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + rule;
    return text + "]}";
  };
  CHECK_NOTHROW(parsed(many(200)));
  const auto too_many = problems_of(many(201));
  REQUIRE(too_many.size() == 1);
  CHECK(too_many[0].path == "rules[200]");
  CHECK(contains(too_many[0].message.ja, "200個"));
  CHECK(problems_of(many(10'000)).size() == 1);
  CHECK(contains(problems_of(std::string(2u << 20, ' ') + "{}")[0].message.ja, "大きすぎ"));

  json values = json::array();
  for (int i = 0; i < 501; ++i) values.push_back("event");
  const json big = {{"combinator", "and"}, {"rules", {{{"field", "topic"}, {"operator", "in"}, {"value", values}}}}};
  CHECK(problems_of(big.dump())[0].path == "rules[0].value");
}

TEST_CASE("a problem repeats what was written in short and without control characters") {
  const std::string field(3000, 'x');
  const auto problems = problems_of(R"({"combinator":"and","rules":[{"field":")" + field + R"(","operator":"="}]})");
  CHECK(problems[0].message.ja.size() < 300);
  CHECK_FALSE(
      contains(problems_of(R"({"combinator":"and","rules":[{"field":"a\nb","operator":"="}]})")[0].message.ja, "\n"));
}

TEST_CASE("a query names followers first and every bitmap once") {
  const SegmentQuery query = parsed(R"({"combinator":"and","rules":[
      {"field":"district","operator":"in","value":"nanaura,hama"},{"field":"district","operator":"=","value":"hama"},
      {"field":"topic","operator":"null"},{"field":"broadcast","operator":"received","value":")" +
                                    kBroadcast + R"("}]})")
                                 .on(Date(std::chrono::year(2026), std::chrono::month(11), std::chrono::day(25)));
  CHECK(query.bitmaps() == std::vector<std::string>{"followers", "a:district:nanaura", "a:district:hama", "a:topic"});
  CHECK(query.broadcasts() == std::vector<std::string>{kBroadcast});
}

TEST_CASE("an emergency by area goes to those registered there and to those who registered no district") {
  const std::vector<std::string> there = {"nanaura", "hama"};
  const Segment segment = must(emergency_area_segment(there, schema()));
  Bitmap followers(5), nanaura(5), hama(5), any(5);
  for (const std::size_t n : {0u, 1u, 2u, 3u}) followers.set(n);
  nanaura.set(0), any.set(0);  // registered there
  any.set(1);                  // elsewhere
  hama.set(4), any.set(4);     // there, has blocked
  const SegmentQuery query = segment.on(Date());
  REQUIRE(query.bitmaps() ==
          std::vector<std::string>{"followers", "a:district:nanaura", "a:district:hama", "a:district"});
  const Bitmap who = query.evaluate(std::vector<Bitmap>{followers, nanaura, hama, any});
  CHECK(who.test(0));
  CHECK_FALSE(who.test(1));
  CHECK(who.test(2));
  CHECK(who.test(3));
  CHECK_FALSE(who.test(4));
  CHECK(emergency_area_segment(std::vector<std::string>{"atlantis"}, schema()).error().code == ErrorCode::kInvalid);
  CHECK(emergency_area_segment({}, schema()).error().code == ErrorCode::kInvalid);
}

TEST_CASE("small numbers are not shown") {
  CHECK(shown_count(0) == "5人未満");
  CHECK(shown_count(4) == "5人未満");
  CHECK(shown_count(5) == "5人");
  CHECK(shown_count(1234567) == "1,234,567人");
  CHECK(shown_count(999, "en") == "999");
  CHECK(shown_count(3, "en") == "fewer than 5");
}
