// What this process is working on, by name, so that another of its threads can tell work in hand from work that was given up.
// Threads: any.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace kairan::broadcasts {

class WorkInHand {
 public:
  /// In hand while it lives. The owner outlives it.
  class Mark {
   public:
    Mark(WorkInHand& work, std::string name) : work_(work), name_(std::move(name)) {
      std::lock_guard lock(work_.mutex_);
      work_.names_.insert(name_);
    }
    ~Mark() {
      std::lock_guard lock(work_.mutex_);
      work_.names_.erase(name_);
    }
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;
    const std::string& name() const { return name_; }

   private:
    WorkInHand& work_;
    const std::string name_;
  };

  bool holds(const std::string& name) const {
    std::lock_guard lock(mutex_);
    return names_.count(name) > 0;
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string> names_;  // guarded by mutex_
};

}  // namespace kairan::broadcasts
