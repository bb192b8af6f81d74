#include "broadcasts/dispatch_board.h"

#include <algorithm>

namespace kairan::broadcasts {
namespace {

constexpr std::chrono::seconds kProbing{2};

}  // namespace

void DispatchBoard::put(Entry entry) {
  {
    std::lock_guard lock(mutex_);
    const auto same = std::find_if(entries_.begin(), entries_.end(),
                                   [&](const Entry& e) { return e->record.id == entry->record.id; });
    if (same != entries_.end()) {
      *same = std::move(entry);
    } else {
      const auto behind =
          std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e->priority < entry->priority; });
      entries_.insert(behind, std::move(entry));
    }
  }
  changed_.notify_all();
}

void DispatchBoard::remove(std::string_view id) {
  std::lock_guard lock(mutex_);
  entries_.erase(std::remove_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e->record.id == id; }),
                 entries_.end());
}

bool DispatchBoard::has(std::string_view id) const {
  std::lock_guard lock(mutex_);
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& e) { return e->record.id == id; });
}

std::vector<DispatchBoard::Entry> DispatchBoard::all() const {
  std::lock_guard lock(mutex_);
  return entries_;
}

bool DispatchBoard::empty() const {
  std::lock_guard lock(mutex_);
  return entries_.empty();
}

DispatchBoard::Entry DispatchBoard::pick(bool emergencies_only) const {
  std::lock_guard lock(mutex_);
  const bool kept_back = emergencies_only || kept_back_until_ > std::chrono::steady_clock::now();
  for (const Entry& entry : entries_) {
    if (kept_back && entry->priority != Priority::kEmergency) break;  // they come first
    if (entry->idle_until.load() == 0) return entry;
  }
  return nullptr;
}

DispatchBoard::Waited DispatchBoard::wait(bool emergencies_only, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  const SteadyPoint end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    if (stopping_) return {};
    const SteadyPoint now = std::chrono::steady_clock::now();
    SteadyPoint next = end;
    const bool kept_back = kept_back_until_ > now;
    if (kept_back) next = std::min(next, kept_back_until_);
    for (const Entry& entry : entries_) {
      if ((emergencies_only || kept_back) && entry->priority != Priority::kEmergency) break;
      const std::int64_t until = entry->idle_until.load();
      if (until == 0) return {Next::kWork, nullptr};
      const SteadyPoint from{std::chrono::nanoseconds(until)};
      if (from <= now) {
        // Nobody else looks meanwhile; should this caller not come back, somebody will.
        entry->idle_until = (now + kProbing).time_since_epoch().count();
        return {Next::kProbe, entry};
      }
      next = std::min(next, from);
    }
    if (now >= end) return {};
    changed_.wait_until(lock, next);
  }
}

void DispatchBoard::stir(std::string_view id) {
  {
    std::lock_guard lock(mutex_);
    for (const Entry& entry : entries_) {
      if (entry->record.id == id) entry->idle_until = 0;
    }
  }
  changed_.notify_all();
}

void DispatchBoard::idle(ActiveBroadcast& entry, std::chrono::milliseconds time) {
  const SteadyPoint until = std::chrono::steady_clock::now() + time;
  entry.idle_until = until.time_since_epoch().count();
}

void DispatchBoard::keep_back() {
  std::lock_guard lock(mutex_);
  kept_back_until_ = std::chrono::steady_clock::now() + kKeepBack;
}

void DispatchBoard::let_go() {
  {
    std::lock_guard lock(mutex_);
    if (kept_back_until_ == SteadyPoint{}) return;
    kept_back_until_ = {};
  }
  changed_.notify_all();
}

void DispatchBoard::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
}

}  // namespace kairan::broadcasts
