// What an answer gives the city to learn from: Answer::gap.
#include <fstream>

#include "base/civil_time.h"
#include "intents/engine.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace kairan;
using namespace kairan::intents;

namespace {

const Engine& engine() {
  static const test::TempDir folder;
  static const Loaded loaded = [] {
    std::ofstream(folder.path() + "/city.yaml") << "name: 見本市\nreading: みほんし\nprefecture: 見本県\nown_names: [見本市]\n"
                                                   "phone: 0954-00-0000\nsample: true\ndistricts: []\n";
    std::ofstream(folder.path() + "/faq.csv") << "id,質問,言い換え,回答,担当課\n"
                                                 "toshokan,図書館は何時までですか,図書館の開館時間,午後6時までです（見本）,見本課\n";
    std::ofstream(folder.path() + "/rules.yaml") << "rules:\n"
                                                    "  - {name: inochi, title: 相談先, urgent: true, any: [死にたい], reply: 電話してください（見本）}\n"
                                                    "  - {name: shigai, title: 市の外のこと, decline: true, exact: [株価を教えて]}\n";
    return load_engine(folder.path());
  }();
  if (!loaded.engine) {
    for (const FileProblem& problem : loaded.report.problems) UNSCOPED_INFO(problem.file << problem.row << problem.message);
  }
  REQUIRE(loaded.engine);
  return *loaded.engine;
}

Answer ask(const std::string& text, const std::string& postback = "", const std::string& conversation = "") {
  Query query;
  query.text = text;
  query.postback = postback;
  query.conversation = conversation;
  query.now = jst_time(Date{std::chrono::year{2026}, std::chrono::month{11}, std::chrono::day{24}}, 600);
  return engine().answer(query);
}

}  // namespace

TEST_CASE("A question without an answer is given to learn from, masked") {
  const Answer answer = ask("ドローンの許可を090-1234-5678へ教えて");
  REQUIRE(answer.kind == Answer::Kind::kNone);
  REQUIRE(answer.gap);
  CHECK(answer.gap->kind == GapKind::kUnmatched);
  CHECK(answer.gap->intent.empty());
  CHECK(answer.gap->text.find("ドローンの許可") != std::string::npos);
  CHECK(answer.gap->text.find("1234") == std::string::npos);
  CHECK_FALSE(answer.gap->key.empty());
}

TEST_CASE("An answer that did not help gives the question it was for, masked") {
  const Answer answered = ask("図書館は何時までですか");
  REQUIRE(answered.intent == "faq:toshokan");
  CHECK_FALSE(answered.gap);
  const Answer again = ask("図書館の開館時間。090-1234-5678");
  REQUIRE(again.intent == "faq:toshokan");
  const Answer rejected = ask("", "faq:helpful:toshokan:no", again.conversation);
  REQUIRE(rejected.gap);
  CHECK(rejected.gap->kind == GapKind::kRejected);
  CHECK(rejected.gap->intent == "faq:toshokan");
  CHECK(rejected.gap->text.find("図書館の開館時間") != std::string::npos);
  CHECK(rejected.gap->text.find("1234") == std::string::npos);
  CHECK_FALSE(ask("", "faq:helpful:toshokan:yes", again.conversation).gap);
  CHECK_FALSE(ask("", "faq:helpful:toshokan:no", rejected.conversation).gap);
}

TEST_CASE("Nothing is learned from a text in distress or from what a rule declines") {
  const Answer distress = ask("もう死にたい");
  CHECK(distress.intent == "rule:inochi");
  CHECK_FALSE(distress.gap);
  const Answer declined = ask("株価を教えて");
  CHECK(declined.kind == Answer::Kind::kNone);
  CHECK(declined.intent.empty());
  CHECK_FALSE(declined.gap);
  CHECK_FALSE(declined.messages.empty());
}
