#include "broadcasts/alert_engine.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "broadcasts/alert_kinds.h"
#include "broadcasts/alert_wording.h"

namespace kairan::broadcasts {
namespace {

constexpr std::chrono::hours kCancelReach{24};  ///< how far back a cancel without an id may reach
constexpr std::chrono::hours kLateCorrection{24};
constexpr std::chrono::minutes kSideBySide{10};  ///< telegrams of two types about one thing follow each other within this

bool meets(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& id) { return std::find(b.begin(), b.end(), id) != b.end(); });
}

std::optional<int> number_of(const std::string& serial) {
  int value = 0;
  const auto [end, failure] = std::from_chars(serial.data(), serial.data() + serial.size(), value);
  if (failure != std::errc() || end != serial.data() + serial.size()) return {};
  return value;
}

std::string slot_of(const Alert& alert) { return alert.group + ":" + alert.type; }
bool in_group(const std::string& slot, const std::string& group) {
  return slot.size() > group.size() && slot.compare(0, group.size(), group) == 0 && slot[group.size()] == ':';
}

int effective_level(const AlertEpisode& episode) {
  int rank = 0;
  for (const auto& [slot, statement] : episode.statements) rank = std::max(rank, statement.rank);
  int level = 0;
  for (const auto& [slot, statement] : episode.statements) {
    if (statement.rank == rank) level = std::max(level, statement.level);
  }
  return level;
}

std::string relation(const AlertEpisode& episode) {
  return episode.last_name + "#" + (episode.event_ids.empty() ? episode.kind : episode.event_ids.front());
}

bool has_new(const std::vector<std::string>& wanted, const std::vector<std::string>& known) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& id) { return std::find(known.begin(), known.end(), id) == known.end(); });
}

}  // namespace

/// One message on its way through.
class AlertEngine::Run {
 public:
  Run(const AlertContent& content, AlertState& state, const Alert& alert, TimePoint now)
      : content_(content), state_(state), alert_(alert), now_(now) {}

  std::vector<AlertDecision> decide() {
    if (const auto known = state_.seen.find(alert_.digest); known != state_.seen.end() && !alert_.digest.empty()) {
      return only(AlertEffect::kDuplicate, "同じ電文を受け取り済みです", known->second.first + "#" + (alert_.event_ids.empty() ? alert_.type : alert_.event_ids.front()));
    }
    if (alert_.reported > now_ + kAlertMaxAhead) return only(AlertEffect::kNone, "発表時刻が未来です");
    if (!alert_.digest.empty()) state_.seen[alert_.digest] = {alert_.name, alert_.reported};
    if (alert_.status != AlertStatus::kReal) return drill();
    std::vector<AlertDecision> out = alert_.info_type == AlertInfoType::kCancel ? cancel() : hazards();
    for (const std::string& id : alert_.event_ids) {
      if (std::find(state_.known_events.begin(), state_.known_events.end(), id) == state_.known_events.end()) state_.known_events.push_back(id);
    }
    if (out.empty()) out = only(AlertEffect::kNone, alert_.nothing.empty() ? "変わったことはありません" : alert_.nothing);
    return out;
  }

 private:
  std::vector<AlertDecision> only(AlertEffect effect, std::string reason, std::string relates_to = {}) const {
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

  std::vector<AlertDecision> drill() const {
    const std::string what = alert_.status == AlertStatus::kDrill ? "訓練" : "試験";
    if (alert_.hazards.empty()) return only(AlertEffect::kNone, what + "の電文のため送りません");
    std::vector<AlertDecision> out;
    for (const Hazard& hazard : alert_.hazards) {
      AlertDecision decision;
      decision.drill = true;
      decision.kind = hazard.kind;
      decision.level = hazard.level;
      decision.areas = hazard.areas;
      decision.districts = hazard.districts;
      decision.action = content_.rules.hold_drills ? AlertAction::kHold : AlertAction::kIgnore;
      decision.reason = what + "の電文のため送りません";
      out.push_back(std::move(decision));
    }
    return out;
  }

  // --- what is in force ------------------------------------------------------------------------------------------

  std::string key_of(const Hazard& hazard) const {
    if (alert_.keying == AlertKeying::kByKind || alert_.event_ids.empty()) return hazard.kind;
    for (const auto& [key, episode] : state_.episodes) {
      if (episode.kind == hazard.kind && key.find('/') != std::string::npos && same_event(episode)) return key;
    }
    return hazard.kind + "/" + alert_.event_ids.front();
  }
  bool same_event(const AlertEpisode& episode) const {
    return meets(episode.event_ids, alert_.event_ids) || meets(episode.event_ids, alert_.references);
  }
  /// The episode when it is in force.
  AlertEpisode* active(const std::string& key) {
    const auto found = state_.episodes.find(key);
    if (found == state_.episodes.end() || found->second.ended) return nullptr;
    AlertEpisode& episode = found->second;
    if (episode.valid && alert_.reported > *episode.valid && alert_.keying == AlertKeying::kByKind) {
      episode.ended = true;  // its validity ran out before this was issued
      return nullptr;
    }
    return &episode;
  }

  /// Enters the statement; false when a newer one of the same type is known.
  bool state_it(AlertEpisode& episode, const Hazard& hazard) {
    const std::string slot = slot_of(alert_);
    const auto known = episode.statements.find(slot);
    if (known != episode.statements.end()) {
      if (known->second.reported > alert_.reported) return false;
      const auto before = number_of(episode.serial);
      const auto now = number_of(alert_.serial);
      if (alert_.keying == AlertKeying::kByEvent && before && now && *now < *before && known->second.reported == alert_.reported) return false;
    }
    if (hazard.phase != HazardPhase::kContinued) {
      for (auto at = episode.statements.begin(); at != episode.statements.end();) {
        const bool superseded = in_group(at->first, alert_.group) && at->second.reported < alert_.reported;
        at = superseded ? episode.statements.erase(at) : std::next(at);
      }
    }
    episode.statements[slot] = {hazard.level, alert_.reported, alert_.type, alert_.rank};
    return true;
  }

  void remember(AlertEpisode& episode, const Hazard& hazard) {
    if (episode.first_name.empty()) {
      episode.first_name = alert_.name;
      episode.first_reported = alert_.reported;
    }
    episode.kind = hazard.kind;
    episode.last_name = alert_.name;
    episode.last_reported = std::max(episode.last_reported, alert_.reported);
    for (const std::string& id : alert_.event_ids) {
      if (std::find(episode.event_ids.begin(), episode.event_ids.end(), id) == episode.event_ids.end() && episode.event_ids.size() < 20) episode.event_ids.insert(episode.event_ids.begin(), id);
    }
    episode.serial = alert_.serial;
    episode.office = alert_.office;
    episode.valid = alert_.valid;
    if (!hazard.areas.empty()) episode.areas = hazard.areas;
    if (!hazard.districts.empty()) episode.districts = hazard.districts;
    episode.scope = hazard.scope;
    if (hazard.level > 0) episode.written_name = hazard.name;
  }

  // --- issue and correction ----------------------------------------------------------------------------------------

  /// What the message says of the city, and, of the kinds it tells everything about, what it leaves out.
  std::vector<Hazard> statements() const {
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
      if (std::none_of(spoken.begin(), spoken.end(), [&](const auto& entry) { return in_group(entry.first, alert_.group); })) continue;
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

  std::vector<AlertDecision> hazards() {
    std::vector<AlertDecision> out;
    for (const Hazard& hazard : statements()) out.push_back(one(hazard));
    return out;
  }

  AlertDecision base(const Hazard& hazard, const std::string& key) const {
    AlertDecision decision;
    decision.kind = hazard.kind;
    decision.level = hazard.level;
    decision.areas = hazard.areas;
    decision.districts = hazard.districts;
    decision.episode = key;
    return decision;
  }

  AlertDecision one(const Hazard& hazard) {
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
      decision.reason = "より新しい電文を受け取り済みです（ReportDateTime）";
      return decision;
    }
    // More districts, or our own city where only the region was known, are news like a higher level.
    const bool wider = (has_new(hazard.districts, known->districts) && !known->districts.empty()) ||
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
      decision.reason = again ? "同じ発表を受け取り済みです" : content_.city.name + "についての内容は変わっていません";
      return decision;
    }
    decision.effect = AlertEffect::kUpdate;
    const AlertChange change = changed.level > before || (wider && changed.level == before) ? AlertChange::kRaised
                               : changed.level > 0                                         ? AlertChange::kLowered
                                                                                            : AlertChange::kLifted;
    return follow(hazard, key, changed, before, change, std::move(decision));
  }

  static std::string newest_type(const AlertEpisode& episode) {
    return std::max_element(episode.statements.begin(), episode.statements.end(), [](const auto& a, const auto& b) { return a.second.reported < b.second.reported; })->second.type;
  }

  AlertDecision first(const Hazard& hazard, const std::string& key, AlertDecision decision) {
    if (hazard.level == 0) {
      decision.reason = "解除の相手がありません（この警報を受け取っていません）";
      return decision;
    }
    AlertEpisode episode;
    state_it(episode, hazard);
    episode.level = effective_level(episode);
    remember(episode, hazard);
    decision.effect = AlertEffect::kNew;
    const AlertRule* const rule = rule_for(hazard.kind, hazard.level, hazard.scope);
    if (rule == nullptr) {
      decision.reason = "当てはまる決まりがありません";
      decision.action = AlertAction::kHold;
      episode.told = AlertTold::kHeld;
      state_.episodes[key] = std::move(episode);
      return decision;
    }
    decision.action = rule->action(AlertChange::kNew);
    decision.reason = "決まり「" + rule->id + "」";
    if (alert_.info_type == AlertInfoType::kCorrect) cap(decision, "訂正の元の電文を受け取っていません");
    if (before_first(hazard)) cap(decision, "続報・継続ですが、最初の発表を受け取っていません");
    finish(decision, *rule, hazard, episode, AlertOccasion::kNew, 0);
    state_.episodes[key] = std::move(episode);
    return decision;
  }

  bool before_first(const Hazard& hazard) const {
    if (hazard.phase == HazardPhase::kContinued) return true;
    if (alert_.keying != AlertKeying::kByEvent) return false;
    if (meets(state_.known_events, alert_.event_ids) || meets(state_.known_events, alert_.references)) return false;
    if (!alert_.references.empty()) return true;
    const auto serial = number_of(alert_.serial);
    return serial && *serial > 1;
  }

  AlertDecision follow(const Hazard& hazard, const std::string& key, AlertEpisode& episode, int before, AlertChange change, AlertDecision decision) {
    const bool down = change == AlertChange::kLowered || change == AlertChange::kLifted;
    const int ruling = down ? std::max(before, episode.told == AlertTold::kSent ? episode.told_level : 0) : episode.level;
    const AlertRule* const rule = rule_for(hazard.kind, ruling, episode.scope);
    const AlertTold told = episode.told;
    if (change == AlertChange::kLifted) episode.ended = true;
    if (rule == nullptr) {
      decision.reason = "当てはまる決まりがありません";
      decision.action = AlertAction::kHold;
      state_.episodes[key] = episode;
      return decision;
    }
    AlertOccasion occasion = change == AlertChange::kRaised ? AlertOccasion::kRaised : change == AlertChange::kLowered ? AlertOccasion::kLowered : AlertOccasion::kLifted;
    static const std::array<std::string, 4> names{"発表", "引き上げ", "引き下げ", "解除"};
    decision.reason = "決まり「" + rule->id + "」の" + names[static_cast<std::size_t>(change)];
    decision.action = rule->action(change);
    if (!down) {
      if (told == AlertTold::kRecorded) decision.action = rule->action(AlertChange::kNew);
      if (told != AlertTold::kSent) occasion = AlertOccasion::kNew;
    } else if (told == AlertTold::kRecorded) {
      decision.action = AlertAction::kIgnore;
      decision.reason = "もとの発表を送っていないため記録だけします";
    } else if (told == AlertTold::kHeld) {
      decision.action = AlertAction::kHold;
      decision.reason += "（もとの発表は確認待ちです）";
    }
    if (down) limit(decision, hazard, before);
    finish(decision, *rule, hazard, episode, occasion, before);
    state_.episodes[key] = episode;
    return decision;
  }

  AlertDecision correct(const Hazard& hazard, const std::string& key, AlertEpisode& episode, int before, AlertDecision decision) {
    decision.effect = AlertEffect::kCorrect;
    const int ruling = std::max(episode.level, before);
    const AlertRule* const rule = rule_for(hazard.kind, ruling, episode.scope);
    if (episode.level == 0) episode.ended = true;
    decision.reason = "訂正の電文（InfoType）";
    if (rule == nullptr) {
      decision.action = AlertAction::kHold;
      state_.episodes[key] = episode;
      return decision;
    }
    switch (episode.told) {
      case AlertTold::kSent: decision.action = AlertAction::kSend; break;
      case AlertTold::kHeld: decision.action = AlertAction::kHold; break;
      case AlertTold::kRecorded: decision.action = episode.level > before ? rule->action(AlertChange::kNew) : AlertAction::kIgnore; break;
    }
    const AlertOccasion occasion = episode.level > 0 ? AlertOccasion::kCorrected : AlertOccasion::kWithdrawn;
    if (episode.level == before && !has_new(hazard.districts, episode.districts)) cap(decision, content_.city.name + "についての内容は変わりません");
    finish(decision, *rule, hazard, episode, occasion, before);
    state_.episodes[key] = episode;
    return decision;
  }

  // --- cancel ------------------------------------------------------------------------------------------------------

  /// Keys of the episodes in force that a cancel or a correction without content is about.
  std::vector<std::string> addressed() const {
    std::vector<std::string> keys;
    const bool with_ids = !alert_.event_ids.empty();
    std::optional<TimePoint> meant;
    if (!with_ids) meant = report_meant();
    for (const auto& [key, episode] : state_.episodes) {
      if (episode.ended) continue;
      const auto statement = std::find_if(episode.statements.begin(), episode.statements.end(), [&](const auto& entry) { return entry.second.type == alert_.type; });
      const bool same_source = alert_.source != AlertSource::kJma && same_event(episode);
      if (statement == episode.statements.end() && !same_source) continue;
      if (with_ids ? same_event(episode) : meant && episode.office == alert_.office && statement->second.reported == *meant) keys.push_back(key);
    }
    return keys;
  }

  /// Types without ids: the report of the same office and type that is cancelled, by its time, else the latest.
  std::optional<TimePoint> report_meant() const {
    std::optional<TimePoint> latest;
    for (const auto& [key, episode] : state_.episodes) {
      if (episode.ended || episode.office != alert_.office) continue;
      for (const auto& [slot, statement] : episode.statements) {
        if (statement.type != alert_.type || statement.reported > alert_.reported) continue;
        if (statement.reported == alert_.reported || (alert_.target && statement.reported == *alert_.target)) return statement.reported;
        if (alert_.reported - statement.reported <= kCancelReach && (!latest || statement.reported > *latest)) latest = statement.reported;
      }
    }
    return latest;
  }

  std::vector<AlertDecision> cancel() {
    std::vector<AlertDecision> out;
    for (const std::string& key : addressed()) {
      AlertEpisode& episode = state_.episodes.at(key);
      AlertDecision decision;
      decision.kind = episode.kind;
      decision.areas = episode.areas;
      decision.districts = episode.districts;
      decision.episode = key;
      decision.relates_to = relation(episode);
      decision.before = episode.level;
      for (auto at = episode.statements.begin(); at != episode.statements.end();) {
        at = at->second.type == alert_.type || alert_.source != AlertSource::kJma ? episode.statements.erase(at) : std::next(at);
      }
      const int left = effective_level(episode);
      decision.level = left;
      if (left >= decision.before) {
        decision.reason = "取り消された電文と同じ内容の別の電文が有効です";
        out.push_back(std::move(decision));
        continue;
      }
      decision.effect = AlertEffect::kWithdraw;
      decision.reason = "取消の電文（InfoType）";
      episode.level = left;
      episode.ended = left == 0;
      Hazard hazard;
      hazard.kind = episode.kind;
      hazard.level = 0;
      hazard.areas = episode.areas;
      const AlertRule* const rule = rule_for(episode.kind, decision.before, episode.scope);
      decision.action = episode.told == AlertTold::kSent ? AlertAction::kSend : episode.told == AlertTold::kHeld ? AlertAction::kHold : AlertAction::kIgnore;
      if (episode.told == AlertTold::kHeld) decision.reason += "。もとの発表は確認待ちです。送らないでください";
      if (rule != nullptr) finish(decision, *rule, hazard, episode, AlertOccasion::kWithdrawn, decision.before);
      episode.last_reported = std::max(episode.last_reported, alert_.reported);
      out.push_back(std::move(decision));
    }
    if (out.empty()) out = only(AlertEffect::kNone, "取り消す相手がありません（もとの電文を受け取っていないか、" + content_.city.name + "を含みません）");
    return out;
  }

  // --- from action to text -------------------------------------------------------------------------------------------

  const AlertRule* rule_for(const std::string& kind, int level, AlertScope scope) const {
    const AlertRule* const rule = content_.rules.match(kind, level, scope, jst_minute_of_day(now_));
    if (rule != nullptr) return rule;
    const AlertKind* const entry = find_alert_kind(kind);  // a scope that the catalogue does not have for this kind
    return entry == nullptr ? nullptr : content_.rules.match(kind, level, entry->scopes.front(), jst_minute_of_day(now_));
  }

  static void cap(AlertDecision& decision, const std::string& why) {
    if (decision.action == AlertAction::kIgnore) return;
    if (decision.action == AlertAction::kSend) decision.action = AlertAction::kHold;
    decision.reason += "。" + why;
  }

  void limit(AlertDecision& decision, const Hazard& hazard, int before) {
    if (decision.action != AlertAction::kSend) return;
    const auto recent = std::count_if(state_.follow_ups.begin(), state_.follow_ups.end(), [&](TimePoint t) { return now_ - t < std::chrono::hours(1); });
    if (recent < content_.rules.per_hour) return;
    decision.action = AlertAction::kIgnore;
    decision.reason += "。1時間の上限（" + std::to_string(content_.rules.per_hour) + "件）を超えたため、あとでまとめて送ります";
    const AlertKind* const kind = find_alert_kind(hazard.kind);
    const KindLevel* const step = kind == nullptr ? nullptr : kind->level(before);
    if (step != nullptr) state_.suppressed.push_back(pick(step->name, "ja") + (decision.level == 0 ? "の解除" : "の引き下げ"));
  }

  void finish(AlertDecision& decision, const AlertRule& rule, const Hazard& hazard, AlertEpisode& episode, AlertOccasion occasion, int before) {
    decision.rule = rule.id;
    decision.segment = rule.segment;
    decision.severity = rule.severity;
    decision.expires = alert_.reported + rule.expires;
    if (alert_.valid && *alert_.valid < decision.expires) decision.expires = *alert_.valid;
    const bool takes_back = occasion == AlertOccasion::kCorrected || occasion == AlertOccasion::kWithdrawn;
    if (takes_back) decision.expires = alert_.reported + kLateCorrection;
    if (decision.action != AlertAction::kIgnore && now_ > decision.expires) {
      decision.action = AlertAction::kIgnore;
      decision.reason += "。発表から時間がたちすぎているため送りません";
    }
    if (hazard.uncertain) cap(decision, "内容が確かでないため人の確認を待ちます");
    if (alert_.drill_words) cap(decision, "通常の電文なのに訓練・試験の言葉があります");
    if (alert_.source == AlertSource::kLAlert) cap(decision, "Lアラートは人の確認を待ちます");
    if (decision.action == AlertAction::kSend && !rule.released && !takes_back) cap(decision, "自動送信が許可されていません");
    if (decision.action != AlertAction::kIgnore) {
      const AlertWording wording{content_, alert_, hazard, occasion, decision.level, before, episode.written_name, decision.districts};
      const Result<Localized> texts = word_alert(rule, wording);
      decision.title = alert_title(wording);
      if (texts) {
        decision.texts = *texts;
      } else {
        decision.texts = {{"ja", decision.title}};
        cap(decision, texts.error().detail);
      }
    }
    if (rule.severity == "emergency" && decision.action == AlertAction::kSend && (occasion == AlertOccasion::kLowered || occasion == AlertOccasion::kLifted)) state_.follow_ups.push_back(now_);
    episode.rule = rule.id;
    episode.segment = rule.segment;
    if (decision.action == AlertAction::kSend) {
      episode.told = AlertTold::kSent;
      if (decision.level > 0) episode.told_level = std::max(decision.level, occasion == AlertOccasion::kRaised || occasion == AlertOccasion::kNew ? 0 : episode.told_level);
      episode.text = decision.texts.count("ja") > 0 ? decision.texts.at("ja") : std::string();
    } else if (decision.action == AlertAction::kHold && episode.told != AlertTold::kSent) {
      episode.told = AlertTold::kHeld;
      episode.text = decision.texts.count("ja") > 0 ? decision.texts.at("ja") : std::string();
    }
  }

  const AlertContent& content_;
  AlertState& state_;
  const Alert& alert_;
  const TimePoint now_;
};

std::string_view effect_id(AlertEffect effect) {
  switch (effect) {
    case AlertEffect::kNew: return "new";
    case AlertEffect::kUpdate: return "update";
    case AlertEffect::kCorrect: return "correct";
    case AlertEffect::kWithdraw: return "withdraw";
    case AlertEffect::kDuplicate: return "duplicate";
    case AlertEffect::kNone: return "none";
  }
  return "none";
}

std::string AlertDecision::level_id() const {
  const AlertKind* const entry = find_alert_kind(kind);
  const KindLevel* const step = entry == nullptr ? nullptr : entry->level(level);
  return step == nullptr ? std::string() : std::string(step->id);
}

std::vector<AlertDecision> AlertEngine::process(AlertState& state, const Alert& alert, TimePoint now) const {
  std::vector<AlertDecision> decisions = Run(content_, state, alert, now).decide();
  state.tidy(now);
  return decisions;
}

std::optional<AlertDecision> AlertEngine::summary(AlertState& state, TimePoint now) const {
  if (state.suppressed.empty()) return {};
  state.tidy(now);
  if (static_cast<int>(state.follow_ups.size()) >= content_.rules.per_hour) return {};
  AlertDecision decision;
  decision.action = AlertAction::kSend;
  decision.effect = AlertEffect::kUpdate;
  decision.reason = "1時間の上限で送らなかったものをまとめました";
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
  if (found != state.episodes.end() && found->second.told == AlertTold::kHeld) found->second.told = AlertTold::kRecorded;
}

}  // namespace kairan::broadcasts
