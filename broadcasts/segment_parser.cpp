// Rule groups against the declared attributes: every rule is checked, and every wrong place is said.
#include "broadcasts/segment_parser.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/bounded_json.h"
#include "base/text.h"
#include "broadcasts/birth_months.h"

namespace kairan::broadcasts {
namespace {

using nlohmann::json;
using store::Attribute;
using store::AttributeKind;
using NodeKind = SegmentNode::Kind;

constexpr std::size_t kBroadcastIdDigits = 32;

/// What an operator asks for, whatever the field; `form` says how its value is written.
struct Operator {
  std::string_view name;
  enum class Form { kNone, kOne, kSeveral, kRange } form;
};
constexpr Operator kOperators[] = {
    {"=", Operator::Form::kOne},
    {"!=", Operator::Form::kOne},
    {"<", Operator::Form::kOne},
    {"<=", Operator::Form::kOne},
    {">", Operator::Form::kOne},
    {">=", Operator::Form::kOne},
    {"contains", Operator::Form::kOne},
    {"in", Operator::Form::kSeveral},
    {"notIn", Operator::Form::kSeveral},
    {"all", Operator::Form::kSeveral},
    {"null", Operator::Form::kNone},
    {"notNull", Operator::Form::kNone},
    {"between", Operator::Form::kRange},
    {"notBetween", Operator::Form::kRange},
    {"received", Operator::Form::kSeveral},
    {"notReceived", Operator::Form::kSeveral},
};

using Names = std::vector<std::string_view>;

const Names& operators_of(AttributeKind kind) {
  static const Names single = {"=", "!=", "in", "notIn", "null", "notNull"};
  static const Names many = {"=", "!=", "in", "notIn", "contains", "all", "null", "notNull"};
  static const Names yes_no = {"=", "!=", "in", "notIn", "null", "notNull"};
  static const Names age = {"=", "!=", "<", "<=", ">", ">=", "between", "notBetween", "null", "notNull"};
  switch (kind) {
    case AttributeKind::kSingle:
      return single;
    case AttributeKind::kMany:
      return many;
    case AttributeKind::kYesNo:
      return yes_no;
    case AttributeKind::kBirthMonths:
      return age;
  }
  return single;
}
const Names kSchoolOperators = {"=", "!=", "in", "notIn"};
const Names kBroadcastOperators = {"received", "notReceived"};

std::string listed_names(const Names& names) {
  std::string text;
  for (const std::string_view name : names) text += (text.empty() ? "" : " ") + std::string(name);
  return text;
}

std::optional<int> whole_number(std::string_view text) {
  text = trim(text);
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

class Parser {
 public:
  Parser(const store::AttributeSchema& schema, std::vector<SegmentProblem>& problems)
      : schema_(schema), problems_(problems) {}

  std::optional<Segment> parse(const json& value) {
    if (value.is_string()) {
      if (trim(value.get_ref<const std::string&>()) == "everyone") return Segment();
      problem("", {"配信対象の条件として読めません。全員に送るときは \"everyone\" と書いてください。",
                   "This is no condition. For everyone, write \"everyone\"."});
      return std::nullopt;
    }
    if (!value.is_object()) {
      problem("",
              {"配信対象は、条件のグループ {\"combinator\":\"and\",\"rules\":[...]} か \"everyone\" で書いてください。",
               "Write the audience as a group of conditions, {\"combinator\":\"and\",\"rules\":[...]}, or "
               "\"everyone\"."});
      return std::nullopt;
    }
    SegmentNode root;
    if (value.contains("field")) {
      root.nodes.emplace_back();
      rule(value, "", root.nodes.back());
    } else {
      group(value, "", 1, root);
    }
    if (!problems_.empty()) return std::nullopt;
    return Segment(std::move(root));
  }

 private:
  static std::string at(const std::string& path, const std::string& key) {
    return path.empty() ? key : path + "." + key;
  }
  void problem(std::string path, StaffText message) {
    if (problems_.size() < SegmentLimits::kProblems) problems_.push_back({std::move(path), std::move(message)});
  }

  /// Whether to go on: one more rule or group is within the limit.
  bool within_limit(const std::string& path) {
    if (++nodes_ <= SegmentLimits::kRules) return true;
    if (nodes_ == SegmentLimits::kRules + 1) {
      const std::string most = std::to_string(SegmentLimits::kRules);
      problem(path,
              {"条件が多すぎます。1つの配信対象に書ける条件とグループは合わせて" + most + "個までです。",
               "There are too many conditions. An audience has at most " + most + " conditions and groups together."});
    }
    return false;
  }

  /// Reports members that mean nothing here, and those of the editor that would change the meaning.
  void check_keys(const json& object, const std::string& path, const Names& known) {
    for (auto it = object.begin(); it != object.end(); ++it) {
      const std::string& key = it.key();
      if (std::find(known.begin(), known.end(), key) != known.end() || key == "id" || key == "path" ||
          key == "disabled") {
        continue;
      }
      if (key == "valueSource") {
        if (it.value() == "value") continue;
        problem(at(path, key), {"項目どうしの比較はできません。valueSource は \"value\" だけです。",
                                "Two items cannot be compared. valueSource is \"value\" only."});
      } else {
        problem(at(path, shorten_utf16(escape_for_log(key), 40)),
                {in_quotes(key) + " という指定はありません。使えるのは " + listed_names(known) + " です。",
                 "There is no member " + in_english_quotes(key) + ". Known are " + listed_names(known) + "."});
      }
    }
  }

  void group(const json& object, const std::string& path, int depth, SegmentNode& node) {
    node.path = path;
    check_keys(object, path, {"combinator", "not", "rules"});
    if (depth > SegmentLimits::kDepth) {
      const std::string most = std::to_string(SegmentLimits::kDepth);
      problem(path, {"グループの入れ子が深すぎます。" + most + "段までにしてください。",
                     "Groups are nested too deeply. " + most + " levels at most."});
      return;
    }
    if (const json* const negated = json_member(object, "not"); negated != nullptr && !negated->is_null()) {
      if (negated->is_boolean()) {
        node.negated = negated->get<bool>();
      } else {
        problem(at(path, "not"), {"not は true か false です。", "not is true or false."});
      }
    }
    const json* const rules = json_member(object, "rules");
    if (rules == nullptr || !rules->is_array()) {
      problem(at(path, "rules"), {"rules に条件の並びがありません。", "rules has no list of conditions."});
      return;
    }
    if (rules->empty()) {
      problem(at(path, "rules"),
              path.empty() ? StaffText{"条件が1つもありません。全員に送るときは \"everyone\" と書いてください。",
                                       "There is no condition. For everyone, write \"everyone\"."}
                           : StaffText{"条件が1つもないグループです。条件を足すか、グループを消してください。",
                                       "This group has no condition. Add one, or remove the group."});
      return;
    }
    const std::string combinator = json_text(object, "combinator");
    if (combinator == "or") {
      node.kind = NodeKind::kAnyOf;
    } else if (combinator != "and" && (object.contains("combinator") || rules->size() > 1)) {
      problem(at(path, "combinator"), {"combinator は \"and\"（すべて）か \"or\"（いずれか）です。",
                                       "combinator is \"and\" (all of them) or \"or\" (any of them)."});
    }
    for (std::size_t i = 0; i < rules->size(); ++i) {
      const json& inner = (*rules)[i];
      const std::string inner_path = at(path, "rules[" + std::to_string(i) + "]");
      if (!within_limit(inner_path)) return;
      if (!inner.is_object()) {
        problem(inner_path, {"条件は {\"field\",\"operator\",\"value\"} の形で書いてください。",
                             "Write a condition as {\"field\",\"operator\",\"value\"}."});
        continue;
      }
      SegmentNode& made = node.nodes.emplace_back();
      if (inner.contains("rules") || inner.contains("combinator")) {
        group(inner, inner_path, depth + 1, made);
      } else {
        rule(inner, inner_path, made);
      }
    }
  }

  void rule(const json& object, const std::string& path, SegmentNode& node) {
    node.path = path;
    check_keys(object, path, {"field", "operator", "value"});
    const std::string field = json_text(object, "field");
    const json* const value = json_member(object, "value");
    if (field.empty()) {
      problem(at(path, "field"), {"field に項目の id がありません。", "field has no item's id."});
      return;
    }
    if (field == kBroadcastField) {
      if (const Operator* const op = operator_of(object, path, kBroadcastOperators)) broadcast(*op, value, path, node);
      return;
    }
    const bool school = std::string_view(field).ends_with(kSchoolYearSuffix);
    const Attribute* const attribute =
        schema_.find(std::string_view(field).substr(0, field.size() - (school ? kSchoolYearSuffix.size() : 0)));
    if (attribute == nullptr || (school && attribute->kind != AttributeKind::kBirthMonths)) {
      problem(at(path, "field"),
              {in_quotes(field) + " という項目はありません。attributes.yaml にある項目の id を書いてください。",
               "There is no item " + in_english_quotes(field) + ". Write the id of one in attributes.yaml."});
      return;
    }
    node.attribute = attribute->id;
    const Operator* const op = operator_of(object, path, school ? kSchoolOperators : operators_of(attribute->kind));
    if (op == nullptr) return;
    if (op->form == Operator::Form::kNone) {
      // The editor keeps the value of the operator chosen before; without a meaning it is not looked at.
      node.kind = NodeKind::kAnswered;
      node.negated = op->name == "null";
    } else if (school) {
      school_years(*op, value, path, node);
    } else if (attribute->kind == AttributeKind::kBirthMonths) {
      age(*op, value, path, node);
    } else {
      choices(*attribute, *op, value, path, node);
    }
  }

  const Operator* operator_of(const json& object, const std::string& path, const Names& allowed) {
    const std::string name = json_text(object, "operator");
    for (const Operator& op : kOperators) {
      if (op.name == name && std::find(allowed.begin(), allowed.end(), name) != allowed.end()) return &op;
    }
    problem(at(path, "operator"),
            {in_quotes(name) + " はこの項目に使えません。使えるのは " + listed_names(allowed) + " です。",
             in_english_quotes(name) + " cannot be used with this item. Known are " + listed_names(allowed) + "."});
    return nullptr;
  }

  /// The texts of a value: an array, or a text that is cut at commas. Nothing when it is neither, which is reported.
  std::optional<std::vector<std::string>> texts(const json* value, const std::string& path) {
    std::vector<std::string> found;
    const auto add = [&](const json& item) {
      if (item.is_string()) {
        found.emplace_back(trim(item.get_ref<const std::string&>()));
      } else if (item.is_number_integer()) {
        found.push_back(item.dump());
      } else if (item.is_boolean()) {
        found.emplace_back(item.get<bool>() ? "yes" : "no");
      } else {
        return false;
      }
      return true;
    };
    if (value == nullptr || value->is_null()) {
      problem(path, {"値がありません。", "The value is missing."});
      return std::nullopt;
    }
    if (value->is_string()) {
      std::string_view rest = value->get_ref<const std::string&>();
      while (true) {
        const std::size_t comma = rest.find(',');
        found.emplace_back(trim(rest.substr(0, comma)));
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
      }
    } else if (value->is_array()) {
      if (value->size() > SegmentLimits::kValues) return too_many(path);
      for (std::size_t i = 0; i < value->size(); ++i) {
        if (add((*value)[i])) continue;
        problem(path + "[" + std::to_string(i) + "]",
                {"値は文字か整数で書いてください。", "Write a value as a text or a whole number."});
        return std::nullopt;
      }
    } else if (!add(*value)) {
      problem(path, {"値は文字か整数、またはその並びで書いてください。",
                     "Write a value as a text or a whole number, or a list of them."});
      return std::nullopt;
    }
    if (found.size() > SegmentLimits::kValues) return too_many(path);
    if (std::all_of(found.begin(), found.end(), [](const std::string& text) { return text.empty(); })) {
      problem(path, {"値がありません。", "The value is missing."});
      return std::nullopt;
    }
    return found;
  }
  std::nullopt_t too_many(const std::string& path) {
    const std::string most = std::to_string(SegmentLimits::kValues);
    problem(path, {"値が多すぎます。1つの条件に" + most + "個までです。",
                   "There are too many values. A condition has at most " + most + "."});
    return std::nullopt;
  }

  /// As texts(), and as many as the operator takes.
  std::optional<std::vector<std::string>> texts_for(const Operator& op, const json* value, const std::string& path) {
    auto found = texts(value, path);
    if (found && op.form == Operator::Form::kOne && found->size() != 1) {
      problem(path, {"値は1つだけ書いてください。いくつかのどれかなら in を使ってください。",
                     "Write one value only. For one of several, use in."});
      return std::nullopt;
    }
    return found;
  }

  /// Writes each of `texts` that `resolve` knows into the node, once.
  template <typename Resolve>
  void take(const std::vector<std::string>& texts, const json* value, const std::string& path, SegmentNode& node,
            const Resolve& resolve, const StaffText& wrong) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const std::optional<std::string> id = resolve(texts[i]);
      if (!id) {
        problem(value->is_array() ? path + "[" + std::to_string(i) + "]" : path,
                {in_quotes(texts[i]) + wrong.ja, in_english_quotes(texts[i]) + wrong.en});
      } else if (std::find(node.values.begin(), node.values.end(), *id) == node.values.end()) {
        node.values.push_back(*id);
      }
    }
  }

  void choices(const Attribute& attribute, const Operator& op, const json* value, const std::string& rule_path,
               SegmentNode& node) {
    const std::string path = at(rule_path, "value");
    node.kind = op.name == "all" ? NodeKind::kHasAll : NodeKind::kHasAny;
    node.negated = op.name == "!=" || op.name == "notIn";
    const auto found = texts_for(op, value, path);
    if (!found) return;
    const bool yes_no = attribute.kind == AttributeKind::kYesNo;
    take(
        *found, value, path, node,
        [&](const std::string& text) -> std::optional<std::string> {
          if (yes_no) {
            if (text == "yes" || text == "true") return "yes";
            if (text == "no" || text == "false") return "no";
            return std::nullopt;
          }
          return attribute.find(text) != nullptr ? std::optional<std::string>(text) : std::nullopt;
        },
        yes_no ? StaffText{" は使えません。true か false を書いてください。", " cannot be used. Write true or false."}
               : StaffText{
                     " は「" + pick(attribute.label, "ja") +
                         "」にない値です。attributes.yaml にある値の id を書いてください。",
                     " is no value of “" + pick(attribute.label, "en") + "”. Write the id of one in attributes.yaml."});
  }

  void school_years(const Operator& op, const json* value, const std::string& rule_path, SegmentNode& node) {
    const std::string path = at(rule_path, "value");
    node.kind = NodeKind::kSchool;
    node.negated = op.name == "!=" || op.name == "notIn";
    const auto found = texts_for(op, value, path);
    if (!found) return;
    take(
        *found, value, path, node,
        [](const std::string& text) -> std::optional<std::string> {
          const SchoolYear* const year = find_school_year(text);
          return year != nullptr ? std::optional<std::string>(year->id) : std::nullopt;
        },
        {" という学年はありません。未就学、0歳児〜5歳児、小1〜小6、中1〜中3、高1〜高3 から書いてください。",
         " is no school year. Write preschool, nursery0 to nursery5, elementary1 to elementary6, junior1 to junior3 or "
         "high1 to high3."});
  }

  void age(const Operator& op, const json* value, const std::string& rule_path, SegmentNode& node) {
    const std::string path = at(rule_path, "value");
    node.kind = NodeKind::kAge;
    node.negated = op.name == "!=" || op.name == "notBetween";
    const auto found = texts_for(op, value, path);
    if (!found) return;
    std::vector<int> ages;
    for (std::size_t i = 0; i < found->size(); ++i) {
      const auto number = whole_number((*found)[i]);
      if (!number || *number < 0 || *number > kMaxChildAge) {
        problem(value->is_array() ? path + "[" + std::to_string(i) + "]" : path,
                {in_quotes((*found)[i]) + " は年齢として使えません。0から" + std::to_string(kMaxChildAge) +
                     "までの整数を書いてください。",
                 in_english_quotes((*found)[i]) + " is no age. Write a whole number from 0 to " +
                     std::to_string(kMaxChildAge) + "."});
        return;
      }
      ages.push_back(*number);
    }
    if (op.form == Operator::Form::kRange) {
      if (ages.size() != 2 || ages[0] > ages[1]) {
        problem(path, {"範囲は、小さいほうから2つの年齢で書いてください（例: [0, 2]）。",
                       "Write a range as two ages, the lower first, such as [0, 2]."});
        return;
      }
      node.least = ages[0], node.most = ages[1];
      return;
    }
    const int age = ages[0];
    node.least = op.name == ">" ? age + 1 : op.name == "<" || op.name == "<=" ? 0 : age;
    node.most = op.name == "<" ? age - 1 : op.name == ">" || op.name == ">=" ? kMaxChildAge : age;
    if (node.least > node.most) {
      problem(path, {"この年齢の子はいません。条件を見直してください。",
                     "No child is of this age. Look at the condition again."});
    }
  }

  void broadcast(const Operator& op, const json* value, const std::string& rule_path, SegmentNode& node) {
    const std::string path = at(rule_path, "value");
    node.kind = NodeKind::kReceived;
    node.negated = op.name == "notReceived";
    const auto found = texts_for(op, value, path);
    if (!found) return;
    take(*found, value, path, node,
         [](const std::string& text) -> std::optional<std::string> {
           const bool id =
               text.size() == kBroadcastIdDigits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
           return id ? std::optional<std::string>(text) : std::nullopt;
         },
         {" は配信の id ではありません。配信の一覧にある32文字の id を書いてください。",
          " is no notice's id. Write the id of 32 letters in the list of notices."});
  }

  const store::AttributeSchema& schema_;
  std::vector<SegmentProblem>& problems_;
  std::size_t nodes_ = 0;
};

}  // namespace

Result<Segment> segment_from_json(const json& value, const store::AttributeSchema& schema,
                                  std::vector<SegmentProblem>& problems) {
  problems.clear();
  auto segment = Parser(schema, problems).parse(value);
  if (!segment) return problem_error(ErrorCode::kInvalid, problems.front());
  return std::move(*segment);
}

}  // namespace kairan::broadcasts
