// The port between the gateway and a way to reach people. Owned by the gateway, implemented once per folder in adapters/.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/message.h"
#include "base/outcome.h"
#include "base/result.h"
#include "gateway/event.h"
#include "gateway/http.h"

namespace kairan::gateway {

/// What the door needs of an event; the rest stays in `raw` until a worker reads it.
struct IncomingEvent {
  std::string id;       ///< the platform's id; the deduplication key
  std::string chat_id;  ///< what decides the partition; the event id itself when there is no source
  TimePoint at;
  bool redelivered = false;
  std::string raw;      ///< the event's own JSON
};

struct Webhook {
  std::vector<IncomingEvent> events;
  std::map<std::string, std::size_t> ignored;  ///< reason → how many events of the body were not taken in
};

/// Threads: every member may be called from several threads at once.
class Channel {
 public:
  virtual ~Channel() = default;

  virtual std::string_view name() const = 0;          ///< "line"; constant
  virtual std::string_view webhook_path() const = 0;  ///< "/webhook/line"; constant
  virtual ChannelLimits limits() const = 0;           ///< constant

  /// Whether the request was signed by the platform. Reads the raw body and headers only; parses nothing.
  virtual bool verify(const HttpRequest& request) const = 0;
  /// Opens a verified body. kSyntax when it is not a webhook of this platform.
  virtual Result<Webhook> parse_webhook(std::string_view body) const = 0;
  /// Opens one stored event (IncomingEvent::raw). kSyntax when it has not the platform's form.
  virtual Result<Event> parse_event(std::string_view raw) const = 0;

  /// Messages in the channel's own bytes, within its limits; the same messages give the same bytes.
  virtual Result<std::string> render(const std::vector<Message>& messages) const = 0;

  /// The same for a person who wants to read in another way; a channel that knows one way only shows it that way.
  virtual Result<std::string> render_as(const std::vector<Message>& messages, Display display) const {
    (void)display;
    return render(messages);
  }

  /// Answers one event. Tries once, never throws, never retries, ends within `timeout`.
  virtual SendResult reply(std::string_view reply_token, std::string_view rendered,
                           std::chrono::milliseconds timeout) = 0;
  /// Sends to one chat. `retry_key` is a UUID fixed before the first try.
  virtual SendResult push(std::string_view chat_id, std::string_view rendered, std::string_view retry_key,
                          std::chrono::milliseconds timeout) = 0;
};

}  // namespace kairan::gateway
