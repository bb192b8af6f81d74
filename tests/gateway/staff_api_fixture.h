// The staff API on a private Redis, called in memory, with browsers that keep cookies and the CSRF token as the console does.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/totp.h"
#include "gateway/staff_api/endpoints.h"
#include "gateway/staff_api/staff_api.h"
#include "store/keys.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_redis.h"

namespace kairan::test {

using gateway::HttpRequest;
using gateway::HttpResponse;
using nlohmann::json;
using store::Role;
using store::Roles;

inline const char* const kPassword = "akai-densha-no-mado";

struct StaffDesk {
  /// @param setup  adds further parts before the API is built
  explicit StaffDesk(TestRedis& server, gateway::staff::Settings settings = open_settings(),
                     const std::function<void(gateway::staff::Parts&)>& setup = {})
      : redis(server.client()),
        parts{clock,    sealer, sessions, tries, once, accounts, rules, api_keys, sections, audit, settings,
              [] { return std::string("鹿島市"); }} {
    server.flush();
    if (setup) setup(parts);
    api = std::make_unique<gateway::staff::StaffApi>(parts, gateway::staff::all_endpoints(parts));
  }
  static gateway::staff::Settings open_settings() {
    gateway::staff::Settings settings;
    settings.second_factor = false;
    return settings;
  }
  void add(const std::string& name, Roles roles, const std::string& section = "広報広聴課") {
    must(rules.add({name, roles, section, Secret(kPassword), false}, store::system_actor()));
  }
  /// Gives the account a second factor and returns its key.
  std::string with_second_factor(const std::string& name) {
    must(rules.offer_second_factor(name));
    const std::string key = must(accounts.find(name))->totp_key;
    must(rules.confirm_second_factor(name, totp_code(key, totp_step(clock.now()))));
    clock.advance(std::chrono::seconds(kTotpStepSeconds));
    return key;
  }

  store::RedisClient& redis;
  FakeClock clock;
  Sealer sealer{Secret(std::string(Sealer::kKeyBytes, 'k'))};
  store::Sessions sessions{redis};
  store::LoginTries tries{redis};
  store::OnceOnly once{redis};
  store::Accounts accounts{redis, sealer};
  store::Audit audit{redis};
  gateway::StaffAccounts rules{accounts, clock, gateway::audit_into(audit, clock)};
  store::Records api_keys{redis, store::keys::api_keys()};
  store::Records sections{redis, store::keys::sections()};
  gateway::staff::Parts parts;
  std::unique_ptr<gateway::staff::StaffApi> api;
};

/// One answer, its JSON read.
struct Answer {
  int status = 0;
  json body;
  std::string text, type;
  std::multimap<std::string, std::string> headers;
  std::string code() const { return body.is_object() && body.contains("code") ? body["code"].get<std::string>() : ""; }
  std::string header(const std::string& name) const {
    const auto it = headers.find(name);
    return it == headers.end() ? "" : it->second;
  }
};

class Browser {
 public:
  explicit Browser(gateway::staff::StaffApi& api, std::string address = "192.0.2.10") : api_(&api), address_(std::move(address)) {}

  Answer get(const std::string& path) { return send("GET", path, ""); }
  Answer post(const std::string& path, const json& body = json::object()) { return send("POST", path, body.dump()); }
  Answer put(const std::string& path, const json& body) { return send("PUT", path, body.dump()); }
  Answer patch(const std::string& path, const json& body) { return send("PATCH", path, body.dump()); }
  Answer remove(const std::string& path) { return send("DELETE", path, ""); }

  Answer send(const std::string& method, const std::string& path, const std::string& body) {
    HttpRequest request;
    request.method = method;
    request.path = path.substr(0, path.find('?'));
    if (const auto query = path.find('?'); query != std::string::npos) {
      std::string rest = path.substr(query + 1);
      while (!rest.empty()) {
        const std::string pair = rest.substr(0, rest.find('&'));
        rest.erase(0, pair.size() + 1);
        request.query.emplace(pair.substr(0, pair.find('=')), pair.substr(std::min(pair.size(), pair.find('=') + 1)));
      }
    }
    request.body = body;
    request.remote_addr = address_;
    request.headers = {{"host", "127.0.0.1:8081"}, {"user-agent", "test"}};
    if (!body.empty()) request.headers.emplace("content-type", "application/json");
    if (method != "GET") {
      request.headers.emplace("origin", "http://127.0.0.1:8081");
      request.headers.emplace("x-csrf-token", csrf);
    }
    std::string cookies;
    for (const auto& [name, value] : jar) cookies += (cookies.empty() ? "" : "; ") + name + "=" + value;
    if (!cookies.empty()) request.headers.emplace("cookie", cookies);
    for (const auto& [name, value] : extra) {
      request.headers.erase(name);
      if (!value.empty()) request.headers.emplace(name, value);
    }
    return take(api_->handle(request));
  }

  /// Signs in; with a second factor `code` is sent too.
  Answer login(const std::string& name, const std::string& password = kPassword, const std::string& code = "") {
    Answer answer = post("/api/v1/session/login", {{"name", name}, {"password", password}});
    if (answer.status == 200 && answer.body["second_factor_required"] == true && !code.empty()) {
      answer = post("/api/v1/session/second-factor", {{"code", code}});
    }
    if (answer.status == 200 && answer.body["second_factor_required"] == false) {
      csrf = get("/api/v1/session").body["csrf_token"].get<std::string>();
    }
    return answer;
  }

  std::map<std::string, std::string> jar;
  std::string csrf;
  std::map<std::string, std::string> extra;  ///< headers put into every request; empty = taken out

 private:
  Answer take(HttpResponse response) {
    Answer answer;
    answer.status = response.status;
    answer.text = response.body;
    answer.type = response.content_type;
    answer.body = json::parse(response.body, nullptr, false);
    for (const auto& [name, value] : response.headers) {
      answer.headers.emplace(name, value);
      if (name != "Set-Cookie") continue;
      const std::string pair = value.substr(0, value.find(';'));
      const std::string cookie = pair.substr(0, pair.find('='));
      jar[cookie] = pair.substr(pair.find('=') + 1);
      if (value.find("Max-Age=0") != std::string::npos) jar.erase(cookie);
    }
    return answer;
  }
  gateway::staff::StaffApi* api_;
  std::string address_;
};

}  // namespace kairan::test
