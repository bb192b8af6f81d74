// LINE's limits on message objects and rich menus, in LINE's units; people, menus and the door of the control API.
#include <nlohmann/json.hpp>

#include "tests/adapters/simulator/fixture.h"
#include "tests/support/catch.h"

using kairan::test::SimulatorFixture;
using nlohmann::json;
using namespace std::chrono_literals;
namespace simulator = kairan::adapters::simulator;

namespace {

std::string times(const std::string& piece, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += piece;
  return out;
}

json message_action(const std::string& label) {
  return {{"type", "message"}, {"label", label}, {"text", "あ"}};
}
json array_of(const json& item, std::size_t count) {
  json out = json::array();
  for (std::size_t i = 0; i < count; ++i) out.push_back(item);
  return out;
}
json templated(json content) {
  return {{"type", "template"}, {"altText", "代わり"}, {"template", std::move(content)}};
}
json buttons(const std::string& text, std::size_t actions, const std::string& title = "") {
  json content = {{"type", "buttons"}, {"text", text}, {"actions", array_of(message_action("はい"), actions)}};
  if (!title.empty()) content["title"] = title;
  return templated(content);
}
json quick(std::size_t count, const std::string& label = "はい") {
  json items = array_of({{"type", "action"}, {"action", message_action(label)}}, count);
  return {{"type", "text"}, {"text", "あ"}, {"quickReply", {{"items", items}}}};
}
json bubble(const std::string& text) {
  return {{"type", "bubble"},
          {"body", {{"type", "box"}, {"layout", "vertical"}, {"contents", {{{"type", "text"}, {"text", text}}}}}}};
}
json flex(json contents) {
  return {{"type", "flex"}, {"altText", "代わり"}, {"contents", std::move(contents)}};
}
json column(std::size_t actions) {
  return {{"text", "列"}, {"actions", array_of(message_action("はい"), actions)}};
}
json text(const std::string& words) {
  return {{"type", "text"}, {"text", words}};
}

std::string png(unsigned width, unsigned height) {
  std::string out = "\x89PNG\r\n\x1a\n";
  out += std::string("\0\0\0\x0dIHDR", 8);
  for (const unsigned value : {width, height}) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
  }
  return out + "rest";
}

}  // namespace

TEST_CASE("message objects are held to LINE's limits in LINE's units") {
  struct Case {
    const char* label;
    json message;
    bool good;
  };
  const std::string family = "👨‍👩‍👧";  // one grapheme cluster, 8 UTF-16 units
  const auto c = GENERATE_COPY(values<Case>({
      {"5000 units", text(times("あ", 5000)), true},
      {"5001 units", text(times("あ", 5001)), false},
      {"2500 characters beyond the basic plane", text(times("𠮷", 2500)), true},
      {"2501 characters beyond the basic plane", text(times("𠮷", 2501)), false},
      {"empty text", text(""), false},
      {"no text", {{"type", "text"}}, false},
      {"unknown type", {{"type", "hologram"}}, false},
      {"not an object", 3, false},
      {"13 quick replies", quick(13), true},
      {"14 quick replies", quick(14), false},
      {"no quick replies", quick(0), false},
      {"label of 20 clusters", quick(1, times(family, 20)), true},
      {"label of 21 clusters", quick(1, times(family, 21)), false},
      {"buttons, 160 clusters alone", buttons(times("あ", 160), 4), true},
      {"buttons, 161 clusters", buttons(times("あ", 161), 4), false},
      {"buttons, 61 clusters beside a title", buttons(times("あ", 61), 4, "題"), false},
      {"buttons, title of 41", buttons("あ", 1, times("あ", 41)), false},
      {"buttons, 5 actions", buttons("あ", 5), false},
      {"buttons, no action", buttons("あ", 0), false},
      {"confirm, 2 actions",
       templated({{"type", "confirm"}, {"text", "?"}, {"actions", array_of(message_action("x"), 2)}}), true},
      {"confirm, 1 action",
       templated({{"type", "confirm"}, {"text", "?"}, {"actions", array_of(message_action("x"), 1)}}), false},
      {"carousel of 10", templated({{"type", "carousel"}, {"columns", array_of(column(3), 10)}}), true},
      {"carousel of 11", templated({{"type", "carousel"}, {"columns", array_of(column(1), 11)}}), false},
      {"carousel with unequal columns", templated({{"type", "carousel"}, {"columns", {column(1), column(2)}}}), false},
      {"location",
       {{"type", "location"}, {"title", "役所"}, {"address", "町"}, {"latitude", 33}, {"longitude", 130}},
       true},
      {"location off the globe",
       {{"type", "location"}, {"title", "a"}, {"address", "b"}, {"latitude", 91}, {"longitude", 0}},
       false},
      {"sticker", {{"type", "sticker"}, {"packageId", "446"}, {"stickerId", "1988"}}, true},
      {"sticker ids that are no numbers", {{"type", "sticker"}, {"packageId", "x"}, {"stickerId", "1"}}, false},
      {"image over https",
       {{"type", "image"}, {"originalContentUrl", "https://a.example/i"}, {"previewImageUrl", "https://a.example/p"}},
       true},
      {"image over http",
       {{"type", "image"}, {"originalContentUrl", "http://a.example/i"}, {"previewImageUrl", "https://a.example/p"}},
       false},
      {"flex", flex(bubble("あ")), true},
      {"flex with an empty text", flex(bubble("")), false},
      {"flex bubble over 30 KB", flex(bubble(times("あ", 10'000))), false},
      {"flex carousel of 12", flex({{"type", "carousel"}, {"contents", array_of(bubble("あ"), 12)}}), true},
      {"flex carousel of 13", flex({{"type", "carousel"}, {"contents", array_of(bubble("あ"), 13)}}), false},
      {"emoji at a dollar sign",
       {{"type", "text"}, {"text", "あ$"}, {"emojis", {{{"index", 1}, {"productId", "p"}, {"emojiId", "1"}}}}},
       true},
      {"emoji elsewhere",
       {{"type", "text"}, {"text", "あ$"}, {"emojis", {{{"index", 0}, {"productId", "p"}, {"emojiId", "1"}}}}},
       false},
  }));
  CAPTURE(c.label);
  SimulatorFixture line;
  const std::string body = json{{"messages", {c.message}}}.dump();
  const auto answer = line.call("POST", "/v2/bot/message/validate/push", body);
  CAPTURE(answer.body);
  CHECK(answer.status == (c.good ? 200 : 400));
  if (!c.good) {
    const json details = json::parse(answer.body).at("details");
    CHECK(details.at(0).at("property").get<std::string>().rfind("messages[0]", 0) == 0);
  }
}

TEST_CASE("a request carries one to five messages") {
  SimulatorFixture line;
  for (const auto& [count, status] : {std::pair{0, 400}, {1, 200}, {5, 200}, {6, 400}}) {
    CAPTURE(count);
    const json body = {{"to", line.user(0)}, {"messages", array_of(text("あ"), static_cast<std::size_t>(count))}};
    CHECK(line.send("push", body, "").status == status);
  }
  CHECK(line.send("push", {{"to", line.user(0)}}, "").status == 400);
}

TEST_CASE("follower ids come in pages that end") {
  SimulatorFixture line([](simulator::SimulatorOptions& options) { options.first_users = 0; });
  line.act("/sim/users", {{"count", 25}});
  line.act("/sim/users", {{"count", 5}, {"follow", false}});
  std::vector<std::string> seen;
  std::string start;
  int pages = 0;
  do {
    const json page = line.get("/v2/bot/followers/ids?limit=10" + (start.empty() ? "" : "&start=" + start));
    for (const auto& id : page.at("userIds")) seen.push_back(id);
    start = page.value("next", "");
    ++pages;
  } while (!start.empty() && pages < 10);
  CHECK(seen.size() == 25);
  CHECK(line.call("GET", "/v2/bot/followers/ids?limit=1001").status == 400);
  CHECK(line.call("GET", "/v2/bot/followers/ids?start=zz").status == 400);
  const std::string next = line.get("/v2/bot/followers/ids?limit=10").at("next");
  line.clock.advance(25h);
  CHECK(line.call("GET", "/v2/bot/followers/ids?start=" + next).status == 400);
}

TEST_CASE("a profile is there for friends only") {
  SimulatorFixture line;
  CHECK(line.get("/v2/bot/profile/" + line.user(0)).at("displayName") == "見本 1");
  line.act("/sim/users/" + line.user(0) + "/block", json::object());
  CHECK(line.call("GET", "/v2/bot/profile/" + line.user(0)).status == 404);
  CHECK(line.call("GET", "/v2/bot/profile/Uffffffffffffffffffffffffffffffff").status == 404);
}

TEST_CASE("a picture that a resident sends can be fetched by its message id") {
  SimulatorFixture line;
  const auto sent =
      line.call("POST", "/sim/users/" + line.user(0) + "/image", png(4, 4), {{"content-type", "image/png"}});
  REQUIRE(sent.status == 200);
  const std::string id = json::parse(sent.body).at("messageId");
  const auto content = line.call("GET", "/v2/bot/message/" + id + "/content");
  CHECK(content.status == 200);
  CHECK(content.content_type == "image/png");
  CHECK(content.body == png(4, 4));
  CHECK(line.call("GET", "/v2/bot/message/1/content").status == 404);
}

TEST_CASE("the loading animation shows until the next message or its end") {
  SimulatorFixture line;
  const std::string user = line.user(0);
  const auto start = [&](int seconds) {
    return line.call("POST", "/v2/bot/chat/loading/start", json{{"chatId", user}, {"loadingSeconds", seconds}}.dump())
        .status;
  };
  const auto shown = [&] { return line.get("/sim/users/" + user + "/messages").at("loading").get<bool>(); };
  CHECK(start(7) == 400);
  CHECK(start(65) == 400);
  CHECK(start(20) == 202);
  CHECK(shown());
  SECTION("its end") {
    line.clock.advance(20s);
    CHECK_FALSE(shown());
  }
  SECTION("the next message") {
    CHECK(line.push(user).status == 200);
    CHECK_FALSE(shown());
  }
}

TEST_CASE("a rich menu goes from creation to the phones") {
  SimulatorFixture line;
  const json area = {{"bounds", {{"x", 0}, {"y", 0}, {"width", 400}, {"height", 250}}},
                     {"action", message_action("ごみ")}};
  const json menu = {{"size", {{"width", 800}, {"height", 250}}},
                     {"selected", true},
                     {"name", "見本"},
                     {"chatBarText", "メニュー"},
                     {"areas", {area}}};
  const auto change = [&](const char* pointer, const json& value) {
    json changed = menu;
    changed[json::json_pointer(pointer)] = value;
    return line.call("POST", "/v2/bot/richmenu/validate", changed.dump()).status;
  };
  CHECK(change("/name", "別の名") == 200);
  CHECK(change("/chatBarText", times("あ", 15)) == 400);
  CHECK(change("/size/width", 799) == 400);
  CHECK(change("/size/height", 600) == 400);
  CHECK(change("/areas", array_of(area, 21)) == 400);
  CHECK(change("/areas/0/bounds/width", 900) == 400);

  const auto created = line.call("POST", "/v2/bot/richmenu", menu.dump());
  REQUIRE(created.status == 200);
  const std::string id = json::parse(created.body).at("richMenuId");
  const std::string user = line.user(0);
  CHECK(line.call("POST", "/v2/bot/user/all/richmenu/" + id).status == 400);  // no image
  const auto upload = [&](const std::string& image, const char* type) {
    return line.call("POST", "/v2/bot/richmenu/" + id + "/content", image, {{"content-type", type}}).status;
  };
  CHECK(upload(png(800, 250), "image/gif") == 415);
  CHECK(upload(png(801, 250), "image/png") == 400);
  CHECK(upload(png(800, 250) + std::string(1'000'000, 'x'), "image/png") == 413);
  CHECK(upload(png(800, 250), "image/png") == 200);
  CHECK(upload(png(800, 250), "image/png") == 400);  // can never be replaced
  CHECK(line.call("GET", "/v2/bot/richmenu/" + id + "/content").body == png(800, 250));

  CHECK(line.get("/sim/users/" + user + "/messages").at("richMenu").is_null());
  CHECK(line.call("POST", "/v2/bot/user/all/richmenu/" + id).status == 200);
  CHECK(line.get("/sim/users/" + user + "/messages").at("richMenu").at("richMenuId") == id);
  CHECK(line.get("/v2/bot/user/all/richmenu").at("richMenuId") == id);

  CHECK(line.call("POST", "/v2/bot/richmenu/bulk/link", json{{"richMenuId", id}, {"userIds", {user}}}.dump()).status ==
        202);
  CHECK(line.get("/v2/bot/user/" + user + "/richmenu").at("richMenuId") == id);
  CHECK(line.call("POST", "/v2/bot/richmenu/bulk/unlink", json{{"userIds", array_of(user, 501)}}.dump()).status == 400);
  CHECK(line.call("POST", "/v2/bot/richmenu/bulk/unlink", json{{"userIds", {user}}}.dump()).status == 202);
  CHECK(line.call("GET", "/v2/bot/user/" + user + "/richmenu").status == 404);

  const json alias = {{"richMenuAliasId", "main"}, {"richMenuId", id}};
  CHECK(line.call("POST", "/v2/bot/richmenu/alias", alias.dump()).status == 200);
  CHECK(line.call("POST", "/v2/bot/richmenu/alias", alias.dump()).status == 400);
  CHECK(line.get("/v2/bot/richmenu/alias/main") == alias);
  line.act("/sim/users/" + user + "/act",
           {{"action", {{"type", "richmenuswitch"}, {"richMenuAliasId", "main"}, {"data", "s"}}}});
  CHECK(line.webhook_event(0).at("postback").at("params") ==
        json{{"newRichMenuAliasId", "main"}, {"status", "SUCCESS"}});
  CHECK(line.get("/v2/bot/richmenu/list").at("richmenus").size() == 1);
  CHECK(line.call("DELETE", "/v2/bot/richmenu/" + id).status == 200);
  CHECK(line.call("GET", "/v2/bot/richmenu/" + id).status == 404);
  CHECK(line.get("/sim/users/" + user + "/messages").at("richMenu").is_null());
}

TEST_CASE("pages of elsewhere cannot drive the simulator") {
  SimulatorFixture line;
  const std::string path = "/sim/users/" + line.user(0) + "/say";
  const std::string body = R"({"text":"あ"})";
  CHECK(line.call("POST", path, body, {{"origin", "https://evil.example"}}).status == 403);
  CHECK(line.call("POST", path, body, {{"host", "evil.example"}}).status == 403);
  CHECK(line.call("POST", path, body, {{"host", "127.0.0.1.evil.example"}}).status == 403);
  CHECK(line.call("POST", path, body, {{"content-type", "text/plain"}}).status == 415);
  CHECK(line.call("GET", "/", "", {{"host", "evil.example"}}).status == 403);
  CHECK(line.call("POST", path, body, {{"origin", "http://localhost:9000"}}).status == 200);
}

TEST_CASE("only loopback addresses may be listened on") {
  struct Case {
    const char* host;
    bool good;
  };
  const auto c = GENERATE(values<Case>({{"127.0.0.1", true},
                                        {"127.1.2.3", true},
                                        {"::1", true},
                                        {"localhost", true},
                                        {"0.0.0.0", false},
                                        {"::", false},
                                        {"192.168.0.1", false},
                                        {"", false},
                                        {"128.0.0.1", false},
                                        {"localhost.example", false}}));
  CAPTURE(c.host);
  CHECK(simulator::check_loopback(c.host).ok() == c.good);
}

TEST_CASE("the page carries a strict policy and its own files only") {
  SimulatorFixture line;
  for (const char* path : {"/", "/sim/page/phones.css", "/sim/page/phones.js", "/sim/page/phone.js",
                           "/sim/page/line_renderer.js", "/sim/page/line_messages.css"}) {
    CAPTURE(path);
    const auto answer = line.call("GET", path);
    CHECK(answer.status == 200);
    CHECK(answer.body.size() > 500);
    CHECK(line.header(answer, "Content-Security-Policy").find("default-src 'none'") == 0);
    CHECK(answer.body.find("innerHTML") == std::string::npos);
    CHECK(answer.body.find("https://") == std::string::npos);
  }
}

TEST_CASE("a bulk recipient's phone shows the newest sends when it is opened") {
  SimulatorFixture line;
  for (const char* words : {"一", "二", "三", "四", "五"}) line.multicast({line.user(0)}, "", words);
  const json view = line.get("/sim/users/" + line.user(0) + "/messages");
  std::vector<std::string> shown;
  for (const json& entry : view.at("entries")) shown.push_back(entry.at("messages").at(0).at("text"));
  CHECK(shown == std::vector<std::string>{"二", "三", "四", "五"});
  CHECK(view.at("user").at("received") == 5);
}

TEST_CASE("the histogram can be told which send to count, and counters can be set to zero") {
  SimulatorFixture line;
  line.multicast({line.user(0), line.user(1)}, "", "訓練のお知らせ");
  line.multicast({line.user(0)}, "", "別件");
  CHECK(line.get("/sim/histogram?contains=訓練").at("once") == 2);
  CHECK(line.get("/sim/histogram?contains=別件").at("never") == 1);
  CHECK(line.get("/sim/histogram").at("more") == 1);
  CHECK(line.act("/sim/reset", {{"what", "counters"}}).at("ok") == true);
  CHECK(line.get("/sim/histogram").at("never") == 2);
  CHECK(line.get("/sim/stats").at("accepted").empty());
}

TEST_CASE("the same seed gives the same residents") {
  SimulatorFixture one;
  SimulatorFixture two;
  SimulatorFixture other([](simulator::SimulatorOptions& options) { options.seed = 2; });
  CHECK(one.user(1) == two.user(1));
  CHECK(one.user(1) != other.user(1));
}
