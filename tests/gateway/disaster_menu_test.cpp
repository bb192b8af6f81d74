// The disaster menu for everyone and back, on a real Redis and a simulator that holds LINE's rules: switched, cut off in the
// middle, refused by LINE.
#include "gateway/main/disaster_menu.h"

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tests/adapters/line/loopback_server.h"
#include "tests/adapters/simulator/fixture.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::gateway;
using kairan::test::must;
using nlohmann::json;

namespace {

const std::string kContent = std::string(KAIRAN_SOURCE_DIR) + "/content/kashima";
constexpr std::size_t kPeople = 24;
constexpr store::Partition kPartitions = 12;  // three steps of four

Result<std::string> picture(const intents::Menu& menu, std::string_view language) {
  std::ifstream in(intents::menu_picture(kContent, menu, language), std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

/// One process: what it holds in memory is gone with it.
struct Process {
  Process(test::TestRedis& redis, adapters::line::ApiClient& api, store::Subscribers& subscribers, const Clock& clock)
      : shelters(redis.client(), std::make_shared<ShelterList>(), {}, clock),
        menu(shelters, api, redis.client(), subscribers, kContent) {
    must(shelters.refresh());
  }
  /// Everything that is to be done; every step once. @return how many steps there were
  int finish() {
    int steps = 0;
    while (must(menu.step())) ++steps;
    return steps;
  }
  ShelterDesk shelters;
  DisasterMenu menu;
};

struct Town {
  Town() {
    std::vector<FileProblem> problems;
    adapters::line::RichMenus menus(api, [](std::chrono::milliseconds) {});
    must(menus.publish(intents::load_menus(kContent, problems), picture));
    for (std::size_t person = 0; person < kPeople; ++person)
      must(subscribers.set_following(line.user(person), true, clock.now()));
    usual = shown_to(0);
    links = 0;
  }

  std::string shown_to(std::size_t person) {
    return line.get("/sim/users/" + line.user(person) + "/messages").at("richMenu").value("richMenuId", "");
  }
  /// How many see the menu that this person sees.
  std::size_t see(const std::string& menu) {
    std::size_t count = 0;
    for (std::size_t person = 0; person < kPeople; ++person) count += shown_to(person) == menu ? 1 : 0;
    return count;
  }
  Process process() { return {redis, api, subscribers, clock}; }

  test::TestRedis redis;
  test::FakeClock clock;
  test::SimulatorFixture line{[](auto& options) { options.first_users = kPeople; }};
  std::size_t links = 0;  ///< ids in bulk requests
  bool refusing = false;  ///< LINE takes no bulk request
  test::LoopbackServer server{[this](const test::RecordedRequest& request) {
    if (request.path.find("/richmenu/bulk/") != std::string::npos) {
      if (refusing) return test::CannedAnswer{500, "{}", {}, test::CannedAnswer::Fault::kNone};
      links += json::parse(request.body).at("userIds").size();
    }
    const auto response =
        line.call(request.method, request.path, request.body, {{"content-type", request.header("content-type")}});
    return test::CannedAnswer{response.status, response.body, {}, test::CannedAnswer::Fault::kNone};
  }};
  adapters::line::ApiClient api{{{}, "", Secret("token-of-the-test"), server.origin(), server.origin()}, clock};
  const Sealer sealer{Secret(std::string(32, 'k'))};
  store::Subscribers subscribers{redis.client(), sealer, kPartitions};
  std::string usual;
};

}  // namespace

TEST_CASE("One action shows everyone the disaster menu, also those with a menu of their own, and back", "[redis]") {
  Town town;
  // This resident pressed a button that opened a menu: since then they have one of their own.
  town.line.call("POST", "/v2/bot/user/" + town.line.user(3) + "/richmenu/" + town.usual, "", {});
  Process process = town.process();
  must(process.menu.set(true, "bousai"));
  const std::string disaster = town.shown_to(0);
  CHECK(disaster != town.usual);  // at once, by the default
  CHECK(process.menu.is_on());
  process.finish();
  CHECK(town.see(disaster) == kPeople);
  must(process.menu.set(false, "bousai"));
  process.finish();
  CHECK(town.see(town.usual) == kPeople);
  CHECK_FALSE(process.menu.is_on());
}

TEST_CASE("A switch that was killed in the middle goes on where it was, whichever step it had reached", "[redis]") {
  int all = 0;
  {
    Town town;
    Process process = town.process();
    must(process.menu.set(true, "bousai"));
    all = process.finish();
  }
  REQUIRE(all >= 4);
  for (int done = 0; done < all; ++done) {
    INFO("killed after " << done << " of " << all << " steps");
    Town town;
    {
      Process first = town.process();
      must(first.menu.set(true, "bousai"));
      for (int step = 0; step < done; ++step) must(first.menu.step());
    }
    Process second = town.process();
    CHECK(second.menu.is_on());
    CHECK(second.finish() == all - done);
    CHECK(town.links == kPeople);  // each once: nothing is begun anew
    const std::string disaster = town.shown_to(0);
    CHECK(disaster != town.usual);
    CHECK(town.see(disaster) == kPeople);
    CHECK(second.finish() == 0);
  }
}

TEST_CASE("Switched back while it was still being switched, everyone ends with the usual menu", "[redis]") {
  Town town;
  Process process = town.process();
  must(process.menu.set(true, "bousai"));
  must(process.menu.step());
  must(process.menu.step());
  must(process.menu.set(false, "bousai"));
  process.finish();
  CHECK(town.see(town.usual) == kPeople);
}

TEST_CASE("While LINE takes no links the step is an error and is done when LINE is back", "[redis]") {
  Town town;
  Process process = town.process();
  must(process.menu.set(true, "bousai"));
  must(process.menu.step());
  town.refusing = true;
  CHECK_FALSE(process.menu.step());
  CHECK_FALSE(process.menu.step());
  town.refusing = false;
  process.finish();
  CHECK(town.see(town.shown_to(0)) == kPeople);
  CHECK(town.links == kPeople);
}

TEST_CASE("A city that never switched has nothing to do", "[redis]") {
  Town town;
  Process process = town.process();
  CHECK(process.finish() == 0);
  CHECK(town.links == 0);
}
