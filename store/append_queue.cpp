#include "store/append_queue.h"

#include <algorithm>
#include <map>
#include <utility>

#include "store/scripts.h"

namespace kairan::store {
namespace {

/// Round trips on their way at once: while Redis syncs for one, the next is being made.
constexpr int kLeaders = 2;
/// More events of one partition go in several script calls of the same round trip: a script stops everything else.
constexpr std::size_t kMaxEventsPerScript = 200;
constexpr std::size_t kMaxEventsPerBatch = 500;

/// One partition's part of a round trip, and whose events they are: (entry, event) by index.
struct Group {
  Partition partition = 0;
  std::int64_t day = 0;
  std::vector<std::pair<std::size_t, std::size_t>> members;
};

}  // namespace

Result<std::vector<Taken>> AppendQueue::append(std::span<const NewEvent> events, std::int64_t day,
                                               milliseconds timeout) {
  const auto own = std::make_shared<Entry>();
  own->events = events;
  own->day = day;
  own->deadline = std::chrono::steady_clock::now() + timeout;

  std::unique_lock lock(mutex_);
  waiting_.push_back(own);
  if (leaders_ < kLeaders) {
    ++leaders_;
  } else {
    const auto called = [&] { return own->done || own->leads; };
    if (!own->wake.wait_until(lock, own->deadline, called) && !own->on_its_way) {
      waiting_.erase(std::find(waiting_.begin(), waiting_.end(), own));
      return Error{ErrorCode::kUnavailable, "inbox: Redis is too slow; nothing was sent"};
    }
    own->wake.wait(lock, called);  // whoever sends it has a deadline
    if (own->done) return std::move(own->result);
  }
  const Batch batch = take_batch();
  lock.unlock();

  std::vector<Result<std::vector<Taken>>> results;
  send(batch, results);

  lock.lock();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    batch[i]->result = std::move(results[i]);
    batch[i]->done = true;
  }
  std::shared_ptr<Entry> next;
  if (waiting_.empty()) {
    --leaders_;
  } else {
    next = waiting_.front();
    next->leads = true;
  }
  auto result = std::move(own->result);
  lock.unlock();
  // Outside the lock, so that those who wake do not wait for it; the batch keeps their entries alive.
  if (next) next->wake.notify_one();
  for (const auto& entry : batch) {
    if (entry != own) entry->wake.notify_one();
  }
  return result;
}

AppendQueue::Batch AppendQueue::take_batch() {
  Batch batch;
  std::size_t events = 0;
  // The first is the one that leads, so it is always in its own batch.
  while (!waiting_.empty() && (batch.empty() || events + waiting_.front()->events.size() <= kMaxEventsPerBatch)) {
    events += waiting_.front()->events.size();
    waiting_.front()->on_its_way = true;
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return batch;
}

void AppendQueue::send(const Batch& batch, std::vector<Result<std::vector<Taken>>>& results) {
  std::vector<Group> groups;
  std::map<std::pair<Partition, std::int64_t>, std::size_t> open;  // place → its group that has room
  SteadyPoint deadline{};
  for (std::size_t e = 0; e < batch.size(); ++e) {
    results.emplace_back(std::vector<Taken>(batch[e]->events.size(), Taken::kDuplicate));
    deadline = std::max(deadline, batch[e]->deadline);
    for (std::size_t i = 0; i < batch[e]->events.size(); ++i) {
      const auto place = std::make_pair(batch[e]->events[i].partition, batch[e]->day);
      const auto found = open.find(place);
      if (found == open.end() || groups[found->second].members.size() == kMaxEventsPerScript) {
        open[place] = groups.size();
        groups.push_back({place.first, place.second, {{e, i}}});
      } else {
        groups[found->second].members.emplace_back(e, i);
      }
    }
  }
  const auto fail_all = [&](const Error& error) { std::fill(results.begin(), results.end(), error); };

  std::vector<ScriptCall> calls;
  calls.reserve(groups.size());
  for (const Group& group : groups) {
    ScriptCall& call = calls.emplace_back();
    call.script = &scripts::inbox_append();
    const Partition p = group.partition;
    call.keys = {keys::inbox(p), keys::seen(p, group.day), keys::seen(p, group.day - 1), keys::seen(p, group.day + 1)};
    call.args.reserve(1 + group.members.size() * 4);
    call.args.push_back(std::to_string(kSeenSeconds));
    for (const auto& [e, i] : group.members) {
      const NewEvent& event = batch[e]->events[i];
      call.args.push_back(event.id);
      call.args.push_back(event.channel);
      call.args.push_back(std::to_string(to_unix_ms(event.received)));
      call.args.push_back(event.body);
    }
  }
  const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
  const auto replies = redis_.eval_pipeline(calls, left);
  if (!replies) return fail_all(replies.error());
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const Reply& reply = (*replies)[g];
    const bool whole = !reply.is_error() && reply.items.size() == groups[g].members.size();
    if (!whole) {
      Error error = reply.is_error() ? error_of(reply) : Error{ErrorCode::kInternal, "inbox: a short answer to append"};
      // Other groups have been taken in; a repeat finds them as duplicates.
      if (groups.size() > 1) error.code = ErrorCode::kTimeout;
      return fail_all(error);
    }
    for (std::size_t m = 0; m < groups[g].members.size(); ++m) {
      const auto [e, i] = groups[g].members[m];
      results[e].value()[i] = reply.items[m].integer == 1 ? Taken::kNew : Taken::kDuplicate;
    }
  }
}

}  // namespace kairan::store
