// The staff API is what gateway/api/openapi.yaml says: the same endpoints, the same rights for every role, answers and errors of the
// described shape.
#include <yaml-cpp/yaml.h>

#include <map>
#include <set>

#include "gateway/staff_api/permissions.h"
#include "tests/contract/openapi_validator.h"
#include "tests/gateway/staff_api_fixture.h"
#include "tests/support/catch.h"

namespace kairan::test {
namespace {

namespace staff = gateway::staff;

const std::string kDocument = std::string(KAIRAN_SOURCE_DIR) + "/gateway/api/openapi.yaml";

TestRedis& redis() {
  static TestRedis server;
  return server;
}

struct Described {
  std::set<std::string> roles;
  std::string scope;
};

std::map<std::pair<std::string, std::string>, Described> described() {
  std::map<std::pair<std::string, std::string>, Described> all;
  for (const auto& path : YAML::LoadFile(kDocument)["paths"]) {
    for (const auto& operation : path.second) {
      std::string method = operation.first.as<std::string>();
      for (char& c : method) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      Described one;
      for (const auto& role : operation.second["x-roles"]) one.roles.insert(role.as<std::string>());
      if (operation.second["x-scope"]) one.scope = operation.second["x-scope"].as<std::string>();
      all[{method, path.first.as<std::string>()}] = one;
    }
  }
  return all;
}

/// A path that fits the pattern.
std::string concrete(std::string pattern) {
  const std::map<std::string, std::string> values{{"{kind}", "faq"}, {"{row}", "2"}, {"{action}", "submit"}, {"{name}", "nobody"}};
  for (std::size_t open = pattern.find('{'); open != std::string::npos; open = pattern.find('{')) {
    const std::size_t close = pattern.find('}', open);
    const auto known = values.find(pattern.substr(open, close - open + 1));
    pattern.replace(open, close - open + 1, known == values.end() ? "0123456789abcdef0123456789abcdef" : known->second);
  }
  return pattern;
}

}  // namespace

TEST_CASE("the description, the table of rights and the endpoints name the same things", "[openapi][redis]") {
  const auto document = described();
  CHECK(document.size() == staff::rights().size());
  for (const staff::Right& right : staff::rights()) {
    CAPTURE(right.method, right.pattern);
    const auto it = document.find({std::string(right.method), std::string(right.pattern)});
    REQUIRE(it != document.end());
    CHECK(it->second.scope == right.scope);
    for (const Role role : store::all_roles()) {
      CAPTURE(store::role_name(role));
      const bool open = it->second.roles.count("none") != 0 || it->second.roles.count("all") != 0;
      CHECK(staff::may(right, Roles{role}) == (open || it->second.roles.count(std::string(store::role_name(role))) != 0));
    }
    CHECK((right.access == staff::Access::kOpen) == (it->second.roles.count("none") != 0));
  }
  StaffDesk desk(redis());
  std::set<std::pair<std::string, std::string>> served;
  for (const staff::Endpoint& endpoint : desk.api->endpoints()) served.emplace(endpoint.method, endpoint.pattern);
  CHECK(served.size() == document.size());
}

TEST_CASE("every endpoint lets in exactly the roles it names, and refuses in the described form", "[openapi][redis]") {
  const OpenApiValidator validator(kDocument);
  StaffDesk desk(redis());
  std::map<std::string, std::unique_ptr<Browser>> browsers;
  for (const Role role : store::all_roles()) {
    const std::string name(store::role_name(role));
    std::string account = name;
    std::replace(account.begin(), account.end(), '_', '-');
    desk.add(account, {role});
  }
  desk.add("spare", {Role::kOperator});
  for (const staff::Right& right : staff::rights()) {
    const std::string path = concrete(std::string(right.pattern));
    const std::string method(right.method);
    CAPTURE(method, path);
    const std::string body = method == "GET" || method == "DELETE" ? "" : "{}";
    {
      Browser stranger(*desk.api);
      const Answer answer = stranger.send(method, path, body);
      if (right.access == staff::Access::kOpen) {
        CHECK(answer.status == 422);
      } else {
        CHECK(answer.status == 401);
      }
      CHECK(validator.check_response(method, path, answer.status, answer.text) == std::vector<std::string>{});
    }
    if (right.access == staff::Access::kOpen) continue;
    for (const Role role : store::all_roles()) {
      std::string account(store::role_name(role));
      std::replace(account.begin(), account.end(), '_', '-');
      CAPTURE(account);
      auto& browser = browsers[account];
      if (!browser || browser->get("/api/v1/session").status != 200) {
        browser = std::make_unique<Browser>(*desk.api);
        REQUIRE(browser->login(account).status == 200);
      }
      const Answer answer = browser->send(method, path, body);
      CHECK((answer.code() == "not_allowed") == !staff::may(right, Roles{role}));
      CHECK(answer.status != 401);
      CHECK(answer.status != 500);
      CHECK(validator.check_response(method, path, answer.status, answer.text) == std::vector<std::string>{});
    }
  }
}

TEST_CASE("answers about accounts, sections, keys, sessions and the log are as described", "[openapi][redis]") {
  const OpenApiValidator validator(kDocument);
  StaffDesk desk(redis());
  desk.add("chief", {Role::kOperator});
  Browser chief(*desk.api);
  chief.login("chief");
  const auto check = [&](const std::string& method, const std::string& path, const json& body, int status) {
    CAPTURE(method, path);
    const std::string text = body.is_null() ? "" : body.dump();
    CHECK(validator.check_request(method, path, text) == std::vector<std::string>{});
    const Answer answer = chief.send(method, path, text);
    CAPTURE(answer.text);
    CHECK(answer.status == status);
    CHECK(validator.check_response(method, path, answer.status, answer.text) == std::vector<std::string>{});
    return answer;
  };
  check("GET", "/api/v1/session", nullptr, 200);
  check("GET", "/api/v1/session/sessions", nullptr, 200);
  check("POST", "/api/v1/session/second-factor/offer", nullptr, 200);
  check("POST", "/api/v1/accounts", {{"name", "new"}, {"roles", {"author", "approver"}}, {"section", "総務課"}, {"password", kPassword}}, 201);
  check("GET", "/api/v1/accounts", nullptr, 200);
  check("GET", "/api/v1/accounts/new", nullptr, 200);
  check("PATCH", "/api/v1/accounts/new", {{"roles", {"auditor"}}, {"disabled", true}}, 200);
  check("POST", "/api/v1/accounts/new/password", {{"password", "tsugi no eki wa doko"}}, 204);
  check("DELETE", "/api/v1/accounts/new/second-factor", nullptr, 204);
  check("GET", "/api/v1/accounts/new/sessions", nullptr, 200);
  check("DELETE", "/api/v1/accounts/new/sessions", nullptr, 204);
  check("GET", "/api/v1/accounts/none", nullptr, 404);
  const std::string section = check("POST", "/api/v1/sections", {{"name", "総務課"}, {"weekly_plan", 1.5}}, 201).body["id"];
  check("GET", "/api/v1/sections", nullptr, 200);
  check("PUT", "/api/v1/sections/" + section, {{"name", "総務課"}, {"weekly_plan", 2}}, 428);
  check("POST", "/api/v1/api-keys", {{"name", "a"}, {"section", "b"}, {"scopes", {"content:read"}}}, 201);
  check("GET", "/api/v1/api-keys", nullptr, 200);
  check("GET", "/api/v1/audit?count=5", nullptr, 200);
  check("POST", "/api/v1/audit/verify", nullptr, 200);
  check("GET", "/api/v1/home", nullptr, 200);
  check("GET", "/api/v1/health", nullptr, 200);
  chief.extra["accept-language"] = "en";
  check("GET", "/api/v1/accounts/none", nullptr, 404);
}

TEST_CASE("every refusal has its words in both languages and a status of its kind", "[openapi]") {
  for (const std::string_view code : staff::refusal_codes()) {
    CAPTURE(code);
    CHECK(staff::status_of(code) >= 400);
    for (const auto language : {staff::Language::kJa, staff::Language::kEn}) {
      const auto response = staff::to_http(staff::refuse(code), language);
      const json body = json::parse(response.body);
      CHECK(body["code"] == code);
      CHECK_FALSE(body["title"].get<std::string>().empty());
      CHECK_FALSE(body["detail"].get<std::string>().empty());
    }
  }
}

}  // namespace kairan::test
