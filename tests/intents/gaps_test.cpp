// The learning loop: what is masked, what is counted together, what is shown.
#include "intents/gaps.h"

#include "tests/support/catch.h"

using namespace kairan;
using namespace kairan::intents;

namespace {

const Analyzer& analyzer() {
  static const std::shared_ptr<const Analyzer> shared = [] {
    auto made = Analyzer::create();
    REQUIRE(made.ok());
    return *made;
  }();
  return *shared;
}

GapCount count(const char* text, std::vector<std::string> tags, std::size_t times = 1, const char* intent = "") {
  GapCount made;
  made.gap = make_gap(*intent == '\0' ? GapKind::kUnmatched : GapKind::kRejected, text, intent, analyzer());
  made.times = times;
  made.resident_tags = std::move(tags);
  return made;
}

}  // namespace

TEST_CASE("what may tell a person does not reach the store") {
  struct Case {
    const char* text;
    const char* secret;
  };
  const auto c = GENERATE(values<Case>({{"電話は0954-63-1234です", "1234"},
                                        {"電話は０９５４－６３－１２３４です", "１２３４"},
                                        {"taro.yamada@example.com に返事をください", "taro"},
                                        {"ｔａｒｏ＠example.com へ", "example"},
                                        {"https://example.com/u/taro を見て", "example"},
                                        {"山田太郎ですが児童手当について", "山田"},
                                        {"佐藤さんの家のごみ", "佐藤"},
                                        {"名前は鈴木といいます", "鈴木"},
                                        {"住所は納富分2643番地です", "納富分"},
                                        {"高橋花子と申します。犬の登録は？", "高橋"}}));
  CAPTURE(c.text);
  const std::string masked = mask_personal(c.text, analyzer());
  CAPTURE(masked);
  CHECK(masked.find(c.secret) == std::string::npos);
  CHECK(mask_personal(masked, analyzer()) == masked);
}

TEST_CASE("what the question is about stays") {
  CHECK(mask_personal("児童手当はいつもらえますか", analyzer()) == "児童手当はいつもらえますか");
  CHECK(mask_personal("鹿島の花火はいつですか", analyzer()) == "鹿島の花火はいつですか");
  CHECK(mask_personal("3歳の健診", analyzer()) == "＃歳の健診");
}

TEST_CASE("one question in two spellings has one key, small talk has none") {
  const auto key = [](const char* text) { return make_gap(GapKind::kUnmatched, text, "", analyzer()).key; };
  CHECK(key("ドローンの許可が欲しい") == key("ﾄﾞﾛｰﾝの許可を教えてください"));
  CHECK_FALSE(key("ドローンの許可").empty());
  CHECK(key("？？？").empty());
  CHECK(key("0954").empty());
}

TEST_CASE("a line is shown from three residents on, however often one of them asks") {
  CHECK(cluster_gaps({count("ドローンの許可", {"a", "b"}, 50)}).empty());
  const std::vector<GapCluster> shown =
      cluster_gaps({count("ドローンの許可", {"a", "b"}, 2), count("ドローンを飛ばす許可", {"b", "c"}, 3)});
  REQUIRE(shown.size() == 1);
  CHECK(shown[0].residents == 3);
  CHECK(shown[0].times == 5);
  CHECK(shown[0].examples.size() == 2);
}

TEST_CASE("different questions, and rejections of different answers, stay apart") {
  const std::vector<std::string> three{"a", "b", "c"};
  CHECK(cluster_gaps({count("ドローンの許可", three), count("空き地の草刈り", three)}).size() == 2);
  CHECK(cluster_gaps({count("ドローンの許可", three, 1, "faq:x"), count("ドローンの許可", three, 1, "faq:y")}).size() ==
        2);
  CHECK(cluster_gaps({count("ドローンの許可", three), count("ドローンの許可", three, 1, "faq:y")}).size() == 2);
}

TEST_CASE("the order of counts does not change the clusters") {
  const std::vector<std::string> three{"a", "b", "c"};
  const std::vector<GapCount> counts{count("ドローンの許可", three), count("草刈りの依頼", {"a", "b", "c", "d"}),
                                     count("ドローンを飛ばす許可", {"d"})};
  const std::vector<GapCluster> one = cluster_gaps(counts);
  const std::vector<GapCluster> other = cluster_gaps({counts.rbegin(), counts.rend()});
  REQUIRE(one.size() == other.size());
  for (std::size_t at = 0; at < one.size(); ++at) {
    CHECK(one[at].examples == other[at].examples);
    CHECK(one[at].residents == other[at].residents);
  }
}
