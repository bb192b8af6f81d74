// Segments as sentences. Japanese verbs stand either before a comma (住み) or before 人 (住む), so every phrase has both.
// Negative forms say what is known, 「登録していない」, since whoever registered nothing is among them.
#include <string>
#include <utility>
#include <vector>

#include "broadcasts/birth_months.h"
#include "broadcasts/joined.h"
#include "broadcasts/segment.h"
#include "store/attribute_names.h"

namespace kairan::broadcasts {
namespace {

using store::Attribute;
using store::AttributeKind;
using NodeKind = SegmentNode::Kind;

/// The two attributes whose labels do not say how one speaks of them.

struct Verb {
  const char* before_noun;   ///< 住む
  const char* before_comma;  ///< 住み
};
constexpr Verb kLive{"に住む", "に住み"};
constexpr Verb kHave{"がいる", "がいて"};
constexpr Verb kChose{"を選んだ", "を選び"};
constexpr Verb kNotChosen{"選んでいない", "選んでおらず"};
constexpr Verb kRegistered{"を登録している", "を登録していて"};
constexpr Verb kNotRegistered{"登録していない", "登録しておらず"};
constexpr Verb kConfirmed{"と確認された", "と確認され"};
constexpr Verb kNotConfirmed{"確認されていない", "確認されておらず"};
constexpr Verb kSaid{"と答えた", "と答え"};
constexpr Verb kNotSaid{"答えていない", "答えておらず"};
constexpr Verb kReceived{"を受け取った", "を受け取り"};
constexpr Verb kNotReceived{"受け取っていない", "受け取っておらず"};
constexpr Verb kMatch{"に当てはまる", "に当てはまり"};
constexpr Verb kNotMatch{"に当てはまらない", "に当てはまらず"};

/// "A", "A or B", "A, B or C".
std::string listed(const std::vector<std::string>& parts, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? " " + std::string(last) + " " : ", ";
    text += parts[i];
  }
  return text;
}

class Writer {
 public:
  Writer(const store::AttributeSchema& schema, std::string_view language, const BroadcastTitle& title)
      : schema_(schema), language_(language), title_(title) {}

 protected:
  std::string label_of(const Attribute* attribute, const std::string& id) const {
    return attribute == nullptr || pick(attribute->label, language_).empty() ? id : pick(attribute->label, language_);
  }
  /// What people call a value of the node, each between `open` and `close`.
  std::vector<std::string> values_of(const SegmentNode& node, std::string_view open, std::string_view close) const {
    const Attribute* const attribute = schema_.find(node.attribute);
    std::vector<std::string> names;
    for (const std::string& value : node.values) {
      const store::AttributeValue* const declared = attribute == nullptr ? nullptr : attribute->find(value);
      const std::string& label = declared == nullptr ? value : pick(declared->label, language_);
      names.push_back(std::string(open) + (label.empty() ? value : label) + std::string(close));
    }
    return names;
  }
  std::vector<std::string> titles_of(const SegmentNode& node, std::string_view open, std::string_view close) const {
    std::vector<std::string> names;
    for (const std::string& id : node.values) {
      const std::string title = title_ ? title_(id) : std::string();
      names.push_back(std::string(open) + (title.empty() ? id.substr(0, 8) : title) + std::string(close));
    }
    return names;
  }

  const store::AttributeSchema& schema_;
  const std::string language_;
  const BroadcastTitle& title_;
};

class Japanese : public Writer {
 public:
  using Writer::Writer;

  std::string sentence(const SegmentNode& root) const {
    if (root.negated || root.kind == NodeKind::kAllOf) return phrase(root, true, true) + "人";
    std::vector<std::string> parts;
    for (const SegmentNode& node : root.nodes) parts.push_back(phrase(node, true, false) + "人");
    return joined(parts, "、または ");
  }

  /// @param ends   before 人, not before a comma
  /// @param plain  a group without brackets, where nothing but it is read
  std::string phrase(const SegmentNode& node, bool ends, bool plain) const {
    if (!node.is_group()) return rule(node, ends);
    if (!node.negated && (plain || node.nodes.size() == 1)) return inside(node, ends);
    return "（" + inside(node, true) + "）" + said(node.negated ? kNotMatch : kMatch, ends);
  }

 private:
  static std::string said(const Verb& verb, bool ends) { return ends ? verb.before_noun : verb.before_comma; }

  std::string inside(const SegmentNode& group, bool ends) const {
    std::vector<std::string> parts;
    const bool all = group.kind == NodeKind::kAllOf || group.nodes.size() == 1;
    for (const SegmentNode& node : group.nodes) {
      const bool last = &node == &group.nodes.back();
      const bool same = node.is_group() && !node.negated && node.kind == group.kind;
      parts.push_back(phrase(node, all ? last && ends : true, same));
    }
    return joined(parts, all ? "、" : "、または ");
  }

  std::string rule(const SegmentNode& node, bool ends) const {
    switch (node.kind) {
      case NodeKind::kAge:
        return child(ages(node) + "の子", node.negated, ends);
      case NodeKind::kSchool:
        return child(joined(school(node), " または ") + "の子", node.negated, ends);
      case NodeKind::kReceived: {
        const auto names = titles_of(node, "『", "』");
        if (!node.negated) return "配信" + joined(names, "または") + said(kReceived, ends);
        return "配信" + (names.size() == 1 ? names[0] + "を" : joined(names, "") + "のどれも") +
               said(kNotReceived, ends);
      }
      default:
        return choice(node, ends);
    }
  }

  static std::string child(const std::string& who, bool negated, bool ends) {
    return negated ? who + "を" + said(kNotRegistered, ends) : who + said(kHave, ends);
  }
  static std::string ages(const SegmentNode& node) {
    const std::string least = std::to_string(node.least);
    if (node.least == node.most) return least + "歳";
    if (node.most == kMaxChildAge) return least + "歳以上";
    return least + "〜" + std::to_string(node.most) + "歳";
  }
  static std::vector<std::string> school(const SegmentNode& node) {
    std::vector<std::string> names;
    for (const std::string& value : node.values) {
      const SchoolYear* const year = find_school_year(value);
      std::string name(year == nullptr ? std::string_view(value) : year->ja);
      if (name.ends_with("歳児")) name += "クラス";
      names.push_back(name);
    }
    return names;
  }

  std::string choice(const SegmentNode& node, bool ends) const {
    const Attribute* const attribute = schema_.find(node.attribute);
    const std::string label = label_of(attribute, node.attribute);
    const bool answered = node.kind == NodeKind::kAnswered;
    if (node.attribute == store::kDistrictAttribute) return district(node, ends);
    if (attribute != nullptr && attribute->kind == AttributeKind::kBirthMonths) {
      return node.negated ? "子の生まれた月を" + said(kNotRegistered, ends)
                          : "子の生まれた月" + said(kRegistered, ends);
    }
    const auto names = values_of(node, "『", "』");
    if (attribute != nullptr && attribute->kind == AttributeKind::kYesNo) {
      const std::string question = "『" + label + "』に";
      if (answered) return question + (node.negated ? said(kNotSaid, ends) : ends ? "答えた" : "答え");
      const std::string answer = "「" + joined(values_of(node, "", ""), "」か「") + "」";
      return question + answer + (node.negated ? "と" + said(kNotSaid, ends) : said(kSaid, ends));
    }
    if (attribute != nullptr && attribute->verified) {
      const std::string group = "「" + label + "」の";
      if (answered)
        return group + (node.negated ? "どれとも" + said(kNotConfirmed, ends) : "どれか" + said(kConfirmed, ends));
      if (!node.negated) return several(node, names) + said(kConfirmed, ends);
      return (names.size() == 1 ? names[0] + "と" : joined(names, "") + "のどれとも") + said(kNotConfirmed, ends);
    }
    const bool topic = node.attribute == store::kTopicAttribute || (attribute != nullptr && attribute->opt_out);
    if (answered) {
      if (topic)
        return node.negated ? "配信を1つも" + said(kNotChosen, ends)
                            : "配信を1つ以上" + (ends ? std::string("選んだ") : "選び");
      return "「" + label + "」" + (node.negated ? "を" + said(kNotChosen, ends) : said(kChose, ends));
    }
    const std::string of = topic ? "配信" : "「" + label + "」で";
    if (!node.negated) return of + several(node, names) + said(kChose, ends);
    return of + (names.size() == 1 ? names[0] + "を" : joined(names, "") + "のどれも") + said(kNotChosen, ends);
  }

  std::string district(const SegmentNode& node, bool ends) const {
    if (node.kind == NodeKind::kAnswered) {
      return node.negated ? "地区を" + said(kNotRegistered, ends) : "地区" + said(kRegistered, ends);
    }
    const auto names = values_of(node, "", "");
    if (!node.negated) {
      if (names.size() == 1) return names.front() + said(kLive, ends);
      if (node.kind == NodeKind::kHasAny) return joined(names, " または ") + " " + said(kLive, ends);
      return (names.size() == 2 ? joined(names, " と ") + " の両方" : joined(names, "・") + " のすべて") +
             said(kLive, ends);
    }
    return joined(names, "・") + (names.size() == 1 ? "を地区として" : " のどれも地区として") +
           said(kNotRegistered, ends);
  }

  /// 『A』または『B』, 『A』と『B』の両方.
  static std::string several(const SegmentNode& node, const std::vector<std::string>& names) {
    if (node.kind == NodeKind::kHasAny || names.size() == 1) return joined(names, "または");
    return joined(names, "と") + (names.size() == 2 ? "の両方" : "のすべて");
  }
};

class English : public Writer {
 public:
  using Writer::Writer;

  std::string phrase(const SegmentNode& node, bool plain) const {
    if (!node.is_group()) return rule(node);
    if (!node.negated && (plain || node.nodes.size() == 1)) return inside(node);
    return std::string(node.negated ? "do not match (" : "match (") + inside(node) + ")";
  }

 private:
  std::string inside(const SegmentNode& group) const {
    std::vector<std::string> parts;
    for (const SegmentNode& node : group.nodes) {
      parts.push_back(phrase(node, node.is_group() && !node.negated && node.kind == group.kind));
    }
    return joined(parts, group.kind == NodeKind::kAllOf ? ", and " : ", or ");
  }

  std::string rule(const SegmentNode& node) const {
    switch (node.kind) {
      case NodeKind::kAge: {
        const std::string least = std::to_string(node.least);
        const std::string aged = node.least == node.most     ? least
                                 : node.most == kMaxChildAge ? least + " or older"
                                                             : least + " to " + std::to_string(node.most);
        return (node.negated ? "registered no child aged " : "have a child aged ") + aged;
      }
      case NodeKind::kSchool: {
        std::vector<std::string> names;
        for (const std::string& value : node.values) {
          const SchoolYear* const year = find_school_year(value);
          names.emplace_back(year == nullptr ? std::string_view(value) : year->en);
        }
        return (node.negated ? "registered no child " : "have a child ") + ("(" + listed(names, "or") + ")");
      }
      case NodeKind::kReceived:
        return (node.negated ? "did not receive " : "received ") + listed(titles_of(node, "“", "”"), "or");
      default:
        return choice(node);
    }
  }

  std::string choice(const SegmentNode& node) const {
    const Attribute* const attribute = schema_.find(node.attribute);
    const std::string label = "“" + label_of(attribute, node.attribute) + "”";
    if (node.kind == NodeKind::kAnswered && node.attribute == store::kDistrictAttribute) {
      return node.negated ? "registered no district" : "registered a district";
    }
    if (node.kind == NodeKind::kAnswered) return (node.negated ? "did not answer " : "answered ") + label;
    const std::string last = node.kind == NodeKind::kHasAll ? "and" : "or";
    if (node.attribute == store::kDistrictAttribute) {
      return (node.negated ? "are not registered in " : "live in ") + listed(values_of(node, "", ""), last);
    }
    const std::string names = listed(values_of(node, "“", "”"), last);
    if (attribute != nullptr && attribute->verified && attribute->kind != AttributeKind::kYesNo) {
      return (node.negated ? "are not confirmed as " : "are confirmed as ") + names;
    }
    return (node.negated ? "did not choose " : "chose ") + names + " for " + label;
  }
};

bool is_japanese(std::string_view language) {
  return language == "ja" || language == "ja-easy";
}

}  // namespace

std::string to_sentence(const Segment& segment, const store::AttributeSchema& schema, std::string_view language,
                        const BroadcastTitle& title) {
  if (is_japanese(language)) {
    if (segment.is_everyone()) return "友だち全員";
    return Japanese(schema, language, title).sentence(segment.root());
  }
  if (segment.is_everyone()) return "everyone who follows";
  return "people who " + English(schema, language, title).phrase(segment.root(), true);
}

StaffText audience_words(const Segment& segment, const store::AttributeSchema& schema) {
  return {to_sentence(segment, schema, "ja"), to_sentence(segment, schema, "en")};
}

std::string to_phrase(const SegmentNode& node, const store::AttributeSchema& schema, std::string_view language,
                      const BroadcastTitle& title) {
  if (node.is_group() && node.nodes.empty()) return to_sentence(Segment(), schema, language);
  if (is_japanese(language)) return Japanese(schema, language, title).phrase(node, true, true);
  return English(schema, language, title).phrase(node, true);
}

std::string shown_count(std::uint64_t count, std::string_view language) {
  constexpr std::uint64_t kFewest = 5;
  const bool japanese = is_japanese(language);
  if (count < kFewest) return japanese ? "5人未満" : "fewer than 5";
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return japanese ? digits + "人" : digits;
}

}  // namespace kairan::broadcasts
