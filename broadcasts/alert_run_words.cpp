#include <algorithm>

#include "broadcasts/alert_kinds.h"
#include "broadcasts/alert_run.h"
#include "broadcasts/alert_wording.h"

namespace kairan::broadcasts {
namespace {

constexpr std::chrono::hours kLateCorrection{24};

}  // namespace

const AlertRule* AlertRun::rule_for(const std::string& kind, int level, AlertScope scope) const {
  const AlertRule* const rule = content_.rules.match(kind, level, scope, jst_minute_of_day(now_));
  if (rule != nullptr) return rule;
  const AlertKind* const entry = find_alert_kind(kind);  // a scope that the catalogue does not have for this kind
  return entry == nullptr ? nullptr : content_.rules.match(kind, level, entry->scopes.front(), jst_minute_of_day(now_));
}

void AlertRun::cap(AlertDecision& decision, const StaffText& why) {
  if (decision.action == AlertAction::kIgnore) return;
  if (decision.action == AlertAction::kSend) decision.action = AlertAction::kHold;
  decision.reason += {"。" + why.ja, ". " + why.en};
}

void AlertRun::hold_unreleased(AlertDecision& decision) const {
  if (decision.action != AlertAction::kSend || !content_.release.empty()) return;
  cap(decision, content_.held_because.empty() ? StaffText{"公開された規則がないため、自動では送りません",
                                                          "Without published rules nothing is sent by itself"}
                                              : content_.held_because);
}

void AlertRun::limit(AlertDecision& decision, const Hazard& hazard, int before) {
  if (decision.action != AlertAction::kSend || content_.release.empty()) return;
  const auto recent = std::count_if(state_.follow_ups.begin(), state_.follow_ups.end(),
                                    [&](TimePoint t) { return now_ - t < std::chrono::hours(1); });
  if (recent < content_.rules.per_hour) return;
  decision.action = AlertAction::kIgnore;
  const std::string most = std::to_string(content_.rules.per_hour);
  decision.reason += {"。1時間の上限（" + most + "件）を超えたため、あとでまとめて送ります",
                      ". More than " + most + " in an hour: it goes out later, in a summary"};
  const AlertKind* const kind = find_alert_kind(hazard.kind);
  const KindLevel* const step = kind == nullptr ? nullptr : kind->level(before);
  if (step != nullptr)
    state_.suppressed.push_back(pick(step->name, "ja") + (decision.level == 0 ? "の解除" : "の引き下げ"));
}

void AlertRun::finish(AlertDecision& decision, const AlertRule& rule, const Hazard& hazard, AlertEpisode& episode,
                      AlertOccasion occasion, int before) {
  decision.rule = rule.id;
  decision.segment = rule.segment;
  decision.severity = rule.severity;
  decision.expires = alert_.reported + rule.expires;
  if (alert_.valid && *alert_.valid < decision.expires) decision.expires = *alert_.valid;
  const bool takes_back = occasion == AlertOccasion::kCorrected || occasion == AlertOccasion::kWithdrawn;
  if (takes_back) decision.expires = alert_.reported + kLateCorrection;
  if (decision.action != AlertAction::kIgnore && now_ > decision.expires) {
    decision.action = AlertAction::kIgnore;
    decision.reason += {"。発表から時間がたちすぎているため送りません", ". Not sent: too long since it was issued"};
  }
  if (hazard.uncertain)
    cap(decision, {"内容が確かでないため人の確認を待ちます", "Its content is not certain: a person decides"});
  if (state_.restored && alert_.reported <= *state_.restored)
    cap(decision, {"バックアップから戻す前の電文です。すでに送ったかもしれないため人の確認を待ちます",
                   "It is from before the restore and may have been sent already: a person decides"});
  if (alert_.drill_words)
    cap(decision,
        {"通常の電文なのに訓練・試験の言葉があります", "It is marked as real but speaks of a drill or a test"});
  if (alert_.source == AlertSource::kLAlert)
    cap(decision, {"Lアラートは人の確認を待ちます", "L-Alert always waits for a person"});
  if (decision.action == AlertAction::kSend && !rule.released && !takes_back)
    cap(decision, {"自動送信が許可されていません", "The rule does not let it go out by itself"});
  hold_unreleased(decision);
  if (decision.action != AlertAction::kIgnore) {
    const AlertWording wording{
        content_, alert_, hazard, occasion, decision.level, before, episode.written_name, decision.districts};
    const Result<Localized> texts = word_alert(rule, wording);
    decision.title = alert_title(wording);
    if (texts) {
      decision.texts = *texts;
    } else {
      decision.texts = {{"ja", decision.title}};
      cap(decision, told(texts.error()));
    }
  }
  if (rule.severity == "emergency" && decision.action == AlertAction::kSend &&
      (occasion == AlertOccasion::kLowered || occasion == AlertOccasion::kLifted))
    state_.follow_ups.push_back(now_);
  episode.rule = rule.id;
  episode.segment = rule.segment;
  if (decision.action == AlertAction::kSend) {
    episode.told = AlertTold::kSent;
    if (decision.level > 0)
      episode.told_level =
          std::max(decision.level,
                   occasion == AlertOccasion::kRaised || occasion == AlertOccasion::kNew ? 0 : episode.told_level);
    episode.text = decision.texts.count("ja") > 0 ? decision.texts.at("ja") : std::string();
  } else if (decision.action == AlertAction::kHold && episode.told != AlertTold::kSent) {
    episode.told = AlertTold::kHeld;
    episode.text = decision.texts.count("ja") > 0 ? decision.texts.at("ja") : std::string();
  }
}

}  // namespace kairan::broadcasts
