#include "intents/settings_state.h"

#include <array>

namespace kairan::intents {
namespace {

/// "settings MODE ATTRIBUTE STEP" and a line break; the engine's state is JSON and cannot begin like this.
constexpr std::string_view kMark = "settings ";
constexpr std::size_t kMaxLine = 200;

}  // namespace

SplitConversation split_conversation(std::string_view conversation) {
  SplitConversation split;
  const std::size_t end = conversation.substr(0, kMaxLine).find('\n');
  if (conversation.substr(0, kMark.size()) != kMark || end == std::string_view::npos) {
    split.rest = std::string(conversation);
    return split;
  }
  split.rest = std::string(conversation.substr(end + 1));
  std::string_view line = conversation.substr(kMark.size(), end - kMark.size());
  std::array<std::string, 3> words;
  for (std::string& word : words) {
    const std::size_t space = line.find(' ');
    word = std::string(line.substr(0, space));
    line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
  }
  SettingsState& state = split.settings;
  state.open = true;
  state.guided = words[0].find('g') != std::string::npos;
  state.paused = words[0].find('p') != std::string::npos;
  state.attribute = words[1] == "-" ? "" : words[1];
  state.step = words[2];
  return split;
}

std::string join_conversation(const SettingsState& settings, std::string_view rest) {
  if (!settings.open) return std::string(rest);
  std::string line(kMark);
  line += settings.guided ? "g" : "e";
  if (settings.paused) line += "p";
  line += " " + (settings.attribute.empty() ? std::string("-") : settings.attribute) + " " + settings.step + "\n";
  line += rest;
  return line;
}

}  // namespace kairan::intents
