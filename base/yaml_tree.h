// A YAML file as a plain tree with line numbers. Parsed once within bounds, then the library's nodes are dropped: they
// are not safe even for concurrent reads. Values only; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/civil_time.h"
#include "base/file_problem.h"
#include "base/localized.h"
#include "base/result.h"

namespace kairan {

struct YamlEntry;

/// The special members are defined where an entry's size is known.
struct YamlNode {
  YamlNode();
  YamlNode(const YamlNode&);
  YamlNode(YamlNode&&) noexcept;
  YamlNode& operator=(const YamlNode&);
  YamlNode& operator=(YamlNode&&) noexcept;
  ~YamlNode();

  enum class Kind { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;
  std::string scalar;
  std::vector<YamlNode> list;
  std::vector<YamlEntry> map;  ///< in the file's order; keys are distinct
  int line = 0;                ///< from 1

  /// The value of `key`; null when this is not a map or has no such key.
  const YamlNode* find(std::string_view key) const;
};

struct YamlEntry {
  std::string key;
  YamlNode value;
};

struct YamlLimits {
  std::size_t bytes = 1024 * 1024;
  std::size_t nodes = 50'000;  ///< aliases count each time they are used
  std::size_t depth = 16;
};

/// kTooLarge over a limit; kSyntax with "line: reason" in the detail for bytes that are not YAML, have a key twice or a
/// key that is not a text.
Result<YamlNode> parse_yaml(std::string_view text, const YamlLimits& limits = {});

/// Reads values out of a tree and reports what is wrong with file, line and path.
class YamlChecker {
 public:
  YamlChecker(std::string file, std::vector<FileProblem>& problems) : file_(std::move(file)), problems_(&problems) {}

  void problem(int line, std::string path, std::string message) const;
  void warning(int line, std::string path, std::string message) const;
  bool failed() const { return failed_; }

  /// Reports keys that are not in `known`.
  void only_keys(const YamlNode& node, const std::string& path, const std::vector<std::string_view>& known) const;
  /// The scalar at `key`, trimmed; "" when it is absent or not a scalar (which is reported).
  std::string text(const YamlNode& node, const std::string& path, std::string_view key) const;
  bool flag(const YamlNode& node, const std::string& path, std::string_view key) const;
  int number(const YamlNode& node, const std::string& path, std::string_view key, int least, int most,
             int otherwise) const;
  std::optional<Date> date(const YamlNode& node, const std::string& path, std::string_view key) const;
  /// A list of texts, or one text.
  std::vector<std::string> texts(const YamlNode& node, const std::string& path, std::string_view key) const;
  /// A text (Japanese) or a map of texts by language with "ja"; empty when absent.
  Localized localized(const YamlNode& node, const std::string& path, std::string_view key) const;
  /// As localized(), each text at most `graphemes` long.
  Localized label(const YamlNode& node, const std::string& path, std::string_view key, std::size_t graphemes) const;

 private:
  std::string file_;
  std::vector<FileProblem>* problems_;
  mutable bool failed_ = false;
};

/// A name as intents have it: 1 to 64 letters, digits, - and _.
bool is_plain_name(std::string_view name);

/// The bytes of a file of at most `max_bytes`; kNotFound, kTooLarge, kInvalid for bytes that are not UTF-8. A BOM is
/// removed.
Result<std::string> read_text_file(const std::string& path, std::size_t max_bytes);

}  // namespace kairan
