#include "broadcasts/alert_records.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace kairan::broadcasts {
namespace {

using nlohmann::json;

/// Books written before there was English have the Japanese alone.
StaffText reason_in(const json& from) {
  const std::string reason = from.at("reason").get<std::string>();
  return {reason, from.value("reason_en", reason)};
}

TimePoint time_in(const json& from, const char* key) {
  return from_unix_ms(from.at(key).get<std::int64_t>());
}

}  // namespace

json order_json(const AlertOrder& order) {
  return {{"id", order.id},
          {"status", static_cast<int>(order.status)},
          {"effect", static_cast<int>(order.effect)},
          {"title", order.title},
          {"texts", order.texts},
          {"segment", order.segment},
          {"severity", order.severity},
          {"expires", to_unix_ms(order.expires)},
          {"corrects", order.corrects},
          {"rule", order.rule},
          {"section", order.section},
          {"by", order.by},
          {"release", order.release}};
}

AlertOrder order_from(const json& from) {
  AlertOrder order;
  from.at("id").get_to(order.id);
  order.status = static_cast<AlertStatus>(std::clamp(from.value("status", 0), 0, static_cast<int>(AlertStatus::kTest)));
  order.effect =
      static_cast<AlertEffect>(std::clamp(from.at("effect").get<int>(), 0, static_cast<int>(AlertEffect::kNone)));
  from.at("title").get_to(order.title);
  from.at("texts").get_to(order.texts);
  from.at("segment").get_to(order.segment);
  from.at("severity").get_to(order.severity);
  order.expires = time_in(from, "expires");
  from.at("corrects").get_to(order.corrects);
  from.at("rule").get_to(order.rule);
  from.at("section").get_to(order.section);
  from.at("by").get_to(order.by);
  order.release = from.value("release", "");
  return order;
}

json held_json(const HeldAlert& held) {
  return {{"id", held.id},
          {"at", to_unix_ms(held.at)},
          {"reason", held.reason.ja},
          {"reason_en", held.reason.en},
          {"name", held.name},
          {"kind", held.kind},
          {"level", held.level},
          {"episode", held.episode},
          {"ack", held.acknowledged_by},
          {"told", held.told},
          {"order", order_json(held.order)}};
}

HeldAlert held_from(const json& from) {
  HeldAlert held;
  from.at("id").get_to(held.id);
  held.at = time_in(from, "at");
  held.reason = reason_in(from);
  from.at("name").get_to(held.name);
  from.at("kind").get_to(held.kind);
  from.at("level").get_to(held.level);
  from.at("episode").get_to(held.episode);
  from.at("ack").get_to(held.acknowledged_by);
  from.at("told").get_to(held.told);
  held.order = order_from(from.at("order"));
  return held;
}

json log_json(const AlertLogEntry& entry) {
  return {{"at", to_unix_ms(entry.at)},   {"name", entry.name},
          {"action", entry.action},       {"effect", entry.effect},
          {"kind", entry.kind},           {"level", entry.level},
          {"reason", entry.reason.ja},    {"reason_en", entry.reason.en},
          {"broadcast", entry.broadcast}, {"by", entry.by}};
}

AlertLogEntry log_from(const json& from) {
  AlertLogEntry entry;
  entry.at = time_in(from, "at");
  from.at("name").get_to(entry.name);
  from.at("action").get_to(entry.action);
  from.at("effect").get_to(entry.effect);
  from.at("kind").get_to(entry.kind);
  from.at("level").get_to(entry.level);
  entry.reason = reason_in(from);
  from.at("broadcast").get_to(entry.broadcast);
  from.at("by").get_to(entry.by);
  return entry;
}

}  // namespace kairan::broadcasts
