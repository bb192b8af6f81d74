#include "gateway/event.h"

namespace kairan::gateway {

std::string_view event_kind_name(EventKind kind) {
  switch (kind) {
    case EventKind::kText: return "text";
    case EventKind::kTextEdited: return "text_edited";
    case EventKind::kPostback: return "postback";
    case EventKind::kFollow: return "follow";
    case EventKind::kUnfollow: return "unfollow";
    case EventKind::kLocation: return "location";
    case EventKind::kSticker: return "sticker";
    case EventKind::kMedia: return "media";
    case EventKind::kUnsend: return "unsend";
    case EventKind::kJoin: return "join";
    case EventKind::kLeave: return "leave";
    case EventKind::kMembers: return "members";
    case EventKind::kBeacon: return "beacon";
    case EventKind::kVideoSeen: return "video_seen";
    case EventKind::kAccountLink: return "account_link";
    case EventKind::kMembership: return "membership";
    case EventKind::kDelivered: return "delivered";
    case EventKind::kPlatform: return "platform";
    case EventKind::kUnknown: return "unknown";
  }
  return "unknown";
}

}  // namespace kairan::gateway
