#include "gateway/reply_sender.h"

#include <algorithm>
#include <random>
#include <utility>

#include "base/log.h"
#include "base/thread_priority.h"

namespace kairan::gateway {

using store::ReplyStage;

struct ReplySender::Job {
  store::Lease lease;
  std::string position;
  ReplyStage stage = ReplyStage::kReady;
  ReplyRecord record;
  bool maybe_taken = false;  ///< some try may have reached the platform
  bool announced = false;    ///< this process has stored `stage` (or found it stored)
  int tries = 0;
  std::string outcome;       ///< decided, only its storing is left
};

struct ReplySender::Lane {
  std::deque<std::unique_ptr<Job>> jobs;
  bool running = false;
};

namespace {

/// A reply token is dead 20 minutes after its event in every case (line-platform 2.2), so that no answer can be had.
constexpr std::chrono::minutes kTokenLife{20};
/// LINE keeps a retry key for 24 hours; a push that is still unknown by then is given up an hour earlier.
constexpr std::chrono::hours kPushLife{23};

bool lost(const Status& status) { return !status.ok() && status.error().code == ErrorCode::kConflict; }

std::string lane_key(const ReplyRecord& record) {
  return record.channel + '/' + (record.chat_id.empty() ? record.event_id : record.chat_id);
}

}  // namespace

ReplySender::ReplySender(store::Inbox& inbox, Channels channels, const Clock& clock, PipelineMetrics& metrics,
                         ReplySenderOptions options)
    : inbox_(inbox), channels_(std::move(channels)), clock_(clock), metrics_(metrics), options_(options) {}

ReplySender::~ReplySender() { stop(); }

void ReplySender::start() {
  for (std::size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { run(); });
}

void ReplySender::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ready_changed_.notify_all();
  room_changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void ReplySender::submit(const store::Lease& lease, const std::string& position, ReplyStage stage,
                         ReplyRecord record) {
  auto job = std::make_unique<Job>();
  job->lease = lease;
  job->position = position;
  job->stage = stage;
  job->maybe_taken = stage != ReplyStage::kReady;
  job->announced = stage != ReplyStage::kReady;
  job->record = std::move(record);
  const std::string key = lane_key(job->record);
  {
    std::lock_guard lock(mutex_);
    Lane& lane = lanes_[key];
    lane.jobs.push_back(std::move(job));
    ++pending_;
    if (lane.jobs.size() > 1) return;
    ready_.push_back(key);
  }
  ready_changed_.notify_one();
}

void ReplySender::drop(store::Partition partition) {
  std::lock_guard lock(mutex_);
  for (auto it = lanes_.begin(); it != lanes_.end();) {
    Lane& lane = it->second;
    const auto keep = lane.running ? lane.jobs.begin() + 1 : lane.jobs.begin();
    const auto removed = std::remove_if(keep, lane.jobs.end(), [partition](const std::unique_ptr<Job>& job) {
      return job->lease.partition == partition;
    });
    pending_ -= static_cast<std::size_t>(lane.jobs.end() - removed);
    lane.jobs.erase(removed, lane.jobs.end());
    it = lane.jobs.empty() ? lanes_.erase(it) : std::next(it);
  }
  room_changed_.notify_all();
}

bool ReplySender::wait_for_room(std::chrono::milliseconds patience) {
  if (pending_.load() < options_.max_pending) return true;
  std::unique_lock lock(mutex_);
  return room_changed_.wait_for(lock, patience,
                                [this] { return stopping_ || pending_.load() < options_.max_pending; }) &&
         !stopping_;
}

void ReplySender::run() {
  give_way();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto now = std::chrono::steady_clock::now();
    while (!waiting_.empty() && waiting_.begin()->first <= now) {
      ready_.push_back(std::move(waiting_.begin()->second));
      waiting_.erase(waiting_.begin());
    }
    if (ready_.empty()) {
      if (waiting_.empty()) {
        ready_changed_.wait(lock);
      } else {
        const SteadyPoint due = waiting_.begin()->first;  // a copy: another thread may take the entry meanwhile
        ready_changed_.wait_until(lock, due);
      }
      continue;
    }
    const std::string key = std::move(ready_.front());
    ready_.pop_front();
    const auto found = lanes_.find(key);
    if (found == lanes_.end() || found->second.running) continue;  // dropped meanwhile, or queued twice by a drop
    Lane& lane = found->second;  // references into an unordered_map stay valid while others are inserted
    lane.running = true;
    Job& job = *lane.jobs.front();
    lock.unlock();
    const Again again = step(job);
    lock.lock();
    lane.running = false;
    if (again) {
      waiting_.emplace(std::chrono::steady_clock::now() + *again, key);
      ready_changed_.notify_one();
      continue;
    }
    lane.jobs.pop_front();
    --pending_;
    room_changed_.notify_one();
    if (lane.jobs.empty()) {
      lanes_.erase(key);
    } else {
      ready_.push_back(key);
    }
  }
}

ReplySender::Again ReplySender::step(Job& job) {
  if (!job.outcome.empty()) return finish(job, job.outcome);
  const auto channel = channels_.find(job.record.channel);
  if (channel == channels_.end()) return finish(job, "no_channel");
  if (!job.announced) {
    const Status begun = inbox_.begin_try(job.lease, job.position, ReplyStage::kReplying);
    if (lost(begun)) return std::nullopt;
    if (!begun) return backoff(job);
    job.stage = ReplyStage::kReplying;
    job.announced = true;
  }
  return job.stage == ReplyStage::kPushing ? try_push(job, *channel->second) : try_reply(job, *channel->second);
}

ReplySender::Again ReplySender::try_reply(Job& job, Channel& channel) {
  const auto age = clock_.now() - job.record.event_at;
  if (age > kTokenLife) return finish(job, job.maybe_taken ? "unknown" : "expired");
  ++job.tries;
  const SendResult result = channel.reply(job.record.reply_token, job.record.rendered, options_.call_timeout);
  switch (result.outcome) {
    case Outcome::kAccepted: return finish(job, "replied");
    case Outcome::kLater: return std::max(result.retry_after, backoff(job));
    case Outcome::kUnauthorized:
      log::error("reply.unauthorized", {{"channel", channel.name()}, {"status", result.status}});
      return std::max(std::chrono::milliseconds(2000), backoff(job));
    case Outcome::kUnknown: job.maybe_taken = true; return backoff(job);
    case Outcome::kQuotaExhausted:
    case Outcome::kRefused: break;
  }
  if (!result.reply_token_dead) {
    log::warn("reply.refused", {{"event", job.record.event_id}, {"status", result.status}, {"detail", result.detail}});
    return finish(job, "refused");
  }
  // After an earlier try of unknown fate a dead token may well mean that the resident has the answer.
  if (job.maybe_taken) return finish(job, "answered_or_expired");
  if (age > options_.push_window || job.record.chat_id.empty()) return finish(job, "expired");
  const Status begun = inbox_.begin_try(job.lease, job.position, ReplyStage::kPushing);
  if (lost(begun)) return std::nullopt;
  if (!begun) return backoff(job);
  job.stage = ReplyStage::kPushing;
  return try_push(job, channel);
}

ReplySender::Again ReplySender::try_push(Job& job, Channel& channel) {
  if (clock_.now() - job.record.event_at > kPushLife) return finish(job, "unknown");
  ++job.tries;
  const SendResult result =
      channel.push(job.record.chat_id, job.record.rendered,
                   push_retry_key(job.record.channel, job.record.event_id), options_.call_timeout);
  switch (result.outcome) {
    case Outcome::kAccepted: return finish(job, "pushed");
    case Outcome::kLater: return std::max(result.retry_after, backoff(job));
    case Outcome::kUnauthorized: return std::max(std::chrono::milliseconds(2000), backoff(job));
    case Outcome::kUnknown: return backoff(job);
    case Outcome::kQuotaExhausted: return finish(job, "quota_exhausted");
    case Outcome::kRefused: break;
  }
  log::warn("push.refused", {{"event", job.record.event_id}, {"status", result.status}, {"detail", result.detail}});
  return finish(job, "refused");
}

ReplySender::Again ReplySender::finish(Job& job, std::string_view outcome) {
  job.outcome = outcome;
  const Status finished = inbox_.finish(job.lease, job.position, job.outcome);
  if (!finished && !lost(finished)) return backoff(job);
  if (finished) metrics_.replies(job.outcome);
  return std::nullopt;
}

std::chrono::milliseconds ReplySender::backoff(Job& job) const {
  thread_local std::minstd_rand random(std::random_device{}());
  const auto doubled = options_.first_backoff * (1 << std::min(job.tries, 10));
  const auto most = std::min<std::chrono::milliseconds>(doubled, options_.max_backoff);
  return most / 2 + most * static_cast<int>(random() % 512) / 1024;
}

}  // namespace kairan::gateway
