#include "gateway/shard_runner.h"

#include <algorithm>
#include <exception>
#include <typeinfo>
#include <utility>

#include "base/log.h"
#include "base/thread_priority.h"
#include "gateway/intake.h"

namespace kairan::gateway {

using store::Lease;
using store::Partition;

namespace {

constexpr std::size_t kReadAtOnce = 64;
constexpr const char* kBeginning = "0";  ///< of a stream

bool may_pass(const Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kTimeout ||
         error.code == ErrorCode::kRefused;
}

}  // namespace

ShardRunner::ShardRunner(store::Inbox& inbox, const Sealer& sealer, Channels channels, Router& router,
                         ReplySender& sender, const Clock& clock, PipelineMetrics& metrics, ShardRunnerOptions options)
    : inbox_(inbox),
      sealer_(sealer),
      channels_(std::move(channels)),
      router_(router),
      sender_(sender),
      clock_(clock),
      metrics_(metrics),
      options_(std::move(options)),
      shards_(options_.partitions) {
  for (std::size_t i = 0; i < options_.workers; ++i) workers_.push_back(std::make_unique<Worker>());
}

ShardRunner::~ShardRunner() { stop(); }

void ShardRunner::start() {
  threads_.emplace_back([this] { keep(); });
  threads_.emplace_back([this] { read(); });
  for (const auto& worker : workers_) threads_.emplace_back([this, &worker] { work(*worker); });
}

void ShardRunner::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (const auto& worker : workers_) {
    std::lock_guard lock(worker->mutex);  // so that no worker misses it between its look and its wait
    worker->changed.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void ShardRunner::release() {
  std::vector<Lease> held;
  {
    std::lock_guard lock(mutex_);
    for (Shard& shard : shards_) {
      if (shard.lease.epoch != 0) held.push_back(shard.lease);
      shard = Shard{};
    }
    owned_count_ = 0;
  }
  // What cannot be released now runs out by itself, or is found to belong to a process that is gone.
  if (!held.empty()) (void)inbox_.release(held, options_.owner);
  (void)inbox_.leave(options_.owner);
}

bool ShardRunner::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [this] { return stopping_; });
  return !stopping_;
}

bool ShardRunner::is_current(const Lease& lease) const {
  std::lock_guard lock(mutex_);
  return shards_[lease.partition].lease.epoch == lease.epoch;
}

// --- keeping leases ---

void ShardRunner::keep() {
  do {
    const Status kept = keep_leases();
    if (!kept) log::warn("shards.leases_not_kept", {{"reason", kept.error().detail}});
  } while (pause(options_.heartbeat));
}

Status ShardRunner::keep_leases() {
  const auto members = inbox_.join(options_.owner, options_.lease_ttl);
  if (!members) return members.error().within("join");
  std::vector<std::string> dead;
  std::size_t alive = 0;
  for (const std::string& member : *members) {
    if (options_.is_gone && options_.is_gone(member)) {
      dead.push_back(member);
      (void)inbox_.leave(member);
    } else {
      ++alive;
    }
  }
  const std::size_t share = (options_.partitions + std::max<std::size_t>(alive, 1) - 1) / std::max<std::size_t>(alive, 1);

  std::vector<Partition> wanted, others;
  {
    std::lock_guard lock(mutex_);
    for (Partition p = 0; p < options_.partitions; ++p) (shards_[p].lease.epoch != 0 ? wanted : others).push_back(p);
  }
  std::vector<Lease> surplus;
  while (wanted.size() > share) {
    std::lock_guard lock(mutex_);
    surplus.push_back(shards_[wanted.back()].lease);
    wanted.pop_back();
  }
  for (const Lease& lease : surplus) lose(lease.partition);
  if (!surplus.empty()) {
    if (const Status released = inbox_.release(surplus, options_.owner); !released) return released;
  }
  if (wanted.size() < share) wanted.insert(wanted.end(), others.begin(), others.end());

  const auto leases = inbox_.acquire(wanted, options_.owner, options_.lease_ttl, dead);
  if (!leases) return leases.error().within("acquire");
  std::size_t held = 0;
  std::vector<Lease> too_many;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto& lease = (*leases)[i];
    if (!lease) {
      lose(wanted[i]);
      continue;
    }
    if (held >= share) {
      too_many.push_back(*lease);
      continue;
    }
    if (is_current(*lease) || begin(*lease)) ++held;
  }
  if (!too_many.empty()) {
    for (const Lease& lease : too_many) lose(lease.partition);
    if (const Status released = inbox_.release(too_many, options_.owner); !released) return released;
  }
  owned_count_ = held;
  return {};
}

/// Takes a partition into work: first the replies its former owner left, then its events from the start.
bool ShardRunner::begin(const Lease& lease) {
  sender_.drop(lease.partition);
  const auto records = inbox_.outbox(lease);
  if (!records) return false;
  for (const store::OutboxRecord& record : *records) {
    const auto plain = sealer_.open(record.body, "reply:" + record.position);
    auto reply = plain ? decode_reply(*plain) : Result<ReplyRecord>(plain.error());
    if (!reply) {
      log::error("shards.reply_unreadable", {{"partition", lease.partition}, {"reason", reply.error().detail}});
      (void)inbox_.finish(lease, record.position, "unreadable");
      continue;
    }
    sender_.submit(lease, record.position, record.stage, *std::move(reply));
  }
  {
    std::lock_guard lock(mutex_);
    shards_[lease.partition] = Shard{lease, kBeginning};
  }
  changed_.notify_all();
  return true;
}

void ShardRunner::lose(Partition partition) {
  {
    std::lock_guard lock(mutex_);
    if (shards_[partition].lease.epoch == 0) return;
    shards_[partition] = Shard{};
  }
  sender_.drop(partition);
}

// --- reading ---

void ShardRunner::read() {
  give_way();
  for (;;) {
    std::map<Partition, std::string> after;
    std::map<Partition, Lease> leases;
    {
      std::unique_lock lock(mutex_);
      if (stopping_) return;
      for (const Shard& shard : shards_) {
        if (shard.lease.epoch == 0) continue;
        after.emplace(shard.lease.partition, shard.position);
        leases.emplace(shard.lease.partition, shard.lease);
      }
    }
    if (after.empty()) {
      if (!pause(milliseconds(20))) return;
      continue;
    }
    const auto found = inbox_.wait(after, kReadAtOnce, options_.read_block);
    if (!found) {
      if (!pause(milliseconds(100))) return;
      continue;
    }
    for (const auto& [partition, events] : *found) {
      if (events.empty()) continue;
      const Lease& lease = leases.at(partition);
      Worker& worker = *workers_[partition % workers_.size()];
      {
        std::unique_lock lock(worker.mutex);
        // A full queue holds the reader back; the events wait in the inbox.
        while (worker.items.size() >= options_.queue_per_worker) {
          worker.changed.wait_for(lock, milliseconds(50));
          std::lock_guard stop_lock(mutex_);
          if (stopping_) return;
        }
        bool suspect = lease.orphan && after.at(partition) == kBeginning;
        for (const store::StoredEvent& event : events) worker.items.push_back({lease, event, std::exchange(suspect, false)});
      }
      worker.changed.notify_all();
      std::lock_guard lock(mutex_);
      Shard& shard = shards_[partition];
      if (shard.lease.epoch == lease.epoch) shard.position = events.back().position;
    }
  }
}

// --- processing ---

void ShardRunner::work(Worker& worker) {
  give_way();
  for (;;) {
    Item item;
    {
      std::unique_lock lock(worker.mutex);
      for (;;) {
        {
          std::lock_guard stop_lock(mutex_);
          if (stopping_) return;
        }
        if (!worker.items.empty()) break;
        worker.changed.wait_for(lock, milliseconds(200));
      }
      item = std::move(worker.items.front());
      worker.items.pop_front();
    }
    worker.changed.notify_all();
    process(item);
  }
}

void ShardRunner::process(const Item& item) {
  const auto started = std::chrono::steady_clock::now();
  auto wait = milliseconds(20);
  bool counted = !item.suspect;
  for (;;) {
    if (!is_current(item.lease)) return;
    Done done = Done::kAgain;
    if (sender_.wait_for_room(milliseconds(200))) done = try_once(item, counted);
    if (done != Done::kAgain) {
      if (done == Done::kYes) metrics_.event_processed(std::chrono::steady_clock::now() - started);
      return;
    }
    if (!pause(wait)) return;
    wait = std::min(wait * 2, milliseconds(500));
  }
}

ShardRunner::Done ShardRunner::try_once(const Item& item, bool& counted) {
  std::unique_lock<std::mutex> alone(suspects_, std::defer_lock);
  if (item.suspect) alone.lock();
  if (!counted) {
    const auto dead = inbox_.fail(item.lease, item.event.position, "process_ended", options_.fail_limit, clock_.now());
    if (!dead || *dead) return after_failure(item, "process_ended", dead);
    counted = true;
  }
  try {
    return process_once(item);
  } catch (const std::exception& thrown) {
    // What was thrown may quote what a resident wrote: its type is enough to find the place.
    log::error("event.exception", {{"event", item.event.id}, {"type", typeid(thrown).name()}});
    return fail(item, "exception", options_.fail_limit);
  }
}

ShardRunner::Done ShardRunner::process_once(const Item& item) {
  const auto raw = open_event(sealer_, item.event.id, item.event.body);
  if (!raw) return fail(item, "sealed_under_another_key", 1);
  const auto channel = channels_.find(item.event.channel);
  if (channel == channels_.end()) return fail(item, "no_such_channel", 1);

  store::EventCommit result;
  result.position = item.event.position;
  const auto event = channel->second->parse_event(*raw);
  if (!event) {
    result.counter = "ignored:unreadable";
    return commit(item, result);
  }
  auto handling = router_.handle(*event);
  if (!handling) {
    if (may_pass(handling.error())) return Done::kAgain;
    return fail(item, error_code_name(handling.error().code), options_.fail_limit);
  }
  result.conversation = std::move(handling->conversation);
  result.counter = handling->counter;
  ReplyRecord reply;
  if (!handling->messages.empty() && !event->reply_token.empty()) {
    auto rendered = channel->second->render_as(handling->messages, handling->display);
    if (!rendered) {
      log::error("event.answer_not_renderable", {{"event", item.event.id}, {"reason", rendered.error().detail}});
      return fail(item, "answer_not_renderable", options_.fail_limit);
    }
    reply = ReplyRecord{item.event.channel, item.event.id, event->source.chat_id,
                        event->reply_token, event->at,     *std::move(rendered)};
    result.reply = sealer_.seal(encode_reply(reply), "reply:" + item.event.position);
  }
  const Done done = commit(item, result);
  if (done == Done::kYes && result.reply) {
    sender_.submit(item.lease, item.event.position, store::ReplyStage::kReady, std::move(reply));
  }
  return done;
}

ShardRunner::Done ShardRunner::commit(const Item& item, const store::EventCommit& result) {
  const Status committed = inbox_.commit(item.lease, result);
  if (committed) {
    metrics_.handled(result.counter);
    return Done::kYes;
  }
  if (committed.error().code == ErrorCode::kConflict) {
    lose(item.lease.partition);
    return Done::kLost;
  }
  return Done::kAgain;
}

ShardRunner::Done ShardRunner::fail(const Item& item, std::string_view reason, int limit) {
  return after_failure(item, reason, inbox_.fail(item.lease, item.event.position, reason, limit, clock_.now()));
}

ShardRunner::Done ShardRunner::after_failure(const Item& item, std::string_view reason, const Result<bool>& dead) {
  if (!dead) {
    if (dead.error().code != ErrorCode::kConflict) return Done::kAgain;
    lose(item.lease.partition);
    return Done::kLost;
  }
  if (!*dead) return Done::kAgain;
  log::error("event.dead", {{"event", item.event.id}, {"reason", reason}});
  metrics_.handled("dead");
  return Done::kYes;
}

}  // namespace kairan::gateway
