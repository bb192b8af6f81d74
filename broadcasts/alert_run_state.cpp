#include <algorithm>
#include <charconv>

#include "broadcasts/alert_run.h"

namespace kairan::broadcasts {
namespace {

constexpr std::chrono::hours kCancelReach{24};  ///< how far back a cancel without an id may reach

std::string slot_of(const Alert& alert) {
  return alert.group + ":" + alert.type;
}

}  // namespace

bool meets(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](const std::string& id) { return std::find(b.begin(), b.end(), id) != b.end(); });
}

std::optional<int> number_of(const std::string& serial) {
  int value = 0;
  const auto [end, failure] = std::from_chars(serial.data(), serial.data() + serial.size(), value);
  if (failure != std::errc() || end != serial.data() + serial.size()) return {};
  return value;
}

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

std::string AlertRun::key_of(const Hazard& hazard) const {
  if (alert_.keying == AlertKeying::kByKind || alert_.event_ids.empty()) return hazard.kind;
  for (const auto& [key, episode] : state_.episodes) {
    if (episode.kind == hazard.kind && key.find('/') != std::string::npos && same_event(episode)) return key;
  }
  return hazard.kind + "/" + alert_.event_ids.front();
}

bool AlertRun::same_event(const AlertEpisode& episode) const {
  return meets(episode.event_ids, alert_.event_ids) || meets(episode.event_ids, alert_.references);
}

AlertEpisode* AlertRun::active(const std::string& key) {
  const auto found = state_.episodes.find(key);
  if (found == state_.episodes.end() || found->second.ended) return nullptr;
  AlertEpisode& episode = found->second;
  if (episode.valid && alert_.reported > *episode.valid && alert_.keying == AlertKeying::kByKind) {
    episode.ended = true;  // its validity ran out before this was issued
    return nullptr;
  }
  return &episode;
}

bool AlertRun::state_it(AlertEpisode& episode, const Hazard& hazard) {
  const std::string slot = slot_of(alert_);
  const auto known = episode.statements.find(slot);
  if (known != episode.statements.end()) {
    if (known->second.reported > alert_.reported) return false;
    const auto before = number_of(episode.serial);
    const auto now = number_of(alert_.serial);
    if (alert_.keying == AlertKeying::kByEvent && before && now && *now < *before &&
        known->second.reported == alert_.reported)
      return false;
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

void AlertRun::remember(AlertEpisode& episode, const Hazard& hazard) {
  if (episode.first_name.empty()) {
    episode.first_name = alert_.name;
    episode.first_reported = alert_.reported;
  }
  episode.kind = hazard.kind;
  episode.last_name = alert_.name;
  episode.last_reported = std::max(episode.last_reported, alert_.reported);
  for (const std::string& id : alert_.event_ids) {
    if (std::find(episode.event_ids.begin(), episode.event_ids.end(), id) == episode.event_ids.end() &&
        episode.event_ids.size() < 20)
      episode.event_ids.insert(episode.event_ids.begin(), id);
  }
  episode.serial = alert_.serial;
  episode.office = alert_.office;
  episode.valid = alert_.valid;
  if (!hazard.areas.empty()) episode.areas = hazard.areas;
  if (!hazard.districts.empty()) episode.districts = hazard.districts;
  episode.scope = hazard.scope;
  if (hazard.level > 0) episode.written_name = hazard.name;
}

std::vector<std::string> AlertRun::addressed() const {
  std::vector<std::string> keys;
  const bool with_ids = !alert_.event_ids.empty();
  std::optional<TimePoint> meant;
  if (!with_ids) meant = report_meant();
  for (const auto& [key, episode] : state_.episodes) {
    if (episode.ended) continue;
    const auto statement = std::find_if(episode.statements.begin(), episode.statements.end(),
                                        [&](const auto& entry) { return entry.second.type == alert_.type; });
    const bool same_source = alert_.source != AlertSource::kJma && same_event(episode);
    if (statement == episode.statements.end() && !same_source) continue;
    if (with_ids ? same_event(episode)
                 : meant && episode.office == alert_.office && statement->second.reported == *meant)
      keys.push_back(key);
  }
  return keys;
}

std::optional<TimePoint> AlertRun::report_meant() const {
  std::optional<TimePoint> latest;
  for (const auto& [key, episode] : state_.episodes) {
    if (episode.ended || episode.office != alert_.office) continue;
    for (const auto& [slot, statement] : episode.statements) {
      if (statement.type != alert_.type || statement.reported > alert_.reported) continue;
      if (statement.reported == alert_.reported || (alert_.target && statement.reported == *alert_.target))
        return statement.reported;
      if (alert_.reported - statement.reported <= kCancelReach && (!latest || statement.reported > *latest))
        latest = statement.reported;
    }
  }
  return latest;
}

std::vector<AlertDecision> AlertRun::cancel() {
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
      at = at->second.type == alert_.type || alert_.source != AlertSource::kJma ? episode.statements.erase(at)
                                                                                : std::next(at);
    }
    const int left = effective_level(episode);
    decision.level = left;
    if (left >= decision.before) {
      decision.reason = {"取り消された電文と同じ内容の別の電文が有効です",
                         "Another message that says the same is in force"};
      out.push_back(std::move(decision));
      continue;
    }
    decision.effect = AlertEffect::kWithdraw;
    decision.reason = {"取消の電文（InfoType）", "The message cancels an earlier one (InfoType)"};
    episode.level = left;
    episode.ended = left == 0;
    Hazard hazard;
    hazard.kind = episode.kind;
    hazard.level = 0;
    hazard.areas = episode.areas;
    const AlertRule* const rule = rule_for(episode.kind, decision.before, episode.scope);
    decision.action = episode.told == AlertTold::kSent   ? AlertAction::kSend
                      : episode.told == AlertTold::kHeld ? AlertAction::kHold
                                                         : AlertAction::kIgnore;
    if (episode.told == AlertTold::kHeld)
      decision.reason +=
          {"。もとの発表は確認待ちです。送らないでください", ". What came before still waits: do not send it"};
    hold_unreleased(decision);
    if (rule != nullptr) finish(decision, *rule, hazard, episode, AlertOccasion::kWithdrawn, decision.before);
    episode.last_reported = std::max(episode.last_reported, alert_.reported);
    out.push_back(std::move(decision));
  }
  if (out.empty())
    out = only(AlertEffect::kNone,
               {"取り消す相手がありません（もとの電文を受け取っていないか、" + content_.city.name + "を含みません）",
                "There is nothing to cancel: the earlier message was not received or does not name this city"});
  return out;
}

}  // namespace kairan::broadcasts
