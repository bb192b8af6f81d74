#include "adapters/line/flex.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "adapters/line/messages.h"
#include "base/bounded_json.h"
#include "base/text.h"

namespace kairan::adapters::line {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxSubstitutions = 100;
constexpr std::size_t kMaxSubstitutionsOfAKind = 20;

// Colours of the Digital Agency's design system (blue 900 and 50, grey 800 and 600, and its line): every pair used here
// has a contrast of 4.5 and more.
constexpr const char* kBlue = "#0017C1";
constexpr const char* kPaleBlue = "#E8F1FE";
constexpr const char* kInk = "#1A1A1A";
constexpr const char* kGrey = "#595959";
constexpr const char* kLine = "#B3B3B3";
constexpr std::size_t kMaxTextLinks = 4;

Json wrapped_text(const std::string& text) { return Json{{"type", "text"}, {"text", text}, {"wrap", true}}; }

Json sized_text(const std::string& text, const char* size, const char* color) {
  Json json = wrapped_text(text);
  json["size"] = size;
  json["color"] = color;
  return json;
}

Json vertical_box(Json contents, const char* spacing) {
  return Json{{"type", "box"}, {"layout", "vertical"}, {"spacing", spacing}, {"contents", std::move(contents)}};
}

Json row_box(const ListRow& row, bool marked, bool large) {
  const bool on = row.mark == ListRow::Mark::kOn;
  const char* const size = large ? "xl" : "md";
  Json contents = Json::array();
  if (marked) {
    Json mark = sized_text(on ? "☑" : row.mark == ListRow::Mark::kOff ? "☐" : "　", large ? "xxl" : "xl", on ? kBlue : kGrey);
    mark["flex"] = 0;
    mark["gravity"] = "center";
    mark.erase("wrap");
    contents.push_back(std::move(mark));
  }
  if (row.value.empty()) {
    Json label = sized_text(row.label, size, kInk);
    label["gravity"] = "center";
    if (on) label["weight"] = "bold";
    contents.push_back(std::move(label));
  } else {
    Json value = sized_text(row.value, size, kInk);
    value["weight"] = "bold";
    Json both = vertical_box(Json::array({sized_text(row.label, large ? "lg" : "sm", kGrey), std::move(value)}), "xs");
    both["flex"] = 1;
    contents.push_back(std::move(both));
    if (row.action) {
      Json verb = sized_text(row.action->label, large ? "lg" : "sm", kBlue);
      verb["flex"] = 0;
      verb["gravity"] = "center";
      verb["weight"] = "bold";
      verb.erase("wrap");
      contents.push_back(std::move(verb));
    }
  }
  Json box{{"type", "box"},          {"layout", "horizontal"}, {"spacing", "md"},
           {"paddingAll", "12px"},   {"cornerRadius", "8px"},  {"borderWidth", "1px"},
           {"borderColor", on ? kBlue : kLine}, {"contents", std::move(contents)}};
  if (on) box["backgroundColor"] = kPaleBlue;
  if (row.action) {
    box["action"] = action_json(*row.action);
    if (marked) box["action"]["label"] = shorten_graphemes(row.label, kMaxLabelGraphemes);
  }
  return box;
}

/// The first button is filled, the others have no frame: one look tells which is next.
Json buttons_box(const std::vector<Action>& actions, bool first_is_primary) {
  Json buttons = Json::array();
  for (const Action& action : actions) {
    const bool primary = first_is_primary && buttons.empty();
    Json button{{"type", "button"}, {"height", "sm"}, {"style", primary ? "primary" : "link"}, {"action", action_json(action)}};
    button["color"] = kBlue;
    buttons.push_back(std::move(button));
  }
  return vertical_box(std::move(buttons), "sm");
}

bool is_url_char(char c) {
  return c > 0x20 && c < 0x7f && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
}

/// What a reader would press: web addresses, and telephone numbers written with hyphens.
std::vector<Action> links_of(const std::string& text) {
  std::vector<Action> found;
  const auto add = [&](std::string label, std::string uri) {
    const bool known = std::any_of(found.begin(), found.end(), [&](const Action& a) { return a.value == uri; });
    if (!known && found.size() < kMaxTextLinks && uri.size() <= kMaxActionUriUtf16) {
      found.push_back({Action::Kind::kOpenUri, shorten_graphemes(label, kMaxLabelGraphemes), std::move(uri), ""});
    }
  };
  for (std::size_t at = text.find("https://"); at != std::string::npos; at = text.find("https://", at + 8)) {
    std::size_t end = at;
    while (end < text.size() && is_url_char(text[end])) ++end;
    while (end > at && std::string_view(".,;:!?)'").find(text[end - 1]) != std::string_view::npos) --end;
    const std::size_t host = at + 8;
    add(text.substr(host, std::min(text.find('/', host), end) - host), text.substr(at, end - at));
  }
  const auto digit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '0' || (at > 0 && (digit(at - 1) || text[at - 1] == '-'))) continue;
    std::size_t end = at, hyphens = 0;
    while (digit(end) || (end < text.size() && text[end] == '-' && digit(end + 1))) hyphens += text[end++] == '-' ? 1 : 0;
    if (hyphens == 2 && end - at >= 11 && end - at <= 14) {
      const std::string number = text.substr(at, end - at);
      add("☎ " + number, "tel:" + number);
    }
    at = std::max(at, end == at ? at : end - 1);
  }
  return found;
}

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

Json card_bubble(const Card& card, bool large) {
  Json lines = Json::array();
  if (!card.title.empty()) {
    Json title = wrapped_text(card.title);
    title["weight"] = "bold";
    if (large) title["size"] = "xxl";
    lines.push_back(std::move(title));
  }
  lines.push_back(wrapped_text(card.text));
  if (large) lines.back()["size"] = "xl";
  Json buttons = Json::array();
  for (const Action& action : card.actions) {
    buttons.push_back(Json{{"type", "button"}, {"height", large ? "md" : "sm"}, {"action", action_json(action)}});
  }
  Json bubble{{"type", "bubble"}, {"body", vertical_box(std::move(lines), "sm")}};
  if (!buttons.empty()) bubble["footer"] = vertical_box(std::move(buttons), "sm");
  if (large) bubble["size"] = "giga";
  if (!card.image_url.empty()) {
    bubble["hero"] = Json{{"type", "image"},        {"url", card.image_url}, {"size", "full"},
                          {"aspectRatio", "151:100"}, {"aspectMode", "cover"}};
  }
  return bubble;
}

Json list_bubble(const ListMessage& list, bool large) {
  Json lines = Json::array();
  if (!list.title.empty()) {
    Json title = sized_text(list.title, large ? "xxl" : "lg", kInk);
    title["weight"] = "bold";
    lines.push_back(std::move(title));
  }
  if (!list.text.empty()) lines.push_back(sized_text(list.text, large ? "xl" : "sm", large ? kInk : kGrey));
  const bool marked = std::any_of(list.rows.begin(), list.rows.end(),
                                  [](const ListRow& row) { return row.mark != ListRow::Mark::kNone; });
  Json rows = Json::array();
  for (const ListRow& row : list.rows) rows.push_back(row_box(row, marked, large));
  if (!rows.empty()) {
    lines.push_back(vertical_box(std::move(rows), "sm"));
    lines.back()["margin"] = "lg";
  }
  Json bubble{{"type", "bubble"}, {"size", large ? "giga" : "mega"}, {"body", vertical_box(std::move(lines), "sm")}};
  if (!list.actions.empty()) bubble["footer"] = buttons_box(list.actions, true);
  return bubble;
}

Json large_text_bubble(const std::string& text) {
  Json words = sized_text(text, "xl", kInk);
  words["lineSpacing"] = "6px";
  Json bubble{{"type", "bubble"}, {"size", "giga"}, {"body", vertical_box(Json::array({std::move(words)}), "none")}};
  const std::vector<Action> links = links_of(text);
  if (!links.empty()) bubble["footer"] = buttons_box(links, false);
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
