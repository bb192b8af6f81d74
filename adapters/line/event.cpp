// Reading one event: from LINE's JSON to gateway::Event.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "adapters/line/webhook.h"
#include "base/bounded_json.h"
#include "base/text.h"

namespace kairan::adapters::line {
namespace {

using gateway::Event;
using gateway::EventKind;
using gateway::Source;
using Json = nlohmann::json;

const Json& empty_object() {
  static const Json kEmpty = Json::object();
  return kEmpty;
}

/// The member when it is an object, else an empty object: one shape to read from.
const Json& part(const Json& object, std::string_view key) {
  const Json* member = json_member(object, key);
  return member != nullptr && member->is_object() ? *member : empty_object();
}

bool flag(const Json& object, std::string_view key) {
  const Json* member = json_member(object, key);
  return member != nullptr && member->is_boolean() && member->get<bool>();
}

/// A whole number, or -1 when it is absent, negative, of another type or beyond int64.
std::int64_t whole_number(const Json& object, std::string_view key) {
  const Json* member = json_member(object, key);
  if (member == nullptr || !member->is_number_integer()) return -1;
  if (member->is_number_unsigned()) {
    const auto value = member->get<std::uint64_t>();
    return value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) ? -1
                                                                                       : static_cast<std::int64_t>(value);
  }
  return std::max<std::int64_t>(member->get<std::int64_t>(), -1);
}

Source read_source(const Json& event) {
  const Json& json = part(event, "source");
  const std::string type = json_text(json, "type");
  Source source;
  source.person_id = json_text(json, "userId");
  if (type == "group") {
    source.kind = Source::Kind::kGroup;
    source.chat_id = json_text(json, "groupId");
  } else if (type == "room") {
    source.kind = Source::Kind::kRoom;
    source.chat_id = json_text(json, "roomId");
  } else {
    source.kind = Source::Kind::kPerson;
    source.chat_id = source.person_id;
  }
  // An id of another form is nobody we could answer; a person without consent has no id at all (line-platform 1.4).
  if (!is_chat_id(source.chat_id)) return Source{};
  if (!is_chat_id(source.person_id)) source.person_id.clear();
  return source;
}

struct Span {
  std::size_t index;
  std::size_t length;
};

void add_span(const Json& json, std::vector<Span>& spans) {
  const std::int64_t index = whole_number(json, "index");
  const std::int64_t length = whole_number(json, "length");
  // Text has at most 5,000 units; anything beyond is no span of it.
  if (index < 0 || length <= 0 || index > 100'000 || length > 100'000) return;
  spans.push_back({static_cast<std::size_t>(index), static_cast<std::size_t>(length)});
}

/// Removes the spans from the last to the first, so that earlier positions stay true; overlaps are removed once.
std::string without_spans(std::string text, std::vector<Span> spans) {
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.index > b.index; });
  std::size_t removed_from = std::numeric_limits<std::size_t>::max();
  for (const Span& span : spans) {
    const std::size_t end = std::min(span.index + span.length, removed_from);
    if (end > span.index) text = erase_utf16(text, span.index, end - span.index);
    removed_from = span.index;
  }
  return text;
}

void read_text_content(const Json& message, Event& event) {
  std::vector<Span> spans;
  if (const Json* emojis = json_member(message, "emojis"); emojis != nullptr && emojis->is_array()) {
    for (const Json& emoji : *emojis) add_span(emoji, spans);
  }
  const Json* mentionees = json_member(part(message, "mention"), "mentionees");
  if (mentionees != nullptr && mentionees->is_array()) {
    for (const Json& mentionee : *mentionees) {
      if (!flag(mentionee, "isSelf")) continue;
      event.mentions_us = true;
      add_span(mentionee, spans);
    }
  }
  event.text = json_text(message, "text");
  if (!spans.empty()) event.text = without_spans(std::move(event.text), std::move(spans));
}

void read_sticker(const Json& message, Event& event) {
  event.text = json_text(message, "text");
  const Json* keywords = json_member(message, "keywords");
  if (keywords == nullptr || !keywords->is_array()) return;
  for (const Json& keyword : *keywords) {
    if (!keyword.is_string()) continue;
    if (!event.sticker_keywords.empty()) event.sticker_keywords += ' ';
    event.sticker_keywords += keyword.get_ref<const std::string&>();
  }
}

bool read_location(const Json& message, Event& event) {
  const Json* latitude = json_member(message, "latitude");
  const Json* longitude = json_member(message, "longitude");
  if (latitude == nullptr || longitude == nullptr || !latitude->is_number() || !longitude->is_number()) return false;
  gateway::GeoPoint point;
  point.latitude = latitude->get<double>();
  point.longitude = longitude->get<double>();
  if (!(point.latitude >= -90 && point.latitude <= 90 && point.longitude >= -180 && point.longitude <= 180)) return false;
  point.title = json_text(message, "title");
  point.address = json_text(message, "address");
  event.location = std::move(point);
  return true;
}

/// `message` and `messageEdited` events. The kind stays kUnknown for content this version does not know.
void read_message(const Json& json, Event& event) {
  const bool edited = event.type == "messageEdited";
  const Json& message = part(json, "message");
  const std::string content = json_text(message, "type");
  event.message_id = json_text(message, "id");
  if (!content.empty()) event.type += "/" + content;
  if (content == "text") {
    if (const Json* text = json_member(message, "text"); text == nullptr || !text->is_string()) return;
    read_text_content(message, event);
    event.kind = edited ? EventKind::kTextEdited : EventKind::kText;
  } else if (edited) {
    return;
  } else if (content == "location") {
    if (read_location(message, event)) event.kind = EventKind::kLocation;
  } else if (content == "sticker") {
    read_sticker(message, event);
    event.kind = EventKind::kSticker;
  } else if (content == "image" || content == "video" || content == "audio" || content == "file") {
    event.media_type = content;
    event.kind = EventKind::kMedia;
  }
}

void read_postback(const Json& json, Event& event) {
  const Json& postback = part(json, "postback");
  const Json* data = json_member(postback, "data");
  if (data == nullptr || !data->is_string()) return;
  event.kind = EventKind::kPostback;
  event.data = data->get<std::string>();
  // date, time or datetime of a picker; newRichMenuAliasId and status of a menu switch.
  for (const auto& [name, value] : part(postback, "params").items()) {
    if (value.is_string()) event.params.emplace(name, value.get<std::string>());
  }
}

void keep(const Json& object, const char* name, const char* as, Event& event) {
  std::string value = json_text(object, name);
  if (!value.empty()) event.params.emplace(as, std::move(value));
}

/// The event types whose own properties are few: what they carry goes into `params` under LINE's names.
bool read_small_event(const Json& json, Event& event) {
  const std::string& type = event.type;
  if (type == "follow") {
    event.kind = EventKind::kFollow;
    event.unblocked = flag(part(json, "follow"), "isUnblocked");
  } else if (type == "unfollow") {
    event.kind = EventKind::kUnfollow;
  } else if (type == "unsend") {
    event.kind = EventKind::kUnsend;
    event.message_id = json_text(part(json, "unsend"), "messageId");
  } else if (type == "join") {
    event.kind = EventKind::kJoin;
  } else if (type == "leave") {
    event.kind = EventKind::kLeave;
  } else if (type == "memberJoined" || type == "memberLeft") {
    event.kind = EventKind::kMembers;
  } else if (type == "videoPlayComplete") {
    event.kind = EventKind::kVideoSeen;
    keep(part(json, "videoPlayComplete"), "trackingId", "trackingId", event);
  } else if (type == "beacon") {
    event.kind = EventKind::kBeacon;
    const Json& beacon = part(json, "beacon");
    for (const char* name : {"hwid", "type", "dm"}) keep(beacon, name, name, event);
  } else if (type == "accountLink") {
    event.kind = EventKind::kAccountLink;
    const Json& link = part(json, "link");
    for (const char* name : {"result", "nonce"}) keep(link, name, name, event);
  } else if (type == "membership") {
    event.kind = EventKind::kMembership;
    const Json& membership = part(json, "membership");
    keep(membership, "type", "type", event);
    const std::int64_t id = whole_number(membership, "membershipId");
    if (id >= 0) event.params.emplace("membershipId", std::to_string(id));
  } else if (type == "delivery") {
    event.kind = EventKind::kDelivered;
    event.data = json_text(part(json, "delivery"), "data");
  } else {
    return false;
  }
  return true;
}

/// Events of module channels and of the account's own state.
bool read_platform_event(const Json& json, Event& event) {
  const std::string& type = event.type;
  if (type == "module") {
    const Json& module = part(json, "module");
    for (const char* name : {"type", "botId", "reason"}) keep(module, name, name, event);
  } else if (type == "activated") {
    const std::int64_t until = whole_number(part(json, "chatControl"), "expireAt");
    if (until >= 0) event.params.emplace("expireAt", std::to_string(until));
  } else if (type != "deactivated" && type != "botSuspended" && type != "botResumed") {
    return false;
  }
  event.kind = EventKind::kPlatform;
  return true;
}

}  // namespace

Result<Event> parse_event(std::string_view raw) {
  auto parsed = parse_json(raw, JsonLimits{kMaxWebhookBytes, kMaxWebhookDepth});
  if (!parsed) return parsed.error().within("line event");
  const Json& json = *parsed;
  Event event;
  event.type = json_text(json, "type");
  if (event.type.empty()) return Error{ErrorCode::kSyntax, "line event: no type"};
  event.id = json_text(json, "webhookEventId");
  event.source = read_source(json);
  event.at = from_unix_ms(std::max<std::int64_t>(whole_number(json, "timestamp"), 0));
  event.reply_token = json_text(json, "replyToken");
  event.standby = json_text(json, "mode") == "standby";
  if (event.standby) event.reply_token.clear();
  if (event.type == "message" || event.type == "messageEdited") {
    read_message(json, event);
  } else if (event.type == "postback") {
    read_postback(json, event);
  } else if (!read_small_event(json, event)) {
    read_platform_event(json, event);
  }
  return event;
}

}  // namespace kairan::adapters::line
