// What the tests of garbage-day reminders share: a calendar of one collection day, and staff who listen.
#pragma once

#include <vector>

#include "gateway/reminder_rounds.h"
#include "tests/support/fake_engine.h"

namespace kairan::test {

const Date kCollectionDay(std::chrono::year(2026), std::chrono::month(11), std::chrono::day(26));

/// 七浦 and 浜 have 燃えるごみ on the day, 浜 also びん; collected at 8.
class CalendarEngine final : public FakeEngine {
 public:
  Date day = kCollectionDay;
  intents::CollectionPlan collections(Date wanted) const override {
    intents::CollectionPlan plan;
    plan.section = "環境下水道課";
    if (wanted == day) plan.districts = {{"nanaura", {"燃えるごみ"}, 480}, {"hama", {"燃えるごみ", "びん"}, 480}};
    return plan;
  }
};

class HeardStaff final : public broadcasts::StaffNotice {
 public:
  std::vector<broadcasts::Notice> heard;
  void tell(const broadcasts::Notice& notice) override { heard.push_back(notice); }
  Status over(const store::BroadcastRecord&) override { return {}; }
};

}  // namespace kairan::test
