// One thing that happened on a channel, in the gateway's own words. An adapter makes it from its platform's bytes.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace kairan::gateway {

enum class EventKind {
  kText,         ///< someone wrote; `text`
  kTextEdited,   ///< someone changed what they wrote; `text`, `message_id`
  kPostback,     ///< someone pressed a button; `data`, `params`
  kFollow,       ///< a person added the account (again)
  kUnfollow,     ///< a person blocked the account
  kLocation,     ///< `location`
  kSticker,      ///< `sticker_keywords`
  kMedia,        ///< image, video, audio or file; `message_id`, `media_type`
  kUnsend,       ///< a message was taken back; `message_id`
  kJoin,         ///< the account entered a group or room
  kLeave,        ///< the account left a group or room
  kMembers,      ///< people joined or left a group or room
  kBeacon,
  kVideoSeen,
  kAccountLink,
  kMembership,
  kDelivered,    ///< a notification message was shown
  kPlatform,     ///< the platform's own state: module attached, chat activated, bot suspended, ...
  kUnknown,      ///< a type this version does not know; kept and counted
};

std::string_view event_kind_name(EventKind kind);

struct Source {
  enum class Kind { kNone, kPerson, kGroup, kRoom };
  Kind kind = Kind::kNone;
  std::string chat_id;    ///< where an answer goes: the person's, group's or room's id; empty for kNone
  std::string person_id;  ///< who did it, where the platform says; equals chat_id for kPerson
};

struct GeoPoint {
  double latitude = 0;
  double longitude = 0;
  std::string title;
  std::string address;
};

struct Event {
  std::string id;        ///< unique per event, unchanged on redelivery
  EventKind kind = EventKind::kUnknown;
  std::string type;      ///< the platform's own type name, for counting ("message/text", "follow", ...)
  Source source;
  TimePoint at;          ///< event time by the platform
  std::string reply_token;  ///< empty when the event cannot be answered
  bool standby = false;     ///< another module holds the conversation: do not answer
  bool mentions_us = false;

  std::string text;                          ///< mention of us and emoji spans removed
  std::string message_id;
  std::string media_type;
  std::string data;                          ///< postback
  std::map<std::string, std::string> params; ///< postback
  std::optional<GeoPoint> location;
  std::string sticker_keywords;              ///< joined by spaces; may be empty
  bool unblocked = false;                    ///< kFollow: came back (not reliable)
};

}  // namespace kairan::gateway
