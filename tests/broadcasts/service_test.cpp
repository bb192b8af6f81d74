#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "broadcasts/link_codes.h"
#include "tests/broadcasts/service_fixture.h"
#include "tests/support/catch.h"
#include "tests/support/staff_words.h"

namespace kairan::broadcasts {
namespace {

using test::must;
using test::ServiceFixture;

bool has(const std::string& where, std::string_view what) { return where.find(what) != std::string::npos; }

}  // namespace

TEST_CASE_METHOD(ServiceFixture, "a broadcast goes from draft to scheduled by two people, and the log says who did what", "[redis]") {
  city.resident(1);
  const std::string id = create(author, doc());
  CHECK(state(id) == State::kDraft);
  CHECK(must(move(author, id, Action::kSubmit)) == State::kSubmitted);
  CHECK(must(move(approver, id, Action::kApprove)) == State::kApproved);
  const View approved = must(service.view(author, id));
  CHECK(approved.author == "author1");
  CHECK(approved.approver == "approver1");
  CHECK(approved.approved_count == 1u);
  CHECK(approved.segment_sentence.ja == "友だち全員");
  CHECK(must(move(author, id, Action::kSend)) == State::kScheduled);
  const auto record = must(broadcasts.read(id)).value();
  CHECK(record.due == clock.now());
  CHECK(record.field(field::kAt) == std::to_string(to_unix_ms(clock.now())));
  CHECK(must(broadcasts.due(clock.now(), 10)) == std::vector<std::string>{id});

  std::vector<std::string> actions;
  for (const auto& entry : must(audit.recent(std::nullopt, 10))) actions.push_back(entry.by + " " + entry.action);
  CHECK(actions == std::vector<std::string>{"author1 broadcast.send", "approver1 broadcast.approve", "author1 broadcast.submit",
                                            "author1 broadcast.create"});
  CHECK_FALSE(must(audit.verify()).fault);
  CHECK(must(service.view(author, id)).history.size() == 4);
}

TEST_CASE_METHOD(ServiceFixture, "the author cannot approve, also not with both roles, also not after another's edit", "[redis]") {
  const std::string id = create(both, doc());
  must(move(both, id, Action::kSubmit));
  const auto refused = move(both, id, Action::kApprove);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kRefused);
  CHECK(state(id) == State::kSubmitted);

  // Who edits somebody else's draft has written part of it.
  const std::string other = create(author, doc());
  std::vector<Problem> problems;
  must(service.edit(both, other, must(service.view(both, other)).revision, doc("直した"), problems));
  must(move(author, other, Action::kSubmit));
  CHECK(move(both, other, Action::kApprove).error().code == ErrorCode::kRefused);
  CHECK(move(author, other, Action::kApprove).error().code == ErrorCode::kRefused);
  CHECK(move(approver, other, Action::kApprove).ok());
}

TEST_CASE_METHOD(ServiceFixture, "approvers approve for their section, those of public relations for all", "[redis]") {
  const std::string id = create(author, doc());
  must(move(author, id, Action::kSubmit));
  CHECK(has(move(elsewhere, id, Action::kApprove).error().detail, "ほかの課"));
  CHECK(move(approver2, id, Action::kApprove).ok());
}

TEST_CASE_METHOD(ServiceFixture, "any change after approval returns it to draft and takes the approval away", "[redis]") {
  const std::string id = approved(doc());
  std::vector<Problem> problems;
  must(service.edit(author, id, must(service.view(author, id)).revision, doc("健診がありません"), problems));
  const auto record = must(broadcasts.read(id)).value();
  CHECK(record.state == "draft");
  CHECK(record.field(field::kApprover).empty());
  CHECK(record.field(field::kApprovedHash).empty());
  CHECK(move(author, id, Action::kSend).error().code == ErrorCode::kConflict);
}

TEST_CASE_METHOD(ServiceFixture, "what was changed in the store behind the approval does not leave", "[redis]") {
  const std::string id = approved(doc());
  const auto record = must(broadcasts.read(id)).value();
  std::string changed(record.field(field::kDocument));
  changed.replace(changed.find("健診があります"), std::string("健診があります").size(), "すり替え");
  must(broadcasts.update(id, record.revision, {record.state, {{"doc", changed}}, {}, std::nullopt}));
  const auto sent = move(author, id, Action::kSend);
  REQUIRE_FALSE(sent);
  CHECK(has(sent.error().detail, "承認された内容と"));
  CHECK(state(id) == State::kApproved);
}

TEST_CASE_METHOD(ServiceFixture, "of two who approve at once one does, the other is told", "[redis]") {
  for (int round = 0; round < 5; ++round) {
    const std::string id = create(author, doc());
    must(move(author, id, Action::kSubmit));
    std::atomic<int> won{0}, told{0};
    std::vector<std::thread> threads;
    for (const store::Actor* who : {&approver, &approver2}) {
      threads.emplace_back([&, who] {
        const auto done = move(*who, id, Action::kApprove);
        if (done) ++won;
        else if (done.error().code == ErrorCode::kConflict && has(done.error().detail, "すでに承認")) ++told;
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(won == 1);
    CHECK(told == 1);
  }
}

TEST_CASE_METHOD(ServiceFixture, "an approver who saw an older version approves nothing", "[redis]") {
  const std::string id = create(author, doc());
  must(move(author, id, Action::kSubmit));
  const std::uint64_t seen = must(service.view(approver, id)).revision;
  std::vector<Problem> problems;
  must(service.edit(author, id, seen, doc("別の文"), problems));
  must(move(author, id, Action::kSubmit));
  const auto approve = service.move(approver, id, Action::kApprove, {seen, ""});
  REQUIRE_FALSE(approve);
  CHECK(approve.error().code == ErrorCode::kConflict);
  CHECK(state(id) == State::kSubmitted);
}

TEST_CASE_METHOD(ServiceFixture, "two people in one draft do not overwrite each other", "[redis]") {
  const std::string id = create(author, doc());
  const std::uint64_t seen = must(service.view(author, id)).revision;
  std::vector<Problem> problems;
  must(service.edit(author, id, seen, doc("一人目"), problems));
  const auto second = service.edit(both, id, seen, doc("二人目"), problems);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::kConflict);
  CHECK(must(service.view(author, id)).document.messages[0].text.at("ja") == "一人目");
}

TEST_CASE_METHOD(ServiceFixture, "one kind is never turned into another", "[redis]") {
  for (const char* from : {"live", "drill", "practice"}) {
    const std::string id = create(author, doc("文", std::string(R"("kind":")") + from + "\""));
    for (const char* to : {"live", "drill", "practice"}) {
      std::vector<Problem> problems;
      const auto edited = service.edit(author, id, must(service.view(author, id)).revision,
                                       doc("文", std::string(R"("kind":")") + to + "\""), problems);
      CHECK(edited.ok() == (std::string(from) == to));
    }
    CHECK(kind_name(must(service.view(author, must(service.copy(author, id)))).document.kind) == from);
  }
}

TEST_CASE_METHOD(ServiceFixture, "a planned time that has passed is refused at every step, and nothing changes", "[redis]") {
  std::vector<Problem> problems;
  CHECK_FALSE(service.create(author, doc("文", R"("schedule":"2026-11-25 11:00")"), "", problems));
  const std::string id = create(author, doc("文", R"("schedule":"2026-11-25 13:00")"));
  must(move(author, id, Action::kSubmit));
  clock.advance(std::chrono::hours(2));  // the clock jumps over the time
  CHECK(has(move(approver, id, Action::kApprove).error().detail, "過ぎています"));
  CHECK(state(id) == State::kSubmitted);
  clock.advance(-std::chrono::hours(2));
  must(move(approver, id, Action::kApprove));
  CHECK(has(move(author, id, Action::kSend).error().detail, "予約"));
  clock.advance(std::chrono::hours(2));
  CHECK(has(move(author, id, Action::kSchedule).error().detail, "過ぎています"));
  CHECK(state(id) == State::kApproved);
  clock.advance(-std::chrono::hours(2));
  CHECK(must(move(author, id, Action::kSchedule)) == State::kScheduled);
  CHECK(must(broadcasts.read(id))->due == jst_time(*parse_date("2026-11-25"), 13 * 60));
}

TEST_CASE_METHOD(ServiceFixture, "an expiry that has passed keeps a broadcast from leaving", "[redis]") {
  const std::string id = approved(doc("文", R"("expires":"2026-11-25 13:00")"));
  clock.advance(std::chrono::hours(2));
  CHECK(has(move(author, id, Action::kSend).error().detail, "期限"));
  CHECK(state(id) == State::kApproved);
}

TEST_CASE_METHOD(ServiceFixture, "a variable without a value for some residents is refused at submission with their number", "[redis]") {
  city.resident(1, {{"district", "hama"}});
  city.resident(2);
  const std::string id = create(author, doc("{district}の方へ"));
  const auto submitted = move(author, id, Action::kSubmit);
  REQUIRE_FALSE(submitted);
  CHECK(has(submitted.error().detail, "1人"));
  CHECK(state(id) == State::kDraft);
}

TEST_CASE_METHOD(ServiceFixture, "returning and rejecting want a reason, which the author reads", "[redis]") {
  const std::string id = create(author, doc());
  must(move(author, id, Action::kSubmit));
  CHECK_FALSE(move(approver, id, Action::kReturn));
  must(move(approver, id, Action::kReturn, "日付を入れてください"));
  CHECK(must(service.view(author, id)).reason.ja == "日付を入れてください");
  must(move(author, id, Action::kSubmit));
  CHECK(must(service.view(author, id)).reason.empty());
  must(move(approver, id, Action::kReject, "不要です"));
  CHECK(state(id) == State::kRejected);
}

TEST_CASE_METHOD(ServiceFixture, "the same key makes one broadcast, whoever lost an answer", "[redis]") {
  std::vector<Problem> problems;
  const auto first = must(service.create(author, doc(), "key-1", problems));
  CHECK(must(service.create(author, doc(), "key-1", problems)) == first);
  CHECK(must(service.create(author, doc(), "key-2", problems)) != first);
  CHECK(must(service.create(both, doc(), "key-1", problems)) != first);
  CHECK(must(broadcasts.count()) == 3);
}

TEST_CASE_METHOD(ServiceFixture, "an author writes for the own section; auditors write nothing", "[redis]") {
  std::vector<Problem> problems;
  CHECK(service.create(elsewhere, doc(), "", problems).error().code == ErrorCode::kRefused);
  CHECK(service.create(auditor, doc(), "", problems).error().code == ErrorCode::kRefused);
  CHECK(service.create(approver, doc(), "", problems).error().code == ErrorCode::kRefused);
  CHECK(must(broadcasts.count()) == 0);
}

TEST_CASE_METHOD(ServiceFixture, "when the audit log cannot be written nothing is changed", "[redis]") {
  const std::string id = create(author, doc());
  std::uint64_t calls = 0;
  for (std::uint64_t fail = 0; fail < 6; ++fail) {
    calls = 0;
    city.client().set_fault([&](std::uint64_t) { return calls++ != fail; });
    const auto submitted = move(author, id, Action::kSubmit);
    city.client().set_fault({});
    const bool is_submitted = state(id) == State::kSubmitted;
    CHECK(is_submitted == submitted.ok());
    std::size_t logged = 0;
    for (const auto& entry : must(audit.recent(std::nullopt, 100))) logged += entry.action == "broadcast.submit" ? 1 : 0;
    if (is_submitted) {
      CHECK(logged >= 1);
      break;
    }
  }
}

TEST_CASE_METHOD(ServiceFixture, "links of a broadcast are known when it leaves, to its own addresses only", "[redis]") {
  const std::string url = "https://www.example.jp/kenshin";
  const std::string id = approved(doc("詳しくは" + url));
  CHECK_FALSE(must(links.find(link_code(id, url))));
  must(move(author, id, Action::kSend));
  const auto link = must(links.find(link_code(id, url)));
  REQUIRE(link);
  CHECK(link->url == url);
  CHECK(link->broadcast == id);
  must(links.count(*link, link_code(id, url)));
  CHECK(must(links.clicks(id)).at(link_code(id, url)) == 1);
}

TEST_CASE_METHOD(ServiceFixture, "the status has the contract's shape", "[redis]") {
  const std::string id = create(author, doc());
  StatusView figures;
  figures.audience = 12;
  figures.batches.accepted = 1;
  figures.recipients.accepted = 12;
  figures.first_batch_at = from_unix_ms(1'795'395'304'776);
  ledger.status[id] = figures;
  CHECK(status_json(must(service.status(id))) ==
        R"({"audience":12,"batches":{"accepted":1,"in_flight":0,"planned":0,"refused":0,"unknown":0},)"
        R"("first_batch_at":"2026-11-23T00:55:04.776Z","id":")" + id + R"(","last_batch_at":null,"reason":"",)"
        R"("recipients":{"accepted":12,"in_flight":0,"planned":0,"refused":0,"unknown":0},"state":"draft"})");
  CHECK(service.status(std::string(32, '0')).error().code == ErrorCode::kNotFound);
}

TEST_CASE_METHOD(ServiceFixture, "lists are newest first and filtered by state and section", "[redis]") {
  const std::string a = create(author, doc());
  clock.advance(std::chrono::seconds(1));
  const std::string b = create(author, doc());
  must(move(author, b, Action::kSubmit));
  ListFilter all;
  const auto views = must(service.list(author, all));
  REQUIRE(views.size() == 2);
  CHECK(views[0].id == b);
  all.state = State::kSubmitted;
  CHECK(must(service.list(author, all)).size() == 1);
  all.section = "都市建設課";
  CHECK(must(service.list(author, all)).empty());
}

TEST_CASE_METHOD(ServiceFixture, "the dry run says who, in how many batches, how long and what is left", "[redis]") {
  city.resident(1, {{"district", "hama"}});
  const auto b = city.resident(2, {{"language", "en"}});
  channel.set_quota({true, 100, 99});
  const std::string id = create(author, R"({"title":"t","section":"保険健康課","topic":"kenko","segment":"everyone",
      "messages":[{"type":"text","text":{"ja":"{district}","en":"E"}}]})");
  // One broadcast this week reached b.
  const std::string before = create(author, doc());
  StatusView figures;
  figures.first_batch_at = clock.now() - std::chrono::hours(24);
  ledger.status[before] = figures;
  const auto ref = must(city.subscribers().ensure(b, city.registered_at()));
  ledger.reached[before][ref.partition].insert(ref.ordinal);
  // The last one on the topic cost three.
  const std::string topical = create(author, doc("前回", R"("topic":"kenko")"));
  const auto record = must(broadcasts.read(topical)).value();
  must(broadcasts.update(topical, record.revision, {"sent", {{"blocks", "3"}}, {}, std::nullopt}));

  const DryRun run = must(service.dry_run(author, id));
  CHECK(run.recipients == 2);
  CHECK(run.variants.size() == 2);
  CHECK(run.batches == 2);
  CHECK(run.seconds == Approx(2.0 / 200));
  CHECK(run.quota_known);
  CHECK(run.quota_left == 1);
  CHECK(run.nth_this_week == std::map<std::uint64_t, std::uint64_t>{{1, 1}, {2, 1}});
  CHECK(run.blocks_after_topic == 3);
  CHECK(run.topic_broadcasts == 1);
  bool missing = false;
  for (const Problem& problem : run.problems) {
    missing = missing || problem.path == "";
    CAPTURE(problem.message.en);
    CHECK(test::in_both_languages(problem.message));
  }
  CHECK(missing);  // the quota's warning
  CHECK(state(id) == State::kDraft);
}

TEST_CASE_METHOD(ServiceFixture, "an emergency for a district shows its two numbers", "[redis]") {
  city.resident(1, {{"district", "hama"}});
  city.resident(2, {{"district", "kashima"}});
  city.resident(3);
  city.resident(4);
  const std::string id = create(emergency, R"({"title":"t","section":"総務課","priority":"emergency","segment":
      {"combinator":"and","rules":[{"field":"district","operator":"=","value":"hama"}]},
      "messages":[{"type":"text","text":"逃げてください"}]})");
  const DryRun run = must(service.dry_run(emergency, id));
  CHECK(run.recipients == 3);
  CHECK(run.registered == 1);
  CHECK(run.undeclared == 2);
  CHECK_FALSE(run.quota_left);
}

TEST_CASE_METHOD(ServiceFixture, "a test goes to the test list, marked, whoever the audience is; a practice's test to nobody", "[redis]") {
  city.resident(1);
  const std::string id = create(author, doc("文"));
  CHECK(has(service.test_send(author, id).error().detail, "宛先がありません"));
  testers = {test::City::address(7)};
  CHECK(must(service.test_send(author, id)) == 1);
  CHECK(channel.sent() == std::vector<std::string>{test::City::address(7) + " \n【テスト】文"});
  const std::string practice_id = create(author, doc("文", R"("kind":"practice")"));
  must(service.test_send(author, practice_id));
  CHECK(channel.sent().size() == 1);
  CHECK(service.test_send(auditor, id).error().code == ErrorCode::kRefused);
}

TEST_CASE_METHOD(ServiceFixture, "whoever is refused reads why in either language", "[redis]") {
  const std::string id = create(author, doc());
  std::vector<Problem> problems;
  const auto told_both = [](const auto& refused) {
    REQUIRE_FALSE(refused);
    CAPTURE(refused.error().detail, refused.error().english);
    CHECK(test::in_both_languages(refused.error()));
  };
  told_both(service.view(author, "0123456789abcdef0123456789abcdef"));
  told_both(service.create(approver, doc(), "", problems));
  told_both(service.create(author, doc(), std::string(201, 'k'), problems));
  told_both(service.create(
      author, R"({"title":"t","section":"総務課","segment":"everyone","messages":[{"type":"text","text":"文"}]})", "",
      problems));
  told_both(service.create(author, R"({"frame":{"id":"ない"}})", "", problems));
  told_both(service.edit(author, id, 99, doc(), problems));
  told_both(service.edit(author, id, 0, doc("文", R"("kind":"drill")"), problems));
  told_both(service.copy(auditor, id));
  told_both(service.test_send(auditor, id));
  told_both(service.test_send(author, id));
  told_both(move(author, id, Action::kEdit));
  told_both(move(author, id, Action::kSubmit, std::string(1001, 'c')));
  told_both(service.move(author, id, Action::kSubmit, {std::uint64_t{99}, ""}));
  told_both(service.correct(author, id, Effect::kCorrect, "{}", problems));
  told_both(frames.save(auditor, "{}", *city.schema(), problems));
  told_both(frames.save(emergency, "{", *city.schema(), problems));
  told_both(
      frames.save(emergency, R"({"id":"a b","use":"x","fields":{"b c":{}},"document":{}})", *city.schema(), problems));
  told_both(frames.save(emergency, R"({"id":"a","use":"correct","title":"t"})", *city.schema(), problems));
  told_both(frames.publish(auditor, "a"));
  told_both(frames.publish(emergency, "a"));
  told_both(frames.retire(auditor, "a"));
  must(move(author, id, Action::kSubmit));
  told_both(move(approver, id, Action::kReturn));
  must(move(approver, id, Action::kApprove));
  told_both(move(approver, id, Action::kApprove));
  told_both(move(author, id, Action::kSchedule));
  for (const Problem& problem : problems) {
    CAPTURE(problem.path, problem.message.en);
    CHECK(test::in_both_languages(problem.message));
  }
}

}  // namespace kairan::broadcasts
