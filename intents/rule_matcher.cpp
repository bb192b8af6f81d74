#include <algorithm>
#include <filesystem>

#include "intents/parts.h"
#include "intents/rule_set.h"

namespace kairan::intents {
namespace {

constexpr std::size_t kMaxRuleFile = 1024 * 1024;
constexpr std::size_t kMaxRuleOffers = 20;

bool allows(const std::vector<std::string>& patterns, std::string_view intent) {
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(), [&](std::string_view pattern) {
           if (!pattern.empty() && pattern.back() == '*') {
             pattern.remove_suffix(1);
             return intent.substr(0, pattern.size()) == pattern && !intent.empty();
           }
           return intent == pattern;
         });
}

bool applies(const Rule& rule, const Query& query, const Context& context) {
  if (!rule.languages.empty() &&
      std::find(rule.languages.begin(), rule.languages.end(), query.resident.language) == rule.languages.end()) {
    return false;
  }
  if (!allows(rule.after, context.last_intent)) return false;
  if (rule.dialogue.empty()) return true;
  if (rule.dialogue == "none") return context.dialogue.empty();
  if (rule.dialogue == "any") return !context.dialogue.empty();
  return context.dialogue == rule.dialogue;
}

class RuleMatcher final : public Matcher {
 public:
  RuleMatcher(std::shared_ptr<const Content> content, RuleSet set)
      : content_(std::move(content)), set_(std::move(set)) {}

  std::vector<Offer> match(const Utterance& utterance, const Query& query, const Context& context) const override {
    std::vector<Offer> offers;
    const ConditionSet::Reading reading = set_.conditions.read(utterance);
    for (const Rule& rule : set_.rules) {
      if (!applies(rule, query, context)) continue;
      const std::optional<ConditionMatch> match = set_.conditions.match(rule.condition, reading);
      if (!match) continue;
      std::vector<std::pair<std::string, std::string>> slots = match->groups;
      if (!fill_slots(rule, reading, slots)) continue;
      Offer offer = offer_of(rule, std::move(slots));
      const double lifted = lifted_by_priority(match->score, rule.priority);
      offer.candidate.score = rule.urgent || match->score >= 1.0 ? 1.0 : std::clamp(lifted, 0.0, 0.99);
      offer.reason = "ルール " + rule.name + "：" + match->reason;
      offer.matched_begin = match->begin;
      offer.matched_end = match->end;
      offers.push_back(std::move(offer));
    }
    // Rules stand in the order of urgency, score, priority, and then of the file.
    std::stable_sort(offers.begin(), offers.end(), [](const Offer& a, const Offer& b) {
      return a.urgent != b.urgent ? a.urgent : a.candidate.score > b.candidate.score;
    });
    if (offers.size() > kMaxRuleOffers) offers.resize(kMaxRuleOffers);
    return offers;
  }

  std::vector<Offer> by_intent(const std::string& intent, const Query&, const Context&) const override {
    for (const Rule& rule : set_.rules) {
      if (intent != "rule:" + rule.name) continue;
      Offer offer = offer_of(rule, {});
      offer.candidate.score = 1.0;
      offer.reason = "ルール " + rule.name + "を名前で指定";
      return {std::move(offer)};
    }
    return {};
  }

 private:
  using Slots = std::vector<std::pair<std::string, std::string>>;

  static bool fill_slots(const Rule& rule, const ConditionSet::Reading& reading, Slots& slots) {
    for (const RuleSlot& slot : rule.slots) {
      const auto value = std::find_if(slot.values.begin(), slot.values.end(), [&](const auto& entry) {
        return std::any_of(entry.second.begin(), entry.second.end(), [&](KeywordId word) { return reading.has(word); });
      });
      if (value != slot.values.end()) {
        slots.emplace_back(slot.name, value->first);
      } else if (slot.required) {
        return false;
      }
    }
    return true;
  }

  Offer offer_of(const Rule& rule, Slots slots) const {
    Offer offer;
    offer.candidate.intent = "rule:" + rule.name;
    offer.candidate.title = rule.title;
    offer.urgent = rule.urgent;
    offer.go = rule.go;
    offer.declines = rule.decline;
    if (!rule.go.empty() || rule.decline) return offer;
    offer.reply = [content = content_, &rule, slots = std::move(slots)](const Query& query, Context&) {
      return reply_of(rule, slots, *content, query);
    };
    return offer;
  }

  static std::vector<Message> reply_of(const Rule& rule, Slots slots, const Content& content, const Query& query) {
    const std::string& language = query.resident.language;
    slots.emplace_back("city", content.city.name);
    slots.emplace_back("phone", content.city.phone);
    Message message =
        text_message(fill_in(statement_text(rule.reply, language, jst_date(query.now), content.city), slots));
    for (const RuleQuickReply& reply : rule.quick_replies) {
      Action action;
      action.kind = reply.kind;
      action.label = pick(reply.label, language);
      if (!reply.value.empty()) action.value = pick(reply.value, language);
      if (reply.kind == Action::Kind::kPostback) action.display = action.label;
      message.quick_replies.push_back(std::move(action));
    }
    return {std::move(message)};
  }

  std::shared_ptr<const Content> content_;
  RuleSet set_;
};

/// Rows and dialogues that rules lead to.
void check_links(const RuleSet& set, const Content& content, LoadReport& report) {
  const auto check = [&](const Rule& rule, const std::string& intent) {
    if (intent.compare(0, 9, "dialogue:") == 0) {
      const std::string file = "dialogues/" + intent.substr(9) + ".yaml";
      std::error_code failed;
      if (std::filesystem::exists(content.folder + "/" + file, failed)) return;
      report.problems.push_back(
          {"rules.yaml", rule.line, rule.name, file + " がありません。名前を直すか、ファイルを足してください。", true});
      return;
    }
    if (intent.compare(0, 4, "faq:") != 0) return;
    const std::string id = intent.substr(4);
    const bool known =
        std::any_of(content.faqs.begin(), content.faqs.end(), [&](const FaqRow& row) { return row.id == id; });
    // A warning: faq.csv may be replaced by an import after which a link no longer resolves.
    if (!known)
      report.problems.push_back({"rules.yaml", rule.line, rule.name,
                                 "faq.csv に id「" + id + "」がありません。id を直すか、行を足してください。", true});
  };
  for (const Rule& rule : set.rules) {
    check(rule, rule.go);
    for (const RuleQuickReply& reply : rule.quick_replies) {
      if (reply.kind == Action::Kind::kPostback) check(rule, reply.value.at("ja"));
    }
  }
}

}  // namespace

std::shared_ptr<const Matcher> make_rule_matcher(std::shared_ptr<const Content> content,
                                                 std::shared_ptr<const Analyzer> analyzer, LoadReport& report) {
  const Result<std::string> text = read_text_file(content->folder + "/rules.yaml", kMaxRuleFile);
  if (!text) {
    if (text.error().code != ErrorCode::kNotFound) {
      report.problems.push_back({"rules.yaml", 0, "", "UTF-8 の1MBまでのファイルにしてください。", false});
    }
    return nullptr;
  }
  RuleSet set = parse_rules(*text, "rules.yaml", *analyzer, report.problems);
  check_links(set, *content, report);
  report.rules = set.rules.size();
  if (set.rules.empty()) return nullptr;
  return std::make_shared<RuleMatcher>(std::move(content), std::move(set));
}

}  // namespace kairan::intents
