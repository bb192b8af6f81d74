// The poller against feeds that are down, late, truncated, repeated, or point elsewhere. The network is made here.
#include "adapters/jma/poller.h"

#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"

using namespace kairan;
using namespace kairan::adapters;
using namespace kairan::adapters::jma;
using namespace kairan::test;
using namespace std::chrono_literals;

namespace {

const std::string kOrigin = "https://feed.example";

std::string entry(const std::string& link, const std::string& updated = "2026-11-18T11:06:00Z") {
  return "<entry><title>t</title><id>x</id><updated>" + updated + "</updated><link type=\"application/xml\" href=\"" + link + "\"/></entry>";
}
std::string feed(const std::string& entries) {
  return "<?xml version=\"1.0\" encoding=\"utf-8\"?><feed xmlns=\"http://www.w3.org/2005/Atom\"><title>x</title>" + entries + "</feed>";
}

struct World {
  World() {
    PollerPorts ports;
    ports.fetch = [this](const std::string& origin, const HttpCall& call) -> Result<HttpReply> {
      asked.push_back(origin + call.path);
      for (const auto& [name, value] : call.headers) {
        if (name == "If-None-Match") conditions.push_back(value);
      }
      if (down) return Error{ErrorCode::kUnavailable, "no connection"};
      const auto found = answers.find(call.path);
      if (found == answers.end()) return HttpReply{404, {}, ""};
      return found->second;
    };
    ports.known = [this](const std::string& link) -> Result<bool> {
      if (store_down) return Error{ErrorCode::kUnavailable, "store"};
      return kept.count(link) > 0;
    };
    ports.take = [this](const std::string& bytes, const std::string& link) -> Status {
      if (store_down) return Error{ErrorCode::kUnavailable, "store"};
      taken.push_back(bytes);
      kept.insert(link);
      return {};
    };
    make = [this, ports] { return std::make_unique<Poller>(std::vector<std::string>{kOrigin + "/feed/extra.xml"}, ports, clock); };
    poller = make();
  }
  void publish(const std::string& entries, const std::string& etag = "\"1\"") { answers["/feed/extra.xml"] = HttpReply{200, {{"etag", etag}}, feed(entries)}; }
  void telegram(const std::string& path, const std::string& bytes) { answers[path] = HttpReply{200, {}, bytes}; }
  void later(std::chrono::seconds by = 20s) {
    clock.advance(by);
    poller->poll();
  }

  FakeClock clock;  // 2026-11-18 11:06:40 UTC
  std::map<std::string, HttpReply> answers;
  std::vector<std::string> asked, conditions, taken;
  std::set<std::string> kept;
  bool down = false, store_down = false;
  std::function<std::unique_ptr<Poller>()> make;
  std::unique_ptr<Poller> poller;
};

}  // namespace

TEST_CASE("New telegrams are loaded once, oldest first, and the feed is asked conditionally") {
  World world;
  world.publish(entry(kOrigin + "/b.xml", "2026-11-18T11:06:00Z") + entry(kOrigin + "/a.xml", "2026-11-18T11:05:00Z"));
  world.telegram("/a.xml", "A");
  world.telegram("/b.xml", "B");
  world.poller->poll();
  CHECK(world.taken == std::vector<std::string>{"A", "B"});
  world.later();
  CHECK(world.taken.size() == 2);
  CHECK(world.conditions.back() == "\"1\"");
  world.answers["/feed/extra.xml"] = HttpReply{304, {}, ""};
  world.later();
  CHECK(world.poller->figures().unchanged == 1);
}

TEST_CASE("A restart loads nothing twice") {
  World world;
  world.publish(entry(kOrigin + "/a.xml"));
  world.telegram("/a.xml", "A");
  world.poller->poll();
  world.poller = world.make();
  world.poller->poll();
  CHECK(world.taken.size() == 1);
}

TEST_CASE("A link to another host, a file, a user or a script is never loaded") {
  World world;
  world.publish(entry("https://evil.example/a.xml") + entry("http://feed.example/a.xml") + entry("file:///etc/passwd") + entry("https://feed.example@evil.example/a.xml") +
                entry("https://feed.example.evil.example/a.xml") + entry("javascript:alert(1)") + entry(kOrigin + "/a b.xml") + entry(""));
  world.poller->poll();
  for (const std::string& asked : world.asked) CHECK(asked.find(kOrigin + "/feed/") == 0);
  CHECK(world.poller->figures().refused_links == 8);
}

TEST_CASE("A feed that is down, broken or truncated changes nothing, is asked less and less, and is caught up with") {
  World world;
  world.down = true;
  world.poller->poll();
  std::size_t asked = world.asked.size();
  world.later(20s);
  CHECK(world.asked.size() == asked);  // waiting
  for (int i = 0; i < 40; ++i) world.later(20s);
  CHECK(world.asked.size() - asked < 12);
  CHECK(world.poller->figures().last_problem.find("届きません") != std::string::npos);
  world.down = false;
  world.answers["/feed/extra.xml"] = HttpReply{200, {}, feed(entry(kOrigin + "/a.xml")).substr(0, 150)};
  world.later(300s);
  CHECK(world.poller->figures().last_problem.find("読めません") != std::string::npos);
  world.answers["/feed/extra.xml"] = HttpReply{500, {}, ""};
  world.later(300s);
  world.publish(entry(kOrigin + "/a.xml"));
  world.telegram("/a.xml", "A");
  world.answers["/feed/extra_l.xml"] = HttpReply{200, {}, feed(entry(kOrigin + "/missed.xml"))};
  world.telegram("/missed.xml", "M");
  world.later(300s);
  CHECK(world.taken == std::vector<std::string>{"A", "M"});  // the long feed holds what the short one no longer had
}

TEST_CASE("While the store is away telegrams are offered again, and no 304 hides them") {
  World world;
  world.publish(entry(kOrigin + "/a.xml"));
  world.telegram("/a.xml", "A");
  world.store_down = true;
  world.poller->poll();
  CHECK(world.taken.empty());
  world.store_down = false;
  world.later();
  CHECK(world.conditions.empty());
  CHECK(world.taken == std::vector<std::string>{"A"});
}

TEST_CASE("A telegram that cannot be loaded is tried a few times and then counted; old ones are left alone") {
  World world;
  world.publish(entry(kOrigin + "/gone.xml") + entry(kOrigin + "/old.xml", "2026-11-01T00:00:00Z"));
  world.poller->poll();
  for (int i = 0; i < 10; ++i) world.later();
  CHECK(std::count(world.asked.begin(), world.asked.end(), kOrigin + "/gone.xml") == Poller::kTries);
  CHECK(std::count(world.asked.begin(), world.asked.end(), kOrigin + "/old.xml") == 0);
  CHECK(world.poller->figures().given_up == 1);
}

TEST_CASE("A thousand repeats of one entry are one") {
  World world;
  std::string entries;
  for (int i = 0; i < 1000; ++i) entries += entry(kOrigin + "/a.xml");
  world.publish(entries);
  world.telegram("/a.xml", "A");
  world.poller->poll();
  CHECK(world.taken.size() == 1);
}
