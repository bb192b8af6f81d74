#include <algorithm>
#include <unordered_map>

#include "base/text.h"
#include "intents/faq_index.h"
#include "intents/parts.h"
#include "intents/reply.h"

namespace kairan::intents {
namespace {

constexpr std::size_t kMaxFaqOffers = 10;
constexpr std::string_view kHelpful = "faq:helpful:";

/// A share as people read it: 「87 %」.
std::string percent(double share) {
  return std::to_string(static_cast<int>(share * 100 + 0.5)) + " %";
}

std::string reason_of(const FaqHit& hit) {
  if (hit.exact) return hit.respelled ? "読みが質問の文と一致" : "質問の文と一致";
  std::string words;
  for (const std::string& word : hit.words) words += (words.empty() ? "" : "、") + word;
  return std::string(hit.respelled ? "つづりを読みから補正；" : "") + "一致した言葉 " +
         (words.empty() ? std::string("なし（答えの中だけ）") : words) + "；質問の " + percent(hit.explained) +
         " を説明（うち見出し " + percent(hit.by_question) + "）；見出しの " + percent(hit.asked_for) + " が質問にある";
}

std::vector<std::string> own_names(const City& city) {
  std::vector<std::string> names{city.name, city.prefecture + city.name};
  names.insert(names.end(), city.own_names.begin(), city.own_names.end());
  return names;
}

class FaqMatcher final : public Matcher {
 public:
  FaqMatcher(std::shared_ptr<const Content> content, std::shared_ptr<const Analyzer> analyzer)
      : content_(std::move(content)),
        index_(content_->faqs, analyzer,
               std::make_shared<Synonyms>(*analyzer, general_synonyms(), content_->synonyms),
               own_names(content_->city)) {
    for (std::size_t row = 0; row < content_->faqs.size(); ++row) by_id_.emplace(content_->faqs[row].id, row);
  }

  std::vector<Offer> match(const Utterance& utterance, const Query& query, const Context&) const override {
    std::vector<Offer> offers;
    for (const FaqHit& hit : index_.search(utterance, kMaxFaqOffers)) {
      Offer offer = offer_of(hit.row, query.resident.language);
      offer.candidate.score = hit.confidence;
      offer.reason = reason_of(hit);
      offer.matched_begin = hit.begin;
      offer.matched_end = hit.end;
      offers.push_back(std::move(offer));
    }
    return offers;
  }

  std::vector<Offer> by_intent(const std::string& intent, const Query& query, const Context&) const override {
    if (intent.compare(0, kHelpful.size(), kHelpful) == 0) return opinion(intent.substr(kHelpful.size()));
    if (intent.compare(0, 4, "faq:") != 0) return {};
    const auto row = by_id_.find(intent.substr(4));
    if (row == by_id_.end()) return {};
    Offer offer = offer_of(row->second, query.resident.language);
    offer.candidate.score = 1.0;
    offer.reason = "FAQを名前で指定";
    return {std::move(offer)};
  }

 private:
  Offer offer_of(std::size_t number, const std::string& language) const {
    const FaqRow& row = content_->faqs[number];
    Offer offer;
    offer.candidate.intent = "faq:" + row.id;
    const auto title = row.questions.find(language);
    offer.candidate.title = title == row.questions.end() ? row.question : title->second;
    offer.reply = [content = content_, number](const Query& query, Context&) {
      return reply_of(content->faqs[number], content->city, query);
    };
    return offer;
  }

  static std::vector<Message> reply_of(const FaqRow& row, const City& city, const Query& query) {
    const std::string& language = query.resident.language;
    Statement statement;
    statement.text = row.answer;
    statement.section = row.section;
    statement.phone = row.phone;
    statement.url = row.url;
    statement.review_by = row.review_by;
    statement.sample = row.sample;
    Message message = text_message(statement_text(statement, language, jst_date(query.now), city));
    // Whether a fact that is not served was helpful says nothing about the match.
    if (past_review(statement, jst_date(query.now))) return {std::move(message)};
    for (const std::string_view opinion : {std::string_view("yes"), std::string_view("no")}) {
      Action action;
      action.kind = Action::Kind::kPostback;
      action.label = std::string(fixed_text("helpful", language)) + std::string(fixed_text(opinion, language));
      if (length_graphemes(action.label) > 20) action.label = std::string(fixed_text(opinion, language));
      action.value = std::string(kHelpful) + row.id + ":" + std::string(opinion);
      action.display = std::string(fixed_text(opinion, language));
      message.quick_replies.push_back(std::move(action));
    }
    return {std::move(message)};
  }

  /// The answer to 「役に立ちましたか」: ID:yes or ID:no.
  std::vector<Offer> opinion(const std::string& data) const {
    const std::size_t colon = data.rfind(':');
    if (colon == std::string::npos || by_id_.count(data.substr(0, colon)) == 0) return {};
    const std::string opinion = data.substr(colon + 1);
    if (opinion != "yes" && opinion != "no") return {};
    Offer offer;
    offer.candidate = {std::string(kHelpful) + data, content_->faqs[by_id_.at(data.substr(0, colon))].question, 1.0};
    offer.reason = "「役に立ちましたか」への返事";
    offer.reply = [yes = opinion == "yes"](const Query& query, Context&) {
      return std::vector<Message>{
          text_message(std::string(fixed_text(yes ? "helpful_yes" : "helpful_no", query.resident.language)))};
    };
    return {std::move(offer)};
  }

  std::shared_ptr<const Content> content_;
  FaqIndex index_;
  std::unordered_map<std::string, std::size_t> by_id_;
};

}  // namespace

std::shared_ptr<const Matcher> make_faq_matcher(std::shared_ptr<const Content> content,
                                                std::shared_ptr<const Analyzer> analyzer, LoadReport&) {
  if (content->faqs.empty()) return nullptr;
  return std::make_shared<FaqMatcher>(std::move(content), std::move(analyzer));
}

}  // namespace kairan::intents
