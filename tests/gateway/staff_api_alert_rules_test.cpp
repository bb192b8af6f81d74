// The rules of warnings over the API: what a second person is shown, and that one person alone cannot put them in force.
#include "broadcasts/alert_releases.h"
#include "tests/broadcasts/alert_city_copy.h"
#include "tests/contract/openapi_validator.h"
#include "tests/gateway/staff_api_fixture.h"
#include "tests/support/catch.h"

namespace kairan::test {
namespace {

TestRedis& rules_redis() {
  static TestRedis server;
  return server;
}

const std::string kRules = "/api/v1/alert-rules";

struct RulesOffice {
  RulesOffice()
      : desk(rules_redis(), StaffDesk::open_settings(),
             [this](gateway::staff::Parts& parts) { parts.alert_releases = &releases; }) {
    desk.add("bousai", {Role::kEmergencyOfficer}, "総務課");
    desk.add("bousai2", {Role::kEmergencyOfficer}, "総務課");
    desk.add("shonin", {Role::kApprover}, "広報");
    desk.add("henshu", {Role::kContentEditor}, "総務課");
  }
  Answer call(const std::string& who, const std::string& method, const std::string& path, const json& body = nullptr) {
    auto& browser = browsers[who];
    if (!browser) {
      browser = std::make_unique<Browser>(*desk.api);
      REQUIRE(browser->login(who).status == 200);
    }
    const std::string text = body.is_null() ? "" : body.dump();
    const Answer answer = browser->send(method, path, text);
    CAPTURE(method, path, answer.text);
    if (answer.status < 400) CHECK(validator.check_request(method, path, text) == std::vector<std::string>{});
    CHECK(validator.check_response(method, path, answer.status, answer.text) == std::vector<std::string>{});
    return answer;
  }
  std::string propose(const std::string& who) {
    const Answer answer = call(who, "POST", kRules + "/propose");
    REQUIRE(answer.status == 200);
    return answer.body["hash"].get<std::string>();
  }

  FakeClock clock;
  AlertCityCopy city;
  store::Audit audit{rules_redis().client()};
  broadcasts::AlertReleases releases{rules_redis().client(), audit, city.path(), clock};
  OpenApiValidator validator{std::string(KAIRAN_SOURCE_DIR) + "/gateway/api/openapi.yaml"};
  StaffDesk desk;
  std::map<std::string, std::unique_ptr<Browser>> browsers;
};

}  // namespace

TEST_CASE("rules are proposed, shown with what they change, and published by another person", "[rules][redis]") {
  RulesOffice office;
  CHECK(office.call("shonin", "GET", kRules).body["standing"] == "nothing");
  const std::string hash = office.propose("henshu");
  const Answer shown = office.call("shonin", "GET", kRules);
  CHECK(shown.body["proposed"]["hash"] == hash);
  CHECK(shown.body["proposed"]["by"] == "henshu");
  bool sends = false;
  for (const json& change : shown.body["proposed"]["changes"]) {
    sends = sends || (change["kind"] == "rain" && change["level"] == "special" && change["after"] == "send");
    CHECK(change["before"] == "hold");
  }
  CHECK(sends);
  CHECK(shown.body["proposed"]["files"].size() > 5);
  CHECK(office.call("shonin", "POST", kRules + "/publish", {{"hash", hash}}).status == 204);
  const Answer after = office.call("bousai", "GET", kRules);
  CHECK(after.body["standing"] == "published");
  CHECK(after.body["published"]["proposed_by"] == "henshu");
  CHECK(after.body["published"]["published_by"] == "shonin");
  CHECK(after.body["proposed"].is_null());
}

TEST_CASE("who proposed rules cannot publish them, whatever the roles", "[rules][redis]") {
  RulesOffice office;
  const std::string hash = office.propose("bousai");
  const Answer alone = office.call("bousai", "POST", kRules + "/publish", {{"hash", hash}});
  office.browsers["bousai"]->extra["accept-language"] = "en";
  CHECK(office.call("bousai", "POST", kRules + "/publish", {{"hash", hash}}).body["detail"] ==
        "You cannot publish what you proposed. Ask another person.");
  office.browsers["bousai"]->extra.clear();
  CHECK(alone.code() == "not_allowed");
  CHECK(alone.text.find("自分が提案した規則") != std::string::npos);
  CHECK(office.call("henshu", "POST", kRules + "/publish", {{"hash", hash}}).code() == "not_allowed");
  CHECK(office.call("bousai", "GET", kRules).body["published"].is_null());
  CHECK(office.call("bousai2", "POST", kRules + "/publish", {{"hash", hash}}).status == 204);
}

TEST_CASE("only what was shown is published, and a proposal that was given back is gone", "[rules][redis]") {
  RulesOffice office;
  const std::string first = office.propose("bousai");
  office.city.change("alerts.yaml", "per_hour: 6", "per_hour: 7");
  CHECK(office.call("shonin", "GET", kRules).body["proposed"]["file_changed"] == true);
  CHECK(office.call("shonin", "POST", kRules + "/publish", {{"hash", first}}).code() == "conflict");
  const std::string second = office.propose("bousai");
  CHECK(office.call("shonin", "POST", kRules + "/publish", {{"hash", first}}).code() == "conflict");
  CHECK(office.call("shonin", "POST", kRules + "/return", {{"hash", second}, {"comment", "回数を見直してください"}}).status == 204);
  CHECK(office.call("shonin", "POST", kRules + "/publish", {{"hash", second}}).code() == "not_found");
  CHECK(office.call("shonin", "POST", kRules + "/publish", {{"hash", "abc"}}).status == 422);
}

TEST_CASE("a proposal stands on the home page of those who may publish it, its return on its proposer's", "[rules][redis]") {
  RulesOffice office;
  office.desk.add("kaku", {Role::kAuthor}, "福祉課");
  office.desk.add("unyo", {Role::kOperator}, "DX推進室");
  const auto needs = [&](const std::string& who) {
    std::string all;
    const Answer home = office.call(who, "GET", "/api/v1/home");
    for (const json& need : home.body["needs_me"])
      all += need["why"].get<std::string>() + " " + need["rules"]["by"].get<std::string>() + " " +
             need["rules"]["comment"].get<std::string>() + ";";
    return all;
  };
  const std::string hash = office.propose("bousai");
  for (const char* const who : {"bousai2", "shonin"}) CHECK(needs(who) == "rules_to_publish bousai ;");
  for (const char* const who : {"bousai", "henshu", "kaku", "unyo"}) CHECK(needs(who).empty());
  REQUIRE(office.call("shonin", "POST", kRules + "/return", {{"hash", hash}, {"comment", "回数"}}).status == 204);
  CHECK(needs("bousai") == "rules_returned shonin 回数;");
  for (const char* const who : {"bousai2", "shonin", "henshu"}) CHECK(needs(who).empty());
  CHECK(office.call("bousai", "GET", kRules).body["returned"]["comment"] == "回数");
  REQUIRE(office.call("bousai", "POST", kRules + "/return", {{"hash", hash}, {"comment", ""}}).status == 204);
  CHECK(needs("bousai").empty());
  const std::string again = office.propose("henshu");
  CHECK(needs("bousai") == "rules_to_publish henshu ;");
  REQUIRE(office.call("bousai", "POST", kRules + "/publish", {{"hash", again}}).status == 204);
  for (const char* const who : {"bousai", "bousai2", "shonin", "henshu"}) CHECK(needs(who).empty());
}

TEST_CASE("a proposal with a gap is refused with file, line and what to write", "[rules][redis]") {
  RulesOffice office;
  office.city.change("alerts.yaml", "levels: [special], action: send", "levels: [special], hours: day, action: send");
  const Answer refused = office.call("bousai", "POST", kRules + "/propose");
  CHECK(refused.status == 422);
  CHECK(refused.text.find("rain/special/city/night") != std::string::npos);
  CHECK(office.call("bousai", "GET", kRules).body["proposed"].is_null());
}

}  // namespace kairan::test
