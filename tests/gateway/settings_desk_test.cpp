#include "gateway/settings_desk.h"

#include "broadcasts/wording.h"
#include "tests/intents/settings_talk.h"
#include "tests/support/catch.h"
#include "tests/support/pipeline.h"

using namespace kairan;
using namespace kairan::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using gateway::Event;
using gateway::EventKind;
using gateway::Handling;

namespace {

TestRedis& redis() {
  static TestRedis instance;
  return instance;
}

/// One resident at the router, with commits as the shard's owner makes them.
struct Resident {
  explicit Resident(gateway::SettingsServices services = {})
      : pipeline(redis()),
        desk(pipeline.schema, pipeline.subscribers, pipeline.conversations, pipeline.clock, std::move(services)),
        router(pipeline.slot, desk, pipeline.subscribers, pipeline.conversations, pipeline.gaps, pipeline.sealer,
               pipeline.clock) {
    pipeline.schema.swap(store::AttributeSchema(kashima_attributes().attributes()));
  }

  Event event(EventKind kind, std::string_view words) {
    Event made;
    made.id = "e" + std::to_string(++count);
    made.kind = kind;
    made.source = {gateway::Source::Kind::kPerson, who, who};
    made.at = pipeline.clock.now();
    made.reply_token = "token";
    (kind == EventKind::kPostback ? made.data : made.text) = std::string(words);
    return made;
  }
  Handling handle(const Event& e) {
    Handling handling = must(router.handle(e));
    if (handling.conversation) commit(*handling.conversation);
    return handling;
  }
  Handling say(std::string_view words) { return next(EventKind::kText, words); }
  Handling press(std::string_view data) { return next(EventKind::kPostback, data); }

  intents::Chosen chosen() {
    const auto ref = must(pipeline.subscribers.find(who));
    return ref ? must(pipeline.subscribers.settings(*ref, kashima_attributes())) : intents::Chosen();
  }
  static std::string shown(const Handling& handling) { return intents::shown_text(handling.messages); }

  Pipeline pipeline;
  gateway::SettingsDesk desk;
  gateway::Router router;
  std::string who = "U0123456789abcdef0123456789abcdef";
  int count = 0;

 private:
  Handling next(EventKind kind, std::string_view words) {
    pipeline.clock.advance(1s);
    return handle(event(kind, words));
  }
  void commit(const store::ConversationWrite& write) {
    const store::Partition partition = pipeline.subscribers.partition_of(who);
    const std::string id = "c" + std::to_string(count);
    pipeline.take({id + "|" + who + "|x"});
    const auto lease = must(pipeline.inbox.acquire(std::vector<store::Partition>{partition}, "owner", 60s)).at(0);
    store::EventCommit commit;
    commit.position = must(pipeline.inbox.read(partition, "0", 100)).back().position;
    commit.conversation = write;
    must(pipeline.inbox.commit(*lease, commit));
  }
};

using Values = std::vector<std::string>;

}  // namespace

TEST_CASE("a person who adds the account is told what is kept and offered the settings", "[redis]") {
  Resident r;
  const Handling handling = r.handle(r.event(EventKind::kFollow, ""));
  REQUIRE(handling.messages.size() == 2);
  CHECK_THAT(Resident::shown(handling), Contains("名前や住所は聞かず"));
  CHECK_THAT(Resident::shown(handling), Contains("［はじめる］ ［あとで］"));
  const Handling later = r.press("cfg:later");
  CHECK_THAT(Resident::shown(later), Contains("いつでも始められます"));
  CHECK(r.chosen().empty());
}

TEST_CASE("what a resident chooses is in the store and reaches the next answer", "[redis]") {
  Resident r;
  r.press("cfg:start");
  r.press("cfg:on:district:hama");
  r.say("七浦");
  r.press("cfg:on:language:en");
  r.press("cfg:on:display:large");
  CHECK(r.chosen() == intents::Chosen{{"district", {"hama", "nanaura"}}, {"language", {"en"}}, {"display", {"large"}}});
  const Handling answer = r.say("garbage tomorrow");
  CHECK(r.pipeline.engine->last_resident().districts == Values{"hama", "nanaura"});
  CHECK(r.pipeline.engine->last_resident().language == "en");
  CHECK(answer.display == Display::kLarge);
}

TEST_CASE("a question in the middle of the settings is answered, and they go on", "[redis]") {
  Resident r;
  r.press("cfg:start");
  r.press("cfg:next:district");
  const Handling answer = r.say("段ボール");
  CHECK(answer.counter == "answered:answer");
  CHECK_THAT(Resident::shown(answer), Contains("段ボール"));
  CHECK_THAT(Resident::shown(answer), Contains("［設定を続ける］"));
  CHECK(r.say("浜").counter == "answered:answer");  // an answer to the other question, not to the settings
  CHECK(r.chosen().empty());
  CHECK_THAT(Resident::shown(r.press("cfg:resume")), Contains("知りたいお知らせ（2/7）"));
  CHECK(r.say("広報かしま").counter == "settings:changed");
}

TEST_CASE("a text that nobody understands is met with the question again, not with a shrug", "[redis]") {
  Resident r;
  r.press("cfg:start");
  const Handling again = r.say("nonsense");
  CHECK(again.counter == "settings:not_understood");
  CHECK_THAT(Resident::shown(again), Contains("地区（1/7）"));
  CHECK(r.say("浜").counter == "settings:changed");
}

TEST_CASE("settings hold by the time of the event, whatever order they are worked on", "[redis]") {
  Resident r;
  const Event early = r.event(EventKind::kPostback, "cfg:on:garbage_reminder:morning-6");
  r.pipeline.clock.advance(10s);
  const Event late = r.event(EventKind::kPostback, "cfg:on:garbage_reminder:evening-20");
  r.handle(late);
  r.handle(early);
  CHECK(r.chosen()["garbage_reminder"] == Values{"evening-20"});
}

TEST_CASE("an event that runs twice changes nothing the second time", "[redis]") {
  Resident r;
  r.press("cfg:start");
  const Event press = r.event(EventKind::kPostback, "cfg:on:topic:kenko");
  const Handling once = r.handle(press);
  const intents::Chosen chosen = r.chosen();
  const Handling twice = r.handle(press);
  CHECK(r.chosen() == chosen);
  CHECK(once.messages == twice.messages);
}

TEST_CASE("a forged button is counted and changes nothing", "[redis]") {
  Resident r;
  CHECK(r.press("cfg:on:district:atlantis").counter == "settings:refused");
  CHECK(r.press("set:group:shokuin:on").counter == "settings:refused");
  CHECK(r.chosen().empty());
  CHECK_FALSE(must(r.pipeline.subscribers.find(r.who)).has_value());  // nor is anybody made by it
}

TEST_CASE("a topic is left by one press without a block, and taken again by another", "[redis]") {
  Resident r;
  r.handle(r.event(EventKind::kFollow, ""));
  r.press("cfg:on:topic:kosodate");
  const Handling left = r.press("set:topic:kosodate:off");
  CHECK_THAT(Resident::shown(left), Contains("［元に戻す］"));
  CHECK(r.chosen().count("topic") == 0);
  CHECK(must(r.pipeline.subscribers.count_following()) == 1);
  r.press("set:topic:kosodate:on");
  CHECK(r.chosen()["topic"] == Values{"kosodate"});
}

TEST_CASE("in a group nobody's settings are shown or changed", "[redis]") {
  Resident r;
  Event event = r.event(EventKind::kPostback, "cfg:show");
  event.source = {gateway::Source::Kind::kGroup, "C1", r.who};
  const Handling handling = must(r.router.handle(event));
  CHECK(handling.counter == "answered:answer");
  CHECK(r.pipeline.engine->last_postback() == "cfg:show");
}

TEST_CASE("erasing calls the eraser once, says so, and leaves nothing to remember", "[redis]") {
  std::vector<std::string> erased;
  gateway::SettingsServices services;
  services.erase = [&](const std::string& address, TimePoint, const std::string&) {
    erased.push_back(address);
    return Status();
  };
  Resident r(services);
  r.press("cfg:on:district:hama");
  r.say("全部消して");
  const Handling done = r.press("cfg:erase:all");
  CHECK(erased == Values{r.who});
  CHECK(done.counter == "settings:erased");
  CHECK_FALSE(done.conversation.has_value());
  CHECK_THAT(Resident::shown(done), Contains("すべて消しました"));
}

TEST_CASE("an eraser that cannot work now makes the event be tried again", "[redis]") {
  gateway::SettingsServices services;
  services.erase = [](const std::string&, TimePoint, const std::string&) { return Status(Error{ErrorCode::kUnavailable, "in flight"}); };
  Resident r(services);
  r.press("cfg:on:district:hama");
  r.say("全部消して");
  r.pipeline.clock.advance(1s);
  const auto handling = r.router.handle(r.event(EventKind::kPostback, "cfg:erase:all"));
  REQUIRE_FALSE(handling.ok());
  CHECK(handling.error().code == ErrorCode::kUnavailable);
}

TEST_CASE("the resident code is shown, and group codes are answered by what they led to", "[redis]") {
  gateway::SettingsServices services;
  gateway::GroupEntry entry;
  services.resident_code = [](const std::string&, TimePoint at) -> Result<gateway::ResidentCode> {
    return gateway::ResidentCode{"1234-5678", at + 24h};
  };
  services.enter_group = [&](const std::string&, const std::string& code, TimePoint) -> Result<gateway::GroupEntry> {
    CHECK(code == "123456");
    return entry;
  };
  Resident r(services);
  CHECK_THAT(Resident::shown(r.say("コードを見せて")), Contains("1234-5678"));
  entry.tries_left = 4;
  CHECK_THAT(Resident::shown(r.say("コード 123-456")), Contains("あと4回"));
  CHECK(r.say("123456").counter == "settings:shown");  // after a wrong one digits alone are taken
  entry.kind = gateway::GroupEntry::Kind::kLocked;
  CHECK_THAT(Resident::shown(r.say("123456")), Contains("上限"));
  entry = {gateway::GroupEntry::Kind::kEntered, "group", "shobodan", 0};
  CHECK_THAT(Resident::shown(r.say("コード123-456")), Contains("「消防団」として登録しました"));
}

TEST_CASE("who asks for codes too often is told when to come back", "[redis]") {
  gateway::SettingsServices services;
  services.resident_code = [](const std::string&, TimePoint) -> Result<gateway::ResidentCode> {
    return Error{ErrorCode::kConflict, "too many"};
  };
  Resident r(services);
  CHECK_THAT(Resident::shown(r.say("コードを見せて")), Contains("1時間に5回まで"));
}

TEST_CASE("without its services the settings say that something is not available", "[redis]") {
  Resident r;
  CHECK_THAT(Resident::shown(r.say("コードを見せて")), Contains("ただいまご利用いただけません"));
}

TEST_CASE("a store that does not answer lets nothing half done", "[redis]") {
  Resident r;
  r.press("cfg:start");
  redis().client().set_fault([](std::uint64_t) { return false; });
  const auto handling = r.router.handle(r.event(EventKind::kPostback, "cfg:on:district:hama"));
  redis().client().set_fault({});
  REQUIRE_FALSE(handling.ok());
  CHECK(handling.error().code == ErrorCode::kUnavailable);
  CHECK(r.chosen().empty());
}

TEST_CASE("the button under a notice leaves that topic alone, whatever else is being talked about", "[redis]") {
  Resident r;
  r.handle(r.event(EventKind::kFollow, ""));
  for (const char* const topic : {"kenko", "kosodate"}) r.press("cfg:on:topic:" + std::string(topic));
  r.press("cfg:ask:language");  // a question waits
  const Action button = broadcasts::leave_topic_action("kenko", {{"ja", "健診・健康"}}, "ja");
  REQUIRE(button.value == intents::leave_data("topic", "kenko"));
  CHECK_FALSE(Resident::shown(r.press(button.value)).empty());
  CHECK(r.chosen()["topic"] == Values{"kosodate"});
  const auto ref = must(r.pipeline.subscribers.find(r.who)).value();
  const auto bit = [&](const std::string& name) {
    const std::vector<store::Partition> partitions{ref.partition};
    const std::vector<std::string> names{name};
    return must(r.pipeline.subscribers.read_bitmaps(partitions, names)).at(0).bitmaps.at(0).test(ref.ordinal);
  };
  CHECK(bit(store::left_bitmap("topic", "kenko")));
  CHECK_FALSE(bit(store::left_bitmap("topic", "kosodate")));
  CHECK(bit(std::string(store::Subscribers::kFollowers)));  // still a friend of the account
}
