#include "broadcasts/frames.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/bounded_json.h"
#include "base/text.h"
#include "base/yaml_tree.h"
#include "broadcasts/segment.h"
#include "broadcasts/wording.h"
#include "store/attribute_names.h"
#include "store/keys.h"

namespace kairan::broadcasts {
namespace {

using Json = nlohmann::json;
using store::Role;

constexpr std::size_t kMaxFields = 20;
constexpr std::size_t kMaxFieldText = 500;

void add(std::vector<Problem>& problems, std::string path, StaffText message) {
  problems.push_back({std::move(path), std::move(message), false});
}

std::vector<std::string> parts_of(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(at, begin), text.size());
    if (const auto part = trim(std::string_view(text).substr(begin, end - begin)); !part.empty())
      parts.emplace_back(part);
    begin = end + 1;
  }
  return parts;
}

std::string replace_all(std::string text, std::string_view from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

/// Puts values where [[NAME]] stands, in every string below `json`, by the language a string is for.
void fill_in(Json& json, const std::map<std::string, Localized>& values, const std::string& language) {
  if (json.is_string()) {
    std::string text = json.get<std::string>();
    for (const auto& [name, value] : values)
      text = replace_all(std::move(text), "[[" + name + "]]", pick(value, language));
    json = std::move(text);
  } else if (json.is_array()) {
    for (Json& item : json) fill_in(item, values, language);
  } else if (json.is_object()) {
    const bool by_language = json.find("ja") != json.end();
    for (auto& [key, item] : json.items()) fill_in(item, values, by_language ? key : language);
  }
}

std::set<std::string> slots_in(std::string_view text) {
  std::set<std::string> names;
  for (std::size_t at = 0; (at = text.find("[[", at)) != std::string_view::npos; at += 2) {
    const std::size_t end = text.find("]]", at);
    if (end == std::string_view::npos) break;
    names.emplace(text.substr(at + 2, end - at - 2));
  }
  return names;
}

/// Fills the frame's document; `strict` false takes samples for the fields, to see that the frame works.
Result<std::string> filled(const Frame& frame, const std::map<std::string, std::string>& fields,
                           const store::AttributeSchema& schema, std::vector<Problem>& problems) {
  auto json = parse_json(frame.document);
  if (!json) return json.error();
  const std::size_t before = problems.size();
  std::map<std::string, Localized> values;
  for (const auto& [name, text] : fields) {
    if (frame.fields.find(name) == frame.fields.end())
      add(problems, "frame.fields." + shorten_utf16(name, 40),
          {"このひな形にはない欄です。", "This template has no such field."});
    (void)text;
  }
  for (const auto& [name, field] : frame.fields) {
    const std::string path = "frame.fields." + name;
    const auto given = fields.find(name);
    const std::string text = given == fields.end() ? std::string() : std::string(trim(given->second));
    if (text.empty()) {
      add(problems, path, {"「" + field.label + "」を書いてください。", "Write “" + field.label + "”."});
      continue;
    }
    if (field.districts) {
      const store::Attribute* const districts = schema.find(store::kDistrictAttribute);
      const std::vector<std::string> ids = parts_of(text, ';');
      for (const std::string& id : ids) {
        const store::AttributeValue* const value = districts == nullptr ? nullptr : districts->find(id);
        if (value == nullptr) {
          const std::string shown = shorten_utf16(id, 30);
          add(problems, path, {"「" + shown + "」という地区はありません。", "There is no district “" + shown + "”."});
          continue;
        }
        for (const char* language : {"ja", "ja-easy", "en"}) {
          std::string& said = values[name][language];
          said += (said.empty() ? "" : std::string(language) == "en" ? ", " : "・") + pick(value->label, language);
        }
      }
      if (problems.size() != before) continue;
      const auto area = emergency_area_segment(ids, schema);
      if (!area) return area.error();
      (*json)["segment"] = parse_json(area->json()).value_or(Json("everyone"));
      continue;
    }
    if (length_graphemes(text) > field.most) {
      const std::string most = std::to_string(field.most);
      add(problems, path,
          {"「" + field.label + "」は" + most + "文字までです。",
           "“" + field.label + "” has at most " + most + " characters."});
    } else if (!field.values.empty() &&
               std::find(field.values.begin(), field.values.end(), text) == field.values.end()) {
      add(problems, path,
          {"「" + field.label + "」は決まった言葉から選んでください。",
           "Choose “" + field.label + "” from the words it offers."});
    }
    values[name]["ja"] = literal_text(text);
  }
  if (problems.size() != before) return staff_error(ErrorCode::kInvalid, problems[before].message);
  for (const char* part : {"messages", "title", "fallbacks"}) {
    if (json->find(part) != json->end()) fill_in((*json)[part], values, "ja");
  }
  (*json)["frame"] = Json{{"id", frame.id}, {"fields", fields}};
  if (json->find("segment") == json->end()) (*json)["segment"] = "everyone";
  // An emergency's text goes ahead of everything without its author having to think of it.
  if (frame.use == "emergency" && json->find("priority") == json->end())
    (*json)["priority"] = priority_name(Priority::kEmergency);
  return dump_json(*json);
}

Status allowed(bool may, const StaffText& reason) {
  return may ? Status() : Status(staff_error(ErrorCode::kRefused, reason));
}
Error no_such_frame() {
  return staff_error(ErrorCode::kNotFound, {"そのひな形はありません。", "There is no such template."});
}

}  // namespace

Result<Frame> parse_frame(std::string_view text, const store::AttributeSchema& schema, std::vector<Problem>& problems) {
  const auto json = parse_json(text);
  const std::size_t before = problems.size();
  if (!json || !json->is_object()) {
    add(problems, "", {"JSON として読めません。", "It is not JSON."});
    return staff_error(ErrorCode::kInvalid, problems.back().message);
  }
  Frame frame;
  frame.id = json_text(*json, "id");
  frame.use = json_text(*json, "use");
  frame.title = json_text(*json, "title");
  if (!is_plain_name(frame.id)) {
    add(problems, "id",
        {"英数字とハイフンで64文字までの名前を書いてください。",
         "Write a name of letters, digits and hyphens, 64 at most."});
  }
  if (frame.use != "emergency" && frame.use != "correct" && frame.use != "withdraw") {
    add(problems, "use",
        {"emergency（緊急）、correct（訂正）、withdraw（取消）のどれかを書いてください。",
         "Write one of emergency, correct, withdraw."});
  }
  if (frame.title.empty()) add(problems, "title", {"件名を書いてください。", "Write the title."});
  const Json* const document = json_member(*json, "document");
  if (document == nullptr || !document->is_object()) {
    add(problems, "document", {"配信の内容を書いてください。", "Write what is sent."});
    return staff_error(ErrorCode::kInvalid, problems[before].message);
  }
  frame.document = dump_json(*document);
  if (const Json* const fields = json_member(*json, "fields"); fields != nullptr && fields->is_object()) {
    for (const auto& [name, value] : fields->items()) {
      FrameField field;
      field.label = json_text(value, "label");
      if (const Json* const most = json_member(value, "max"); most != nullptr && most->is_number_unsigned()) {
        field.most = std::min(most->get<std::size_t>(), kMaxFieldText);
      }
      if (const Json* const values = json_member(value, "values"); values != nullptr && values->is_array()) {
        for (const Json& one : *values) {
          if (one.is_string()) field.values.push_back(one.get<std::string>());
        }
      }
      const Json* const districts = json_member(value, "districts");
      field.districts = districts != nullptr && districts->is_boolean() && districts->get<bool>();
      if (!is_plain_name(name)) {
        add(problems, "fields",
            {"欄の名前は英数字で書いてください。", "Write the name of a field in letters, digits and hyphens."});
      }
      if (field.label.empty()) {
        add(problems, "fields." + shorten_utf16(name, 40) + ".label",
            {"欄の見出しを書いてください。", "Write the field's label."});
      }
      frame.fields[name] = std::move(field);
    }
  }
  if (frame.fields.size() > kMaxFields) {
    add(problems, "fields", {"欄は20個までにしてください。", "20 fields at most."});
  }
  for (const std::string& name : slots_in(frame.document)) {
    if (frame.fields.find(name) == frame.fields.end()) {
      const std::string slot = "[[" + shorten_utf16(name, 40) + "]]";
      add(problems, "document", {slot + " の欄が fields にありません。", "“" + slot + "” is not among the fields."});
    }
  }
  if (problems.size() != before) return staff_error(ErrorCode::kInvalid, problems[before].message);
  // Filled with samples it must be a document; what it says is then checked each time it is used.
  std::map<std::string, std::string> samples;
  const store::Attribute* const districts = schema.find(store::kDistrictAttribute);
  for (const auto& [name, field] : frame.fields) {
    samples[name] = !field.values.empty() ? field.values.front()
                    : field.districts && districts != nullptr && !districts->values.empty()
                        ? districts->values.front().id
                        : "見本";
  }
  const auto sample = filled(frame, samples, schema, problems);
  if (!sample) return sample.error();
  const auto made = parse_document(*sample, problems);
  if (!made) return made.error();
  return frame;
}

Result<std::string> fill_frame(const Frame& frame, const Json& given, const store::AttributeSchema& schema,
                               std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  std::map<std::string, std::string> fields;
  if (const Json* const use = json_member(given, "frame"); use != nullptr) {
    if (const Json* const members = json_member(*use, "fields"); members != nullptr && members->is_object()) {
      for (const auto& [name, text] : members->items()) {
        if (text.is_string()) fields[name] = text.get<std::string>();
      }
    }
  }
  for (const auto& [key, value] : given.items()) {
    if (key != "frame" && key != "kind" && key != "section" && key != "title") {
      add(problems, shorten_utf16(key, 40),
          {"ひな形を使うときは書けません。ひな形の欄（frame.fields）だけを埋めてください。",
           "Not with a template. Fill in its fields (frame.fields) only."});
    }
  }
  if (problems.size() != before) return staff_error(ErrorCode::kInvalid, problems[before].message);
  const auto text = filled(frame, fields, schema, problems);
  if (!text) return text.error();
  auto json = parse_json(*text);
  if (!json) return json.error();
  for (const char* key : {"kind", "section", "title"}) {
    if (const Json* const member = json_member(given, key); member != nullptr) (*json)[key] = *member;
  }
  if (json_text(*json, "title").empty()) (*json)["title"] = frame.title;
  return dump_json(*json);
}

Frames::Frames(store::RedisClient& redis, store::Audit& audit, const Clock& clock)
    : records_(redis, store::keys::frames()), audit_(audit), clock_(clock) {}

Result<Frame> Frames::load(const store::Record& record) const {
  const auto json = parse_json(record.document);
  if (!json) return Error{ErrorCode::kCorrupt, "frame " + record.name + " is not readable"};
  Frame frame;
  frame.id = record.name;
  frame.revision = record.revision;
  frame.use = json_text(*json, "use");
  frame.title = json_text(*json, "title");
  frame.document = json_text(*json, "document");
  frame.written_by = json_text(*json, "written_by");
  frame.published_by = json_text(*json, "published_by");
  if (const Json* const at = json_member(*json, "published_at"); at != nullptr && at->is_number_integer()) {
    frame.published_at = from_unix_ms(at->get<std::int64_t>());
  }
  if (const Json* const fields = json_member(*json, "fields"); fields != nullptr) {
    for (const auto& [name, value] : fields->items()) {
      frame.fields[name] =
          FrameField{json_text(value, "label"), value.value("max", std::size_t{100}),
                     value.value("values", std::vector<std::string>()), value.value("districts", false)};
    }
  }
  return frame;
}

namespace {

std::string stored(const Frame& frame) {
  Json fields = Json::object();
  for (const auto& [name, field] : frame.fields) {
    fields[name] =
        Json{{"label", field.label}, {"max", field.most}, {"values", field.values}, {"districts", field.districts}};
  }
  Json json{{"use", frame.use},           {"title", frame.title},           {"fields", std::move(fields)},
            {"document", frame.document}, {"written_by", frame.written_by}, {"published_by", frame.published_by}};
  if (frame.published_at) json["published_at"] = to_unix_ms(*frame.published_at);
  return dump_json(json);
}

}  // namespace

Status Frames::save(const store::Actor& who, std::string_view json, const store::AttributeSchema& schema,
                    std::vector<Problem>& problems) {
  const Status may = allowed(who.roles.has_any({Role::kAuthor, Role::kEmergencyOfficer}),
                             {"ひな形を書くには「作成者」か「緊急配信担当」の権限が必要です。",
                              "Writing a template needs the role of author or emergency officer."});
  if (!may) return may;
  auto frame = parse_frame(json, schema, problems);
  if (!frame) return frame.error();
  const auto before = records_.find(frame->id);
  if (!before) return before.error();
  frame->written_by = who.name;
  const auto written = audit_.append({0, clock_.now(), who.name, "frame.save", "frame:" + frame->id, frame->title, ""});
  if (!written) return written.error();
  const auto put = records_.put({frame->id, *before ? (*before)->revision : 0, stored(*frame)});
  return put ? Status() : Status(put.error());
}

Status Frames::publish(const store::Actor& who, std::string_view id) {
  const Status may = allowed(who.roles.has_any({Role::kApprover, Role::kEmergencyOfficer}),
                             {"ひな形を公開するには「承認者」か「緊急配信担当」の権限が必要です。",
                              "Publishing a template needs the role of approver or emergency officer."});
  if (!may) return may;
  auto frame = find(id);
  if (!frame) return frame.error();
  if (!*frame) return no_such_frame();
  if ((*frame)->written_by == who.name) {
    return staff_error(ErrorCode::kRefused, {"自分が書いたひな形は、自分では公開できません。別の方に頼んでください。",
                                             "You cannot publish a template you wrote. Ask another person."});
  }
  const auto written =
      audit_.append({0, clock_.now(), who.name, "frame.publish", "frame:" + (*frame)->id, (*frame)->title, ""});
  if (!written) return written.error();
  (*frame)->published_by = who.name;
  (*frame)->published_at = clock_.now();
  const auto put = records_.put({(*frame)->id, (*frame)->revision, stored(**frame)});
  return put ? Status() : Status(put.error());
}

Status Frames::retire(const store::Actor& who, std::string_view id) {
  const Status may = allowed(who.roles.has_any({Role::kAuthor, Role::kApprover, Role::kEmergencyOfficer}),
                             {"ひな形を下げる権限がありません。", "Your roles do not include taking a template down."});
  if (!may) return may;
  const auto record = records_.find(id);
  if (!record) return record.error();
  if (!*record) return no_such_frame();
  const auto written = audit_.append({0, clock_.now(), who.name, "frame.retire", "frame:" + std::string(id), "", ""});
  if (!written) return written.error();
  return records_.remove(id, (*record)->revision);
}

Result<std::optional<Frame>> Frames::find(std::string_view id) {
  const auto record = records_.find(id);
  if (!record) return record.error();
  if (!*record) return std::optional<Frame>();
  auto frame = load(**record);
  if (!frame) return frame.error();
  return std::optional<Frame>(*std::move(frame));
}

Result<std::vector<Frame>> Frames::all() {
  const auto records = records_.all();
  if (!records) return records.error();
  std::vector<Frame> frames;
  for (const store::Record& record : *records) {
    auto frame = load(record);
    if (!frame) return frame.error();
    frames.push_back(*std::move(frame));
  }
  return frames;
}

}  // namespace kairan::broadcasts
