#include "intents/faq_terms.h"

#include <algorithm>
#include <array>
#include <unordered_set>

namespace kairan::intents {
namespace {

/// Words that say that something is asked or done, not what; in dictionary form.
bool is_furniture(const std::string& word) {
  static const std::unordered_set<std::string> words{
      "する", "ある", "いる", "なる", "れる", "られる", "せる", "いただく", "頂く", "くださる", "下さる", "ください",
      "もらう", "くれる", "やる", "てる", "おる", "ござる", "こと", "もの", "よう", "とき", "ため", "の", "ん", "それ",
      "これ", "どれ", "どの", "何", "なに", "なん", "どう", "どこ", "いつ", "どちら", "誰", "だれ", "教える",
      "おしえる", "知る", "聞く", "たい", "願う", "いう", "言う", "ところ", "所", "方法", "方", "場合", "際", "時",
      "件", "的", "さん", "様", "欲しい", "ほしい", "できる", "出来る", "良い", "よい", "いい", "行う", "思う",
      "考える", "必要", "どのような", "どんな", "くる", "来る", "行く", "いく", "つく", "みる", "わかる", "分かる",
      "以下", "次", "通り", "その", "この", "あの", "そう", "こう", "ちょっと", "すみません", "お願い", "質問", "ええ",
      "もう", "まだ", "また", "仕方", "しかた", "やり方", "やりかた",
      // English function words
      "a", "an", "the", "i", "my", "me", "we", "our", "you", "your", "it", "is", "are", "am", "be", "do", "does", "did",
      "to", "of", "in", "on", "at", "for", "and", "or", "how", "what", "where", "when", "who", "which", "can", "could",
      "would", "should", "will", "want", "need", "get", "have", "has", "there", "this", "that", "please", "tell",
      "about", "with", "know", "if", "'", "s", "from", "by"};
  return words.count(word) != 0;
}

/// A letter, digit or ideograph is in it; MeCab calls stray ASCII punctuation a noun.
bool has_letter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9');
  });
}

bool is_dependent(std::string_view pos) {
  return pos.find("非自立") != std::string_view::npos || pos.find("代名詞") != std::string_view::npos ||
         pos.find("特殊") != std::string_view::npos;
}

bool is_content_word(const Token& token) {
  const std::string_view pos = token.pos;
  if (is_dependent(pos) || !has_letter(token.surface)) return false;
  if (pos.starts_with("名詞")) return true;
  if (pos.find("接尾") != std::string_view::npos) return false;
  return pos.starts_with("動詞") || pos.starts_with("形容詞") || pos.starts_with("副詞") || pos.starts_with("連体詞") ||
         pos.starts_with("接頭詞");
}

bool is_noun(const Token& token) {
  if (!has_letter(token.surface)) return false;
  return (token.pos.starts_with("名詞") && !is_dependent(token.pos)) || token.pos == "接頭詞,名詞接続";
}

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t wanted = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const std::size_t size = std::min(wanted, text.size() - at);
    out.push_back(text.substr(at, size));
    at += size;
  }
  return out;
}

/// The compounds and character pairs of a run of nouns, tokens [begin, end).
void add_run(const std::vector<Token>& tokens, std::size_t begin, std::size_t end, TermLists& lists) {
  std::string joined;
  for (std::size_t at = begin; at < end; ++at) joined += tokens[at].surface;
  auto& compounds = lists.by_kind[static_cast<std::size_t>(TermKind::kCompound)];
  if (end - begin >= 2) {
    Token whole;
    whole.base = joined;
    compounds.push_back(hash_term(TermKind::kCompound, word_form(whole)));
  }
  if (end - begin > 2) {
    for (std::size_t at = begin; at + 1 < end; ++at) {
      Token pair;
      pair.base = tokens[at].surface + tokens[at + 1].surface;
      compounds.push_back(hash_term(TermKind::kCompound, word_form(pair)));
    }
  }
  const std::vector<std::string_view> letters = characters(joined);
  auto& pairs = lists.by_kind[static_cast<std::size_t>(TermKind::kPair)];
  for (std::size_t at = 0; at + 1 < letters.size(); ++at) {
    pairs.push_back(
        hash_term(TermKind::kPair, std::string_view(letters[at].data(), letters[at].size() + letters[at + 1].size())));
  }
}

}  // namespace

FaqTerms faq_terms(const std::vector<Token>& tokens, const Synonyms& synonyms, TextSide side) {
  FaqTerms terms;
  std::vector<std::string> forms;
  forms.reserve(tokens.size());
  for (const Token& token : tokens) forms.push_back(word_form(token));
  const std::vector<Synonyms::Mention> mentions = synonyms.mentions(forms, side);

  std::size_t run = 0;
  for (std::size_t at = 0; at <= tokens.size(); ++at) {
    if (at < tokens.size() && is_noun(tokens[at])) continue;
    if (at > run) add_run(tokens, run, at, terms.lists);
    run = at + 1;
  }
  auto& concepts = terms.lists.by_kind[static_cast<std::size_t>(TermKind::kConcept)];
  for (const Synonyms::Mention& mention : mentions) concepts.push_back(hash_concept(mention.concept_id));
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    const Token& token = tokens[at];
    if (!is_content_word(token) || is_furniture(token.base)) continue;
    FaqUnit unit;
    unit.text = forms[at];
    unit.word = hash_term(TermKind::kWord, unit.text);
    unit.begin = token.begin;
    unit.end = token.end;
    for (const Synonyms::Mention& mention : mentions) {
      if (mention.begin <= at && at < mention.end) unit.concepts.push_back(hash_concept(mention.concept_id));
    }
    terms.lists.by_kind[static_cast<std::size_t>(TermKind::kWord)].push_back(unit.word);
    terms.units.push_back(std::move(unit));
  }
  return terms;
}

std::string strip_furniture(std::string_view answer) {
  static constexpr std::array<std::string_view, 2> kContact{"【お問い合", "【お問合"};
  static constexpr std::array<std::string_view, 4> kAfterRelated{"＜改＞", "<改>", "【お問い合", "【お問合"};
  static constexpr std::array<std::string_view, 6> kMarks{"＜改＞", "<改>", "■", "［ＵＲＬ］", "[URL]", "【参考】"};
  std::string text(answer);
  for (std::size_t at = text.find("【関連する"); at != std::string::npos; at = text.find("【関連する", at)) {
    std::size_t end = text.size();
    for (const std::string_view mark : kAfterRelated) end = std::min(end, text.find(mark, at));
    text.erase(at, end - at);
  }
  for (const std::string_view contact : kContact) text.erase(std::min(text.find(contact), text.size()));
  for (const std::string_view mark : kMarks) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
      text.replace(at, mark.size(), " ");
    }
  }
  return text;
}

}  // namespace kairan::intents
