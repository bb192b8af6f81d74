#include "adapters/line/flex.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "adapters/line/messages.h"
#include "base/bounded_json.h"

namespace kairan::adapters::line {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxSubstitutions = 100;
constexpr std::size_t kMaxSubstitutionsOfAKind = 20;

Json wrapped_text(const std::string& text) { return Json{{"type", "text"}, {"text", text}, {"wrap", true}}; }

void check_flex(Checker& check, const std::string& field, const Json& contents) {
  const bool is_carousel = json_text(contents, "type") == "carousel";
  check.bytes(field, dump_json(contents).size(), is_carousel ? kMaxFlexBytes : kMaxBubbleBytes);
  if (!is_carousel) return;
  const Json* bubbles = json_member(contents, "contents");
  if (bubbles == nullptr || !bubbles->is_array()) return check.fail(ErrorCode::kInvalid, field, "no bubbles");
  check.count(field + ".contents", bubbles->size(), kMaxBubbles);
  for (const Json& bubble : *bubbles) check.bytes(field + ".contents", dump_json(bubble).size(), kMaxBubbleBytes);
}

bool is_substitution_key(std::string_view key) {
  return !key.empty() && key.size() <= 20 && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  });
}

void check_text_v2(Checker& check, const std::string& field, const Json& message) {
  check.utf16(field + ".text", json_text(message, "text"), kMaxTextUtf16);
  const Json* substitution = json_member(message, "substitution");
  if (substitution == nullptr) return;
  const std::string place = field + ".substitution";
  if (!substitution->is_object()) return check.fail(ErrorCode::kInvalid, place, "not an object");
  check.count(place, substitution->size(), kMaxSubstitutions);
  std::size_t mentions = 0;
  std::size_t emojis = 0;
  for (const auto& [key, value] : substitution->items()) {
    if (!is_substitution_key(key)) check.fail(ErrorCode::kInvalid, place, "a key is not 1 to 20 of [0-9A-Za-z_]");
    const std::string type = json_text(value, "type");
    if (type != "mention" && type != "emoji") check.fail(ErrorCode::kInvalid, place, "neither a mention nor an emoji");
    ++(type == "mention" ? mentions : emojis);
  }
  if (std::max(mentions, emojis) > kMaxSubstitutionsOfAKind) {
    check.fail(ErrorCode::kTooLarge, place, "more than 20 mentions or 20 emoji");
  }
}

}  // namespace

Json action_json(const Action& action) {
  Json json{{"label", action.label}};
  switch (action.kind) {
    case Action::Kind::kSay:
      json["type"] = "message";
      json["text"] = action.value;
      break;
    case Action::Kind::kPostback:
      json["type"] = "postback";
      json["data"] = action.value;
      if (!action.display.empty()) json["displayText"] = action.display;
      break;
    case Action::Kind::kOpenUri:
      json["type"] = "uri";
      json["uri"] = action.value;
      break;
    case Action::Kind::kLocation:
      json["type"] = "location";
      break;
    case Action::Kind::kDate:
      json["type"] = "datetimepicker";
      json["mode"] = "date";
      json["data"] = action.value;
      break;
  }
  return json;
}

Json flex_message(const std::string& alt_text, Json contents) {
  return Json{{"type", "flex"}, {"altText", alt_text}, {"contents", std::move(contents)}};
}

Json card_bubble(const Card& card) {
  Json lines = Json::array();
  if (!card.title.empty()) {
    Json title = wrapped_text(card.title);
    title["weight"] = "bold";
    lines.push_back(std::move(title));
  }
  lines.push_back(wrapped_text(card.text));
  Json buttons = Json::array();
  for (const Action& action : card.actions) {
    buttons.push_back(Json{{"type", "button"}, {"height", "sm"}, {"action", action_json(action)}});
  }
  const auto box = [](Json contents) {
    return Json{{"type", "box"}, {"layout", "vertical"}, {"spacing", "sm"}, {"contents", std::move(contents)}};
  };
  Json bubble{{"type", "bubble"}, {"body", box(std::move(lines))}, {"footer", box(std::move(buttons))}};
  if (!card.image_url.empty()) {
    bubble["hero"] = Json{{"type", "image"},        {"url", card.image_url}, {"size", "full"},
                          {"aspectRatio", "151:100"}, {"aspectMode", "cover"}};
  }
  return bubble;
}

Json rich_json(Checker& check, const std::string& field, const RichMessage& message) {
  auto payload = parse_json(message.payload, JsonLimits{kMaxFlexBytes * 2, 32});
  if (!payload) {
    check.fail(payload.error().code, field + ".payload", payload.error().detail);
    return {};
  }
  const std::string type = json_text(*payload, "type");
  if (type == "textV2") {
    check_text_v2(check, field + ".payload", *payload);
    return std::move(*payload);
  }
  if (type != "bubble" && type != "carousel") {
    check.fail(ErrorCode::kInvalid, field + ".payload", "neither a bubble, a carousel nor a textV2");
    return {};
  }
  check.utf16(field + ".alt_text", message.alt_text, kMaxAltUtf16);
  check_flex(check, field + ".payload", *payload);
  return flex_message(message.alt_text, std::move(*payload));
}

}  // namespace kairan::adapters::line
