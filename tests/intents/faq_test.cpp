// FAQ retrieval, its confidence, and the replies.
#include "base/civil_time.h"
#include "intents/bm25.h"
#include "intents/faq_index.h"
#include "intents/parts.h"
#include "intents/reading_lexicon.h"
#include "intents/synonyms.h"
#include "tests/support/catch.h"

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

FaqRow row(const std::string& id, const std::string& question, const std::string& answer,
           std::vector<std::string> paraphrases = {}) {
  FaqRow made;
  made.id = id;
  made.question = question;
  made.questions["ja"] = question;
  made.paraphrases = std::move(paraphrases);
  made.answer["ja"] = answer;
  return made;
}

std::vector<FaqRow> rows() {
  return {
      row("inkan", "印鑑登録をするにはどうすればいいですか", "窓口で申請してください。本人確認書類が必要です。"),
      row("kaigo", "介護保険の申請をしたい", "福祉課で申請してください。"),
      row("inu", "犬を飼い始めたときの登録", "犬の登録をしてください。注射も受けてください。"),
      row("sodai", "粗大ごみを出したい", "電話で申し込んでください。", {"大きいごみの捨て方"}),
      row("passport", "パスポートを申請したい", "市民課で申請してください。"),
      row("jido", "児童手当の手続きを教えてください", "子どもが生まれた日の翌日から15日以内に申請してください。"),
      row("hikkoshi", "市外から引っ越してきたときの手続き", "転入届を14日以内に出してください。"),
      row("tosho", "図書館の開館時間を知りたい", "午前9時30分から午後6時までです。"),
  };
}

std::shared_ptr<const Content> content(std::vector<FaqRow> faqs) {
  auto made = std::make_shared<Content>();
  made->city.name = "鹿島市";
  made->city.phone = "0954-00-0000";
  made->faqs = std::move(faqs);
  return made;
}

std::shared_ptr<const Matcher> matcher(std::vector<FaqRow> faqs) {
  LoadReport report;
  return make_faq_matcher(content(std::move(faqs)), analyzer(), report);
}

Query asked(const std::string& text, const std::string& language = "ja") {
  Query query;
  query.text = text;
  query.resident.language = language;
  query.now = jst_time(Date{std::chrono::year{2026} / 11 / 24}, 600);
  return query;
}

std::vector<Offer> offers(const Matcher& faq, const std::string& text) {
  return faq.match(analyzer()->analyze(text), asked(text), {});
}

std::string text_of(const Message& message) {
  return std::get<TextMessage>(message.body).text;
}

}  // namespace

TEST_CASE("a question finds its row in other words, in kana alone and with a slip") {
  const auto faq = matcher(rows());
  struct Case {
    const char* text;
    const char* id;
    bool sure;
  };
  const auto c = GENERATE(values<Case>({{"印鑑登録の方法", "faq:inkan", true},
                                        {"実印を登録したいのですが", "faq:inkan", true},
                                        {"いんかんとうろくのしかた", "faq:inkan", true},
                                        {"要介護の認定を受けたい", "faq:kaigo", false},
                                        {"ペットを飼い始めました", "faq:inu", true},
                                        {"大型ごみはどうやって捨てるの？", "faq:sodai", true},
                                        {"ﾊﾟｽﾎﾟｰﾄがほしい", "faq:passport", true},
                                        {"パスポトを申請したい", "faq:passport", true},
                                        {"ぱすぽーとのしんせい", "faq:passport", true},
                                        {"赤ちゃんが生まれたら子ども手当はもらえますか", "faq:jido", false},
                                        {"引越して来ました。何をすればいいですか", "faq:hikkoshi", true},
                                        {"図書館は何時に開きますか", "faq:tosho", false}}));
  CAPTURE(c.text);
  const std::vector<Offer> found = offers(*faq, c.text);
  REQUIRE_FALSE(found.empty());
  CHECK(found.front().candidate.intent == c.id);
  if (c.sure) CHECK(found.front().candidate.score >= 0.5);
}

TEST_CASE("a question about something else is not offered, however near its words are") {
  const auto faq = matcher(rows());
  const std::string text =
      GENERATE(as<std::string>(), "ラーメン食べたい", "サッカーの試合結果", "隣の家の犬がかわいい", "今日の天気",
               "デートしよう", "猫を飼いたい", "映画のパスポートの主人公は誰", "図書館戦争の主題歌を歌って");
  CAPTURE(text);
  for (const Offer& offer : offers(*faq, text)) CHECK(offer.candidate.score < 0.5);
}

TEST_CASE("a row's own wording is certain, a paraphrase as much as the question") {
  const auto faq = matcher(rows());
  CHECK(offers(*faq, "粗大ごみを出したい").front().candidate.score == 1.0);
  CHECK(offers(*faq, "大きいごみの捨て方").front().candidate.score == 1.0);
  CHECK(offers(*faq, "大きいゴミの捨て方？").front().candidate.score == 1.0);
}

TEST_CASE("two rows with one question are both offered with the same score") {
  std::vector<FaqRow> twice = rows();
  twice.push_back(row("tosho2", "図書館の開館時間を知りたい", "分館は午前10時からです。"));
  const std::vector<Offer> found = offers(*matcher(twice), "図書館の開館時間を知りたい");
  REQUIRE(found.size() >= 2);
  CHECK(found[0].candidate.score == found[1].candidate.score);
  CHECK(found[0].candidate.intent == "faq:tosho");
  CHECK(found[1].candidate.intent == "faq:tosho2");
}

TEST_CASE("scores fall along the ranking, and asking again gives the same ranking") {
  const auto faq = matcher(rows());
  for (const char* const text : {"申請したい", "登録の手続き", "子どもの犬の図書館の申請", "ごみ"}) {
    CAPTURE(text);
    const std::vector<Offer> first = offers(*faq, text);
    const std::vector<Offer> again = offers(*faq, text);
    REQUIRE(first.size() == again.size());
    for (std::size_t at = 0; at < first.size(); ++at) {
      CHECK(first[at].candidate.intent == again[at].candidate.intent);
      CHECK(first[at].candidate.score == again[at].candidate.score);
      if (at > 0) CHECK(first[at].candidate.score <= first[at - 1].candidate.score);
      CHECK(first[at].candidate.score >= 0);
      CHECK(first[at].candidate.score <= 1);
    }
  }
}

TEST_CASE("any text is searched without harm") {
  const auto faq = matcher(rows());
  std::string kana;
  for (int i = 0; i < 5000; ++i) kana += "あ";
  for (const std::string& text :
       {std::string(), std::string("🎉🎉"), kana, std::string("(.*)[a-z]+\\"), std::string("\x01\x02"),
        std::string("アアアアアアアアアアアアアアアアアアアアアアアアアアアア"), std::string("犬犬犬犬犬犬")}) {
    CHECK(offers(*faq, text).size() <= 20);
  }
}

TEST_CASE("an answer says who is in charge, where it is published, and that it is a sample") {
  FaqRow made = row("x", "質問です", "答えです。");
  made.section = "市民課";
  made.phone = "0954-63-2111";
  made.url = "https://example.jp/x";
  made.sample = true;
  made.answer["en"] = "The answer.";
  const auto faq = matcher({made});
  const Query query = asked("");
  Context context;
  const std::vector<Message> messages = faq->by_intent("faq:x", query, context).at(0).reply(query, context);
  CHECK(text_of(messages.at(0)) ==
        "【見本】答えです。\n\n担当課：市民課\n電話：0954-63-2111\n出典：https://example.jp/x");
  REQUIRE(messages.at(0).quick_replies.size() == 2);
  CHECK(messages.at(0).quick_replies[0].value == "faq:helpful:x:yes");
  CHECK(messages.at(0).quick_replies[1].value == "faq:helpful:x:no");
  const Query english = asked("", "en");
  CHECK(text_of(faq->by_intent("faq:x", english, context).at(0).reply(english, context).at(0)).find("The answer.") !=
        std::string::npos);
}

TEST_CASE("a fact past its review date is not served; the section is named instead") {
  FaqRow made = row("x", "質問です", "古い事実です。");
  made.section = "税務課";
  made.review_by = Date{std::chrono::year{2026} / 11 / 23};
  const Query query = asked("");
  Context context;
  const std::string old =
      text_of(matcher({made})->by_intent("faq:x", query, context).at(0).reply(query, context).at(0));
  CHECK(old.find("古い事実") == std::string::npos);
  CHECK(old.find("担当課にご確認ください") != std::string::npos);
  CHECK(old.find("税務課") != std::string::npos);
  CHECK(old.find("0954-00-0000") != std::string::npos);
  made.review_by = Date{std::chrono::year{2026} / 11 / 24};
  const std::string fresh =
      text_of(matcher({made})->by_intent("faq:x", query, context).at(0).reply(query, context).at(0));
  CHECK(fresh.find("古い事実") != std::string::npos);
}

TEST_CASE("only a row of this content takes an opinion") {
  const auto faq = matcher(rows());
  CHECK(faq->by_intent("faq:helpful:inkan:no", asked(""), {}).size() == 1);
  for (const char* const data :
       {"faq:helpful:nobody:no", "faq:helpful:inkan:maybe", "faq:helpful:", "faq:", "faq:nobody", "dlg:back"}) {
    CAPTURE(data);
    CHECK(faq->by_intent(data, asked(""), {}).empty());
  }
}

TEST_CASE("okurigana do not part a word from itself") {
  const auto form = [](const char* text) { return word_form(analyzer()->tokenize(text).at(0)); };
  CHECK(form("引っ越し") == form("引越し"));
  CHECK(form("引っ越し") == "引越");
  CHECK(form("犬") == "犬");
  CHECK(form("取る") == "取る");
}

TEST_CASE("a synonym that holds one way leads from the question to the row only") {
  SynonymRow wide;
  wide.word = "マイナ";
  wide.same = {"個人番号"};
  wide.one_way = true;
  const Synonyms synonyms(*analyzer(), "ペット || 犬 猫\n", {wide});
  const auto concepts = [&](const char* text, TextSide side) {
    std::vector<std::string> forms;
    for (const Token& token : analyzer()->tokenize(text)) forms.push_back(word_form(token));
    return synonyms.mentions(forms, side).size();
  };
  CHECK(concepts("ペット", TextSide::kQuestionAsked) == 1);
  CHECK(concepts("犬", TextSide::kQuestionAsked) == 0);
  CHECK(concepts("犬", TextSide::kContent) == 1);
  CHECK(concepts("マイナ", TextSide::kQuestionAsked) == 1);
  CHECK(concepts("マイナ", TextSide::kContent) == 0);
  CHECK(concepts("個人番号", TextSide::kContent) == 1);
}

TEST_CASE("BM25 weighs a rare word above a common one and a short text above a long one") {
  const auto terms = [](std::vector<const char*> words) {
    TermLists lists;
    for (const char* const word : words) lists.by_kind[0].push_back(hash_term(TermKind::kWord, word));
    return lists;
  };
  const std::vector<TermLists> documents{terms({"a", "b"}), terms({"a", "c", "d", "e", "f"}), terms({"a", "g"})};
  TermStatistics statistics;
  for (const TermLists& document : documents) statistics.add_document(document.by_kind[0]);
  statistics.finish();
  const Bm25Index index(documents, statistics, {});
  const auto weight = [&](const char* word, std::uint32_t document) {
    for (const auto& posting : index.find(hash_term(TermKind::kWord, word))) {
      if (posting.document == document) return posting.weight;
    }
    return 0.0F;
  };
  CHECK(weight("b", 0) > weight("a", 0));
  CHECK(weight("a", 0) > weight("a", 1));
  CHECK(weight("a", 0) == weight("a", 2));
  CHECK(weight("z", 0) == 0.0F);
  CHECK(statistics.idf(hash_term(TermKind::kWord, "z")) == statistics.unknown_idf());
  CHECK_FALSE(hash_term(TermKind::kWord, "a") == hash_term(TermKind::kPair, "a"));
}

TEST_CASE("furniture of an answer says nothing about it") {
  CHECK(strip_furniture("■本文。【関連するＦＡＱ】別の質問。＜改＞続き。【お問い合わせ】総務課。") == " 本文。 続き。");
  CHECK(strip_furniture("本文だけ。") == "本文だけ。");
  CHECK(strip_furniture("本文。【関連するFAQ】別の質問。") == "本文。");
}
