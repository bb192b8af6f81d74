// LINE's limits on what a bot sends, in the units LINE counts in (UTF-16 units by default; grapheme clusters for
// labels, titles and template texts). Source: LINE Developers "Messaging API reference", Message objects and Action
// objects, and "Character counting in a text". Pure functions; any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace kairan::adapters::simulator {

/// One broken rule: LINE's sentence for it and where it is, such as "messages[0].text".
struct Violation {
  std::string message;
  std::string property;
};
using Violations = std::vector<Violation>;

/// Where an action stands: what it may be and how long its label is differ.
enum class ActionPlace { kTemplate, kImageCarousel, kQuickReply, kFlex, kRichMenu };

/// `messages` of a request: 1 to 5 message objects. Empty when all rules hold.
Violations check_messages(const nlohmann::json* messages);
void check_action(const nlohmann::json* action, ActionPlace place, const std::string& at, Violations& out);
void check_flex(const nlohmann::json& message, const std::string& at, Violations& out);
/// A rich menu object (create, validate).
Violations check_rich_menu(const nlohmann::json& menu);

// Shared by the files of this family.
enum class Unit { kUtf16, kGraphemes };
/// A required or optional text of at most `max` units. @return its text, "" when it is not there.
std::string check_text(const nlohmann::json& object, const char* name, std::size_t max, Unit unit, bool required,
                       const std::string& at, Violations& out);
void check_url(const nlohmann::json& object, const char* name, bool required, const std::string& at, Violations& out);

}  // namespace kairan::adapters::simulator
