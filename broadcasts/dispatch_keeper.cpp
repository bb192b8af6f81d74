// The dispatcher's keeper: what is being sent, what processes that died have left, and the sweep over all that is not over.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "broadcasts/dispatcher.h"
#include "broadcasts/record_fields.h"

namespace kairan::broadcasts {

using std::chrono::milliseconds;
using store::BatchRow;
using store::BatchState;

namespace {

const StaffText kRestored{
    "バックアップから戻したため、自動では送りません。どこまで送ったかを確かめてから再開するか、中止してください。",
    "Not sent by itself after a restore. See how far it got, then resume or stop it."};

}  // namespace

void Dispatcher::keep() {
  auto next_sweep = std::chrono::steady_clock::now();
  for (;;) {
    keep_once();
    if (restore_checked_ && std::chrono::steady_clock::now() >= next_sweep) {
      sweep();
      next_sweep = std::chrono::steady_clock::now() + options_.sweep;
    }
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, options_.heartbeat, [this] { return stopping_ || !looks_.empty(); });
    if (stopping_) return;
  }
}

void Dispatcher::keep_once() {
  if (!restore_checked_) hold_after_restore();
  if (!restore_checked_) return;
  std::set<std::string> looks;
  {
    std::lock_guard lock(mutex_);
    looks.swap(looks_);
  }
  looks.erase("");
  for (const std::string& id : looks) sweep_one(id);
  refresh_board();
  for (const auto& entry : board_.all()) release_dead(entry->record.id);
}

void Dispatcher::hold_after_restore() {
  const auto restored = parts_.broadcasts.was_restored();
  if (!restored) return;
  if (!*restored) {
    restore_checked_ = true;
    return;
  }
  const auto open = parts_.broadcasts.open();
  if (!open) return;
  const auto states = parts_.broadcasts.states(*open);
  if (!states) return;
  for (std::size_t i = 0; i < open->size(); ++i) {
    const auto state = parse_state((*states)[i]);
    const bool would_leave = state == State::kScheduled || state == State::kFreezing || state == State::kSending ||
                             state == State::kPaused;
    if (!would_leave) continue;
    const auto held = moves_.apply((*open)[i], {Action::kHold, kRestored, {}, std::nullopt});
    if (!held && held.error().code != ErrorCode::kConflict) return;
    parts_.staff.tell({Notice::Kind::kHeld, (*open)[i], kRestored.ja});
  }
  if (parts_.broadcasts.forget_restored()) restore_checked_ = true;
}

/// A freeze of a process that is gone need not run out, nor one of this process that the store's absence ended.
void Dispatcher::hurry_freeze(const std::string& id) {
  const auto record = parts_.broadcasts.read(id);
  if (!record || !*record) return;
  const std::string_view freezer = (*record)->field(field::kFreezer);
  const bool ours = freezer == options_.batch.owner;
  const bool ended = ours ? !handled_.holds(id) : options_.is_gone && options_.is_gone(freezer);
  if (ended) (void)parts_.broadcasts.set_due(id, parts_.clock.now());
}

void Dispatcher::refresh_board() {
  const auto open = parts_.broadcasts.open();
  if (!open) return;
  const auto states = parts_.broadcasts.states(*open);
  if (!states) return;
  std::set<std::string> sending;
  for (std::size_t i = 0; i < open->size(); ++i) {
    if ((*states)[i] == state_name(State::kFreezing)) hurry_freeze((*open)[i]);
    if ((*states)[i] != state_name(State::kSending)) continue;
    sending.insert((*open)[i]);
    if (board_.has((*open)[i])) continue;
    const auto record = parts_.broadcasts.read((*open)[i]);
    if (!record || !*record || (*record)->state != state_name(State::kSending)) continue;
    auto active = freezer_.load(**record);
    if (!active) {
      log::warn("broadcast.load", {{"broadcast", (*open)[i]}, {"reason", active.error().detail}});
    } else if (*active) {
      board_.put(*std::move(active));
    }
  }
  for (const auto& entry : board_.all()) {
    if (sending.count(entry->record.id) == 0) {
      board_.remove(entry->record.id);
      look(entry->record.id);
    } else {
      expire_if_over(entry->record);
    }
  }
}

/// Batches claimed by a process that is gone, or by a claim of ours that ended without the store's knowing.
void Dispatcher::release_dead(const std::string& id) {
  const auto rows = parts_.ledger.held(id);
  if (!rows) return;
  bool any = false;
  for (const BatchRow& row : *rows) {
    if (row.claim.empty()) continue;
    const bool dead = row.owner == options_.batch.owner ? !sender_.is_live(row.claim)
                                                        : options_.is_gone && options_.is_gone(row.owner);
    if (!dead) continue;
    const auto released = parts_.ledger.release(id, row);
    any = any || (released && *released);
  }
  if (any) board_.stir(id);
}

void Dispatcher::sweep() {
  if (!restore_checked_) return;
  const auto open = parts_.broadcasts.open();
  if (!open) return;
  for (const std::string& id : *open) sweep_one(id);
}

void Dispatcher::sweep_one(const std::string& id) {
  const auto read = parts_.broadcasts.read(id);
  if (!read || !*read) return;
  const store::BroadcastRecord& record = **read;
  const auto state = parse_state(record.state);
  if (!state) {
    log::error("broadcast.unknown_state", {{"broadcast", id}});
    return;
  }
  if (is_final(*state)) {
    settle(record);
    return;
  }
  if (const auto late = lateness(record, *state); !late.empty()) tell_late(id, late);
  switch (*state) {
    case State::kScheduled:
    case State::kFreezing:
      // The record says when; the list is only a copy.
      if (const auto due = due_of(record); due) (void)parts_.broadcasts.set_due(id, due);
      break;
    case State::kSending:
      if (expire_if_over(record)) break;
      end_if_done(id);
      break;
    case State::kPaused:
      if (!expire_if_over(record)) give_up_old(record);
      break;
    case State::kApproved:
    case State::kHeld:
      expire_if_over(record);
      break;
    default:
      break;
  }
}

/// What is behind its time, in words for staff; "" when nothing is.
std::string Dispatcher::lateness(const store::BroadcastRecord& record, State state) {
  const TimePoint now = parts_.clock.now();
  if (state == State::kScheduled || state == State::kFreezing) {
    const auto due = due_of(record);
    const bool recurring = !record.field(field::kSince).empty();
    if (recurring || !due || now - *due <= options_.late) return "";
    return state == State::kScheduled ? "予定の時刻を過ぎても、送信が始まっていません。"
                                      : "配信対象の確定に時間がかかっています。まだ1通も送られていません。";
  }
  if (state != State::kSending) return "";
  const auto figures = parts_.ledger.figures(record.id);
  if (!figures || !figures->frozen) return "";
  const bool open = !figures->cursor.end || figures->batches.planned > 0 || figures->batches.in_flight > 0;
  const auto progress = std::max(figures->last_batch_at.value_or(TimePoint{}), due_of(record).value_or(TimePoint{}));
  if (!open || progress == TimePoint{} || now - progress <= options_.late) return "";
  return "送信が進んでいません。最後の送信から" +
         std::to_string(std::chrono::duration_cast<std::chrono::minutes>(options_.late).count()) + "分以上たちました。";
}

/// Once for each broadcast and sentence: the queue of notices folds what several processes say.
void Dispatcher::tell_late(const std::string& id, const std::string& reason) {
  {
    std::lock_guard lock(mutex_);
    if (!told_.insert(id + reason).second) return;
  }
  log::warn("broadcast.late", {{"broadcast", id}});
  parts_.staff.tell({Notice::Kind::kLate, id, reason});
}

void Dispatcher::end_if_done(const std::string& id) {
  const auto figures = parts_.ledger.figures(id);
  if (!figures || !figures->frozen || !figures->cursor.end) return;
  if (figures->batches.planned > 0 || figures->batches.in_flight > 0) return;
  const store::OutcomeCounts& batches = figures->batches;
  SystemMove end{Action::kFinish, {}, {}, std::nullopt};
  if (batches.unknown > 0) {
    end.action = Action::kFinishUnknown;
    const std::string people = std::to_string(figures->recipients.unknown);
    end.reason = {"届いたかどうか分からない送信が " + people + "人分あります。",
                  "For " + people + " people nobody knows whether it arrived."};
  } else if (batches.accepted == 0 && batches.refused > 0) {
    end.action = Action::kFail;
    end.reason = {"すべての送信が受け付けられませんでした。", "Every request was refused."};
  }
  const auto ended = moves_.apply(id, end);
  if (!ended) return;
  board_.remove(id);
  log::info("broadcast.ended", {{"broadcast", id},
                                {"state", ended->state},
                                {"accepted", figures->recipients.accepted},
                                {"refused", figures->recipients.refused},
                                {"unknown", figures->recipients.unknown},
                                {"left_out", figures->left_out}});
  const bool failed = end.action == Action::kFail;
  const bool quiet = end.action == Action::kFinish && !ended->field(field::kRoutine).empty();
  if (!quiet) parts_.staff.tell({failed ? Notice::Kind::kFailed : Notice::Kind::kFinished, id, end.reason.ja});
  settle(*ended);
}

/// A paused broadcast's batches whose keys the platform is about to forget: nobody will ever know.
void Dispatcher::give_up_old(const store::BroadcastRecord& record) {
  const auto rows = parts_.ledger.held(record.id);
  if (!rows) return;
  for (const BatchRow& row : *rows) {
    const bool old = row.state == BatchState::kInFlight && row.claim.empty() && row.first_try_at &&
                     parts_.clock.now() - *row.first_try_at > options_.batch.retry_window;
    if (!old) continue;
    (void)parts_.ledger.finish(record.id, row,
                               {BatchState::kUnknown, row.status, "", "no answer within the time a key is known", {}});
  }
}

/// A broadcast that is over: what is in flight gets its outcome, then it leaves the lists.
void Dispatcher::settle(const store::BroadcastRecord& record) {
  const auto rows = parts_.ledger.held(record.id);
  if (!rows) return;
  bool open = false;
  for (BatchRow row : *rows) {
    if (row.state != BatchState::kInFlight) continue;
    if (!row.claim.empty()) {
      const bool run_out = row.due && *row.due <= parts_.clock.now();
      const bool dead = run_out || (row.owner == options_.batch.owner
                                        ? !sender_.is_live(row.claim)
                                        : options_.is_gone && options_.is_gone(row.owner));
      if (!dead) {
        open = true;  // a try is under way and will be recorded
        continue;
      }
      const auto released = parts_.ledger.release(record.id, row);
      if (!released || !*released) {
        open = true;
        continue;
      }
      row.claim.clear();
      row.maybe_taken = true;
    }
    store::BatchEnd end{BatchState::kUnknown, row.status, "", "ended before its outcome was known", {}};
    if (!row.maybe_taken) end = {BatchState::kRefused, row.status, "", "ended before it was taken", {}};
    open = !parts_.ledger.finish(record.id, row, end) || open;
  }
  if (open) return;
  const Status over = parts_.staff.over(record);
  if (!over) {
    log::warn("broadcast.over_again", {{"broadcast", record.id}, {"reason", over.error().detail}});
    return;
  }
  (void)parts_.broadcasts.close(record.id);
}

}  // namespace kairan::broadcasts
