#include "intents/dialogue.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace kairan::intents {
namespace {

SlotValues read_slot_values(const YamlNode& node, const std::string& path, const YamlChecker& checker,
                            std::string_view key) {
  SlotValues values;
  const YamlNode* const map = node.find(key);
  if (map == nullptr) return values;
  if (map->kind != YamlNode::Kind::kMap) {
    checker.problem(map->line, path, "「" + std::string(key) + "」は {項目: 値} の形で書いてください。");
    return values;
  }
  for (const auto& [slot, value] : map->map) {
    if (value.kind != YamlNode::Kind::kScalar || !is_plain_name(value.scalar)) {
      checker.problem(value.line, path, "「" + slot + "」の値は半角の英数字で書いてください。");
      continue;
    }
    values.emplace_back(slot, value.scalar);
  }
  return values;
}

DialogueChoice read_choice(const YamlNode& node, const std::string& path, const YamlChecker& checker,
                           ConditionSet& conditions) {
  checker.only_keys(node, path, {"id", "label", "words", "set", "next"});
  DialogueChoice choice;
  choice.id = checker.text(node, path, "id");
  choice.label = checker.label(node, path, "label", kChannel.label_graphemes);
  choice.next = checker.text(node, path, "next");
  choice.set = read_slot_values(node, path, checker, "set");
  if (!is_plain_name(choice.id))
    checker.problem(node.line, path, "「id」に、半角の英数字・-・_ で名前を書いてください。");
  if (choice.label.empty())
    checker.problem(node.line, path, "「label」（ボタンの文字）がありません。20文字までで書いてください。");
  if (choice.next.empty()) checker.problem(node.line, path, "「next」（次のステップの名前）がありません。");
  std::vector<std::string> words = checker.texts(node, path, "words");
  for (const auto& [language, label] : choice.label) words.push_back(label);
  for (const std::string& word : words) {
    std::string key = fold_key(word);
    if (key.empty() || length_graphemes(word) > 40) continue;
    choice.words.push_back(conditions.add_word(word));
    choice.keys.push_back(std::move(key));
  }
  return choice;
}

std::vector<DialogueLink> read_links(const YamlNode& node, const std::string& path, const YamlChecker& checker) {
  std::vector<DialogueLink> links;
  const YamlNode* const list = node.find("links");
  if (list == nullptr) return links;
  if (list->list.size() > kMaxLinks) {
    checker.problem(list->line, path, "「links」は" + std::to_string(kMaxLinks) + "個までです。");
  }
  for (const YamlNode& item : list->list) {
    checker.only_keys(item, path, {"label", "uri"});
    DialogueLink link{checker.label(item, path, "label", kChannel.label_graphemes), checker.text(item, path, "uri")};
    if (link.label.empty()) checker.problem(item.line, path, "リンクに「label」（ボタンの文字）がありません。");
    if (link.uri.compare(0, 8, "https://") != 0 && link.uri.compare(0, 4, "tel:") != 0) {
      checker.problem(item.line, path, "リンクの「uri」は https:// か tel: で始めてください。");
    }
    links.push_back(std::move(link));
  }
  return links;
}

DialogueStep read_step(const std::string& id, const YamlNode& node, const YamlChecker& checker,
                       ConditionSet& conditions) {
  const std::string path = "ステップ " + id;
  checker.only_keys(
      node, path,
      {"text", "choices", "next", "end", "branch", "links", "section", "phone", "hours", "url", "review_by", "sample"});
  DialogueStep step;
  step.id = id;
  step.line = node.line;
  if (!is_plain_name(id)) checker.problem(node.line, path, "ステップの名前は、半角の英数字・-・_ で書いてください。");
  step.text.text = checker.localized(node, path, "text");
  step.text.section = checker.text(node, path, "section");
  step.text.phone = checker.text(node, path, "phone");
  step.text.hours = checker.text(node, path, "hours");
  step.text.url = checker.text(node, path, "url");
  step.text.review_by = checker.date(node, path, "review_by");
  step.text.sample = checker.flag(node, path, "sample");
  step.next = checker.text(node, path, "next");
  step.end = checker.flag(node, path, "end");
  step.links = read_links(node, path, checker);
  if (step.text.text.empty()) checker.problem(node.line, path, "「text」（住民に見せる文）がありません。");
  for (const auto& [language, text] : step.text.text) {
    if (length_utf16(text) > kMaxStepText) {
      checker.problem(node.line, path,
                      "文が長すぎます（" + language + "）。" + std::to_string(kMaxStepText) +
                          "文字までにするか、ステップを分けてください。");
    }
  }
  if (const YamlNode* const branches = node.find("branch"); branches != nullptr) {
    for (const YamlNode& item : branches->list) {
      checker.only_keys(item, path, {"if", "next"});
      DialogueBranch branch{read_slot_values(item, path, checker, "if"), checker.text(item, path, "next")};
      if (branch.when.empty() || branch.next.empty()) {
        checker.problem(item.line, path, "「branch」には {if: {項目: 値}, next: ステップ} を書いてください。");
      }
      step.branches.push_back(std::move(branch));
    }
  }
  if (const YamlNode* const choices = node.find("choices"); choices != nullptr) {
    if (choices->list.empty() || choices->list.size() > kMaxDialogueChoices) {
      checker.problem(choices->line, path, "選択肢は1個から" + std::to_string(kMaxDialogueChoices) + "個までです。");
    }
    for (const YamlNode& item : choices->list) {
      DialogueChoice choice = read_choice(item, path, checker, conditions);
      const bool twice = std::any_of(step.choices.begin(), step.choices.end(), [&](const DialogueChoice& other) {
        return other.id == choice.id || pick(other.label, "ja") == pick(choice.label, "ja");
      });
      if (twice)
        checker.problem(item.line, path, "同じ id か同じ文字の選択肢が2つあります。どちらかを変えてください。");
      step.choices.push_back(std::move(choice));
    }
  }
  const int ways = (step.choices.empty() ? 0 : 1) + (step.next.empty() ? 0 : 1) + (step.end ? 1 : 0);
  if (ways != 1) {
    checker.problem(node.line, path, "「choices」「next」「end: true」のうち、ちょうど1つを書いてください。");
  }
  return step;
}

}  // namespace

const DialogueStep* Dialogue::find(std::string_view step) const {
  const auto found =
      std::find_if(steps.begin(), steps.end(), [&](const DialogueStep& each) { return each.id == step; });
  return found == steps.end() ? nullptr : &*found;
}

std::optional<Dialogue> parse_dialogue(std::string_view text, const std::string& file, std::string_view name,
                                       ConditionSet& conditions, std::vector<FileProblem>& problems) {
  const YamlChecker checker(file, problems);
  const Result<YamlNode> root = parse_yaml(text);
  if (!root) {
    int line = 0;
    const std::string& detail = root.error().detail;
    std::from_chars(detail.data(), detail.data() + detail.size(), line);
    checker.problem(line, "",
                    "YAMLとして読めません（" + shorten_graphemes(detail, 120) + "）。字下げと記号を直してください。");
    return std::nullopt;
  }
  checker.only_keys(
      *root, "", {"name", "title", "start", "any", "all", "none", "exact", "patterns", "priority", "slots", "steps"});
  Dialogue dialogue;
  dialogue.name = checker.text(*root, "", "name");
  dialogue.title = checker.label(*root, "", "title", 40);
  dialogue.start = checker.text(*root, "", "start");
  dialogue.priority = checker.number(*root, "", "priority", 0, 100, 50);
  dialogue.slots = checker.texts(*root, "", "slots");
  if (!is_plain_name(dialogue.name) || dialogue.name != name) {
    checker.problem(root->line, "name",
                    "「name」には、ファイル名と同じ「" + std::string(name) + "」を半角の英数字で書いてください。");
  }
  if (dialogue.title.empty()) checker.problem(root->line, "title", "「title」（手続きの名前）がありません。");
  for (const std::string& slot : dialogue.slots) {
    if (!is_plain_name(slot) || slot.front() == '_') {
      checker.problem(root->line, "slots",
                      "「" + shorten_graphemes(slot, 20) + "」は使えません。英数字で始まる名前にしてください。");
    }
  }
  dialogue.condition = conditions.add(*root, "", checker);
  const YamlNode* const steps = root->find("steps");
  if (steps == nullptr || steps->kind != YamlNode::Kind::kMap || steps->map.empty() || steps->map.size() > kMaxSteps) {
    checker.problem(root->line, "steps",
                    "「steps:」の下に、ステップを1個から" + std::to_string(kMaxSteps) + "個まで並べてください。");
    return std::nullopt;
  }
  for (const auto& [id, node] : steps->map) dialogue.steps.push_back(read_step(id, node, checker, conditions));
  check_dialogue(dialogue, checker);
  if (checker.failed()) return std::nullopt;
  return dialogue;
}

}  // namespace kairan::intents
