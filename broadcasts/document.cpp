#include "broadcasts/document.h"

#include <array>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/civil_time.h"
#include "base/crypto.h"
#include "base/text.h"
#include "broadcasts/wording.h"

namespace kairan::broadcasts {
namespace {

using Json = nlohmann::json;
using Type = DocumentMessage::Type;
using ActionKind = DocumentAction::Kind;

constexpr std::size_t kMaxBytes = 512 * 1024;

template <typename Value>
struct Named {
  std::string_view name;
  Value value;
};

constexpr std::array<Named<Kind>, 3> kKinds{
    {{"live", Kind::kLive}, {"drill", Kind::kDrill}, {"practice", Kind::kPractice}}};
constexpr std::array<Named<Priority>, 3> kPriorities{
    {{"bulk", Priority::kBulk}, {"scheduled", Priority::kScheduled}, {"emergency", Priority::kEmergency}}};
/// The first name of a value is the one that is written.
constexpr std::array<Named<Type>, 8> kTypes{{{"text", Type::kText},
                                             {"image", Type::kImage},
                                             {"choices", Type::kChoices},
                                             {"buttons", Type::kChoices},
                                             {"cards", Type::kCards},
                                             {"carousel", Type::kCards},
                                             {"flex", Type::kFlex},
                                             {"location", Type::kLocation}}};
constexpr std::array<Named<ActionKind>, 5> kActionKinds{{{"say", ActionKind::kSay},
                                                         {"postback", ActionKind::kPostback},
                                                         {"uri", ActionKind::kUri},
                                                         {"location", ActionKind::kLocation},
                                                         {"date", ActionKind::kDate}}};

template <typename Table>
auto value_of(const Table& table, std::string_view name) -> std::optional<decltype(table[0].value)> {
  for (const auto& entry : table) {
    if (entry.name == name) return entry.value;
  }
  return std::nullopt;
}
template <typename Table, typename Value>
std::string name_of(const Table& table, Value value) {
  for (const auto& entry : table) {
    if (entry.value == value) return std::string(entry.name);
  }
  return {};
}
template <typename Table>
StaffText names_of(const Table& table) {
  StaffText names;
  for (const auto& entry : table) {
    if (!names.empty()) names += {"、", ", "};
    names += same_text(std::string(entry.name));
  }
  return names;
}

/// 「x」は使えません。
StaffText not_usable(const std::string& name) {
  const std::string shown = shorten_utf16(name, 20);
  return {"「" + shown + "」は使えません。", "“" + shown + "” cannot be used. "};
}
template <typename Table>
StaffText one_of(const Table& table) {
  const StaffText names = names_of(table);
  return {names.ja + " のどれかを書いてください。", "Write one of " + names.en + "."};
}

const StaffText kWriteText{"文字列を書いてください。", "Write a text."};

/// Reads members and collects what is wrong, with the path of each.
class MemberReader {
 public:
  explicit MemberReader(std::vector<Problem>& problems) : problems_(problems) {}

  bool failed() const { return failed_; }
  void problem(std::string path, StaffText message) {
    failed_ = true;
    if (problems_.size() < kMaxProblems) problems_.push_back({std::move(path), std::move(message), false});
  }

  void only(const Json& object, const std::string& path, std::initializer_list<std::string_view> known) {
    for (const auto& [key, value] : object.items()) {
      bool found = false;
      for (const std::string_view name : known) found = found || name == key;
      if (!found)
        problem(at(path, shorten_utf16(key, 40)), {"知らない項目です。つづりを確かめるか、消してください。",
                                                   "This member is not known. Check its spelling or remove it."});
    }
  }

  std::string text(const Json& object, const std::string& path, std::string_view key) {
    const Json* const member = json_member(object, key);
    if (member == nullptr || member->is_null()) return {};
    if (member->is_string()) return member->get<std::string>();
    problem(at(path, key), kWriteText);
    return {};
  }

  Localized localized(const Json& object, const std::string& path, std::string_view key) {
    const Json* const member = json_member(object, key);
    if (member == nullptr || member->is_null()) return {};
    return localized(*member, at(path, key));
  }

  Localized localized(const Json& value, const std::string& path) {
    Localized texts;
    if (value.is_string()) {
      texts["ja"] = value.get<std::string>();
      return texts;
    }
    if (!value.is_object()) {
      problem(path, {"文字列か、{\"ja\": \"…\", \"ja-easy\": \"…\", \"en\": \"…\"} の形で書いてください。",
                     "Write a text, or {\"ja\": \"…\", \"ja-easy\": \"…\", \"en\": \"…\"}."});
      return texts;
    }
    for (const auto& [language, text] : value.items()) {
      if (language.empty() || language.size() > 16 || !is_plain_language(language)) {
        problem(at(path, shorten_utf16(language, 20)),
                {"言語は ja、ja-easy、en のように書いてください。", "Write a language as ja, ja-easy or en."});
      } else if (!text.is_string()) {
        problem(at(path, language), kWriteText);
      } else {
        texts[language] = text.get<std::string>();
      }
    }
    if (texts.find("ja") == texts.end())
      problem(at(path, "ja"),
              {"日本語（ja）の文がありません。ほかの言語がない方はこれを読みます。",
               "The Japanese text (ja) is missing. It is what readers of languages that are not here get."});
    return texts;
  }

  double number(const Json& object, const std::string& path, std::string_view key) {
    const Json* const member = json_member(object, key);
    if (member != nullptr && member->is_number()) return member->get<double>();
    problem(at(path, key), {"数を書いてください（緯度は 33.1、経度は 130.1 のような形）。",
                            "Write a number, such as 33.1 for a latitude and 130.1 for a longitude."});
    return 0;
  }

  std::vector<DocumentAction> actions(const Json& object, const std::string& path,
                                      std::initializer_list<std::string_view> keys) {
    std::vector<DocumentAction> list;
    for (const std::string_view key : keys) {
      const Json* const member = json_member(object, key);
      if (member == nullptr || member->is_null()) continue;
      const std::string here = at(path, key);
      if (!member->is_array() || member->size() > kMaxListed) {
        problem(here, {"ボタンの一覧（[ ]）を書いてください。", "Write a list of buttons: [ ]."});
        continue;
      }
      for (std::size_t i = 0; i < member->size(); ++i) list.push_back(action((*member)[i], here + index_path(i)));
    }
    return list;
  }

  template <typename Table>
  auto choice(const Json& object, const std::string& path, std::string_view key, const Table& table,
              decltype(table[0].value) otherwise) {
    const std::string name = text(object, path, key);
    if (name.empty()) return otherwise;
    const auto value = value_of(table, name);
    if (!value) {
      StaffText wrong = not_usable(name);
      wrong += one_of(table);
      problem(at(path, key), std::move(wrong));
    }
    return value.value_or(otherwise);
  }

  static std::string at(const std::string& path, std::string_view key) {
    return path.empty() ? std::string(key) : path + "." + std::string(key);
  }

  static constexpr std::size_t kMaxListed = 50;

 private:
  static bool is_plain_language(std::string_view name) {
    for (const char c : name) {
      if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-')) return false;
    }
    return true;
  }

  DocumentAction action(const Json& json, const std::string& path) {
    DocumentAction action;
    if (!json.is_object()) {
      problem(path, {"{\"type\": \"uri\", \"label\": \"…\", \"value\": \"https://…\"} の形で書いてください。",
                     "Write {\"type\": \"uri\", \"label\": \"…\", \"value\": \"https://…\"}."});
      return action;
    }
    only(json, path, {"type", "label", "value", "display"});
    action.kind = choice(json, path, "type", kActionKinds, ActionKind::kSay);
    action.label = localized(json, path, "label");
    action.value = localized(json, path, "value");
    action.display = localized(json, path, "display");
    if (action.kind == ActionKind::kSay && action.value.empty()) action.value = action.label;
    return action;
  }

  static constexpr std::size_t kMaxProblems = 50;
  std::vector<Problem>& problems_;
  bool failed_ = false;
};

DocumentMessage read_message(MemberReader& reader, const Json& json, const std::string& path) {
  DocumentMessage message;
  if (!json.is_object()) {
    reader.problem(path, {"{\"type\": \"text\", \"text\": \"…\"} の形で書いてください。",
                          "Write {\"type\": \"text\", \"text\": \"…\"}."});
    return message;
  }
  const std::string type = reader.text(json, path, "type");
  const auto known = value_of(kTypes, type);
  if (!known) {
    StaffText wrong = type.empty() ? StaffText{"種類がありません。", "The type is missing. "} : not_usable(type);
    wrong += one_of(kTypes);
    reader.problem(MemberReader::at(path, "type"), std::move(wrong));
    return message;
  }
  message.type = *known;
  switch (message.type) {
    case Type::kText:
      reader.only(json, path, {"type", "text", "quick_replies"});
      message.text = reader.localized(json, path, "text");
      break;
    case Type::kImage:
      reader.only(json, path, {"type", "url", "preview_url", "alt", "quick_replies"});
      message.url = reader.text(json, path, "url");
      message.preview_url = reader.text(json, path, "preview_url");
      message.alt = reader.localized(json, path, "alt");
      break;
    case Type::kChoices:
      reader.only(json, path, {"type", "title", "text", "choices", "buttons", "actions", "quick_replies"});
      message.title = reader.localized(json, path, "title");
      message.text = reader.localized(json, path, "text");
      message.choices = reader.actions(json, path, {"choices", "buttons", "actions"});
      break;
    case Type::kCards: {
      reader.only(json, path, {"type", "alt", "cards", "columns", "quick_replies"});
      message.alt = reader.localized(json, path, "alt");
      for (const std::string_view key : {"cards", "columns"}) {
        const Json* const cards = json_member(json, key);
        if (cards == nullptr) continue;
        const std::string here = MemberReader::at(path, key);
        if (!cards->is_array() || cards->size() > MemberReader::kMaxListed) {
          reader.problem(here, {"カードの一覧（[ ]）を書いてください。", "Write a list of cards: [ ]."});
          continue;
        }
        for (std::size_t i = 0; i < cards->size(); ++i) {
          const std::string place = here + index_path(i);
          DocumentCard card;
          const Json& one = (*cards)[i];
          if (!one.is_object()) {
            reader.problem(place, {"{\"title\": \"…\", \"text\": \"…\", \"actions\": []} の形で書いてください。",
                                   "Write {\"title\": \"…\", \"text\": \"…\", \"actions\": []}."});
            continue;
          }
          reader.only(one, place, {"title", "text", "image", "actions"});
          card.title = reader.localized(one, place, "title");
          card.text = reader.localized(one, place, "text");
          card.image = reader.text(one, place, "image");
          card.actions = reader.actions(one, place, {"actions"});
          message.cards.push_back(std::move(card));
        }
      }
      break;
    }
    case Type::kFlex: {
      reader.only(json, path, {"type", "alt", "contents", "quick_replies"});
      message.alt = reader.localized(json, path, "alt");
      const Json* const contents = json_member(json, "contents");
      if (contents == nullptr || !contents->is_object()) {
        reader.problem(MemberReader::at(path, "contents"),
                       {"Flex Message の中身（bubble か carousel のオブジェクト）を書いてください。",
                        "Write what the Flex Message holds: a bubble or carousel object."});
      } else {
        message.contents = dump_json(*contents);
      }
      break;
    }
    case Type::kLocation:
      reader.only(json, path, {"type", "title", "address", "latitude", "longitude", "quick_replies"});
      message.title = reader.localized(json, path, "title");
      message.text = reader.localized(json, path, "address");
      message.latitude = reader.number(json, path, "latitude");
      message.longitude = reader.number(json, path, "longitude");
      break;
  }
  message.quick_replies = reader.actions(json, path, {"quick_replies"});
  return message;
}

/// A time, or nothing for absent, null and "now"; a rule (an object) is kept as JSON.
std::optional<TimePoint> read_time(MemberReader& reader, const Json& json, std::string_view key, std::string* rule) {
  const Json* const member = json_member(json, key);
  if (member == nullptr || member->is_null()) return std::nullopt;
  if (rule != nullptr && member->is_object()) {
    *rule = dump_json(*member);
    return std::nullopt;
  }
  if (member->is_string()) {
    const auto text = member->get<std::string>();
    if (text.empty() || (rule != nullptr && text == "now")) return std::nullopt;
    if (const auto at = parse_time(text)) return at;
  }
  reader.problem(std::string(key), {"日時を「2026-12-01 18:00」の形（日本時間）で書いてください。",
                                    "Write a time as 2026-12-01 18:00, in Japan."});
  return std::nullopt;
}

// --- writing ---

Json texts_json(const Localized& texts) {
  Json json = Json::object();
  for (const auto& [language, text] : texts) json[language] = text;
  return json;
}

void put(Json& json, const char* key, const Localized& texts) {
  if (!texts.empty()) json[key] = texts_json(texts);
}
void put(Json& json, const char* key, const std::string& text) {
  if (!text.empty()) json[key] = text;
}

Json actions_json(const std::vector<DocumentAction>& actions) {
  Json list = Json::array();
  for (const DocumentAction& action : actions) {
    Json json{{"type", name_of(kActionKinds, action.kind)}};
    put(json, "label", action.label);
    put(json, "value", action.value);
    put(json, "display", action.display);
    list.push_back(std::move(json));
  }
  return list;
}

Json message_json(const DocumentMessage& message) {
  Json json{{"type", name_of(kTypes, message.type)}};
  put(json, "title", message.title);
  put(json, message.type == Type::kLocation ? "address" : "text", message.text);
  put(json, "alt", message.alt);
  put(json, "url", message.url);
  put(json, "preview_url", message.preview_url);
  if (message.type == Type::kChoices) json["choices"] = actions_json(message.choices);
  if (message.type == Type::kCards) {
    json["cards"] = Json::array();
    for (const DocumentCard& card : message.cards) {
      Json one = Json::object();
      put(one, "title", card.title);
      put(one, "text", card.text);
      put(one, "image", card.image);
      one["actions"] = actions_json(card.actions);
      json["cards"].push_back(std::move(one));
    }
  }
  if (message.type == Type::kFlex) json["contents"] = parse_json(message.contents).value_or(Json::object());
  if (message.type == Type::kLocation) {
    json["latitude"] = message.latitude;
    json["longitude"] = message.longitude;
  }
  if (!message.quick_replies.empty()) json["quick_replies"] = actions_json(message.quick_replies);
  return json;
}

}  // namespace

StaffText no_audience() {
  return {"だれに届けるかが決まっていません。配信対象を選んでください。",
          "Nobody is chosen yet. Choose who it is for."};
}

std::string_view kind_name(Kind kind) {
  return kKinds[static_cast<std::size_t>(kind)].name;
}
std::optional<Kind> parse_kind(std::string_view name) {
  return value_of(kKinds, name);
}
std::string_view kind_ja(Kind kind) {
  switch (kind) {
    case Kind::kLive:
      return "本番";
    case Kind::kDrill:
      return "訓練";
    case Kind::kPractice:
      return "練習";
  }
  return "";
}
std::string_view priority_name(Priority priority) {
  return kPriorities[static_cast<std::size_t>(priority)].name;
}
std::optional<Priority> parse_priority(std::string_view name) {
  return value_of(kPriorities, name);
}

Result<Document> parse_document(std::string_view bytes, std::vector<Problem>& problems) {
  const auto json = parse_json(bytes, JsonLimits{kMaxBytes, 32});
  MemberReader reader(problems);
  if (!json || !json->is_object()) {
    reader.problem(
        "",
        !json && json.error().code == ErrorCode::kTooLarge
            ? StaffText{"大きすぎます。512KB までにしてください。", "It is too large. The most is 512 KB."}
            : StaffText{"JSON として読めません。{ } の対応、カンマ、引用符、文字コード（UTF-8）を確かめてください。",
                        "It is not JSON. Check that { and } pair, the commas, the quotes, and that it is UTF-8."});
    return staff_error(ErrorCode::kInvalid, problems.back().message);
  }
  reader.only(*json, "",
              {"title", "kind", "priority", "section", "topic", "segment", "messages", "schedule", "expires",
               "fallbacks", "count_links", "frame"});
  Document document;
  document.title = reader.text(*json, "", "title");
  document.kind = reader.choice(*json, "", "kind", kKinds, Kind::kLive);
  document.priority = reader.choice(*json, "", "priority", kPriorities, Priority::kBulk);
  document.section = reader.text(*json, "", "section");
  document.topic = reader.text(*json, "", "topic");

  const Json* const segment = json_member(*json, "segment");
  if (segment == nullptr) {
    reader.problem(
        "segment",
        {"配信対象がありません。\"everyone\"（全員）か、条件の組を書いてください。まだ決まっていないときは null です。",
         "The audience is missing. Write \"everyone\" or a group of conditions; null while nobody is chosen yet."});
  } else if (segment->is_null()) {
    document.segment = kNoAudience;
  } else if (segment->is_object()) {
    document.segment = dump_json(*segment);
  } else if (!segment->is_string() || segment->get<std::string>() != "everyone") {
    reader.problem("segment",
                   {"\"everyone\"（全員）か、条件の組 {\"combinator\": \"and\", \"rules\": […]} を書いてください。",
                    "Write \"everyone\" or a group of conditions: {\"combinator\": \"and\", \"rules\": […]}."});
  }

  const Json* const messages = json_member(*json, "messages");
  if (messages == nullptr || !messages->is_array() || messages->empty()) {
    reader.problem("messages",
                   {"メッセージがありません。1件から5件書いてください。", "There is no message. Write one to five."});
  } else if (messages->size() > MemberReader::kMaxListed) {
    reader.problem("messages",
                   {"メッセージが多すぎます。5件までにしてください。", "There are too many messages. Five at most."});
  } else {
    for (std::size_t i = 0; i < messages->size(); ++i) {
      document.messages.push_back(read_message(reader, (*messages)[i], "messages" + index_path(i)));
    }
  }
  document.at = read_time(reader, *json, "schedule", &document.rule);
  document.expires = read_time(reader, *json, "expires", nullptr);
  if (const Json* const fallbacks = json_member(*json, "fallbacks"); fallbacks != nullptr && !fallbacks->is_null()) {
    if (fallbacks->is_object()) {
      for (const auto& [name, text] : fallbacks->items()) {
        document.fallbacks[name] = reader.localized(text, MemberReader::at("fallbacks", name));
      }
    } else {
      reader.problem("fallbacks", {"{\"district\": \"お住まいの地区\"} の形で書いてください。",
                                   "Write {\"district\": \"your district\"}."});
    }
  }
  if (const Json* const count = json_member(*json, "count_links"); count != nullptr && !count->is_null()) {
    if (count->is_boolean()) {
      document.count_links = count->get<bool>();
    } else {
      reader.problem("count_links", {"true か false を書いてください。", "Write true or false."});
    }
  }
  if (const Json* const frame = json_member(*json, "frame"); frame != nullptr && !frame->is_null()) {
    FrameUse use;
    use.id = reader.text(*frame, "frame", "id");
    const Json* const fields = json_member(*frame, "fields");
    if (fields != nullptr && fields->is_object()) {
      for (const auto& [name, text] : fields->items()) {
        if (text.is_string()) {
          use.fields[name] = text.get<std::string>();
        } else {
          reader.problem("frame.fields." + shorten_utf16(name, 40), kWriteText);
        }
      }
    }
    if (use.id.empty())
      reader.problem("frame.id", {"ひな形の名前を書いてください。", "Write the name of the template."});
    document.frame = std::move(use);
  }
  if (reader.failed()) {
    return staff_error(ErrorCode::kInvalid, at_place(problems.front().path, problems.front().message));
  }
  return document;
}

Error unreadable_document(ErrorCode code, const Error& why) {
  StaffText text{"配信の内容を読めません。", "The notice cannot be read. "};
  text += told(why);
  return staff_error(code, std::move(text));
}

std::string canonical_json(const Document& document) {
  Json json{{"title", document.title},
            {"kind", kind_name(document.kind)},
            {"priority", priority_name(document.priority)},
            {"section", document.section},
            {"topic", document.topic}};
  json["segment"] = document.segment.empty() ? Json("everyone") : parse_json(document.segment).value_or(Json());
  json["messages"] = Json::array();
  for (const DocumentMessage& message : document.messages) json["messages"].push_back(message_json(message));
  if (document.at) json["schedule"] = format_utc(*document.at);
  if (!document.rule.empty()) json["schedule"] = parse_json(document.rule).value_or(Json());
  if (document.expires) json["expires"] = format_utc(*document.expires);
  if (!document.fallbacks.empty()) {
    json["fallbacks"] = Json::object();
    for (const auto& [name, texts] : document.fallbacks) json["fallbacks"][name] = texts_json(texts);
  }
  json["count_links"] = document.count_links;
  if (document.frame) json["frame"] = Json{{"id", document.frame->id}, {"fields", document.frame->fields}};
  return dump_json(json);
}

std::string approval_hash(const Document& document) {
  return to_hex(bytes_of(sha256(canonical_json(document))));
}

std::optional<TimePoint> parse_time(std::string_view text) {
  const auto digits = [&](std::size_t from, std::size_t count) -> int {
    if (from + count > text.size()) return -1;
    int value = 0;
    for (std::size_t i = from; i < from + count; ++i) {
      if (text[i] < '0' || text[i] > '9') return -1;
      value = value * 10 + (text[i] - '0');
    }
    return value;
  };
  if (text.size() < 16 || (text[10] != ' ' && text[10] != 'T') || text[13] != ':') return std::nullopt;
  const auto date = parse_date(text.substr(0, 10));
  const int hour = digits(11, 2);
  const int minute = digits(14, 2);
  if (!date || hour < 0 || hour > 23 || minute < 0 || minute > 59) return std::nullopt;
  std::size_t place = 16;
  std::chrono::milliseconds rest{0};
  if (place < text.size() && text[place] == ':') {
    const int second = digits(place + 1, 2);
    if (second < 0 || second > 59) return std::nullopt;
    rest = std::chrono::seconds(second);
    place += 3;
    if (place < text.size() && text[place] == '.') {
      int scale = 100;
      for (++place; place < text.size() && text[place] >= '0' && text[place] <= '9'; ++place, scale /= 10) {
        rest += std::chrono::milliseconds((text[place] - '0') * scale);
      }
    }
  }
  const TimePoint in_japan = jst_time(*date, hour * 60 + minute) + rest;
  const std::string_view zone = text.substr(place);
  if (zone.empty() || zone == "+09:00") return in_japan;
  if (zone == "Z") return in_japan + kJstOffset;
  if (zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':') {
    const int zone_hour = digits(place + 1, 2);
    const int zone_minute = digits(place + 4, 2);
    if (zone_hour < 0 || zone_hour > 14 || zone_minute < 0 || zone_minute > 59) return std::nullopt;
    const auto offset = std::chrono::hours(zone_hour) + std::chrono::minutes(zone_minute);
    return in_japan + kJstOffset - (zone[0] == '+' ? offset : -offset);
  }
  return std::nullopt;
}

}  // namespace kairan::broadcasts
