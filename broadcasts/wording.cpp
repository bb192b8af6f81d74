#include "broadcasts/wording.h"

#include <algorithm>

#include "base/text.h"

namespace kairan::broadcasts {
namespace {

using Type = DocumentMessage::Type;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

using Visit = std::function<void(const std::string& path, const Localized& text)>;

void visit_actions(const std::vector<DocumentAction>& actions, const std::string& path, const Visit& visit) {
  for (std::size_t i = 0; i < actions.size(); ++i) {
    visit(path + index_path(i) + ".label", actions[i].label);
    if (!actions[i].value.empty()) visit(path + index_path(i) + ".value", actions[i].value);
    if (!actions[i].display.empty()) visit(path + index_path(i) + ".display", actions[i].display);
  }
}

/// A character that ends an address in running text: blanks, controls, quotes, brackets, and everything that is not ASCII (a
/// Japanese sentence goes on right behind it).
bool ends_link(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= ' ' || byte >= 0x7f || c == '"' || c == '<' || c == '>' || c == '(' || c == ')' || c == '\'';
}

/// Finds the next address from `from` on; npos when there is none.
std::size_t next_link(std::string_view text, std::size_t from, std::size_t& length) {
  for (std::size_t at = from; (at = text.find("http", at)) != std::string_view::npos; ++at) {
    std::size_t end = at + (text.substr(at, 8) == "https://" ? 8 : text.substr(at, 7) == "http://" ? 7 : 0);
    const std::size_t scheme = end;
    if (end == at) continue;
    while (end < text.size() && !ends_link(text[end])) ++end;
    while (end > scheme && (text[end - 1] == '.' || text[end - 1] == ',' || text[end - 1] == ';')) --end;
    if (end == scheme) continue;
    length = end - at;
    return at;
  }
  return std::string_view::npos;
}

/// Makes the messages of one reader.
class Wording {
 public:
  Wording(const Document& document, const Reader& reader) : reader_(reader), title_(document.title) {
    if (document.kind == Kind::kPractice) mark_ = kPracticeMark;
    if (document.kind == Kind::kDrill) mark_ = kDrillMark;
  }

  Message make(const DocumentMessage& message) const {
    Message made = body(message);
    for (const DocumentAction& action : message.quick_replies) made.quick_replies.push_back(make(action));
    return made;
  }

 private:
  std::string say(const Localized& text) const {
    const auto pieces = cut_text(pick(text, reader_.language));
    std::string said;
    if (!pieces) return said;
    for (const TextPiece& piece : *pieces) {
      if (!piece.variable) {
        said += piece.text;
      } else if (piece.text == kDateVariable) {
        said += reader_.language == "ja" || reader_.language == "ja-easy" ? format_ja(reader_.date) : format_iso(reader_.date);
      } else if (const auto value = reader_.values.find(piece.text); value != reader_.values.end()) {
        said += value->second;
      }
    }
    return said;
  }
  /// Running text: its addresses become short links.
  std::string prose(const Localized& text) const {
    std::string said = say(text);
    return reader_.link ? replace_links(said, reader_.link) : said;
  }
  std::string marked(std::string text) const {
    if (!mark_.empty()) text = with_mark(mark_, text);
    return reader_.test ? std::string(kTestMark) + text : text;
  }
  std::string media(const std::string& url) const {
    return url.substr(0, 3) == "/m/" ? reader_.media_base + url : url;
  }

  kairan::Action make(const DocumentAction& action) const {
    kairan::Action made;
    made.label = say(action.label);
    made.value = say(action.value);
    made.display = say(action.display);
    switch (action.kind) {
      case DocumentAction::Kind::kSay: made.kind = kairan::Action::Kind::kSay; break;
      case DocumentAction::Kind::kPostback: made.kind = kairan::Action::Kind::kPostback; break;
      case DocumentAction::Kind::kUri:
        made.kind = kairan::Action::Kind::kOpenUri;
        if (reader_.link && made.value.substr(0, 4) == "http") made.value = reader_.link(made.value);
        break;
      case DocumentAction::Kind::kLocation: made.kind = kairan::Action::Kind::kLocation; break;
      case DocumentAction::Kind::kDate: made.kind = kairan::Action::Kind::kDate; break;
    }
    return made;
  }

  Message body(const DocumentMessage& message) const {
    switch (message.type) {
      case Type::kText: return text_message(marked(prose(message.text)));
      case Type::kImage: {
        if (reader_.display == Display::kText && !message.alt.empty()) return text_message(marked(prose(message.alt)));
        const std::string& preview = message.preview_url.empty() ? message.url : message.preview_url;
        return Message{ImageMessage{media(message.url), media(preview)}, {}};
      }
      case Type::kChoices: return choices(message);
      case Type::kCards: return cards(message);
      case Type::kFlex:
        return Message{RichMessage{"line", marked(alt_of(message)), message.contents}, {}};
      case Type::kLocation: {
        LocationMessage place{marked(say(message.title)), say(message.text), message.latitude, message.longitude};
        return Message{std::move(place), {}};
      }
    }
    return {};
  }

  Message choices(const DocumentMessage& message) const {
    ChoicesMessage made{say(message.title), prose(message.text), {}};
    if (made.title.empty()) {
      made.text = marked(std::move(made.text));
    } else {
      made.title = marked(std::move(made.title));
    }
    for (const DocumentAction& action : message.choices) made.choices.push_back(make(action));
    return Message{std::move(made), {}};
  }

  Message cards(const DocumentMessage& message) const {
    CardsMessage made{marked(alt_of(message)), {}};
    for (const DocumentCard& card : message.cards) {
      Card one{say(card.title), prose(card.text), media(card.image), {}};
      if (one.title.empty()) {
        one.text = marked(std::move(one.text));
      } else {
        one.title = marked(std::move(one.title));
      }
      for (const DocumentAction& action : card.actions) one.actions.push_back(make(action));
      made.cards.push_back(std::move(one));
    }
    return Message{std::move(made), {}};
  }

  /// What is read in place of cards and Flex; the title of the broadcast when the author gave nothing.
  std::string alt_of(const DocumentMessage& message) const { return message.alt.empty() ? title_ : say(message.alt); }

  const Reader& reader_;
  const std::string& title_;
  std::string_view mark_;
};

struct PlainText {
  std::string operator()(const ListMessage& m) const {
    std::string all = m.title;
    for (const ListRow& row : m.rows) all += "\n" + row.label + (row.value.empty() ? "" : "：" + row.value);
    return all;
  }
  std::string operator()(const TextMessage& m) const { return m.text; }
  std::string operator()(const ChoicesMessage& m) const { return (m.title.empty() ? "" : m.title + "\n") + m.text + labels(m.choices); }
  std::string operator()(const CardsMessage& m) const {
    std::string all = m.alt_text;
    for (const Card& card : m.cards) {
      all += "\n" + (card.title.empty() ? card.text : card.title + "\n" + card.text) + labels(card.actions);
    }
    return all;
  }
  std::string operator()(const ImageMessage& m) const { return "（画像 " + m.url + "）"; }
  std::string operator()(const LocationMessage& m) const { return m.title + "\n" + m.address; }
  std::string operator()(const StickerMessage&) const { return "（スタンプ）"; }
  std::string operator()(const RichMessage& m) const { return m.alt_text; }
  static std::string labels(const std::vector<kairan::Action>& actions) {
    std::string all;
    for (const kairan::Action& action : actions) all += "\n［" + action.label + "］";
    return all;
  }
};

}  // namespace

std::string literal_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c;
    if (c == '{' || c == '}') out += c;
  }
  return out;
}

std::string index_path(std::size_t index) {
  return "[" + std::to_string(index) + "]";
}

Result<std::vector<TextPiece>> cut_text(std::string_view text) {
  std::vector<TextPiece> pieces;
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) pieces.push_back({std::move(literal), false});
    literal.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c == '{' || c == '}') && i + 1 < text.size() && text[i + 1] == c) {
      literal += c;
      ++i;
    } else if (c == '{') {
      std::size_t end = i + 1;
      while (end < text.size() && is_name_char(text[end])) ++end;
      if (end == i + 1 || end >= text.size() || text[end] != '}') {
        return staff_error(
            ErrorCode::kInvalid,
            {"「{」の後が差し込みの名前ではありません。{district} のように書くか、文字としての { は {{ "
             "と書いてください。",
             "What follows { is not the name of a variable. Write it as {district}, or a plain { as {{."});
      }
      flush();
      pieces.push_back({std::string(text.substr(i + 1, end - i - 1)), true});
      i = end;
    } else if (c == '}') {
      return staff_error(ErrorCode::kInvalid,
                         {"「}」に対応する「{」がありません。文字としての } は }} と書いてください。",
                          "There is a } without its {. Write a plain } as }}."});
    } else {
      literal += c;
    }
  }
  flush();
  return pieces;
}

void each_text(const Document& document, const Visit& visit) {
  for (std::size_t i = 0; i < document.messages.size(); ++i) {
    const DocumentMessage& message = document.messages[i];
    const std::string path = "messages" + index_path(i);
    if (!message.title.empty()) visit(path + ".title", message.title);
    if (!message.text.empty()) visit(path + (message.type == Type::kLocation ? ".address" : ".text"), message.text);
    if (!message.alt.empty()) visit(path + ".alt", message.alt);
    visit_actions(message.choices, path + ".choices", visit);
    for (std::size_t c = 0; c < message.cards.size(); ++c) {
      const std::string place = path + ".cards" + index_path(c);
      if (!message.cards[c].title.empty()) visit(place + ".title", message.cards[c].title);
      if (!message.cards[c].text.empty()) visit(place + ".text", message.cards[c].text);
      visit_actions(message.cards[c].actions, place + ".actions", visit);
    }
    visit_actions(message.quick_replies, path + ".quick_replies", visit);
  }
}

std::set<std::string> variables_of(const Document& document) {
  std::set<std::string> names;
  each_text(document, [&](const std::string&, const Localized& texts) {
    for (const auto& [language, text] : texts) {
      const auto pieces = cut_text(text);
      if (!pieces) continue;
      for (const TextPiece& piece : *pieces) {
        if (piece.variable && piece.text != kDateVariable) names.insert(piece.text);
      }
    }
  });
  return names;
}

std::set<std::string> languages_of(const Document& document) {
  std::set<std::string> languages{"ja"};
  each_text(document, [&](const std::string&, const Localized& texts) {
    for (const auto& [language, text] : texts) languages.insert(language);
  });
  return languages;
}

std::vector<Message> messages_for(const Document& document, const Reader& reader) {
  const Wording wording(document, reader);
  std::vector<Message> messages;
  for (const DocumentMessage& message : document.messages) messages.push_back(wording.make(message));
  if (reader.leave_topic && !messages.empty() && messages.back().quick_replies.size() < ChannelLimits().quick_replies) {
    messages.back().quick_replies.push_back(*reader.leave_topic);
  }
  return messages;
}

kairan::Action leave_topic_action(std::string_view topic, const Localized& topic_label, const std::string& language) {
  static const Localized kLabel{{"ja", "このお知らせをやめる"}, {"ja-easy", "もう いらない"}, {"en", "Stop these notices"}};
  static const Localized kBefore{{"ja", "「"}, {"ja-easy", "「"}, {"en", "Stop \""}};
  static const Localized kAfter{{"ja", "」のお知らせをやめる"}, {"ja-easy", "」の お知（し）らせは いりません"}, {"en", "\" notices"}};
  return {kairan::Action::Kind::kPostback, pick(kLabel, language), "set:topic:" + std::string(topic) + ":off",
          pick(kBefore, language) + pick(topic_label, language) + pick(kAfter, language)};
}

std::string plain_text(const std::vector<Message>& messages) {
  std::string all;
  for (const Message& message : messages) {
    if (!all.empty()) all += "\n\n";
    all += std::visit(PlainText{}, message.body);
  }
  return all;
}

std::string with_mark(std::string_view mark, std::string_view text) {
  constexpr std::string_view kWideSpace = "　";
  for (bool more = true; more;) {
    more = false;
    while (!text.empty() && (text.front() == ' ' || text.front() == '\n' || text.front() == '\t' || text.front() == '\r')) {
      text.remove_prefix(1);
    }
    for (const std::string_view lead : {mark, kWideSpace}) {
      if (!lead.empty() && text.substr(0, lead.size()) == lead) {
        text.remove_prefix(lead.size());
        more = true;
      }
    }
  }
  return std::string(mark) + std::string(text);
}

std::vector<std::string> links_in(std::string_view text) {
  std::vector<std::string> links;
  std::size_t length = 0;
  for (std::size_t at = 0; (at = next_link(text, at, length)) != std::string_view::npos; at += length) {
    const std::string link(text.substr(at, length));
    if (std::find(links.begin(), links.end(), link) == links.end()) links.push_back(link);
  }
  return links;
}

std::string replace_links(std::string_view text, const std::function<std::string(std::string_view)>& replace) {
  std::string result;
  std::size_t from = 0;
  std::size_t length = 0;
  for (std::size_t at = 0; (at = next_link(text, at, length)) != std::string_view::npos; at += length) {
    result += text.substr(from, at - from);
    result += replace(text.substr(at, length));
    from = at + length;
  }
  result += text.substr(from);
  return result;
}

}  // namespace kairan::broadcasts
