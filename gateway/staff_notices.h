// Telling staff: what happened to a broadcast goes into a queue that survives the process, then out by every channel (mail,
// the staff's group on LINE). What asks for a person and is not read in time goes to those above. Also enters what is over in
// the register, and sends the head of the audit log out of the machine once a day.
// Threads: tell(), over() and seen() from any; one thread of its own delivers. Of several processes one delivers at a time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "broadcasts/staff_notice.h"
#include "broadcasts/staff_service.h"
#include "gateway/staff_channel.h"
#include "store/audit.h"
#include "store/broadcasts.h"
#include "store/notices.h"
#include "store/register.h"

namespace kairan::gateway {

struct StaffNoticeParts {
  store::RedisClient& redis;
  store::Notices& notices;
  store::Broadcasts& broadcasts;
  store::Register& book;
  store::Audit& audit;
  broadcasts::BroadcastFigures& figures;
  broadcasts::SchemaSource schema;
  std::vector<StaffChannel*> channels;  ///< outlive this; none: notices stay in the queue and the log
  const Clock& clock;
  std::chrono::minutes escalate_after{15};
  /// Further work that one process at a time does, every few seconds: occurrences of recurring broadcasts, late counts.
  std::vector<std::function<void()>> chores = {};
};

class StaffNotices final : public broadcasts::StaffNotice {
 public:
  explicit StaffNotices(StaffNoticeParts parts) : p_(std::move(parts)) {}
  ~StaffNotices() override { stop(); }

  void tell(const broadcasts::Notice& notice) override;
  Status over(const store::BroadcastRecord& record) override;
  void seen(std::string_view broadcast, std::string_view account) override;
  /// What it was about is decided: it is not told any more, also where it was not told yet.
  void settled(std::string_view about, std::string_view account);

  void start(std::string owner);
  void stop();

  /// One round of delivering, for tests and the thread.
  void deliver_once();
  /// Queues the head of the audit log when it was not yet today.
  void tell_head();

 private:
  void run();
  bool is_leader();
  /// Whether what waited for a decision has it; false while the store does not answer.
  /// @param waiting_state  of a broadcast
  bool is_decided(std::string_view about, std::string_view waiting_state);
  void read(std::string_view about, std::string_view account, bool also_untold);

  StaffNoticeParts p_;
  std::string owner_ = "notices";
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  // guarded by mutex_
  bool news_ = false;      // guarded by mutex_
  std::thread thread_;
};

/// In the place of a broadcast's id: news of the warnings; with ":" and its id behind, a held warning that waits for a person.
/// seen() acknowledges (alert_notices.h).
inline constexpr std::string_view kAlertsNotice = "alerts";

/// 「保留」「承認待ち」: what a mail's subject says.
std::string_view notice_kind_ja(broadcasts::Notice::Kind kind);

}  // namespace kairan::gateway
