// What the alert engine remembers: which hazards are in force, what was done about each, and which messages it has read.
// A value: `kairan alerts replay` begins with an empty one, the gateway keeps it in Redis as text. Bounded in every part.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "broadcasts/alert.h"

namespace kairan::broadcasts {

/// The strongest thing that was done about an episode.
enum class AlertTold { kRecorded, kHeld, kSent };

/// One hazard from its first notice until it ends; for kinds keyed by event, one event.
struct AlertEpisode {
  std::string kind;
  int level = 0;  ///< effective: over all groups
  struct Statement {
    int level = 0;
    TimePoint reported;
    std::string type;
    int rank = 0;
  };
  std::map<std::string, Statement> statements;  ///< group → its newest; weather: one more for each type (see alert_engine.cpp)
  std::vector<std::string> event_ids;
  std::string serial;
  std::string office;
  std::string first_name, last_name;  ///< telegrams
  TimePoint first_reported, last_reported;
  std::optional<TimePoint> valid;
  AlertScope scope = AlertScope::kCity;
  std::vector<std::string> areas, districts;
  AlertTold told = AlertTold::kRecorded;
  int told_level = 0;
  std::string rule;      ///< id of the rule that decided last
  std::string segment;
  std::string text;      ///< of the last message in Japanese, to see whether a correction changes anything
  std::string written_name;
  bool ended = false;    ///< kept for a day, so that a late correction or cancel finds what it belongs to
};

struct AlertState {
  std::map<std::string, AlertEpisode> episodes;  ///< by key
  std::map<std::string, std::pair<std::string, TimePoint>> seen;  ///< digest of bytes → name, time of report
  std::vector<std::string> known_events;         ///< "type/event id" of anything read, ours or not; newest last
  std::vector<TimePoint> follow_ups;             ///< automatic follow-ups within the last hour
  std::vector<std::string> suppressed;           ///< names of what the hourly limit kept back, for the summary
  /// When the store was restored from a copy: what was reported until then may have been sent without this state's knowing,
  /// so it waits for a person. Not part of the text.
  std::optional<TimePoint> restored;

  static constexpr std::size_t kMaxEpisodes = 500;
  static constexpr std::size_t kMaxSeen = 4000;
  static constexpr std::size_t kMaxKnownEvents = 1000;

  /// Forgets what is over: ended episodes after a day, events after two days, seen messages oldest first.
  void tidy(TimePoint now);

  std::string to_json() const;
  /// kCorrupt for text that is not a state.
  static Result<AlertState> from_json(std::string_view text);
};

}  // namespace kairan::broadcasts
