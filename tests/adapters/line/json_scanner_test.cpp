#include "adapters/line/json_scanner.h"

#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "tests/support/catch.h"

using namespace kairan;
using adapters::line::JsonScanner;

namespace {

bool scans(std::string_view text) {
  JsonScanner in(text, 32);
  return in.skip() && in.at_end();
}

std::string nested(int depth) { return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']'); }

}  // namespace

TEST_CASE("the scanner accepts exactly what the tree parser accepts") {
  const std::vector<std::string> texts = {
      "{}", "[]", "null", "true", "false", "0", "-0", "1.5e3", "\"\"", " {\"a\" : [1, 2, {\"b\":null}]} \n",
      "\"\\u3042\\n\\\\\\/\\b\\f\\r\\t\\\"\"", "\"\\ud83d\\ude00\"", "\"あ𠮷😀\"", "9223372036854775808", "1e308", "1e-999",
      // not JSON
      "", " ", "{", "[", "}", "{]", "[}", "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":1,}", "[1,]", "[,1]", "[1 2]", "01",
      "-", "+1", "1.", ".5", "1e", "1e+", "tru", "nul", "True", "'a'", "\"", "\"\\\"", "\"\\x41\"", "\"\\u12g4\"",
      "\"\\u12\"", "\"\\ud83d\"", "\"\\ude00\"", "\"\\ud83d\\u0041\"", "\"\\ud83d\\ud83d\"", "{}{}", "[] x", "NaN", "Infinity",
      "1e999", "-1e999", std::string(400, '9'), std::string("\"a\0b\"", 5), std::string("\0", 1), "\"a\nb\"", "\"a\tb\"",
      // not UTF-8
      "\"\x80\"", "\"\xc0\xaf\"", "\"\xc3\"", "\"\xe3\x81\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xf8\x88\x80\x80\x80\"",
      "\"\xe0\x80\x80\"", "\"\xf0\x80\x80\x80\"", "\"\xff\"",
      // depth
      nested(32), nested(33), nested(100'000), std::string(100'000, '['), std::string(100'000, '{'),
      "{\"a\":" + nested(31) + "}", "{\"a\":" + nested(32) + "}"};
  for (const std::string& text : texts) {
    CAPTURE(text.substr(0, 60), text.size());
    CHECK(scans(text) == parse_json(text).ok());
  }
}

TEST_CASE("a key with escapes is the key it spells") {
  std::string found;
  JsonScanner in(R"({"\u0065v\u0065nts":"x"})", 32);
  CHECK(in.object([&](std::string_view key) {
    found = key;
    return in.skip();
  }));
  CHECK(found == "events");
}

TEST_CASE("strings come out unescaped, integers exact") {
  std::string text;
  JsonScanner quoted(R"("\u304a\ud83d\ude00\"\\\/\n\u0000!")", 32);
  REQUIRE(quoted.string(text));
  CHECK(text == std::string("お😀\"\\/\n\0!", 13));

  std::int64_t number = 0;
  bool integer = false;
  JsonScanner big("9223372036854775807", 32);
  REQUIRE(big.number(number, integer));
  CHECK(integer);
  CHECK(number == 9223372036854775807LL);
  JsonScanner bigger("9223372036854775808", 32);
  REQUIRE(bigger.number(number, integer));
  CHECK_FALSE(integer);
  JsonScanner fraction("1795000000000.0", 32);
  REQUIRE(fraction.number(number, integer));
  CHECK_FALSE(integer);
}
