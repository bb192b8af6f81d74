// Rules of warnings take two people: what goes out by itself was proposed by one and published by another, whatever happens to
// the files, the store's answers and the order of their steps.
#include "broadcasts/alert_releases.h"

#include <map>
#include <random>
#include <set>

#include "broadcasts/alert_desk.h"
#include "store/keys.h"
#include "tests/broadcasts/alert_city_copy.h"
#include "tests/broadcasts/alert_fixture.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::broadcasts;
using namespace kairan::test;
using store::Role;

namespace {

const store::Actor kOfficer{"sakamoto", {Role::kEmergencyOfficer}, "総務課"};
const store::Actor kSecondOfficer{"mori", {Role::kEmergencyOfficer}, "総務課"};
const store::Actor kEditor{"ueda", {Role::kContentEditor}, "総務課"};
const store::Actor kApprover{"noda", {Role::kApprover}, "広報"};
const store::Actor kAuthor{"kubo", {Role::kAuthor}, "福祉課"};
const store::Actor kOperator{"oka", {Role::kOperator}, "DX推進室"};
const store::Actor kAuditor{"hirano", {Role::kAuditor}, "監査"};

class HeardStaff final : public StaffNotice {
 public:
  void tell(const Notice& notice) override { heard.push_back(notice); }
  Status over(const store::BroadcastRecord&) override { return {}; }
  std::vector<Notice> heard;
};

struct Office {
  Office() {
    clock.set(at(9));
    city.change("alerts.yaml", "languages: [ja, ja-easy, en]",
                "languages: [ja]");  // the proof of the texts takes a third
  }
  std::string propose(const store::Actor& who) {
    std::vector<FileProblem> problems;
    return must(releases.propose(who, problems));
  }
  Result<std::string> try_propose(const store::Actor& who) {
    std::vector<FileProblem> problems;
    return releases.propose(who, problems);
  }
  /// One proposes, another publishes.
  std::string publish() {
    const std::string hash = propose(kOfficer);
    must(releases.publish(kApprover, hash));
    return hash;
  }
  AlertContent in_force() {
    std::vector<FileProblem> problems;
    return must(releases.in_force(problems));
  }
  AlertRulesStanding::Kind standing() { return must(releases.standing()).kind; }
  /// What the rules in force do with the first notice of a special rain warning, and why.
  AlertDecision special_rain() {
    const AlertContent content = in_force();
    AlertState state;
    return AlertEngine(content).process(state, weather("rain", 4, at(10)), at(10)).front();
  }
  void set_field(const std::string& field, const std::string& value) {
    must(redis.client().command({"HSET", store::keys::alert_rules(), field, value}));
  }
  std::string written_down(std::size_t count) {
    std::string all;
    for (const store::AuditEntry& entry : must(audit.recent(std::nullopt, count)))
      all += entry.by + " " + entry.action + "; ";
    return all;
  }

  TestRedis redis;
  FakeClock clock;
  AlertCityCopy city;
  store::Audit audit{redis.client()};
  HeardStaff staff;
  AlertReleases releases{redis.client(), audit, city.path(), clock, &staff};
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class CountingSink final : public AlertSink {
 public:
  Result<std::string> send(const AlertOrder& order) override {
    orders.push_back(order);
    return "b" + std::to_string(orders.size());
  }
  std::vector<AlertOrder> orders;
};

}  // namespace

TEST_CASE("While nothing was ever published every send waits for a person, and it is said", "[redis]") {
  Office office;
  const AlertDecision decision = office.special_rain();
  CHECK(decision.action == AlertAction::kHold);
  CHECK(has(decision.reason.ja, "公開した規則がまだない"));
  CHECK(decision.texts.count("ja") == 1);
  CHECK(office.standing() == AlertRulesStanding::Kind::kNothing);
  CHECK(has(must(office.releases.standing()).sentence, "公開された規則がまだありません"));
}

TEST_CASE("What one proposed and another published sends by itself, and both are on record", "[redis]") {
  Office office;
  const std::string hash = office.propose(kEditor);
  CHECK(office.special_rain().action == AlertAction::kHold);
  must(office.releases.publish(kOfficer, hash));
  CHECK(office.special_rain().action == AlertAction::kSend);
  const AlertRulesView view = must(office.releases.view());
  REQUIRE(view.published);
  CHECK(view.published->hash == hash);
  CHECK(view.published->proposed_by == "ueda");
  CHECK(view.published->published_by == "sakamoto");
  CHECK_FALSE(view.proposed);
  CHECK(view.standing.kind == AlertRulesStanding::Kind::kPublished);
  CHECK(office.written_down(2) == "sakamoto alert_rules.publish; ueda alert_rules.propose; ");
}

TEST_CASE("Who may propose, publish and give back", "[redis]") {
  struct Row {
    store::Actor who;
    bool proposes, publishes, gives_back;
  };
  const std::vector<Row> rows{{kOfficer, true, true, true},     {kEditor, true, false, true},
                              {kApprover, false, true, true},   {kAuthor, false, false, false},
                              {kOperator, false, false, false}, {kAuditor, false, false, false}};
  for (const Row& row : rows) {
    INFO(row.who.name);
    Office office;
    CHECK(office.try_propose(row.who).ok() == row.proposes);
    const std::string hash = office.propose(kSecondOfficer);
    const Status published = office.releases.publish(row.who, hash);
    CHECK(published.ok() == row.publishes);
    if (published.ok()) continue;
    CHECK(published.error().code == ErrorCode::kRefused);
    CHECK(office.releases.give_back(row.who, hash, "見直してください").ok() == row.gives_back);
  }
  Office office;
  CHECK(office.releases.give_back(kApprover, office.propose(kOfficer), "").ok());
}

TEST_CASE("Nobody publishes a proposal of their own: not by the rules, not in the store, and not when it is read",
          "[redis]") {
  Office office;
  const std::string hash = office.propose(kOfficer);
  const Status refused = office.releases.publish(kOfficer, hash);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kRefused);
  CHECK(has(refused.error().detail, "自分が提案した規則"));

  // The rules' refusal taken away: the script refuses.
  store::RuleReleases bare(office.redis.client());
  const Status in_store = bare.publish(hash, kOfficer.name, office.clock.now());
  REQUIRE_FALSE(in_store);
  CHECK(in_store.error().code == ErrorCode::kRefused);
  CHECK(must(bare.published_hash()).empty());

  // The script's taken away too: a record of one person is not used.
  must(office.releases.publish(kSecondOfficer, hash));
  CHECK(office.special_rain().action == AlertAction::kSend);
  office.set_field("published:by", kOfficer.name);
  CHECK(office.special_rain().action == AlertAction::kHold);
  AlertReleases fresh(office.redis.client(), office.audit, office.city.path(), office.clock);
  CHECK(must(fresh.standing()).kind == AlertRulesStanding::Kind::kUnusable);
}

TEST_CASE("Publishing is refused, with its reason, for anything but what was shown and still stands in the folder",
          "[redis]") {
  Office office;
  const auto refusal = [&](const std::string& hash) {
    const Status published = office.releases.publish(kApprover, hash);
    return published ? std::string("published") : published.error().detail;
  };
  CHECK(has(refusal(std::string(64, 'a')), "提案されている規則はありません"));
  const std::string first = office.propose(kOfficer);
  CHECK(has(refusal(std::string(64, 'a')), "別の内容が提案されました"));
  office.city.change("alerts.yaml", "per_hour: 6", "per_hour: 7");
  CHECK(has(refusal(first), "変わりました"));
  CHECK(must(office.releases.view()).file_changed);
  const std::string second = office.propose(kEditor);
  CHECK(second != first);
  CHECK(has(refusal(first), "別の内容が提案されました"));
  CHECK(refusal(second) == "published");
  CHECK(refusal(second) == "提案されている規則はありません。");
  CHECK(must(office.releases.published_hash()) == second);
}

TEST_CASE("A text of a template is published with the rules: changing it is a change of what is in force", "[redis]") {
  Office office;
  const std::string hash = office.publish();
  office.city.change("templates/alerts/water.yaml", "texts:", "# 直した\ntexts:");
  CHECK(office.standing() == AlertRulesStanding::Kind::kFileDiffers);
  CHECK(office.in_force().release == hash);
  const std::string next = office.propose(kOfficer);
  const AlertRulesView view = must(office.releases.view());
  CHECK(view.changes.empty());
  REQUIRE(view.files.size() == 1);
  CHECK(view.files[0].file == "templates/alerts/water.yaml");
  CHECK(next != hash);
}

TEST_CASE("Rules with a gap, without a table or the same as published are not taken as a proposal", "[redis]") {
  Office office;
  office.city.change("alerts.yaml", "levels: [special], action: send", "levels: [special], hours: day, action: send");
  std::vector<FileProblem> problems;
  const auto refused = office.releases.propose(kOfficer, problems);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kInvalid);
  CHECK(has(refused.error().detail, "rain/special/city/night"));
  CHECK_FALSE(must(office.releases.view()).proposed);
  office.city.change("alerts.yaml", "levels: [special], hours: day, action: send", "levels: [special], action: send");
  office.publish();
  CHECK(office.try_propose(kOfficer).error().code == ErrorCode::kConflict);
  office.city.remove("alerts.yaml");
  CHECK(office.try_propose(kOfficer).error().code == ErrorCode::kInvalid);
  CHECK(office.special_rain().action == AlertAction::kSend);
}

TEST_CASE("A folder that changes, or breaks, changes nothing of what is in force", "[redis]") {
  Office office;
  const std::string hash = office.publish();
  for (const char* broken : {"rules: [", "rules: []", ""}) {
    office.city.write("alerts.yaml", broken);
    CHECK(office.special_rain().action == AlertAction::kSend);
    CHECK(office.in_force().release == hash);
    const AlertRulesStanding standing = must(office.releases.standing());
    CHECK(standing.kind == AlertRulesStanding::Kind::kFileDiffers);
    CHECK(has(standing.sentence, "公開済みの規則と違います"));
  }
  // Another process on the same store has the same rules in force.
  AlertReleases restarted(office.redis.client(), office.audit, office.city.path(), office.clock);
  std::vector<FileProblem> problems;
  CHECK(must(restarted.in_force(problems)).release == hash);
}

TEST_CASE("A published text that cannot be used any more holds everything and says why", "[redis]") {
  struct Row {
    std::string text;
    bool hash_fits;
    std::string reason;
  };
  AlertRuleFiles files{{"alerts.yaml", "rules: [{id: a, kinds: [meteor], action: send}]"}};
  add_city(sample_alert_content().city, files);
  const std::string unknown = pack_rule_files(files);
  for (const Row& row : {Row{unknown, true, "meteor"}, Row{unknown, false, "公開したときと違います"},
                         Row{"not JSON", true, "読めません"}}) {
    INFO(row.reason);
    Office office;
    office.publish();
    office.set_field("published:text", row.text);
    if (row.hash_fits) office.set_field("published:hash", hash_of_rules(row.text));
    const AlertDecision decision = office.special_rain();
    CHECK(decision.action == AlertAction::kHold);
    CHECK(office.in_force().release.empty());
    CHECK(has(office.in_force().held_because.ja, row.reason));
    AlertReleases fresh(office.redis.client(), office.audit, office.city.path(), office.clock);
    CHECK(must(fresh.standing()).kind == AlertRulesStanding::Kind::kUnusable);
    CHECK(has(must(fresh.standing()).sentence, row.reason));
  }
}

TEST_CASE(
    "Staff are told of a proposal, of its return with the reason, and of its publication, and of nothing that was "
    "refused",
    "[redis]") {
  Office office;
  const std::vector<Notice>& heard = office.staff.heard;
  CHECK_FALSE(office.try_propose(kAuthor).ok());
  CHECK(heard.empty());
  const std::string hash = office.propose(kEditor);
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].kind == Notice::Kind::kToApprove);
  CHECK(heard[0].broadcast == std::string(kAlertRulesNotice) + hash);
  CHECK(has(heard[0].reason, "uedaが警報の規則を提案しました"));
  CHECK_FALSE(office.releases.publish(kAuditor, hash).ok());
  CHECK_FALSE(office.releases.publish(kApprover, std::string(64, 'a')).ok());
  CHECK_FALSE(office.releases.give_back(kAuthor, hash, "").ok());
  CHECK_FALSE(office.releases.give_back(kApprover, std::string(64, 'a'), "").ok());
  CHECK(heard.size() == 1);
  must(office.releases.give_back(kApprover, hash, "回数を見直してください"));
  REQUIRE(heard.size() == 2);
  CHECK(heard[1].kind == Notice::Kind::kReturned);
  CHECK(has(heard[1].reason, "nodaが、uedaの提案した警報の規則を差し戻しました: 回数を見直してください"));
  // An author's own second thoughts concern nobody else.
  must(office.releases.give_back(kEditor, office.propose(kEditor), ""));
  CHECK(heard.size() == 3);
  must(office.releases.publish(kOfficer, office.propose(kEditor)));
  REQUIRE(heard.size() == 5);
  CHECK(heard[4].kind == Notice::Kind::kRulesPublished);
  CHECK(has(heard[4].reason, "sakamotoが警報の規則を公開しました（提案はueda）"));
}

TEST_CASE("What was returned stays with its author until they have seen it, or something is proposed", "[redis]") {
  Office office;
  const auto returned = [&] { return must(office.releases.returned()); };
  const std::string hash = office.propose(kEditor);
  must(office.releases.give_back(kApprover, hash, "理由"));
  REQUIRE(returned());
  CHECK(returned()->hash == hash);
  CHECK(returned()->proposed_by == "ueda");
  CHECK(returned()->by == "noda");
  CHECK(returned()->why == "理由");
  CHECK(office.releases.give_back(kOfficer, hash, "").error().code == ErrorCode::kNotFound);
  REQUIRE(returned());
  must(office.releases.give_back(kEditor, hash, ""));
  CHECK_FALSE(returned());

  must(office.releases.give_back(kApprover, office.propose(kEditor), ""));
  REQUIRE(returned());
  const std::string next = office.propose(kOfficer);
  CHECK_FALSE(returned());
  must(office.releases.give_back(kOfficer, next, "取り下げ"));
  CHECK_FALSE(returned());
}

TEST_CASE(
    "Whom a warning concerns is published with the rules: codes, districts and places changed in the folder change "
    "nothing",
    "[redis]") {
  struct Row {
    const char *file, *from, *to, *said;
  };
  const std::vector<Row> rows{{"city.yaml", "city: \"4120700\"", "city: \"4120100\"", "city.yamlの地域コードか地区"},
                              {"city.yaml", "tsunami: \"712\"", "tsunami: \"721\"", "city.yamlの地域コードか地区"},
                              {"city.yaml", "name: 鹿島市", "name: 佐賀市", "city.yamlの地域コードか地区"},
                              {"city.yaml", "[浜地区, 浜町]", "[浜地区, 浜町, 飯田]", "city.yamlの地域コードか地区"},
                              {"city.yaml", "{id: hama,", "{id: nanaura2,", "city.yamlの地域コードか地区"},
                              {"shelters.csv", ",33.1", ",34.1", "shelters.csvの位置"}};
  Office office;
  const std::string hash = office.publish();
  const AlertCity before = office.in_force().city;
  CHECK(before.places.size() > 20);
  for (const Row& row : rows) {
    INFO(row.file << " " << row.to);
    const std::string was = office.city.read(row.file);
    office.city.change(row.file, row.from, row.to);
    CHECK(office.standing() == AlertRulesStanding::Kind::kFileDiffers);
    CHECK(has(must(office.releases.standing()).sentence, row.said));
    const AlertContent content = office.in_force();
    CHECK(content.release == hash);
    CHECK(city_text(content.city) == city_text(before));
    CHECK(content.city.places == before.places);
    office.city.write(row.file, was);
    CHECK(office.standing() == AlertRulesStanding::Kind::kPublished);
  }
  // Not even a city.yaml that cannot be read.
  office.city.write("city.yaml", "jma: [");
  CHECK(office.special_rain().action == AlertAction::kSend);
  CHECK(office.standing() == AlertRulesStanding::Kind::kFileDiffers);
}

TEST_CASE("A changed code is shown to the second person, and in force when they have published it", "[redis]") {
  Office office;
  office.publish();
  office.city.change("city.yaml", "city: \"4120700\"", "city: \"4120100\"");
  const std::string hash = office.propose(kOfficer);
  const AlertRulesView view = must(office.releases.view());
  REQUIRE(view.files.size() == 1);
  CHECK(view.files[0].file == "city.yaml");
  std::string marked;
  for (const ChangedLine& line : view.files[0].lines) {
    if (line.mark != ' ') marked += line.mark + line.text + "|";
  }
  CHECK(marked == "-  city: \"4120700\"|+  city: \"4120100\"|");
  // What changes behind the proposal is not what was shown.
  office.city.change("city.yaml", "area: \"410014\"", "area: \"410013\"");
  CHECK(office.releases.publish(kApprover, hash).error().code == ErrorCode::kConflict);
  office.city.change("city.yaml", "area: \"410013\"", "area: \"410014\"");
  CHECK(office.in_force().city.city_code == "4120700");
  must(office.releases.publish(kApprover, hash));
  CHECK(office.in_force().city.city_code == "4120100");
}

TEST_CASE("What of city.yaml says nothing about warnings is not part of the rules", "[redis]") {
  Office office;
  office.publish();
  office.city.change("city.yaml", "知りたいことを、ふだんの言葉で書いて送ってください。",
                     "何でも書いて送ってください。");
  office.city.write("shelters.csv", office.city.read("shelters.csv") + "\n");
  CHECK(office.standing() == AlertRulesStanding::Kind::kPublished);
}

TEST_CASE("Rules that were published without the city hold everything until they are published with it", "[redis]") {
  Office office;
  office.publish();
  std::vector<FileProblem> problems;
  const std::string text = pack_rule_files(read_alert_rule_files(office.city.path(), problems));
  office.set_field("published:text", text);
  office.set_field("published:hash", hash_of_rules(text));
  CHECK(office.special_rain().action == AlertAction::kHold);
  CHECK(has(office.in_force().held_because.ja, "市の地域コードと地区が一緒に公開されていません"));
  office.publish();
  CHECK(office.special_rain().action == AlertAction::kSend);
}

TEST_CASE("A city comes back from its texts as it was") {
  AlertCityCopy copy;
  std::vector<FileProblem> problems;
  AlertCity city = must(load_alert_city(copy.path(), problems));
  city.name = "\"鹿島\\市: # {";
  city.districts.push_back({"x", "七: [", {"a, b", "'", "七: [地区"}});
  city.tsunami_code.clear();
  const AlertCity back = must(read_city_texts(city_text(city), places_text(city), problems));
  CHECK(city_text(back) == city_text(city));
  CHECK(back.name == city.name);
  CHECK(back.places == city.places);
  REQUIRE(back.districts.size() == city.districts.size());
  for (std::size_t i = 0; i < city.districts.size(); ++i) {
    CHECK(back.districts[i].id == city.districts[i].id);
    CHECK(back.districts[i].name == city.districts[i].name);
    CHECK(back.districts[i].names == city.districts[i].names);
  }
  CHECK_FALSE(read_city_texts(city_text(city), "33.1;130.1\n", problems).ok());
}

TEST_CASE("A step whose answer is lost is done once when it is repeated", "[redis]") {
  Office office;
  store::RuleReleases bare(office.redis.client());
  const auto lose_the_next = [&] {
    office.redis.client().set_lost_reply([n = 0](std::uint64_t) mutable { return n++ == 0; });
  };
  const store::ProposedRules rules{std::string(64, 'a'), "text", "sakamoto", office.clock.now()};
  lose_the_next();
  (void)bare.propose(rules);
  must(bare.propose(rules));
  lose_the_next();
  (void)bare.publish(rules.hash, "noda", office.clock.now());
  must(bare.publish(rules.hash, "noda", office.clock.now()));
  CHECK(must(bare.published())->published_by == "noda");
  CHECK_FALSE(must(bare.proposed()));
  CHECK_FALSE(bare.publish(rules.hash, "sakamoto", office.clock.now()));
  must(bare.propose(rules));
  lose_the_next();
  (void)bare.give_back(rules.hash, "noda", office.clock.now(), "理由");
  must(bare.give_back(rules.hash, "noda", office.clock.now(), "理由"));
  CHECK(must(bare.returned())->why == "理由");
}

TEST_CASE("Rules over the limit are refused by the store", "[redis]") {
  Office office;
  store::RuleReleases bare(office.redis.client());
  const Status refused =
      bare.propose({std::string(64, 'a'), std::string(store::RuleReleases::kMaxBytes + 1, 'x'), "a", at(9)});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kTooLarge);
}

TEST_CASE("The difference names each kind and level whose treatment changes, and nothing else", "[redis]") {
  Office office;
  office.publish();
  office.city.change("alerts.yaml", "levels: [special], action: send, follow: {lowered: hold, lifted: hold}",
                     "levels: [special], action: send, follow: {lowered: hold, lifted: send}");
  office.city.change("alerts.yaml", "{id: risk-low, kinds: [risk], levels: [\"2\", \"3\"], action: record",
                     "{id: risk-low, kinds: [risk], levels: [\"2\", \"3\"], hours: night, action: record");
  office.city.change(
      "alerts.yaml", "  - {id: risk-high,",
      "  - {id: risk-day, kinds: [risk], levels: [\"2\", \"3\"], hours: day, action: hold, template: risk}\n"
      "  - {id: risk-high,");
  office.propose(kOfficer);
  const AlertRulesView view = must(office.releases.view());
  std::map<std::string, std::string> said;
  for (const AlertRuleChange& change : view.changes) {
    said[change.kind + "/" + change.level + "/" + change.hours + "/" + std::to_string(change.occasions.size())] =
        std::string(action_id(change.before)) + " " + std::string(action_id(change.after));
    CHECK(change.scopes.empty());
    CHECK_FALSE(change.name.at("ja").empty());
  }
  CHECK(said.at("rain/special//1") == "hold send");
  CHECK(said.at("risk/2/day/4") == "ignore hold");
  for (const auto& [what, how] : said) CHECK((how == "hold send") == has(what, "/special/"));
  REQUIRE(view.files.size() == 1);
  CHECK(view.files[0].file == "alerts.yaml");
}

TEST_CASE("A send that is not released is shown as waiting for a person", "[redis]") {
  Office office;
  office.publish();
  office.city.change("alerts.yaml", "released: [weather-special, ", "released: [");
  office.propose(kOfficer);
  bool found = false;
  for (const AlertRuleChange& change : must(office.releases.view()).changes) {
    CHECK(change.before == AlertAction::kSend);
    CHECK(change.after == AlertAction::kHold);
    found = found || (change.kind == "rain" && change.level == "special");
  }
  CHECK(found);
}

TEST_CASE("Without published rules a correction and a cancel of what a person released wait too", "[redis]") {
  Office office;
  CountingSink sink;
  AlertDesk::Ports ports;
  ports.sink = &sink;
  ports.content = [&] { return std::make_shared<const AlertContent>(office.in_force()); };
  AlertDesk desk(office.redis.client(), ports, office.clock);
  office.clock.set(at(10));
  must(desk.take({weather("rain", 4, at(10))}));
  must(desk.release(must(desk.held()).front().id, "mori"));
  REQUIRE(sink.orders.size() == 1);
  Alert cancel = weather("rain", 0, at(10, 2));
  cancel.info_type = AlertInfoType::kCancel;
  cancel.hazards.clear();
  cancel.complete_kinds.clear();
  must(desk.take({cancel}));
  CHECK(sink.orders.size() == 1);
  REQUIRE(must(desk.held()).size() == 1);
  must(desk.release(must(desk.held()).front().id, "mori"));
  REQUIRE(sink.orders.size() == 2);
  CHECK(sink.orders[1].effect == AlertEffect::kWithdraw);
  CHECK(sink.orders[1].corrects == "b1");
}

TEST_CASE("Whatever people and files do, what goes out by itself was published by two different people", "[redis]") {
  const std::vector<store::Actor> people{kOfficer, kSecondOfficer, kEditor, kApprover, kAuthor};
  std::size_t by_itself = 0, held = 0;
  for (unsigned seed = 1; seed <= 2; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
    Office office;
    CountingSink sink;
    AlertDesk::Ports ports;
    ports.sink = &sink;
    AlertContent content = office.in_force();
    // As the running gateway does before each message.
    const auto follow = [&] {
      if (must(office.releases.published_hash()) != content.release) content = office.in_force();
    };
    ports.content = [&] { return std::make_shared<const AlertContent>(content); };
    AlertDesk desk(office.redis.client(), ports, office.clock);
    std::map<std::string, std::pair<std::string, std::string>> behind;  // hash → proposer, publisher
    std::string proposer, proposed;
    std::set<std::string> offered;
    for (int step = 0; step < 40; ++step) {
      office.clock.advance(std::chrono::minutes(2));
      const store::Actor& who = people[below(people.size())];
      switch (below(6)) {
        case 0:
          office.city.write("alerts.yaml", office.city.read("alerts.yaml") + "# " + std::to_string(step) + "\n");
          break;
        case 1:
          if (const auto hash = office.try_propose(who)) {
            proposer = who.name;
            proposed = *hash;
            offered.insert(*hash);
          }
          break;
        case 2: {
          const std::string hash = below(4) == 0 && !offered.empty() ? *offered.begin() : proposed;
          if (office.releases.publish(who, hash)) {
            CHECK(hash == proposed);
            behind[hash] = {proposer, who.name};
          }
          break;
        }
        default: {
          follow();
          const TimePoint now = office.clock.now();
          must(desk.take({earthquake("VXSE53", 5, "E" + std::to_string(seed) + "-" + std::to_string(step), "1", now)}));
          must(desk.tick());
        }
      }
    }
    for (const AlertOrder& order : sink.orders) {
      CHECK(order.by.empty());
      const auto people_behind = behind.find(order.release);
      REQUIRE(people_behind != behind.end());
      CHECK(people_behind->second.first != people_behind->second.second);
      ++by_itself;
    }
    held += must(desk.held()).size();
  }
  CHECK(by_itself > 3);
  CHECK(held > 1);
}
