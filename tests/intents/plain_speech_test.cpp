// Spoken forms become written ones, and the written language stays as it is.
#include "intents/plain_speech.h"

#include "tests/support/catch.h"

using kairan::intents::plain_speech;

TEST_CASE("What is typed as it is spoken is read in the written language") {
  struct Case {
    const char* spoken;
    const char* written;
  };
  const auto c = GENERATE(values<Case>({{"マイナカードば作りたかとけど", "マイナカードを作りたいけど"},
                                        {"道に穴があいとる", "道に穴があいている"},
                                        {"水が漏れよる", "水が漏れます"},
                                        {"傘はどがんして捨つっと", "傘はどうして捨てるの"},
                                        {"お正月のごみはどがんなると", "お正月のごみはどうなるの"},
                                        {"何時までに出さんばいかんと", "何時までに出さないといけないの"},
                                        {"なんばしたらよかね", "何をしたらいいですか"},
                                        {"カードなくした", "カードをなくした"}}));
  CHECK(plain_speech(c.spoken).value_or("") == c.written);
}

TEST_CASE("The written language is left alone") {
  const char* const text = GENERATE("どうしましたか", "結果はいつでしたか", "法律による届出", "雨が降れば中止ですか", "写真をとる", "例えばどこですか",
                                    "市役所は何時までですか", "");
  INFO(text);
  CHECK_FALSE(plain_speech(text));
}
