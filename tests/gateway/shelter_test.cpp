// Shelters and safety: what residents are told is open, near and fit; reports sealed and counted.
#include "gateway/safety_desk.h"
#include "gateway/shelter_desk.h"
#include "store/keys.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::gateway;
using namespace kairan::test;

namespace {

const std::string kKashima = std::string(KAIRAN_SOURCE_DIR) + "/content/kashima";

std::string said(const std::vector<Message>& messages) {
  std::string text;
  for (const Message& message : messages) text += std::get<TextMessage>(message.body).text + "\n";
  return text;
}
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

struct Town {
  Town() : desk(redis.client(), std::make_shared<ShelterList>(ShelterList::load(kKashima)), [this]() -> Result<std::vector<std::string>> { return kinds; }, clock) {}
  TestRedis redis;
  FakeClock clock;
  std::vector<std::string> kinds;
  ShelterDesk desk;
};

// 祐徳稲荷神社参集殿
constexpr double kYutokuLat = 33.074408, kYutokuLon = 130.108483;

}  // namespace

TEST_CASE("The sample city's places are read, measured and found by name") {
  const ShelterList list = ShelterList::load(kKashima);
  CHECK(list.all().size() >= 33);
  const auto near = list.near(kYutokuLat, kYutokuLon, 3, [](const Shelter&) { return true; });
  REQUIRE(near.size() == 3);
  CHECK(near[0].shelter->name == "祐徳稲荷神社参集殿");
  CHECK(near[0].metres < 1);
  CHECK(near[1].metres <= near[2].metres);
  CHECK(list.named("古枝小学校は開いていますか").size() == 1);
  CHECK(list.named("ふるえだしょうがっこう").size() == 1);
  CHECK(list.named("あ").empty());
  CHECK(ShelterList::load("/no/such/folder").all().empty());
}

TEST_CASE("Distances, directions and walking times are those of the map") {
  const Shelter north{"北", "", "", "", 33.11, 130.10, 0, {}, ""};
  const Shelter east{"東", "", "", "", 33.10, 130.11, 0, {}, ""};
  CHECK(ShelterList::measure(north, 33.10, 130.10).direction == "北");
  CHECK(ShelterList::measure(east, 33.10, 130.10).direction == "東");
  CHECK(ShelterList::measure(north, 33.12, 130.10).direction == "南");
  CHECK(ShelterList::measure(north, 33.10, 130.11).direction == "北西");
  CHECK(ShelterList::measure(north, 33.10, 130.10).metres == Approx(1112).margin(3));
  CHECK(distance_ja(849) == "約850m");
  CHECK(distance_ja(1240) == "約1.2km");
  CHECK(walking_minutes(800) == 14);
  CHECK(walking_minutes(0) == 1);
}

TEST_CASE("Only what is open and fit for what threatens is offered near a location", "[redis]") {
  Town town;
  must(town.desk.refresh());
  CHECK(has(said(town.desk.near(kYutokuLat, kYutokuLon, "ja")), "市が開設している避難所はありません"));
  must(town.desk.set("祐徳稲荷神社参集殿", ShelterState::kOpen, "sato"));
  must(town.desk.set("古枝小学校", ShelterState::kOpen, "sato"));
  must(town.desk.set("林業体育館", ShelterState::kFull, "sato"));
  std::string text = said(town.desk.near(kYutokuLat, kYutokuLon, "ja"));
  CHECK(has(text, "祐徳稲荷神社参集殿 開設中"));
  CHECK(has(text, "林業体育館 満員"));
  CHECK_FALSE(has(text, "林業センター"));
  CHECK(text.find("古枝小学校") < text.find("林業体育館"));  // open ones first
  town.kinds = {"tsunami"};
  must(town.desk.refresh());
  text = said(town.desk.near(kYutokuLat, kYutokuLon, "ja"));
  CHECK_FALSE(has(text, "祐徳稲荷神社参集殿"));  // not fit for a tsunami
  CHECK(has(text, "古枝小学校 開設中"));
  must(town.desk.set("古枝小学校", ShelterState::kClosed, "sato"));
  CHECK_FALSE(has(said(town.desk.near(kYutokuLat, kYutokuLon, "ja")), "古枝小学校 開設中"));
  CHECK(town.desk.set("どこにもない", ShelterState::kOpen, "sato").error().code == ErrorCode::kNotFound);
}

TEST_CASE("Words about shelters are answered from memory while something is open or the mode is on, else left to the rest", "[redis]") {
  Town town;
  must(town.desk.refresh());
  CHECK_FALSE(town.desk.asked("避難所", {}, "ja").has_value());
  must(town.desk.set("七浦小学校", ShelterState::kOpen, "sato"));
  must(town.desk.set("古枝小学校", ShelterState::kOpen, "sato"));
  const auto answer = town.desk.asked("ひなんじょはどこ？", {"nanaura"}, "ja");
  REQUIRE(answer.has_value());
  const std::string text = said(*answer);
  CHECK(text.find("七浦小学校") < text.find("古枝小学校"));  // the own district first
  CHECK(town.desk.asked("七浦小学校は開いてる", {}, "ja").has_value());
  CHECK(has(said(*town.desk.asked("shelter", {}, "en")), "Open"));
  CHECK_FALSE(town.desk.asked("ごみの日は？", {}, "ja").has_value());
  // The store may be away: what was read stays.
  town.redis.client().set_fault([](std::uint64_t) { return false; });
  CHECK_FALSE(town.desk.refresh().ok());
  CHECK(town.desk.asked("避難所", {}, "ja").has_value());
  town.redis.client().set_fault({});
  must(town.desk.set("七浦小学校", ShelterState::kClosed, "sato"));
  must(town.desk.set("古枝小学校", ShelterState::kClosed, "sato"));
  CHECK_FALSE(town.desk.asked("避難所", {}, "ja").has_value());
  must(town.desk.set_disaster_mode(true, "sato"));
  CHECK(town.desk.asked("避難所", {}, "ja").has_value());
}

TEST_CASE("States set by one process are seen by another after its refresh", "[redis]") {
  Town town;
  ShelterDesk other(town.redis.client(), std::make_shared<ShelterList>(ShelterList::load(kKashima)), {}, town.clock);
  must(town.desk.set("七浦小学校", ShelterState::kOpen, "sato"));
  must(town.desk.set_disaster_mode(true, "sato"));
  must(other.refresh());
  CHECK(other.states().at("七浦小学校").state == ShelterState::kOpen);
  CHECK(other.states().at("七浦小学校").by == "sato");
  CHECK(other.disaster_mode());
}

TEST_CASE("Only plain words report safety") {
  CHECK(read_safety("無事です")->kind == SafetyKind::kSafe);
  CHECK(read_safety("助けて！")->kind == SafetyKind::kNeedsHelp);
  CHECK(read_safety("避難しました 鹿島小学校")->place == "鹿島小学校");
  CHECK_FALSE(read_safety("無事に届きましたか").has_value());
  CHECK_FALSE(read_safety("助けてもらえる窓口はどこですか").has_value());
  CHECK_FALSE(read_safety("避難所はどこ").has_value());
  CHECK_FALSE(read_safety("").has_value());
}

TEST_CASE("Reports are sealed, counted by district, the newest of each person, and gone when cleared", "[redis]") {
  TestRedis redis;
  const Sealer sealer(Secret(std::string(32, 'k')));
  SafetyDesk desk(redis.client(), sealer);
  const store::SubscriberRef a{1, 7}, b{2, 7};
  must(desk.report(a, {SafetyKind::kNeedsHelp, "hama", "", from_unix_ms(2)}));
  must(desk.report(b, {SafetyKind::kEvacuated, "hama", "浜小学校", from_unix_ms(1)}));
  CHECK(must(desk.calls_for_help()).size() == 1);
  must(desk.report(a, {SafetyKind::kSafe, "hama", "", from_unix_ms(3)}));
  const auto counts = must(desk.tally());
  CHECK(counts.at("hama").safe == 1);
  CHECK(counts.at("hama").evacuated == 1);
  CHECK(counts.at("hama").needs_help == 0);
  const auto raw = must(redis.client().command({"HGETALL", store::keys::safety()}));
  for (const auto& item : raw.items) {
    CHECK_FALSE(has(item.text, "浜小学校"));
    CHECK_FALSE(has(item.text, "safe"));
  }
  CHECK(must(redis.client().command({"TTL", store::keys::safety()})).integer > 0);
  must(desk.forget(b));
  CHECK(must(desk.tally()).at("hama").evacuated == 0);
  must(desk.clear());
  CHECK(must(desk.tally()).empty());
}

TEST_CASE("A call for help is told that a record alone brings nobody; the others get a sentence for the family") {
  CHECK(has(said(SafetyDesk::answer({SafetyKind::kNeedsHelp, "", "", {}}, "ja")), "119"));
  CHECK(has(said(SafetyDesk::answer({SafetyKind::kEvacuated, "", "浜小学校", {}}, "ja")), "無事です。浜小学校に避難しています。"));
}

TEST_CASE("「安否を知らせる」 asks how, with buttons that report and the open shelters as places") {
  CHECK(asks_about_safety("安否を知らせる"));
  CHECK_FALSE(asks_about_safety("安否確認の訓練はいつですか"));
  const auto asked = SafetyDesk::question({"鹿島小学校"}, "ja");
  REQUIRE(asked.size() == 1);
  const auto& buttons = asked[0].quick_replies;
  REQUIRE(buttons.size() == 4);
  for (const Action& button : buttons) CHECK(read_safety(button.value).has_value());
  CHECK(read_safety(buttons[3].value)->place == "鹿島小学校");
}
