#include "base/yaml_tree.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>

#include "base/file_bytes.h"
#include "base/text.h"

namespace kairan {
namespace {

struct TooLarge {};

YamlNode convert(const YAML::Node& from, const YamlLimits& limits, std::size_t depth, std::size_t& nodes) {
  if (depth > limits.depth || ++nodes > limits.nodes) throw TooLarge{};
  YamlNode to;
  to.line = from.Mark().line + 1;
  if (from.IsScalar()) {
    to.kind = YamlNode::Kind::kScalar;
    to.scalar = from.Scalar();
  } else if (from.IsSequence()) {
    to.kind = YamlNode::Kind::kList;
    for (const YAML::Node& item : from) to.list.push_back(convert(item, limits, depth + 1, nodes));
  } else if (from.IsMap()) {
    to.kind = YamlNode::Kind::kMap;
    for (const auto& entry : from) {
      const YAML::Node& key = entry.first;
      if (!key.IsScalar()) throw YAML::Exception(key.Mark(), "a key must be a plain text");
      if (to.find(key.Scalar()) != nullptr)
        throw YAML::Exception(key.Mark(), "the key \"" + key.Scalar() + "\" is there twice");
      to.map.push_back({key.Scalar(), convert(entry.second, limits, depth + 1, nodes)});
    }
  }
  return to;
}

}  // namespace

YamlNode::YamlNode() = default;
YamlNode::YamlNode(const YamlNode&) = default;
YamlNode::YamlNode(YamlNode&&) noexcept = default;
YamlNode& YamlNode::operator=(const YamlNode&) = default;
YamlNode& YamlNode::operator=(YamlNode&&) noexcept = default;
YamlNode::~YamlNode() = default;

const YamlNode* YamlNode::find(std::string_view key) const {
  const auto found = std::find_if(map.begin(), map.end(), [&](const auto& entry) { return entry.key == key; });
  return found == map.end() ? nullptr : &found->value;
}

Result<YamlNode> parse_yaml(std::string_view text, const YamlLimits& limits) {
  if (text.size() > limits.bytes) return Error{ErrorCode::kTooLarge, "the file is too large"};
  if (!is_valid_utf8(text)) return Error{ErrorCode::kSyntax, "the file is not UTF-8"};
  try {
    const YAML::Node root = YAML::Load(std::string(text));
    std::size_t nodes = 0;
    return convert(root, limits, 0, nodes);
  } catch (const TooLarge&) {
    return Error{ErrorCode::kTooLarge, "too many or too deeply nested values"};
  } catch (const YAML::Exception& failure) {
    return Error{ErrorCode::kSyntax, std::to_string(failure.mark.line + 1) + ": " + failure.msg};
  } catch (const std::exception& failure) {
    return Error{ErrorCode::kSyntax, failure.what()};
  }
}

void YamlChecker::problem(int line, std::string path, std::string message) const {
  failed_ = true;
  problems_->push_back({file_, line, std::move(path), std::move(message), false});
}

void YamlChecker::warning(int line, std::string path, std::string message) const {
  problems_->push_back({file_, line, std::move(path), std::move(message), true});
}

void YamlChecker::only_keys(const YamlNode& node, const std::string& path,
                            const std::vector<std::string_view>& known) const {
  for (const auto& [key, value] : node.map) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::string names;
    for (const std::string_view name : known) names += (names.empty() ? "" : ", ") + std::string(name);
    problem(value.line, path,
            "「" + shorten_graphemes(key, 30) + "」という項目はありません。使えるのは " + names + " です。");
  }
}

std::string YamlChecker::text(const YamlNode& node, const std::string& path, std::string_view key) const {
  const YamlNode* const value = node.find(key);
  if (value == nullptr || value->kind == YamlNode::Kind::kNull) return {};
  if (value->kind != YamlNode::Kind::kScalar) {
    problem(value->line, path, "「" + std::string(key) + "」には1つの文字列を書いてください。");
    return {};
  }
  return std::string(trim(value->scalar));
}

bool YamlChecker::flag(const YamlNode& node, const std::string& path, std::string_view key) const {
  const std::string value = text(node, path, key);
  if (value == "true" || value == "yes" || value == "はい" || value == "○") return true;
  if (!value.empty() && value != "false" && value != "no" && value != "いいえ") {
    problem(node.find(key)->line, path, "「" + std::string(key) + "」には true か false を書いてください。");
  }
  return false;
}

int YamlChecker::number(const YamlNode& node, const std::string& path, std::string_view key, int least, int most,
                        int otherwise) const {
  const std::string value = text(node, path, key);
  if (value.empty()) return otherwise;
  int number = 0;
  const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (failure == std::errc() && end == value.data() + value.size() && number >= least && number <= most) return number;
  problem(node.find(key)->line, path,
          "「" + std::string(key) + "」には " + std::to_string(least) + " から " + std::to_string(most) +
              " までの数を書いてください。");
  return otherwise;
}

std::optional<Date> YamlChecker::date(const YamlNode& node, const std::string& path, std::string_view key) const {
  const std::string value = text(node, path, key);
  if (value.empty()) return std::nullopt;
  const std::optional<Date> date = parse_date(value);
  if (!date) {
    problem(node.find(key)->line, path,
            "「" + shorten_graphemes(value, 20) + "」は日付ではありません。「2027-03-31」のように書いてください。");
  }
  return date;
}

std::vector<std::string> YamlChecker::texts(const YamlNode& node, const std::string& path, std::string_view key) const {
  const YamlNode* const value = node.find(key);
  if (value == nullptr || value->kind == YamlNode::Kind::kNull) return {};
  if (value->kind == YamlNode::Kind::kScalar) return {std::string(trim(value->scalar))};
  std::vector<std::string> texts;
  for (const YamlNode& item : value->list) {
    const std::string_view text = trim(item.scalar);
    if (item.kind != YamlNode::Kind::kScalar || text.empty()) {
      problem(item.line, path,
              "「" + std::string(key) + "」の中に空の行か、言葉でないものがあります。言葉だけを並べてください。");
    } else {
      texts.emplace_back(text);
    }
  }
  if (value->kind == YamlNode::Kind::kMap) {
    problem(value->line, path, "「" + std::string(key) + "」には言葉を [A, B] のように並べてください。");
  }
  return texts;
}

Localized YamlChecker::localized(const YamlNode& node, const std::string& path, std::string_view key) const {
  const YamlNode* const value = node.find(key);
  if (value == nullptr || value->kind == YamlNode::Kind::kNull) return {};
  Localized texts;
  if (value->kind == YamlNode::Kind::kScalar) {
    texts["ja"] = std::string(trim(value->scalar));
  } else if (value->kind == YamlNode::Kind::kMap) {
    for (const auto& [language, text] : value->map) {
      if (text.kind != YamlNode::Kind::kScalar || language.size() < 2 || language.size() > 10) {
        problem(text.line, path, "「" + std::string(key) + "」は {ja: …, ja-easy: …, en: …} の形で書いてください。");
        continue;
      }
      texts[language] = std::string(trim(text.scalar));
    }
  }
  if (texts["ja"].empty()) {
    problem(value->line, path, "「" + std::string(key) + "」に日本語（ja）の文がありません。");
  }
  for (const auto& [language, text] : texts) {
    if (length_utf16(text) > 5000) {
      problem(value->line, path, "「" + std::string(key) + "」の文が長すぎます。5,000文字までにしてください。");
    }
  }
  return texts;
}

Localized YamlChecker::label(const YamlNode& node, const std::string& path, std::string_view key,
                             std::size_t graphemes) const {
  Localized texts = localized(node, path, key);
  for (const auto& [language, text] : texts) {
    if (length_graphemes(text) <= graphemes) continue;
    problem(node.find(key)->line, path,
            "「" + shorten_graphemes(text, 30) + "」は長すぎます。" + std::to_string(graphemes) +
                "文字までにしてください。");
  }
  return texts;
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Result<std::string> read_text_file(const std::string& path, std::size_t max_bytes) {
  auto bytes = read_at_most(path, max_bytes + 1);
  if (!bytes) return Error{ErrorCode::kNotFound, "no such file"};
  std::string text = *std::move(bytes);
  if (text.size() > max_bytes) return Error{ErrorCode::kTooLarge, "the file is too large"};
  if (text.compare(0, 3, "\xEF\xBB\xBF") == 0) text.erase(0, 3);
  if (!is_valid_utf8(text)) return Error{ErrorCode::kInvalid, "the file is not UTF-8"};
  return text;
}

}  // namespace kairan
