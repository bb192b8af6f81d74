#include "gateway/staff_api/path_table.h"
#include "gateway/staff_api/spreadsheet.h"
#include "tests/gateway/staff_api_fixture.h"
#include "tests/support/catch.h"

namespace kairan::test {
namespace {

TestRedis& redis() {
  static TestRedis server;
  return server;
}

const char* const kSections = "/api/v1/sections";
const json kSection{{"name", "総務課"}, {"weekly_plan", 1}};

}  // namespace

TEST_CASE("a path means one thing or nothing", "[paths]") {
  gateway::staff::PathTable table;
  table.add("GET", "/a/{id}", 1);
  table.add("GET", "/a/new", 2);
  table.add("POST", "/a/{id}", 3);
  table.add("GET", "/a/{id}/b/{n}", 4);
  const auto what = [&](const char* method, const std::string& path) {
    const auto match = table.find(method, path);
    return match.what ? static_cast<int>(*match.what) : match.allowed.empty() ? 404 : 405;
  };
  CHECK(what("GET", "/a/x") == 1);
  CHECK(what("HEAD", "/a/x") == 1);
  CHECK(what("GET", "/a/new") == 2);
  CHECK(what("GET", "/a/x/b/7") == 4);
  CHECK(table.find("GET", "/a/x/b/7").parameters == gateway::staff::PathParameters{{"id", "x"}, {"n", "7"}});
  CHECK(what("DELETE", "/a/x") == 405);
  for (const char* path : {"", "/", "a/x", "/a", "/a/", "/a//", "//a/x", "/a/x/", "/a/.", "/a/..", "/a/x/../y", "/a/x/b", "/a/x\n", "/a/%2e",
                           "/a/x y", "/a/x;y", "/a/\xe3\x81\x82", "/A/x"}) {
    CAPTURE(path);
    CHECK(what("GET", path) == 404);
  }
  CHECK(what("GET", std::string("/a/\0", 4)) == 404);
  CHECK(what("GET", "/a/" + std::string(129, 'x')) == 404);
  CHECK(what("GET", "/a/" + std::string(600, 'x')) == 404);
}

TEST_CASE("a change without this site's token, or from another site, changes nothing", "[csrf][redis]") {
  StaffDesk desk(redis());
  desk.add("chief", {Role::kOperator});
  Browser browser(*desk.api);
  browser.login("chief");
  const std::string token = browser.csrf;
  struct Row {
    const char* why;
    std::map<std::string, std::string> headers;
  };
  for (const Row& row : {Row{"no token", {{"x-csrf-token", ""}}}, Row{"another token", {{"x-csrf-token", std::string(64, '0')}}},
                         Row{"a prefix", {{"x-csrf-token", token.substr(0, 63)}}}, Row{"another site", {{"origin", "https://evil.example"}}},
                         Row{"another port", {{"origin", "http://127.0.0.1:9999"}}}, Row{"no origin at all", {{"origin", "null"}}},
                         Row{"a name that ends alike", {{"origin", "http://evil-127.0.0.1:8081"}}},
                         Row{"the browser says so", {{"sec-fetch-site", "cross-site"}}},
                         Row{"a sister site", {{"sec-fetch-site", "same-site"}}}}) {
    CAPTURE(row.why);
    browser.extra = row.headers;
    CHECK(browser.post(kSections, kSection).code() == "csrf_failed");
    CHECK(browser.send("DELETE", "/api/v1/accounts/chief/sessions", "").code() == "csrf_failed");
  }
  browser.extra = {{"origin", ""}, {"sec-fetch-site", "same-origin"}};
  CHECK(browser.get(kSections).body["items"].empty());
  CHECK(browser.post(kSections, kSection).status == 201);
  // A form of another site can send text, not JSON.
  browser.extra = {{"content-type", "text/plain"}};
  CHECK(browser.post(kSections, {{"name", "税務課"}, {"weekly_plan", 1}}).code() == "invalid_json");
  Browser stranger(*desk.api);
  stranger.extra = {{"content-type", "text/plain"}};
  CHECK(stranger.post("/api/v1/session/login", {{"name", "chief"}, {"password", kPassword}}).code() == "invalid_json");
  stranger.extra = {{"origin", "https://evil.example"}};
  CHECK(stranger.post("/api/v1/session/login", {{"name", "chief"}, {"password", kPassword}}).code() == "csrf_failed");
}

TEST_CASE("the token of one session is not the token of another", "[csrf][redis]") {
  StaffDesk desk(redis());
  desk.add("chief", {Role::kOperator});
  Browser one(*desk.api), two(*desk.api);
  one.login("chief");
  two.login("chief");
  CHECK(one.csrf != two.csrf);
  two.csrf = one.csrf;
  CHECK(two.post(kSections, kSection).code() == "csrf_failed");
}

TEST_CASE("members that a call does not know are refused, so that none can be slipped in", "[fields][redis]") {
  StaffDesk desk(redis());
  desk.add("chief", {Role::kOperator});
  Browser chief(*desk.api);
  chief.login("chief");
  const json good{{"name", "new"}, {"roles", {"author"}}, {"section", "総務課"}, {"password", kPassword}};
  for (const char* extra : {"disabled", "generation", "must_change_password", "second_factor", "totp_key", "revision", "__proto__"}) {
    CAPTURE(extra);
    json body = good;
    body[extra] = true;
    const Answer answer = chief.post("/api/v1/accounts", body);
    CHECK(answer.status == 422);
    CHECK(answer.body["errors"][0]["field"] == extra);
  }
  CHECK(chief.patch("/api/v1/accounts/chief", {{"password", kPassword}}).status == 422);
  CHECK(must(desk.accounts.all()).size() == 1);
  REQUIRE(chief.post("/api/v1/accounts", good).status == 201);
  CHECK(must(desk.accounts.find("new"))->must_change_password);
}

TEST_CASE("every field is checked and the message stands at the field", "[fields][redis]") {
  StaffDesk desk(redis());
  desk.add("chief", {Role::kOperator});
  Browser chief(*desk.api);
  chief.login("chief");
  const auto field = [&](const json& body) {
    const Answer answer = chief.post(kSections, body);
    CHECK(answer.status == 422);
    CHECK(answer.type == "application/problem+json; charset=utf-8");
    return answer.body["errors"][0]["field"].get<std::string>();
  };
  CHECK(field({{"weekly_plan", 1}}) == "name");
  CHECK(field({{"name", 7}, {"weekly_plan", 1}}) == "name");
  CHECK(field({{"name", ""}, {"weekly_plan", 1}}) == "name");
  CHECK(field({{"name", std::string(41, 'x')}, {"weekly_plan", 1}}) == "name");
  CHECK(field({{"name", std::string("a\0b", 3)}, {"weekly_plan", 1}}) == "name");
  CHECK(field({{"name", "課"}, {"weekly_plan", "1"}}) == "weekly_plan");
  CHECK(field({{"name", "課"}, {"weekly_plan", -1}}) == "weekly_plan");
  CHECK(field({{"name", "課"}, {"weekly_plan", 1e300}}) == "weekly_plan");
  for (const std::string& body : {std::string("{"), std::string("[]"), std::string("null"), std::string("\"x\""), std::string("{\"name\":\"\xff\"}"),
                                  std::string(200, '[') + std::string(200, ']'), std::string(300 * 1024, ' ') + "{}"}) {
    CHECK(chief.send("POST", kSections, body).code() == "invalid_json");
  }
  chief.extra["accept-language"] = "en-GB,en;q=0.9,ja;q=0.8";
  CHECK(chief.post(kSections, json::object()).body["title"] == "Some fields are wrong");
  chief.extra["accept-language"] = "ja,en;q=0.5";
  CHECK(chief.post(kSections, json::object()).body["title"] == "入力に誤りがあります");
}

TEST_CASE("a repeated creating request makes one thing and gets one answer", "[once][redis]") {
  StaffDesk desk(redis());
  desk.add("chief", {Role::kOperator});
  desk.add("deputy", {Role::kOperator});
  Browser chief(*desk.api), deputy(*desk.api);
  chief.login("chief");
  deputy.login("deputy");
  chief.extra["idempotency-key"] = deputy.extra["idempotency-key"] = "press-0001";
  const json key{{"name", "防災システム"}, {"section", "総務課"}, {"scopes", {"broadcasts:write"}}};
  const Answer first = chief.post("/api/v1/api-keys", key), again = chief.post("/api/v1/api-keys", key);
  REQUIRE(first.status == 201);
  CHECK(again.status == 201);
  CHECK(again.text == first.text);
  CHECK(must(desk.api_keys.all()).size() == 1);
  json other = key;
  other["name"] = "別のシステム";
  CHECK(chief.post("/api/v1/api-keys", other).code() == "idempotency_key_reused");
  CHECK(deputy.post("/api/v1/api-keys", key).status == 201);  // another person's key
  CHECK(must(desk.api_keys.all()).size() == 2);
  // What was refused may be mended and sent again under the same key.
  chief.extra["idempotency-key"] = "press-0002";
  CHECK(chief.post(kSections, json::object()).status == 422);
  CHECK(chief.post(kSections, kSection).status == 201);
  for (const char* bad : {"short", "with space 1", "日本語日本語"}) {
    chief.extra["idempotency-key"] = bad;
    CHECK(chief.post(kSections, kSection).code() == "idempotency_key_invalid");
  }
  // The kept answer, which holds a secret, is sealed.
  const std::string secret = first.body["key"].get<std::string>().substr(24);
  for (const auto& name : must(desk.redis.command({"KEYS", "*"})).items) {
    CHECK(must(desk.redis.command({"DUMP", name.text})).text.find(secret) == std::string::npos);
  }
}

TEST_CASE("a request that is still running is not run a second time", "[once][redis]") {
  StaffDesk desk(redis());
  CHECK(must(desk.once.begin("a", "body")).state == store::OnceOnly::State::kNew);
  CHECK(must(desk.once.begin("a", "body")).state == store::OnceOnly::State::kRunning);
  must(desk.once.finish("a", 201, "answer"));
  const auto done = must(desk.once.begin("a", "body"));
  CHECK(done.state == store::OnceOnly::State::kDone);
  CHECK(done.status == 201);
  CHECK(done.answer == "answer");
  CHECK(must(desk.once.begin("a", "other")).state == store::OnceOnly::State::kOtherBody);
}

TEST_CASE("another system's key opens what its scopes name until it ends or is taken away", "[keys][redis]") {
  StaffDesk desk(redis());
  desk.add("chief", {Role::kOperator});
  Browser chief(*desk.api);
  chief.login("chief");
  const auto make = [&](const json& scopes) {
    const Answer made = chief.post("/api/v1/api-keys", {{"name", "基幹システム"}, {"section", "総務課"}, {"scopes", scopes}, {"days", 10}});
    REQUIRE(made.status == 201);
    return made.body;
  };
  const json reader = make({"broadcasts:read"});
  CHECK(chief.get("/api/v1/api-keys").text.find(reader["key"].get<std::string>().substr(24)) == std::string::npos);
  Browser system(*desk.api);
  system.extra["authorization"] = "Bearer " + reader["key"].get<std::string>();
  CHECK(system.get("/api/v1/broadcasts").status == 503);  // let in; nothing is set up here
  CHECK(system.post("/api/v1/broadcasts", json::object()).code() == "not_allowed");
  CHECK(system.get("/api/v1/accounts").code() == "not_allowed");
  CHECK(system.get("/api/v1/session").code() == "not_allowed");
  CHECK(system.get("/api/v1/home").code() == "not_allowed");
  for (const std::string& bad : {std::string("Bearer "), std::string("Bearer x"), reader["key"].get<std::string>(),
                                 "Bearer " + reader["key"].get<std::string>() + "0",
                                 "Bearer kairan_" + reader["api_key"]["id"].get<std::string>() + "_" + std::string(64, '0')}) {
    Browser guesser(*desk.api);
    guesser.extra["authorization"] = bad;
    CHECK(guesser.get("/api/v1/broadcasts").code() == "unauthenticated");
  }
  desk.clock.advance(std::chrono::hours(24 * 10));
  CHECK(system.get("/api/v1/broadcasts").code() == "unauthenticated");
  chief.login("chief");
  const json second = make({"residents:count"});
  system.extra["authorization"] = "Bearer " + second["key"].get<std::string>();
  CHECK(system.get("/api/v1/residents/counts").status == 503);
  CHECK(chief.remove("/api/v1/api-keys/" + second["api_key"]["id"].get<std::string>()).status == 204);
  CHECK(system.get("/api/v1/residents/counts").code() == "unauthenticated");
  CHECK(chief.post("/api/v1/api-keys", {{"name", "x"}, {"section", "y"}, {"scopes", {"everything"}}}).body["errors"][0]["field"] == "scopes[0]");
}

TEST_CASE("two people who change one thing do not overwrite each other", "[revision][redis]") {
  StaffDesk desk(redis());
  desk.add("chief", {Role::kOperator});
  Browser chief(*desk.api);
  chief.login("chief");
  const Answer made = chief.post(kSections, kSection);
  const std::string path = std::string(kSections) + "/" + made.body["id"].get<std::string>();
  CHECK(made.header("ETag") == "\"1\"");
  CHECK(chief.put(path, kSection).code() == "revision_required");
  chief.extra["if-match"] = "\"1\"";
  CHECK(chief.put(path, {{"name", "総務課"}, {"weekly_plan", 2}}).header("ETag") == "\"2\"");
  CHECK(chief.put(path, {{"name", "総務課"}, {"weekly_plan", 3}}).code() == "changed_meanwhile");
  CHECK(chief.remove(path).code() == "changed_meanwhile");
  CHECK(chief.get(kSections).body["items"][0]["weekly_plan"] == 2.0);
  for (const char* bad : {"1", "\"\"", "\"x\"", "*", "W/\"2\"", "\"-2\""}) {
    chief.extra["if-match"] = bad;
    CHECK(chief.put(path, kSection).code() == "revision_required");
  }
  chief.extra["if-match"] = "\"2\"";
  CHECK(chief.remove(path).status == 204);
}

TEST_CASE("no answer may be kept, framed, or sniffed", "[headers][redis]") {
  StaffDesk desk(redis());
  desk.add("chief", {Role::kOperator});
  Browser chief(*desk.api);
  chief.login("chief");
  for (const Answer& answer : {chief.get("/api/v1/session"), chief.get("/api/v1/nothing"), chief.post(kSections), chief.post("/api/v1/session/logout")}) {
    CHECK(answer.header("Cache-Control") == "no-store");
    CHECK(answer.header("Content-Security-Policy").find("default-src 'none'; frame-ancestors 'none'") == 0);
    CHECK(answer.header("X-Frame-Options") == "DENY");
    CHECK(answer.header("Referrer-Policy") == "no-referrer");
  }
}

TEST_CASE("a long body is read only from somebody who may send it", "[admit][redis]") {
  StaffDesk desk(redis());
  desk.add("ito", {Role::kAuthor});
  desk.add("editor", {Role::kContentEditor});
  const auto admit = [&](Browser& browser, const std::string& path, std::size_t length) {
    HttpRequest head;
    head.method = "PUT";
    head.path = path;
    head.headers = {{"host", "127.0.0.1:8081"}, {"content-length", std::to_string(length)}, {"x-csrf-token", browser.csrf}};
    for (const auto& [name, value] : browser.jar) head.headers.emplace("cookie", name + "=" + value);
    return desk.api->admit(head);
  };
  const std::string file = "/api/v1/content/tables/faq/file";
  Browser nobody(*desk.api), author(*desk.api), editor(*desk.api);
  author.login("ito");
  editor.login("editor");
  CHECK(admit(nobody, file, 1000).refusal->status == 401);
  CHECK(admit(author, file, 1000).refusal->status == 403);
  CHECK_FALSE(admit(editor, file, 1000).refusal);
  CHECK(admit(editor, file, 1000).max_body_bytes == std::size_t{50} << 20);
  CHECK(admit(editor, file, std::size_t{51} << 20).refusal->status == 413);
  CHECK(admit(editor, "/api/v1/sections/x", std::size_t{1} << 20).refusal->status == 413);
  CHECK(admit(editor, "/api/v1/nothing", 10).max_body_bytes <= 256 * 1024);
}

TEST_CASE("a cell that a spreadsheet would run is made a text", "[csv]") {
  using gateway::staff::harmless_cell;
  for (const char* bad : {"=HYPERLINK(\"http://evil\")", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(1)", "\t=1", "\r=1", "=1"}) {
    CAPTURE(bad);
    CHECK(harmless_cell(bad) == "'" + std::string(bad));
  }
  for (const char* good : {"", "段ボール", "-3", "+81", "-1.5", "a=b"}) CHECK(harmless_cell(good) == good);
  gateway::staff::Spreadsheet sheet({"a", "b"});
  sheet.add({"=1", "x,y"});
  const auto reply = sheet.reply("t.csv");
  CHECK(reply.body == "\xEF\xBB\xBF" "a,b\r\n'=1,\"x,y\"\r\n");
}

}  // namespace kairan::test
