// rules.yaml: what matches, what wins, what is refused.
#include <fstream>

#include "base/civil_time.h"
#include "intents/parts.h"
#include "intents/rule_set.h"
#include "base/yaml_tree.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace kairan;
using namespace kairan::intents;

namespace {

std::shared_ptr<const Analyzer> analyzer() {
  static const std::shared_ptr<const Analyzer> shared = [] {
    auto made = Analyzer::create();
    REQUIRE(made.ok());
    return *made;
  }();
  return shared;
}

constexpr const char* kRules = R"(
rules:
  - name: inochi
    title: いのちの相談
    urgent: true
    any: [死にたい, 消えてしまいたい]
    none: [ゲーム]
    reply: {ja: すぐに119番へ。, en: Call 119 now.}
    quick_replies:
      - {label: 119に電話, uri: "tel:119"}
  - name: orei
    title: お礼
    exact: [ありがとう]
    reply: どういたしまして。
  - name: sodan
    title: 相談
    any: [相談]
    reply: "{city}の窓口（{phone}）へどうぞ。"
    section: 福祉課
    phone: 0954-63-0000
    hours: 平日 8:30〜17:15
  - name: kaji
    title: 火事
    all: [[家, 部屋, 建物], 火]
    priority: 90
    reply: 119番へ。
  - name: bango
    title: 番号
    patterns: ['(?P<number>[0-9]{3})番の(窓口|マド)']
    reply: "{number}番は1階です。"
  - name: basho
    title: 場所
    any: [場所]
    slots:
      - {name: chiku, required: true, values: {七浦: [七浦, 飯田], 浜: [浜]}}
    reply: "{chiku}です。"
  - name: tsuzuki
    title: 続き
    any: [料金]
    context: {after: ["faq:*"]}
    reply: 料金の話ですね。
  - name: iku
    title: 行き先
    exact: [メニュー]
    go: dialogue:menu
)";

struct Rules {
  kairan::test::TempDir folder;
  std::shared_ptr<const Matcher> matcher;
  LoadReport report;

  explicit Rules(const std::string& yaml = kRules) {
    std::ofstream(folder.file("rules.yaml")) << yaml;
    auto content = std::make_shared<Content>();
    content->folder = folder.path();
    content->city.name = "鹿島市";
    content->city.phone = "0954-63-2111";
    matcher = make_rule_matcher(content, analyzer(), report);
  }
  std::vector<Offer> offers(const std::string& text, const Context& context = {}) const {
    Query query;
    query.text = text;
    return matcher->match(analyzer()->analyze(text), query, context);
  }
  std::string best(const std::string& text, const Context& context = {}) const {
    const std::vector<Offer> found = offers(text, context);
    return found.empty() ? "" : found.front().candidate.intent;
  }
  std::string reply(const std::string& text) const {
    Query query;
    Context context;
    return std::get<TextMessage>(offers(text).at(0).reply(query, context).at(0).body).text;
  }
};

std::vector<FileProblem> problems_of(const std::string& yaml) {
  std::vector<FileProblem> problems;
  parse_rules(yaml, "rules.yaml", *analyzer(), problems);
  return problems;
}

}  // namespace

TEST_CASE("a rule matches the words as people write them") {
  const Rules rules;
  REQUIRE(rules.report.ok());
  CHECK(rules.report.rules == 8);
  struct Case {
    const char* text;
    const char* intent;
  };
  const auto c = GENERATE(values<Case>({{"死にたい", "rule:inochi"},
                                        {"もう死にたいです", "rule:inochi"},
                                        {"しにたい", "rule:inochi"},
                                        {"ありがとうございます！", "rule:orei"},
                                        {"アリガトウ", "rule:orei"},
                                        {"ちょっと相談したいのですが", "rule:sodan"},
                                        {"部屋に火がついた", "rule:kaji"},
                                        {"102番の窓口はどこ", "rule:bango"},
                                        {"１０２番のまど", "rule:bango"},
                                        {"七浦の場所", "rule:basho"},
                                        {"今日はいい天気", ""},
                                        {"ゲームで死にたい放題", ""},
                                        {"火曜日に家にいる", ""},
                                        {"場所", ""},
                                        {"料金", ""}}));
  CAPTURE(c.text);
  CHECK(rules.best(c.text) == c.intent);
}

TEST_CASE("danger comes before everything else") {
  const Rules rules;
  const std::vector<Offer> found = rules.offers("相談です。死にたい");
  REQUIRE(found.size() == 2);
  CHECK(found[0].candidate.intent == "rule:inochi");
  CHECK(found[0].urgent);
  CHECK(found[0].candidate.score == 1.0);
}

TEST_CASE("a word among others scores lower than the word alone") {
  const Rules rules;
  const double alone = rules.offers("相談").front().candidate.score;
  const double among = rules.offers("犬の登録と水道の名義変更の相談").front().candidate.score;
  CHECK(alone >= 0.85);
  CHECK(among < 0.5);
}

TEST_CASE("a rule may wait for what was answered last") {
  const Rules rules;
  Context context;
  context.last_intent = "faq:sodai";
  CHECK(rules.best("料金は？", context) == "rule:tsuzuki");
  context.last_intent = "garbage:傘";
  CHECK(rules.best("料金は？", context).empty());
}

TEST_CASE("replies take slots, groups of patterns, and who is in charge") {
  const Rules rules;
  CHECK(rules.reply("飯田の場所") == "七浦です。");
  CHECK(rules.reply("102番の窓口") == "102番は1階です。");
  CHECK(rules.reply("相談") ==
        "鹿島市の窓口（0954-63-2111）へどうぞ。\n\n担当課：福祉課\n電話：0954-63-0000\n受付：平日 8:30〜17:15");
}

TEST_CASE("a rule that leads elsewhere names the intent and writes no reply") {
  const Rules rules;
  const std::vector<Offer> found = rules.offers("メニュー");
  REQUIRE(found.size() == 1);
  CHECK(found[0].go == "dialogue:menu");
  CHECK_FALSE(found[0].reply);
  REQUIRE(rules.report.problems.size() == 1);
  CHECK(rules.report.problems[0].warning);
}

TEST_CASE("a wrong rules.yaml is refused with the line and what to write") {
  struct Case {
    const char* label;
    const char* yaml;
    const char* part;
    int line;
  };
  const auto c = GENERATE(values<Case>(
      {{"not YAML", "rules: [", "YAMLとして読めません", -1},
       {"no list", "rules: {a: b}", "「- name: …」の形", 1},
       {"unknown key", "rules:\n  - {name: a, title: あ, any: [い], reply: う, colour: 赤}",
        "「colour」という項目はありません", 2},
       {"no name", "rules:\n  - {title: あ, any: [い], reply: う}", "「name」に", 2},
       {"twice",
        "rules:\n  - {name: a, title: あ, any: [い], reply: う}\n  - {name: a, title: あ, any: [い], reply: う}",
        "2つあります", 3},
       {"no condition", "rules:\n  - {name: a, title: あ, reply: う}", "いつ答えるか", 2},
       {"no answer", "rules:\n  - {name: a, title: あ, any: [い]}", "どれか1つ", 2},
       {"two answers", "rules:\n  - {name: a, title: あ, any: [い], reply: う, go: faq:x}", "どれか1つ", 2},
       {"a reply to what is declined", "rules:\n  - {name: a, title: あ, any: [い], reply: う, decline: true}", "どれか1つ", 2},
       {"bad pattern", "rules:\n  - {name: a, title: あ, patterns: ['(い'], reply: う}", "は読めません", 2},
       {"greedy pattern", "rules:\n  - {name: a, title: あ, patterns: ['.*'], reply: う}", "何にでも当てはまります", 2},
       {"large pattern", "rules:\n  - {name: a, title: あ, patterns: ['((a{100}){100}){10}b'], reply: う}",
        "は読めません", 2},
       {"no Japanese", "rules:\n  - {name: a, title: あ, any: [い], reply: {en: x}}", "日本語（ja）の文がありません",
        2},
       {"bad link", "rules:\n  - {name: a, title: あ, any: [い], reply: う, url: 'http://x'}", "https:// で始めて", 2},
       {"bad date", "rules:\n  - {name: a, title: あ, any: [い], reply: う, review_by: 2026-02-30}",
        "日付ではありません", 2},
       {"long label",
        "rules:\n  - {name: a, title: あ, any: [い], reply: う, quick_replies: [{label: "
        "一二三四五六七八九十一二三四五六七八九十一, say: あ}]}",
        "20文字まで", 2},
       {"two targets",
        "rules:\n  - {name: a, title: あ, any: [い], reply: う, quick_replies: [{label: あ, say: あ, intent: faq:x}]}",
        "どれか1つ", 2},
       {"priority", "rules:\n  - {name: a, title: あ, any: [い], reply: う, priority: 101}", "0 から 100", 2},
       {"key twice", "rules: []\nrules: []", "YAMLとして読めません", -1}}));
  CAPTURE(c.label);
  const std::vector<FileProblem> problems = problems_of(c.yaml);
  REQUIRE_FALSE(problems.empty());
  const auto found = std::find_if(problems.begin(), problems.end(), [&](const FileProblem& problem) {
    return problem.message.find(c.part) != std::string::npos && (c.line < 0 || problem.row == c.line);
  });
  CHECK(found != problems.end());
  CHECK(problems.front().file == "rules.yaml");
  CHECK_FALSE(problems.front().warning);
}

TEST_CASE("an empty rules.yaml has no rules and no problem") {
  CHECK(problems_of("").empty());
  CHECK(problems_of("rules:\n").empty());
  CHECK(problems_of("rules: []\n").empty());
}

TEST_CASE("YAML is read within bounds") {
  CHECK(parse_yaml(std::string(2'000'000, 'a')).error().code == ErrorCode::kTooLarge);
  CHECK(parse_yaml("\xFF").error().code == ErrorCode::kSyntax);
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "[";
  for (int i = 0; i < 40; ++i) deep += "]";
  CHECK(parse_yaml(deep).error().code == ErrorCode::kTooLarge);
  // Each alias stands for all that it names: 10^6 values from a few lines.
  std::string bomb = "a: &a [1,1,1,1,1,1,1,1,1,1]\n";
  for (char c = 'b'; c <= 'f'; ++c) {
    bomb += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 10; ++i) bomb += std::string(i == 0 ? "*" : ",*") + static_cast<char>(c - 1);
    bomb += "]\n";
  }
  CHECK(parse_yaml(bomb).error().code == ErrorCode::kTooLarge);
}
