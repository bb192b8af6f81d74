#include "tests/contract/openapi_validator.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>

namespace kairan::test {

using nlohmann::json;

namespace {

/// Plain scalars are typed as JSON types, quoted ones stay text.
json scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return text;
  if (text == "true") return true;
  if (text == "false") return false;
  if (text == "null" || text == "~" || text.empty()) return nullptr;
  json number = json::parse(text, nullptr, false);
  return number.is_number() ? number : json(text);
}

json to_json(const YAML::Node& node) {
  if (node.IsSequence()) {
    json list = json::array();
    for (const auto& item : node) list.push_back(to_json(item));
    return list;
  }
  if (node.IsMap()) {
    json object = json::object();
    for (const auto& entry : node) object[entry.first.Scalar()] = to_json(entry.second);
    return object;
  }
  return node.IsScalar() ? scalar(node) : json(nullptr);
}

std::size_t code_points(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::vector<std::string> segments(const std::string& path) {
  std::vector<std::string> parts;
  std::istringstream in(path.substr(0, path.find('?')));
  for (std::string part; std::getline(in, part, '/');) parts.push_back(part);
  return parts;
}

bool path_matches(const std::string& pattern, const std::string& path) {
  const auto wanted = segments(pattern);
  const auto given = segments(path);
  if (wanted.size() != given.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool variable = !wanted[i].empty() && wanted[i].front() == '{';
    if (variable ? given[i].empty() : wanted[i] != given[i]) return false;
  }
  return true;
}

const json* member(const json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(key);
  return it == object.end() ? nullptr : &*it;
}

bool has_type(const json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  return true;
}

}  // namespace

/// One validation: collects what is wrong.
struct OpenApiValidator::Run {
  const json& document;
  std::vector<std::string> errors;

  const json& resolve(const json& schema) const {
    const json* current = &schema;
    for (int hops = 0; hops < 20; ++hops) {
      const json* ref = member(*current, "$ref");
      if (ref == nullptr) return *current;
      current = &document.at(json::json_pointer(ref->get<std::string>().substr(1)));
    }
    throw std::runtime_error("a $ref that leads in circles");
  }

  void fail(const std::string& place, const std::string& what) { errors.push_back((place.empty() ? "body" : place) + ": " + what); }

  /// The whole check of a value: the schema that its discriminator picks, and no property beyond it.
  void check(const std::string& place, const json& schema_or_ref, const json& value) {
    const json* schema = &resolve(schema_or_ref);
    const json* picked = pick(place, *schema, value);
    if (picked == nullptr) return;
    schema = picked;
    apply(place, *schema, value);
    if (value.is_object()) check_names(place, *schema, value);
  }

  /// Follows the discriminator; nullptr, with an error, when its value is not in the mapping.
  const json* pick(const std::string& place, const json& schema, const json& value) {
    const json* discriminator = member(schema, "discriminator");
    if (discriminator == nullptr || !value.is_object()) return &schema;
    const std::string name = discriminator->at("propertyName");
    const json* chosen = member(value, name.c_str());
    if (chosen == nullptr || !chosen->is_string()) {
      fail(place, "has no " + name);
      return nullptr;
    }
    const json* target = member(discriminator->at("mapping"), chosen->get<std::string>().c_str());
    if (target == nullptr) {
      fail(place, "unknown " + name + " " + chosen->dump());
      return nullptr;
    }
    return &document.at(json::json_pointer(target->get<std::string>().substr(1)));
  }

  /// Every constraint of a schema and of what it is composed of; discriminators of bases are done with.
  void apply(const std::string& place, const json& schema_or_ref, const json& value) {
    const json& schema = resolve(schema_or_ref);
    if (value.is_null()) {
      const json* nullable = member(schema, "nullable");
      if (nullable == nullptr || *nullable != true) fail(place, "is null");
      return;
    }
    if (const json* parts = member(schema, "allOf")) {
      for (const json& part : *parts) apply(place, part, value);
    }
    one_or_any(place, schema, value, "oneOf");
    one_or_any(place, schema, value, "anyOf");
    if (const json* type = member(schema, "type"); type != nullptr && !has_type(value, *type)) {
      return fail(place, "is no " + type->get<std::string>());
    }
    if (const json* allowed = member(schema, "enum"); allowed != nullptr) {
      if (std::find(allowed->begin(), allowed->end(), value) == allowed->end()) fail(place, "is none of the enumeration: " + value.dump());
    }
    if (value.is_number()) number(place, schema, value);
    if (value.is_string()) text(place, schema, value.get_ref<const std::string&>());
    if (value.is_array()) array(place, schema, value);
    if (value.is_object()) object(place, schema, value);
  }

  void one_or_any(const std::string& place, const json& schema, const json& value, const char* keyword) {
    const json* options = member(schema, keyword);
    if (options == nullptr || !options->is_array()) return;
    std::size_t fitting = 0;
    for (const json& option : *options) {
      Run attempt{document, {}};
      attempt.check(place, option, value);
      if (attempt.errors.empty()) ++fitting;
    }
    if (fitting == 0 || (fitting > 1 && std::string(keyword) == "oneOf")) {
      fail(place, "fits " + std::to_string(fitting) + " of " + keyword);
    }
  }

  void number(const std::string& place, const json& schema, const json& value) {
    const json* least = member(schema, "minimum");
    const json* most = member(schema, "maximum");
    if (least != nullptr && value < *least) fail(place, "below " + least->dump());
    if (most != nullptr && value > *most) fail(place, "above " + most->dump());
  }

  void text(const std::string& place, const json& schema, const std::string& value) {
    const json* least = member(schema, "minLength");
    const json* most = member(schema, "maxLength");
    if (least != nullptr && code_points(value) < least->get<std::size_t>()) fail(place, "shorter than " + least->dump());
    if (most != nullptr && code_points(value) > most->get<std::size_t>()) fail(place, "longer than " + most->dump());
    if (const json* pattern = member(schema, "pattern")) {
      if (!std::regex_search(value, std::regex(pattern->get<std::string>()))) fail(place, "does not match " + pattern->dump());
    }
    if (const json* format = member(schema, "format"); format != nullptr && *format == "uri") {
      static const std::regex kUri("^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$");
      if (!std::regex_search(value, kUri)) fail(place, "is no URI");
    }
  }

  void array(const std::string& place, const json& schema, const json& value) {
    const json* least = member(schema, "minItems");
    const json* most = member(schema, "maxItems");
    if (least != nullptr && value.size() < least->get<std::size_t>()) fail(place, "fewer items than " + least->dump());
    if (most != nullptr && value.size() > most->get<std::size_t>()) fail(place, "more items than " + most->dump());
    const json* items = member(schema, "items");
    if (items == nullptr) return;
    for (std::size_t i = 0; i < value.size(); ++i) check(place + "[" + std::to_string(i) + "]", *items, value[i]);
  }

  void object(const std::string& place, const json& schema, const json& value) {
    if (const json* required = member(schema, "required")) {
      for (const json& name : *required) {
        if (!value.contains(name.get<std::string>())) fail(place, "lacks " + name.get<std::string>());
      }
    }
    const json* properties = member(schema, "properties");
    const json* additional = member(schema, "additionalProperties");
    for (const auto& [name, inner] : value.items()) {
      const json* property = properties == nullptr ? nullptr : member(*properties, name.c_str());
      const std::string inner_place = place.empty() ? name : place + "." + name;
      if (property != nullptr) {
        check(inner_place, *property, inner);
      } else if (additional != nullptr && additional->is_object()) {
        check(inner_place, *additional, inner);
      }
    }
  }

  /// Names that a schema and its parts know; `open` when any name is.
  void known_names(const json& schema_or_ref, std::set<std::string>& names, bool& open) const {
    const json& schema = resolve(schema_or_ref);
    if (const json* properties = member(schema, "properties")) {
      for (const auto& [name, property] : properties->items()) names.insert(name);
    }
    const json* additional = member(schema, "additionalProperties");
    if (additional != nullptr && *additional != false) open = true;
    for (const char* keyword : {"allOf", "oneOf", "anyOf"}) {
      const json* parts = member(schema, keyword);
      if (parts == nullptr || !parts->is_array()) continue;
      for (const json& part : *parts) known_names(part, names, open);
    }
  }

  void check_names(const std::string& place, const json& schema, const json& value) {
    std::set<std::string> names;
    bool open = false;
    known_names(schema, names, open);
    if (open) return;
    for (const auto& [name, inner] : value.items()) {
      if (names.count(name) == 0) fail(place, "has a property that no schema names: " + name);
    }
  }
};

OpenApiValidator::OpenApiValidator(const std::string& yaml_path) : document_(to_json(YAML::LoadFile(yaml_path))) {}

const json* OpenApiValidator::operation(const std::string& method, const std::string& path) const {
  std::string verb = method;
  std::transform(verb.begin(), verb.end(), verb.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const json* found = nullptr;
  for (const auto& [pattern, item] : document_.at("paths").items()) {
    const json* candidate = path_matches(pattern, path) ? member(item, verb.c_str()) : nullptr;
    if (candidate == nullptr) continue;
    // A literal path is more to the point than one with variables.
    const bool literal = pattern.find('{') == std::string::npos;
    if (found == nullptr || literal) found = candidate;
  }
  return found;
}

std::vector<std::string> OpenApiValidator::check_body(const json& content, const std::string& body) const {
  const json* media = member(content, "application/json");
  if (media == nullptr) media = member(content, "application/problem+json");
  if (media == nullptr) return {};
  const json value = json::parse(body, nullptr, false);
  if (value.is_discarded()) return {"body: is not JSON"};
  Run run{document_, {}};
  run.check("", media->at("schema"), value);
  return run.errors;
}

std::vector<std::string> OpenApiValidator::check_request(const std::string& method, const std::string& path,
                                                         const std::string& body) const {
  const json* found = operation(method, path);
  if (found == nullptr) return {"no operation " + method + " " + path};
  const json* request = member(*found, "requestBody");
  if (request == nullptr) return body.empty() ? std::vector<std::string>{} : std::vector<std::string>{"body: none expected"};
  if (body.empty()) {
    const json* required = member(*request, "required");
    return required != nullptr && *required == true ? std::vector<std::string>{"body: missing"} : std::vector<std::string>{};
  }
  return check_body(request->at("content"), body);
}

std::vector<std::string> OpenApiValidator::check_response(const std::string& method, const std::string& path, int status,
                                                          const std::string& body) const {
  const json* found = operation(method, path);
  if (found == nullptr) return {"no operation " + method + " " + path};
  const json* response = member(found->at("responses"), std::to_string(status).c_str());
  if (response == nullptr && status >= 400) response = member(found->at("responses"), "default");
  if (const json* ref = response == nullptr ? nullptr : member(*response, "$ref")) {
    response = &document_.at(json::json_pointer(ref->get<std::string>().substr(1)));
  }
  const json* content = response == nullptr ? nullptr : member(*response, "content");
  return content == nullptr ? std::vector<std::string>{} : check_body(*content, body);
}

std::vector<std::string> OpenApiValidator::check_schema(const std::string& name, const json& value) const {
  Run run{document_, {}};
  run.check("", document_.at("components").at("schemas").at(name), value);
  return run.errors;
}

}  // namespace kairan::test
