#include "gateway/main/feed_health.h"

#include "tests/support/catch.h"

namespace kairan::gateway {

TEST_CASE("staff see whether the feed of warnings can be read, and what is wrong with it") {
  const TimePoint now = from_unix_ms(1'800'000'000'000);
  struct Row {
    std::chrono::seconds age;  // of the last good reading; negative: there was none
    const char* problem;
    const char* state;
  };
  using std::chrono::minutes;
  const auto row = GENERATE(values<Row>({{std::chrono::seconds(-1), "", "unknown"},
                                         {std::chrono::seconds(-1), "接続できません", "failed"},
                                         {std::chrono::seconds(20), "", "ok"},
                                         {std::chrono::seconds(40), "503", "warning"},
                                         {minutes(3), "", "warning"},
                                         {minutes(10), "503", "failed"}}));
  CAPTURE(row.age.count(), row.problem);
  adapters::jma::PollerFigures figures;
  if (row.age.count() >= 0) figures.last_good = now - row.age;
  figures.last_problem = row.problem;
  const staff::HealthPart part = feed_part(figures, now);
  CHECK(part.name == "feed");
  CHECK(part.state == row.state);
  CHECK((part.detail.find(row.problem) != std::string::npos));
  CHECK(part.value.has_value() == (row.age.count() >= 0));
}

}  // namespace kairan::gateway
