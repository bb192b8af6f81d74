// The state machine of warnings: what follows from what, and what never happens.
#include <random>

#include "tests/broadcasts/alert_fixture.h"

using namespace kairan;
using namespace kairan::broadcasts;
using namespace kairan::test;
using namespace std::chrono_literals;

namespace {

class City {
 public:
  AlertDecision take(const Alert& alert, std::optional<TimePoint> now = std::nullopt) {
    const auto decisions = engine_.process(state_, alert, now ? *now : alert.reported + 5s);
    REQUIRE(decisions.size() >= 1);
    return decisions.front();
  }
  std::string said(const Alert& alert, std::optional<TimePoint> now = std::nullopt) {
    const AlertDecision decision = take(alert, now);
    return std::string(action_id(decision.action)) + " " + std::string(effect_id(decision.effect));
  }
  AlertState& state() { return state_; }
  const AlertEngine& engine() const { return engine_; }

 private:
  AlertEngine engine_{sample_alert_content()};
  AlertState state_;
};

constexpr int kWarning = 2, kDanger = 3, kSpecial = 4;

}  // namespace

TEST_CASE("A stale warning is dropped, and one from next year is not believed") {
  City city;
  CHECK(city.said(weather("rain", kSpecial, at(10)), at(11, 1)) == "ignore new");
  City other;
  CHECK(other.said(weather("rain", kSpecial, at(10)), at(10, 59)) == "send new");
  City future;
  CHECK(future.said(weather("rain", kSpecial, at(10) + 24h * 365), at(10)) == "ignore none");
  CHECK(future.state().episodes.empty());
  CHECK(future.said(weather("rain", kSpecial, at(10)), at(10)) == "send new");
  Alert expired = weather("rain", kSpecial, at(10));
  expired.valid = at(10, 1);
  CHECK(City().said(expired, at(10, 2)) == "ignore new");
}

TEST_CASE("The same telegram a thousand times is sent once") {
  City city;
  const Alert alert = weather("rain", kSpecial, at(10));
  CHECK(city.said(alert) == "send new");
  for (int i = 0; i < 1000; ++i) REQUIRE(city.said(alert) == "ignore duplicate");
  CHECK(city.take(alert).relates_to.find(alert.name) == 0);
}

TEST_CASE("An update before its first waits for a person, a cancel or an end for nothing does nothing") {
  CHECK(City().said(earthquake("VXSE53", 6, "20260706100000", "2", at(10))) == "hold new");
  CHECK(City().said(weather("rain", kSpecial, at(10), HazardPhase::kContinued)) == "hold new");
  Alert cancel = earthquake("VXSE51", 0, "20260706100000", "", at(10));
  cancel.info_type = AlertInfoType::kCancel;
  cancel.hazards.clear();
  CHECK(City().said(cancel) == "ignore none");
  CHECK(City().said(weather("rain", 0, at(10), HazardPhase::kLifted)) == "ignore none");
}

TEST_CASE("Once the first was read, also for another area, its update is news and not a continuation") {
  City city;
  Alert elsewhere = earthquake("VXSE51", 0, "20260706100000", "", at(10));
  elsewhere.hazards.clear();
  elsewhere.nothing = "対象地域外";
  CHECK(city.said(elsewhere) == "ignore none");
  CHECK(city.said(earthquake("VXSE53", 6, "20260706100000", "2", at(10, 2))) == "send new");
}

TEST_CASE("A drill is never sent and leaves nothing behind, at any level of any kind") {
  for (const AlertKind& kind : alert_kinds()) {
    for (int level = 1; level <= static_cast<int>(kind.levels.size()); ++level) {
      for (const AlertStatus status : {AlertStatus::kDrill, AlertStatus::kTest}) {
        City city;
        Alert alert = weather(std::string(kind.id), level, at(10));
        alert.status = status;
        const AlertDecision decision = city.take(alert);
        CHECK(decision.action == AlertAction::kIgnore);
        CHECK(decision.drill);
        CHECK(city.state().episodes.empty());
      }
    }
  }
}

TEST_CASE("A rise is sent, a fall and an end go by the rule of what residents were told") {
  City city;
  CHECK(city.said(weather("rain", kWarning, at(10))) == "hold new");
  const AlertDecision risen = city.take(weather("rain", kSpecial, at(11)));
  CHECK(action_id(risen.action) == "send");
  CHECK(risen.effect == AlertEffect::kUpdate);
  CHECK(risen.texts.at("ja").find("引き上げ") == std::string::npos);  // nobody was told of the warning before
  const AlertDecision fallen = city.take(weather("rain", kWarning, at(12)));
  CHECK(action_id(fallen.action) == "hold");
  CHECK(fallen.texts.at("ja").find("大雨特別警報は大雨警報に切り替わりました") != std::string::npos);
  CHECK(city.said(weather("rain", 0, at(13), HazardPhase::kLifted)) == "hold update");
  CHECK(city.said(weather("rain", kSpecial, at(14))) == "send new");  // a new episode
}

TEST_CASE("Different types about one hazard are one, and 継続 in one never lowers what another says") {
  City city;
  Alert danger = weather("rain", kDanger, at(10));
  danger.type = "VPWW55";
  CHECK(city.said(danger) == "send new");
  CHECK(city.said(weather("rain", kWarning, at(10), HazardPhase::kContinued)) == "ignore duplicate");  // VPWW53 knows no 危険警報
  CHECK(city.said(weather("rain", kWarning, at(10, 30), HazardPhase::kContinued)) == "ignore update");
  Alert lower = weather("rain", kWarning, at(11));
  lower.type = "VPWW55";
  CHECK(city.said(lower) == "hold update");
}

TEST_CASE("The end of a landslide alert leaves the lower warning beside it in force") {
  City city;
  Alert alert = weather("landslide", kDanger, at(10));
  alert.type = "VXWW50";
  alert.group = "VXWW";
  CHECK(city.said(alert) == "send new");
  Alert warning = weather("landslide", kWarning, at(10, 1));
  warning.type = "VPWW56";
  city.take(warning);
  Alert over = weather("landslide", 0, at(12), HazardPhase::kLifted);
  over.type = "VXWW50";
  over.group = "VXWW";
  const AlertDecision decision = city.take(over);
  CHECK(decision.effect == AlertEffect::kUpdate);
  CHECK(decision.level == kWarning);
}

TEST_CASE("Several hazards in one telegram are decided each for itself, once") {
  AlertState state;
  const AlertEngine engine(sample_alert_content());
  Alert both = weather("rain", kSpecial, at(10));
  Hazard surge = both.hazards.front();
  surge.kind = "surge";
  surge.level = kWarning;
  both.hazards.push_back(surge);
  both.complete_kinds = {"rain", "surge"};
  const auto first = engine.process(state, both, at(10));
  REQUIRE(first.size() == 2);
  CHECK(first[0].kind == "rain");
  CHECK(first[0].action == AlertAction::kSend);  // what is released goes out alone, the other waits
  CHECK(first[1].kind == "surge");
  CHECK(first[1].action == AlertAction::kHold);
  CHECK(first[0].episode != first[1].episode);
  CHECK(first[0].title != first[1].title);
  for (const AlertDecision& again : engine.process(state, both, at(10))) CHECK(again.action == AlertAction::kIgnore);
  // One of them ends: the other is in force as before.
  Alert later = weather("rain", kSpecial, at(11), HazardPhase::kContinued);
  surge.phase = HazardPhase::kLifted;
  surge.level = 0;
  later.hazards.push_back(surge);
  later.complete_kinds = both.complete_kinds;
  for (const AlertDecision& decision : engine.process(state, later, at(11))) {
    if (decision.kind == "rain") CHECK(decision.action == AlertAction::kIgnore);
    if (decision.kind == "surge") CHECK(decision.level == 0);
  }
}

TEST_CASE("An older telegram changes nothing") {
  City city;
  city.take(weather("rain", kSpecial, at(12)));
  CHECK(city.said(weather("rain", 0, at(11), HazardPhase::kLifted)) == "ignore none");
  CHECK(city.state().episodes.at("rain").level == kSpecial);
}

TEST_CASE("A cancel of what was sent is sent, of what is held stays with the person, of what was recorded is recorded") {
  const auto cancel = [](TimePoint t) {
    Alert alert = weather("rain", 0, t);
    alert.info_type = AlertInfoType::kCancel;
    alert.hazards.clear();
    alert.complete_kinds.clear();
    return alert;
  };
  City sent;
  sent.take(weather("rain", kSpecial, at(10)));
  const AlertDecision withdrawn = sent.take(cancel(at(10, 5)));
  CHECK(action_id(withdrawn.action) == "send");
  CHECK(withdrawn.effect == AlertEffect::kWithdraw);
  CHECK(withdrawn.texts.at("ja").find("取消") != std::string::npos);
  City held;
  held.take(weather("rain", kWarning, at(10)));
  CHECK(held.said(cancel(at(10, 5))) == "hold withdraw");
  City recorded;
  recorded.take(weather("rain", 1, at(10)));
  CHECK(recorded.said(cancel(at(10, 5))) == "ignore withdraw");
}

TEST_CASE("A correction follows what was done with the first, and the limit never stops it") {
  City city;
  city.take(earthquake("VXSE53", 6, "20260706100000", "1", at(10)));
  for (int i = 0; i < 50; ++i) city.state().follow_ups.push_back(at(10));
  Alert corrected = earthquake("VXSE53", 4, "20260706100000", "1", at(10));
  corrected.info_type = AlertInfoType::kCorrect;
  const AlertDecision decision = city.take(corrected);
  CHECK(action_id(decision.action) == "send");
  CHECK(decision.effect == AlertEffect::kCorrect);
  CHECK(decision.texts.at("ja").find("震度4") != std::string::npos);
  CHECK(decision.texts.at("ja").find("震度5強") == std::string::npos);
}

TEST_CASE("An uncertain level, drill words and an L-Alert message are never sent by themselves") {
  Alert uncertain = earthquake("VXSE53", 5, "20260706100000", "1", at(10));
  uncertain.hazards.front().uncertain = true;
  CHECK(City().said(uncertain) == "hold new");
  Alert words = weather("rain", kSpecial, at(10));
  words.drill_words = true;
  CHECK(City().said(words) == "hold new");
  Alert local = weather("rain", kSpecial, at(10));
  local.source = AlertSource::kLAlert;
  CHECK(City().said(local) == "hold new");
}

TEST_CASE("A name that contradicts the level is not sent by itself") {
  Alert alert = earthquake("VXSE53", 6, "20260706100000", "1", at(10));
  alert.hazards.front().fields["areas"] = "震度7の地域";
  CHECK(City().said(alert) == "hold new");
}

TEST_CASE("Without a release, sending waits for a person") {
  AlertContent content = sample_alert_content();
  for (AlertRule& rule : content.rules.rules) rule.released = false;
  const AlertEngine engine(content);
  AlertState state;
  const auto decision = engine.process(state, weather("rain", kSpecial, at(10)), at(10)).front();
  CHECK(action_id(decision.action) == "hold");
  CHECK(decision.reason.ja.find("自動送信が許可されていません") != std::string::npos);
}

TEST_CASE("The hourly limit keeps back follow-ups only and owes a summary") {
  AlertContent content = sample_alert_content();
  content.rules.per_hour = 1;
  for (AlertRule& rule : content.rules.rules) {
    if (rule.id == "weather-special") rule.actions.fill(AlertAction::kSend);
  }
  const AlertEngine engine(content);
  AlertState state;
  const auto said = [&](const Alert& alert) {
    const auto decision = engine.process(state, alert, alert.reported).front();
    return std::string(action_id(decision.action)) + " " + std::string(effect_id(decision.effect));
  };
  const std::vector<std::string> kinds{"rain", "storm", "snow"};
  const auto special = [](const std::string& kind) { return kind == "rain" ? 4 : 3; };
  for (const auto& kind : kinds) CHECK(said(weather(kind, special(kind), at(10))) == "send new");  // first notices: no limit
  CHECK(said(weather("rain", 0, at(10, 10), HazardPhase::kLifted)) == "send update");
  CHECK(said(weather("storm", 0, at(10, 11), HazardPhase::kLifted)) == "ignore update");
  CHECK(said(weather("rain", 4, at(10, 12))) == "send new");
  CHECK_FALSE(engine.summary(state, at(10, 30)).has_value());
  const auto summary = engine.summary(state, at(11, 11));
  REQUIRE(summary.has_value());
  CHECK(summary->texts.at("ja").find("暴風特別警報の解除") != std::string::npos);
  CHECK_FALSE(engine.summary(state, at(11, 12)).has_value());
}

TEST_CASE("The state survives being written and read") {
  City city;
  city.take(weather("rain", kSpecial, at(10)));
  city.take(earthquake("VXSE53", 6, "20260706100000", "1", at(10)));
  const auto again = AlertState::from_json(city.state().to_json());
  REQUIRE(again.ok());
  CHECK(again->to_json() == city.state().to_json());
  CHECK_FALSE(AlertState::from_json("{\"format\":9}").ok());
  CHECK_FALSE(AlertState::from_json("nonsense").ok());
}

TEST_CASE("Whatever comes in whatever order: no drill is sent, nothing is sent twice for one state, the state stays bounded") {
  std::mt19937 random(7);
  City city;
  TimePoint now = at(0);
  int last_sent_level = 0;
  for (int i = 0; i < 3000; ++i) {
    now += std::chrono::minutes(random() % 30);
    Alert alert = weather("rain", static_cast<int>(random() % 5), now - std::chrono::minutes(random() % 90));
    if (alert.hazards.front().level == 0) alert.hazards.front().phase = HazardPhase::kLifted;
    if (random() % 4 == 0) alert.hazards.front().phase = HazardPhase::kContinued;
    if (random() % 5 == 0) alert.status = AlertStatus::kDrill;
    if (random() % 9 == 0) alert.type = "VPWW55";
    if (random() % 11 == 0) alert.info_type = AlertInfoType::kCorrect;
    if (random() % 13 == 0) {
      alert.info_type = AlertInfoType::kCancel;
      alert.hazards.clear();
    }
    for (const AlertDecision& decision : city.engine().process(city.state(), alert, now)) {
      if (alert.status != AlertStatus::kReal) REQUIRE(decision.action == AlertAction::kIgnore);
      if (decision.action == AlertAction::kSend && decision.effect == AlertEffect::kUpdate) REQUIRE(decision.level != decision.before);
      if (decision.action != AlertAction::kIgnore) REQUIRE_FALSE(decision.texts.empty());
      last_sent_level = decision.level;
    }
  }
  CHECK(last_sent_level >= 0);
  CHECK(city.state().seen.size() <= AlertState::kMaxSeen);
  CHECK(city.state().episodes.size() <= AlertState::kMaxEpisodes);
}
