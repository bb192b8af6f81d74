#include "intents/rule_set.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace kairan::intents {
namespace {

constexpr std::size_t kMaxTitle = 40;

bool is_known_uri(std::string_view uri) {
  return uri.compare(0, 8, "https://") == 0 || uri.compare(0, 4, "tel:") == 0;
}

void read_rule_context(const YamlNode& node, const std::string& path, const YamlChecker& checker, Rule& rule) {
  const YamlNode* const context = node.find("context");
  if (context == nullptr) return;
  checker.only_keys(*context, path + " context", {"after", "dialogue"});
  rule.after = checker.texts(*context, path + " context", "after");
  rule.dialogue = checker.text(*context, path + " context", "dialogue");
}

void read_slots(const YamlNode& node, const std::string& path, const YamlChecker& checker, ConditionSet& conditions,
                Rule& rule) {
  const YamlNode* const slots = node.find("slots");
  if (slots == nullptr) return;
  for (const YamlNode& item : slots->list) {
    checker.only_keys(item, path + " slots", {"name", "values", "required"});
    RuleSlot slot;
    slot.name = checker.text(item, path + " slots", "name");
    slot.required = checker.flag(item, path + " slots", "required");
    if (!is_plain_name(slot.name)) {
      checker.problem(item.line, path + " slots", "「name」に半角の英数字で名前を書いてください。");
    }
    if (const YamlNode* const values = item.find("values"); values != nullptr) {
      for (const auto& [value, words] : values->map) {
        std::vector<KeywordId> ids;
        for (const std::string& word : checker.texts(*values, path + " slots", value)) {
          if (!fold_key(word).empty()) ids.push_back(conditions.add_word(word));
        }
        if (ids.empty()) {
          checker.problem(words.line, path + " slots",
                          "「" + shorten_graphemes(value, 20) +
                              "」の言い方が書かれていません。[言い方1, 言い方2] と書いてください。");
        }
        slot.values.emplace_back(value, std::move(ids));
      }
    }
    rule.slots.push_back(std::move(slot));
  }
}

void read_quick_replies(const YamlNode& node, const std::string& path, const YamlChecker& checker, Rule& rule) {
  const YamlNode* const list = node.find("quick_replies");
  if (list == nullptr) return;
  if (list->list.size() > kChannel.quick_replies) {
    checker.problem(list->line, path, "「quick_replies」は" + std::to_string(kChannel.quick_replies) + "個までです。");
  }
  for (const YamlNode& item : list->list) {
    checker.only_keys(item, path + " quick_replies", {"label", "say", "intent", "uri", "location"});
    RuleQuickReply reply;
    reply.label = checker.label(item, path + " quick_replies", "label", kChannel.label_graphemes);
    const Localized say = checker.localized(item, path + " quick_replies", "say");
    const std::string intent = checker.text(item, path + " quick_replies", "intent");
    const std::string uri = checker.text(item, path + " quick_replies", "uri");
    const bool location = checker.flag(item, path + " quick_replies", "location");
    if (reply.label.empty() ||
        (say.empty() ? 0 : 1) + (intent.empty() ? 0 : 1) + (uri.empty() ? 0 : 1) + (location ? 1 : 0) != 1) {
      checker.problem(item.line, path + " quick_replies",
                      "「label」と、say・intent・uri・location のどれか1つを書いてください。");
      continue;
    }
    if (!say.empty()) {
      reply.value = say;
    } else if (!intent.empty()) {
      reply.kind = Action::Kind::kPostback;
      reply.value["ja"] = intent;
    } else if (!uri.empty()) {
      reply.kind = Action::Kind::kOpenUri;
      reply.value["ja"] = uri;
      if (!is_known_uri(uri)) {
        checker.problem(item.line, path + " quick_replies", "「uri」は https:// か tel: で始めてください。");
      }
    } else {
      reply.kind = Action::Kind::kLocation;
    }
    rule.quick_replies.push_back(std::move(reply));
  }
}

Rule read_rule(const YamlNode& node, const std::string& path, const YamlChecker& checker, ConditionSet& conditions) {
  checker.only_keys(node, path, {"name",    "title",    "urgent",   "priority", "any",       "all",    "none",
                                 "exact",   "patterns", "language", "context",  "slots",     "reply",  "quick_replies",
                                 "section", "phone",    "hours",    "url",      "review_by", "sample", "go", "decline"});
  Rule rule;
  rule.line = node.line;
  rule.name = checker.text(node, path, "name");
  rule.title = checker.text(node, path, "title");
  rule.urgent = checker.flag(node, path, "urgent");
  rule.priority = checker.number(node, path, "priority", 0, 100, 50);
  rule.languages = checker.texts(node, path, "language");
  if (!is_plain_name(rule.name)) {
    checker.problem(node.line, path, "「name」に、半角の英数字・-・_ で64文字までの名前を書いてください。");
  }
  if (rule.title.empty() || length_graphemes(rule.title) > kMaxTitle) {
    checker.problem(node.line, path, "「title」に" + std::to_string(kMaxTitle) + "文字までの見出しを書いてください。");
  }
  const std::size_t any_way =
      static_cast<std::size_t>(std::count_if(node.map.begin(), node.map.end(), [](const auto& entry) {
        return entry.key == "any" || entry.key == "all" || entry.key == "exact" || entry.key == "patterns";
      }));
  if (any_way == 0) {
    checker.problem(node.line, path,
                    "いつ答えるかが書かれていません。any・all・exact・patterns のどれかを書いてください。");
  } else if (const std::optional<std::size_t> condition = conditions.add(node, path, checker)) {
    rule.condition = *condition;
  } else {
    checker.problem(node.line, path, "any・all・exact・patterns に使える言葉がありません。");
  }
  read_rule_context(node, path, checker, rule);
  read_slots(node, path, checker, conditions, rule);
  read_quick_replies(node, path, checker, rule);
  rule.reply.text = checker.localized(node, path, "reply");
  rule.reply.section = checker.text(node, path, "section");
  rule.reply.phone = checker.text(node, path, "phone");
  rule.reply.hours = checker.text(node, path, "hours");
  rule.reply.url = checker.text(node, path, "url");
  rule.reply.review_by = checker.date(node, path, "review_by");
  rule.reply.sample = checker.flag(node, path, "sample");
  rule.go = checker.text(node, path, "go");
  rule.decline = checker.flag(node, path, "decline");
  if (!rule.reply.url.empty() && rule.reply.url.compare(0, 8, "https://") != 0) {
    checker.problem(node.line, path, "「url」は https:// で始めてください。");
  }
  if ((rule.reply.text.empty() ? 0 : 1) + (rule.go.empty() ? 0 : 1) + (rule.decline ? 1 : 0) != 1) {
    checker.problem(node.line, path,
                    "「reply」（答えの文）、「go」（答える項目の名前）、「decline: true」（答えない）のどれか1つを書いてください。");
  }
  if (!rule.go.empty() && rule.go.compare(0, 4, "faq:") != 0 && rule.go.compare(0, 9, "dialogue:") != 0) {
    checker.problem(node.line, path, "「go」は faq:ID か dialogue:名前 の形で書いてください。");
  }
  return rule;
}

}  // namespace

RuleSet parse_rules(std::string_view text, const std::string& file, const Analyzer& analyzer,
                    std::vector<FileProblem>& problems) {
  RuleSet set(analyzer);
  const YamlChecker checker(file, problems);
  const Result<YamlNode> root = parse_yaml(text);
  if (!root) {
    int line = 0;
    const std::string& detail = root.error().detail;
    std::from_chars(detail.data(), detail.data() + detail.size(), line);
    checker.problem(line, "",
                    "YAMLとして読めません（" + shorten_graphemes(detail, 120) + "）。字下げと記号を直してください。");
    return set;
  }
  if (root->kind == YamlNode::Kind::kNull) return set;
  checker.only_keys(*root, "", {"rules"});
  const YamlNode* const list = root->find("rules");
  if (list == nullptr || (list->kind != YamlNode::Kind::kList && list->kind != YamlNode::Kind::kNull)) {
    checker.problem(root->line, "", "「rules:」の下に、ルールを「- name: …」の形で並べてください。");
    return set;
  }
  if (list->list.size() > kMaxRules) {
    checker.problem(list->line, "", "ルールは" + std::to_string(kMaxRules) + "個までです。");
    return set;
  }
  for (std::size_t number = 0; number < list->list.size(); ++number) {
    const YamlNode& node = list->list[number];
    const YamlNode* const name = node.find("name");
    const std::string path =
        name != nullptr && is_plain_name(name->scalar) ? name->scalar : std::to_string(number + 1) + "番目のルール";
    if (node.kind != YamlNode::Kind::kMap) {
      checker.problem(node.line, path, "ルールは「name: …」「reply: …」のような項目の並びで書いてください。");
      continue;
    }
    Rule rule = read_rule(node, path, checker, set.conditions);
    const bool twice =
        std::any_of(set.rules.begin(), set.rules.end(), [&](const Rule& other) { return other.name == rule.name; });
    if (twice)
      checker.problem(node.line, path,
                      "「" + rule.name + "」という名前のルールが2つあります。どちらかの名前を変えてください。");
    set.rules.push_back(std::move(rule));
  }
  return set;
}

}  // namespace kairan::intents
