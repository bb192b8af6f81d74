#include "intents/phrases.h"

#include <map>

namespace kairan::intents {
namespace {

const std::map<std::string, Localized, std::less<>>& built_in() {
  static const std::map<std::string, Localized, std::less<>> texts{
      {"none",
       {{"ja", "申し訳ありません。この質問の答えを持っていません。言い方を変えていただくか、{city}（{phone}）へお問い合わせください。"},
        {"ja-easy", "ごめんなさい。わかりませんでした。ほかの ことばで きいてください。電話（でんわ）：{phone}"},
        {"en", "Sorry, I do not have an answer to that. Please try other words, or call {city}: {phone}."}}},
      {"none_garbage",
       {{"ja", "その品目は分別の一覧に見つかりませんでした。品目の名前だけを送っていただくか、{section}（{phone}）へお問い合わせください。"},
        {"ja-easy", "ごみの リストに ありませんでした。ものの 名前（なまえ）だけを おくってください。電話（でんわ）：{phone}"},
        {"en", "I could not find that item in the list. Please send only the item's name, or call {section}: {phone}."}}},
      {"empty",
       {{"ja", "文字で質問してください。例：「段ボールの捨て方」「次の燃えるごみはいつ」"},
        {"en", "Please type your question, for example the name of an item to throw away."}}},
      {"choose",
       {{"ja", "どれについてのご質問ですか。"}, {"ja-easy", "どれですか。"}, {"en", "Which of these do you mean?"}}},
      {"maybe",
       {{"ja", "もしかして、次のことですか。"}, {"ja-easy", "この なかに ありますか。"}, {"en", "Did you mean one of these?"}}},
      {"narrow",
       {{"ja", "「{word}」にはいくつか種類があります。どれに近いですか。"},
        {"ja-easy", "「{word}」は いくつか あります。どれですか。"},
        {"en", "There are several kinds of 「{word}」. Which one is it?"}}},
      {"ask_district",
       {{"ja", "お住まいの地区を教えてください。"},
        {"ja-easy", "すんでいる 地区（ちく）を おしえてください。"},
        {"en", "Which district do you live in?"}}},
      {"other_town",
       {{"ja", "{town}についてのご質問でしょうか。こちらは{city}の窓口です。{town}のことは{town}へお問い合わせください。"},
        {"ja-easy", "ここは {city} です。{town} の ことは、{town} に きいてください。"},
        {"en", "This is {city}. For questions about {town}, please ask {town}."}}},
      {"past_review",
       {{"ja", "この情報は見直しの時期を過ぎています。担当課にご確認ください。{section} {phone}"},
        {"en", "This information is past its review date. Please ask {section}: {phone}."}}},
      {"thanks", {{"ja", "お役に立ててよかったです。"}, {"en", "You are welcome."}}},
      {"hello", {{"ja", "こんにちは。{city}です。質問を文字で送ってください。"}, {"en", "Hello, this is {city}. Please type your question."}}},
      {"greeting",
       {{"ja", "{city}の公式アカウントです。ごみの分別や収集日、手続きについて、文字で質問できます。例：「段ボールの捨て方」"},
        {"ja-easy", "{city} です。ごみや 手続き（てつづき）の ことを きいてください。"},
        {"en", "This is the official account of {city}. Ask about garbage, collection days and procedures."}}},
      {"not_understood_media",
       {{"ja", "写真や動画、音声の内容は読み取れません。文字で質問してください。"},
        {"en", "I cannot read pictures, videos or sound. Please type your question."}}},
      {"thanks_sticker", {{"ja", "スタンプをありがとうございます。質問があれば文字で送ってください。"}, {"en", "Thank you! Please type your question."}}},
      {"location_received", {{"ja", "位置情報を受け取りました。"}, {"en", "I have received your location."}}},
      {"sample_mark", {{"ja", "（見本の文章です）"}, {"en", "(sample text)"}}},
  };
  return texts;
}

}  // namespace

std::string fill_in(std::string_view text, const PhraseValues& values) {
  std::string out;
  out.reserve(text.size() + 32);
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    const std::size_t close = text.find('}');
    const std::string_view name = close == std::string_view::npos ? std::string_view() : text.substr(1, close - 1);
    const std::pair<std::string_view, std::string>* known = nullptr;
    for (const auto& value : values) {
      if (value.first == name && !name.empty()) known = &value;
    }
    if (known == nullptr) {
      out += '{';
      text.remove_prefix(1);
    } else {
      out += known->second;
      text.remove_prefix(close + 1);
    }
  }
  return out;
}

std::string phrase_text(const City& city, std::string_view name, std::string_view language, const PhraseValues& values) {
  const auto own = city.phrases.find(std::string(name));
  const Localized* texts = nullptr;
  if (own != city.phrases.end()) {
    texts = &own->second;
  } else {
    const auto built = built_in().find(name);
    if (built == built_in().end()) return {};
    texts = &built->second;
  }
  PhraseValues all = values;
  all.emplace_back("city", city.name);
  bool phone = false;
  for (const auto& value : values) phone = phone || value.first == "phone";
  if (!phone) all.emplace_back("phone", city.phone);
  return fill_in(pick(*texts, language), all);
}

}  // namespace kairan::intents
