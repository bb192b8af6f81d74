#include "adapters/line/messages.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "adapters/line/flex.h"
#include "adapters/line/message_checks.h"
#include "base/bounded_json.h"
#include "base/text.h"

namespace kairan::adapters::line {
namespace {

using Json = nlohmann::json;

/// Labels this short leave room for two buttons side by side on a phone.
constexpr std::size_t kShortLabelGraphemes = 8;

Json actions_json(Checker& check, const std::string& field, const std::vector<Action>& actions, std::size_t max) {
  check.count(field, actions.size(), max);
  Json list = Json::array();
  for (std::size_t i = 0; i < actions.size() && check.ok(); ++i) {
    check_action(check, field + "[" + std::to_string(i) + "]", actions[i], ActionPlace::kTemplate);
    list.push_back(action_json(actions[i]));
  }
  return list;
}

Json template_message(const std::string& alt_text, Json body) {
  return Json{{"type", "template"}, {"altText", alt_text}, {"template", std::move(body)}};
}

Json build(Checker& check, const std::string& field, const TextMessage& message) {
  check.utf16(field + ".text", message.text, kMaxTextUtf16);
  return Json{{"type", "text"}, {"text", message.text}};
}

bool fits_confirm(const ChoicesMessage& message) {
  const auto is_short = [](const Action& a) { return length_graphemes(a.label) <= kShortLabelGraphemes; };
  return message.title.empty() && message.choices.size() == 2 &&
         std::all_of(message.choices.begin(), message.choices.end(), is_short);
}

Json build(Checker& check, const std::string& field, const ChoicesMessage& message) {
  Json actions = actions_json(check, field + ".choices", message.choices, kMaxButtons);
  if (!message.title.empty()) check.graphemes(field + ".title", message.title, kMaxTitleGraphemes);
  const bool confirm = check.ok() && fits_confirm(message);
  check.graphemes(field + ".text", message.text, confirm ? kMaxConfirmGraphemes : kMaxButtonsGraphemes);
  if (!check.ok()) return {};
  const std::string alt_text = shorten_utf16(message.text, kMaxAltUtf16);
  if (!message.title.empty() && length_graphemes(message.text) > kMaxTitledGraphemes) {
    return flex_message(alt_text, card_bubble({message.title, message.text, "", message.choices}));
  }
  Json body{{"type", confirm ? "confirm" : "buttons"}, {"text", message.text}, {"actions", std::move(actions)}};
  if (!message.title.empty()) body["title"] = message.title;
  return template_message(alt_text, std::move(body));
}

void check_card(Checker& check, const std::string& field, const Card& card) {
  if (!card.title.empty()) check.graphemes(field + ".title", card.title, kMaxTitleGraphemes);
  check.graphemes(field + ".text", card.text, kMaxColumnGraphemes);
  if (!card.image_url.empty()) check.media_url(field + ".image_url", card.image_url);
}

Json column(const Card& card, Json actions) {
  Json json{{"text", card.text}, {"actions", std::move(actions)}};
  if (!card.title.empty()) json["title"] = card.title;
  if (!card.image_url.empty()) json["thumbnailImageUrl"] = card.image_url;
  return json;
}

/// A carousel template wants every column alike: title, image and number of actions; and 60 graphemes under either.
bool fits_carousel(const std::vector<Card>& cards) {
  const Card& first = cards.front();
  return std::all_of(cards.begin(), cards.end(), [&](const Card& card) {
    const bool plain = card.title.empty() && card.image_url.empty();
    return card.title.empty() == first.title.empty() && card.image_url.empty() == first.image_url.empty() &&
           card.actions.size() == first.actions.size() && (plain || length_graphemes(card.text) <= kMaxTitledGraphemes);
  });
}

Json build(Checker& check, const std::string& field, const CardsMessage& message) {
  check.count(field + ".cards", message.cards.size(), kMaxColumns);
  check.utf16(field + ".alt_text", message.alt_text, kMaxAltUtf16);
  Json columns = Json::array();
  for (std::size_t i = 0; i < message.cards.size() && check.ok(); ++i) {
    const std::string place = field + ".cards[" + std::to_string(i) + "]";
    const Card& card = message.cards[i];
    check_card(check, place, card);
    columns.push_back(column(card, actions_json(check, place + ".actions", card.actions, kMaxColumnActions)));
  }
  if (!check.ok()) return {};
  if (fits_carousel(message.cards)) {
    return template_message(message.alt_text, Json{{"type", "carousel"}, {"columns", std::move(columns)}});
  }
  Json bubbles = Json::array();
  for (const Card& card : message.cards) bubbles.push_back(card_bubble(card));
  return flex_message(message.alt_text, Json{{"type", "carousel"}, {"contents", std::move(bubbles)}});
}

Json build(Checker& check, const std::string& field, const ListMessage& message) {
  if (message.rows.empty()) check.utf16(field + ".text", message.text, kMaxTextUtf16);
  else check.count(field + ".rows", message.rows.size(), kMaxListRows);
  for (std::size_t i = 0; i < message.rows.size() && check.ok(); ++i) {
    const std::string place = field + ".rows[" + std::to_string(i) + "]";
    check.utf16(place + ".label", message.rows[i].label, kMaxTextUtf16);
    if (message.rows[i].action) check_action(check, place, *message.rows[i].action, ActionPlace::kTemplate);
  }
  for (std::size_t i = 0; i < message.actions.size() && check.ok(); ++i) {
    check_action(check, field + ".actions[" + std::to_string(i) + "]", message.actions[i], ActionPlace::kTemplate);
  }
  if (!check.ok()) return {};
  Json bubble = list_bubble(message);
  check.bytes(field, dump_json(bubble).size(), kMaxBubbleBytes);
  return flex_message(list_alt_text(message), std::move(bubble));
}

Json build(Checker& check, const std::string& field, const ImageMessage& message) {
  const std::string& preview = message.preview_url.empty() ? message.url : message.preview_url;
  check.media_url(field + ".url", message.url);
  check.media_url(field + ".preview_url", preview);
  return Json{{"type", "image"}, {"originalContentUrl", message.url}, {"previewImageUrl", preview}};
}

Json build(Checker& check, const std::string& field, const LocationMessage& message) {
  check.utf16(field + ".title", message.title, kMaxPlaceUtf16);
  check.utf16(field + ".address", message.address, kMaxPlaceUtf16);
  if (!(std::abs(message.latitude) <= 90)) check.fail(ErrorCode::kInvalid, field + ".latitude", "not in -90 to 90");
  if (!(std::abs(message.longitude) <= 180)) check.fail(ErrorCode::kInvalid, field + ".longitude", "not in -180 to 180");
  return Json{{"type", "location"},
              {"title", message.title},
              {"address", message.address},
              {"latitude", message.latitude},
              {"longitude", message.longitude}};
}

bool is_sticker_number(std::string_view text) {
  return !text.empty() && text.size() <= 20 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Json build(Checker& check, const std::string& field, const StickerMessage& message) {
  if (!is_sticker_number(message.package_id)) check.fail(ErrorCode::kInvalid, field + ".package_id", "not a number");
  if (!is_sticker_number(message.sticker_id)) check.fail(ErrorCode::kInvalid, field + ".sticker_id", "not a number");
  return Json{{"type", "sticker"}, {"packageId", message.package_id}, {"stickerId", message.sticker_id}};
}

Json build(Checker& check, const std::string& field, const RichMessage& message) {
  if (message.channel != "line") return build(check, field, TextMessage{message.alt_text});
  return rich_json(check, field, message);
}

Json quick_reply_json(Checker& check, const std::string& field, const std::vector<Action>& actions) {
  check.count(field, actions.size(), kMaxQuickReplies);
  Json items = Json::array();
  for (std::size_t i = 0; i < actions.size() && check.ok(); ++i) {
    check_action(check, field + "[" + std::to_string(i) + "]", actions[i], ActionPlace::kQuickReply);
    items.push_back(Json{{"type", "action"}, {"action", action_json(actions[i])}});
  }
  return Json{{"items", std::move(items)}};
}

void fit_action(Action& action) {
  action.label = shorten_graphemes(action.label, kMaxLabelGraphemes);
  action.display = shorten_graphemes(action.display, kMaxSayGraphemes);
}

void fit_actions(std::vector<Action>& actions) { std::for_each(actions.begin(), actions.end(), fit_action); }

struct Fitter {
  void operator()(ChoicesMessage& message) const {
    message.title = shorten_graphemes(message.title, kMaxTitleGraphemes);
    fit_actions(message.choices);
  }
  void operator()(CardsMessage& message) const {
    message.alt_text = shorten_utf16(message.alt_text, kMaxAltUtf16);
    for (Card& card : message.cards) {
      card.title = shorten_graphemes(card.title, kMaxTitleGraphemes);
      fit_actions(card.actions);
    }
  }
  void operator()(ListMessage& message) const {
    for (ListRow& row : message.rows) {
      if (row.action) fit_action(*row.action);
    }
    fit_actions(message.actions);
  }
  void operator()(LocationMessage& message) const {
    message.title = shorten_utf16(message.title, kMaxPlaceUtf16);
    message.address = shorten_utf16(message.address, kMaxPlaceUtf16);
  }
  void operator()(RichMessage& message) const {
    if (message.channel == "line") message.alt_text = shorten_utf16(message.alt_text, kMaxAltUtf16);
  }
  void operator()(TextMessage&) const {}
  void operator()(ImageMessage&) const {}
  void operator()(StickerMessage&) const {}
};

}  // namespace

std::string list_alt_text(const ListMessage& message) {
  std::string text = message.title;
  if (!message.text.empty()) text += (text.empty() ? "" : "\n") + message.text;
  if (text.empty()) text = message.rows.empty() ? "…" : message.rows.front().label;
  return shorten_utf16(text, kMaxAltUtf16);
}

ChannelLimits channel_limits() {
  ChannelLimits limits;
  limits.messages_per_send = kMaxMessages;
  limits.text_utf16 = kMaxTextUtf16;
  limits.quick_replies = kMaxQuickReplies;
  limits.label_graphemes = kMaxLabelGraphemes;
  limits.choices = kMaxButtons;
  limits.choice_text_graphemes = kMaxButtonsGraphemes;
  limits.cards = kMaxColumns;
  limits.card_text_graphemes = kMaxColumnGraphemes;
  limits.card_actions = kMaxColumnActions;
  limits.postback_utf16 = kMaxPostbackUtf16;
  return limits;
}

std::vector<Message> fit(std::vector<Message> messages) {
  for (Message& message : messages) {
    std::visit(Fitter{}, message.body);
    fit_actions(message.quick_replies);
  }
  return messages;
}

Result<std::string> render_messages(const std::vector<Message>& messages) {
  Checker check;
  check.count("messages", messages.size(), kMaxMessages);
  Json list = Json::array();
  for (std::size_t i = 0; i < messages.size() && check.ok(); ++i) {
    const std::string field = "messages[" + std::to_string(i) + "]";
    Json json = std::visit([&](const auto& body) { return build(check, field, body); }, messages[i].body);
    if (!messages[i].quick_replies.empty() && check.ok()) {
      json["quickReply"] = quick_reply_json(check, field + ".quick_replies", messages[i].quick_replies);
    }
    list.push_back(std::move(json));
  }
  if (!check.ok()) return check.error();
  return dump_json(list);
}

}  // namespace kairan::adapters::line
