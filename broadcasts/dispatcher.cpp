#include "broadcasts/dispatcher.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "broadcasts/record_fields.h"
#include "broadcasts/store_trouble.h"

namespace kairan::broadcasts {

using std::chrono::milliseconds;

namespace {

constexpr std::size_t kDueAtOnce = 100;
constexpr milliseconds kWatchBlock{250};
constexpr milliseconds kFreezeAgain{500};
constexpr milliseconds kNoWork{500};

bool is_emergency(const store::BroadcastRecord& record) {
  return record.field(field::kPriority) == priority_name(Priority::kEmergency);
}

bool is_in(const store::BroadcastRecord& record, State state) {
  return record.state == state_name(state);
}

}  // namespace

std::optional<TimePoint> due_of(const store::BroadcastRecord& record) {
  return record.due ? record.due : record.time(field::kAt);
}

Dispatcher::Dispatcher(DispatcherParts parts, DispatcherOptions options)
    : parts_(parts),
      options_(std::move(options)),
      moves_(parts_.broadcasts, parts_.clock),
      freezer_(parts_.ledger, parts_.composer, moves_, parts_.staff, parts_.deliverers),
      line_(parts_.redis, parts_.deliverers.live != nullptr ? std::string(parts_.deliverers.live->channel()) : "none"),
      gate_(line_, options_.rate),
      sender_({parts_.ledger, parts_.subscribers, parts_.composer, gate_, board_, parts_.clock, *this},
              options_.batch) {}

Dispatcher::~Dispatcher() {
  stop();
}

void Dispatcher::start() {
  threads_.emplace_back([this] { keep(); });
  threads_.emplace_back([this] { watch(true); });
  threads_.emplace_back([this] { watch(false); });
  for (std::size_t i = 0; i < options_.senders + options_.emergency_senders; ++i) {
    sender_threads_.emplace_back([this, i] { run_sender(i >= options_.senders); });
  }
}

void Dispatcher::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  board_.stop();
  gate_.stop();
  sender_.stop();
  for (std::thread& thread : sender_threads_) thread.join();
  for (std::thread& thread : threads_) thread.join();
  sender_threads_.clear();
  threads_.clear();
}

std::size_t Dispatcher::active() const {
  return board_.all().size();
}

bool Dispatcher::pause(milliseconds time) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [this] { return stopping_; });
  return !stopping_;
}

// --- watchers: what is due ---

void Dispatcher::watch(bool emergencies) {
  std::string position = "$";
  while (pause(milliseconds(0))) {
    watch_once(emergencies);
    auto news = parts_.broadcasts.wait(position, kWatchBlock);
    if (!news) {
      position = "$";
      if (!pause(kStoreAway)) return;
      continue;
    }
    if (*news != position && position != "$" && !emergencies) look("");
    position = *std::move(news);
  }
}

void Dispatcher::watch_once(bool emergencies) {
  if (!restore_checked_) return;
  const auto due = parts_.broadcasts.due(parts_.clock.now(), kDueAtOnce);
  if (!due) return;
  for (const std::string& id : *due) handle(id, emergencies);
}

void Dispatcher::handle(const std::string& id, bool emergencies) {
  const auto read = parts_.broadcasts.read(id);
  if (!read) return;
  if (!*read) {
    (void)parts_.broadcasts.set_due(id, std::nullopt);
    return;
  }
  const store::BroadcastRecord& record = **read;
  if (is_emergency(record) != emergencies) return;
  const WorkInHand::Mark in_hand(handled_, id);
  const TimePoint now = parts_.clock.now();
  const auto due = due_of(record);
  const bool is_due = !due || *due <= now;
  if (is_in(record, State::kScheduled) && is_due) {
    begin(record);
  } else if (is_in(record, State::kFreezing)) {
    const std::string_view freezer = record.field(field::kFreezer);
    const bool ours = freezer == options_.batch.owner;
    const bool dead = options_.is_gone && options_.is_gone(freezer);
    if (ours || dead || is_due) {
      freeze(record);
    } else {
      settle_list(record);
    }
  } else {
    if (is_due) expire_if_over(record);
    settle_list(record);
  }
}

/// Makes the list say what the record says. Off the list first, then a second look: somebody may put it on meanwhile.
void Dispatcher::settle_list(const store::BroadcastRecord& record) {
  const TimePoint now = parts_.clock.now();
  if (record.due && *record.due > now) {
    (void)parts_.broadcasts.set_due(record.id, record.due);
    return;
  }
  if (!parts_.broadcasts.set_due(record.id, std::nullopt)) return;
  const auto again = parts_.broadcasts.read(record.id);
  if (!again || !*again || (*again)->revision == record.revision || !(*again)->due) return;
  (void)parts_.broadcasts.set_due(record.id, (*again)->due);
}

void Dispatcher::begin(const store::BroadcastRecord& record) {
  if (expire_if_over(record)) return;
  const TimePoint now = parts_.clock.now();
  const auto due = due_of(record);
  if (due && now - *due > options_.missed) {
    const StaffText reason = missed_time(options_.missed);
    if (moves_.apply(record, {Action::kHold, reason, {}, std::nullopt})) {
      parts_.staff.tell({Notice::Kind::kHeld, record.id, reason.ja});
    }
    return;
  }
  if (is_emergency(record)) board_.keep_back();
  const auto begun = moves_.apply(
      record,
      {Action::kBegin, {}, {{std::string(field::kFreezer), options_.batch.owner}}, now + options_.freeze_patience});
  if (begun && is_in(*begun, State::kFreezing)) freeze(*begun);
}

void Dispatcher::freeze(const store::BroadcastRecord& record) {
  if (expire_if_over(record)) return;
  auto active = freezer_.freeze(record);
  if (!active) {
    log::warn("broadcast.freeze_again", {{"broadcast", record.id}, {"reason", active.error().detail}});
    (void)parts_.broadcasts.set_due(record.id, parts_.clock.now() + kFreezeAgain);
    return;
  }
  if (*active) board_.put(*std::move(active));
  // Off the list; whatever moved it on since then is seen by the second look.
  settle_list(record);
}

bool Dispatcher::expire_if_over(const store::BroadcastRecord& record) {
  const auto expires = record.time(field::kExpires);
  if (!expires || *expires > parts_.clock.now()) return false;
  const StaffText reason{"有効期限を過ぎたため、まだ送っていない分は送りません。",
                         "It has expired: what has not left will not be sent."};
  if (moves_.apply(record.id, {Action::kExpire, reason, {}, std::nullopt})) {
    board_.remove(record.id);
    parts_.staff.tell({Notice::Kind::kExpired, record.id, reason.ja});
    look(record.id);
  }
  return true;
}

// --- senders ---

void Dispatcher::run_sender(bool emergencies) {
  for (;;) {
    {
      std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    const auto waited = board_.wait(emergencies, kNoWork);
    if (waited.next == DispatchBoard::Next::kProbe) sender_.probe(*waited.probe);
    if (waited.next != DispatchBoard::Next::kWork) continue;
    if (!gate_.enter(emergencies ? RateGate::Urgency::kUrgent : RateGate::Urgency::kOrdinary)) {
      if (!pause(kStoreAway)) return;
      continue;
    }
    bool used = false;
    while (!used) {
      const auto entry = board_.pick(emergencies);
      if (!entry) break;
      used = sender_.work(*entry);
    }
    if (!used) gate_.give_up();
  }
}

bool Dispatcher::send_once() {
  const auto waited = board_.wait(false, milliseconds(0));
  if (waited.next == DispatchBoard::Next::kProbe) sender_.probe(*waited.probe);
  const auto entry = board_.pick(false);
  if (!entry) return false;
  if (!gate_.enter(RateGate::Urgency::kOrdinary)) return false;
  if (sender_.work(*entry)) return true;
  gate_.give_up();
  return false;
}

void Dispatcher::halt(const ActiveBroadcast& broadcast, HaltCause cause, const StaffText& reason) {
  const std::string& id = broadcast.record.id;
  const bool alarm =
      cause == HaltCause::kUnauthorized || cause == HaltCause::kDuplicate || cause == HaltCause::kNotComposable;
  // An emergency goes on as long as anything of it can leave; people are told once.
  if (broadcast.priority == Priority::kEmergency && (cause == HaltCause::kErrors || cause == HaltCause::kFailing)) {
    std::lock_guard lock(mutex_);
    if (!told_.insert(id + std::to_string(static_cast<int>(cause))).second) return;
    parts_.staff.tell({Notice::Kind::kLate, id, reason.ja});
    return;
  }
  std::map<std::string, std::string> set;
  if (const auto figures = parts_.ledger.figures(id); figures) {
    set[std::string(field::kForgiven)] = std::to_string(figures->batches.refused + figures->batches.unknown);
  }
  (void)parts_.ledger.forget_failures(id);
  const auto halted = moves_.apply(id, {Action::kHalt, reason, std::move(set), std::nullopt});
  board_.remove(id);
  if (!halted) return;  // another batch was first, or the store is away and the next batch finds the same
  log::error("broadcast.halted", {{"broadcast", id}, {"cause", static_cast<int>(cause)}});
  parts_.staff.tell({alarm ? Notice::Kind::kAlarm : Notice::Kind::kPaused, id, reason.ja});
}

bool Dispatcher::fail(const ActiveBroadcast& broadcast, const StaffText& reason) {
  const std::string& id = broadcast.record.id;
  const auto failed = moves_.apply(id, {Action::kFail, reason, {}, std::nullopt});
  if (!failed && passes(failed.error())) return false;
  board_.remove(id);
  if (!failed) return true;  // it is not being sent any more
  log::error("broadcast.failed", {{"broadcast", id}});
  parts_.staff.tell({Notice::Kind::kFailed, id, reason.ja});
  look(id);
  return true;
}

void Dispatcher::look(const std::string& id) {
  {
    std::lock_guard lock(mutex_);
    looks_.insert(id);
  }
  changed_.notify_all();
}

}  // namespace kairan::broadcasts
