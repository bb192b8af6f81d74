// From base/message.h to LINE's message objects, within every limit of LINE in the unit LINE counts it in (line-platform
// 3.1 to 3.3): UTF-16 code units by default; grapheme clusters for labels, display texts, and the titles and texts of
// templates. The same messages give the same bytes, so that a repeat is identical. Pure functions, any thread.
//
// | message | becomes |
// | --- | --- |
// | text | `text` |
// | choices | `template` confirm when there are exactly two short ones and no title, else `template` buttons; a Flex bubble when a title stands over more text than a template takes |
// | cards | `template` carousel; a Flex carousel when the cards differ in shape or carry more text than a template takes |
// | list | a Flex bubble whose lines can be pressed |
// | image, location, sticker | the same |
// | rich, channel "line" | Flex for a bubble or a carousel; `textV2` for an object of that type |
// | rich, another channel | its alt text as `text` |
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/message.h"
#include "base/result.h"

namespace kairan::adapters::line {

inline constexpr std::size_t kMaxMessages = 5;           ///< per request (messaging-api.yml: messages.maxItems)
inline constexpr std::size_t kMaxTextUtf16 = 5000;       ///< text, textV2
inline constexpr std::size_t kMaxQuickReplies = 13;      ///< messaging-api.yml: QuickReply.items
inline constexpr std::size_t kMaxLabelGraphemes = 20;    ///< in templates and quick replies
inline constexpr std::size_t kMaxTitleGraphemes = 40;    ///< of buttons and of carousel columns
inline constexpr std::size_t kMaxButtonsGraphemes = 160; ///< text of buttons without title and image
inline constexpr std::size_t kMaxConfirmGraphemes = 240;
inline constexpr std::size_t kMaxColumnGraphemes = 120;  ///< text of a carousel column without title and image
inline constexpr std::size_t kMaxTitledGraphemes = 60;   ///< text of buttons or a column with title or image
inline constexpr std::size_t kMaxButtons = 4;
inline constexpr std::size_t kMaxColumns = 10;
inline constexpr std::size_t kMaxColumnActions = 3;
inline constexpr std::size_t kMaxPostbackUtf16 = 300;
inline constexpr std::size_t kMaxSayGraphemes = 300;     ///< message action text, postback displayText
inline constexpr std::size_t kMaxActionUriUtf16 = 1000;
inline constexpr std::size_t kMaxUrlUtf16 = 2000;
inline constexpr std::size_t kMaxAltUtf16 = 1500;
inline constexpr std::size_t kMaxPlaceUtf16 = 100;       ///< location title and address
inline constexpr std::size_t kMaxBubbleBytes = 30'000;   ///< LINE says 30 KB and not which: the smaller
inline constexpr std::size_t kMaxFlexBytes = 50'000;     ///< a Flex carousel
inline constexpr std::size_t kMaxBubbles = 12;
inline constexpr std::size_t kMaxListRows = 40;          ///< ours: about what a bubble's bytes hold

/// What composers are told ahead; constant.
ChannelLimits channel_limits();

/// Shortens with 「…」 what may be shortened without changing what happens: labels, titles, display texts, alt texts, and
/// the title and address of a location. Texts, data and addresses of links are left as they are.
std::vector<Message> fit(std::vector<Message> messages);

/// What a notification and a list of chats say of a list.
std::string list_alt_text(const ListMessage& message);

/// The JSON array for a request's `messages`.
/// @return kTooLarge naming field, limit and unit ("messages[0].text: 5001 utf16 units, at most 5000"); kInvalid for
///         what LINE refuses in any size (an empty text, a label missing, a link that is not https, http, line or tel,
///         text that is not UTF-8)
Result<std::string> render_messages(const std::vector<Message>& messages);

}  // namespace kairan::adapters::line
