#include "intents/garbage_replies.h"

#include "base/text.h"
#include "intents/phrases.h"

namespace kairan::intents {
namespace {

/// The words of the frame in one language.
struct Words {
  const char* is;  ///< after the item's name
  const char* end;
  const char* how;
  const char* note;
  const char* fee;
  const char* not_collected;
  const char* others;
  const char* contact;
  const char* sample;
  const char* when_label;
};

const Words& words_of(const std::string& language) {
  static const Words ja{"は【", "】です。", "出し方：", "注意：", "料金：", "市では収集していません。", "ほかの種類：", "担当：",
                        "（見本の内容です）", "収集日は？"};
  static const Words easy{"は【", "】です。", "出（だ）し方（かた）：", "気（き）を つけること：", "お金（かね）：",
                          "市（し）は 集（あつ）めません。", "ほかの 種類（しゅるい）：", "聞（き）く ところ：",
                          "（見本（みほん）です）", "いつ 出（だ）しますか"};
  static const Words en{": category 【", "】", "How: ", "Note: ", "Fee: ", "The city does not collect it.", "Other kinds: ",
                        "Contact: ", "(sample content)", "When?"};
  if (language == "ja") return ja;
  return language == "ja-easy" ? easy : en;
}

void add(std::string& text, const std::string& line) {
  if (line.empty()) return;
  if (!text.empty()) text += '\n';
  text += line;
}

void add_labelled(std::string& text, const char* label, const std::string& value) {
  if (!value.empty()) add(text, label + value);
}

std::string kind_line(const GarbageItem& item) { return "・" + item.name + " → 【" + item.category + "】"; }

Action say(const std::string& label, const std::string& value) {
  return {Action::Kind::kSay, shorten_graphemes(label, 20), shorten_utf16(value, 300), ""};
}

}  // namespace

std::string contact_line(const City& city, const std::string& language) {
  const std::string& section = city.garbage_section.empty() ? city.name : city.garbage_section;
  const std::string& phone = city.garbage_phone.empty() ? city.phone : city.garbage_phone;
  if (phone.empty() && city.garbage_section.empty()) return {};
  return std::string(words_of(language).contact) + section + (phone.empty() ? "" : " " + phone);
}

std::vector<Message> write_item(const City& city, const ItemReply& reply, const std::string& language) {
  const Words& words = words_of(language);
  std::string text;
  bool sample = false;
  for (const GarbageItem* item : reply.rows) {
    add(text, "「" + item->name + "」" + words.is + item->category + words.end);
    if (item->not_collected) add(text, words.not_collected);
    add_labelled(text, words.how, item->how);
    add_labelled(text, words.note, item->note);
    add_labelled(text, words.fee, item->fee);
    sample = sample || item->sample;
  }
  add(text, reply.collection);
  if (!reply.variants.empty()) {
    add(text, words.others);
    for (const GarbageItem* item : reply.variants) add(text, kind_line(*item));
  }
  add(text, contact_line(city, language));
  if (sample || city.sample) add(text, words.sample);
  Message message = text_message(shorten_utf16(text, 5000));
  if (reply.has_calendar && reply.collection.empty()) {
    message.quick_replies.push_back(say(words.when_label, reply.rows.front()->category + "の収集日は？"));
  }
  return {std::move(message)};
}

std::vector<Message> write_kinds(const City& city, const std::string& word, const std::vector<const GarbageItem*>& items,
                                 bool narrow, const std::string& language) {
  std::string text = narrow ? phrase_text(city, "narrow", language, {{"word", word}})
                            : phrase_text(city, "maybe", language);
  Message message;
  for (const GarbageItem* item : items) {
    add(text, kind_line(*item));
    message.quick_replies.push_back({Action::Kind::kPostback, shorten_graphemes(item->name, 20),
                                     shorten_utf16("garbage:" + item->name, 300), shorten_graphemes(item->name, 60)});
  }
  message.body = TextMessage{std::move(text)};
  return {std::move(message)};
}

std::vector<Message> write_category(const City& city, const GarbageCategory& category, const std::string& collection,
                                    bool has_calendar, const std::string& language) {
  std::string text = "【" + category.name + "】";
  add(text, category.description);
  add(text, collection);
  add(text, contact_line(city, language));
  if (category.sample || city.sample) add(text, words_of(language).sample);
  Message message = text_message(shorten_utf16(text, 5000));
  if (has_calendar && collection.empty()) {
    message.quick_replies.push_back(say(words_of(language).when_label, category.name + "の収集日は？"));
  }
  return {std::move(message)};
}

std::vector<Message> write_material(const City& city, const GarbageMaterial& material, const std::string& language) {
  std::string text = "一覧にない品目です。素材が「" + material.name + "」なら【" + material.category + "】です。";
  add(text, material.description);
  add(text, contact_line(city, language));
  return {text_message(shorten_utf16(text, 5000))};
}

}  // namespace kairan::intents
