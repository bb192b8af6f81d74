// rules.yaml: intents by rule, checked whole (docs/content.md). Reading is separate from files, so that any bytes can
// be tried. Threads: const members from many at once.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "intents/condition.h"
#include "intents/content.h"
#include "intents/matcher.h"
#include "intents/reply.h"

namespace kairan::intents {

struct RuleSlot {
  std::string name;
  std::vector<std::pair<std::string, std::vector<KeywordId>>> values;  ///< value, and the words that mean it
  bool required = false;
};

struct RuleQuickReply {
  Localized label;
  Action::Kind kind = Action::Kind::kSay;
  Localized value;  ///< what is said, an intent's name, or a URI
};

struct Rule {
  std::string name;
  std::string title;
  std::size_t condition = 0;
  bool urgent = false;
  bool decline = false;  ///< not the city's business: nothing is answered
  int priority = 50;
  std::vector<std::string> languages;  ///< empty = all
  std::vector<std::string> after;      ///< intents answered last; a * at the end is anything
  std::string dialogue;                ///< "", "none", "any" or a name
  std::vector<RuleSlot> slots;
  Statement reply;
  std::vector<RuleQuickReply> quick_replies;
  std::string go;
  int line = 0;
};

struct RuleSet {
  explicit RuleSet(const Analyzer& analyzer) : conditions(analyzer) {}
  ConditionSet conditions;
  std::vector<Rule> rules;
};

inline constexpr std::size_t kMaxRules = 500;

/// Reads the text of a rules.yaml. Problems go into `problems` under `file`; the rules that could be read are returned,
/// and must not be used when one of the problems is not a warning.
RuleSet parse_rules(std::string_view text, const std::string& file, const Analyzer& analyzer,
                    std::vector<FileProblem>& problems);

}  // namespace kairan::intents
