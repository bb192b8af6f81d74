#include "adapters/line/webhook.h"

#include <optional>
#include <string>
#include <utility>

#include "adapters/line/json_scanner.h"

namespace kairan::adapters::line {
namespace {

using gateway::IncomingEvent;
using gateway::Webhook;

bool is_id(std::string_view id, std::size_t max_length) {
  if (id.empty() || id.size() > max_length) return false;
  for (const char c : id) {
    const bool good = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
    if (!good) return false;
  }
  return true;
}

/// What the door reads of one event. Members of another type count as absent; the last of repeated members wins, as in
/// the tree that parse_event() reads.
struct Outline {
  std::string id;
  std::string type;
  std::string source_type;
  std::string user_id;
  std::string group_id;
  std::string room_id;
  std::optional<std::int64_t> timestamp;
  bool redelivered = false;

  void forget_source() {
    source_type.clear();
    user_id.clear();
    group_id.clear();
    room_id.clear();
  }
};

/// A string into `out`; anything else clears it.
bool read_text(JsonScanner& in, std::string& out) {
  if (in.next_type() == JsonScanner::Type::kString) return in.string(out);
  out.clear();
  return in.skip();
}

bool read_timestamp(JsonScanner& in, std::optional<std::int64_t>& out) {
  out.reset();
  if (in.next_type() != JsonScanner::Type::kNumber) return in.skip();
  std::int64_t value = 0;
  bool integer = false;
  if (!in.number(value, integer)) return false;
  if (integer) out = value;
  return true;
}

bool take_source(JsonScanner& in, Outline& event) {
  event.forget_source();
  if (in.next_type() != JsonScanner::Type::kObject) return in.skip();
  return in.object([&](std::string_view key) {
    if (key == "type") return read_text(in, event.source_type);
    if (key == "userId") return read_text(in, event.user_id);
    if (key == "groupId") return read_text(in, event.group_id);
    if (key == "roomId") return read_text(in, event.room_id);
    return in.skip();
  });
}

bool read_delivery_context(JsonScanner& in, Outline& event) {
  event.redelivered = false;
  if (in.next_type() != JsonScanner::Type::kObject) return in.skip();
  return in.object([&](std::string_view key) {
    if (key == "isRedelivery") event.redelivered = in.next_type() == JsonScanner::Type::kTrue;
    return in.skip();
  });
}

bool read_outline(JsonScanner& in, Outline& event) {
  return in.object([&](std::string_view key) {
    if (key == "type") return read_text(in, event.type);
    if (key == "webhookEventId") return read_text(in, event.id);
    if (key == "timestamp") return read_timestamp(in, event.timestamp);
    if (key == "source") return take_source(in, event);
    if (key == "deliveryContext") return read_delivery_context(in, event);
    return in.skip();
  });
}

/// The id of the chat an event belongs to; the event's own when it has none.
const std::string& chat_of(const Outline& event) {
  const std::string* id = &event.user_id;
  if (event.source_type == "group") id = &event.group_id;
  if (event.source_type == "room") id = &event.room_id;
  return id->empty() ? event.id : *id;
}

/// Why an event is not taken in, or nullptr.
const char* reason_to_ignore(const Outline& event) {
  constexpr std::int64_t kYear10000 = 253'402'300'800'000;
  if (!is_event_id(event.id)) return "no_event_id";
  if (event.type.empty()) return "no_type";
  if (!event.timestamp || *event.timestamp < 0 || *event.timestamp >= kYear10000) return "no_timestamp";
  if (!is_chat_id(chat_of(event))) return "bad_source_id";
  return nullptr;
}

bool read_events(JsonScanner& in, std::string_view body, Webhook& webhook) {
  webhook.events.clear();
  webhook.ignored.clear();
  return in.array([&] {
    if (in.next_type() != JsonScanner::Type::kObject) {
      ++webhook.ignored["not_object"];
      return in.skip();
    }
    const std::size_t begin = in.position();
    Outline outline;
    if (!read_outline(in, outline)) return false;
    if (const char* reason = reason_to_ignore(outline)) {
      ++webhook.ignored[reason];
      return true;
    }
    IncomingEvent event;
    event.chat_id = chat_of(outline);
    event.id = std::move(outline.id);
    event.at = from_unix_ms(*outline.timestamp);
    event.redelivered = outline.redelivered;
    event.raw.assign(body.substr(begin, in.position() - begin));
    webhook.events.push_back(std::move(event));
    return true;
  });
}

}  // namespace

bool is_chat_id(std::string_view id) { return is_id(id, 128); }
bool is_event_id(std::string_view id) { return is_id(id, 64); }

Result<Webhook> parse_webhook(std::string_view body, std::string_view bot_user_id) {
  if (body.size() > kMaxWebhookBytes) return Error{ErrorCode::kTooLarge, "webhook body over its cap"};
  JsonScanner in(body, kMaxWebhookDepth);
  Webhook webhook;
  std::string destination;
  bool has_events = false;
  const bool whole = in.next_type() == JsonScanner::Type::kObject && in.object([&](std::string_view key) {
    if (key == "destination") return read_text(in, destination);
    if (key != "events") return in.skip();
    has_events = in.next_type() == JsonScanner::Type::kArray;
    return has_events && read_events(in, body, webhook);
  }) && in.at_end();
  if (!whole || !has_events) {
    return Error{ErrorCode::kSyntax, "not a webhook: byte " + std::to_string(in.position() + 1)};
  }
  if (!bot_user_id.empty() && destination != bot_user_id && !webhook.events.empty()) {
    webhook.ignored["other_destination"] += webhook.events.size();
    webhook.events.clear();
  }
  return webhook;
}

}  // namespace kairan::adapters::line
