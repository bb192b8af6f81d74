// Garbage, collection days and other towns: one reading of the question serves all three.
#include <algorithm>

#include "intents/calendar_offers.h"
#include "intents/city_index.h"
#include "intents/garbage_offers.h"
#include "intents/kana.h"
#include "intents/parts.h"
#include "intents/phrases.h"
#include "intents/question_words.h"

namespace kairan::intents {
namespace {

constexpr const char* kOtherTown = "town:other";

std::vector<Message> town_reply(const City& city, const std::string& name, const Town* town, const std::string& language) {
  std::string text = phrase_text(city, "other_town", language, {{"town", name}});
  if (town != nullptr && !town->phone.empty()) text += "\n" + name + " " + town->phone;
  if (town != nullptr && !town->url.empty()) text += "\n" + town->url;
  return {text_message(std::move(text))};
}

/// Words after a town's name that make it a place one goes to or comes from, not the one that is asked.
bool is_on_the_way(std::string_view rest) {
  for (const char* const word : {"へ", "に", "から", "まで", "より"}) {
    if (rest.rfind(word, 0) == 0) return true;
  }
  for (const char* const word : {"引っ越", "引越", "ひっこ", "転出", "転入", "移住", "通勤", "通学"}) {
    if (rest.find(word) != std::string_view::npos) return true;
  }
  return false;
}

class CityMatcher final : public Matcher {
 public:
  CityMatcher(std::shared_ptr<const Content> content, const Analyzer& analyzer) : index_(std::move(content), analyzer) {}

  std::vector<Offer> match(const Utterance& utterance, const Query& query, const Context& context) const override {
    const Question question = read_question(utterance, index_.table(), jst_date(query.now));
    const Signals signals = gather(question, utterance, index_);
    std::vector<Offer> offers = town_offers(utterance, question, signals);
    if (!offers.empty()) return offers;
    offers = calendar_offers(index_, question, signals, query, context);
    std::vector<Offer> garbage = garbage_offers(index_, utterance, question, signals, query, context);
    std::move(garbage.begin(), garbage.end(), std::back_inserter(offers));
    return offers;
  }

  std::vector<Offer> by_intent(const std::string& intent, const Query& query, const Context& context) const override {
    constexpr std::string_view kGarbage = "garbage:";
    if (intent.rfind(kGarbage, 0) == 0) {
      return garbage_by_intent(index_, intent.substr(kGarbage.size()), 1.0, "名前で呼ばれました");
    }
    if (intent.rfind("calendar:", 0) == 0) return calendar_by_intent(index_, intent, query, context);
    return {};
  }

 private:
  std::vector<Offer> town_offers(const Utterance& utterance, const Question& question, const Signals& signals) const {
    const City& city = index_.city();
    const std::string& folded = utterance.folded;
    const auto after = [&](std::size_t letter) { return std::string_view(folded).substr(question.text.source[letter]); };
    if (!signals.towns.empty() && !signals.own_town) {
      const std::string_view rest = after(question.segments[signals.town_segment].end);
      if (is_on_the_way(rest) || (!rest.empty() && !is_civic(folded))) return {};
      return {town_offer(city.other_towns[signals.towns.front()].name, &city.other_towns[signals.towns.front()])};
    }
    if (signals.own_town || !signals.areas.empty() || !signals.districts.empty()) return {};
    // A town that is not in the list: a place name with 市, 町, 村 or 区 behind it.
    for (std::size_t i = 0; i + 1 < utterance.tokens.size(); ++i) {
      const Token& name = utterance.tokens[i];
      const Token& suffix = utterance.tokens[i + 1];
      const bool town = name.pos == "名詞,固有名詞" && suffix.pos == "名詞,接尾" &&
                        (suffix.surface == "市" || suffix.surface == "町" || suffix.surface == "村" || suffix.surface == "区");
      if (!town || !has_kanji(name.surface)) continue;
      const std::string full = name.surface + suffix.surface;
      if (is_own(full) || is_on_the_way(folded.substr(suffix.end)) || !is_civic(folded.substr(suffix.end))) continue;
      return {town_offer(full, nullptr)};
    }
    return {};
  }

  bool is_own(const std::string& name) const {
    const auto contains = [&](const std::string& text) { return text.find(name) != std::string::npos; };
    const City& city = index_.city();
    if (contains(city.name) || contains(city.prefecture)) return true;
    if (std::any_of(city.own_names.begin(), city.own_names.end(), contains)) return true;
    for (const District& district : city.districts) {
      if (contains(district.name) || std::any_of(district.aliases.begin(), district.aliases.end(), contains)) return true;
    }
    for (const CollectionArea& area : index_.content().areas) {
      if (contains(area.name) || contains(area.group)) return true;
    }
    return false;
  }

  Offer town_offer(const std::string& name, const Town* town) const {
    const std::string shown = town != nullptr ? town->prefecture + name : name;
    Offer offer;
    offer.candidate = {kOtherTown, shown + "への質問", 0.97};
    offer.reason = "ほかの町の名前と、役所への質問の言葉があります";
    offer.reply = [this, shown, town](const Query& query, Context&) {
      return town_reply(index_.city(), shown, town, query.resident.language);
    };
    return offer;
  }

  CityIndex index_;
};

}  // namespace

std::shared_ptr<const Matcher> make_city_matcher(std::shared_ptr<const Content> content,
                                                 std::shared_ptr<const Analyzer> analyzer) {
  return std::make_shared<CityMatcher>(std::move(content), *analyzer);
}

}  // namespace kairan::intents
