#include "store/attributes.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <set>
#include <utility>

#include "base/yaml_tree.h"

namespace kairan::store {
namespace {

constexpr const char* kFile = "attributes.yaml";
constexpr const char* kCityFile = "city.yaml";
constexpr std::size_t kMaxFileBytes = 1u << 20;
constexpr std::size_t kMaxAttributes = 100;
/// The rank of a choice has room for as many values of one attribute (subscriber_settings.cpp).
constexpr std::size_t kMaxValues = 1000;
/// What a LINE button or a picker shows whole (line-platform 3).
constexpr std::size_t kMaxLabelGraphemes = 40;
constexpr int kFirstBirthYear = 1990;
constexpr int kLastYear = 2200;

int digits(std::string_view text) {
  int value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc() && end == text.data() + text.size() && text.front() != '-' ? value : -1;
}

/// "2024-05", or "2024-04-01", the one day that decides a school year by itself.
bool is_birth_month(std::string_view value) {
  if (value.size() != 7 && value.size() != 10) return false;
  if (value[4] != '-') return false;
  const int year = digits(value.substr(0, 4));
  const int month = digits(value.substr(5, 2));
  if (year < kFirstBirthYear || year > kLastYear || month < 1 || month > 12) return false;
  return value.size() == 7 || value.substr(4) == "-04-01";
}

class Reader {
 public:
  Reader(const std::string& folder, std::vector<FileProblem>& problems)
      : folder_(folder), problems_(problems), checker_(kFile, problems) {}

  Result<AttributeSchema> read() {
    const auto text = read_text_file(folder_ + "/" + kFile, kMaxFileBytes);
    if (!text) {
      if (text.error().code == ErrorCode::kNotFound) return AttributeSchema();
      return unreadable(kFile, text.error());
    }
    const auto root = parse_yaml(*text);
    if (!root) return unreadable(kFile, root.error());
    checker_.only_keys(*root, "", {"attributes"});
    std::vector<Attribute> attributes;
    const YamlNode* const list = root->find("attributes");
    if (list != nullptr && list->kind != YamlNode::Kind::kNull) {
      if (list->kind != YamlNode::Kind::kList) {
        checker_.problem(list->line, "attributes", "「attributes」には「- id: …」で始まる項目を並べてください。");
      }
      for (const YamlNode& node : list->list) read_attribute(node, attributes);
    }
    if (attributes.size() > kMaxAttributes) {
      checker_.problem(0, "attributes",
                       "項目が多すぎます。" + std::to_string(kMaxAttributes) + "個までにしてください。");
    }
    if (failed_ || checker_.failed()) return Error{ErrorCode::kInvalid, std::string(kFile) + " has errors"};
    return AttributeSchema(std::move(attributes));
  }

 private:
  Error unreadable(const char* file, const Error& error) {
    problems_.push_back(
        {file, 0, "", std::string("このファイルを読めません（") + error.detail + "）。UTF-8のYAMLで書いてください。"});
    failed_ = true;
    return Error{ErrorCode::kInvalid, std::string(file) + ": " + error.detail};
  }

  void read_attribute(const YamlNode& node, std::vector<Attribute>& attributes) {
    if (node.kind != YamlNode::Kind::kMap) {
      checker_.problem(node.line, "attributes", "項目は「- id: …」「kind: …」「label: …」の形で書いてください。");
      return;
    }
    Attribute attribute;
    attribute.id = checker_.text(node, "attributes", "id");
    const std::string path = "attributes." + (attribute.id.empty() ? std::string("?") : attribute.id);
    checker_.only_keys(
        node, path,
        {"id", "kind", "label", "question", "values", "values_from", "at_most", "verified", "opt_out", "hidden"});
    if (!is_plain_name(attribute.id)) {
      checker_.problem(node.line, path, "idには半角の英数字と - _ だけを使い、64文字までで書いてください。");
    } else if (attribute.id == "user_id") {
      checker_.problem(node.line, path, "「user_id」は取り込みの列の名前なので使えません。ほかの名前にしてください。");
    } else if (std::any_of(attributes.begin(), attributes.end(),
                           [&](const Attribute& a) { return a.id == attribute.id; })) {
      checker_.problem(node.line, path, "同じidの項目がもう1つあります。どちらかの名前を変えてください。");
    }
    read_kind(node, path, attribute);
    attribute.label = checker_.label(node, path, "label", kMaxLabelGraphemes);
    if (attribute.label.empty()) {
      checker_.problem(node.line, path, "見出し（label）がありません。「label: 地区」のように書いてください。");
    }
    attribute.question = checker_.localized(node, path, "question");
    attribute.at_most = static_cast<std::size_t>(checker_.number(node, path, "at_most", 1, 1000, 0));
    attribute.verified = checker_.flag(node, path, "verified");
    attribute.opt_out = checker_.flag(node, path, "opt_out");
    attribute.hidden = checker_.flag(node, path, "hidden");
    if (attribute.opt_out && attribute.kind != AttributeKind::kMany) {
      checker_.problem(node.line, path, "opt_out は kind: many の項目だけに書けます。");
    }
    if (attribute.at_most > 0 && attribute.kind != AttributeKind::kMany &&
        attribute.kind != AttributeKind::kBirthMonths) {
      checker_.problem(node.line, path, "at_most は kind: many か birth_months の項目だけに書けます。");
    }
    read_values(node, path, attribute);
    attributes.push_back(std::move(attribute));
  }

  void read_kind(const YamlNode& node, const std::string& path, Attribute& attribute) const {
    static constexpr std::pair<std::string_view, AttributeKind> kKinds[] = {
        {"single", AttributeKind::kSingle},
        {"many", AttributeKind::kMany},
        {"yes_no", AttributeKind::kYesNo},
        {"birth_months", AttributeKind::kBirthMonths}};
    const std::string kind = checker_.text(node, path, "kind");
    for (const auto& [name, value] : kKinds) {
      if (kind != name) continue;
      attribute.kind = value;
      return;
    }
    checker_.problem(
        node.line, path,
        "kindには single（1つ選ぶ）, many（いくつでも）, yes_no（はい・いいえ）, birth_months（生まれた年月）の"
        "どれかを書いてください。");
  }

  void read_values(const YamlNode& node, const std::string& path, Attribute& attribute) {
    const YamlNode* const values = node.find("values");
    const std::string from = checker_.text(node, path, "values_from");
    if (attribute.kind == AttributeKind::kYesNo || attribute.kind == AttributeKind::kBirthMonths) {
      if (values != nullptr || !from.empty()) {
        checker_.problem(node.line, path, "この種類の項目には values を書きません。行を消してください。");
      }
      if (attribute.kind == AttributeKind::kYesNo) {
        attribute.values = {{"yes", {{"ja", "はい"}, {"en", "Yes"}}}, {"no", {{"ja", "いいえ"}, {"en", "No"}}}};
      }
      return;
    }
    if (!from.empty()) {
      if (from != "districts" || values != nullptr) {
        checker_.problem(node.line, path,
                         "values_from には districts だけを書き、values とは一緒に使わないでください。");
      }
      attribute.values = districts();
    } else if (values != nullptr) {
      read_list(*values, path, attribute);
    }
    if (attribute.values.empty()) {
      checker_.problem(node.line, path,
                       "選べる値（values）がありません。「- {id: kosodate, label: 子育て}」のように書いてください。");
    }
    if (attribute.values.size() > kMaxValues) {
      checker_.problem(node.line, path, "値が多すぎます。" + std::to_string(kMaxValues) + "個までにしてください。");
    }
  }

  void read_list(const YamlNode& values, const std::string& path, Attribute& attribute) const {
    std::set<std::string> seen;
    for (const YamlNode& node : values.list) {
      if (node.kind != YamlNode::Kind::kMap) {
        checker_.problem(node.line, path, "値は「- {id: kosodate, label: 子育て}」のように書いてください。");
        continue;
      }
      checker_.only_keys(node, path, {"id", "label"});
      AttributeValue value;
      value.id = checker_.text(node, path, "id");
      value.label = checker_.label(node, path, "label", kMaxLabelGraphemes);
      if (!is_plain_name(value.id)) {
        checker_.problem(node.line, path, "値のidには半角の英数字と - _ だけを使ってください。");
      } else if (!seen.insert(value.id).second) {
        checker_.problem(node.line, path, "値「" + value.id + "」が2回書かれています。");
      }
      if (value.label.empty())
        checker_.problem(node.line, path, "値「" + value.id + "」に見出し（label）がありません。");
      attribute.values.push_back(std::move(value));
    }
    if (values.kind != YamlNode::Kind::kList) {
      checker_.problem(values.line, path, "values には「- {id: …, label: …}」を並べてください。");
    }
  }

  /// The districts of city.yaml, whose whole check is the content's; here only what is needed of it.
  std::vector<AttributeValue> districts() {
    std::vector<AttributeValue> values;
    const auto text = read_text_file(folder_ + "/" + kCityFile, kMaxFileBytes);
    if (!text) {
      unreadable(kCityFile, text.error());
      return values;
    }
    const auto root = parse_yaml(*text);
    if (!root) {
      unreadable(kCityFile, root.error());
      return values;
    }
    const YamlNode* const list = root->find("districts");
    if (list == nullptr) return values;
    const YamlChecker checker(kCityFile, problems_);
    for (const YamlNode& node : list->list) {
      const std::string id = checker.text(node, "districts", "id");
      const std::string name = checker.text(node, "districts", "name");
      const std::string reading = checker.text(node, "districts", "reading");
      const std::string english = checker.text(node, "districts", "english");
      if (!is_plain_name(id) || name.empty()) {
        checker.problem(node.line, "districts", "地区には id（半角の英数字と - _）と name を書いてください。");
        continue;
      }
      Localized label{{"ja", name}};
      if (!reading.empty()) label["ja-easy"] = name + "（" + reading + "）";
      // Both, so that it can be said and be found on signs and letters.
      if (!english.empty()) label["en"] = english + " (" + name + ")";
      values.push_back({id, std::move(label)});
    }
    failed_ = failed_ || checker.failed();
    return values;
  }

  const std::string& folder_;
  std::vector<FileProblem>& problems_;
  const YamlChecker checker_;
  bool failed_ = false;
};

}  // namespace

const AttributeValue* Attribute::find(std::string_view value) const {
  for (const AttributeValue& candidate : values) {
    if (candidate.id == value) return &candidate;
  }
  return nullptr;
}

bool Attribute::allows(std::string_view value) const {
  return kind == AttributeKind::kBirthMonths ? is_birth_month(value) : find(value) != nullptr;
}

const Attribute* AttributeSchema::find(std::string_view id) const {
  for (const Attribute& attribute : attributes_) {
    if (attribute.id == id) return &attribute;
  }
  return nullptr;
}

std::vector<std::string> AttributeSchema::bitmaps_of(const Attribute& attribute, int first_year, int last_year) {
  std::vector<std::string> names;
  for (const AttributeValue& value : attribute.values) names.push_back(value_bitmap(attribute.id, value.id));
  if (attribute.kind != AttributeKind::kBirthMonths) return names;
  for (int year = std::max(first_year, kFirstBirthYear); year <= last_year; ++year) {
    for (int month = 1; month <= 12; ++month) {
      char text[32];
      std::snprintf(text, sizeof text, "%04d-%02d", year, month);
      names.push_back(value_bitmap(attribute.id, text));
      if (month == 4) names.push_back(value_bitmap(attribute.id, std::string(text) + "-01"));
    }
  }
  return names;
}

std::string any_bitmap(std::string_view attribute) {
  return "a:" + std::string(attribute);
}

std::string value_bitmap(std::string_view attribute, std::string_view value) {
  return any_bitmap(attribute) + ":" + std::string(value);
}

std::string left_bitmap(std::string_view attribute, std::string_view value) {
  return "x:" + std::string(attribute) + ":" + std::string(value);
}

Result<AttributeSchema> load_attributes(const std::string& folder, std::vector<FileProblem>& problems) {
  return Reader(folder, problems).read();
}

}  // namespace kairan::store
