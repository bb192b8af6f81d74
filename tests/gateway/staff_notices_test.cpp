#include "gateway/staff_notices.h"

#include <string>
#include <vector>

#include "gateway/alert_notices.h"
#include "gateway/link_routes.h"
#include "store/rule_releases.h"
#include "tests/broadcasts/service_fixture.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace kairan::gateway {
namespace {

using broadcasts::Notice;
using test::must;

class FakeStaffChannel final : public StaffChannel {
 public:
  std::vector<StaffMessage> sent;
  Status answer;
  std::string_view name() const override { return "fake"; }
  Status send(const StaffMessage& message) override {
    if (!answer) return answer;
    sent.push_back(message);
    return {};
  }
};

struct Fixture : test::ServiceFixture {
  FakeStaffChannel channel_to_staff;
  store::Notices queue{city.client()};
  store::Register book{city.client()};
  StaffNotices notices{StaffNoticeParts{city.client(), queue, broadcasts, book, audit, ledger,
                                        [this] { return city.schema(); }, {&channel_to_staff}, clock,
                                        std::chrono::minutes(15)}};
  broadcasts::StaffService told{broadcasts::ServiceParts{broadcasts, audit, links, frames, composer, ledger, &ledger, channel, practice,
                                                         [this] { return testers; }, &notices, clock, "https://city.example.jp"}};
  std::size_t waiting() { return must(queue.all()).size(); }
};

bool has(const std::string& where, std::string_view what) { return where.find(what) != std::string::npos; }

}  // namespace

TEST_CASE_METHOD(Fixture, "what waits for a second person is told once, and no longer when it was decided", "[redis]") {
  const std::string id = create(author, doc());
  must(told.move(author, id, broadcasts::Action::kSubmit, {}));
  notices.deliver_once();
  notices.deliver_once();
  REQUIRE(channel_to_staff.sent.size() == 2);  // with the head of the audit log
  std::size_t to_approve = 0;
  for (const StaffMessage& message : channel_to_staff.sent) {
    if (has(message.subject, "承認待ち")) {
      ++to_approve;
      CHECK(has(message.text, "健診"));
      CHECK(has(message.text, id));
    }
  }
  CHECK(to_approve == 1);
  // Looking at it is not deciding.
  must(told.view(approver, id));
  CHECK(waiting() == 1);
  must(told.move(approver, id, broadcasts::Action::kApprove, {}));
  notices.deliver_once();
  CHECK(waiting() == 0);
}

TEST_CASE_METHOD(Fixture, "what nobody read in time goes to those above, once; what was read does not", "[redis]") {
  const std::string id = create(author, doc());
  notices.tell({Notice::Kind::kFailed, id, "LINEが受け付けません。"});
  notices.deliver_once();
  clock.advance(std::chrono::minutes(14));
  notices.deliver_once();
  std::size_t escalated = 0;
  const auto count = [&] {
    escalated = 0;
    for (const StaffMessage& message : channel_to_staff.sent) escalated += message.escalated ? 1 : 0;
    return escalated;
  };
  CHECK(count() == 0);
  clock.advance(std::chrono::minutes(1));
  notices.deliver_once();
  notices.deliver_once();
  CHECK(count() == 1);

  notices.tell({Notice::Kind::kFailed, id, "別の理由"});
  notices.deliver_once();
  must(told.view(auditor, id));  // who only reads along is not in charge
  CHECK(waiting() == 2);
  must(told.view(author, id));
  CHECK(waiting() == 0);
  clock.advance(std::chrono::minutes(20));
  notices.deliver_once();
  CHECK(count() == 1);
}

TEST_CASE_METHOD(Fixture, "rules of warnings that wait are told once, go to those above when nobody decides, and end with the decision", "[redis]") {
  store::RuleReleases rules(city.client());
  const auto propose = [&](char digit) {
    const std::string hash(64, digit);
    must(rules.propose({hash, "text", "sakamoto", clock.now()}));
    notices.tell({Notice::Kind::kToApprove, std::string(broadcasts::kAlertRulesNotice) + hash, std::string("提案") + digit});
    notices.deliver_once();
    return hash;
  };
  const auto heard = [&](std::string_view what, bool escalated) {
    std::size_t count = 0;
    for (const StaffMessage& message : channel_to_staff.sent) {
      if (message.escalated != escalated || !has(message.text, what)) continue;
      ++count;
      CHECK(has(message.subject, "承認待ち"));
      CHECK_FALSE(has(message.text, "配信の番号"));
    }
    return count;
  };
  const std::string first = propose('a');
  notices.deliver_once();
  CHECK(heard("提案a", false) == 1);
  clock.advance(std::chrono::minutes(16));
  notices.deliver_once();
  notices.deliver_once();
  CHECK(heard("提案a", true) == 1);
  // Another proposal in its place, a return and a publication each end the notice, in whichever process they were done.
  propose('b');
  CHECK(waiting() == 1);
  must(rules.give_back(std::string(64, 'b'), "noda", clock.now(), ""));
  notices.deliver_once();
  CHECK(waiting() == 0);
  const std::string third = propose('c');
  CHECK(waiting() == 1);
  must(rules.publish(third, "noda", clock.now()));
  clock.advance(std::chrono::minutes(16));
  notices.deliver_once();
  CHECK(waiting() == 0);
  CHECK(heard("提案b", true) + heard("提案c", true) == 0);
}

TEST_CASE_METHOD(Fixture, "each held warning has a notice of its own: who looks after one leaves the other to go to those above", "[redis]") {
  const broadcasts::AlertNotice warnings = alert_notice(notices);
  warnings.tell({"【確認待ち】大雨警報", "規則", "held1", ""});
  warnings.tell({"【確認待ち】高潮警報", "規則", "held2", ""});
  notices.deliver_once();
  REQUIRE(waiting() == 2);
  for (const StaffMessage& message : channel_to_staff.sent) CHECK_FALSE(has(message.text, "配信の番号"));
  warnings.settled("held1", "bousai");
  CHECK(waiting() == 1);
  clock.advance(std::chrono::minutes(20));
  notices.deliver_once();
  std::vector<std::string> escalated;
  for (const StaffMessage& message : channel_to_staff.sent) {
    if (message.escalated) escalated.push_back(message.text);
  }
  REQUIRE(escalated.size() == 1);
  CHECK(has(escalated[0], "高潮警報"));
  // What was decided before anybody was told needs nobody any more.
  warnings.tell({"【確認待ち】洪水警報", "規則", "held3", ""});
  warnings.settled("held3", "");
  warnings.settled("held2", "bousai");
  CHECK(waiting() == 0);
}

TEST_CASE_METHOD(Fixture, "a notice outlives a channel that is away and a process that ends", "[redis]") {
  channel_to_staff.answer = Status(Error{ErrorCode::kUnavailable, "away"});
  notices.tell({Notice::Kind::kAlarm, std::string(32, 'a'), "トークンが無効です。"});
  notices.deliver_once();
  CHECK(channel_to_staff.sent.empty());
  channel_to_staff.answer = Status();
  StaffNotices next{StaffNoticeParts{city.client(), queue, broadcasts, book, audit, ledger, [this] { return city.schema(); },
                                     {&channel_to_staff}, clock, std::chrono::minutes(15)}};
  next.deliver_once();
  CHECK(channel_to_staff.sent.size() == 1);
}

TEST_CASE_METHOD(Fixture, "the head of the audit log leaves once a day", "[redis]") {
  create(author, doc());
  notices.deliver_once();
  notices.deliver_once();
  REQUIRE(channel_to_staff.sent.size() == 1);
  const auto head = must(audit.head());
  CHECK(has(channel_to_staff.sent[0].text, std::to_string(head.seq) + ":" + head.hash));
  clock.advance(std::chrono::hours(24));
  notices.deliver_once();
  CHECK(channel_to_staff.sent.size() == 2);
}

TEST_CASE_METHOD(Fixture, "what left enters the register once, what never left does not", "[redis]") {
  const std::string id = approved(doc("詳しい本文"));
  force(id, broadcasts::State::kSent);
  ledger.status[id].audience = 12;
  ledger.status[id].recipients.accepted = 11;
  ledger.status[id].recipients.unknown = 1;
  const auto record = must(broadcasts.read(id)).value();
  must(notices.over(record));
  must(notices.over(record));
  const std::string given_up = create(author, doc());
  force(given_up, broadcasts::State::kCancelled);
  must(notices.over(must(broadcasts.read(given_up)).value()));
  const auto entries = must(book.recent(std::nullopt, 10));
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].id == id);
  CHECK(entries[0].author == "author1");
  CHECK(entries[0].approver == "approver1");
  CHECK(entries[0].audience == "友だち全員");
  CHECK(has(entries[0].text, "詳しい本文"));
  CHECK(entries[0].accepted == 11);
  CHECK(entries[0].unknown == 1);
}

TEST_CASE_METHOD(Fixture, "a link leads to its broadcast's address only, and is counted", "[redis]") {
  must(links.add(std::string(32, 'a'), {{"abcDEF0123", "https://www.example.jp/x?y=1"}}));
  const Route route = link_route(links);
  const auto get = [&](const std::string& code, const char* method = "GET") {
    HttpRequest request;
    request.method = method;
    request.rest = code;
    return route.handler(request);
  };
  const HttpResponse found = get("abcDEF0123");
  CHECK(found.status == 302);
  CHECK(found.headers.at(0) == std::pair<std::string, std::string>("Location", "https://www.example.jp/x?y=1"));
  get("abcDEF0123", "HEAD");
  CHECK(must(links.clicks(std::string(32, 'a'))).at("abcDEF0123") == 1);
  for (const char* wrong : {"", "abcDEF0124", "abc", "https://evil.example", "../../etc", "abcDEF0123/x"}) {
    CHECK(get(wrong).status == 404);
  }
  // A code cannot be made to lead elsewhere later.
  must(links.add(std::string(32, 'b'), {{"abcDEF0123", "https://evil.example/"}}));
  CHECK(get("abcDEF0123").headers.at(0).second == "https://www.example.jp/x?y=1");
}

TEST_CASE("a picture is served with its type and nothing outside the folder is") {
  const test::TempDir folder;
  store::Media media(folder.path());
  const Route route = media_route(media);
  HttpRequest request;
  request.method = "GET";
  for (const char* wrong : {"", "x", "../data_key", "/etc/passwd"}) {
    request.rest = wrong;
    CHECK(route.handler(request).status == 404);
  }
}

}  // namespace kairan::gateway
