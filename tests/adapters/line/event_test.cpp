// From LINE's event to the gateway's.
#include <nlohmann/json.hpp>
#include <set>

#include "adapters/line/webhook.h"
#include "tests/adapters/line/fixtures.h"
#include "tests/support/catch.h"

using namespace kairan;
using namespace kairan::adapters::line;
using gateway::Event;
using gateway::EventKind;
using gateway::Source;
using nlohmann::json;

namespace {

const std::string kUser = "U0000000000000000000000000000a001";
const std::string kGroup = "C0000000000000000000000000000c001";

Event opened(const std::string& fixture) {
  const auto webhook = parse_webhook(test::webhook_fixture(fixture));
  REQUIRE(webhook.ok());
  REQUIRE(webhook->events.size() == 1);
  auto event = parse_event(webhook->events[0].raw);
  REQUIRE(event.ok());
  return *event;
}

Event with_text(const std::string& text, const json& more) {
  json message{{"type", "text"}, {"id", "1"}, {"text", text}};
  message.update(more);
  const auto event = parse_event(json{{"type", "message"}, {"message", message}}.dump());
  REQUIRE(event.ok());
  return *event;
}

struct Expected {
  const char* fixture;
  EventKind kind;
  const char* type;
  bool answerable;
};

const std::vector<Expected> kExpected = {
    {"message_text", EventKind::kText, "message/text", true},
    {"message_text_emoji", EventKind::kText, "message/text", true},
    {"message_text_mention", EventKind::kText, "message/text", true},
    {"message_text_mention_other", EventKind::kText, "message/text", true},
    {"message_text_quote", EventKind::kText, "message/text", true},
    {"message_image", EventKind::kMedia, "message/image", true},
    {"message_image_external", EventKind::kMedia, "message/image", true},
    {"message_video", EventKind::kMedia, "message/video", true},
    {"message_audio", EventKind::kMedia, "message/audio", true},
    {"message_file", EventKind::kMedia, "message/file", true},
    {"message_location", EventKind::kLocation, "message/location", true},
    {"message_sticker", EventKind::kSticker, "message/sticker", true},
    {"message_sticker_text", EventKind::kSticker, "message/sticker", true},
    {"message_unknown_type", EventKind::kUnknown, "message/hologram", true},
    {"message_standby", EventKind::kText, "message/text", false},
    {"message_room", EventKind::kText, "message/text", true},
    {"message_no_user_id", EventKind::kText, "message/text", true},
    {"message_redelivered", EventKind::kText, "message/text", true},
    {"message_edited", EventKind::kTextEdited, "messageEdited/text", true},
    {"unsend", EventKind::kUnsend, "unsend", false},
    {"follow", EventKind::kFollow, "follow", true},
    {"follow_again", EventKind::kFollow, "follow", true},
    {"unfollow", EventKind::kUnfollow, "unfollow", false},
    {"join", EventKind::kJoin, "join", true},
    {"leave", EventKind::kLeave, "leave", false},
    {"member_joined", EventKind::kMembers, "memberJoined", true},
    {"member_left", EventKind::kMembers, "memberLeft", false},
    {"postback", EventKind::kPostback, "postback", true},
    {"postback_empty_params", EventKind::kPostback, "postback", true},
    {"postback_date", EventKind::kPostback, "postback", true},
    {"postback_time", EventKind::kPostback, "postback", true},
    {"postback_datetime", EventKind::kPostback, "postback", true},
    {"postback_rich_menu", EventKind::kPostback, "postback", true},
    {"video_play_complete", EventKind::kVideoSeen, "videoPlayComplete", true},
    {"beacon", EventKind::kBeacon, "beacon", true},
    {"account_link", EventKind::kAccountLink, "accountLink", true},
    {"account_link_failed", EventKind::kAccountLink, "accountLink", false},
    {"membership_joined", EventKind::kMembership, "membership", true},
    {"membership_left", EventKind::kMembership, "membership", true},
    {"membership_renewed", EventKind::kMembership, "membership", true},
    {"module_attached", EventKind::kPlatform, "module", false},
    {"module_detached", EventKind::kPlatform, "module", false},
    {"activated", EventKind::kPlatform, "activated", false},
    {"deactivated", EventKind::kPlatform, "deactivated", false},
    {"bot_suspended", EventKind::kPlatform, "botSuspended", false},
    {"bot_resumed", EventKind::kPlatform, "botResumed", false},
    {"delivery", EventKind::kDelivered, "delivery", false},
    {"unknown_type", EventKind::kUnknown, "teleported", true},
};

}  // namespace

TEST_CASE("every event and message type has its kind, its type name and its right to an answer") {
  for (const Expected& expected : kExpected) {
    CAPTURE(expected.fixture);
    const Event event = opened(expected.fixture);
    CHECK(event.kind == expected.kind);
    CHECK(event.type == expected.type);
    CHECK(event.reply_token.empty() != expected.answerable);
  }
}

TEST_CASE("no fixture of one event is left out of the table") {
  std::set<std::string> named{"empty", "several"};
  for (const Expected& expected : kExpected) named.insert(expected.fixture);
  const auto files = test::webhook_fixtures();
  CHECK(named == std::set<std::string>(files.begin(), files.end()));
}

TEST_CASE("spans of LINE emoji and of the mention of us are taken out of the text, in UTF-16 units") {
  CHECK(opened("message_text").text == "ペットボトルの捨て方");
  CHECK(opened("message_text_emoji").text == "ごみの日はいつ");

  const Event mention = opened("message_text_mention");
  CHECK(mention.text == " 𠮷田さん家の燃えるごみは？");
  CHECK(mention.mentions_us);

  const Event others = opened("message_text_mention_other");
  CHECK(others.text == "@みんな @田中 よろしく");
  CHECK_FALSE(others.mentions_us);

  // 𠮷 and 😀 count two units each.
  const json span{{"emojis", {{{"index", 4}, {"length", 6}}}}};
  CHECK(with_text("𠮷😀(love)終", span).text == "𠮷😀終");
}

TEST_CASE("spans out of order, overlapping or outside the text do no harm") {
  const auto emoji = [](auto index, auto length) { return json{{"index", index}, {"length", length}}; };
  const auto text_with = [&](json::initializer_list_t spans) {
    return with_text("0123456789", json{{"emojis", json::array(spans)}}).text;
  };
  CHECK(text_with({emoji(6, 2), emoji(1, 2)}) == "034589");
  CHECK(text_with({emoji(1, 4), emoji(3, 4)}) == "0789");
  CHECK(text_with({emoji(1, 4), emoji(1, 4)}) == "056789");
  CHECK(text_with({emoji(8, 100)}) == "01234567");
  CHECK(text_with({emoji(50, 2)}) == "0123456789");
  CHECK(text_with({emoji(-1, 2)}) == "0123456789");
  CHECK(text_with({emoji(1, -2)}) == "0123456789");
  CHECK(text_with({emoji("1", 2)}) == "0123456789");
  CHECK(text_with({emoji(1.5, 2)}) == "0123456789");
  CHECK(text_with({emoji(18446744073709551615ULL, 2)}) == "0123456789");
  CHECK(text_with({emoji(0, 18446744073709551615ULL)}) == "0123456789");
  CHECK(text_with({json(5), json(nullptr), json::array()}) == "0123456789");
}

TEST_CASE("the source says where an answer goes and who asked") {
  const Event person = opened("message_text");
  CHECK(person.source.kind == Source::Kind::kPerson);
  CHECK(person.source.chat_id == kUser);
  CHECK(person.source.person_id == kUser);

  const Event group = opened("message_text_mention");
  CHECK(group.source.kind == Source::Kind::kGroup);
  CHECK(group.source.chat_id == kGroup);
  CHECK(group.source.person_id == kUser);

  CHECK(opened("message_room").source.kind == Source::Kind::kRoom);
  CHECK(opened("join").source.person_id.empty());
  CHECK(opened("delivery").source.kind == Source::Kind::kNone);
  CHECK(opened("message_no_user_id").source.kind == Source::Kind::kNone);
}

TEST_CASE("each kind carries its own values") {
  CHECK(opened("message_text").message_id == "5000000000000000001");
  CHECK(opened("message_file").media_type == "file");
  CHECK(opened("message_sticker").sticker_keywords == "ありがとう thanks");
  CHECK(opened("message_sticker_text").text == "よろしくね");
  CHECK(opened("unsend").message_id == "325708");
  CHECK_FALSE(opened("follow").unblocked);
  CHECK(opened("follow_again").unblocked);
  CHECK(opened("message_standby").standby);
  CHECK(opened("delivery").data.substr(0, 8) == "15034552");
  CHECK(opened("video_play_complete").params.at("trackingId") == "track-id");
  CHECK(opened("account_link_failed").params.at("result") == "failed");
  CHECK(opened("membership_left").params.at("membershipId") == "3189");
  CHECK(opened("module_detached").params.at("reason") == "bot_deleted");
  CHECK(opened("activated").params.at("expireAt") == "1795000900000");
  CHECK(opened("beacon").params.at("dm") == "0a1b");

  const Event location = opened("message_location");
  REQUIRE(location.location.has_value());
  CHECK(location.location->latitude == 33.1037);
  CHECK(location.location->longitude == 130.0989);
  CHECK(location.location->address == "見本町1-1");
}

TEST_CASE("a postback carries its data and what was picked") {
  using Params = std::map<std::string, std::string>;
  CHECK(opened("postback").data == "menu=garbage&page=2");
  CHECK(opened("postback").params.empty());
  CHECK(opened("postback_empty_params").params.empty());
  CHECK(opened("postback_date").params == Params{{"date", "2026-12-03"}});
  CHECK(opened("postback_time").params == Params{{"time", "09:30"}});
  CHECK(opened("postback_datetime").params == Params{{"datetime", "2026-12-03T09:30"}});
  CHECK(opened("postback_rich_menu").params == Params{{"newRichMenuAliasId", "menu-b"}, {"status", "SUCCESS"}});
}

TEST_CASE("nulls, wrong types and missing parts are tolerated at every place") {
  const json bad_values[] = {nullptr, 5, -1.5, true, "text", json::array({nullptr, 1}), json::object({{"x", nullptr}})};
  for (const std::string& name : test::webhook_fixtures()) {
    const json body = json::parse(test::webhook_fixture(name));
    for (const json& event : body["events"]) {
      const json flat = event.flatten();
      for (const auto& [path, value] : flat.items()) {
        if (path == "/type") continue;
        for (const json& bad : bad_values) {
          json changed = event;
          changed[json::json_pointer(path)] = bad;
          CAPTURE(name, path, bad.dump());
          CHECK(parse_event(changed.dump()).ok());
        }
      }
      for (const auto& [key, value] : event.items()) {
        if (key == "type") continue;
        json without = event;
        without.erase(key);
        json with_null = event;
        with_null[key] = nullptr;
        CAPTURE(name, key);
        CHECK(parse_event(without.dump()).ok());
        CHECK(parse_event(with_null.dump()).ok());
      }
    }
  }
}

TEST_CASE("an event without what makes it one is kept as unknown") {
  CHECK(parse_event(R"({"type":"message"})")->kind == EventKind::kUnknown);
  CHECK(parse_event(R"({"type":"message","message":{"type":"text","text":7}})")->kind == EventKind::kUnknown);
  CHECK(parse_event(R"({"type":"message","message":{"type":"location","latitude":91,"longitude":0}})")->kind ==
        EventKind::kUnknown);
  CHECK(parse_event(R"({"type":"messageEdited","message":{"type":"sticker"}})")->kind == EventKind::kUnknown);
  CHECK(parse_event(R"({"type":"postback","postback":{"data":null}})")->kind == EventKind::kUnknown);
}

TEST_CASE("what is no event is a syntax error") {
  for (const char* raw : {"", "null", "5", "[]", "{}", R"({"type":5})", R"({"type":""})", "{\"type\":\"\xff\"}"}) {
    CAPTURE(raw);
    const auto event = parse_event(raw);
    REQUIRE_FALSE(event.ok());
    CHECK(event.error().code == ErrorCode::kSyntax);
  }
}
