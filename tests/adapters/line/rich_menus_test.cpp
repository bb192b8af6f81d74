#include "adapters/line/rich_menus.h"

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tests/adapters/line/loopback_server.h"
#include "tests/adapters/simulator/fixture.h"
#include "tests/support/catch.h"

using namespace kairan;
using namespace kairan::adapters::line;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

/// RichMenus against the simulator, which holds LINE's rules, over a real connection. Requests can be refused on the way.
struct Setup {
  test::SimulatorFixture line{[](auto& options) { options.first_users = 5; }};
  std::function<std::optional<test::CannedAnswer>(const test::RecordedRequest&)> interfere;
  std::vector<std::string> calls;
  test::FakeClock clock;
  std::chrono::milliseconds paused{0};
  test::LoopbackServer server{[this](const test::RecordedRequest& request) {
    calls.push_back(request.method + " " + request.path);
    if (interfere) {
      if (const auto answer = interfere(request)) return *answer;
    }
    const auto response = line.call(request.method, request.path, request.body, {{"content-type", request.header("content-type")}});
    return test::CannedAnswer{response.status, response.body, {}, test::CannedAnswer::Fault::kNone};
  }};
  ApiClient api{{{}, "", Secret("token-of-the-test"), server.origin(), server.origin()}, clock};
  RichMenus menus{api, [this](std::chrono::milliseconds time) { paused += time; }};

  std::size_t count(const std::string& call) const {
    return static_cast<std::size_t>(std::count_if(calls.begin(), calls.end(),
                                                  [&](const std::string& c) { return c.rfind(call, 0) == 0; }));
  }
  std::string shown_to(std::size_t person) {
    return line.get("/sim/users/" + line.user(person) + "/messages").at("richMenu").value("richMenuId", "");
  }
};

std::vector<intents::Menu> city_menus() {
  std::vector<FileProblem> problems;
  return intents::load_menus(std::string(KAIRAN_SOURCE_DIR) + "/content/kashima", problems);
}

Result<std::string> city_picture(const intents::Menu& menu, std::string_view language) {
  std::ifstream in(intents::menu_picture(std::string(KAIRAN_SOURCE_DIR) + "/content/kashima", menu, language), std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

TEST_CASE("the sample city's menus are taken by LINE's rules, in every language, and shown to everyone") {
  Setup t;
  const auto published = t.menus.publish(city_menus(), city_picture);
  REQUIRE(published.ok());
  CHECK(published->size() == 6);
  const auto status = t.menus.status();
  REQUIRE(status.ok());
  CHECK(status->default_alias == "main");
  CHECK(status->without_alias == 0);
  CHECK(status->menus.size() == 6);
}

TEST_CASE("publishing again makes nothing, a changed menu replaces its own version only") {
  Setup t;
  std::vector<intents::Menu> menus = city_menus();
  REQUIRE(t.menus.publish(menus, city_picture).ok());
  t.calls.clear();
  REQUIRE(t.menus.publish(menus, city_picture).ok());
  CHECK(t.count("POST /v2/bot/richmenu/alias") == 0);
  CHECK(t.count("DELETE") == 0);

  menus[1].areas[0].label = {{"ja", "変わった"}};
  const auto changed = t.menus.publish(menus, city_picture);
  REQUIRE(changed.ok());
  std::size_t made = 0;
  for (const MenuVersion& version : *changed) made += version.made ? 1 : 0;
  CHECK(made == menus[1].languages.size());
  CHECK(t.count("DELETE /v2/bot/richmenu/richmenu-") == made);
  CHECK(t.menus.status()->without_alias == 0);
}

TEST_CASE("a publication that was cut off is finished by the next one, and leaves no remains") {
  Setup t;
  int uploads = 0;
  t.interfere = [&](const test::RecordedRequest& request) -> std::optional<test::CannedAnswer> {
    const bool third = request.path.find("/content") != std::string::npos && ++uploads == 3;
    if (third) return test::CannedAnswer{500, "{}", {}, test::CannedAnswer::Fault::kNone};
    return std::nullopt;
  };
  const auto first = t.menus.publish(city_menus(), city_picture);
  REQUIRE_FALSE(first.ok());
  CHECK(first.error().code == ErrorCode::kUnavailable);
  t.interfere = {};
  REQUIRE(t.menus.publish(city_menus(), city_picture).ok());
  CHECK(t.menus.status()->menus.size() == 6);
  CHECK(t.menus.status()->without_alias == 0);
}

TEST_CASE("too many menus in an hour is said as to be tried later, and changes nothing that is shown") {
  Setup t;
  REQUIRE(t.menus.publish(city_menus(), city_picture).ok());
  t.interfere = [](const test::RecordedRequest& request) -> std::optional<test::CannedAnswer> {
    if (request.method == "POST" && request.path == "/v2/bot/richmenu") {
      return test::CannedAnswer{429, R"({"message":"The API rate limit has been exceeded."})", {}, test::CannedAnswer::Fault::kNone};
    }
    return std::nullopt;
  };
  std::vector<intents::Menu> menus = city_menus();
  menus[0].areas[0].label = {{"ja", "変わった"}};
  const auto refused = t.menus.publish(menus, city_picture);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::kUnavailable);
  CHECK(t.menus.status()->default_alias == "main");
}

TEST_CASE("the menu for everyone is switched and read back; one that LINE does not show is an error") {
  Setup t;
  REQUIRE(t.menus.publish(city_menus(), city_picture).ok());
  REQUIRE(t.menus.show_to_everyone("disaster").ok());
  CHECK(t.menus.status()->default_alias == "disaster");
  CHECK(t.menus.show_to_everyone("nothing").error().code == ErrorCode::kNotFound);
  t.interfere = [](const test::RecordedRequest& request) -> std::optional<test::CannedAnswer> {
    if (request.method == "POST" && request.path.rfind("/v2/bot/user/all/richmenu/", 0) == 0) return test::CannedAnswer{};
    return std::nullopt;  // said yes and did nothing
  };
  CHECK(t.menus.show_to_everyone("main").error().code == ErrorCode::kConflict);
}

TEST_CASE("people get a menu of their own 500 at a time, and lose it again") {
  Setup t;
  REQUIRE(t.menus.publish(city_menus(), city_picture).ok());
  std::vector<std::string> ids;
  for (int page = 0; page < 2; ++page) {
    const auto some = t.line.act("/sim/users", json{{"count", 600}}).at("ids").get<std::vector<std::string>>();
    ids.insert(ids.end(), some.begin(), some.end());
  }
  const auto otherwise = t.menus.link(ids, "main-en");
  REQUIRE(otherwise.ok());
  CHECK(*otherwise == 0);
  CHECK(t.count("POST /v2/bot/richmenu/bulk/link") == 3);
  CHECK(t.paused >= 2 * RichMenus::kBulkPause);
  REQUIRE(t.menus.link(ids, "").ok());
  CHECK(t.count("POST /v2/bot/richmenu/bulk/unlink") == 3);
  CHECK(t.menus.link(std::vector<std::string>{}, "main-en").value_or(9) == 0);
}

TEST_CASE("a link that LINE said yes to and did not carry out is counted") {
  Setup t;
  REQUIRE(t.menus.publish(city_menus(), city_picture).ok());
  t.interfere = [](const test::RecordedRequest& request) -> std::optional<test::CannedAnswer> {
    if (request.path == "/v2/bot/richmenu/bulk/link") return test::CannedAnswer{202, "{}", {}, test::CannedAnswer::Fault::kNone};
    return std::nullopt;
  };
  const std::vector<std::string> ids{t.line.user(0), t.line.user(1)};
  CHECK(t.menus.link(ids, "main-en").value_or(9) == 2);
}

TEST_CASE("a bulk request that LINE was too busy for is made once more") {
  Setup t;
  REQUIRE(t.menus.publish(city_menus(), city_picture).ok());
  int refusals = 1;
  t.interfere = [&](const test::RecordedRequest& request) -> std::optional<test::CannedAnswer> {
    if (request.path == "/v2/bot/richmenu/bulk/link" && refusals-- > 0) {
      return test::CannedAnswer{429, "{}", {}, test::CannedAnswer::Fault::kNone};
    }
    return std::nullopt;
  };
  const std::vector<std::string> ids{t.line.user(0)};
  CHECK(t.menus.link(ids, "disaster").value_or(9) == 0);
}

TEST_CASE("menus that others made in the account stay") {
  Setup t;
  const auto foreign = t.line.act("/v2/bot/richmenu", json::parse(rich_menu_json(city_menus()[0], "ja", "made by hand")));
  REQUIRE(t.menus.publish(city_menus(), city_picture).ok());
  CHECK(t.line.call("GET", "/v2/bot/richmenu/" + foreign.at("richMenuId").get<std::string>()).status == 200);
}
