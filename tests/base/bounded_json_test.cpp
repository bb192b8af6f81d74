#include "base/bounded_json.h"

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"

using namespace kairan;

TEST_CASE("JSON is read within its limits") {
  const auto value = parse_json(R"({"a":[1,"]]]]{{"],"b":"\"["})");
  REQUIRE(value.ok());
  CHECK(json_text(*value, "b") == "\"[");
  CHECK(json_member(*value, "missing") == nullptr);
  CHECK(json_text(*value, "a") == "");
}

TEST_CASE("what is not JSON gets an error and no exception") {
  for (const char* text : {"", "{", "nul", "[1,]", "{\"a\":\xff\xfe}", "\"\xe3\x81\"", "{\"a\":1}x"}) {
    CAPTURE(text);
    CHECK(parse_json(text).error().code == ErrorCode::kSyntax);
  }
}

TEST_CASE("a NUL byte does not hide what follows it") {
  CHECK(parse_json(std::string_view("{}\0junk", 7)).error().code == ErrorCode::kSyntax);
  CHECK(parse_json(std::string_view("{\"a\":\0 1}", 9)).error().code == ErrorCode::kSyntax);
}

TEST_CASE("nesting past the limit is refused however deep it goes") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(parse_json(nested(32)).ok());
  CHECK(parse_json(nested(33)).error().code == ErrorCode::kSyntax);
  CHECK(parse_json(nested(100'000)).error().code == ErrorCode::kSyntax);
  CHECK(parse_json(std::string(100'000, '[')).error().code == ErrorCode::kSyntax);
}

TEST_CASE("a body over the limit is refused before it is parsed") {
  JsonLimits limits;
  limits.max_bytes = 10;
  CHECK(parse_json("[1,2,3,4,5]", limits).error().code == ErrorCode::kTooLarge);
  CHECK(parse_json("[1,2,3,4]", limits).ok());
}

TEST_CASE("dumping replaces broken UTF-8 instead of throwing") {
  nlohmann::json value;
  value["a"] = "\xff";
  CHECK(dump_json(value) == "{\"a\":\"\xEF\xBF\xBD\"}");
}
