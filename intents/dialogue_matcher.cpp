#include <algorithm>
#include <array>
#include <filesystem>

#include "base/text.h"
#include "intents/dialogue_runner.h"
#include "intents/parts.h"

namespace kairan::intents {
namespace {

constexpr std::size_t kMaxDialogueFile = 512 * 1024;
constexpr std::size_t kMaxDialogues = 100;

// A typed answer to a question of the dialogue: it is a choice's own words, or it mentions them among others. The
// second leaves room for a change of subject, which other matchers explain better.
constexpr double kOwnWords = 1.0;
constexpr double kMentioned = 0.55;
constexpr double kMentionedByCoverage = 0.4;

enum class Control { kBack, kRestart, kCancel, kContinue };

struct ControlWords {
  Control control;
  std::string_view data;
  std::array<std::string_view, 8> words;
};
constexpr std::array<ControlWords, 4> kControls{{
    {Control::kBack, "dlg:back", {"戻る", "もどる", "前に戻る", "一つ前", "ひとつ前", "戻りたい", "back", "go back"}},
    {Control::kRestart,
     "dlg:restart",
     {"最初から", "はじめから", "初めから", "最初に戻る", "やり直す", "やりなおす", "start over", "restart"}},
    {Control::kCancel, "dlg:cancel", {"やめる", "やめます", "終わる", "終了", "中止", "キャンセル", "stop", "cancel"}},
    {Control::kContinue,
     "dlg:continue",
     {"続ける", "つづける", "続き", "つづき", "続けて", "続きから", "continue", "resume"}},
}};

std::optional<Control> control_of_text(const Utterance& utterance) {
  for (const ControlWords& each : kControls) {
    for (const std::string_view word : each.words) {
      if (utterance.key == fold_key(word)) return each.control;
    }
  }
  return std::nullopt;
}

/// 「2」「2番」「②」 (folding makes it 2): the number of a choice, from 1; 0 when the text is not one.
std::size_t choice_number(std::string_view key) {
  std::size_t number = 0;
  std::size_t digits = 0;
  while (digits < key.size() && digits < 2 && key[digits] >= '0' && key[digits] <= '9') {
    number = number * 10 + static_cast<std::size_t>(key[digits++] - '0');
  }
  const std::string_view rest = key.substr(digits);
  return digits > 0 && (rest.empty() || rest == "番" || rest == "番目" || rest == "ばん" || rest == "番です") ? number
                                                                                                              : 0;
}

class DialogueMatcher final : public Matcher {
 public:
  DialogueMatcher(std::shared_ptr<const Content> content, ConditionSet conditions, std::vector<Dialogue> dialogues)
      : content_(std::move(content)),
        conditions_(std::move(conditions)),
        dialogues_(std::move(dialogues)),
        runner_(content_->city, dialogues_) {}
  DialogueMatcher(const DialogueMatcher&) = delete;
  DialogueMatcher& operator=(const DialogueMatcher&) = delete;

  std::vector<Offer> match(const Utterance& utterance, const Query&, const Context& context) const override {
    std::vector<Offer> offers;
    const ConditionSet::Reading reading = conditions_.read(utterance);
    if (const Dialogue* const current = runner_.find(context.dialogue); current != nullptr) {
      if (const std::optional<Control> control = control_of_text(utterance)) {
        return {control_offer(*current, *control)};
      }
      if (const DialogueStep* const step = current->find(context.dialogue_step); step != nullptr) {
        add_choice_offers(*current, *step, reading, offers);
      }
    }
    for (const Dialogue& dialogue : dialogues_) {
      if (!dialogue.condition) continue;
      const std::optional<ConditionMatch> match = conditions_.match(*dialogue.condition, reading);
      if (!match) continue;
      Offer offer = start_offer(dialogue);
      const double lifted = lifted_by_priority(match->score, dialogue.priority);
      offer.candidate.score = match->score >= 1.0 ? 1.0 : std::clamp(lifted, 0.0, 0.99);
      offer.reason = "手続き " + dialogue.name + "：" + match->reason;
      offer.matched_begin = match->begin;
      offer.matched_end = match->end;
      offers.push_back(std::move(offer));
    }
    std::stable_sort(offers.begin(), offers.end(),
                     [](const Offer& a, const Offer& b) { return a.candidate.score > b.candidate.score; });
    return offers;
  }

  std::vector<Offer> by_intent(const std::string& intent, const Query& query, const Context& context) const override {
    if (intent.compare(0, 9, "dialogue:") == 0) {
      const Dialogue* const dialogue = runner_.find(intent.substr(9));
      if (dialogue == nullptr) return {};
      Offer offer = start_offer(*dialogue);
      offer.candidate.score = 1.0;
      offer.reason = "手続きを名前で指定";
      return {std::move(offer)};
    }
    if (intent.compare(0, 4, "dlg:") != 0) return {};
    for (const ControlWords& each : kControls) {
      if (intent != each.data) continue;
      const Dialogue* const current = runner_.find(context.dialogue);
      if (current != nullptr) return {control_offer(*current, each.control)};
      return {nothing_open(intent, query.resident.language)};
    }
    return pressed(intent);
  }

 private:
  Offer offer_of(const Dialogue& dialogue) const {
    Offer offer;
    offer.candidate.intent = "dialogue:" + dialogue.name;
    offer.candidate.title = pick(dialogue.title, "ja");
    return offer;
  }

  Offer start_offer(const Dialogue& dialogue) const {
    Offer offer = offer_of(dialogue);
    offer.reply = [this, &dialogue](const Query& query, Context& context) {
      return runner_.start(dialogue, query, context);
    };
    return offer;
  }

  Offer choice_offer(const Dialogue& dialogue, const DialogueStep& step, const DialogueChoice& choice,
                     double score) const {
    Offer offer = offer_of(dialogue);
    offer.candidate.score = score;
    offer.reason = "手続き " + dialogue.name + " の「" + step.id + "」で「" + pick(choice.label, "ja") + "」を選択";
    offer.reply = [this, &dialogue, &step, &choice](const Query& query, Context& context) {
      return runner_.choose(dialogue, step, choice, query, context);
    };
    return offer;
  }

  Offer control_offer(const Dialogue& dialogue, Control control) const {
    Offer offer = offer_of(dialogue);
    offer.candidate.score = 1.0;
    offer.reason = "手続き " + dialogue.name + " の操作";
    offer.reply = [this, &dialogue, control](const Query& query, Context& context) {
      switch (control) {
        case Control::kBack:
          return runner_.back(dialogue, query, context);
        case Control::kRestart:
          return runner_.start(dialogue, query, context);
        case Control::kContinue:
          return runner_.resume(dialogue, query, context);
        case Control::kCancel:
          break;
      }
      return runner_.cancel(query, context);
    };
    return offer;
  }

  static Offer nothing_open(const std::string& intent, std::string_view language) {
    Offer offer;
    offer.candidate = {intent, std::string(fixed_text("nothing_open", language)), 1.0};
    offer.reason = "進行中の手続きがない";
    offer.reply = [](const Query& query, Context&) {
      return std::vector<Message>{text_message(std::string(fixed_text("nothing_open", query.resident.language)))};
    };
    return offer;
  }

  void add_choice_offers(const Dialogue& dialogue, const DialogueStep& step, const ConditionSet::Reading& reading,
                         std::vector<Offer>& offers) const {
    const Utterance& utterance = *reading.utterance;
    const std::size_t number = choice_number(utterance.key);
    if (number >= 1 && number <= step.choices.size()) {
      offers.push_back(choice_offer(dialogue, step, step.choices[number - 1], kOwnWords));
      return;
    }
    std::vector<const DialogueChoice*> mentioned;
    for (const DialogueChoice& choice : step.choices) {
      if (std::find(choice.keys.begin(), choice.keys.end(), utterance.key) != choice.keys.end()) {
        offers.push_back(choice_offer(dialogue, step, choice, kOwnWords));
        return;
      }
      if (std::any_of(choice.words.begin(), choice.words.end(), [&](KeywordId word) { return reading.has(word); })) {
        mentioned.push_back(&choice);
      }
    }
    // Two choices in one sentence are no answer.
    if (mentioned.size() != 1) return;
    std::size_t longest = 0;
    for (const KeywordHit& hit : reading.hits) {
      const std::vector<KeywordId>& words = mentioned.front()->words;
      if (std::find(words.begin(), words.end(), hit.word) != words.end())
        longest = std::max(longest, hit.end - hit.begin);
    }
    const double coverage =
        reading.meaning_bytes == 0
            ? 1.0
            : std::min(1.0, static_cast<double>(longest) / static_cast<double>(reading.meaning_bytes));
    offers.push_back(choice_offer(dialogue, step, *mentioned.front(), kMentioned + kMentionedByCoverage * coverage));
  }

  /// A button's data: dlg:NAME:STEP:CHOICE.
  std::vector<Offer> pressed(const std::string& data) const {
    const std::size_t step_at = data.find(':', 4);
    const std::size_t choice_at = step_at == std::string::npos ? step_at : data.find(':', step_at + 1);
    if (choice_at == std::string::npos) return {};
    const Dialogue* const dialogue = runner_.find(std::string_view(data).substr(4, step_at - 4));
    if (dialogue == nullptr) return {};
    const DialogueStep* const step =
        dialogue->find(std::string_view(data).substr(step_at + 1, choice_at - step_at - 1));
    if (step == nullptr) return {};
    for (const DialogueChoice& choice : step->choices) {
      if (choice.id == std::string_view(data).substr(choice_at + 1))
        return {choice_offer(*dialogue, *step, choice, 1.0)};
    }
    return {};
  }

  std::shared_ptr<const Content> content_;
  ConditionSet conditions_;
  std::vector<Dialogue> dialogues_;
  DialogueRunner runner_;
};

}  // namespace

std::shared_ptr<const Matcher> make_dialogue_matcher(std::shared_ptr<const Content> content,
                                                     std::shared_ptr<const Analyzer> analyzer, LoadReport& report) {
  std::vector<std::string> names;
  std::error_code failed;
  for (std::filesystem::directory_iterator entry(content->folder + "/dialogues", failed), last;
       !failed && entry != last; entry.increment(failed)) {
    if (entry->path().extension() == ".yaml") names.push_back(entry->path().stem().string());
  }
  std::sort(names.begin(), names.end());
  if (names.size() > kMaxDialogues) {
    report.problems.push_back({"dialogues", 0, "", "手続きは" + std::to_string(kMaxDialogues) + "個までです。", false});
    return nullptr;
  }
  ConditionSet conditions(*analyzer);
  std::vector<Dialogue> dialogues;
  for (const std::string& name : names) {
    const std::string file = "dialogues/" + name + ".yaml";
    const Result<std::string> text = read_text_file(content->folder + "/" + file, kMaxDialogueFile);
    if (!text) {
      report.problems.push_back({file, 0, "", "読めません。UTF-8 の512KBまでのファイルにしてください。", false});
      continue;
    }
    std::optional<Dialogue> dialogue = parse_dialogue(*text, file, name, conditions, report.problems);
    if (dialogue) dialogues.push_back(std::move(*dialogue));
  }
  report.dialogues = dialogues.size();
  if (dialogues.empty()) return nullptr;
  return std::make_shared<DialogueMatcher>(std::move(content), std::move(conditions), std::move(dialogues));
}

}  // namespace kairan::intents
