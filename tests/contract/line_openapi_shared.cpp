// Holds what the LINE adapter sends, and the fixtures it is tested with, to LINE's published OpenAPI documents.
#include <filesystem>
#include <iostream>
#include <set>

#include "adapters/line/api_client.h"
#include "tests/adapters/line/fixtures.h"
#include "tests/adapters/line/loopback_server.h"
#include "tests/contract/openapi_validator.h"
#include "tests/contract/shared_folder.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"

using namespace kairan;
using namespace kairan::test;
using namespace std::chrono_literals;
using adapters::line::ApiClient;
using adapters::line::ValidateTarget;
using nlohmann::json;
using Errors = std::vector<std::string>;

namespace {

/// The folder of LINE's documents, or "" after having said that the test is skipped.
std::string openapi_folder() {
  const std::string shared = shared_folder();
  if (shared.empty()) {
    std::cout << "skipped: no folder with LINE's OpenAPI documents\n";
    return "";
  }
  return shared + "/reference/line-openapi/";
}

json golden(const std::string& name) { return json::parse(read_file(line_folder() + "golden/" + name + ".json")); }

std::vector<std::string> golden_files() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(line_folder() + "golden")) {
    names.push_back(entry.path().stem().string());
  }
  return names;
}

}  // namespace

TEST_CASE("every golden message is valid by LINE's schema") {
  const std::string folder = openapi_folder();
  if (folder.empty()) return;
  const OpenApiValidator api(folder + "messaging-api.yml");
  std::size_t messages = 0;
  for (const std::string& name : golden_files()) {
    CAPTURE(name);
    for (const json& message : golden(name)) {
      CHECK(api.check_schema("Message", message) == Errors{});
      ++messages;
    }
  }
  CHECK(messages > 15);
  std::cout << messages << " golden messages checked\n";
}

TEST_CASE("a slip in a message would be found") {
  const std::string folder = openapi_folder();
  if (folder.empty()) return;
  const OpenApiValidator api(folder + "messaging-api.yml");
  json message = golden("buttons")[0];
  message["template"]["actions"][0]["txt"] = "x";
  CHECK(api.check_schema("Message", message) ==
        Errors{"template.actions[0]: has a property that no schema names: txt"});
  message = golden("carousel")[0];
  message["template"]["columns"][0].erase("text");
  CHECK(api.check_schema("Message", message) == Errors{"template.columns[0]: lacks text"});
  message = golden("flex_bubble")[0];
  message["contents"]["body"]["layout"] = "diagonal";
  CHECK(api.check_schema("Message", message).size() == 1);
}

TEST_CASE("every request of the API client is valid by LINE's documents") {
  const std::string folder = openapi_folder();
  if (folder.empty()) return;
  const OpenApiValidator api(folder + "messaging-api.yml");
  const OpenApiValidator tokens(folder + "channel-access-token.yml");
  FakeClock clock;
  LoopbackServer server([](const RecordedRequest& request) {
    const bool token = request.path == "/oauth2/v3/token";
    return CannedAnswer{200, token ? R"({"access_token":"t","expires_in":900,"token_type":"Bearer"})" : "{}", {}};
  });
  ApiClient client({{Secret("secret")}, "1234567890", Secret(), server.origin(), server.origin()}, clock);
  const std::string user = "U0000000000000000000000000000a001";
  const std::string key = "123e4567-e89b-12d3-a456-426614174000";
  for (const std::string& name : golden_files()) {
    const std::string messages = golden(name).dump();
    (void)client.reply("0f3779fba3b349968c5d07db31eab56f", messages, 2s);
    (void)client.push(user, messages, key, 2s);
    (void)client.multicast(*ApiClient::multicast_body(Errors(500, user), messages, "kairan_1"), key, 2s);
    (void)client.multicast(*ApiClient::multicast_body({user}, messages), key, 2s);
    (void)client.broadcast(messages, key, 2s);
    for (const auto target : {ValidateTarget::kReply, ValidateTarget::kPush, ValidateTarget::kMulticast,
                              ValidateTarget::kNarrowcast, ValidateTarget::kBroadcast}) {
      (void)client.validate(target, messages, 2s);
    }
  }
  (void)client.quota(2s);
  (void)client.consumption(2s);
  (void)client.profile(user, 2s);
  (void)client.follower_ids("next=", 1000, 2s);
  (void)client.content("500000000000000001", [](std::string_view) { return true; }, 1000, 2s);
  (void)client.bot_info(2s);
  (void)client.webhook_endpoint(2s);
  (void)client.set_webhook_endpoint("https://example.com/webhook/line", 2s);
  (void)client.test_webhook("", 2s);
  (void)client.test_webhook("https://example.com/webhook/line", 2s);
  (void)client.start_loading(user, 20, 2s);
  (void)client.mark_as_read("read-token", 2s);
  std::set<std::string> operations;
  for (const RecordedRequest& request : server.requests()) {
    CAPTURE(request.method, request.path, request.body.substr(0, 300));
    const OpenApiValidator& document = request.path == "/oauth2/v3/token" ? tokens : api;
    CHECK(document.check_request(request.method, request.path, request.body) == Errors{});
    operations.insert(request.method + " " + request.path);
  }
  CHECK(operations.size() == 21);
  std::cout << server.requests().size() << " requests checked\n";
}

TEST_CASE("every webhook fixture has the published shape, but for what is newer than the documents") {
  const std::string folder = openapi_folder();
  if (folder.empty()) return;
  const OpenApiValidator webhook(folder + "webhook.yml");
  const std::set<std::string> newer{"message_edited", "message_unknown_type", "unknown_type"};
  for (const std::string& name : webhook_fixtures()) {
    CAPTURE(name);
    const Errors errors = webhook.check_schema("CallbackRequest", json::parse(webhook_fixture(name)));
    if (newer.count(name) == 0) {
      CHECK(errors == Errors{});
    } else {
      CHECK_FALSE(errors.empty());
    }
  }
}
