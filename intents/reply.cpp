#include "intents/reply.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace kairan::intents {
namespace {

struct FixedText {
  std::string_view name, ja, easy, en;
};
constexpr std::array<FixedText, 20> kFixedTexts{{
    {"section", "担当課：", "聞（き）く ところ：", "Section in charge: "},
    {"phone", "電話：", "電話（でんわ）：", "Phone: "},
    {"hours", "受付：", "時間（じかん）：", "Hours: "},
    {"source", "出典：", "くわしい ページ：", "Source: "},
    {"sample", "【見本】", "【見本（みほん）】", "[Sample] "},
    {"past_review", "この内容は見直しの期限を過ぎています。最新の内容は担当課にご確認ください。",
     "この 説明（せつめい）は 古（ふる）いかもしれません。市役所（しやくしょ）に 聞（き）いてください。",
     "This information is due for review. Please ask the section in charge for the current facts."},
    {"helpful", "役に立ちましたか。", "役（やく）に 立（た）ちましたか。", "Was this helpful?"},
    {"yes", "はい", "はい", "Yes"},
    {"no", "いいえ", "いいえ", "No"},
    {"helpful_yes", "ありがとうございます。", "ありがとう ございます。", "Thank you."},
    {"helpful_no", "お役に立てず申し訳ありません。いただいた声は案内の見直しに使います。",
     "ごめんなさい。これから 直（なお）していきます。", "Sorry about that. We use this to improve our answers."},
    {"open_source", "出典のページを開く", "ページを 見（み）る", "Open the page"},
    {"back", "戻る", "もどる", "Back"},
    {"restart", "最初から", "はじめから", "Start over"},
    {"cancel", "やめる", "やめる", "Stop"},
    {"continue", "続ける", "つづける", "Continue"},
    {"cancelled", "ここで終わります。またいつでもどうぞ。", "ここで 終（お）わります。また 聞（き）いてください。",
     "Stopped here. Ask again any time."},
    {"at_start", "ここが最初です。", "ここが はじめです。", "This is the first step."},
    {"resume", "「{title}」の案内を続けますか。", "「{title}」を つづけますか。", "Continue with \"{title}\"?"},
    {"nothing_open", "いま続きのある案内はありません。", "いま つづきは ありません。", "There is nothing to continue."},
}};

}  // namespace

bool past_review(const Statement& statement, Date today) {
  return statement.review_by && today > *statement.review_by;
}

std::string_view fixed_text(std::string_view name, std::string_view language) {
  const auto found =
      std::find_if(kFixedTexts.begin(), kFixedTexts.end(), [&](const FixedText& text) { return text.name == name; });
  if (found == kFixedTexts.end()) return {};
  if (language == "ja") return found->ja;
  return language == "ja-easy" ? found->easy : found->en;
}

std::string statement_text(const Statement& statement, std::string_view language, Date today, const City& city) {
  const bool old = past_review(statement, today);
  std::string footer;
  const auto line = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) footer += "\n" + std::string(fixed_text(name, language)) + value;
  };
  line("section", statement.section);
  line("phone", statement.phone.empty() && old ? city.phone : statement.phone);
  line("hours", statement.hours);
  line("source", statement.url);
  if (!footer.empty()) footer.insert(0, "\n");
  std::string text = old ? std::string(fixed_text("past_review", language)) : pick(statement.text, language);
  if (statement.sample && !old) text.insert(0, fixed_text("sample", language));
  return shorten_utf16(text, kChannel.text_utf16 - std::min(length_utf16(footer), kChannel.text_utf16)) + footer;
}

std::string fill_in(std::string text, const std::vector<std::pair<std::string, std::string>>& values) {
  for (const auto& [name, value] : values) {
    const std::string mark = "{" + name + "}";
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size())) {
      text.replace(at, mark.size(), value);
    }
  }
  return text;
}

std::string button_label(std::string_view text) {
  return shorten_graphemes(text, kChannel.label_graphemes);
}

}  // namespace kairan::intents
