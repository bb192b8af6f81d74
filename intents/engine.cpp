#include "intents/engine.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

#include "base/text.h"
#include "intents/area_rules.h"
#include "intents/arbiter.h"
#include "intents/content_loader.h"
#include "intents/conversation.h"
#include "intents/dialogue_runner.h"
#include "intents/gaps.h"
#include "intents/parts.h"
#include "intents/phrases.h"
#include "intents/plain_speech.h"

namespace kairan::intents {
namespace {

constexpr std::size_t kMaxMessages = 5;
constexpr std::size_t kLabelGraphemes = 20;
constexpr std::size_t kPostbackUtf16 = 300;
/// A longer text is not read a second time.
constexpr std::size_t kPlainBytes = 240;
constexpr const char* kQuestionSlot = "question";

std::string line_of(const Offer& offer) {
  std::array<char, 16> score{};
  std::snprintf(score.data(), score.size(), "%.3f ", offer.candidate.score);
  return std::string(score.data()) + offer.candidate.intent + "（" + offer.candidate.title + "）" +
         (offer.ask_first ? "［確認］ " : " ") + offer.reason;
}

/// 「2」「2番」「②」 after a choice: its position from 0.
std::optional<std::size_t> chosen_number(const std::string& folded) {
  std::string digits = folded;
  for (const std::string_view tail : {"番目", "番", "です", "で", "を", "。"}) {
    if (digits.size() > tail.size() && digits.compare(digits.size() - tail.size(), tail.size(), tail) == 0) {
      digits.resize(digits.size() - tail.size());
    }
  }
  if (digits.size() != 1 || digits[0] < '1' || digits[0] > '9') return std::nullopt;
  return static_cast<std::size_t>(digits[0] - '1');
}

bool mentions_garbage(const std::string& folded) {
  for (const char* const word : {"捨て", "すて", "ごみ", "分別", "処分", "粗大", "不燃", "可燃", "収集"}) {
    if (folded.find(word) != std::string::npos) return true;
  }
  return false;
}

class CityEngine final : public Engine {
 public:
  CityEngine(std::shared_ptr<const Content> content, std::shared_ptr<const Analyzer> analyzer,
             std::vector<std::shared_ptr<const Matcher>> matchers, LoadReport report)
      : content_(std::move(content)), analyzer_(std::move(analyzer)), matchers_(std::move(matchers)),
        report_(std::move(report)) {}

  Answer answer(const Query& query, bool explain) const override {
    Context context = read_context(query.conversation, query.now);
    Reading reading;
    Answer answer =
        !query.postback.empty() ? pressed(query.postback, query, context) : typed(query, context, explain, reading);
    if (answer.messages.size() > kMaxMessages) answer.messages.resize(kMaxMessages);
    offer_to_resume(answer, query, context);
    if (!reading.declined) answer.gap = learn(answer, query, context, std::move(reading.utterance));
    answer.conversation = write_context(context, query.now);
    if (!explain) answer.explanation.clear();
    return answer;
  }

  std::vector<Message> greeting(const Resident& resident) const override {
    const Localized& own = content_->city.greeting;
    const std::string text = own.empty() ? phrase_text(content_->city, "greeting", resident.language)
                                         : fill_in(pick(own, resident.language), {{"city", content_->city.name},
                                                                                 {"phone", content_->city.phone}});
    return {text_message(text)};
  }
  std::string phrase(std::string_view name, const Resident& resident) const override {
    return phrase_text(content_->city, name, resident.language);
  }
  const LoadReport& report() const override { return report_; }
  CollectionPlan collections(Date date) const override { return collections_on(*content_, date); }

 private:
  Answer pressed(const std::string& data, const Query& query, Context& context) const {
    for (const auto& matcher : matchers_) {
      std::vector<Offer> offers = matcher->by_intent(data, query, context);
      if (offers.empty() || offers.front().declines) continue;
      rank_offers(offers);
      return reply_with(offers, {Answer::Kind::kAnswer, {0}, "押されたボタンの答えです"}, query, context);
    }
    return nothing(query, context, {});
  }

  /// What learning needs to know of how a text was answered.
  struct Reading {
    Utterance utterance;
    bool declined = false;  ///< a rule says that it is not the city's business: then there is nothing to learn
  };

  Answer typed(const Query& query, Context& context, bool explain, Reading& reading) const {
    reading.utterance = analyzer_->analyze(query.text);
    const Utterance& utterance = reading.utterance;
    const std::string& folded = utterance.folded;
    if (folded.empty()) {
      Answer answer = nothing(query, context, {});
      answer.messages = {text_message(phrase_text(content_->city, "empty", query.resident.language))};
      return answer;
    }
    if (const std::optional<std::size_t> chosen = chosen_number(folded); chosen && *chosen < context.offered.size()) {
      return pressed(std::string(context.offered[*chosen]), query, context);
    }
    std::vector<Offer> offers = offers_for(utterance, query, context);
    Decision decision = decide(offers);
    std::vector<std::string> lines;
    if (explain) lines = explain_text(utterance, offers, decision);
    if (decision.kind == Answer::Kind::kNone) read_as_plain(utterance, query, context, explain, offers, decision, lines);
    const bool settled = !offers.empty() && (offers.front().urgent || offers.front().candidate.score >= 0.995);
    if (!settled) join_questions(utterance.text, query, context, offers, decision, lines);
    reading.declined = !decision.chosen.empty() && offers[decision.chosen.front()].declines;
    if (reading.declined) {
      Answer answer = nothing(query, context, list_candidates(offers));
      answer.explanation = std::move(lines);
      return answer;
    }
    Answer answer = reply_with(offers, decision, query, context);
    if (answer.kind == Answer::Kind::kNone && mentions_garbage(folded) && !content_->items.empty()) {
      const City& city = content_->city;
      answer.messages = {text_message(phrase_text(
          city, "none_garbage", query.resident.language,
          {{"section", city.garbage_section.empty() ? city.name : city.garbage_section},
           {"phone", city.garbage_phone.empty() ? city.phone : city.garbage_phone}}))};
    }
    answer.explanation = std::move(lines);
    return answer;
  }

  std::vector<Offer> offers_for(const Utterance& utterance, const Query& query, const Context& context) const {
    std::vector<Offer> offers;
    for (const auto& matcher : matchers_) {
      std::vector<Offer> found = matcher->match(utterance, query, context);
      std::move(found.begin(), found.end(), std::back_inserter(offers));
    }
    rank_offers(offers);
    return offers;
  }

  /// What nobody understands may be dialect: then it is read once more in the common language.
  void read_as_plain(const Utterance& said, const Query& query, const Context& context, bool explain,
                     std::vector<Offer>& offers, Decision& decision, std::vector<std::string>& lines) const {
    const std::optional<std::string> plain = said.folded.size() > kPlainBytes ? std::nullopt : plain_speech(said.text);
    if (!plain) return;
    const Utterance utterance = analyzer_->analyze(*plain);
    std::vector<Offer> found = offers_for(utterance, query, context);
    const Decision other = decide(found);
    if (other.kind == Answer::Kind::kNone) return;
    offers = std::move(found);
    decision = other;
    if (!explain) return;
    lines.push_back("方言を共通語に直して、もう一度読みました: " + *plain);
    for (std::string& line : explain_text(utterance, offers, decision)) lines.push_back(std::move(line));
  }

  /// When a message of several sentences holds several clear questions, all of them are answered; when only one sentence
  /// is a question (「こんにちは。…」), that one is.
  void join_questions(const std::string& text, const Query& query, const Context& context, std::vector<Offer>& offers,
                      Decision& decision, std::vector<std::string>& lines) const {
    const std::vector<std::string> parts = split_questions(text);
    if (parts.size() < 2) return;
    std::vector<Offer> clear;
    for (const std::string& part : parts) {
      const Utterance utterance = analyzer_->analyze(part);
      std::vector<Offer> found = offers_for(utterance, query, context);
      const Decision one = decide(found);
      if (one.kind != Answer::Kind::kAnswer || found[one.chosen.front()].candidate.score < kAnswerAt) continue;
      for (const std::size_t i : one.chosen) clear.push_back(found[i]);
    }
    const auto is_small_talk = [](const Offer& offer) { return offer.candidate.intent.rfind("rule:", 0) == 0; };
    const bool any_question = std::any_of(clear.begin(), clear.end(), [&](const Offer& o) { return !is_small_talk(o); });
    if (any_question) clear.erase(std::remove_if(clear.begin(), clear.end(), is_small_talk), clear.end());
    std::vector<Offer> distinct;
    for (Offer& offer : clear) {
      const bool known = std::any_of(distinct.begin(), distinct.end(), [&](const Offer& other) {
        return other.candidate.intent == offer.candidate.intent;
      });
      if (!known && distinct.size() < kMaxMessages) distinct.push_back(std::move(offer));
    }
    if (distinct.empty() || (distinct.size() == 1 && decision.kind == Answer::Kind::kAnswer)) return;
    decision = {Answer::Kind::kAnswer, {}, "文を分けると、はっきりした問いが" + std::to_string(distinct.size()) + "つあります"};
    for (std::size_t i = 0; i < distinct.size(); ++i) decision.chosen.push_back(i);
    for (Offer& offer : offers) {
      const bool known = std::any_of(distinct.begin(), distinct.end(), [&](const Offer& other) {
        return other.candidate.intent == offer.candidate.intent;
      });
      if (!known) distinct.push_back(std::move(offer));
    }
    offers = std::move(distinct);
    lines.push_back(decision.why);
  }

  Answer reply_with(const std::vector<Offer>& offers, const Decision& decision, const Query& query,
                    Context& context) const {
    Answer answer;
    answer.kind = decision.kind;
    answer.candidates = list_candidates(offers);
    if (decision.kind == Answer::Kind::kNone) {
      return nothing(query, context, std::move(answer.candidates));
    }
    const Offer& best = offers[decision.chosen.front()];
    answer.score = best.candidate.score;
    const bool composed = decision.kind == Answer::Kind::kChoose && !best.also.empty();
    if (decision.kind == Answer::Kind::kChoose && !composed) {
      answer.messages = choice(offers, decision, query, context);
      return answer;
    }
    if (!composed) answer.intent = best.candidate.intent;
    context.offered.clear();
    for (const std::size_t i : decision.chosen) {
      std::vector<Message> messages = reply_of(offers[i], query, context);
      std::move(messages.begin(), messages.end(), std::back_inserter(answer.messages));
    }
    if (!composed) context.last_intent = best.candidate.intent;
    // Only the last message's quick replies are shown: an earlier answer's buttons would be lost with it.
    for (std::size_t i = 0; i + 1 < answer.messages.size(); ++i) answer.messages[i].quick_replies.clear();
    return answer;
  }

  /// The offer's own reply, or that of the intent it leads to; one step only, so that two cannot lead to each other.
  std::vector<Message> reply_of(const Offer& offer, const Query& query, Context& context) const {
    if (offer.go.empty()) return offer.reply(query, context);
    for (const auto& matcher : matchers_) {
      const std::vector<Offer> found = matcher->by_intent(offer.go, query, context);
      if (!found.empty() && found.front().go.empty()) return found.front().reply(query, context);
    }
    return {text_message(phrase_text(content_->city, "none", query.resident.language))};
  }

  /// 「続ける」 under an answer to something else while a dialogue is in progress.
  static void offer_to_resume(Answer& answer, const Query& query, const Context& context) {
    if (context.dialogue.empty() || answer.messages.empty()) return;
    if (answer.intent.rfind("dialogue:", 0) == 0 || answer.intent.rfind("dlg:", 0) == 0) return;
    std::vector<Action>& quick_replies = answer.messages.back().quick_replies;
    if (quick_replies.size() < ChannelLimits().quick_replies) {
      quick_replies.push_back(resume_action(query.resident.language));
    }
  }

  std::vector<Message> choice(const std::vector<Offer>& offers, const Decision& decision, const Query& query,
                              Context& context) const {
    const bool guess = offers[decision.chosen.front()].ask_first;
    std::string text = phrase_text(content_->city, guess ? "maybe" : "choose", query.resident.language);
    Message message;
    context.offered.clear();
    int position = 0;
    for (const std::size_t i : decision.chosen) {
      const Candidate& candidate = offers[i].candidate;
      text += "\n" + std::to_string(++position) + ". " + candidate.title;
      context.offered.push_back(candidate.intent);
      Action action{Action::Kind::kPostback, shorten_graphemes(candidate.title, kLabelGraphemes), candidate.intent,
                    shorten_graphemes(candidate.title, 60)};
      if (length_utf16(action.value) > kPostbackUtf16) action = {Action::Kind::kSay, action.label, std::to_string(position), ""};
      message.quick_replies.push_back(std::move(action));
    }
    message.body = TextMessage{std::move(text)};
    return {std::move(message)};
  }

  /// What staff may learn: a question without an answer, or one whose answer was said not to help. The question is
  /// remembered with the conversation, sealed and for its half hour, and masked only when it is given away.
  std::optional<Gap> learn(const Answer& answer, const Query& query, Context& context, Utterance utterance) const {
    constexpr std::string_view kHelpful = "faq:helpful:", kNo = ":no";
    std::optional<Gap> gap;
    const std::string& data = query.postback;
    if (data.empty()) {
      if (answer.kind == Answer::Kind::kNone && context.dialogue.empty()) {
        gap = make_gap(GapKind::kUnmatched, query.text, "", *analyzer_, std::move(utterance));
      }
      const bool faq = answer.kind == Answer::Kind::kAnswer && answer.intent.rfind("faq:", 0) == 0;
      set_slot(context, kQuestionSlot, faq ? std::string(prefix_utf16(query.text, kGapMaxCharacters)) : std::string());
    } else if (data.size() > kHelpful.size() + kNo.size() && data.compare(0, kHelpful.size(), kHelpful) == 0 &&
               data.compare(data.size() - kNo.size(), kNo.size(), kNo) == 0) {
      const std::string id = data.substr(kHelpful.size(), data.size() - kHelpful.size() - kNo.size());
      gap = make_gap(GapKind::kRejected, slot_of(context, kQuestionSlot), "faq:" + id, *analyzer_);
      set_slot(context, kQuestionSlot, "");
    }
    return gap && !gap->key.empty() ? gap : std::nullopt;
  }

  Answer nothing(const Query& query, Context& context, std::vector<Candidate> candidates) const {
    Answer answer;
    answer.candidates = std::move(candidates);
    answer.messages = {text_message(phrase_text(content_->city, "none", query.resident.language))};
    context.offered.clear();
    return answer;
  }

  static std::vector<std::string> explain_text(const Utterance& utterance, const std::vector<Offer>& offers,
                                               const Decision& decision) {
    std::vector<std::string> lines;
    if (utterance.shortened) lines.push_back("長い文なので、最初の400文字だけを読みました");
    lines.push_back("畳んだ文: " + utterance.folded);
    std::string tokens;
    for (const Token& token : utterance.tokens) {
      tokens += (tokens.empty() ? "" : " / ") + token.surface + "(" + token.pos + ", " + token.reading + ")";
    }
    lines.push_back("語: " + tokens);
    for (std::size_t i = 0; i < offers.size() && i < 10; ++i) lines.push_back("候補: " + line_of(offers[i]));
    lines.push_back("決め手: " + decision.why);
    return lines;
  }

  std::shared_ptr<const Content> content_;
  std::shared_ptr<const Analyzer> analyzer_;
  std::vector<std::shared_ptr<const Matcher>> matchers_;  ///< on equal scores the earlier one wins
  LoadReport report_;
};

/// The words the dictionary should know as one: the city's list, its districts and towns.
std::vector<std::pair<std::string, std::string>> user_words(const Content& content) {
  std::vector<std::pair<std::string, std::string>> words = content.words;
  for (const District& district : content.city.districts) {
    if (!district.reading.empty()) words.emplace_back(district.name, district.reading);
  }
  return words;
}

std::shared_ptr<const Analyzer> make_analyzer(const Content& content, LoadReport& report) {
  Result<std::shared_ptr<const Analyzer>> analyzer = Analyzer::create(user_words(content));
  if (analyzer) return *analyzer;
  report.problems.push_back({"words.csv", 0, "", "辞書に語を加えられないため、words.csv と地区名なしで動きます（" +
                             analyzer.error().detail + "）。", true});
  analyzer = Analyzer::create();
  if (analyzer) return *analyzer;
  report.problems.push_back({"", 0, "", "日本語の辞書（mecab-ipadic-utf8）が開けません。インストールを確かめてください。", false});
  return nullptr;
}

}  // namespace

Loaded load_engine(const std::string& folder) {
  Loaded loaded;
  const std::shared_ptr<const Content> content = load_content(folder, loaded.report);
  if (!content) return loaded;
  const std::shared_ptr<const Analyzer> analyzer = make_analyzer(*content, loaded.report);
  if (!analyzer) return loaded;
  std::vector<std::shared_ptr<const Matcher>> matchers;
  const auto add = [&](std::shared_ptr<const Matcher> matcher) {
    if (matcher) matchers.push_back(std::move(matcher));
  };
  add(make_rule_matcher(content, analyzer, loaded.report));
  add(make_dialogue_matcher(content, analyzer, loaded.report));
  add(make_city_matcher(content, analyzer));
  add(make_faq_matcher(content, analyzer, loaded.report));
  if (!loaded.report.ok()) return loaded;
  loaded.engine = std::make_shared<CityEngine>(content, analyzer, std::move(matchers), loaded.report);
  return loaded;
}

}  // namespace kairan::intents
