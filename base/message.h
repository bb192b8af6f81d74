// The channel-neutral message: what Kairan says to people, before an adapter puts it into its channel's words.
// Values only; no behaviour but the visitor helpers. Limits are checked by the adapter (ChannelLimits tells them ahead).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace kairan {

/// What happens when a person presses something.
struct Action {
  enum class Kind {
    kSay,       ///< the person says `value`, as if typed
    kPostback,  ///< the channel sends `value` back as data; `display` is what the person is shown to have said
    kOpenUri,   ///< opens `value` (https, http, tel)
    kLocation,  ///< asks the person for a location (quick replies only)
    kDate,      ///< asks for a date and sends `value` back as data with it
  };
  Kind kind = Kind::kSay;
  std::string label;    ///< what is written on it
  std::string value;    ///< text, data or URI by kind; empty for kLocation
  std::string display;  ///< kPostback only; may be empty
  bool operator==(const Action&) const = default;
};

struct TextMessage {
  std::string text;
  bool operator==(const TextMessage&) const = default;
};

/// A question with a few buttons.
struct ChoicesMessage {
  std::string title;  ///< may be empty
  std::string text;
  std::vector<Action> choices;
  bool operator==(const ChoicesMessage&) const = default;
};

/// One card, or several side by side.
struct Card {
  std::string title;
  std::string text;
  std::string image_url;  ///< https; may be empty
  std::vector<Action> actions;
  bool operator==(const Card&) const = default;
};
struct CardsMessage {
  std::string alt_text;  ///< what is read where cards cannot be shown
  std::vector<Card> cards;
  bool operator==(const CardsMessage&) const = default;
};

/// A line of a list: what it is about, what is known of it, and what pressing it does.
struct ListRow {
  enum class Mark { kNone, kOn, kOff };
  std::string label;
  std::string value;  ///< may be empty
  Mark mark = Mark::kNone;
  std::optional<Action> action;
  bool operator==(const ListRow&) const = default;
};
/// Lines under a title: a check list, or a card of what is known. Where lists cannot be shown it is read as a text whose
/// lines are offered as quick replies.
struct ListMessage {
  std::string title;
  std::string text;  ///< before the lines; may be empty
  std::vector<ListRow> rows;
  std::vector<Action> actions;  ///< below the lines; the first is the one most people want next
  bool operator==(const ListMessage&) const = default;
};

struct ImageMessage {
  std::string url;
  std::string preview_url;
  bool operator==(const ImageMessage&) const = default;
};

struct LocationMessage {
  std::string title;
  std::string address;
  double latitude = 0;   ///< degrees, -90..90
  double longitude = 0;  ///< degrees, -180..180
  bool operator==(const LocationMessage&) const = default;
};

struct StickerMessage {
  std::string package_id;
  std::string sticker_id;
  bool operator==(const StickerMessage&) const = default;
};

/// A rich payload in a channel's own format (LINE's Flex), with the text to read instead. Other channels show the text.
struct RichMessage {
  std::string channel;  ///< which adapter's format, such as "line"
  std::string alt_text;
  std::string payload;  ///< JSON of the contents
  bool operator==(const RichMessage&) const = default;
};

using MessageBody = std::variant<TextMessage, ChoicesMessage, CardsMessage, ListMessage, ImageMessage, LocationMessage,
                                 StickerMessage, RichMessage>;

struct Message {
  MessageBody body;
  std::vector<Action> quick_replies;  ///< offered under the message; only the last message's are shown by LINE
  bool operator==(const Message&) const = default;
};

inline Message text_message(std::string text) { return Message{TextMessage{std::move(text)}, {}}; }

/// How a person wants to read: as the channel shows it, plain text only (for screen readers), or in large type.
enum class Display { kStandard, kText, kLarge };

/// What a channel can carry, for those who compose messages.
struct ChannelLimits {
  std::size_t messages_per_send = 5;
  std::size_t text_utf16 = 5000;
  std::size_t quick_replies = 13;
  std::size_t label_graphemes = 20;
  std::size_t choices = 4;
  std::size_t choice_text_graphemes = 160;
  std::size_t cards = 10;
  std::size_t card_text_graphemes = 120;
  std::size_t card_actions = 3;
  std::size_t postback_utf16 = 300;
};

}  // namespace kairan
