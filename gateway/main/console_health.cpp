// What staff want to know of the machine beyond this process: the month's messages, the last backup, warnings that wait for a
// person, whether more of them can come in, and which content answers. Added to what the program says of itself.
#include <algorithm>
#include <mutex>

#include "base/civil_time.h"
#include "gateway/main/console_parts.h"
#include "gateway/main/feed_health.h"
#include "gateway/main/last_backup.h"
#include "gateway/staff_api/broadcast_views.h"

namespace kairan::gateway {
namespace {

using staff::HealthPart;

constexpr std::chrono::minutes kQuotaAgain{10};  ///< the platform is not asked at every look at the page
constexpr std::chrono::minutes kQuotaAgainAfterNone{1};
constexpr double kLowQuota = 0.1;             ///< of the month's limit
constexpr std::chrono::hours kBackupAge{26};  ///< one a day, with some room

std::string grouped(std::int64_t number) {
  return staff::with_commas(static_cast<std::uint64_t>(std::max<std::int64_t>(number, 0)));
}

/// 2026-11-26 18:00 JST
std::string english_time(TimePoint at) {
  return format_iso(jst_date(at)) + " " + format_clock(jst_minute_of_day(at)) + " JST";
}

/// What the platform said last. Threads: any.
class Quota {
 public:
  Quota(broadcasts::StaffService& service, const Clock& clock) : service_(service), clock_(clock) {}

  HealthPart part() {
    const std::lock_guard<std::mutex> lock(mutex_);
    const TimePoint now = clock_.now();
    if (!asked_ || now - *asked_ >= (known_ ? kQuotaAgain : kQuotaAgainAfterNone)) {
      asked_ = now;
      const auto quota = service_.quota();
      known_ = quota.ok();
      if (quota) last_ = *quota;
    }
    HealthPart part{"quota",
                    "今月の通数",
                    "Messages this month",
                    "unknown",
                    "LINEに確かめられませんでした。",
                    std::nullopt,
                    "LINE could not be asked."};
    if (!known_) return part;
    part.state = "ok";
    part.detail = "上限はありません。今月は" + grouped(last_.used) + "通を使いました。";
    part.detail_en = "No limit; " + grouped(last_.used) + " used this month.";
    if (last_.limited) {
      const std::int64_t left = std::max<std::int64_t>(0, last_.limit - last_.used);
      part.value = static_cast<double>(left);
      part.detail = "のこり" + grouped(left) + "通です（上限" + grouped(last_.limit) + "通）。";
      part.detail_en = grouped(left) + " of " + grouped(last_.limit) + " left.";
      if (static_cast<double>(left) < kLowQuota * static_cast<double>(last_.limit)) part.state = "warning";
    }
    return part;
  }

 private:
  broadcasts::StaffService& service_;
  const Clock& clock_;
  std::mutex mutex_;
  std::optional<TimePoint> asked_;  // guarded by mutex_, as is what follows
  bool known_ = false;
  broadcasts::DeliveryQuota last_;
};

HealthPart backup_part(const std::string& data_dir, TimePoint now) {
  HealthPart part{"backup",
                  "バックアップ",
                  "Last backup",
                  "warning",
                  "まだ取られていません。サーバーで取れます（kairan backup）。",
                  std::nullopt,
                  "None yet; it is made on the server (kairan backup)."};
  const auto made = last_backup(data_dir);
  if (!made) return part;
  part.state = now - *made <= kBackupAge ? "ok" : "warning";
  part.detail = "最後は " + format_jst(*made) + " です。";
  part.detail_en = "Last made " + english_time(*made) + ".";
  part.value = std::chrono::duration<double>(now - *made).count();
  return part;
}

/// Which rules decide about warnings: anything but the published ones, as they stand in the folder, is for somebody to look at.
HealthPart alert_rules_part(broadcasts::AlertReleases& releases) {
  HealthPart part{"alert_rules", "警報の規則",         "Rules of warnings", "unknown", "確かめられませんでした。",
                  std::nullopt,  "Could not be asked."};
  const auto standing = releases.standing();
  if (!standing) return part;
  part.state = standing->kind == broadcasts::AlertRulesStanding::Kind::kPublished ? "ok" : "warning";
  part.detail = standing->sentence;
  using Kind = broadcasts::AlertRulesStanding::Kind;
  switch (standing->kind) {
    case Kind::kPublished:
      part.detail_en = "The published rules are in force.";
      break;
    case Kind::kFileDiffers:
      part.detail_en = "The published rules are in force; the files differ from them.";
      break;
    case Kind::kNothing:
      part.detail_en = "None are published: every warning waits for a person.";
      break;
    case Kind::kUnusable:
      part.detail_en = "The published rules cannot be used: every warning waits for a person.";
      break;
  }
  return part;
}

HealthPart alerts_part(broadcasts::AlertDesk& alerts) {
  HealthPart part{
      "alerts", "警報", "Warnings", "unknown", "確かめられませんでした。", std::nullopt, "Could not be asked."};
  const auto held = alerts.held();
  if (!held) return part;
  part.value = static_cast<double>(held->size());
  part.state = held->empty() ? "ok" : "warning";
  part.detail =
      held->empty() ? "判断を待つ警報はありません。" : std::to_string(held->size()) + "件が担当の判断を待っています。";
  part.detail_en =
      held->empty() ? "None waits for a decision." : std::to_string(held->size()) + " wait for a decision.";
  return part;
}

HealthPart content_part(ContentWorkspace& content) {
  HealthPart part{"content",    "自動応答の内容",     "Answers", "unknown", "確かめられませんでした。",
                  std::nullopt, "Could not be asked."};
  const auto versions = content.versions();
  if (!versions) return part;
  const auto current =
      std::find_if(versions->begin(), versions->end(), [](const ContentVersion& each) { return each.current; });
  if (current == versions->end()) return part;
  part.state = "ok";
  part.detail = current->published ? format_jst(*current->published) + " に公開した内容で答えています。"
                                   : "はじめに用意した内容で答えています。";
  part.detail_en = current->published ? "Published " + english_time(*current->published) + "." : "As installed.";
  return part;
}

}  // namespace

void add_console_health(const ConsoleSources& from, staff::Parts& parts) {
  const auto quota = std::make_shared<Quota>(from.desk.service(), from.clock);
  parts.health = [base = parts.health, quota, content = parts.content, &alerts = from.alerts,
                  &releases = from.desk.alert_releases(), &clock = from.clock, data_dir = from.desk.data_dir()] {
    std::vector<HealthPart> all = base ? base() : std::vector<HealthPart>();
    all.push_back(quota->part());
    all.push_back(backup_part(data_dir, clock.now()));
    all.push_back(alerts_part(alerts.desk()));
    all.push_back(alert_rules_part(releases));
    if (const auto feed = alerts.feed()) all.push_back(feed_part(*feed, clock.now()));
    if (content != nullptr) all.push_back(content_part(*content));
    return all;
  };
}

}  // namespace kairan::gateway
