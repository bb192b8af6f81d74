#include <algorithm>
#include <map>
#include <set>

#include "intents/dialogue.h"

namespace kairan::intents {
namespace {

std::vector<std::string> next_steps(const DialogueStep& step) {
  std::vector<std::string> next;
  for (const DialogueBranch& branch : step.branches) next.push_back(branch.next);
  for (const DialogueChoice& choice : step.choices) next.push_back(choice.next);
  if (!step.next.empty()) next.push_back(step.next);
  return next;
}

std::set<std::string> closure(const std::vector<std::string>& from,
                              const std::map<std::string, std::vector<std::string>>& edges) {
  std::set<std::string> seen;
  std::vector<std::string> open = from;
  while (!open.empty()) {
    const std::string step = open.back();
    open.pop_back();
    if (!seen.insert(step).second) continue;
    const auto next = edges.find(step);
    if (next != edges.end()) open.insert(open.end(), next->second.begin(), next->second.end());
  }
  return seen;
}

/// The most messages shown at once from each step on, until a question or the end; more than the limit for a ring
/// without one.
class MessagesInARow {
 public:
  explicit MessagesInARow(const Dialogue& dialogue) : dialogue_(&dialogue) {}

  std::size_t from(const std::string& id) {
    const DialogueStep* const step = dialogue_->find(id);
    if (step == nullptr) return 0;
    const auto [entry, first] =
        known_.emplace(id, kMaxTextsInARow + 1);  // stands while the step is being worked out: a ring
    if (!first) return entry->second;
    std::size_t most = 1 + (step->links.empty() ? 0 : 1) + (step->next.empty() ? 0 : from(step->next));
    for (const DialogueBranch& branch : step->branches)
      most = std::max(most, from(branch.next));  // instead of its own text
    return known_[id] = std::min(most, kMaxTextsInARow + 1);
  }

 private:
  const Dialogue* dialogue_;
  std::map<std::string, std::size_t> known_;
};

void check_slots(const Dialogue& dialogue, const YamlChecker& checker) {
  const auto declared = [&](const std::string& slot) {
    return std::find(dialogue.slots.begin(), dialogue.slots.end(), slot) != dialogue.slots.end();
  };
  std::map<std::string, std::set<std::string>> values;
  for (const DialogueStep& step : dialogue.steps) {
    for (const DialogueChoice& choice : step.choices) {
      for (const auto& [slot, value] : choice.set) {
        values[slot].insert(value);
        if (declared(slot)) continue;
        checker.problem(step.line, "ステップ " + step.id,
                        "「" + slot + "」という項目は slots にありません。slots に足すか、名前を直してください。");
      }
    }
  }
  for (const std::string& slot : dialogue.slots) {
    if (values.count(slot) == 0)
      checker.problem(0, "slots",
                      "「" + slot + "」に値を入れる選択肢がありません。set を書くか、slots から消してください。");
  }
  for (const DialogueStep& step : dialogue.steps) {
    for (const DialogueBranch& branch : step.branches) {
      for (const auto& [slot, value] : branch.when) {
        const auto known = values.find(slot);
        if (known != values.end() && known->second.count(value) != 0) continue;
        checker.problem(
            step.line, "ステップ " + step.id,
            "branch の「" + slot + ": " + value + "」になる選択肢がありません。set の値と合わせてください。");
      }
    }
  }
}

}  // namespace

void check_dialogue(const Dialogue& dialogue, const YamlChecker& checker) {
  std::map<std::string, std::vector<std::string>> forward;
  std::map<std::string, std::vector<std::string>> backward;
  std::vector<std::string> ends;
  if (dialogue.find(dialogue.start) == nullptr) {
    checker.problem(0, "start",
                    "最初のステップ「" + dialogue.start + "」がありません。steps にある名前を書いてください。");
  }
  for (const DialogueStep& step : dialogue.steps) {
    for (const std::string& next : next_steps(step)) {
      if (dialogue.find(next) == nullptr) {
        checker.problem(step.line, "ステップ " + step.id,
                        "次のステップ「" + next + "」がありません。steps にある名前を書いてください。");
      }
      forward[step.id].push_back(next);
      backward[next].push_back(step.id);
    }
    if (step.end) ends.push_back(step.id);
  }
  const std::set<std::string> reached = closure({dialogue.start}, forward);
  const std::set<std::string> ending = closure(ends, backward);
  MessagesInARow messages(dialogue);
  for (const DialogueStep& step : dialogue.steps) {
    const std::string path = "ステップ " + step.id;
    if (reached.count(step.id) == 0) {
      checker.problem(step.line, path,
                      "どこからも来られません。選択肢の next に書くか、このステップを消してください。");
    }
    if (ending.count(step.id) == 0) {
      checker.problem(step.line, path,
                      "ここからは終わりに着きません。どこかに「end: true」のステップへ行く道を作ってください。");
    }
    if (messages.from(step.id) > kMaxTextsInARow) {
      checker.problem(step.line, path,
                      "文が続きすぎます。質問か終わりまでを" + std::to_string(kMaxTextsInARow) +
                          "通までにしてください（リンクも1通）。");
    }
  }
  check_slots(dialogue, checker);
}

}  // namespace kairan::intents
