#include "gateway/main/feed_health.h"

#include "base/civil_time.h"

namespace kairan::gateway {

staff::HealthPart feed_part(const adapters::jma::PollerFigures& figures, TimePoint now) {
  staff::HealthPart part{"feed",         "警報の受信（気象庁）",       "Feed of warnings (JMA)",
                         "unknown",      "まだ読みに行っていません。", std::nullopt,
                         "Not read yet."};
  const std::string problem = figures.last_problem.empty() ? "" : figures.last_problem + "。";
  if (figures.last_good == TimePoint{}) {
    if (problem.empty()) return part;
    part.state = "failed";
    part.detail = "まだ一度も読めていません。" + problem;
    part.detail_en = "It could never be read so far.";
    return part;
  }
  const auto age = now - figures.last_good;
  part.value = std::chrono::duration<double>(age).count();
  part.detail = "最後に読めたのは " + format_jst(figures.last_good) + " です。";
  part.state = age >= adapters::jma::Poller::kOutage  ? "failed"
               : age >= kFeedLate || !problem.empty() ? "warning"
                                                      : "ok";
  if (part.state != "ok") part.detail += problem;
  if (part.state == "failed") part.detail += "警報が届かないことがあります。";
  const std::string minutes = std::to_string(std::chrono::duration_cast<std::chrono::minutes>(age).count());
  part.detail_en = part.state == "ok" ? "Read " + minutes + " min ago."
                                      : "Last read " + minutes + " min ago: warnings may be missed.";
  return part;
}

}  // namespace kairan::gateway
