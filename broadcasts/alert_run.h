// One message on its way through the alert engine; only alert_engine.cpp makes it. Three files: what follows from a message
// (alert_run.cpp), what it changes of the state (alert_run_state.cpp), what comes of a decision in action and words
// (alert_run_words.cpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "broadcasts/alert_engine.h"

namespace kairan::broadcasts {

/// Threads: one; it lives for one message.
class AlertRun {
 public:
  AlertRun(const AlertContent& content, AlertState& state, const Alert& alert, TimePoint now)
      : content_(content), state_(state), alert_(alert), now_(now) {}

  std::vector<AlertDecision> decide();

 private:
  std::vector<AlertDecision> only(AlertEffect effect, StaffText reason, std::string relates_to = {}) const;
  std::vector<AlertDecision> drill() const;
  /// What the message says of the city, and, of the kinds it tells everything about, what it leaves out.
  std::vector<Hazard> statements() const;
  std::vector<AlertDecision> hazards();
  AlertDecision base(const Hazard& hazard, const std::string& key) const;
  AlertDecision one(const Hazard& hazard);
  static std::string newest_type(const AlertEpisode& episode);
  AlertDecision first(const Hazard& hazard, const std::string& key, AlertDecision decision);
  bool before_first(const Hazard& hazard) const;
  AlertDecision follow(const Hazard& hazard, const std::string& key, AlertEpisode& episode, int before, AlertChange change, AlertDecision decision);
  AlertDecision correct(const Hazard& hazard, const std::string& key, AlertEpisode& episode, int before, AlertDecision decision);

  std::string key_of(const Hazard& hazard) const;
  bool same_event(const AlertEpisode& episode) const;
  /// The episode when it is in force.
  AlertEpisode* active(const std::string& key);
  /// Enters the statement; false when a newer one of the same type is known.
  bool state_it(AlertEpisode& episode, const Hazard& hazard);
  void remember(AlertEpisode& episode, const Hazard& hazard);
  /// Keys of the episodes in force that a cancel or a correction without content is about.
  std::vector<std::string> addressed() const;
  /// Types without ids: the report of the same office and type that is cancelled, by its time, else the latest.
  std::optional<TimePoint> report_meant() const;
  std::vector<AlertDecision> cancel();

  const AlertRule* rule_for(const std::string& kind, int level, AlertScope scope) const;
  static void cap(AlertDecision& decision, const StaffText& why);
  /// Corrections and cancels too go out by themselves only under rules that two people published.
  void hold_unreleased(AlertDecision& decision) const;
  void limit(AlertDecision& decision, const Hazard& hazard, int before);
  void finish(AlertDecision& decision, const AlertRule& rule, const Hazard& hazard, AlertEpisode& episode, AlertOccasion occasion, int before);

  const AlertContent& content_;
  AlertState& state_;
  const Alert& alert_;
  const TimePoint now_;
};

/// The level that holds: of the groups with the highest rank, the highest.
int effective_level(const AlertEpisode& episode);
/// "TELEGRAM#EVENT".
std::string relation(const AlertEpisode& episode);
/// Whether a slot ("GROUP:TYPE") belongs to a group.
bool in_group(const std::string& slot, const std::string& group);
bool meets(const std::vector<std::string>& a, const std::vector<std::string>& b);
/// A serial that is a plain number.
std::optional<int> number_of(const std::string& serial);

}  // namespace kairan::broadcasts
