// dialogues/*.yaml: procedures with a few questions, as state machines that are checked whole (docs/content.md): every
// step is reached, every step can end, every button fits. Plain values once read; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "intents/condition.h"
#include "intents/content.h"
#include "intents/reply.h"

namespace kairan::intents {

using SlotValues = std::vector<std::pair<std::string, std::string>>;

struct DialogueChoice {
  std::string id;
  Localized label;
  std::vector<KeywordId> words;   ///< what may be typed, the labels included
  std::vector<std::string> keys;  ///< fold_key of the labels and words
  SlotValues set;
  std::string next;
};

struct DialogueBranch {
  SlotValues when;  ///< all of these slots have these values
  std::string next;
};

struct DialogueLink {
  Localized label;
  std::string uri;
};

struct DialogueStep {
  std::string id;
  std::vector<DialogueBranch> branches;
  Statement text;
  std::vector<DialogueChoice> choices;
  std::string next;
  bool end = false;
  std::vector<DialogueLink> links;
  int line = 0;
};

struct Dialogue {
  std::string name;
  Localized title;
  std::string start;
  std::optional<std::size_t> condition;  ///< how it begins from a text; it may also begin from a rule or a menu only
  int priority = 50;
  std::vector<std::string> slots;
  std::vector<DialogueStep> steps;  ///< in the file's order

  const DialogueStep* find(std::string_view step) const;
};

// A reply carries 5 messages at most (line-openapi, ReplyMessageRequest.messages), a quick reply 13 items with labels
// of 20 characters, a buttons template 4 actions (line-platform 3.1).
inline constexpr std::size_t kMaxTextsInARow = 5;
inline constexpr std::size_t kMaxDialogueChoices = 13;
inline constexpr std::size_t kMaxLinks = 4;
inline constexpr std::size_t kMaxStepText = 2000;
inline constexpr std::size_t kMaxSteps = 100;

/// Reads one dialogue. Problems go into `problems` under `file`.
/// @param name  the file's name without .yaml, which the dialogue must have
/// @return nothing when a problem that is not a warning was found
std::optional<Dialogue> parse_dialogue(std::string_view text, const std::string& file, std::string_view name,
                                       ConditionSet& conditions, std::vector<FileProblem>& problems);

/// Reports steps that cannot be reached, that cannot end, that lead nowhere, and slots that are never set.
void check_dialogue(const Dialogue& dialogue, const YamlChecker& checker);

}  // namespace kairan::intents
