// dialogues/*.yaml: the checks at load, and conversations from the first question to the end.
#include "intents/dialogue.h"

#include <filesystem>
#include <fstream>

#include "base/civil_time.h"
#include "base/text.h"
#include "intents/dialogue_runner.h"
#include "intents/parts.h"
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

constexpr const char* kDialogue = R"(
name: shomei
title: {ja: 証明書, en: Certificate}
start: who
any: [住民票]
slots: [who]
steps:
  who:
    text: {ja: どなたのですか。, en: "Whose?"}
    choices:
      - {id: self, label: {ja: 自分, en: Mine}, words: [本人, わたし], set: {who: self}, next: where}
      - {id: other, label: 別の人, words: [代理], set: {who: other}, next: note}
  note:
    text: 委任状が必要です。
    next: where
  where:
    text: どこで取りますか。
    choices:
      - {id: shop, label: コンビニ, next: shop}
      - {id: desk, label: 窓口, words: [市役所], next: desk}
  shop:
    branch:
      - {if: {who: other}, next: refused}
    text: マイナンバーカードで取れます。
    links:
      - {label: くわしく, uri: "https://example.jp/"}
    section: 市民課
    review_by: 2027-03-31
    end: true
  refused:
    text: コンビニでは取れません。
    next: where
  desk:
    text: "{city}の窓口へどうぞ。"
    end: true
)";

/// One conversation with one dialogue.
struct Conversation {
  kairan::test::TempDir folder;
  std::shared_ptr<const Matcher> matcher;
  LoadReport report;
  Context context;
  Query query;

  Conversation() {
    std::filesystem::create_directory(folder.file("dialogues"));
    std::ofstream(folder.file("dialogues/shomei.yaml")) << kDialogue;
    auto content = std::make_shared<Content>();
    content->folder = folder.path();
    content->city.name = "鹿島市";
    matcher = make_dialogue_matcher(content, analyzer(), report);
    query.now = jst_time(Date{std::chrono::year{2026} / 11 / 24}, 600);
  }
  std::vector<Message> say(const std::string& text) {
    query.text = text;
    return answer(matcher->match(analyzer()->analyze(text), query, context));
  }
  std::vector<Message> press(const std::string& data) { return answer(matcher->by_intent(data, query, context)); }
  double score(const std::string& text) const {
    const std::vector<Offer> offers = matcher->match(analyzer()->analyze(text), query, context);
    return offers.empty() ? 0 : offers.front().candidate.score;
  }

 private:
  std::vector<Message> answer(const std::vector<Offer>& offers) {
    return offers.empty() ? std::vector<Message>{} : offers.front().reply(query, context);
  }
};

std::string text_of(const std::vector<Message>& messages, std::size_t at = 0) {
  if (at >= messages.size()) return "";
  const auto* const text = std::get_if<TextMessage>(&messages[at].body);
  return text == nullptr ? "" : text->text;
}

std::vector<std::string> labels(const std::vector<Message>& messages) {
  std::vector<std::string> labels;
  for (const Action& action : messages.back().quick_replies) labels.push_back(action.label);
  return labels;
}

std::vector<FileProblem> problems_of(const std::string& yaml) {
  std::vector<FileProblem> problems;
  ConditionSet conditions(*analyzer());
  const auto dialogue = parse_dialogue(yaml, "dialogues/d.yaml", "d", conditions, problems);
  CHECK(dialogue.has_value() == problems.empty());
  return problems;
}

std::string with_steps(const std::string& steps) {
  return "name: d\ntitle: あ\nstart: a\nany: [い]\nsteps:\n" + steps;
}

}  // namespace

TEST_CASE("a dialogue leads from the first question to its end by buttons") {
  Conversation talk;
  REQUIRE(talk.report.problems.empty());
  std::vector<Message> messages = talk.say("住民票がほしい");
  CHECK(text_of(messages) == "どなたのですか。");
  CHECK(labels(messages) == std::vector<std::string>{"自分", "別の人", "やめる"});
  CHECK(messages.back().quick_replies[0].value == "dlg:shomei:who:self");
  CHECK(talk.context.dialogue == "shomei");
  messages = talk.press("dlg:shomei:who:self");
  CHECK(text_of(messages) == "どこで取りますか。");
  CHECK(labels(messages) == std::vector<std::string>{"コンビニ", "窓口", "戻る", "最初から", "やめる"});
  messages = talk.press("dlg:shomei:where:shop");
  CHECK(text_of(messages) == "マイナンバーカードで取れます。\n\n担当課：市民課");
  REQUIRE(messages.size() == 2);
  CHECK(std::get<ChoicesMessage>(messages[1].body).choices.at(0).value == "https://example.jp/");
  CHECK(talk.context.dialogue.empty());
  CHECK(talk.context.slots.empty());
}

TEST_CASE("a choice is typed by its label, its words, its number or in a sentence") {
  const std::string typed =
      GENERATE(as<std::string>(), "別の人", "代理", "2", "２番", "②", "代理で頼まれました", "だいり");
  CAPTURE(typed);
  Conversation talk;
  talk.say("住民票");
  const std::vector<Message> messages = talk.say(typed);
  CHECK(text_of(messages, 0) == "委任状が必要です。");
  CHECK(text_of(messages, 1) == "どこで取りますか。");
}

TEST_CASE("a number that is no choice, and two choices at once, choose nothing") {
  for (const char* const typed : {"3", "0", "自分か別の人"}) {
    CAPTURE(typed);
    Conversation talk;
    talk.say("住民票");
    CHECK(talk.say(typed).empty());
    CHECK(talk.context.dialogue_step == "who");
  }
}

TEST_CASE("a slot decides where a step leads") {
  Conversation talk;
  talk.say("住民票");
  talk.say("別の人");
  const std::vector<Message> messages = talk.say("コンビニ");
  CHECK(text_of(messages, 0) == "コンビニでは取れません。");
  CHECK(text_of(messages, 1) == "どこで取りますか。");
  CHECK(talk.context.dialogue_step == "where");
}

TEST_CASE("back, restart and cancel work at every step") {
  Conversation talk;
  talk.say("住民票");
  talk.say("別の人");
  CHECK(text_of(talk.say("戻る")) == "どなたのですか。");
  CHECK(talk.context.dialogue_step == "who");
  CHECK(text_of(talk.say("もどる")) == "ここが最初です。");
  talk.say("自分");
  CHECK(text_of(talk.press("dlg:restart")) == "どなたのですか。");
  talk.say("自分");
  CHECK(text_of(talk.say("やめます")) == "ここで終わります。またいつでもどうぞ。");
  CHECK(talk.context.dialogue.empty());
  CHECK(text_of(talk.press("dlg:back")) == "いま続きのある案内はありません。");
}

TEST_CASE("going back over a choice forgets no earlier one") {
  Conversation talk;
  talk.say("住民票");
  talk.say("別の人");
  talk.say("コンビニ");
  talk.say("戻る");
  CHECK(talk.context.dialogue_step == "who");
  talk.say("自分");
  CHECK(text_of(talk.say("コンビニ")).find("マイナンバーカード") == 0);
}

TEST_CASE("a change of subject scores below an answer, and the dialogue goes on where it was") {
  Conversation talk;
  talk.say("住民票");
  talk.say("自分");
  CHECK(talk.score("コンビニ") == 1.0);
  CHECK(talk.score("税金をコンビニのレジで払うときの手数料") < 0.85);
  CHECK(talk.say("粗大ごみの出し方").empty());
  CHECK(text_of(talk.press("dlg:continue")) == "どこで取りますか。");
  CHECK(resume_action("ja") == Action{Action::Kind::kPostback, "続ける", "dlg:continue", "続ける"});
}

TEST_CASE("an old button works after the conversation was forgotten") {
  Conversation talk;
  CHECK(text_of(talk.press("dlg:shomei:who:other"), 0) == "委任状が必要です。");
  CHECK(text_of(talk.say("コンビニ"), 0) == "コンビニでは取れません。");
  for (const char* const data :
       {"dlg:", "dlg:shomei", "dlg:shomei:who", "dlg:shomei:who:nobody", "dlg:x:who:self", "dlg:shomei:x:self"}) {
    CAPTURE(data);
    CHECK(talk.press(data).empty());
  }
}

TEST_CASE("a dialogue speaks the resident's language, and names the section past the review date") {
  Conversation talk;
  talk.query.resident.language = "en";
  const std::vector<Message> messages = talk.say("住民票");
  CHECK(text_of(messages) == "Whose?");
  CHECK(labels(messages) == std::vector<std::string>{"Mine", "別の人", "Stop"});
  talk.query.resident.language = "ja";
  talk.query.now = jst_time(Date{std::chrono::year{2027} / 4 / 1}, 600);
  talk.say("自分");
  const std::vector<Message> old = talk.say("コンビニ");
  CHECK(text_of(old).find("担当課にご確認ください") != std::string::npos);
  CHECK(old.size() == 1);
}

TEST_CASE("a dialogue that is wrong is refused with its step and what to write") {
  struct Case {
    const char* label;
    std::string yaml;
    const char* part;
  };
  const auto c = GENERATE(values<Case>(
      {{"not YAML", "name: [", "YAMLとして読めません"},
       {"another name", "name: e\ntitle: あ\nstart: a\nsteps:\n  a: {text: あ, end: true}", "ファイル名と同じ「d」"},
       {"no start", "name: d\ntitle: あ\nstart: z\nsteps:\n  a: {text: あ, end: true}",
        "最初のステップ「z」がありません"},
       {"no steps", "name: d\ntitle: あ\nstart: a", "ステップを1個から"},
       {"no text", with_steps("  a: {end: true}"), "「text」"},
       {"no way on", with_steps("  a: {text: あ}"), "ちょうど1つ"},
       {"two ways on", with_steps("  a: {text: あ, end: true, next: a}"), "ちょうど1つ"},
       {"unknown step", with_steps("  a: {text: あ, next: z}"), "次のステップ「z」がありません"},
       {"unreachable", with_steps("  a: {text: あ, end: true}\n  b: {text: い, end: true}"), "どこからも来られません"},
       {"no end", with_steps("  a: {text: あ, choices: [{id: x, label: い, next: a}]}"), "終わりに着きません"},
       {"ring of texts", with_steps("  a: {text: あ, next: b}\n  b: {text: い, next: a}"), "文が続きすぎます"},
       {"six texts",
        with_steps(
            "  a: {text: あ, next: b}\n  b: {text: あ, next: c}\n  c: {text: あ, next: e}\n  e: {text: あ, next: f}\n"
            "  f: {text: あ, next: g}\n  g: {text: あ, end: true}"),
        "文が続きすぎます"},
       {"unknown slot",
        with_steps("  a: {text: あ, choices: [{id: x, label: い, set: {s: v}, next: b}]}\n  b: {text: い, end: true}"),
        "slots にありません"},
       {"unset slot", "name: d\ntitle: あ\nstart: a\nslots: [s]\nsteps:\n  a: {text: あ, end: true}",
        "値を入れる選択肢がありません"},
       {"unknown value",
        "name: d\ntitle: あ\nstart: a\nslots: [s]\nsteps:\n  a: {text: あ, choices: [{id: x, label: い, set: {s: v}, "
        "next: b}]}\n"
        "  b: {text: い, end: true, branch: [{if: {s: w}, next: a}]}",
        "になる選択肢がありません"},
       {"long label",
        with_steps("  a: {text: あ, choices: [{id: x, label: 一二三四五六七八九十一二三四五六七八九十一, next: b}]}\n  "
                   "b: {text: い, end: true}"),
        "20文字まで"},
       {"same label",
        with_steps("  a: {text: あ, choices: [{id: x, label: い, next: b}, {id: y, label: い, next: b}]}\n  b: {text: "
                   "い, end: true}"),
        "2つあります"},
       {"unknown key", with_steps("  a: {text: あ, end: true, then: b}"), "「then」という項目はありません"},
       {"bad link", with_steps("  a: {text: あ, end: true, links: [{label: い, uri: 'http://x'}]}"),
        "https:// か tel:"}}));
  CAPTURE(c.label);
  const std::vector<FileProblem> problems = problems_of(c.yaml);
  const bool found = std::any_of(problems.begin(), problems.end(), [&](const FileProblem& problem) {
    return problem.file == "dialogues/d.yaml" && problem.message.find(c.part) != std::string::npos;
  });
  CHECK(found);
}

TEST_CASE("fourteen choices and a text over the limit are refused; thirteen pass") {
  const auto choices = [](int count) {
    std::string yaml = "  a:\n    text: あ\n    choices:\n";
    for (int i = 0; i < count; ++i)
      yaml += "      - {id: c" + std::to_string(i) + ", label: 選択" + std::to_string(i) + ", next: b}\n";
    return yaml + "  b: {text: い, end: true}\n";
  };
  CHECK(problems_of(with_steps(choices(13))).empty());
  CHECK_FALSE(problems_of(with_steps(choices(14))).empty());
  std::string text;
  for (int i = 0; i < 2001; ++i) text += "あ";
  CHECK_FALSE(problems_of(with_steps("  a: {text: " + text + ", end: true}")).empty());
}
