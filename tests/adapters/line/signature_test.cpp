#include "adapters/line/signature.h"

#include "adapters/line/line_channel.h"
#include "base/crypto.h"
#include "gateway/http.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"

using namespace kairan;
using namespace kairan::adapters::line;

namespace {

// The vector LINE publishes (line-platform 1.2).
const std::string kSecret = "8c570fa6dd201bb328f1c1eac23a96d8";
const std::string kBody = R"({"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]})";
const std::string kSignature = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=";

gateway::HttpRequest signed_request(std::vector<std::string> signatures, std::string body = kBody) {
  gateway::HttpRequest request;
  request.method = "POST";
  request.path = "/webhook/line";
  request.body = std::move(body);
  for (auto& signature : signatures) request.headers.emplace("x-line-signature", std::move(signature));
  return request;
}

}  // namespace

TEST_CASE("the published vector verifies") {
  CHECK(sign_body(kSecret, kBody) == kSignature);
  CHECK(signature_matches({Secret(kSecret)}, kBody, kSignature));
}

TEST_CASE("a webhook is verified only with exactly one right signature") {
  test::FakeClock clock;
  const std::string other = "0123456789abcdef0123456789abcdef";
  const auto channel = make_line_channel({{Secret(kSecret), Secret(other)}, "", Secret(), "http://127.0.0.1:1",
                                          "http://127.0.0.1:1", "", clock});
  struct Case {
    const char* label;
    std::vector<std::string> signatures;
    std::string body;
    bool expected;
  };
  const std::string raw_digest(bytes_of(hmac_sha256(kSecret, kBody)));
  const auto c = GENERATE_COPY(values<Case>({
      {"right", {kSignature}, kBody, true},
      {"right, by the second secret", {sign_body(other, kBody)}, kBody, true},
      {"none", {}, kBody, false},
      {"empty", {""}, kBody, false},
      {"twice, both right", {kSignature, kSignature}, kBody, false},
      {"truncated", {kSignature.substr(0, 43)}, kBody, false},
      {"padding cut off", {kSignature.substr(0, 40)}, kBody, false},
      {"one character more", {kSignature + "="}, kBody, false},
      {"other case", {"g" + kSignature.substr(1)}, kBody, false},
      {"hex instead of base64", {to_hex(raw_digest)}, kBody, false},
      {"raw digest", {raw_digest}, kBody, false},
      {"careless last digit, decoding to the same bytes", {kSignature.substr(0, 42) + "t="}, kBody, false},
      {"by a third secret", {sign_body("ffffffffffffffffffffffffffffffff", kBody)}, kBody, false},
      {"by an empty secret", {sign_body("", kBody)}, kBody, false},
      {"other body", {kSignature}, kBody + " ", false},
      {"empty body, signed", {sign_body(kSecret, "")}, "", true},
  }));
  CAPTURE(c.label);
  CHECK(channel->verify(signed_request(c.signatures, c.body)) == c.expected);
}

TEST_CASE("an empty secret accepts nothing") {
  CHECK_FALSE(signature_matches({Secret("")}, kBody, sign_body("", kBody)));
  CHECK_FALSE(signature_matches({}, kBody, kSignature));
}
