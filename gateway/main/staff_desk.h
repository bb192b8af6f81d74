// What staff use of broadcasts, put together over the parts that send them: service, frames, audit log, register, notices. The
// running gateway and the commands build the same one. Decides nothing. Threads: one owner; the parts have their own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/line/staff_group.h"
#include "adapters/mail/smtp_mailer.h"
#include "broadcasts/alert_releases.h"
#include "broadcasts/block_counts.h"
#include "broadcasts/ledger_status.h"
#include "broadcasts/recurrence.h"
#include "broadcasts/staff_service.h"
#include "gateway/main/broadcasting.h"
#include "gateway/reminder_rounds.h"
#include "gateway/staff_notices.h"
#include "store/audit.h"
#include "store/departures.h"
#include "store/links.h"
#include "store/media.h"
#include "store/register.h"

namespace kairan::gateway {

/// The parts that do not need the dispatcher; made before it, since it tells staff through them.
class StaffDesk {
 public:
  StaffDesk(const Config& config, store::RedisClient& redis, store::Partition partitions,
            adapters::line::LineChannel& line, broadcasts::SchemaSource schema, const Clock& clock);

  /// Joins it with the parts that send. @param broadcasting  outlives this
  void join(Broadcasting& broadcasting);
  /// Makes reminders of garbage days too, from now on. After join(); all outlive this.
  void remind(store::RedisClient& redis, store::Subscribers& subscribers, const EngineSlot& engine);

  broadcasts::StaffService& service() { return *service_; }
  broadcasts::Frames& frames() { return frames_; }
  broadcasts::AlertReleases& alert_releases() { return alert_releases_; }
  StaffNotices& notices() { return notices_; }
  store::Audit& audit() { return audit_; }
  store::Register& book() { return book_; }
  store::Links& links() { return links_; }
  store::Media& media() { return media_; }
  const std::string& data_dir() const { return config_.data_dir; }

 private:
  const Config& config_;
  const broadcasts::SchemaSource schema_;
  const Clock& clock_;
  const store::Partition partitions_;
  store::Audit audit_;
  store::Register book_;
  store::Links links_;
  store::Media media_;
  store::Broadcasts broadcasts_;
  store::BroadcastLedger ledger_;
  store::Notices queue_;
  broadcasts::LedgerStatus figures_;
  broadcasts::Frames frames_;
  broadcasts::AlertReleases alert_releases_;
  std::vector<std::unique_ptr<StaffChannel>> channels_;
  store::Departures departures_;
  std::unique_ptr<broadcasts::BlockCounts> blocks_;
  std::unique_ptr<broadcasts::Recurrence> series_;
  std::unique_ptr<ReminderRounds> reminders_;
  StaffNotices notices_;
  std::unique_ptr<broadcasts::StaffService> service_;
};

/// The addresses of broadcast.test_recipients.
broadcasts::AllowList test_recipients(const Config& config);

}  // namespace kairan::gateway
