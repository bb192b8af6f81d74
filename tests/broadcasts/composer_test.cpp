#include "broadcasts/composer.h"

#include <map>
#include <set>
#include <string>

#include "base/civil_time.h"
#include "broadcasts/content_check.h"
#include "broadcasts/link_codes.h"
#include "broadcasts/practice_deliverer.h"
#include "broadcasts/record_fields.h"
#include "tests/broadcasts/city.h"
#include "tests/broadcasts/plain_channel.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/staff_words.h"

namespace kairan::broadcasts {
namespace {

using test::document_of;
using test::must;
using test::PlainChannel;

/// Whom a broadcast reached, as a test says.
class FixedReach final : public BroadcastReach {
 public:
  std::map<std::string, std::map<store::Partition, std::set<std::uint32_t>>> reached;
  Result<std::vector<Bitmap>> received(std::string_view broadcast, std::span<const store::Partition> partitions) override {
    const auto found = reached.find(std::string(broadcast));
    if (found == reached.end()) return Error{ErrorCode::kNotFound, "no such broadcast"};
    std::vector<Bitmap> all;
    for (const store::Partition partition : partitions) {
      Bitmap bits(64);
      for (const std::uint32_t ordinal : found->second[partition]) bits.set(ordinal);
      all.push_back(std::move(bits));
    }
    return all;
  }
};

struct Fixture {
  test::City city;
  test::PlainChannel channel;
  test::FakeClock clock;
  FixedReach reach;
  std::vector<std::string> practice;
  SegmentComposer composer{ComposerParts{city.subscribers(), [this] { return city.schema(); }, &reach, channel,
                                         [this] { return practice; }, clock, "https://city.example.jp"}};

  std::string doc(const std::string& text, const std::string& more = "") const {
    return R"({"title":"t","section":"s","segment":"everyone","messages":[{"type":"text","text":)" + text + "}]" +
           (more.empty() ? "" : "," + more) + "}";
  }
  Result<Composed> compose(const std::string& json, const std::string& corrects = "") {
    Document document = document_of(json);
    std::vector<Problem> problems;
    must(check_document(document, {*city.schema(), &channel, clock.now(), "https://city.example.jp"}, problems));
    return composer.compose(ComposeRequest{std::string(32, 'a'), document, corrects, clock.now(), true, false});
  }
  /// Who reads what: text → addresses.
  std::map<std::string, std::set<std::string>> readers(const Composition& composition) {
    std::map<std::string, std::set<std::string>> all;
    for (const PartitionAudience& part : composition.audience) {
      REQUIRE(part.by_variant.size() == composition.variants.size());
      std::set<std::uint32_t> seen;
      for (std::size_t v = 0; v < part.by_variant.size(); ++v) {
        part.by_variant[v].for_each([&](std::size_t n) {
          CHECK(seen.insert(static_cast<std::uint32_t>(n)).second);  // nobody reads two variants
          const auto address = must(city.subscribers().address({part.partition, static_cast<std::uint32_t>(n)}));
          all[composition.variants[v].rendered].insert(address.value_or("?"));
          return true;
        });
      }
    }
    return all;
  }
  void received(const std::string& broadcast, const std::string& who) {
    const auto ref = must(city.subscribers().ensure(who, city.registered_at()));
    reach.reached[broadcast][ref.partition].insert(ref.ordinal);
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "people are grouped by what they would read, not by what they are", "[redis]") {
  const auto a = city.resident(1);
  const auto b = city.resident(2, {{"language", "en"}});
  const auto c = city.resident(3, {{"language", "ja-easy"}});
  const auto d = city.resident(4, {{"display", "large"}});
  const auto composed = must(compose(doc(R"({"ja":"日","en":"E"})")));
  CHECK(readers(composed.composition) == std::map<std::string, std::set<std::string>>{
                                             {"日", {a, c}}, {"E", {b}}, {"LARGE 日", {d}}});
  CHECK(composed.composition.recipients == 4);
  CHECK(composed.composition.variants.size() == 3);
  const auto plain = must(compose(doc(R"("日")")));
  CHECK(plain.composition.variants.size() == 2);  // everyone but large type reads the same bytes
}

TEST_CASE_METHOD(Fixture, "a variable says each reader's own values, a fallback stands where there is none", "[redis]") {
  const auto a = city.resident(1, {{"district", "nanaura"}});
  const auto b = city.resident(2, {{"district", "hama"}, {"district", "nanaura"}});
  const auto c = city.resident(3);
  const auto d = city.resident(4, {{"district", "nanaura"}, {"language", "en"}});
  const auto composed =
      must(compose(doc(R"({"ja":"{district}の方へ","en":"To {district}"})", R"("fallbacks":{"district":"市内"})")));
  CHECK(readers(composed.composition) ==
        std::map<std::string, std::set<std::string>>{
            {"七浦の方へ", {a}}, {"浜・七浦の方へ", {b}}, {"市内の方へ", {c}}, {"To Nanaura", {d}}});
}

TEST_CASE_METHOD(Fixture, "a variable that some residents have no value for is refused with their number", "[redis]") {
  city.resident(1, {{"district", "nanaura"}});
  city.resident(2);
  city.resident(3);
  const auto composed = compose(doc(R"("{district}の方へ")"));
  REQUIRE_FALSE(composed);
  CHECK(composed.error().code == ErrorCode::kInvalid);
  CHECK(composed.error().detail.find("{district}") != std::string::npos);
  CHECK(composed.error().detail.find("2人") != std::string::npos);
  CHECK(composed.error().english ==
        "2 residents have no value for {district}. Write in fallbacks what they read instead.");
}

TEST_CASE_METHOD(Fixture, "a segment selects; who left the account is in no audience", "[redis]") {
  const auto a = city.resident(1, {{"district", "nanaura"}, {"children", "2024-05"}});
  city.resident(2, {{"district", "nanaura"}});
  city.resident(3, {{"children", "2024-05"}});
  const auto gone = city.resident(4, {{"district", "nanaura"}, {"children", "2024-05"}});
  city.unfollow(gone, clock.now());
  std::string json = doc(R"("x")");
  const std::string rules = R"({"combinator":"and","rules":[{"field":"district","operator":"=","value":"nanaura"},
      {"field":"children.school_year","operator":"=","value":"preschool"}]})";
  json.replace(json.find("\"everyone\""), 10, rules);
  CHECK(readers(must(compose(json)).composition) == std::map<std::string, std::set<std::string>>{{"x", {a}}});
}

TEST_CASE_METHOD(Fixture, "leaving a topic keeps ordinary broadcasts on it away, emergencies and corrections not", "[redis]") {
  const auto stays = city.resident(1);
  const auto leaves = city.resident(2);
  city.leave_topic(leaves, "kenko");
  const auto count = [&](const std::string& more, const std::string& corrects = "") {
    return must(compose(doc(R"("x")", more), corrects)).composition.recipients;
  };
  CHECK(count(R"("topic":"kenko")") == 1);
  CHECK(count(R"("topic":"kosodate")") == 2);
  CHECK(count(R"("topic":"kenko","priority":"emergency")") == 2);
  received("old", leaves);
  received("old", stays);
  CHECK(count(R"("topic":"kenko")", "old") == 2);

  // The same just before a batch leaves.
  for (const auto& [topic, priority, corrects, expected] :
       std::vector<std::tuple<std::string, std::string, std::string, std::size_t>>{
           {"kenko", "bulk", "", 1}, {"kenko", "emergency", "", 2}, {"kenko", "bulk", "old", 2}, {"", "bulk", "", 2}}) {
    store::BroadcastRecord record;
    record.fields = {{"topic", topic}, {"priority", priority}, {"corrects", corrects}};
    std::uint64_t consenting = 0;
    for (store::Partition p = 0; p < city.subscribers().partitions(); ++p) {
      Bitmap everyone(16);
      everyone.invert();
      consenting += must(composer.consenting(record, p, everyone)).count();
    }
    CHECK(consenting == expected);
  }
}

TEST_CASE_METHOD(Fixture, "an emergency for a district goes to those there and to those who registered none", "[redis]") {
  const auto there = city.resident(1, {{"district", "nanaura"}});
  city.resident(2, {{"district", "hama"}});
  const auto nowhere = city.resident(3);
  std::string json = doc(R"("逃げてください")", R"("priority":"emergency")");
  const std::string rules = R"({"combinator":"and","rules":[{"field":"district","operator":"=","value":"nanaura"}]})";
  json.replace(json.find("\"everyone\""), 10, rules);
  CHECK(readers(must(compose(json)).composition) ==
        std::map<std::string, std::set<std::string>>{{"逃げてください", {there, nowhere}}});
  json.replace(json.find("emergency"), 9, "scheduled");
  CHECK(must(compose(json)).composition.recipients == 1);
}

TEST_CASE_METHOD(Fixture, "a correction goes to whom the other reached or may have reached and who still follow", "[redis]") {
  const auto reached = city.resident(1);
  city.resident(2);
  const auto left = city.resident(3);
  received("old", reached);
  received("old", left);
  city.unfollow(left, clock.now());
  CHECK(readers(must(compose(doc(R"("訂正します")"), "old")).composition) ==
        std::map<std::string, std::set<std::string>>{{"訂正します", {reached}}});
  CHECK_FALSE(compose(doc(R"("訂正します")"), "unknown"));
}

TEST_CASE_METHOD(Fixture, "a practice's audience is the practice list and nobody else", "[redis]") {
  const auto listed = city.resident(1);
  city.resident(2);
  practice = {listed, test::City::address(999)};
  const auto composed = must(compose(doc(R"("避難してください")", R"("kind":"practice")")));
  CHECK(readers(composed.composition) == std::map<std::string, std::set<std::string>>{{"【練習】避難してください", {listed}}});
  practice.clear();
  CHECK(must(compose(doc(R"("避難してください")", R"("kind":"practice")"))).composition.recipients == 0);
}

TEST_CASE_METHOD(Fixture, "links are one code for everyone of a broadcast; an emergency keeps its addresses", "[redis]") {
  city.resident(1);
  city.resident(2, {{"language", "en"}});
  const std::string url = "https://www.example.jp/kenshin";
  const auto composed = must(compose(doc("\"詳しくは" + url + "をご覧ください\"")));
  const std::string code = link_code(std::string(32, 'a'), url);
  CHECK(code.size() == 10);
  CHECK(composed.composition.variants.at(0).rendered == "詳しくはhttps://city.example.jp/l/" + code + "をご覧ください");
  CHECK(link_code(std::string(32, 'b'), url) != code);
  const auto emergency = must(compose(doc("\"詳しくは" + url + "\"", R"("priority":"emergency")")));
  CHECK(emergency.composition.variants.at(0).rendered == "詳しくは" + url);
}

TEST_CASE_METHOD(Fixture, "a segment that no longer validates fails the broadcast with the reason", "[redis]") {
  store::BroadcastRecord record;
  record.id = std::string(32, 'a');
  record.fields["doc"] = canonical_json(document_of(
      R"({"title":"t","section":"s","segment":{"combinator":"and","rules":[{"field":"gone","operator":"=","value":"x"}]},
          "messages":[{"type":"text","text":"x"}]})"));
  record.fields["approved_hash"] = approval_hash(document_of(record.fields["doc"]));
  const auto composed = composer.compose(record);
  REQUIRE_FALSE(composed);
  CHECK(composed.error().code == ErrorCode::kInvalid);
  CHECK(composed.error().detail.find("属性の定義") != std::string::npos);
  CHECK(test::in_both_languages(composed.error()));
}

TEST_CASE_METHOD(Fixture, "what is not what was approved is composed for nobody", "[redis]") {
  city.resident(1);
  store::BroadcastRecord record;
  record.id = std::string(32, 'a');
  record.fields["doc"] = canonical_json(document_of(doc(R"("承認した文")")));
  record.fields["approved_hash"] = approval_hash(document_of(doc(R"("承認した文")")));
  CHECK(must(composer.compose(record)).recipients == 1);
  record.fields["doc"] = canonical_json(document_of(doc(R"("すり替えた文")")));
  CHECK_FALSE(composer.compose(record));
  record.fields.erase("approved_hash");
  CHECK_FALSE(composer.compose(record));
}

TEST_CASE("practice leaves only through what reaches nobody, everything else only through what reaches residents") {
  test::PlainChannel live;
  PracticeDeliverer practice(live.limits(), live.message_limits(),
                             [&](const std::vector<Message>& m, Display d) { return live.render_as(m, d); });
  CHECK(may_leave_through(Kind::kPractice, practice));
  CHECK_FALSE(may_leave_through(Kind::kPractice, live));
  for (const Kind kind : {Kind::kLive, Kind::kDrill}) {
    CHECK(may_leave_through(kind, live));
    CHECK_FALSE(may_leave_through(kind, practice));
  }
  CHECK(practice.deliver("x", "key", milliseconds(1)).outcome == Outcome::kAccepted);
  CHECK(practice.swallowed() == 1);
  CHECK(live.sent().empty());
  CHECK(must(practice.compose({"U1", "U2"}, "text", "")).find("U1") == std::string::npos);
}

TEST_CASE_METHOD(Fixture, "a notice of a topic offers to leave it; an emergency, a correction and a notice to everyone do not", "[redis]") {
  const auto offers = [&](const std::string& more, bool is_correction = false) {
    return leave_button(document_of(doc(R"("x")", more)), is_correction, *city.schema(), "ja").has_value();
  };
  CHECK(offers(R"("topic":"kenko")"));
  CHECK_FALSE(offers(R"("topic":"kenko","priority":"emergency")"));
  CHECK_FALSE(offers(R"("topic":"kenko")", true));
  CHECK_FALSE(offers(""));
  // What leaves carries it: the variants of two languages differ by the button alone.
  city.resident(1);
  city.resident(2, {{"language", "en"}});
  PlainChannel::show_quick_replies = true;
  const auto with = must(compose(doc(R"("x")", R"("topic":"kenko")"))).composition;
  const auto without = must(compose(doc(R"("x")"))).composition;
  PlainChannel::show_quick_replies = false;
  REQUIRE(with.variants.size() == 2);
  CHECK(with.variants[0].rendered.find("set:topic:kenko:off") != std::string::npos);
  CHECK(without.variants.size() == 1);
}

}  // namespace kairan::broadcasts
