#include "broadcasts/alert_engine.h"

#include "broadcasts/alert_kinds.h"
#include "broadcasts/alert_run.h"

namespace kairan::broadcasts {

std::string_view effect_id(AlertEffect effect) {
  switch (effect) {
    case AlertEffect::kNew:
      return "new";
    case AlertEffect::kUpdate:
      return "update";
    case AlertEffect::kCorrect:
      return "correct";
    case AlertEffect::kWithdraw:
      return "withdraw";
    case AlertEffect::kDuplicate:
      return "duplicate";
    case AlertEffect::kNone:
      return "none";
  }
  return "none";
}

std::string AlertDecision::level_id() const {
  const AlertKind* const entry = find_alert_kind(kind);
  const KindLevel* const step = entry == nullptr ? nullptr : entry->level(level);
  return step == nullptr ? std::string() : std::string(step->id);
}

std::vector<AlertDecision> AlertEngine::process(AlertState& state, const Alert& alert, TimePoint now) const {
  std::vector<AlertDecision> decisions = AlertRun(content_, state, alert, now).decide();
  state.tidy(now);
  return decisions;
}

std::optional<AlertDecision> AlertEngine::summary(AlertState& state, TimePoint now) const {
  if (state.suppressed.empty() || content_.release.empty()) return {};
  state.tidy(now);
  if (static_cast<int>(state.follow_ups.size()) >= content_.rules.per_hour) return {};
  AlertDecision decision;
  decision.action = AlertAction::kSend;
  decision.effect = AlertEffect::kUpdate;
  decision.reason = {"1時間の上限で送らなかったものをまとめました", "A summary of what the limit per hour kept back"};
  decision.segment = "everyone";
  decision.severity = "scheduled";
  decision.expires = now + std::chrono::hours(1);
  decision.title = "防災気象情報のまとめ";
  std::string list;
  for (const std::string& line : state.suppressed) list += "\n・" + line;
  decision.texts["ja"] = "【" + content_.city.name + "】この1時間の防災気象情報の変化をまとめてお知らせします。" + list;
  state.suppressed.clear();
  state.follow_ups.push_back(now);
  return decision;
}

void AlertEngine::released(AlertState& state, const std::string& episode) {
  const auto found = state.episodes.find(episode);
  if (found == state.episodes.end()) return;
  found->second.told = AlertTold::kSent;
  found->second.told_level = std::max(found->second.told_level, found->second.level);
}

void AlertEngine::dismissed(AlertState& state, const std::string& episode) {
  const auto found = state.episodes.find(episode);
  if (found != state.episodes.end() && found->second.told == AlertTold::kHeld)
    found->second.told = AlertTold::kRecorded;
}

}  // namespace kairan::broadcasts
