#include "broadcasts/alert_template.h"

#include <algorithm>
#include <filesystem>

#include "base/yaml_tree.h"

namespace kairan::broadcasts {
namespace {

constexpr std::size_t kMaxTemplateBytes = 256 * 1024;
constexpr std::size_t kMaxTemplates = 100;

/// Fills in one stretch without [[ ]]. `missing` gets the first field without a value.
std::string fill(std::string_view text, const AlertFields& fields, std::string& missing) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != '{') {
      out += text[i++];
      continue;
    }
    const std::size_t end = text.find('}', i);
    if (end == std::string_view::npos) return out + std::string(text.substr(i));
    const std::string name(text.substr(i + 1, end - i - 1));
    const auto value = fields.find(name);
    if (value == fields.end() || value->second.empty()) {
      if (missing.empty()) missing = name;
    } else {
      out += value->second;
    }
    i = end + 1;
  }
  return out;
}

/// Takes away line ends that an omitted part leaves behind: never more than one empty line, none at the end.
std::string tidy(const std::string& text) {
  std::string out;
  int line_ends = 0;
  for (const char c : text) {
    line_ends = c == '\n' ? line_ends + 1 : 0;
    if (line_ends <= 2) out += c;
  }
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

void check_marks(const std::string& text, const YamlChecker& check, int line, const std::string& path,
                 AlertOccasion occasion) {
  bool optional = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "[[") == 0) {
      if (optional) check.problem(line, path, "[[ の中に [[ は書けません。");
      optional = true;
      ++i;
    } else if (text.compare(i, 2, "]]") == 0) {
      if (!optional) check.problem(line, path, "]] に対応する [[ がありません。");
      optional = false;
      ++i;
    } else if (text[i] == '{') {
      const std::size_t end = text.find('}', i);
      const std::string name = end == std::string::npos ? std::string() : text.substr(i + 1, end - i - 1);
      const auto& known = alert_field_names();
      if (end == std::string::npos || std::find(known.begin(), known.end(), name) == known.end()) {
        std::string list;
        for (const auto& field : known) list += (list.empty() ? "" : ", ") + field;
        check.problem(line, path, "{" + name + "} という差し込みはありません。使えるのは " + list + " です。");
      } else if (!optional && !field_always_there(name, occasion)) {
        check.problem(line, path,
                      "{" + name + "} は値がないことがあります。[[…{" + name + "}…]] のように囲んでください。");
      }
      if (end == std::string::npos) return;
      i = end;
    }
  }
  if (optional) check.problem(line, path, "[[ が ]] で閉じられていません。");
}

}  // namespace

std::string_view occasion_id(AlertOccasion occasion) {
  switch (occasion) {
    case AlertOccasion::kNew:
      return "new";
    case AlertOccasion::kRaised:
      return "raised";
    case AlertOccasion::kLowered:
      return "lowered";
    case AlertOccasion::kLifted:
      return "lifted";
    case AlertOccasion::kCorrected:
      return "corrected";
    case AlertOccasion::kWithdrawn:
      return "withdrawn";
  }
  return "new";
}

const std::vector<std::string>& alert_field_names() {
  static const std::vector<std::string> names{"city",   "name",    "kind",      "time",   "before",    "office",
                                              "until",  "areas",   "districts", "action", "epicentre", "magnitude",
                                              "origin", "tsunami", "arrival",   "height", "condition", "river",
                                              "detail", "advice",  "sender"};
  return names;
}

bool field_always_there(std::string_view field, AlertOccasion occasion) {
  if (field == "before")
    return occasion == AlertOccasion::kRaised || occasion == AlertOccasion::kLowered ||
           occasion == AlertOccasion::kLifted || occasion == AlertOccasion::kWithdrawn;
  return field == "city" || field == "name" || field == "kind" || field == "time";
}

Result<std::string> AlertTemplate::render(AlertOccasion occasion, const std::string& language,
                                          const AlertFields& fields) const {
  const auto found = texts.find(occasion);
  if (found == texts.end())
    return Error{ErrorCode::kInvalid,
                 "ひな形「" + id + "」に " + std::string(occasion_id(occasion)) + " の文がありません"};
  const std::string& text = pick(found->second, language);
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t open = text.find("[[", i);
    std::string missing;
    out += fill(std::string_view(text).substr(i, open == std::string::npos ? std::string::npos : open - i), fields,
                missing);
    if (!missing.empty())
      return Error{ErrorCode::kInvalid, "ひな形「" + id + "」の {" + missing + "} に入れる値がありません"};
    if (open == std::string::npos) break;
    const std::size_t close = text.find("]]", open);
    if (close == std::string::npos) return Error{ErrorCode::kInvalid, "ひな形「" + id + "」の [[ が閉じられていません"};
    const std::string part = fill(std::string_view(text).substr(open + 2, close - open - 2), fields, missing);
    if (missing.empty()) out += part;
    i = close + 2;
  }
  return tidy(out);
}

std::vector<std::string> AlertTemplate::languages() const {
  std::vector<std::string> found;
  for (const std::string language : {"ja", "ja-easy", "en"}) {
    if (std::all_of(texts.begin(), texts.end(), [&](const auto& text) { return text.second.count(language) > 0; }))
      found.push_back(language);
  }
  return found;
}

const AlertTemplate* AlertTemplates::find(std::string_view id) const {
  const auto found = templates_.find(id);
  return found == templates_.end() ? nullptr : &found->second;
}

AlertTemplate parse_alert_template(std::string_view text, const std::string& file, std::string id,
                                   std::vector<FileProblem>& problems) {
  const YamlChecker check(file, problems);
  AlertTemplate made;
  made.id = std::move(id);
  made.file = file;
  const Result<YamlNode> root = parse_yaml(text);
  if (!root || root->kind != YamlNode::Kind::kMap) {
    check.problem(1, "", "YAMLとして読めません（" + (root ? "項目がありません" : root.error().detail) + "）。");
    return made;
  }
  check.only_keys(*root, "", {"title", "texts", "actions"});
  const YamlNode* const texts = root->find("texts");
  for (const AlertOccasion occasion : kAlertOccasions) {
    const std::string key(occasion_id(occasion));
    if (texts == nullptr || texts->find(key) == nullptr) {
      check.problem(
          texts == nullptr ? 1 : texts->line, "texts",
          "「" + key + "」の文がありません。new, raised, lowered, lifted, corrected, withdrawn を全部書いてください。");
      continue;
    }
    made.lines[occasion] = texts->find(key)->line;
    made.texts[occasion] = check.localized(*texts, "texts", key);
    for (const auto& [language, words] : made.texts[occasion])
      check_marks(words, check, made.lines[occasion], "texts." + key + "." + language, occasion);
  }
  if (texts != nullptr)
    check.only_keys(*texts, "texts", {"new", "raised", "lowered", "lifted", "corrected", "withdrawn"});
  if (const YamlNode* const actions = root->find("actions"); actions != nullptr) {
    for (const YamlEntry& entry : actions->map)
      made.actions[entry.key] = check.localized(*actions, "actions", entry.key);
  }
  return made;
}

std::map<std::string, std::string> read_alert_templates(const std::string& folder, std::vector<FileProblem>& problems) {
  std::map<std::string, std::string> texts;
  const std::string where = folder + "/templates/alerts";
  std::vector<std::string> names;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(where, failure)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  if (names.size() > kMaxTemplates) names.resize(kMaxTemplates);
  for (const std::string& name : names) {
    const std::string file = "templates/alerts/" + name + ".yaml";
    const Result<std::string> text = read_text_file(where + "/" + name + ".yaml", kMaxTemplateBytes);
    if (!text) {
      problems.push_back({file, 0, "", "読めません（" + text.error().detail + "）。", false});
      continue;
    }
    texts[file] = *text;
  }
  return texts;
}

}  // namespace kairan::broadcasts
