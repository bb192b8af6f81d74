#include "broadcasts/dispatch_board.h"

#include <algorithm>

namespace kairan::broadcasts {
namespace {

constexpr std::chrono::seconds kProbing{2};

bool keeps_others_back(const ActiveBroadcast& entry, SteadyPoint now) {
  return entry.first_until.load() > now.time_since_epoch().count();
}

}  // namespace

void DispatchBoard::put(Entry entry) {
  {
    std::lock_guard lock(mutex_);
    const auto same = std::find_if(entries_.begin(), entries_.end(),
                                   [&](const Entry& e) { return e->record.id == entry->record.id; });
    if (same != entries_.end()) {
      *same = std::move(entry);
    } else {
      const auto behind = std::find_if(entries_.begin(), entries_.end(),
                                       [&](const Entry& e) { return e->priority < entry->priority; });
      entries_.insert(behind, std::move(entry));
    }
  }
  changed_.notify_all();
}

void DispatchBoard::remove(std::string_view id) {
  std::lock_guard lock(mutex_);
  entries_.erase(
      std::remove_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e->record.id == id; }),
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
  const SteadyPoint now = std::chrono::steady_clock::now();
  bool emergencies_first = emergencies_only;
  for (const Entry& entry : entries_) {
    if (emergencies_first && entry->priority != Priority::kEmergency) break;  // they come first
    if (entry->idle_until.load() == 0) return entry;
    emergencies_first = emergencies_first || keeps_others_back(*entry, now);
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
    bool emergencies_first = emergencies_only;
    for (const Entry& entry : entries_) {
      if (emergencies_first && entry->priority != Priority::kEmergency) break;
      const std::int64_t until = entry->idle_until.load();
      if (until == 0) return {Next::kWork, nullptr};
      const SteadyPoint from{std::chrono::nanoseconds(until)};
      if (from <= now) {
        // Nobody else looks meanwhile; should this caller not come back, somebody will.
        entry->idle_until = (now + kProbing).time_since_epoch().count();
        return {Next::kProbe, entry};
      }
      next = std::min(next, from);
      if (keeps_others_back(*entry, now)) {
        emergencies_first = true;
        next = std::min(next, SteadyPoint(std::chrono::nanoseconds(entry->first_until.load())));
      }
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

void DispatchBoard::expects_more(ActiveBroadcast& entry) {
  if (entry.priority != Priority::kEmergency) return;
  entry.first_until = (std::chrono::steady_clock::now() + kKeepBack).time_since_epoch().count();
}

void DispatchBoard::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
}

}  // namespace kairan::broadcasts
