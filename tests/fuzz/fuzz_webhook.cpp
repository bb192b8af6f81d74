// The webhook body, after its signature: cut into events, each opened. Holds the door and the tree parser together:
// what the door lets in can be opened, and means the same there.
#include <nlohmann/json.hpp>

#include "adapters/line/webhook.h"
#include "base/bounded_json.h"

namespace line = kairan::adapters::line;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto webhook = line::parse_webhook(body);
  (void)line::parse_event(body);
  if (!webhook.ok()) return 0;
  const auto tree = kairan::parse_json(body);
  if (!tree.ok()) __builtin_trap();
  std::size_t ignored = 0;
  for (const auto& [reason, count] : webhook->ignored) ignored += count;
  if (webhook->events.size() + ignored != tree->at("events").size()) __builtin_trap();
  for (const auto& event : webhook->events) {
    const auto opened = line::parse_event(event.raw);
    if (!opened.ok() || opened->id != event.id || opened->at != event.at) __builtin_trap();
    if (event.chat_id != (opened->source.chat_id.empty() ? event.id : opened->source.chat_id)) __builtin_trap();
  }
  return 0;
}
