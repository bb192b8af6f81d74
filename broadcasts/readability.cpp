#include "broadcasts/readability.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "broadcasts/wording.h"

namespace kairan::broadcasts {
namespace {

constexpr std::size_t kExamples = 3;   ///< shown of each kind
constexpr std::size_t kShortWord = 3;  ///< ごみ, バス: shorter words of foreign origin are everyday ones

std::u32string decoded(std::string_view text) {
  std::u32string points;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t point = length == 1 ? lead : lead & (0x7f >> length);
    for (std::size_t i = 1; i < length && at + i < text.size(); ++i) {
      point = point << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3f);
    }
    points.push_back(point);
    at += length;
  }
  return points;
}

std::string encoded(std::u32string_view points) {
  std::string text;
  for (const char32_t point : points) {
    if (point < 0x80) {
      text.push_back(static_cast<char>(point));
    } else if (point < 0x800) {
      text.push_back(static_cast<char>(0xc0 | point >> 6));
    } else if (point < 0x10000) {
      text.push_back(static_cast<char>(0xe0 | point >> 12));
      text.push_back(static_cast<char>(0x80 | (point >> 6 & 0x3f)));
    } else {
      text.push_back(static_cast<char>(0xf0 | point >> 18));
      text.push_back(static_cast<char>(0x80 | (point >> 12 & 0x3f)));
      text.push_back(static_cast<char>(0x80 | (point >> 6 & 0x3f)));
    }
    if (point >= 0x80) text.push_back(static_cast<char>(0x80 | (point & 0x3f)));
  }
  return text;
}

bool is_kanji(char32_t c) {
  return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) || (c >= 0xf900 && c <= 0xfaff) ||
         (c >= 0x20000 && c <= 0x3ffff) || c == U'々';
}
bool is_hiragana(char32_t c) {
  return (c >= 0x3041 && c <= 0x3096) || c == U'ー';
}
bool is_katakana(char32_t c) {
  return (c >= 0x30a1 && c <= 0x30fa) || c == U'ー';
}
bool is_end(char32_t c) {
  return c == U'。' || c == U'！' || c == U'？' || c == U'!' || c == U'?' || c == U'\n' || c == U'\r';
}
bool is_space(char32_t c) {
  return c == U' ' || c == U'\t' || c == 0x3000;
}

/// Without {variables} and addresses, which nobody reads as a sentence.
std::u32string prose(std::string_view text) {
  std::string plain = replace_links(text, [](std::string_view) { return std::string(); });
  std::u32string kept;
  bool inside = false;
  for (const char32_t c : decoded(plain)) {
    if (c == U'{') inside = true;
    if (!inside) kept.push_back(c);
    if (c == U'}') inside = false;
  }
  return kept;
}

/// The end of a reading 「（ひなん）」 that begins at `at`, or `at` when none does.
std::size_t reading_end(std::u32string_view text, std::size_t at) {
  if (at >= text.size() || (text[at] != U'（' && text[at] != U'(')) return at;
  std::size_t end = at + 1;
  while (end < text.size() && (is_hiragana(text[end]) || is_space(text[end]))) ++end;
  return end > at + 1 && end < text.size() && (text[end] == U'）' || text[end] == U')') ? end + 1 : at;
}

struct Sentence {
  std::u32string text;  ///< without readings
  std::size_t kanji = 0;
  std::vector<std::string> unread;  ///< runs of kanji without a reading
};

std::vector<Sentence> sentences_of(std::u32string_view text) {
  std::vector<Sentence> sentences(1);
  for (std::size_t at = 0; at < text.size();) {
    if (is_end(text[at])) {
      if (!sentences.back().text.empty()) sentences.emplace_back();
      ++at;
      continue;
    }
    Sentence& sentence = sentences.back();
    if (!is_kanji(text[at])) {
      if (!is_space(text[at])) sentence.text.push_back(text[at]);
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_kanji(text[end])) ++end;
    sentence.text.append(text.substr(at, end - at));
    sentence.kanji += end - at;
    const std::size_t after = reading_end(text, end);
    if (after == end) sentence.unread.push_back(encoded(text.substr(at, end - at)));
    at = after;
  }
  if (sentences.back().text.empty()) sentences.pop_back();
  return sentences;
}

// Forms of speech, in kana and in the kanji that people write them with. Only what is nearly always that form: a warning that is
// often wrong is soon overlooked.
constexpr std::array<std::u32string_view, 16> kHonorific = {
    U"いただ", U"頂き",     U"頂く",   U"ございま", U"くださいませ", U"おられ",   U"いらっしゃ", U"なさってください",
    U"なさる", U"いたしま", U"致しま", U"申し上げ", U"お伺い",       U"うかがい", U"拝見",       U"存じま"};
constexpr std::array<std::u32string_view, 11> kDoubleNegation = {
    U"ないわけでは",     U"なくはな", U"なくもな", U"ないことはな",   U"ないこともな", U"ないとは限らな",
    U"ないとはかぎらな", U"ざるを得", U"ざるをえ", U"ないではいられ", U"ないものはな"};
constexpr std::array<std::u32string_view, 8> kPassive = {U"されま", U"される", U"された", U"されて",
                                                         U"させま", U"させる", U"させて", U"させられ"};
/// Words of foreign origin for which there is no easier one.
constexpr std::array<std::u32string_view, 33> kEveryday = {U"テレビ",
                                                           U"トイレ",
                                                           U"ホテル",
                                                           U"スーパー",
                                                           U"コンビニ",
                                                           U"メール",
                                                           U"ボタン",
                                                           U"ページ",
                                                           U"ホームページ",
                                                           U"カード",
                                                           U"マイナンバーカード",
                                                           U"マイナンバー",
                                                           U"パスポート",
                                                           U"スマホ",
                                                           U"スマートフォン",
                                                           U"インターネット",
                                                           U"アプリ",
                                                           U"ペットボトル",
                                                           U"プラスチック",
                                                           U"ビニール",
                                                           U"ガラス",
                                                           U"タクシー",
                                                           U"センター",
                                                           U"スポーツ",
                                                           U"プール",
                                                           U"マスク",
                                                           U"ワクチン",
                                                           U"アレルギー",
                                                           U"ミルク",
                                                           U"コピー",
                                                           U"サイン",
                                                           U"ニュース",
                                                           U"ラジオ"};

template <std::size_t N>
void find_forms(const std::array<std::u32string_view, N>& forms, std::u32string_view text,
                std::vector<std::string>& found) {
  for (const std::u32string_view form : forms) {
    if (text.find(form) != std::u32string_view::npos) found.push_back(encoded(form));
  }
}

void find_foreign(std::u32string_view text, std::vector<std::string>& found) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::size_t end = at;
    while (end < text.size() && is_katakana(text[end])) ++end;
    if (end == at) continue;
    const std::u32string_view word = text.substr(at, end - at);
    if (word.size() >= kShortWord && std::find(kEveryday.begin(), kEveryday.end(), word) == kEveryday.end()) {
      found.push_back(encoded(word));
    }
    at = end;
  }
}

/// 「A」「B」「C」など, at the end of what is said.
StaffText examples(std::vector<std::string> found) {
  std::vector<std::string> distinct;
  for (std::string& one : found) {
    if (std::find(distinct.begin(), distinct.end(), one) == distinct.end()) distinct.push_back(std::move(one));
  }
  StaffText text;
  for (std::size_t i = 0; i < std::min(kExamples, distinct.size()); ++i) {
    text += {"「" + distinct[i] + "」", (i == 0 ? "“" : ", “") + distinct[i] + "”"};
  }
  if (distinct.size() > kExamples) text += {"など", " and others"};
  return text;
}

}  // namespace

void check_readability(std::string_view text, std::string_view language, const std::string& path,
                       std::vector<Problem>& problems) {
  const bool easy = language == "ja-easy";
  if (!easy && language != "ja") return;
  const std::size_t longest = easy ? ReadabilityLimits::kEasySentence : ReadabilityLimits::kSentence;
  const auto warn = [&](StaffText message, std::vector<std::string>& found) {
    message += examples(std::move(found));
    problems.push_back({path, std::move(message), true});
  };
  std::vector<std::string> too_long, many_kanji, unread, honorific, negation, passive, foreign;
  for (const Sentence& sentence : sentences_of(prose(text))) {
    const std::string start = encoded(std::u32string_view(sentence.text).substr(0, 12)) + "…";
    if (sentence.text.size() > longest) too_long.push_back(start);
    find_forms(kDoubleNegation, sentence.text, negation);
    if (!easy) continue;
    if (sentence.kanji > ReadabilityLimits::kEasyKanji) many_kanji.push_back(start);
    unread.insert(unread.end(), sentence.unread.begin(), sentence.unread.end());
    find_forms(kHonorific, sentence.text, honorific);
    find_forms(kPassive, sentence.text, passive);
    find_foreign(sentence.text, foreign);
  }
  if (!too_long.empty()) {
    const std::string most = std::to_string(longest);
    warn({"文が長すぎます（" + most + "文字まで）。2つの文に分けてください: ",
          "The sentence is too long (" + most + " characters at most). Make it two: "},
         too_long);
  }
  if (!negation.empty()) {
    warn({"二重否定は読み違えやすい形です。「〜できます」のように言い切ってください: ",
          "A double negation is easily misread. Say it plainly, as in “〜できます”: "},
         negation);
  }
  if (!many_kanji.empty()) {
    const std::string most = std::to_string(ReadabilityLimits::kEasyKanji);
    warn({"1つの文に漢字が" + most + "字より多くあります。短い文に分けるか、やさしい言葉に言い換えてください: ",
          "A sentence has more than " + most + " kanji. Make it shorter ones, or use easier words: "},
         many_kanji);
  }
  if (!unread.empty()) {
    warn({"漢字に読みがありません。「避難（ひなん）」のように書いてください: ",
          "Kanji without their reading. Write them as “避難（ひなん）”: "},
         unread);
  }
  if (!honorific.empty()) {
    warn({"尊敬語・謙譲語は使わず、「です」「ます」「てください」で書いてください: ",
          "Honorific or humble forms. Use “です”, “ます” and “てください”: "},
         honorific);
  }
  if (!passive.empty()) {
    warn({"「〜される」「〜させる」は、だれがするのかがわかる言い方に変えてください: ",
          "Passive or causative forms. Say who does it: "},
         passive);
  }
  if (!foreign.empty()) {
    warn({"カタカナの言葉は、わかりやすい言葉に言い換えるか、説明をつけてください: ",
          "Words in katakana. Use easier words, or explain them: "},
         foreign);
  }
}

void check_readability(const Document& document, std::vector<Problem>& problems) {
  each_text(document, [&](const std::string& path, const Localized& text) {
    for (const auto& [language, words] : text) check_readability(words, language, path + "." + language, problems);
  });
}

}  // namespace kairan::broadcasts
