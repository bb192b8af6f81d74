#include <string>
#include <vector>

#include "tests/broadcasts/service_fixture.h"
#include "tests/support/catch.h"
#include "tests/support/staff_words.h"

namespace kairan::broadcasts {
namespace {

using test::must;
using test::ServiceFixture;

bool has(const std::string& where, std::string_view what) { return where.find(what) != std::string::npos; }

struct Fixture : ServiceFixture {
  std::vector<Problem> problems;

  const std::string correction_frame = R"({"id":"teisei","use":"correct","title":"訂正","fields":
      {"right":{"label":"正しい内容","max":100}},"document":{"messages":[{"type":"text","text":"先ほどのお知らせを訂正します。[[right]]"}]}})";
  const std::string emergency_frame = R"({"id":"hinan","use":"emergency","title":"避難指示","fields":
      {"area":{"label":"対象の地区","districts":true},"place":{"label":"避難所","max":20}},
      "document":{"priority":"emergency","section":"総務課","messages":[{"type":"text",
      "text":{"ja":"[[area]]に避難指示。[[place]]へ","en":"Evacuate [[area]]"}}]}})";

  void publish(const std::string& frame) {
    must(frames.save(emergency, frame, *city.schema(), problems));
    must(frames.publish(emergency2, frame.substr(7, frame.find('"', 7) - 7)));
  }
  /// A broadcast that reached some residents, in the state given.
  std::string sent_to(const std::vector<std::string>& people, State state, const std::string& more = "") {
    const std::string id = approved(doc("誤ったお知らせ", more));
    must(move(author, id, Action::kSend));
    force(id, state);
    for (const std::string& who : people) {
      const auto ref = must(city.subscribers().ensure(who, city.registered_at()));
      ledger.reached[id][ref.partition].insert(ref.ordinal);
    }
    return id;
  }
  Result<std::string> correct(const store::Actor& who, const std::string& id, const std::string& json,
                              Effect effect = Effect::kCorrect) {
    problems.clear();
    return service.correct(who, id, effect, json, problems);
  }
};

const char* const kUse = R"({"frame":{"id":"teisei","fields":{"right":"日付は12月1日です"}}})";

}  // namespace

TEST_CASE_METHOD(Fixture, "a correction from a published frame is one person's act: it stops, leaves at once and is linked both ways", "[redis]") {
  publish(correction_frame);
  const auto a = city.resident(1);
  city.resident(2);
  for (const State from : {State::kSending, State::kFreezing, State::kPaused, State::kSent}) {
    const std::string id = sent_to({a}, from);
    const std::string correction = must(correct(author, id, kUse));
    CHECK(state(id) == (from == State::kSent ? State::kSent : State::kStopped));
    const View view = must(service.view(author, correction));
    CHECK(view.state == State::kScheduled);
    CHECK(view.corrects == id);
    CHECK(view.effect == "correct");
    CHECK(view.document.priority == Priority::kEmergency);
    CHECK(must(service.view(author, id)).corrected_by == correction);
    const auto record = must(broadcasts.read(correction)).value();
    CHECK(record.due == clock.now());
    const Composition composition = must(composer.compose(record));
    CHECK(composition.recipients == 1);
    CHECK(composition.variants[0].rendered == "先ほどのお知らせを訂正します。日付は12月1日です");
    CHECK(must(correct(author, id, kUse)) == correction);  // pressed twice
  }
}

TEST_CASE_METHOD(Fixture, "without a published frame the other is stopped at once and the correction waits for a second person", "[redis]") {
  const auto a = city.resident(1);
  const std::string id = sent_to({a}, State::kSending);
  const std::string own = must(correct(author, id, R"({"messages":[{"type":"text","text":"訂正します"}]})", Effect::kWithdraw));
  CHECK(state(id) == State::kStopped);
  CHECK(state(own) == State::kSubmitted);
  CHECK(move(author, own, Action::kApprove).error().code == ErrorCode::kRefused);
  must(move(approver, own, Action::kApprove));
  must(move(author, own, Action::kSend));
  CHECK(must(composer.compose(must(broadcasts.read(own)).value())).recipients == 1);
}

TEST_CASE_METHOD(Fixture, "a frame that nobody else published, or that says more than its fields, does not leave by itself", "[redis]") {
  must(frames.save(emergency, correction_frame, *city.schema(), problems));
  const std::string id = sent_to({city.resident(1)}, State::kSent);
  const std::string waits = must(correct(author, id, kUse));
  CHECK(state(waits) == State::kSubmitted);
  CHECK(has(frames.publish(emergency, "teisei").error().detail, "自分が書いた"));
  must(frames.publish(emergency2, "teisei"));
  // A change after publishing takes the publication away.
  must(frames.save(emergency, correction_frame, *city.schema(), problems));
  CHECK_FALSE(must(frames.find("teisei"))->published());
}

TEST_CASE_METHOD(Fixture, "only what went out can be corrected, by those who may", "[redis]") {
  const std::string id = approved(doc());
  CHECK(has(correct(author, id, kUse).error().detail, "まだ送られていません"));
  const std::string sent = sent_to({city.resident(1)}, State::kSent);
  CHECK(correct(elsewhere, sent, R"({"messages":[{"type":"text","text":"x"}]})").error().code == ErrorCode::kRefused);
  CHECK(correct(auditor, sent, R"({"messages":[{"type":"text","text":"x"}]})").error().code == ErrorCode::kRefused);
  CHECK_FALSE(correct(author, sent, "{}"));
  CHECK_FALSE(correct(author, sent, "nonsense"));
  CHECK(state(sent) == State::kSent);
}

TEST_CASE_METHOD(Fixture, "a correction of a drill is a drill, of a practice a practice", "[redis]") {
  publish(correction_frame);
  testers = {city.resident(1)};
  for (const char* kind : {"drill", "practice"}) {
    const std::string id = sent_to(testers, State::kSent, std::string(R"("kind":")") + kind + "\"");
    const std::string correction = must(correct(author, id, kUse));
    CHECK(kind_name(must(service.view(author, correction)).document.kind) == kind);
  }
}

TEST_CASE_METHOD(Fixture, "a correction interrupted anywhere is finished by pressing again, and leaves once", "[redis]") {
  publish(correction_frame);
  const auto a = city.resident(1);
  for (std::uint64_t fail = 0;; ++fail) {
    const std::string id = sent_to({a}, State::kSending);
    const std::size_t before = must(broadcasts.count());
    std::uint64_t calls = 0;
    city.client().set_fault([&](std::uint64_t) { return calls++ != fail; });
    const auto first = correct(author, id, kUse);
    city.client().set_fault({});
    const std::string correction = must(correct(author, id, kUse));
    CHECK(state(correction) == State::kScheduled);
    CHECK(state(id) == State::kStopped);
    CHECK(must(broadcasts.count()) == before + 1);
    if (calls <= fail) break;
  }
}

TEST_CASE_METHOD(Fixture, "an emergency officer sends from a published template alone; its fields decide area and words", "[redis]") {
  publish(emergency_frame);
  city.resident(1, {{"district", "hama"}});
  city.resident(2, {{"district", "kashima"}});
  city.resident(3);
  const std::string use = R"({"frame":{"id":"hinan","fields":{"area":"hama;nanaura","place":"浜{公民館}"}}})";
  const std::string id = must(service.create(emergency, use, "", problems));
  CHECK(must(service.view(emergency, id)).document.messages[0].text.at("en") == "Evacuate Hama, Nanaura");
  CHECK(must(move(emergency, id, Action::kSend)) == State::kScheduled);
  const Composition composition = must(composer.compose(must(broadcasts.read(id)).value()));
  CHECK(composition.recipients == 2);
  CHECK(composition.variants[0].rendered == "浜・七浦に避難指示。浜{公民館}へ");

  // The same as a public drill: marked.
  const std::string drill = must(service.create(
      emergency, R"({"kind":"drill","frame":{"id":"hinan","fields":{"area":"hama","place":"公民館"}}})", "", problems));
  must(move(emergency, drill, Action::kSend));
  CHECK(must(composer.compose(must(broadcasts.read(drill)).value())).variants[0].rendered == "【訓練】浜に避難指示。公民館へ");
}

TEST_CASE_METHOD(Fixture, "a template's text that was changed, or an author without the right, needs the second person", "[redis]") {
  publish(emergency_frame);
  const std::string id = must(service.create(
      emergency, R"({"frame":{"id":"hinan","fields":{"area":"hama","place":"公民館"}}})", "", problems));
  auto json = canonical_json(must(service.view(emergency, id)).document);
  json.replace(json.find("避難指示。"), std::string("避難指示。").size(), "避難指示、急いで。");
  must(service.edit(emergency, id, must(service.view(emergency, id)).revision, json, problems));
  CHECK(has(move(emergency, id, Action::kSend).error().detail, "ひな形"));
  CHECK(state(id) == State::kDraft);
  const std::string other = must(service.create(
      emergency, R"({"frame":{"id":"hinan","fields":{"area":"hama","place":"公民館"}}})", "", problems));
  CHECK(move(author, other, Action::kSend).error().code == ErrorCode::kRefused);
}

TEST_CASE_METHOD(Fixture, "fields that are missing, unknown, too long or not districts are refused by name", "[redis]") {
  publish(emergency_frame);
  const auto refused = [&](const std::string& fields, const std::string& more = "") {
    problems.clear();
    const auto made = service.create(emergency, R"({"frame":{"id":"hinan","fields":)" + fields + "}" + more + "}", "", problems);
    for (const Problem& problem : problems) CHECK(test::in_both_languages(problem.message));
    return made ? std::string("accepted") : problems.front().path;
  };
  CHECK(refused(R"({"area":"hama"})") == "frame.fields.place");
  CHECK(refused(R"({"area":"saga","place":"x"})") == "frame.fields.area");
  CHECK(refused(R"({"area":"hama","place":"x","note":"y"})") == "frame.fields.note");
  CHECK(refused(R"({"area":"hama","place":"123456789012345678901"})") == "frame.fields.place");
  CHECK(refused(R"({"area":"hama","place":"x"})", R"(,"topic":"kenko")") == "topic");
  CHECK(refused(R"({"area":"hama","place":"x"})") == "accepted");
}

TEST_CASE_METHOD(Fixture, "what two people published leaves by itself, once for one key", "[redis]") {
  city.resident(1);
  const std::string json = R"({"title":"大雨警報","section":"総務課","priority":"emergency","segment":"everyone",
      "messages":[{"type":"text","text":"大雨警報が出ました"}]})";
  const std::string id = must(service.send_published("alerts.yaml#ooame", json, "telegram-1", "", problems));
  CHECK(state(id) == State::kScheduled);
  CHECK(must(service.send_published("alerts.yaml#ooame", json, "telegram-1", "", problems)) == id);
  CHECK(must(broadcasts.count()) == 1);
  CHECK(must(composer.compose(must(broadcasts.read(id)).value())).recipients == 1);
  CHECK(must(audit.recent(std::nullopt, 1)).front().detail.find("alerts.yaml#ooame") != std::string::npos);
  // The system may do this to nothing else.
  const std::string own = create(author, doc());
  CHECK_FALSE(service.move(store::system_actor(), own, Action::kSendFrame, {}));
  CHECK_FALSE(service.move(store::system_actor(), own, Action::kSubmit, {}));
}

}  // namespace kairan::broadcasts
