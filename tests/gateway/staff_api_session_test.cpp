#include "base/crypto.h"
#include "tests/gateway/staff_api_fixture.h"
#include "tests/support/catch.h"

namespace kairan::test {
namespace {

TestRedis& redis() {
  static TestRedis server;
  return server;
}

const char* const kMe = "/api/v1/session";

std::size_t audit_lines(StaffDesk& desk, const std::string& action) {
  std::size_t count = 0;
  for (const auto& entry : must(desk.audit.recent(std::nullopt, 200))) count += entry.action == action ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("a person signs in, is known, and signs out for good", "[session][redis]") {
  StaffDesk desk(redis());
  desk.add("ito", {Role::kAuthor});
  Browser browser(*desk.api);
  CHECK(browser.get(kMe).code() == "unauthenticated");
  const Answer in = browser.login("ito");
  REQUIRE(in.status == 200);
  const std::string cookie = in.header("Set-Cookie");
  const Answer me = browser.get(kMe);
  REQUIRE(me.status == 200);
  CHECK(me.body["name"] == "ito");
  CHECK(me.body["roles"] == json::array({"author"}));
  CHECK(me.body["city"]["name"] == "鹿島市");
  Browser thief(*desk.api);
  thief.jar = browser.jar;
  CHECK(browser.post("/api/v1/session/logout").status == 204);
  CHECK(browser.jar.count("kairan_session") == 0);
  CHECK(thief.get(kMe).status == 401);
  CHECK(audit_lines(desk, "login") == 1);
}

TEST_CASE("the session cookie is out of reach of scripts and other sites, and bound to TLS where there is TLS", "[session][redis]") {
  StaffDesk desk(redis());
  desk.add("ito", {Role::kAuthor});
  Browser plain(*desk.api);
  const std::string cookie = plain.login("ito").header("Set-Cookie");
  for (const char* part : {"kairan_session=", "; Path=/", "; HttpOnly", "; SameSite=Strict"}) CHECK(cookie.find(part) != std::string::npos);
  CHECK(cookie.find("Secure") == std::string::npos);
  CHECK(cookie.find("Max-Age") == std::string::npos);  // goes with the browser
  Browser secure(*desk.api);
  secure.extra = {{"x-forwarded-proto", "https"}, {"origin", "https://127.0.0.1:8081"}};
  const std::string tls = secure.login("ito").header("Set-Cookie");
  CHECK(tls.rfind("__Host-kairan_session=", 0) == 0);
  CHECK(tls.find("; Secure") != std::string::npos);
  CHECK(secure.get(kMe).status == 200);
}

TEST_CASE("a session that was put into the browser beforehand is not the one that is signed in", "[session][redis]") {
  StaffDesk desk(redis());
  desk.add("ito", {Role::kAuthor});
  desk.add("mori", {Role::kAuthor});
  Browser attacker(*desk.api);
  attacker.login("mori");
  const std::string planted = attacker.jar["kairan_session"];
  for (const std::string& token : {planted, std::string(64, 'a')}) {
    Browser victim(*desk.api);
    victim.jar["kairan_session"] = token;
    REQUIRE(victim.login("ito").status == 200);
    CHECK(victim.jar["kairan_session"] != token);
    Browser again(*desk.api);
    again.jar["kairan_session"] = token;
    CHECK(again.get(kMe).status == 401);
  }
}

TEST_CASE("the store does not hold what a cookie holds", "[session][redis]") {
  StaffDesk desk(redis());
  desk.add("ito", {Role::kAuthor});
  Browser browser(*desk.api);
  browser.login("ito");
  const std::string token = browser.jar["kairan_session"];
  CHECK(token.size() == 64);
  for (const auto& key : must(desk.redis.command({"KEYS", "*"})).items) {
    CHECK(key.text.find(token) == std::string::npos);
    const auto dump = must(desk.redis.command({"DUMP", key.text}));
    CHECK(dump.text.find(token) == std::string::npos);
    CHECK(dump.text.find(kPassword) == std::string::npos);
  }
}

TEST_CASE("a session ends when it is not used, at its last hour, and when the account changes", "[session][redis]") {
  StaffDesk desk(redis());
  desk.add("ito", {Role::kAuthor});
  desk.add("chief", {Role::kOperator});
  Browser browser(*desk.api);
  browser.login("ito");
  for (int i = 0; i < 20; ++i) {
    desk.clock.advance(std::chrono::minutes(29));
    if (!must(desk.sessions.of("ito", desk.clock.now())).empty()) browser.get(kMe);
  }
  CHECK(browser.get(kMe).status == 200);  // 9 hours 40 minutes of use
  desk.clock.advance(std::chrono::hours(2) + std::chrono::minutes(20));
  CHECK(browser.get(kMe).status == 401);

  browser.login("ito");
  desk.clock.advance(std::chrono::minutes(20));
  browser.extra["x-kairan-background"] = "1";
  CHECK(browser.get(kMe).status == 200);  // polling keeps nothing alive
  desk.clock.advance(std::chrono::minutes(11));
  browser.extra.clear();
  CHECK(browser.get(kMe).status == 401);

  browser.login("ito");
  must(desk.rules.set_roles("ito", {Role::kAuditor}, std::nullopt, store::system_actor()));
  CHECK(browser.get(kMe).status == 401);
  browser.login("ito");
  must(desk.rules.set_disabled("ito", true, store::system_actor()));
  CHECK(browser.get(kMe).status == 401);
  CHECK(browser.login("ito").code() == "login_failed");
}

TEST_CASE("an unknown name and a wrong password are answered alike for the same work", "[session][redis]") {
  StaffDesk desk(redis());
  desk.add("ito", {Role::kAuthor});
  Browser browser(*desk.api);
  const auto before = desk.rules.hashes_made();
  const Answer wrong = browser.login("ito", "not the password");
  const auto between = desk.rules.hashes_made();
  const Answer unknown = browser.login("nobody", "not the password");
  CHECK(between - before == 1);
  CHECK(desk.rules.hashes_made() - between == 1);
  CHECK(wrong.status == 401);
  CHECK(wrong.text == unknown.text);
  CHECK(wrong.headers == unknown.headers);
  CHECK(wrong.headers.count("Set-Cookie") == 0);
  // The name that is no account may be a password in the wrong field: it is not in the log.
  browser.login("my-secret-password", "x");
  for (const auto& entry : must(desk.audit.recent(std::nullopt, 50))) CHECK(entry.target.find("my-secret") == std::string::npos);
  CHECK(audit_lines(desk, "login.failed") == 3);
}

TEST_CASE("guessing is slowed down where it comes from, and nobody else is locked out by it", "[session][redis]") {
  StaffDesk desk(redis());
  desk.add("ito", {Role::kAuthor});
  desk.add("mori", {Role::kAuthor});
  Browser known(*desk.api, "192.0.2.77");
  REQUIRE(known.login("ito").status == 200);  // this browser is known from now on

  Browser guesser(*desk.api, "192.0.2.77");
  int heard = 0;
  for (int i = 0; i < 20; ++i) {
    const Answer answer = guesser.login("ito", "guess " + std::to_string(i));
    if (answer.code() == "login_failed") {
      ++heard;
    } else {
      CHECK(answer.status == 429);
      CHECK(std::stoi(answer.header("Retry-After")) >= 1);
    }
  }
  CHECK(heard == 5);
  // The right password waits as well: the answer tells a guesser nothing.
  CHECK(guesser.login("ito").code() == "login_delayed");
  CHECK(known.login("ito").status == 200);                                     // same address, a known browser
  CHECK(Browser(*desk.api, "192.0.2.78").login("ito").status == 200);          // another address
  CHECK(guesser.login("mori").status == 200);                                  // another account
  desk.clock.advance(store::LoginTries::kLongest);
  CHECK(guesser.login("ito").status == 200);
  // A known browser's cookie is of its own account alone.
  Browser borrowed(*desk.api, "192.0.2.77");
  borrowed.jar["kairan_device"] = known.jar["kairan_device"];
  for (int i = 0; i < 5; ++i) borrowed.login("mori", "guess");
  CHECK(borrowed.login("mori", "guess").status == 429);
}

TEST_CASE("one place that tries many names is slowed down too", "[session][redis]") {
  StaffDesk desk(redis());
  Browser sprayer(*desk.api, "198.51.100.9");
  int heard = 0;
  for (int i = 0; i < 40; ++i) heard += sprayer.login("name" + std::to_string(i), "Password2026!!").status == 401 ? 1 : 0;
  CHECK(heard == 30);
}

TEST_CASE("with a second factor a password alone is half the way", "[session][redis]") {
  StaffDesk desk(redis());
  desk.add("ito", {Role::kAuthor});
  const std::string key = desk.with_second_factor("ito");
  Browser browser(*desk.api);
  CHECK(browser.login("ito").body["second_factor_required"] == true);
  const std::string half = browser.jar["kairan_session"];
  CHECK(browser.get(kMe).status == 401);
  CHECK(browser.get("/api/v1/sections").status == 401);
  const std::string code = totp_code(key, totp_step(desk.clock.now()));
  CHECK(browser.post("/api/v1/session/second-factor", {{"code", "000000"}}).code() == "second_factor_failed");
  REQUIRE(browser.post("/api/v1/session/second-factor", {{"code", code}}).status == 200);
  CHECK(browser.jar["kairan_session"] != half);
  CHECK(browser.get(kMe).body["second_factor"] == true);
  // The same code opens nothing again, within its half minute.
  Browser other(*desk.api);
  other.login("ito");
  CHECK(other.post("/api/v1/session/second-factor", {{"code", code}}).code() == "second_factor_failed");
  // Six digits are guessed slowly.
  int heard = 0;
  for (int i = 0; i < 20; ++i) heard += other.post("/api/v1/session/second-factor", {{"code", "123456"}}).status == 401 ? 1 : 0;
  CHECK(heard <= 5);
  // Half a session lasts five minutes.
  Browser slow(*desk.api);
  slow.login("ito");
  desk.clock.advance(std::chrono::minutes(5));
  CHECK(slow.post("/api/v1/session/second-factor", {{"code", totp_code(key, totp_step(desk.clock.now()))}}).code() == "unauthenticated");
}

TEST_CASE("what must be done first is done first", "[session][redis]") {
  StaffDesk desk(redis(), gateway::staff::Settings{});
  desk.add("chief", {Role::kOperator});
  desk.add("ito", {Role::kAuthor});
  Browser author(*desk.api);
  author.login("ito");
  CHECK(author.get("/api/v1/sections").status == 200);
  Browser chief(*desk.api);
  chief.login("chief");
  CHECK(chief.get("/api/v1/accounts").code() == "second_factor_required");
  CHECK(chief.get(kMe).body["must_set_second_factor"] == true);
  REQUIRE(chief.post("/api/v1/session/second-factor/offer").status == 200);
  const std::string key = must(desk.accounts.find("chief"))->totp_key;
  CHECK(chief.post("/api/v1/session/second-factor/confirm", {{"code", "1"}}).body["errors"][0]["field"] == "code");
  const Answer codes = chief.post("/api/v1/session/second-factor/confirm", {{"code", totp_code(key, totp_step(desk.clock.now()))}});
  REQUIRE(codes.status == 200);
  CHECK(codes.body["recovery_codes"].size() == 10);
  CHECK(chief.get("/api/v1/accounts").status == 200);

  REQUIRE(chief.post("/api/v1/accounts", {{"name", "new"}, {"roles", {"author"}}, {"section", "総務課"}, {"password", kPassword}}).status == 201);
  Browser fresh(*desk.api);
  fresh.login("new");
  CHECK(fresh.get("/api/v1/sections").code() == "password_change_required");
  const char* const path = "/api/v1/session/password";
  CHECK(fresh.post(path, {{"current", "wrong"}, {"password", "tsugi no eki wa doko"}}).body["errors"][0]["field"] == "current");
  CHECK(fresh.post(path, {{"current", kPassword}, {"password", "short"}}).body["errors"][0]["field"] == "password");
  CHECK(fresh.post(path, {{"current", kPassword}, {"password", kPassword}}).body["errors"][0]["field"] == "password");
  fresh.extra["accept-language"] = "en";
  CHECK(fresh.post(path, {{"current", kPassword}, {"password", "short"}}).body["errors"][0]["message"] ==
        "The password is too short. 12 characters at least. Four unrelated words are easy to remember.");
  fresh.extra.clear();
  Browser elsewhere(*desk.api);
  elsewhere.login("new");
  const std::string before = fresh.jar["kairan_session"];
  REQUIRE(fresh.post(path, {{"current", kPassword}, {"password", "tsugi no eki wa doko"}}).status == 204);
  CHECK(fresh.jar["kairan_session"] != before);
  CHECK(fresh.get("/api/v1/sections").status == 200);
  CHECK(elsewhere.get(kMe).status == 401);
  CHECK(fresh.login("new").code() == "login_failed");
}

TEST_CASE("a person sees and ends the own sessions, nobody else's", "[session][redis]") {
  StaffDesk desk(redis());
  desk.add("ito", {Role::kAuthor});
  desk.add("mori", {Role::kAuthor});
  Browser one(*desk.api), two(*desk.api, "192.0.2.11"), other(*desk.api);
  one.login("ito");
  desk.clock.advance(std::chrono::seconds(1));
  two.login("ito");
  other.login("mori");
  const json items = one.get("/api/v1/session/sessions").body["items"];
  REQUIRE(items.size() == 2);
  CHECK(items[0]["source"] == "192.0.2.11");
  CHECK(items[0]["current"] == false);
  CHECK(items[1]["current"] == true);
  const std::string path = "/api/v1/session/sessions/" + items[0]["id"].get<std::string>();
  CHECK(other.remove(path).status == 404);
  CHECK(two.get(kMe).status == 200);
  CHECK(one.remove(path).status == 204);
  CHECK(two.get(kMe).status == 401);
  CHECK(one.get(kMe).status == 200);
}

TEST_CASE("more sessions than the bound end the oldest", "[session][redis]") {
  StaffDesk desk(redis());
  desk.add("ito", {Role::kAuthor});
  store::Session session;
  session.account = "ito";
  session.generation = 1;
  std::string first;
  for (std::size_t i = 0; i <= store::Sessions::kMost; ++i) {
    desk.clock.advance(std::chrono::milliseconds(1));
    session.created = desk.clock.now();
    const std::string token = must(desk.sessions.begin(session, {}));
    if (i == 0) first = token;
  }
  CHECK(must(desk.sessions.of("ito", desk.clock.now())).size() == store::Sessions::kMost);
  CHECK_FALSE(must(desk.sessions.find(first, desk.clock.now(), false)));
}

TEST_CASE("without the store nobody gets in and every answer says so", "[session][redis]") {
  StaffDesk desk(redis());
  desk.add("ito", {Role::kAuthor});
  Browser browser(*desk.api);
  browser.login("ito");
  desk.redis.set_fault([](std::uint64_t) { return false; });
  for (const Answer& answer : {browser.get(kMe), browser.post("/api/v1/session/logout"), browser.login("ito"), browser.get("/api/v1/sections")}) {
    CHECK(answer.status == 503);
    CHECK(answer.code() == "store_unavailable");
    CHECK(answer.header("Retry-After") == "5");
  }
  desk.redis.set_fault({});
  CHECK(browser.get(kMe).status == 200);
}

}  // namespace kairan::test
