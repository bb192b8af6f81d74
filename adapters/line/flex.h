// Pieces of LINE messages that several builders share: actions, Flex cards, and rich payloads written by content owners.
// Limits: line-platform 3.2 and 3.3. Pure functions, any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "adapters/line/message_checks.h"
#include "base/message.h"

namespace kairan::adapters::line {

/// An action object; checks nothing (check_action does).
nlohmann::json action_json(const Action& action);

nlohmann::json flex_message(const std::string& alt_text, nlohmann::json contents);

/// A bubble that shows a card as a template would, without a template's limits on text.
nlohmann::json card_bubble(const Card& card, bool large = false);

/// A bubble whose lines can be pressed, each with a target that a thumb meets.
nlohmann::json list_bubble(const ListMessage& list, bool large = false);

/// A text in large type. Links and telephone numbers, which a Flex text does not make pressable, become buttons below.
nlohmann::json large_text_bubble(const std::string& text);

/// A payload in LINE's own format: the JSON of a Flex container (`type` bubble or carousel), or a whole `textV2` object.
/// Sizes are checked; what is inside a Flex container is the content owner's (`validate` asks LINE).
nlohmann::json rich_json(Checker& check, const std::string& field, const RichMessage& message);

}  // namespace kairan::adapters::line
