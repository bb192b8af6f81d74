#include "gateway/night_work.h"

#include <utility>

#include "base/civil_time.h"
#include "base/log.h"
#include "store/keys.h"
#include "store/subscriber_upkeep.h"

namespace kairan::gateway {
namespace {

/// Longer than a night's work for a million takes; a process that dies in it is followed by another within the hour.
constexpr std::chrono::minutes kLock{30};

}  // namespace

NightWork::NightWork(store::RedisClient& redis, const Sealer& sealer, store::Partition partitions, Eraser& eraser,
                     const Clock& clock, NightWorkOptions options)
    : redis_(redis),
      sealer_(sealer),
      partitions_(partitions),
      eraser_(eraser),
      clock_(clock),
      options_(std::move(options)) {}

NightWork::~NightWork() { stop(); }

void NightWork::start() {
  thread_ = std::thread([this] {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      lock.unlock();
      const auto done = run_if_due();
      if (!done) log::warn("night.not_done", {{"reason", done.error().detail}});
      lock.lock();
      changed_.wait_for(lock, done ? options_.look : options_.pause_after_failure, [this] { return stopping_; });
    }
  });
}

void NightWork::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool NightWork::is_due(const std::string& last, TimePoint now) const {
  if (last.empty()) return true;
  return last < format_iso(jst_date(now)) && jst_minute_of_day(now) >= options_.minute_of_day;
}

Result<bool> NightWork::run_if_due() {
  const TimePoint now = clock_.now();
  const auto last = redis_.command({"HGET", store::keys::night(), "last"});
  if (!last) return last.error();
  if (!is_due(last->text, now)) return false;
  const auto locked = redis_.command({"SET", store::keys::night_lock(), options_.owner, "NX", "PX",
                                      std::to_string(milliseconds(kLock).count())});
  if (!locked) return locked.error();
  if (locked->is_nil()) return false;
  const Status done = run(now);
  if (done) {
    const auto noted = redis_.command({"HSET", store::keys::night(), "last", format_iso(jst_date(now))});
    if (!noted) return noted.error();
  }
  const auto unlocked = redis_.command({"DEL", store::keys::night_lock()});
  if (!done) return done.error();
  if (!unlocked) return unlocked.error();
  return true;
}

Status NightWork::run(TimePoint now) {
  const auto completed = eraser_.finish_pending();
  if (!completed) return completed.error().within("erasures");
  const auto forgotten = store::SubscriberUpkeep(redis_, sealer_, partitions_).forget_settings(now);
  if (!forgotten) return forgotten.error().within("settings of those who left");
  log::info("night.cleared", {{"erasures_completed", *completed}, {"settings_taken", *forgotten}});
  const Status reconciled = reconcile(now);
  // Also when the platform did not answer: what is known is better in a snapshot of tonight than of last week.
  if (options_.write_snapshot) {
    if (const Status written = options_.write_snapshot(now); !written) {
      log::error("night.no_snapshot", {{"reason", written.error().detail}});
      if (reconciled) return written.error().within("snapshot");
    }
  }
  return reconciled;
}

Status NightWork::reconcile(TimePoint now) {
  if (!options_.follower_ids) return {};
  const auto listed = options_.follower_ids();
  if (!listed) {
    if (listed.error().code != ErrorCode::kRefused) return listed.error().within("followers");
    const auto first = redis_.command({"HSETNX", store::keys::night(), "refused", format_iso(jst_date(now))});
    if (first && first->integer == 1) {
      log::warn("followers.may_not_be_listed",
                {{"meaning", "the account is not verified; follows and unfollows are known by webhook alone"}});
    }
    return {};
  }
  const auto counts = store::SubscriberUpkeep(redis_, sealer_, partitions_).reconcile(*listed, now, format_iso(jst_date(now)));
  if (!counts) return counts.error().within("followers");
  log::info("followers.reconciled", {{"listed", counts->listed},
                                     {"added", counts->added},
                                     {"found", counts->found},
                                     {"unconfirmed", counts->absent},
                                     {"gone", counts->gone},
                                     {"erased_left_out", counts->erased}});
  return {};
}

}  // namespace kairan::gateway
