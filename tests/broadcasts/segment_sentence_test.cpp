#include "broadcasts/segment.h"
#include "tests/broadcasts/segment_schema.h"
#include "tests/support/catch.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::broadcasts;
using kairan::test::must;

namespace {

std::string said(const std::string& rules, std::string_view language = "ja") {
  static const store::AttributeSchema schema = kairan::test::segment_schema();
  const BroadcastTitle title = [](std::string_view id) { return id[0] == '0' ? "秋の健診" : ""; };
  return to_sentence(must(parse_segment(rules, schema)), schema, language, title);
}
std::string all_of(const std::string& rules) {
  return R"({"combinator":"and","rules":[)" + rules + "]}";
}
std::string any_of(const std::string& rules) {
  return R"({"combinator":"or","rules":[)" + rules + "]}";
}
std::string rule(const std::string& field, const std::string& op, const std::string& value = "\"\"") {
  return R"({"field":")" + field + R"(","operator":")" + op + R"(","value":)" + value + "}";
}

}  // namespace

TEST_CASE("every operator has its words in Japanese and in English") {
  struct Case {
    std::string rule;
    const char* ja;
    const char* en;
  };
  const Case cases[] = {
      {rule("district", "in", R"(["nanaura","hama"])"), "七浦 または 浜 に住む人",
       "people who live in Nanaura or Hama"},
      {rule("district", "all", R"(["nanaura","hama"])"), "七浦 と 浜 の両方に住む人",
       "people who live in Nanaura and Hama"},
      {rule("district", "!=", R"("hama")"), "浜を地区として登録していない人", "people who are not registered in Hama"},
      {rule("district", "notIn", R"("nanaura,hama")"), "七浦・浜 のどれも地区として登録していない人",
       "people who are not registered in Nanaura or Hama"},
      {rule("district", "null"), "地区を登録していない人", "people who registered no district"},
      {rule("district", "notNull"), "地区を登録している人", "people who registered a district"},
      {rule("topic", "contains", R"("kosodate")"), "配信『子育て』を選んだ人",
       "people who chose “Children” for “Topics”"},
      {rule("topic", "in", R"("kosodate,event")"), "配信『子育て』または『催し』を選んだ人",
       "people who chose “Children” or “Events” for “Topics”"},
      {rule("topic", "all", R"("kosodate,event")"), "配信『子育て』と『催し』の両方を選んだ人",
       "people who chose “Children” and “Events” for “Topics”"},
      {rule("topic", "notIn", R"("kosodate,event")"), "配信『子育て』『催し』のどれも選んでいない人",
       "people who did not choose “Children” or “Events” for “Topics”"},
      {rule("topic", "null"), "配信を1つも選んでいない人", "people who did not answer “Topics”"},
      {rule("language", "=", R"("en")"), "「ことば」で『English』を選んだ人",
       "people who chose “English” for “ことば”"},
      {rule("language", "!=", R"("en")"), "「ことば」で『English』を選んでいない人",
       "people who did not choose “English” for “ことば”"},
      {rule("language", "null"), "「ことば」を選んでいない人", "people who did not answer “ことば”"},
      {rule("shobodan", "=", "true"), "『消防団員』に「はい」と答えた人", "people who chose “yes” for “消防団員”"},
      {rule("shobodan", "!=", "true"), "『消防団員』に「はい」と答えていない人",
       "people who did not choose “yes” for “消防団員”"},
      {rule("group", "=", R"("kucho")"), "『区長』と確認された人", "people who are confirmed as “Ward chief”"},
      {rule("group", "notIn", R"("kucho,minsei")"), "『区長』『民生委員』のどれとも確認されていない人",
       "people who are not confirmed as “Ward chief” or “Welfare commissioner”"},
      {rule("children", "between", "[0,2]"), "0〜2歳の子がいる人", "people who have a child aged 0 to 2"},
      {rule("children", "<", "3"), "0〜2歳の子がいる人", "people who have a child aged 0 to 2"},
      {rule("children", ">=", "3"), "3歳以上の子がいる人", "people who have a child aged 3 or older"},
      {rule("children", "=", "3"), "3歳の子がいる人", "people who have a child aged 3"},
      {rule("children", "notBetween", "[0,2]"), "0〜2歳の子を登録していない人",
       "people who registered no child aged 0 to 2"},
      {rule("children", "null"), "子の生まれた月を登録していない人",
       "people who did not answer “お子さんの生まれた年月”"},
      {rule("children.school_year", "in", R"(["小1","2歳児"])"), "小1 または 2歳児クラスの子がいる人",
       "people who have a child (1st grade of elementary school or nursery class of age 2)"},
      {rule("children.school_year", "notIn", R"("未就学")"), "未就学の子を登録していない人",
       "people who registered no child (not yet at school)"},
      {rule("broadcast", "received", R"("00000000000000000000000000000000")"), "配信『秋の健診』を受け取った人",
       "people who received “秋の健診”"},
      {rule("broadcast", "notReceived", R"("1234567890abcdef1234567890abcdef")"),
       "配信『12345678』を受け取っていない人", "people who did not receive “12345678”"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.rule);
    CHECK(said(all_of(c.rule)) == c.ja);
    CHECK(said(all_of(c.rule), "en") == c.en);
  }
  CHECK(said("everyone") == "友だち全員");
  CHECK(said("everyone", "en") == "everyone who follows");
}

TEST_CASE("conditions that hold together are one sentence") {
  CHECK(said(all_of(rule("district", "in", R"("nanaura,hama")") + "," + rule("children", "between", "[0,2]") + "," +
                    rule("topic", "=", R"("kosodate")"))) ==
        "七浦 または 浜 に住み、0〜2歳の子がいて、配信『子育て』を選んだ人");
}

TEST_CASE("nested groups are bracketed") {
  const std::string in_hama = rule("district", "=", R"("hama")"), toddler = rule("children", "<=", "2"),
                    member = rule("shobodan", "=", "true");
  CHECK(said(any_of(in_hama + "," + member)) == "浜に住む人、または 『消防団員』に「はい」と答えた人");
  CHECK(said(all_of(any_of(in_hama + "," + member) + "," + toddler)) ==
        "（浜に住む、または 『消防団員』に「はい」と答えた）に当てはまり、0〜2歳の子がいる人");
  CHECK(said(any_of(all_of(in_hama + "," + toddler) + "," + member)) ==
        "（浜に住み、0〜2歳の子がいる）に当てはまる人、または 『消防団員』に「はい」と答えた人");
  CHECK(said(R"({"combinator":"and","not":true,"rules":[)" + in_hama + "," + toddler + "]}") ==
        "（浜に住み、0〜2歳の子がいる）に当てはまらない人");
  CHECK(said(all_of(toddler + R"(,{"combinator":"or","not":true,"rules":[)" + in_hama + "," + member + "]}"), "en") ==
        "people who have a child aged 0 to 2, and do not match (live in Hama, or chose “yes” for “消防団員”)");
  CHECK(said(all_of(any_of(in_hama))) == "浜に住む人");
}
