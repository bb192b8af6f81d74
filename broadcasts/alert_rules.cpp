#include "broadcasts/alert_rules.h"

#include <algorithm>

#include "base/yaml_tree.h"
#include "broadcasts/alert_kinds.h"
#include "broadcasts/alert_rule_files.h"

namespace kairan::broadcasts {
namespace {

std::optional<int> clock_minutes(const std::string& text) {
  if (text.size() != 5 || text[2] != ':') return {};
  for (const std::size_t i : {0u, 1u, 3u, 4u}) {
    if (text[i] < '0' || text[i] > '9') return {};
  }
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  if (hour > 23 || minute > 59) return {};
  return hour * 60 + minute;
}

/// A JSON string literal of a plain value.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) out += c;
  }
  return out + "\"";
}

/// Rules as segments have them, from {attribute: value or [values]}: any of them is enough.
std::string segment_rules(const YamlNode& node, const YamlChecker& check, const std::string& path) {
  std::string rules;
  for (const YamlEntry& entry : node.map) {
    for (const std::string& value : check.texts(node, path, entry.key)) {
      rules += (rules.empty() ? "" : ",") +
               ("{\"field\":" + quoted(entry.key) + ",\"operator\":\"=\",\"value\":" + quoted(value) + "}");
    }
  }
  if (rules.empty())
    check.problem(node.line, path, "配信対象に {district: [nogomi]} のように項目と値を書いてください。");
  return "{\"combinator\":\"or\",\"not\":false,\"rules\":[" + rules + "]}";
}

class RuleReader {
 public:
  RuleReader(const YamlChecker& check) : check_(check) {}

  AlertRule read(const YamlNode& node, std::size_t index) const {
    AlertRule rule;
    rule.id = check_.text(node, "rules", "id");
    rule.line = node.line;
    const std::string path = "rules[" + (rule.id.empty() ? std::to_string(index + 1) : rule.id) + "]";
    if (!is_plain_name(rule.id)) check_.problem(node.line, path, "「id」に英数字と - _ で名前を書いてください。");
    check_.only_keys(node, path,
                     {"id", "kinds", "levels", "scopes", "hours", "action", "follow", "segment", "template", "severity",
                      "expires", "note"});
    rule.kinds = kinds(node, path);
    for (const std::string& level : check_.texts(node, path, "levels")) {
      const bool known = std::any_of(rule.kinds.begin(), rule.kinds.end(), [&](const std::string& kind) {
        return find_alert_kind(kind)->level_number(level) > 0;
      });
      if (!known) check_.problem(node.line, path, "レベル「" + level + "」は、ここに書いた種類のどれにもありません。");
      rule.levels.insert(level);
    }
    for (const std::string& scope : check_.texts(node, path, "scopes")) {
      bool known = false;
      for (const AlertScope one :
           {AlertScope::kCity, AlertScope::kDistrict, AlertScope::kRegion, AlertScope::kPrefecture}) {
        if (scope_id(one) != scope) continue;
        known = true;
        rule.scopes.insert(one);
      }
      if (!known)
        check_.problem(node.line, path,
                       "範囲「" + scope + "」はありません。city, district, region, prefecture から書いてください。");
    }
    const std::string hours = check_.text(node, path, "hours");
    if (hours == "day") rule.hours = AlertRule::Hours::kDay;
    if (hours == "night") rule.hours = AlertRule::Hours::kNight;
    if (!hours.empty() && hours != "day" && hours != "night" && hours != "any")
      check_.problem(node.line, path, "「hours」には any, day, night のどれかを書いてください。");
    read_actions(node, path, rule);
    read_rest(node, path, rule);
    return rule;
  }

 private:
  std::vector<std::string> kinds(const YamlNode& node, const std::string& path) const {
    std::vector<std::string> found;
    for (const std::string& name : check_.texts(node, path, "kinds")) {
      bool any = false;
      for (const AlertKind& kind : alert_kinds()) {
        const bool group = name.size() > 1 && name[0] == '@' && kind.group == name.substr(1);
        if (!group && kind.id != name) continue;
        any = true;
        found.emplace_back(kind.id);
      }
      if (!any)
        check_.problem(node.line, path, "種類「" + name + "」はありません。docs/alerts.md の表から書いてください。");
    }
    if (found.empty()) check_.problem(node.line, path, "「kinds」に種類を並べてください。");
    return found;
  }

  AlertAction action(const std::string& written, const YamlNode& node, const std::string& path) const {
    if (written == "send") return AlertAction::kSend;
    if (written == "record") return AlertAction::kIgnore;
    if (written != "hold")
      check_.problem(
          node.line, path,
          "動作には send（自動で送る）, hold（人の確認を待つ）, record（記録だけ）のどれかを書いてください。");
    return AlertAction::kHold;
  }

  void read_actions(const YamlNode& node, const std::string& path, AlertRule& rule) const {
    const AlertAction first = action(check_.text(node, path, "action"), node, path);
    // What was worth sending is followed up by a person unless the file says otherwise; a higher level is as urgent as the first.
    const AlertAction later = first == AlertAction::kIgnore ? AlertAction::kIgnore : AlertAction::kHold;
    rule.actions = {first, first, later, later};
    const YamlNode* const follow = node.find("follow");
    if (follow == nullptr) return;
    check_.only_keys(*follow, path + ".follow", {"raised", "lowered", "lifted"});
    const auto read_one = [&](std::string_view key, AlertChange change) {
      if (follow->find(key) != nullptr)
        rule.actions[static_cast<std::size_t>(change)] =
            action(check_.text(*follow, path, key), *follow, path + ".follow");
    };
    read_one("raised", AlertChange::kRaised);
    read_one("lowered", AlertChange::kLowered);
    read_one("lifted", AlertChange::kLifted);
  }

  void read_rest(const YamlNode& node, const std::string& path, AlertRule& rule) const {
    const bool quiet = std::all_of(rule.actions.begin(), rule.actions.end(),
                                   [](AlertAction action) { return action == AlertAction::kIgnore; });
    const YamlNode* const segment = node.find("segment");
    if (segment != nullptr && segment->kind == YamlNode::Kind::kMap) {
      rule.segment = segment_rules(*segment, check_, path + ".segment");
    } else {
      rule.segment = check_.text(node, path, "segment");
      if (rule.segment.empty()) rule.segment = "everyone";
      if (rule.segment != "everyone" && rule.segment != "districts")
        check_.problem(node.line, path, "「segment」には everyone, districts か {項目: 値} を書いてください。");
    }
    rule.form = check_.text(node, path, "template");
    if (rule.form.empty() && !quiet)
      check_.problem(node.line, path, "「template」に templates/alerts/ にあるひな形の名前を書いてください。");
    rule.severity = check_.text(node, path, "severity");
    if (rule.severity.empty()) rule.severity = "emergency";
    if (rule.severity != "emergency" && rule.severity != "scheduled")
      check_.problem(node.line, path, "「severity」には emergency か scheduled を書いてください。");
    rule.expires = std::chrono::minutes(check_.number(node, path, "expires", 1, 48 * 60, 60));
    const bool untested = std::any_of(rule.kinds.begin(), rule.kinds.end(), [](const std::string& kind) {
      return find_alert_kind(kind)->source == AlertSource::kLAlert;
    });
    const bool sends = std::any_of(rule.actions.begin(), rule.actions.end(),
                                   [](AlertAction action) { return action == AlertAction::kSend; });
    if (untested && sends)
      check_.problem(
          node.line, path,
          "Lアラートは自動で送れません（現行の電文で確かめられていないため）。hold か record にしてください。");
  }

  const YamlChecker& check_;
};

/// A text per kind and level of what no rule covers; at most a few, so that the message stays readable.
void report_gap(const std::vector<std::string>& gaps, std::vector<FileProblem>& problems) {
  if (gaps.empty()) return;
  std::string list;
  for (std::size_t i = 0; i < gaps.size() && i < 8; ++i) list += (list.empty() ? "" : "、") + gaps[i];
  if (gaps.size() > 8) list += " ほか" + std::to_string(gaps.size() - 8) + "件";
  problems.push_back({std::string(kAlertRulesFile), 0, "rules",
                      "どの規則にも当たらない組み合わせがあります: " + list +
                          "。これらを kinds と levels に持つ規則（迷うときは action: hold）を足してください。",
                      false});
}

}  // namespace

std::string_view action_id(AlertAction action) {
  switch (action) {
    case AlertAction::kSend:
      return "send";
    case AlertAction::kHold:
      return "hold";
    case AlertAction::kIgnore:
      return "ignore";
  }
  return "ignore";
}

bool AlertRules::is_night(int minute_of_day) const {
  return night_from <= night_to ? minute_of_day >= night_from && minute_of_day < night_to
                                : minute_of_day >= night_from || minute_of_day < night_to;
}

namespace {

bool applies(const AlertRule& rule, std::string_view kind, const std::string& level, AlertScope scope, bool night) {
  if (std::find(rule.kinds.begin(), rule.kinds.end(), kind) == rule.kinds.end()) return false;
  if (!rule.levels.empty() && rule.levels.count(level) == 0) return false;
  if (!rule.scopes.empty() && rule.scopes.count(scope) == 0) return false;
  return rule.hours == AlertRule::Hours::kAny || (rule.hours == AlertRule::Hours::kNight) == night;
}

}  // namespace

const AlertRule* AlertRules::match(std::string_view kind, int level, AlertScope scope, int minute_of_day) const {
  const AlertKind* const entry = find_alert_kind(kind);
  const KindLevel* const step = entry == nullptr ? nullptr : entry->level(level);
  if (step == nullptr) return nullptr;
  const bool night = is_night(minute_of_day);
  const auto found = std::find_if(rules.begin(), rules.end(), [&](const AlertRule& rule) {
    return applies(rule, kind, std::string(step->id), scope, night);
  });
  return found == rules.end() ? nullptr : &*found;
}

AlertRules parse_alert_rules(std::string_view text, AlertCity& city, std::vector<FileProblem>& problems) {
  const YamlChecker check(std::string(kAlertRulesFile), problems);
  AlertRules made;
  const Result<YamlNode> root = parse_yaml(text);
  if (!root || root->kind != YamlNode::Kind::kMap) {
    check.problem(1, "", "YAMLとして読めません（" + (root ? "項目がありません" : root.error().detail) + "）。");
    return made;
  }
  check.only_keys(*root, "", {"night", "per_hour", "drills", "offices", "section", "languages", "released", "rules"});
  if (const YamlNode* const night = root->find("night"); night != nullptr) {
    const auto from = clock_minutes(check.text(*night, "night", "from"));
    const auto to = clock_minutes(check.text(*night, "night", "to"));
    if (!from || !to) {
      check.problem(night->line, "night", "{from: \"22:00\", to: \"06:00\"} のように時刻を書いてください。");
    } else {
      made.night_from = *from;
      made.night_to = *to;
    }
  }
  made.per_hour = check.number(*root, "", "per_hour", 1, 60, 6);
  const std::string drills = check.text(*root, "", "drills");
  if (!drills.empty() && drills != "record" && drills != "hold")
    check.problem(root->find("drills")->line, "drills",
                  "record（記録だけ）か hold（画面に出す）を書いてください。訓練を本番として送ることはできません。");
  made.hold_drills = drills == "hold";
  if (const std::string section = check.text(*root, "", "section"); !section.empty()) made.section = section;
  city.offices = check.texts(*root, "", "offices");
  if (const auto languages = check.texts(*root, "", "languages"); !languages.empty()) made.languages = languages;
  if (std::find(made.languages.begin(), made.languages.end(), "ja") == made.languages.end())
    check.problem(1, "languages", "日本語（ja）を入れてください。");
  const YamlNode* const list = root->find("rules");
  if (list == nullptr || list->kind != YamlNode::Kind::kList || list->list.size() > 500) {
    check.problem(root->line, "rules", "「rules:」に規則を並べてください（500まで）。");
    return made;
  }
  const RuleReader reader(check);
  for (std::size_t i = 0; i < list->list.size(); ++i) {
    AlertRule rule = reader.read(list->list[i], i);
    if (std::any_of(made.rules.begin(), made.rules.end(), [&](const AlertRule& known) { return known.id == rule.id; }))
      check.problem(rule.line, "rules", "規則「" + rule.id + "」が2つあります。片方の名前を変えてください。");
    made.rules.push_back(std::move(rule));
  }
  for (const std::string& id : check.texts(*root, "", "released")) {
    const auto rule =
        std::find_if(made.rules.begin(), made.rules.end(), [&](const AlertRule& known) { return known.id == id; });
    if (rule == made.rules.end()) {
      check.problem(root->find("released")->line, "released", "自動送信を許す規則「" + id + "」がありません。");
    } else {
      rule->released = true;
    }
  }
  return made;
}

std::size_t prove_alert_table(const AlertRules& rules, std::vector<FileProblem>& problems) {
  std::size_t looked_at = 0;
  std::vector<std::string> gaps;
  std::set<std::pair<int, int>> reported;
  for (const AlertKind& kind : alert_kinds()) {
    for (const KindLevel& level : kind.levels) {
      for (const AlertScope scope : kind.scopes) {
        for (const bool night : {false, true}) {
          ++looked_at;
          std::vector<const AlertRule*> found;
          for (const AlertRule& rule : rules.rules) {
            if (applies(rule, kind.id, std::string(level.id), scope, night)) found.push_back(&rule);
          }
          const std::string what = std::string(kind.id) + "/" + std::string(level.id) + "/" +
                                   std::string(scope_id(scope)) + "/" + (night ? "night" : "day");
          if (found.empty()) gaps.push_back(what);
          if (found.size() > 1 && reported.insert({found[0]->line, found[1]->line}).second) {
            problems.push_back({std::string(kAlertRulesFile), found[1]->line, "rules",
                                what + " に「" + found[0]->id + "」（" + std::to_string(found[0]->line) + "行目）と「" +
                                    found[1]->id +
                                    "」の両方が当たります。kinds, levels, scopes, hours "
                                    "のどれかを分けて、1つだけが当たるようにしてください。",
                                false});
          }
        }
      }
    }
  }
  report_gap(gaps, problems);
  return looked_at;
}

std::size_t prove_alert_texts(const AlertContent& content, std::vector<FileProblem>& problems);

std::size_t prove_alert_content(const AlertContent& content, std::vector<FileProblem>& problems) {
  const std::size_t table = prove_alert_table(content.rules, problems);
  return table + prove_alert_texts(content, problems);
}

AlertRules hold_everything_rules() {
  AlertRule hold;
  hold.id = "hold-everything";
  for (const AlertKind& kind : alert_kinds()) hold.kinds.emplace_back(kind.id);
  hold.actions.fill(AlertAction::kHold);
  hold.segment = "everyone";
  hold.severity = "emergency";
  AlertRules rules;
  rules.rules.push_back(std::move(hold));
  return rules;
}

Result<AlertContent> load_alert_content(const std::string& folder, std::vector<FileProblem>& problems) {
  Result<AlertCity> city = load_alert_city(folder, problems);
  if (!city) return city.error();
  return make_alert_content(*std::move(city), read_alert_rule_files(folder, problems), problems);
}

}  // namespace kairan::broadcasts
