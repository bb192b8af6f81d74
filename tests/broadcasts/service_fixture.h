// The staff's service over a private store, with a ledger that a test writes by hand.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/civil_time.h"
#include "broadcasts/practice_deliverer.h"
#include "broadcasts/record_fields.h"
#include "broadcasts/staff_service.h"
#include "tests/broadcasts/city.h"
#include "tests/broadcasts/plain_channel.h"
#include "tests/support/fake_clock.h"

namespace kairan::test {

class HandLedger final : public broadcasts::BroadcastReach, public broadcasts::BroadcastFigures {
 public:
  std::map<std::string, std::map<store::Partition, std::set<std::uint32_t>>> reached;
  std::map<std::string, broadcasts::StatusView> status;

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
  Result<broadcasts::StatusView> figures(std::string_view id) override { return status[std::string(id)]; }
};

struct ServiceFixture {
  City city;
  PlainChannel channel;
  broadcasts::PracticeDeliverer practice{channel.limits(), channel.message_limits(),
                                         [this](const std::vector<Message>& m, Display d) { return channel.render_as(m, d); }};
  FakeClock clock{jst_time(*parse_date("2026-11-25"), 12 * 60)};
  HandLedger ledger;
  std::vector<std::string> testers;
  store::Broadcasts broadcasts{city.client()};
  store::Audit audit{city.client()};
  store::Links links{city.client()};
  broadcasts::Frames frames{city.client(), audit, clock};
  broadcasts::SegmentComposer composer{broadcasts::ComposerParts{city.subscribers(), [this] { return city.schema(); }, &ledger,
                                                                 channel, [this] { return testers; }, clock,
                                                                 "https://city.example.jp"}};
  broadcasts::StaffService service{broadcasts::ServiceParts{broadcasts, audit, links, frames, composer, ledger, &ledger, channel,
                                                            practice, [this] { return testers; }, nullptr, clock,
                                                            "https://city.example.jp"}};

  const store::Actor author{"author1", {store::Role::kAuthor}, "保険健康課"};
  const store::Actor both{"both", {store::Role::kAuthor, store::Role::kApprover}, "保険健康課"};
  const store::Actor approver{"approver1", {store::Role::kApprover}, "保険健康課"};
  const store::Actor approver2{"approver2", {store::Role::kApprover}, "広報"};
  const store::Actor elsewhere{"elsewhere", {store::Role::kAuthor, store::Role::kApprover}, "都市建設課"};
  const store::Actor emergency{"bousai", {store::Role::kEmergencyOfficer}, "総務課"};
  const store::Actor emergency2{"bousai2", {store::Role::kEmergencyOfficer}, "総務課"};
  const store::Actor auditor{"auditor", {store::Role::kAuditor}, "監査委員"};

  std::string doc(const std::string& text = "健診があります", const std::string& more = "") const {
    return R"({"title":"健診","section":"保険健康課","segment":"everyone","messages":[{"type":"text","text":")" + text + "\"}]" +
           (more.empty() ? "" : "," + more) + "}";
  }
  std::string create(const store::Actor& who, const std::string& json) {
    std::vector<broadcasts::Problem> problems;
    return must(service.create(who, json, "", problems));
  }
  Result<broadcasts::State> move(const store::Actor& who, const std::string& id, broadcasts::Action action,
                                 const std::string& comment = "") {
    return service.move(who, id, action, {std::nullopt, comment});
  }
  broadcasts::State state(const std::string& id) { return must(service.view(auditor, id)).state; }
  /// As the dispatcher would.
  void force(const std::string& id, broadcasts::State to) {
    const auto record = must(broadcasts.read(id)).value();
    must(broadcasts.update(id, record.revision, {std::string(state_name(to)), {}, {}, std::nullopt}));
  }
  std::string approved(const std::string& json) {
    const std::string id = create(author, json);
    must(move(author, id, broadcasts::Action::kSubmit));
    must(move(approver, id, broadcasts::Action::kApprove));
    return id;
  }
};

}  // namespace kairan::test
