#include "adapters/line/display.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "adapters/line/flex.h"
#include "adapters/line/messages.h"
#include "base/bounded_json.h"
#include "base/text.h"

namespace kairan::adapters::line {
namespace {

using Json = nlohmann::json;

/// Bytes in JSON: at most three a letter, and what the bubble around them needs.
constexpr std::size_t kMaxLargeTextBytes = 12'000;

void add_line(std::string& text, std::string_view line) {
  if (line.empty()) return;
  if (!text.empty()) text += '\n';
  text += line;
}

// --- plain text ---

/// Links become lines of their own, since nothing is there to press; the rest becomes quick replies.
void offer(const std::vector<Action>& actions, std::string& text, std::vector<Action>& offered) {
  for (const Action& action : actions) {
    if (action.kind == Action::Kind::kOpenUri) add_line(text, action.label + " " + action.value);
    else offered.push_back(action);
  }
}

struct AsText {
  std::string text;
  std::vector<Action> offered;
  std::vector<Action> first;  ///< what must not be lost when there are more than LINE shows

  bool operator()(const ChoicesMessage& message) {
    add_line(text, message.title);
    add_line(text, message.text);
    offer(message.choices, text, offered);
    return true;
  }
  bool operator()(const CardsMessage& message) {
    for (const Card& card : message.cards) {
      add_line(text, card.title);
      add_line(text, card.text);
      offer(card.actions, text, offered);
    }
    return true;
  }
  bool operator()(const ListMessage& message) {
    add_line(text, message.title);
    add_line(text, message.text);
    int number = 0;
    for (const ListRow& row : message.rows) {
      std::string line;
      if (row.mark != ListRow::Mark::kNone) line = std::to_string(++number) + " ";
      line += row.label;
      if (!row.value.empty()) line += "：" + row.value;
      if (row.mark == ListRow::Mark::kOn) line += "（✓）";
      add_line(text, line);
      if (!row.action) continue;
      offered.push_back(*row.action);
      // A card of settings says 「変更」 on every line; alone it would not say of what.
      if (!row.value.empty()) offered.back().label = row.label;
    }
    first = message.actions;
    return true;
  }
  bool operator()(const RichMessage& message) {
    if (message.channel != "line") return false;
    text = message.alt_text;
    return true;
  }
  template <typename Other>
  bool operator()(const Other&) {
    return false;
  }
};

void to_text(Message& message) {
  AsText reader;
  if (!std::visit([&](const auto& body) { return reader(body); }, message.body)) return;
  message.body = TextMessage{shorten_utf16(reader.text, kMaxTextUtf16)};
  std::vector<Action> all = std::move(reader.first);
  std::vector<Action> own = std::move(message.quick_replies);
  const std::size_t kept = std::min(kMaxQuickReplies, all.size() + own.size());
  const std::size_t room = kMaxQuickReplies - kept;
  if (reader.offered.size() > room) reader.offered.resize(room);
  message.quick_replies = std::move(reader.offered);
  for (std::vector<Action>* rest : {&all, &own}) {
    for (Action& action : *rest) {
      if (message.quick_replies.size() < kMaxQuickReplies) message.quick_replies.push_back(std::move(action));
    }
  }
}

// --- large type ---

RichMessage rich(std::string alt_text, const Json& contents) {
  return RichMessage{"line", shorten_utf16(alt_text, kMaxAltUtf16), dump_json(contents)};
}

void to_large(Message& message) {
  if (const auto* text = std::get_if<TextMessage>(&message.body)) {
    if (text->text.empty() || text->text.size() > kMaxLargeTextBytes) return;
    message.body = rich(text->text, large_text_bubble(text->text));
  } else if (const auto* choices = std::get_if<ChoicesMessage>(&message.body)) {
    message.body = rich(choices->text, card_bubble({choices->title, choices->text, "", choices->choices}, true));
  } else if (const auto* cards = std::get_if<CardsMessage>(&message.body)) {
    Json bubbles = Json::array();
    for (const Card& card : cards->cards) bubbles.push_back(card_bubble(card, true));
    message.body = rich(cards->alt_text, Json{{"type", "carousel"}, {"contents", std::move(bubbles)}});
  } else if (const auto* list = std::get_if<ListMessage>(&message.body)) {
    message.body = rich(list_alt_text(*list), list_bubble(*list, true));
  }
}

}  // namespace

std::vector<Message> arrange(std::vector<Message> messages, Display display) {
  if (display == Display::kStandard) return messages;
  for (Message& message : messages) display == Display::kText ? to_text(message) : to_large(message);
  return messages;
}

}  // namespace kairan::adapters::line
