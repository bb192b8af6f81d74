// LINE's webhook bodies (line-platform 1.4 to 1.6), opened in two steps: parse_webhook() cuts a body into events at the
// door, and parse_event() reads one event when a worker gets to it. Both tolerate what LINE announces as possible without
// notice: new event types, new message types, new members, other orders, nulls. Neither throws. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "gateway/channel.h"
#include "gateway/event.h"

namespace kairan::adapters::line {

inline constexpr std::size_t kMaxWebhookBytes = 1u << 20;  ///< the cap of POST /webhook/line
inline constexpr int kMaxWebhookDepth = 32;                ///< LINE's own events nest 6 deep

/// An id of a user, group, room or bot: 1 to 128 of [0-9A-Za-z_-]. LINE's are U, C or R and 32 hex digits, 68 characters
/// in a module channel; longer ones may come without notice.
bool is_chat_id(std::string_view id);
/// A webhookEventId: 1 to 64 of [0-9A-Za-z_-]. LINE's are ULIDs.
bool is_event_id(std::string_view id);

/// Opens a verified body. Each event's `raw` is its slice of the body, byte for byte.
///
/// An event is ignored, and counted under the reason, when it is not an object ("not_object"), has no usable
/// webhookEventId ("no_event_id"), no type ("no_type"), no timestamp in whole milliseconds ("no_timestamp"), a source
/// whose id has another form ("bad_source_id"), or is for another account ("other_destination").
///
/// @param bot_user_id  the account's own id, or empty to accept every destination
/// @return kTooLarge over kMaxWebhookBytes; kSyntax when it is not JSON within the limits, not an object, or `events` is
///         not an array
Result<gateway::Webhook> parse_webhook(std::string_view body, std::string_view bot_user_id = {});

/// Reads one event. Types this version does not know become EventKind::kUnknown with their type kept; so does an event
/// whose type lacks what makes it one (a message without its content).
///
/// `type` is "message/text", "postback", ... Text has the spans of LINE emoji and of the mention of this account removed;
/// spans are counted in UTF-16 units. A message type not known is "message/TYPE" with kind kUnknown.
///
/// @return kSyntax when it is not JSON within the limits or has no type
Result<gateway::Event> parse_event(std::string_view raw);

}  // namespace kairan::adapters::line
