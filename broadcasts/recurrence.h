// Turns an approved recurring broadcast into its occurrences: each is a broadcast of its own, with its own ledger, under the
// approval of the rule. The recurring broadcast itself is never sent.
//
// An occurrence is made when its time has come; its id follows from the rule and its day, so that two processes, or one after a
// crash, make it once. One that is more than kHeldAfter late is made held, for a person, with the reason.
// Threads: any.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/result.h"
#include "broadcasts/holidays.h"
#include "store/audit.h"
#include "store/broadcasts.h"
#include "store/links.h"

namespace kairan::broadcasts {

class Recurrence {
 public:
  using HolidaySource = std::function<std::shared_ptr<const Holidays>()>;
  Recurrence(store::Broadcasts& broadcasts, store::Audit& audit, store::Links& links, HolidaySource holidays)
      : broadcasts_(broadcasts), audit_(audit), links_(links), holidays_(std::move(holidays)) {}

  struct Made {
    std::size_t scheduled = 0, held = 0, ended = 0;
  };
  /// Looks at every open recurring broadcast. Call it every minute or more often.
  Result<Made> run(TimePoint now);

 private:
  Status run_one(const store::BroadcastRecord& rule, TimePoint now, Made& made);

  store::Broadcasts& broadcasts_;
  store::Audit& audit_;
  store::Links& links_;
  HolidaySource holidays_;
};

}  // namespace kairan::broadcasts
