#include "tests/contract/openapi_validator.h"

#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using kairan::test::OpenApiValidator;

namespace {

constexpr const char* kDocument = R"(
openapi: 3.0.0
paths:
  "/send":
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Send"}
  "/send/{id}":
    get: {responses: {}}
components:
  schemas:
    Send:
      type: object
      required: [items]
      properties:
        items:
          type: array
          minItems: 1
          maxItems: 2
          items: {$ref: "#/components/schemas/Item"}
        count: {type: integer, minimum: 5, maximum: 60}
        name: {type: string, minLength: 1, maxLength: 3, pattern: "^[a-zあ]+$"}
        link: {type: string, format: uri}
        either:
          oneOf:
            - {type: string}
            - {type: integer}
        bag:
          type: object
          additionalProperties: {type: string}
    Item:
      type: object
      required: [type]
      properties:
        type: {type: string}
      discriminator:
        propertyName: type
        mapping:
          text: "#/components/schemas/Text"
    Text:
      required: [text]
      allOf:
        - $ref: "#/components/schemas/Item"
        - type: object
          properties:
            text: {type: string}
            tone: {type: string, enum: [low, high]}
)";

}  // namespace

TEST_CASE("the validator finds each kind of slip, and nothing else") {
  const kairan::test::TempDir folder;
  std::ofstream(folder.file("a.yml")) << kDocument;
  const OpenApiValidator validator(folder.file("a.yml"));
  struct Case {
    const char* body;
    std::vector<std::string> errors;
  };
  const std::vector<Case> cases = {
      {R"({"items":[{"type":"text","text":"a","tone":"low"}]})", {}},
      {R"({"items":[{"type":"text","text":"a"}],"count":5,"name":"ああ","link":"tel:1","either":1,"bag":{"x":"y"}})", {}},
      {"{", {"body: is not JSON"}},
      {"", {"body: missing"}},
      {"[]", {"body: is no object"}},
      {"{}", {"body: lacks items"}},
      {R"({"items":[]})", {"items: fewer items than 1"}},
      {R"({"items":[{"type":"text","text":"a"},{"type":"text","text":"a"},{"type":"text","text":"a"}]})",
       {"items: more items than 2"}},
      {R"({"items":[{"text":"a"}]})", {"items[0]: has no type"}},
      {R"({"items":[{"type":"song"}]})", {R"(items[0]: unknown type "song")"}},
      {R"({"items":[{"type":"text"}]})", {"items[0]: lacks text"}},
      {R"({"items":[{"type":"text","text":5}]})", {"items[0].text: is no string"}},
      {R"({"items":[{"type":"text","text":null}]})", {"items[0].text: is null"}},
      {R"({"items":[{"type":"text","text":"a","tone":"loud"}]})", {R"(items[0].tone: is none of the enumeration: "loud")"}},
      {R"({"items":[{"type":"text","text":"a","txet":"b"}]})",
       {"items[0]: has a property that no schema names: txet"}},
      {R"({"items":[{"type":"text","text":"a"}],"count":4})", {"count: below 5"}},
      {R"({"items":[{"type":"text","text":"a"}],"count":61})", {"count: above 60"}},
      {R"({"items":[{"type":"text","text":"a"}],"count":5.5})", {"count: is no integer"}},
      {R"({"items":[{"type":"text","text":"a"}],"name":"ああああ"})", {"name: longer than 3"}},
      {R"({"items":[{"type":"text","text":"a"}],"name":"A"})", {R"(name: does not match "^[a-zあ]+$")"}},
      {R"({"items":[{"type":"text","text":"a"}],"link":"no link"})", {"link: is no URI"}},
      {R"({"items":[{"type":"text","text":"a"}],"either":true})", {"either: fits 0 of oneOf"}},
      {R"({"items":[{"type":"text","text":"a"}],"bag":{"x":1}})", {"bag.x: is no string"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.body);
    CHECK(validator.check_request("POST", "/send", c.body) == c.errors);
  }
  CHECK(validator.check_request("GET", "/send/5?x=1", "").empty());
  CHECK(validator.check_request("GET", "/send/5", "{}") == std::vector<std::string>{"body: none expected"});
  CHECK(validator.check_request("PUT", "/send", "{}") == std::vector<std::string>{"no operation PUT /send"});
  CHECK(validator.check_request("GET", "/send/", "") == std::vector<std::string>{"no operation GET /send/"});
}
