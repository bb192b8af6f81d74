// JSON from outside, read within stated limits. nlohmann/json parses iteratively but copies and dumps recursively, so
// depth is refused while parsing (reference: 200,000 nested arrays parse and then crash in dump()).
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kairan {

struct JsonLimits {
  std::size_t max_bytes = 1u << 20;  ///< refuse before parsing
  int max_depth = 32;                ///< nesting of arrays and objects
};

/// Parses UTF-8 JSON.
/// @return kTooLarge over max_bytes; kSyntax when it is not JSON, nests too deep, or is not valid UTF-8. Never throws.
Result<nlohmann::json> parse_json(std::string_view bytes, const JsonLimits& limits = {});

/// Text of a member, or "" when it is absent or not a string.
std::string json_text(const nlohmann::json& object, std::string_view key);
/// Member by name, or nullptr when `object` is not an object or has no such member.
const nlohmann::json* json_member(const nlohmann::json& object, std::string_view key);

/// Compact JSON; invalid UTF-8 is replaced, so this never throws.
std::string dump_json(const nlohmann::json& value);

}  // namespace kairan
