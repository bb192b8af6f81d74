#include "broadcasts/alert_run.h"

#include <algorithm>

#include "broadcasts/alert_kinds.h"

namespace kairan::broadcasts {
namespace {

constexpr std::chrono::minutes kSideBySide{
    10};  ///< telegrams of two types about one thing follow each other within this

StaffText change_name(AlertChange change, int before, int level) {
  switch (change) {
    case AlertChange::kNew:
      return {"発表", "issued"};
    case AlertChange::kRaised:
      return level > before ? StaffText{"引き上げ", "raised"} : StaffText{"範囲の拡大", "widened"};
    case AlertChange::kLowered:
      return {"引き下げ", "lowered"};
    case AlertChange::kLifted:
      return {"解除", "lifted"};
  }
  return {};
}

/// Which rule speaks, in words: 「大雨特別警報の解除」の規則（weather-5）.
/// @param level  of the hazard that the rule was looked up by
StaffText ruling(const AlertRule& rule, const std::string& kind, int level, AlertChange change, int before, int now) {
  const StaffText what = alert_level_name(kind, level);
  const StaffText how = change_name(change, before, now);
  return {"「" + what.ja + "の" + how.ja + "」の規則（" + rule.id + "）",
          "The rule for “" + what.en + " " + how.en + "” (" + rule.id + ")"};
}

bool has_new(const std::vector<std::string>& wanted, const std::vector<std::string>& known) {
  return std::any_of(wanted.begin(), wanted.end(),
                     [&](const std::string& id) { return std::find(known.begin(), known.end(), id) == known.end(); });
}

}  // namespace

std::vector<AlertDecision> AlertRun::decide() {
  if (const auto known = state_.seen.find(alert_.digest); known != state_.seen.end() && !alert_.digest.empty()) {
    return only(AlertEffect::kDuplicate, {"同じ電文を受け取り済みです", "The same message is here already"},
                known->second.first + "#" + (alert_.event_ids.empty() ? alert_.type : alert_.event_ids.front()));
  }
  if (alert_.reported > now_ + kAlertMaxAhead)
    return only(AlertEffect::kNone, {"発表時刻が未来です", "It was issued in the future"});
  if (!alert_.digest.empty()) state_.seen[alert_.digest] = {alert_.name, alert_.reported};
  if (alert_.status != AlertStatus::kReal) return drill();
  std::vector<AlertDecision> out = alert_.info_type == AlertInfoType::kCancel ? cancel() : hazards();
  for (const std::string& id : alert_.event_ids) {
    if (std::find(state_.known_events.begin(), state_.known_events.end(), id) == state_.known_events.end())
      state_.known_events.push_back(id);
  }
  if (out.empty())
    out = only(AlertEffect::kNone, alert_.nothing.empty() ? StaffText{"変わったことはありません", "Nothing has changed"}
                                                          : same_text(alert_.nothing));
  return out;
}

std::vector<AlertDecision> AlertRun::only(AlertEffect effect, StaffText reason, std::string relates_to) const {
  AlertDecision decision;
  decision.effect = effect;
  decision.reason = std::move(reason);
  decision.relates_to = std::move(relates_to);
  decision.drill = alert_.status != AlertStatus::kReal;
  if (!alert_.hazards.empty()) {
    const Hazard& hazard = alert_.hazards.front();
    decision.kind = hazard.kind;
    decision.level = hazard.level;
    decision.areas = hazard.areas;
  }
  return {decision};
}

std::vector<AlertDecision> AlertRun::drill() const {
  const StaffText why = alert_.status == AlertStatus::kDrill
                            ? StaffText{"訓練の電文のため送りません", "Not sent: the message is a drill"}
                            : StaffText{"試験の電文のため送りません", "Not sent: the message is a test"};
  if (alert_.hazards.empty()) return only(AlertEffect::kNone, why);
  std::vector<AlertDecision> out;
  for (const Hazard& hazard : alert_.hazards) {
    AlertDecision decision;
    decision.drill = true;
    decision.kind = hazard.kind;
    decision.level = hazard.level;
    decision.areas = hazard.areas;
    decision.districts = hazard.districts;
    decision.action = content_.rules.hold_drills ? AlertAction::kHold : AlertAction::kIgnore;
    decision.reason = why;
    out.push_back(std::move(decision));
  }
  return out;
}

std::vector<Hazard> AlertRun::statements() const {
  std::vector<Hazard> all = alert_.hazards;
  for (const std::string& kind : alert_.complete_kinds) {
    if (std::any_of(all.begin(), all.end(), [&](const Hazard& hazard) { return hazard.kind == kind; })) continue;
    Hazard gone;
    gone.kind = kind;
    gone.phase = HazardPhase::kLifted;
    const std::string key = key_of(gone);
    const auto known = state_.episodes.find(key);
    if (known == state_.episodes.end() || known->second.ended) continue;
    const auto& spoken = known->second.statements;
    if (std::none_of(spoken.begin(), spoken.end(),
                     [&](const auto& entry) { return in_group(entry.first, alert_.group); }))
      continue;
    gone.areas = known->second.areas;
    gone.scope = known->second.scope;
    all.push_back(std::move(gone));
  }
  if (alert_.info_type == AlertInfoType::kCorrect && all.empty()) {
    for (const std::string& key : addressed()) {
      const AlertEpisode& episode = state_.episodes.at(key);
      Hazard gone;
      gone.kind = episode.kind;
      gone.phase = HazardPhase::kLifted;
      gone.areas = episode.areas;
      gone.scope = episode.scope;
      gone.uncertain = true;
      all.push_back(std::move(gone));
    }
  }
  return all;
}

std::vector<AlertDecision> AlertRun::hazards() {
  std::vector<AlertDecision> out;
  for (const Hazard& hazard : statements()) out.push_back(one(hazard));
  return out;
}

AlertDecision AlertRun::base(const Hazard& hazard, const std::string& key) const {
  AlertDecision decision;
  decision.kind = hazard.kind;
  decision.level = hazard.level;
  decision.areas = hazard.areas;
  decision.districts = hazard.districts;
  decision.episode = key;
  return decision;
}

AlertDecision AlertRun::one(const Hazard& hazard) {
  const std::string key = key_of(hazard);
  AlertEpisode* const known = active(key);
  AlertDecision decision = base(hazard, key);
  if (known == nullptr) return first(hazard, key, std::move(decision));

  const std::string earlier = relation(*known);
  const int before = known->level;
  const bool same_report = known->last_reported == alert_.reported;
  const auto since = alert_.reported - known->last_reported;
  const std::string type_before = known->statements.empty() ? std::string() : newest_type(*known);
  AlertEpisode changed = *known;
  decision.relates_to = earlier;
  decision.before = before;
  if (!state_it(changed, hazard)) {
    decision.reason = {"より新しい電文を受け取り済みです（ReportDateTime）",
                       "A newer message is here already (ReportDateTime)"};
    return decision;
  }
  // More districts, or our own city where only the region was known, are news like a higher level.
  const bool wider =
      (has_new(hazard.districts, known->districts) && !known->districts.empty()) ||
      (hazard.scope == AlertScope::kCity && known->scope != AlertScope::kCity && known->told != AlertTold::kSent);
  changed.level = effective_level(changed);
  remember(changed, hazard);
  decision.level = changed.level;
  if (decision.areas.empty()) decision.areas = changed.areas;
  if (alert_.info_type == AlertInfoType::kCorrect) return correct(hazard, key, changed, before, std::move(decision));

  if (changed.level == before && !wider) {
    *known = std::move(changed);
    const bool again = same_report || (type_before != alert_.type && since < kSideBySide);
    decision.effect = again ? AlertEffect::kDuplicate : AlertEffect::kUpdate;
    decision.reason =
        again ? StaffText{"同じ発表を受け取り済みです", "The same message is here already"}
              : StaffText{content_.city.name + "についての内容は変わっていません", "Nothing changes for this city"};
    return decision;
  }
  decision.effect = AlertEffect::kUpdate;
  const AlertChange change = changed.level > before || (wider && changed.level == before) ? AlertChange::kRaised
                             : changed.level > 0                                          ? AlertChange::kLowered
                                                                                          : AlertChange::kLifted;
  return follow(hazard, key, changed, before, change, std::move(decision));
}

std::string AlertRun::newest_type(const AlertEpisode& episode) {
  return std::max_element(episode.statements.begin(), episode.statements.end(),
                          [](const auto& a, const auto& b) { return a.second.reported < b.second.reported; })
      ->second.type;
}

AlertDecision AlertRun::first(const Hazard& hazard, const std::string& key, AlertDecision decision) {
  if (hazard.level == 0) {
    decision.reason = {"解除の相手がありません（この警報を受け取っていません）",
                       "There is nothing to lift: this warning was never received"};
    return decision;
  }
  AlertEpisode episode;
  state_it(episode, hazard);
  episode.level = effective_level(episode);
  remember(episode, hazard);
  decision.effect = AlertEffect::kNew;
  const AlertRule* const rule = rule_for(hazard.kind, hazard.level, hazard.scope);
  if (rule == nullptr) {
    decision.reason = {"当てはまる規則がありません", "No rule fits"};
    decision.action = AlertAction::kHold;
    episode.told = AlertTold::kHeld;
    state_.episodes[key] = std::move(episode);
    return decision;
  }
  decision.action = rule->action(AlertChange::kNew);
  decision.reason = ruling(*rule, hazard.kind, hazard.level, AlertChange::kNew, 0, hazard.level);
  if (alert_.info_type == AlertInfoType::kCorrect)
    cap(decision, {"訂正の元の電文を受け取っていません", "What it corrects was never received"});
  if (before_first(hazard))
    cap(decision,
        {"続報・継続ですが、最初の発表を受け取っていません", "It continues a message that was never received"});
  finish(decision, *rule, hazard, episode, AlertOccasion::kNew, 0);
  state_.episodes[key] = std::move(episode);
  return decision;
}

bool AlertRun::before_first(const Hazard& hazard) const {
  if (hazard.phase == HazardPhase::kContinued) return true;
  if (alert_.keying != AlertKeying::kByEvent) return false;
  if (meets(state_.known_events, alert_.event_ids) || meets(state_.known_events, alert_.references)) return false;
  if (!alert_.references.empty()) return true;
  const auto serial = number_of(alert_.serial);
  return serial && *serial > 1;
}

AlertDecision AlertRun::follow(const Hazard& hazard, const std::string& key, AlertEpisode& episode, int before,
                               AlertChange change, AlertDecision decision) {
  const bool down = change == AlertChange::kLowered || change == AlertChange::kLifted;
  const int rule_level =
      down ? std::max(before, episode.told == AlertTold::kSent ? episode.told_level : 0) : episode.level;
  const AlertRule* const rule = rule_for(hazard.kind, rule_level, episode.scope);
  const AlertTold told = episode.told;
  if (change == AlertChange::kLifted) episode.ended = true;
  if (rule == nullptr) {
    decision.reason = {"当てはまる規則がありません", "No rule fits"};
    decision.action = AlertAction::kHold;
    state_.episodes[key] = episode;
    return decision;
  }
  AlertOccasion occasion = change == AlertChange::kRaised    ? AlertOccasion::kRaised
                           : change == AlertChange::kLowered ? AlertOccasion::kLowered
                                                             : AlertOccasion::kLifted;
  decision.reason = ruling(*rule, hazard.kind, down ? before : episode.level, change, before, episode.level);
  decision.action = rule->action(change);
  if (!down) {
    if (told == AlertTold::kRecorded) decision.action = rule->action(AlertChange::kNew);
    if (told != AlertTold::kSent) occasion = AlertOccasion::kNew;
  } else if (told == AlertTold::kRecorded) {
    decision.action = AlertAction::kIgnore;
    decision.reason = {"もとの発表を送っていないため記録だけします", "Recorded only: what came before was not sent"};
  } else if (told == AlertTold::kHeld) {
    decision.action = AlertAction::kHold;
    decision.reason += {"（もとの発表は確認待ちです）", " (what came before still waits)"};
  }
  if (down) limit(decision, hazard, before);
  finish(decision, *rule, hazard, episode, occasion, before);
  state_.episodes[key] = episode;
  return decision;
}

AlertDecision AlertRun::correct(const Hazard& hazard, const std::string& key, AlertEpisode& episode, int before,
                                AlertDecision decision) {
  decision.effect = AlertEffect::kCorrect;
  const int rule_level = std::max(episode.level, before);
  const AlertRule* const rule = rule_for(hazard.kind, rule_level, episode.scope);
  if (episode.level == 0) episode.ended = true;
  decision.reason = {"訂正の電文（InfoType）", "The message is a correction (InfoType)"};
  if (rule == nullptr) {
    decision.action = AlertAction::kHold;
    state_.episodes[key] = episode;
    return decision;
  }
  switch (episode.told) {
    case AlertTold::kSent:
      decision.action = AlertAction::kSend;
      break;
    case AlertTold::kHeld:
      decision.action = AlertAction::kHold;
      break;
    case AlertTold::kRecorded:
      decision.action = episode.level > before ? rule->action(AlertChange::kNew) : AlertAction::kIgnore;
      break;
  }
  const AlertOccasion occasion = episode.level > 0 ? AlertOccasion::kCorrected : AlertOccasion::kWithdrawn;
  if (episode.level == before && !has_new(hazard.districts, episode.districts))
    cap(decision, {content_.city.name + "についての内容は変わりません", "Nothing changes for this city"});
  finish(decision, *rule, hazard, episode, occasion, before);
  state_.episodes[key] = episode;
  return decision;
}

}  // namespace kairan::broadcasts
