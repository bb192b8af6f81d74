// Any bytes as rules.yaml and as a dialogue: read or refused, never a crash, and what was read answers any text.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "intents/dialogue.h"
#include "intents/rule_set.h"

namespace {

const kairan::intents::Analyzer& analyzer() {
  static const auto made = kairan::intents::Analyzer::create();
  return **made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kairan::intents;
  if (size > 4096) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<kairan::FileProblem> problems;
  const RuleSet set = parse_rules(text, "rules.yaml", analyzer(), problems);
  if (problems.empty()) {
    const Utterance utterance = analyzer().analyze(text);
    const ConditionSet::Reading reading = set.conditions.read(utterance);
    for (const Rule& rule : set.rules) {
      const auto match = set.conditions.match(rule.condition, reading);
      if (match && (match->score < 0 || match->score > 1 || match->end > utterance.folded.size())) __builtin_trap();
    }
  }
  problems.clear();
  ConditionSet conditions(analyzer());
  const auto dialogue = parse_dialogue(text, "dialogues/d.yaml", "d", conditions, problems);
  if (dialogue.has_value() && !problems.empty()) __builtin_trap();
  return 0;
}
