// Where a resident is in 受信設定 between two messages. It is kept in front of the engine's own state in the conversation,
// so that a question in the middle is answered by the engine and the settings go on afterwards. Values only; any thread.
#pragma once

#include <string>
#include <string_view>

namespace kairan::intents {

struct SettingsState {
  bool open = false;      ///< a question of the settings waits for its answer
  bool guided = false;    ///< all questions in their order, else one question and back to the card
  bool paused = false;    ///< the resident asked something else since: what is typed is not an answer
  std::string attribute;  ///< whose question waits; may be empty
  std::string step;       ///< "" the question itself, "years", "months:2022", "first:2022-04", "erase", "code"
  bool operator==(const SettingsState&) const = default;
};

struct SplitConversation {
  SettingsState settings;
  std::string rest;  ///< the engine's
};

/// Never fails: what is not ours is the engine's.
SplitConversation split_conversation(std::string_view conversation);
std::string join_conversation(const SettingsState& settings, std::string_view rest);

}  // namespace kairan::intents
