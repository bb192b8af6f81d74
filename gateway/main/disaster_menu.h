// The picture menu follows the disaster mode: on, everyone sees the disaster menu; off, their ordinary one. LINE's default is
// switched first, in one request, and reaches everyone who has no menu of their own; those who have one (another language, or a
// button that opened a menu) are then linked in bulk, partition by partition. How far that is stands in the store, so a restart
// goes on there, and so does another process; doing a partition twice is harmless.
//
// Layout: shelters hash "*menu" → "REVISION {on, next}" (store/records.h): which way, and the first partition not yet done.
// Threads: set() and is_on() from any; one thread of its own links.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "adapters/line/rich_menus.h"
#include "base/result.h"
#include "gateway/shelter_desk.h"
#include "intents/menu_file.h"
#include "store/records.h"
#include "store/subscribers.h"

namespace kairan::gateway {

class DisasterMenu {
 public:
  static constexpr std::string_view kName = "disaster";  ///< menus/disaster.yaml
  static constexpr std::string_view kRecord = "*menu";

  /// All outlive the object.
  /// @param content  the folder with menus/
  DisasterMenu(ShelterDesk& shelters, adapters::line::ApiClient& line, store::RedisClient& redis,
               store::Subscribers& subscribers, std::string content);
  ~DisasterMenu() { stop(); }

  /// Answers and menu, both in one action. The answers are switched also when LINE does not take the menu; the error says so.
  Status set(bool on, const std::string& account);
  bool is_on() const { return shelters_.disaster_mode(); }

  void start();
  void stop();
  /// Takes up what the mode asks for, at most a few partitions of it. @return whether more is to be done at once
  Result<bool> step();

 private:
  struct Progress {
    bool known = false;  ///< a switch was ever made
    bool on = false;
    store::Partition next = 0;
    std::uint64_t revision = 0;
  };
  Result<Progress> progress();
  Status keep(const Progress& progress);
  Result<intents::Menu> menu(bool on) const;

  ShelterDesk& shelters_;
  adapters::line::RichMenus menus_;
  store::Records records_;
  store::Subscribers& subscribers_;
  const std::string content_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  // guarded by mutex_
  bool hurry_ = false;     // guarded by mutex_
  std::thread thread_;
};

}  // namespace kairan::gateway
