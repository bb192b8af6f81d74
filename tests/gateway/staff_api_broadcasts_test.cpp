// Broadcasts, segments and the emergency desk over the API, on the staff's own service.
#include <atomic>

#include "tests/broadcasts/service_fixture.h"
#include "tests/contract/openapi_validator.h"
#include "tests/gateway/staff_api_fixture.h"
#include "tests/support/catch.h"
#include "tests/support/staff_words.h"

namespace kairan::test {
namespace {

TestRedis& redis() {
  static TestRedis server;
  return server;
}

const std::string kPath = "/api/v1/broadcasts";

/// The API over a service, and browsers whose every exchange is held to the description.
struct Office {
  Office()
      : desk(redis(), StaffDesk::open_settings(), [this](gateway::staff::Parts& parts) {
          parts.broadcasts = &fixture.service;
          parts.frames = &fixture.frames;
          parts.segments = &segments;
          parts.subscribers = &fixture.city.subscribers();
          parts.schema = [this] { return fixture.city.schema(); };
        }) {
    desk.clock.set(fixture.clock.now());
    desk.add("author1", {Role::kAuthor}, "保険健康課");
    desk.add("approver1", {Role::kApprover}, "保険健康課");
    desk.add("bousai", {Role::kEmergencyOfficer}, "総務課");
    desk.add("auditor", {Role::kAuditor}, "監査委員");
  }
  Browser& as(const std::string& name) {
    auto& browser = browsers[name];
    if (!browser) {
      browser = std::make_unique<Browser>(*desk.api);
      REQUIRE(browser->login(name).status == 200);
    }
    browser->extra.clear();
    if (!language.empty()) browser->extra["accept-language"] = language;
    return *browser;
  }
  Answer call(const std::string& who, const std::string& method, const std::string& path, const json& body = nullptr,
              std::optional<int> revision = std::nullopt) {
    Browser& browser = as(who);
    if (revision) browser.extra["if-match"] = "\"" + std::to_string(*revision) + "\"";
    const std::string text = body.is_null() ? "" : body.dump();
    const Answer answer = browser.send(method, path, text);
    CAPTURE(method, path, answer.text);
    if (answer.status < 400) CHECK(validator.check_request(method, path, text) == std::vector<std::string>{});
    CHECK(validator.check_response(method, path, answer.status, answer.text) == std::vector<std::string>{});
    return answer;
  }
  json doc(const std::string& text = "健診があります") const { return json::parse(fixture.doc(text)); }

  ServiceFixture fixture;
  broadcasts::SegmentReader segments{fixture.city.subscribers(), nullptr};
  OpenApiValidator validator{std::string(KAIRAN_SOURCE_DIR) + "/gateway/api/openapi.yaml"};
  StaffDesk desk;
  std::map<std::string, std::unique_ptr<Browser>> browsers;
  std::string language;  ///< that everyone asks for; "" = the console's Japanese
};

/// The sentences of a refusal: its detail and what is said of each field.
std::vector<std::string> said_in(const Answer& refused) {
  std::vector<std::string> all{refused.body["detail"].get<std::string>()};
  for (const json& error : refused.body.value("errors", json::array()))
    all.push_back(error["message"].get<std::string>());
  return all;
}
void check_english(const std::vector<std::string>& sentences) {
  for (const std::string& sentence : sentences) {
    CAPTURE(sentence);
    CHECK(is_english(sentence));
  }
}

int revision_of(const Answer& answer) {
  const std::string tag = answer.header("ETag");
  return tag.size() > 2 ? std::stoi(tag.substr(1, tag.size() - 2)) : -1;
}

}  // namespace

TEST_CASE("an author writes, cannot approve; an approver approves; what was seen is what is approved", "[broadcasts][redis]") {
  Office office;
  const Answer made = office.call("author1", "POST", kPath, office.doc());
  REQUIRE(made.status == 201);
  const std::string one = kPath + "/" + made.body["id"].get<std::string>();
  const int first = revision_of(made);
  CHECK(first == 0);
  // Autosave, and a second tab that was not reloaded.
  CHECK(office.call("author1", "PUT", one, office.doc("健診があります。予約は電話で")).code() == "revision_required");
  const Answer saved = office.call("author1", "PUT", one, office.doc("健診があります。予約は電話で"), first);
  REQUIRE(saved.status == 200);
  CHECK(saved.body["revision"] == revision_of(saved));
  CHECK(office.call("author1", "PUT", one, office.doc("別の文"), first).code() == "changed_meanwhile");

  CHECK(office.call("author1", "POST", one + "/actions/submit", json::object(), first).code() == "changed_meanwhile");
  const Answer submitted = office.call("author1", "POST", one + "/actions/submit", json::object(), revision_of(saved));
  REQUIRE(submitted.status == 200);
  CHECK(submitted.body["state"] == "submitted");
  CHECK(office.call("author1", "POST", one + "/actions/approve", json::object()).code() == "not_allowed");
  CHECK(office.call("auditor", "POST", one + "/actions/approve", json::object()).code() == "not_allowed");
  CHECK(office.call("approver1", "GET", "/api/v1/home").body["needs_me"][0]["why"] == "approve");
  CHECK(office.call("author1", "GET", "/api/v1/home").body["needs_me"].empty());
  const Answer seen = office.call("approver1", "GET", one);
  const Answer approved = office.call("approver1", "POST", one + "/actions/approve", json::object(), revision_of(seen));
  CHECK(approved.body["state"] == "approved");
  // Pressed twice: the second press does nothing.
  CHECK(office.call("approver1", "POST", one + "/actions/approve", json::object()).code() == "action_not_possible");
  for (const char* action : {"edit", "begin", "finish", "frozen", "expire", "correct", "nothing"}) {
    CHECK(office.call("approver1", "POST", one + "/actions/" + action, json::object()).status == 404);
  }
  CHECK(office.call("auditor", "GET", one).body["approver"] == "approver1");
}

TEST_CASE("a document with mistakes gets them at their places, and nothing is stored", "[broadcasts][redis]") {
  Office office;
  json wrong = office.doc();
  wrong["messages"] = json::array();
  wrong["surprise"] = 1;
  const Answer refused = office.call("author1", "POST", kPath, wrong);
  CHECK(refused.code() == "invalid");
  CHECK_FALSE(refused.body["errors"].empty());
  wrong.erase("surprise");
  CHECK(office.call("author1", "POST", kPath + "/check", wrong).body["valid"] == false);
  CHECK(office.call("author1", "POST", kPath + "/check", office.doc()).body["valid"] == true);
  CHECK(office.call("author1", "GET", kPath).body["items"].empty());
  CHECK(office.call("author1", "GET", kPath + "/0123456789abcdef0123456789abcdef").status == 404);
}

TEST_CASE("a draft is kept before anybody is chosen, and goes no further until somebody is", "[broadcasts][redis]") {
  Office office;
  json open = office.doc();
  open["segment"] = nullptr;
  const Answer made = office.call("author1", "POST", kPath, open);
  REQUIRE(made.status == 201);
  const std::string one = kPath + "/" + made.body["id"].get<std::string>();
  const Answer kept = office.call("author1", "GET", one);
  CHECK(kept.body["document"]["segment"].is_null());
  CHECK(kept.body["summary"]["segment_sentence"] == "（まだ決まっていません）");
  CHECK(office.call("author1", "POST", kPath + "/preview", {{"document", open}}).body["variants"].size() == 1);
  CHECK(office.call("author1", "POST", kPath + "/check", open).body["problems"][0]["path"] == "segment");
  const Answer run = office.call("author1", "POST", one + "/dry-run");
  CHECK(run.body["recipients"] == 0);
  CHECK(run.body["problems"].size() == 1);

  const Answer refused = office.call("author1", "POST", one + "/actions/submit", json::object());
  CHECK(refused.code() == "invalid");
  REQUIRE(refused.body["errors"].size() == 1);
  CHECK(refused.body["errors"][0]["field"] == "segment");
  CHECK(office.call("author1", "GET", one).body["summary"]["state"] == "draft");

  const Answer chosen = office.call("author1", "PUT", one, office.doc(), revision_of(made));
  REQUIRE(chosen.status == 200);
  CHECK(office.call("author1", "POST", one + "/actions/submit", json::object()).status == 200);
  // What was approved for somebody and is opened again for nobody is no longer approved.
  const Answer again = office.call("author1", "GET", one);
  const Answer emptied = office.call("author1", "PUT", one, open, revision_of(again));
  if (emptied.status == 200) CHECK(office.call("approver1", "POST", one + "/actions/approve", json::object()).status >= 400);

  open.erase("segment");  // left out by mistake
  CHECK(office.call("author1", "POST", kPath, open).code() == "invalid");
}

TEST_CASE("the same press sent twice makes one broadcast", "[broadcasts][redis]") {
  Office office;
  Browser& author = office.as("author1");
  author.extra["idempotency-key"] = "press-000001";
  const Answer first = author.post(kPath, office.doc()), again = author.post(kPath, office.doc());
  CHECK(first.status == 201);
  CHECK(again.text == first.text);
  CHECK(again.header("ETag") == first.header("ETag"));
  CHECK(office.call("author1", "GET", kPath).body["items"].size() == 1);
}

TEST_CASE("script in any text stays text", "[broadcasts][redis]") {
  Office office;
  json document = office.doc("<script>alert(1)</script>");
  document["title"] = "<img src=x onerror=alert(1)>";
  const Answer made = office.call("author1", "POST", kPath, document);
  REQUIRE(made.status == 201);
  const Answer read = office.call("author1", "GET", kPath + "/" + made.body["id"].get<std::string>());
  CHECK(read.body["summary"]["title"] == "<img src=x onerror=alert(1)>");
  CHECK(read.type == "application/json; charset=utf-8");
}

TEST_CASE("lists are filtered, searched and paged", "[broadcasts][redis]") {
  Office office;
  for (int i = 0; i < 5; ++i) {
    json document = office.doc();
    document["title"] = i % 2 == 0 ? "予防接種" + std::to_string(i) : "ごみの日" + std::to_string(i);
    REQUIRE(office.call("author1", "POST", kPath, document).status == 201);
  }
  const Answer page = office.call("auditor", "GET", kPath + "?count=2&offset=1");
  CHECK(page.body["items"].size() == 2);
  CHECK(page.body["more"] == true);
  CHECK(office.call("auditor", "GET", kPath + "?count=200").body["more"] == false);
  CHECK(office.call("auditor", "GET", kPath + "?q=予防").body["items"].size() == 3);
  CHECK(office.call("auditor", "GET", kPath + "?q=予防&count=2").body["more"] == true);
  CHECK(office.call("auditor", "GET", kPath + "?state=submitted").body["items"].empty());
  CHECK(office.call("auditor", "GET", kPath + "?state=nonsense").code() == "invalid");
  CHECK(office.call("auditor", "GET", kPath + "?section=総務課").body["items"].empty());
  CHECK(office.call("auditor", "GET", kPath + "?count=999999&offset=-3").status == 200);
}

TEST_CASE("preview, dry run, copy, status, results and calendar answer as described", "[broadcasts][redis]") {
  Office office;
  const std::string id = office.fixture.approved(office.fixture.doc());
  const std::string one = kPath + "/" + id;
  CHECK(office.call("author1", "POST", kPath + "/preview", {{"document", office.doc()}}).body["variants"].size() >= 1);
  // What {district} stands for is asked for by its id; what is hard to read is said where it stands.
  // (This channel renders the words themselves, and an answer takes a JSON list of objects; {{ and }} are braces.)
  json by_district = office.doc();
  by_district["messages"][0]["text"] = {{"ja", "[{{\"text\":\"{district}の方へ\"}}]"}, {"ja-easy", "ご確認くださいますようお願い申し上げます。"}};
  const auto shown = [&](const char* district) {
    const Answer answer = office.call("author1", "POST", kPath + "/preview", {{"document", by_district}, {"district", district}});
    REQUIRE(answer.status == 200);
    return answer;
  };
  CHECK(shown("nanaura").body["variants"][0]["messages"].dump().find("七浦") != std::string::npos);
  CHECK(shown("hama").body["variants"][0]["messages"].dump().find("浜") != std::string::npos);
  CHECK(shown("nowhere").status == 200);
  const json hints = shown("hama").body["problems"];
  CHECK(std::any_of(hints.begin(), hints.end(), [](const json& hint) {
    return hint["path"] == "messages[0].text.ja-easy" && hint["warning"] == true;
  }));
  CHECK(office.call("author1", "POST", one + "/dry-run").status == 200);
  CHECK(office.call("author1", "POST", one + "/copy").status == 201);
  CHECK(office.call("author1", "GET", one + "/status").body["state"] == "approved");
  office.call("author1", "POST", one + "/test-send");
  CHECK(office.call("auditor", "GET", "/api/v1/results").status == 200);
  CHECK(office.call("auditor", "GET", "/api/v1/results?from=x").code() == "invalid");
  CHECK(office.call("auditor", "GET", "/api/v1/results.csv").text.substr(0, 3) == "\xEF\xBB\xBF");
  CHECK(office.call("auditor", "GET", kPath + "/calendar?from=2026-11-01&to=2026-11-30").status == 200);
  CHECK(office.call("auditor", "GET", kPath + "/calendar?from=2026-11-01&to=2028-11-30").code() == "invalid");
}

TEST_CASE("a correction needs words or a frame, and refuses both wrong effects and other members", "[broadcasts][redis]") {
  Office office;
  const std::string id = office.fixture.approved(office.fixture.doc());
  const std::string path = kPath + "/" + id + "/correct";
  CHECK(office.call("author1", "POST", path, {{"effect", "correct"}}).body["errors"][0]["field"] == "messages");
  CHECK(office.call("author1", "POST", path, {{"effect", "erase"}, {"messages", json::array()}}).body["errors"][0]["field"] == "effect");
  CHECK(office.call("author1", "POST", path, {{"effect", "correct"}, {"messages", json::array()}, {"segment", "everyone"}}).status == 422);
}

TEST_CASE("segments are said and counted; numbers under five are hidden from those who do not send", "[segments][redis]") {
  Office office;
  CHECK(office.call("auditor", "GET", "/api/v1/attributes").body["attributes"].size() >= 1);
  CHECK(office.call("auditor", "POST", "/api/v1/segments/check", {{"segment", "everyone"}}).body["valid"] == true);
  const Answer bad = office.call("auditor", "POST", "/api/v1/segments/check",
                                 {{"segment", {{"combinator", "and"}, {"rules", {{{"field", "shoe"}, {"operator", "="}, {"value", "x"}}}}}}});
  CHECK(bad.body["valid"] == false);
  CHECK_FALSE(bad.body["problems"].empty());
  CHECK(office.call("auditor", "POST", "/api/v1/segments/count", {{"segment", "everyone"}}).code() == "not_allowed");
  const Answer count = office.call("author1", "POST", "/api/v1/segments/count", {{"segment", "everyone"}});
  CHECK(count.body["count"]["value"] == count.body["followers"]);
  const Answer residents = office.call("auditor", "GET", "/api/v1/residents/counts");
  for (const json& attribute : residents.body["attributes"]) {
    for (const json& value : attribute["values"]) {
      const json& number = value["count"]["value"];
      CHECK((number.is_null() ? value["count"]["shown"] == "5人未満" : number >= 5));
    }
  }
}

TEST_CASE("results say how many blocked within a day, and sum it by section and topic; what is not counted yet is not 0", "[results][redis]") {
  Office office;
  const auto sent = [&](const std::string& blocks) {
    const std::string id = office.fixture.approved(office.fixture.doc("健診", R"("topic":"kenko")"));
    const auto record = must(office.fixture.broadcasts.read(id)).value();
    const std::string at = std::to_string(to_unix_ms(office.fixture.clock.now()));
    std::map<std::string, std::string> set{{"history", R"([{"at":)" + at + R"(,"by":"","action":"frozen","from":"freezing","to":"sending","comment":""}])"}};
    if (!blocks.empty()) set["blocks"] = blocks;
    must(office.fixture.broadcasts.update(id, record.revision, {"sent", set, {}, std::nullopt}));
    return id;
  };
  sent("3");
  sent("4");
  const std::string fresh = sent("");
  const json body = office.call("auditor", "GET", "/api/v1/results").body;
  REQUIRE(body["rows"].size() == 3);
  for (const json& row : body["rows"]) {
    CHECK(row["blocks_24h"].is_null() == (row["id"] == fresh));
  }
  REQUIRE(body["sections"].size() == 1);
  CHECK(body["sections"][0]["blocks"] == 7);
  REQUIRE(body["topics"].size() == 1);
  CHECK(body["topics"][0]["name"] == "kenko");
  CHECK(body["topics"][0]["blocks"] == 7);
  CHECK(office.call("auditor", "GET", "/api/v1/results.csv").text.find("24時間以内のブロック") != std::string::npos);
}

TEST_CASE("the emergency desk shows its numbers, and an area's consequence in words", "[emergency][redis]") {
  Office office;
  const Answer desk = office.call("bousai", "GET", "/api/v1/emergency");
  REQUIRE(desk.status == 200);
  const Answer everyone = office.call("bousai", "POST", "/api/v1/emergency/count", {{"districts", json::array()}});
  CHECK(everyone.body["recipients"] == desk.body["everyone"]);
  CHECK(everyone.body["sentence"].get<std::string>().find("鹿島市全域の") == 0);
  if (!desk.body["districts"].empty()) {
    const Answer area = office.call("bousai", "POST", "/api/v1/emergency/count", {{"districts", {desk.body["districts"][0]["id"]}}});
    CHECK(area.body["recipients"] == area.body["registered"].get<int>() + area.body["undeclared"].get<int>());
  }
  CHECK(office.call("bousai", "POST", "/api/v1/emergency/count", {{"districts", {"atlantis"}}}).code() == "invalid");
  CHECK(office.call("author1", "POST", "/api/v1/emergency/count", {{"districts", json::array()}}).code() == "not_allowed");
}

TEST_CASE("whoever reads the console in English is told in English what is wrong", "[broadcasts][redis]") {
  Office office;
  const Answer made = office.call("author1", "POST", kPath, office.doc());
  REQUIRE(made.status == 201);
  const std::string one = kPath + "/" + made.body["id"].get<std::string>();
  json open = office.doc();
  open["segment"] = nullptr;
  const Answer nobody = office.call("author1", "POST", kPath, open);
  const std::string undecided = kPath + "/" + nobody.body["id"].get<std::string>();
  json wrong = office.doc();
  wrong["messages"] = json::array();
  wrong["surprise"] = 1;
  const json no_such = {
      {"segment", {{"combinator", "and"}, {"rules", {{{"field", "shoe"}, {"operator", "="}, {"value", "x"}}}}}}};
  CHECK_FALSE(is_english(office.call("author1", "POST", kPath, wrong).body["errors"][0]["message"].get<std::string>()));
  CHECK_FALSE(is_english(office.call("approver1", "POST", one + "/actions/approve").body["detail"].get<std::string>()));

  office.language = "en-GB,en;q=0.9,ja;q=0.5";
  SECTION("at the fields of a document") {
    const Answer refused = office.call("author1", "POST", kPath, wrong);
    CHECK(refused.body["errors"].size() == 2);
    check_english(said_in(refused));
    wrong.erase("surprise");
    const json problems = office.call("author1", "POST", kPath + "/check", wrong).body["problems"];
    REQUIRE_FALSE(problems.empty());
    for (const json& problem : problems) {
      check_english({problem["message"].get<std::string>()});
    }
  }
  SECTION("at the fields of a call") {
    const Answer refused = office.call("author1", "POST", one + "/correct", {{"effect", "erase"}, {"surprise", 1}});
    CHECK(refused.body["errors"].size() == 3);
    check_english(said_in(refused));
    check_english(said_in(office.call("auditor", "GET", kPath + "?state=nonsense")));
  }
  SECTION("by the life cycle") {
    const Answer early = office.call("approver1", "POST", one + "/actions/approve", json::object());
    CHECK(early.body["detail"] == "“Approve” is not possible while it is “Draft”. Submit it first.");
    const Answer to_nobody = office.call("author1", "POST", undecided + "/actions/submit", json::object());
    CHECK(to_nobody.body["errors"][0]["message"] == "Nobody is chosen yet. Choose who it is for.");
    check_english(said_in(to_nobody));
    check_english(said_in(office.call("author1", "PUT", kPath + "/0123456789abcdef0123456789abcdef", office.doc(), 0)));
  }
  SECTION("by the check of a segment, and at the desk") {
    const Answer checked = office.call("author1", "POST", "/api/v1/segments/check", no_such);
    REQUIRE(checked.body["problems"].size() == 1);
    CHECK(checked.body["problems"][0]["message"] == "There is no item “shoe”. Write the id of one in attributes.yaml.");
    const Answer counted = office.call("author1", "POST", "/api/v1/segments/count", no_such);
    CHECK(counted.body["problems"] == checked.body["problems"]);
    check_english(said_in(office.call("bousai", "POST", "/api/v1/emergency/count", {{"districts", {"atlantis"}}})));
  }
  SECTION("by what a broadcast says of itself") {
    const json summary = office.call("author1", "GET", one).body["summary"];
    CHECK(summary["state_label"] == "Draft");
    check_english({summary["segment_sentence"].get<std::string>()});
    CHECK(office.call("author1", "GET", undecided).body["summary"]["segment_sentence"] == "(not chosen yet)");
  }
  SECTION("by the dry run and the preview") {
    const Answer run = office.call("author1", "POST", one + "/dry-run");
    REQUIRE(run.body["problems"].size() == 1);
    CHECK(run.body["problems"][0]["message"] == "Nobody fits these conditions.");
    CHECK(run.body["problems"][0]["warning"] == true);
    json hard = office.doc();
    hard["messages"][0]["text"] = {{"ja", "健診"}, {"ja-easy", "ご確認くださいますようお願い申し上げます。"}};
    const json hints = office.call("author1", "POST", kPath + "/preview", {{"document", hard}}).body["problems"];
    REQUIRE_FALSE(hints.empty());
    for (const json& hint : hints) check_english({hint["message"].get<std::string>()});
  }
}

TEST_CASE("live progress speaks at once, and streams beyond the cap are sent away", "[events][redis]") {
  Office office;
  const std::string id = office.fixture.approved(office.fixture.doc());
  HttpRequest request;
  request.method = "GET";
  request.path = kPath + "/" + id + "/events";
  Browser& author = office.as("author1");
  for (const auto& [name, value] : author.jar) request.headers.emplace("cookie", name + "=" + value);
  std::vector<HttpResponse> open;
  for (std::size_t i = 0; i < office.desk.parts.settings.streams; ++i) {
    open.push_back(office.desk.api->handle(request));
    REQUIRE(open.back().stream);
    CHECK(open.back().content_type == "text/event-stream; charset=utf-8");
  }
  const HttpResponse beyond = office.desk.api->handle(request);
  CHECK(beyond.status == 503);
  CHECK(json::parse(beyond.body)["code"] == "too_many_streams");
  std::string heard;
  open.back().stream([&](std::string_view piece) {
    heard += piece;
    return heard.find("\n\n", heard.find("event: status")) == std::string::npos || heard.find("event: status") == std::string::npos;
  });
  CHECK(heard.find("event: status\ndata: {") != std::string::npos);
  CHECK(heard.find("\"state\":\"approved\"") != std::string::npos);
  open.pop_back();
  CHECK(office.desk.api->handle(request).stream);
}

}  // namespace kairan::test
