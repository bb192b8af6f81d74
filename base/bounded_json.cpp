#include "base/bounded_json.h"

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace kairan {

Result<nlohmann::json> parse_json(std::string_view bytes, const JsonLimits& limits) {
  using nlohmann::json;
  if (bytes.size() > limits.max_bytes) {
    return Error{ErrorCode::kTooLarge, "JSON of " + std::to_string(bytes.size()) + " bytes, limit " +
                                           std::to_string(limits.max_bytes)};
  }
  // Depth is counted before parsing, on the bytes: a parser callback would cost a call per value on the hot path.
  // Brackets inside strings do not count.
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > limits.max_depth) return Error{ErrorCode::kSyntax, "JSON nests too deep"};
    } else if (c == ']' || c == '}') {
      --depth;
    } else if (c == '\0') {
      // The library takes a NUL byte after the value for the end of its input; what follows would pass unread.
      return Error{ErrorCode::kSyntax, "JSON holds a NUL byte"};
    }
  }
  json value = json::parse(bytes.begin(), bytes.end(), nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return Error{ErrorCode::kSyntax, "not JSON, or not UTF-8"};
  return value;
}

const nlohmann::json* json_member(const nlohmann::json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(key);
  return it == object.end() ? nullptr : &*it;
}

std::string json_text(const nlohmann::json& object, std::string_view key) {
  const nlohmann::json* const member = json_member(object, key);
  return member != nullptr && member->is_string() ? member->get<std::string>() : std::string();
}

std::string dump_json(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace kairan
