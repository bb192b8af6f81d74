#include "base/text.h"

#include <random>

#include "tests/support/catch.h"

using namespace kairan;

namespace {

/// Random strings from the blocks that people type: kana, kanji, Latin, full and half width, marks, emoji, controls.
std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> kPieces = {
      "あ", "ぱ", "ガ", "ｶﾞ", "ﾊﾟ", "ー", "ｰ", "-", "－", "―", "〜", "～", "~", "ゝ", "ゞ", "ヽ", "ヾ", "々", "人", "鹿",
      "Ａ", "a", "Z", "１", "9", "　", " ", "\n", "（", "(", "。", "、", "🍎", "👨‍👩‍👧", "が", "か\u3099", "ヴ", "ゔ", "ヵ", "ヶ",
      "ｯ", "っ", "ャ", "①", "㈱", "㍻", "ﬁ", "ß", "\x01", "\u200b", "\ufe0f", "‐", "ｱ", "ﾞ", "゛", "\u3099", "İ", "Å"};
  std::string text;
  const std::size_t length = random() % 12;
  for (std::size_t i = 0; i < length; ++i) text += kPieces[random() % kPieces.size()];
  return text;
}

}  // namespace

TEST_CASE("spellings of one word fold to one form") {
  struct Case {
    const char* a;
    const char* b;
  };
  const auto c = GENERATE(values<Case>({
      {"ペットボトル", "ぺっとぼとる"},
      {"ﾍﾟｯﾄﾎﾞﾄﾙ", "ペットボトル"},
      {"ＰＥＴボトル", "petボトル"},
      {"ゴミ", "ごみ"},
      {"コ－ヒ―", "コーヒー"},
      {"らーめん〜", "ラーメンー"},
      {"か\u3099", "が"},
      {"いすゞ", "いすず"},
      {"人々", "人人"},
      {"　全角　空白　", "全角 空白"},
      {"１２３", "123"},
  }));
  CAPTURE(c.a, c.b);
  CHECK(fold(c.a) == fold(c.b));
}

TEST_CASE("folding keeps different words apart") {
  CHECK(fold("はし") != fold("ばし"));
  CHECK(fold("びょういん") != fold("びよういん"));
  CHECK(fold("090-1234") == "090-1234");
}

TEST_CASE("keys ignore long vowels, small kana, spaces and punctuation") {
  CHECK(fold_key("コンピューター") == fold_key("コンピュータ"));
  CHECK(fold_key("アイロン台（金属製）") == fold_key("アイロン台 金属製"));
  CHECK(fold_key("「缶」") == fold_key("缶"));
}

TEST_CASE("the short way of folding plain Japanese gives what the long way gives") {
  static const std::vector<std::string> kLetters = {"あ", "か", "が", "っ", "ゃ", "ん", "ゔ", "ア", "カ", "ガ", "ッ", "ャ", "ン", "ヴ", "ー",
                                                    "一", "竜", "～", "-", "~", "、", "。", "・", "「", "」", " ", "！", "？", "Ａ", "ｚ",
                                                    "Ｚ", "０", "／", "a", "Z", "9", "?", "!", "^", "`", "－"};
  std::mt19937 random(11);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::size_t n = random() % 12; n > 0; --n) text += kLetters[random() % kLetters.size()];
    CAPTURE(text);
    // A letter that folding drops keeps the text from the short way.
    REQUIRE(fold(text) == fold(text + "\u200b"));
    REQUIRE(fold(fold(text)) == fold(text));
    REQUIRE(key_of_folded(fold(text)) == fold_key(text));
  }
}

TEST_CASE("folding is idempotent") {
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = random_text(random);
    const std::string once = fold(text);
    CAPTURE(text);
    REQUIRE(fold(once) == once);
    REQUIRE(fold_key(fold_key(text)) == fold_key(text));
    REQUIRE(is_valid_utf8(once));
  }
}

TEST_CASE("lengths are counted in LINE's units") {
  CHECK(length_utf16("abc") == 3);
  CHECK(length_utf16("鹿島") == 2);
  CHECK(length_utf16("𠮷") == 2);  // outside the basic plane (line-platform 3.1)
  CHECK(length_utf16("🍎") == 2);
  CHECK(length_graphemes("👨‍👩‍👧") == 1);
  CHECK(length_utf16("👨‍👩‍👧") == 8);
  CHECK(length_graphemes("か\u3099") == 1);
  CHECK(length_graphemes("") == 0);
}

TEST_CASE("prefixes never cut a character") {
  CHECK(prefix_utf16("a🍎b", 2) == "a");
  CHECK(prefix_utf16("a🍎b", 3) == "a🍎");
  CHECK(prefix_graphemes("👨‍👩‍👧鹿", 1) == "👨‍👩‍👧");
  CHECK(shorten_graphemes("鹿島市役所", 3) == "鹿島…");
  CHECK(shorten_utf16("鹿島市", 3) == "鹿島市");
  CHECK(shorten_utf16("🍎🍎", 3) == "🍎…");
}

TEST_CASE("a span counted in UTF-16 units is removed") {
  CHECK(erase_utf16("🍎@市 ごみ", 2, 2) == "🍎 ごみ");
  CHECK(erase_utf16("abc", 1, 100) == "a");
  CHECK(erase_utf16("abc", 9, 1) == "abc");
}

TEST_CASE("text that is not UTF-8 is recognised and does no harm") {
  CHECK_FALSE(is_valid_utf8("\xff\xfe"));
  CHECK_FALSE(is_valid_utf8("\xe3\x81"));
  CHECK_FALSE(is_valid_utf8("\xed\xa0\x80"));  // a surrogate
  CHECK(is_valid_utf8(fold("\xff鹿\xe3")));
}

TEST_CASE("white space is trimmed, the ideographic one too") {
  CHECK(trim(" \t　鹿島　\r\n") == "鹿島");
  CHECK(trim("　") == "");
}

TEST_CASE("control characters cannot forge a log line") {
  CHECK(escape_for_log("a\nb\x1b[0m") == "a\\x0ab\\x1b[0m");
}
