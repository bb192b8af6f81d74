#include "intents/engine.h"
#include "intents/content.h"

namespace kairan::intents {
namespace {

void add_line(std::string& out, const std::string& line) {
  if (line.empty()) return;
  if (!out.empty()) out += '\n';
  out += line;
}

void add_labels(std::string& out, const std::vector<Action>& actions) {
  std::string line;
  for (const Action& action : actions) line += (line.empty() ? "［" : " ［") + action.label + "］";
  add_line(out, line);
}

struct BodyReader {
  std::string& out;
  void operator()(const TextMessage& message) const { add_line(out, message.text); }
  void operator()(const ChoicesMessage& message) const {
    add_line(out, message.title);
    add_line(out, message.text);
    add_labels(out, message.choices);
  }
  void operator()(const CardsMessage& message) const {
    for (const Card& card : message.cards) {
      add_line(out, card.title);
      add_line(out, card.text);
      add_labels(out, card.actions);
    }
  }
  void operator()(const ListMessage& message) const {
    add_line(out, message.title);
    add_line(out, message.text);
    for (const ListRow& row : message.rows) {
      const std::string_view mark = row.mark == ListRow::Mark::kOn ? "☑ " : row.mark == ListRow::Mark::kOff ? "☐ " : "";
      add_line(out, std::string(mark) + row.label + (row.value.empty() ? "" : "：" + row.value));
    }
    add_labels(out, message.actions);
  }
  void operator()(const ImageMessage& message) const { add_line(out, message.url); }
  void operator()(const LocationMessage& message) const {
    add_line(out, message.title);
    add_line(out, message.address);
  }
  void operator()(const StickerMessage&) const {}
  void operator()(const RichMessage& message) const { add_line(out, message.alt_text); }
};

}  // namespace

std::string_view answer_kind_name(Answer::Kind kind) {
  switch (kind) {
    case Answer::Kind::kAnswer: return "answer";
    case Answer::Kind::kChoose: return "choose";
    case Answer::Kind::kNone: return "none";
  }
  return "none";
}

std::string shown_text(const std::vector<Message>& messages) {
  std::string out;
  for (const Message& message : messages) {
    std::visit(BodyReader{out}, message.body);
    add_labels(out, message.quick_replies);
  }
  return out;
}

bool LoadReport::ok() const {
  for (const FileProblem& problem : problems) {
    if (!problem.warning) return false;
  }
  return true;
}

}  // namespace kairan::intents
