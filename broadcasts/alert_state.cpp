#include "broadcasts/alert_state.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"

namespace kairan::broadcasts {
namespace {

using nlohmann::json;

constexpr std::chrono::hours kEndedKept{24};
constexpr std::chrono::hours kEventsKept{48};
constexpr int kFormat = 1;

json episode_json(const AlertEpisode& episode) {
  json statements = json::object();
  for (const auto& [group, statement] : episode.statements) {
    statements[group] = {{"level", statement.level},
                         {"at", to_unix_ms(statement.reported)},
                         {"type", statement.type},
                         {"rank", statement.rank}};
  }
  json made{{"kind", episode.kind},
            {"level", episode.level},
            {"statements", std::move(statements)},
            {"ids", episode.event_ids},
            {"serial", episode.serial},
            {"office", episode.office},
            {"first", episode.first_name},
            {"last", episode.last_name},
            {"first_at", to_unix_ms(episode.first_reported)},
            {"last_at", to_unix_ms(episode.last_reported)},
            {"scope", static_cast<int>(episode.scope)},
            {"areas", episode.areas},
            {"districts", episode.districts},
            {"told", static_cast<int>(episode.told)},
            {"told_level", episode.told_level},
            {"rule", episode.rule},
            {"segment", episode.segment},
            {"text", episode.text},
            {"name", episode.written_name},
            {"ended", episode.ended}};
  if (episode.valid) made["valid"] = to_unix_ms(*episode.valid);
  return made;
}

AlertEpisode episode_from(const json& from) {
  AlertEpisode episode;
  from.at("kind").get_to(episode.kind);
  from.at("level").get_to(episode.level);
  for (const auto& [group, statement] : from.at("statements").items()) {
    episode.statements[group] = {statement.at("level").get<int>(), from_unix_ms(statement.at("at").get<std::int64_t>()),
                                 statement.at("type").get<std::string>(), statement.at("rank").get<int>()};
  }
  from.at("ids").get_to(episode.event_ids);
  from.at("serial").get_to(episode.serial);
  from.at("office").get_to(episode.office);
  from.at("first").get_to(episode.first_name);
  from.at("last").get_to(episode.last_name);
  episode.first_reported = from_unix_ms(from.at("first_at").get<std::int64_t>());
  episode.last_reported = from_unix_ms(from.at("last_at").get<std::int64_t>());
  episode.scope = static_cast<AlertScope>(std::clamp(from.at("scope").get<int>(), 0, 3));
  from.at("areas").get_to(episode.areas);
  from.at("districts").get_to(episode.districts);
  episode.told = static_cast<AlertTold>(std::clamp(from.at("told").get<int>(), 0, 2));
  from.at("told_level").get_to(episode.told_level);
  from.at("rule").get_to(episode.rule);
  from.at("segment").get_to(episode.segment);
  from.at("text").get_to(episode.text);
  from.at("name").get_to(episode.written_name);
  from.at("ended").get_to(episode.ended);
  if (const auto valid = from.find("valid"); valid != from.end())
    episode.valid = from_unix_ms(valid->get<std::int64_t>());
  return episode;
}

}  // namespace

void AlertState::tidy(TimePoint now) {
  for (auto at = episodes.begin(); at != episodes.end();) {
    const AlertEpisode& episode = at->second;
    const bool by_event = at->first.find('/') != std::string::npos;
    const bool over = (episode.ended && now - episode.last_reported > kEndedKept) ||
                      (by_event && now - episode.last_reported > kEventsKept);
    at = over ? episodes.erase(at) : std::next(at);
  }
  const auto oldest_first = [](const auto& a, const auto& b) {
    return a.second.last_reported < b.second.last_reported;
  };
  while (episodes.size() > kMaxEpisodes)
    episodes.erase(std::min_element(episodes.begin(), episodes.end(), oldest_first));
  while (seen.size() > kMaxSeen) {
    seen.erase(std::min_element(seen.begin(), seen.end(),
                                [](const auto& a, const auto& b) { return a.second.second < b.second.second; }));
  }
  if (known_events.size() > kMaxKnownEvents)
    known_events.erase(known_events.begin(), known_events.end() - kMaxKnownEvents);
  follow_ups.erase(std::remove_if(follow_ups.begin(), follow_ups.end(),
                                  [&](TimePoint t) { return now - t >= std::chrono::hours(1); }),
                   follow_ups.end());
  if (suppressed.size() > 100) suppressed.resize(100);
}

std::string AlertState::to_json() const {
  json made{{"format", kFormat},      {"episodes", json::object()}, {"seen", json::object()},
            {"events", known_events}, {"suppressed", suppressed},   {"follow_ups", json::array()}};
  for (const auto& [key, episode] : episodes) made["episodes"][key] = episode_json(episode);
  for (const auto& [digest, what] : seen) made["seen"][digest] = {what.first, to_unix_ms(what.second)};
  for (const TimePoint at : follow_ups) made["follow_ups"].push_back(to_unix_ms(at));
  return made.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<AlertState> AlertState::from_json(std::string_view text) {
  const json from = json::parse(text, nullptr, false);
  if (from.is_discarded() || !from.is_object()) return Error{ErrorCode::kCorrupt, "the alert state is not JSON"};
  try {
    if (from.at("format").get<int>() != kFormat)
      return Error{ErrorCode::kCorrupt, "the alert state has another format"};
    AlertState state;
    for (const auto& [key, episode] : from.at("episodes").items()) state.episodes[key] = episode_from(episode);
    for (const auto& [digest, what] : from.at("seen").items())
      state.seen[digest] = {what.at(0).get<std::string>(), from_unix_ms(what.at(1).get<std::int64_t>())};
    from.at("events").get_to(state.known_events);
    from.at("suppressed").get_to(state.suppressed);
    for (const json& at : from.at("follow_ups")) state.follow_ups.push_back(from_unix_ms(at.get<std::int64_t>()));
    return state;
  } catch (const json::exception& failure) {
    return Error{ErrorCode::kCorrupt, std::string("the alert state: ") + failure.what()};
  }
}

}  // namespace kairan::broadcasts
