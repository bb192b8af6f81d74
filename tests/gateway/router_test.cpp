#include "gateway/router.h"

#include "gateway/safety_desk.h"
#include "gateway/shelter_desk.h"
#include "tests/support/catch.h"
#include "tests/support/pipeline.h"

using namespace kairan;
using namespace kairan::test;
using namespace std::chrono_literals;
using gateway::Event;
using gateway::EventKind;
using gateway::Source;

namespace {

TestRedis& redis() {
  static TestRedis instance;
  return instance;
}

Event event_of(EventKind kind, Source::Kind source = Source::Kind::kPerson) {
  Event event;
  event.id = "e1";
  event.kind = kind;
  event.source = {source, source == Source::Kind::kGroup ? "C1" : "U1", "U1"};
  event.at = from_unix_ms(1'000'000);
  event.reply_token = "token";
  event.text = "hello";
  return event;
}

std::string said(const gateway::Handling& handling) {
  return handling.messages.empty() ? "" : std::get<TextMessage>(handling.messages[0].body).text;
}

}  // namespace

TEST_CASE("every kind of event leads to its answer or to a counted reason", "[redis]") {
  struct Case {
    const char* label;
    EventKind kind;
    const char* counter;
    const char* answer;
  };
  const auto c = GENERATE(values<Case>({
      {"text", EventKind::kText, "answered:answer", "hello"},
      {"sticker", EventKind::kSticker, "answered:sticker", "thanks_sticker"},
      {"media", EventKind::kMedia, "answered:media", "not_understood_media"},
      {"location", EventKind::kLocation, "answered:location", "location_received"},
      {"unsend", EventKind::kUnsend, "ignored:unsend", ""},
      {"beacon", EventKind::kBeacon, "ignored:beacon", ""},
      {"unknown", EventKind::kUnknown, "ignored:unknown", ""},
      {"membership", EventKind::kMembership, "ignored:membership", ""},
  }));
  CAPTURE(c.label);
  Pipeline test(redis());
  const auto handling = must(test.router.handle(event_of(c.kind)));
  CHECK(handling.counter == c.counter);
  CHECK(said(handling) == c.answer);
}

TEST_CASE("a conversation holds while another module answers: nothing is said in standby", "[redis]") {
  Pipeline test(redis());
  Event event = event_of(EventKind::kText);
  event.standby = true;
  const auto handling = must(test.router.handle(event));
  CHECK(handling.messages.empty());
  CHECK(handling.counter == "ignored:standby");
}

TEST_CASE("a follow greets, a block says nothing, and both are kept by event time", "[redis]") {
  Pipeline test(redis());
  Event follow = event_of(EventKind::kFollow);
  CHECK(said(must(test.router.handle(follow))) == "hello");
  CHECK(must(test.subscribers.count_following()) == 1);

  Event block = event_of(EventKind::kUnfollow);
  block.at = follow.at + 10s;
  block.reply_token.clear();
  CHECK(must(test.router.handle(block)).messages.empty());
  CHECK(must(test.subscribers.count_following()) == 0);

  Event late = event_of(EventKind::kFollow);  // an older follow that arrives after the block
  late.at = follow.at + 5s;
  CHECK(must(test.router.handle(late)).counter == "ignored:older_follow");
  CHECK(must(test.subscribers.count_following()) == 0);
}

TEST_CASE("a follow whose first run ended before its commit is still greeted", "[redis]") {
  Pipeline test(redis());
  must(test.router.handle(event_of(EventKind::kFollow)));
  CHECK(said(must(test.router.handle(event_of(EventKind::kFollow)))) == "hello");
}

TEST_CASE("a block wins even in standby", "[redis]") {
  Pipeline test(redis());
  must(test.router.handle(event_of(EventKind::kFollow)));
  Event block = event_of(EventKind::kUnfollow);
  block.at += 1s;
  block.standby = true;
  must(test.router.handle(block));
  CHECK(must(test.subscribers.count_following()) == 0);
}

TEST_CASE("in a group Kairan answers only when it is spoken to", "[redis]") {
  Pipeline test(redis());
  Event text = event_of(EventKind::kText, Source::Kind::kGroup);
  CHECK(must(test.router.handle(text)).counter == "ignored:not_mentioned");
  text.mentions_us = true;
  CHECK(said(must(test.router.handle(text))) == "hello");
  CHECK(must(test.router.handle(event_of(EventKind::kSticker, Source::Kind::kGroup))).messages.empty());
  CHECK(must(test.router.handle(event_of(EventKind::kLocation, Source::Kind::kGroup))).messages.empty());
}

TEST_CASE("what a dialogue remembers reaches the next message of the same resident only", "[redis]") {
  Pipeline test(redis());
  const auto first = must(test.router.handle(event_of(EventKind::kText)));
  REQUIRE(first.conversation.has_value());
  const store::SubscriberRef ref{test.subscribers.partition_of("U1"), first.conversation->ordinal};
  CHECK(first.conversation->state.find("hello") == std::string::npos);  // sealed

  // As a commit stores it.
  test.take({"e1|U1|x"});
  const auto lease = must(test.inbox.acquire(std::vector<store::Partition>{ref.partition}, "owner", 10s)).at(0);
  store::EventCommit commit;
  commit.position = must(test.inbox.read(ref.partition, "0", 1)).at(0).position;
  commit.conversation = first.conversation;
  must(test.inbox.commit(*lease, commit));

  Event again = event_of(EventKind::kText);
  again.text = "more";
  CHECK(said(must(test.router.handle(again))) == "hello>more");
  Event other = event_of(EventKind::kText);
  other.source.chat_id = "U2";
  other.text = "more";
  CHECK(said(must(test.router.handle(other))) == "more");
}

TEST_CASE("a store that does not answer is an error, not a wrong answer", "[redis]") {
  Pipeline test(redis());
  redis().client().set_fault([](std::uint64_t) { return false; });
  const auto handling = test.router.handle(event_of(EventKind::kText));
  redis().client().set_fault({});
  REQUIRE_FALSE(handling.ok());
  CHECK(handling.error().code == ErrorCode::kUnavailable);
}

TEST_CASE("changing the picture menu is not answered as if it were a question", "[redis]") {
  Pipeline test(redis());
  Event event = event_of(EventKind::kPostback);
  event.data = "menu:disaster";
  const auto handling = must(test.router.handle(event));
  CHECK(handling.messages.empty());
  CHECK(handling.counter == "ignored:menu_switched");
}

TEST_CASE("a postback reaches the engine with what was picked", "[redis]") {
  Pipeline test(redis());
  Event event = event_of(EventKind::kPostback);
  event.data = "faq:helpful:1:yes";
  event.params = {{"date", "2026-11-22"}};
  CHECK(must(test.router.handle(event)).counter == "answered:answer");
  CHECK(test.engine->last_postback() == "faq:helpful:1:yes&date=2026-11-22");
}

TEST_CASE("a question without an answer is kept for the city to learn from, and still answered", "[redis]") {
  Pipeline test(redis());
  test.clock.set(SystemClock().now());
  Event event = event_of(EventKind::kText);
  event.text = "unmatched";
  CHECK(said(must(test.router.handle(event))) == "unmatched");
  const auto counts = must(test.gaps.list(test.clock.now()));
  REQUIRE(counts.size() == 1);
  CHECK(counts[0].gap.text == "masked");
  CHECK(counts[0].resident_tags == std::vector<std::string>{gateway::gap_resident_tag(test.sealer, "U1")});
}

TEST_CASE("words about shelters and safety are answered ahead of the ordinary answers, and no dialogue keeps them", "[redis]") {
  Pipeline test(redis());
  const auto list = std::make_shared<gateway::ShelterList>(
      gateway::ShelterList::load(std::string(KAIRAN_SOURCE_DIR) + "/content/kashima"));
  gateway::ShelterDesk shelters(redis().client(), list, {}, test.clock);
  gateway::SafetyDesk safety(redis().client(), test.sealer);
  test.router.answer_emergencies_from(shelters, safety);
  const auto counter_of = [&](const std::string& text) {
    Event event = event_of(EventKind::kText);
    event.text = text;
    return must(test.router.handle(event)).counter;
  };
  // The engine of these tests has an answer to everything: it speaks wherever nothing stands before it.
  CHECK(counter_of("避難所") == "answered:answer");  // nothing is open and no disaster: the ordinary answer says it better
  must(shelters.set("古枝小学校", gateway::ShelterState::kOpen, "bousai"));
  CHECK(counter_of("避難所") == "answered:shelter");
  CHECK(counter_of("古枝小学校") == "answered:shelter");
  CHECK(counter_of("ごみの日") == "answered:answer");
  CHECK(counter_of("無事です") == "answered:answer");  // nobody asks after it
  must(shelters.set_disaster_mode(true, "bousai"));
  CHECK(counter_of("無事です") == "answered:safety");
  CHECK(counter_of("安否") == "answered:safety");
  CHECK(counter_of("避難所") == "answered:shelter");
  CHECK(counter_of("ごみの日") == "answered:answer");
  must(shelters.set_disaster_mode(false, "bousai"));
  CHECK(counter_of("無事です") == "answered:answer");
}
