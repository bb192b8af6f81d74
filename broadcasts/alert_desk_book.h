// The book of warnings while it is in hand: what is in force, what waits for a person, what is on its way out. One write changes
// all of it. Only alert_desk.cpp works with it. Threads: one at a time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "broadcasts/alert_desk.h"

namespace kairan::broadcasts {

struct AlertDesk::Book {
  std::uint64_t revision = 0;
  AlertState state;
  std::vector<HeldAlert> held;
  std::vector<AlertOrder> orders;                    ///< to be handed over, in order
  std::map<std::string, std::string> order_episode;  ///< order → episode, until it was handed over
  std::map<std::string, std::string> sent;           ///< episode → the broadcast residents read last
  std::vector<AlertLogEntry> log;                    ///< newest last
  TimePoint restored{};                              ///< the last restore after which nothing was left on its way out

  HeldAlert* find(std::string_view id);
  /// @param gone  gets the ids of what is removed
  void remove_held(std::string_view episode, std::vector<std::string>& gone);
  void erase_held(std::string_view id);
  /// The newest 500 are kept.
  void write_down(AlertLogEntry entry);
  void order(AlertOrder made, const std::string& episode);

  /// kCorrupt for a page that is no book; an empty one is an empty book.
  static Result<Book> from(const store::AlertBookPage& page);
  std::string to_json() const;
};

}  // namespace kairan::broadcasts
