#include "gateway/shelter_desk.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/staff_text.h"
#include "base/text.h"
#include "store/keys.h"

namespace kairan::gateway {
namespace {

using nlohmann::json;

constexpr std::size_t kShown = 5;
constexpr std::string_view kModeRecord = "*disaster";
constexpr int kTries = 5;

/// A page of the map that every phone opens; the shelter's place, never the resident's.
std::string map_link(const Shelter& shelter) {
  char text[160];
  std::snprintf(text, sizeof text, "https://www.google.com/maps/search/?api=1&query=%.6f,%.6f", shelter.latitude,
                shelter.longitude);
  return text;
}

bool english(std::string_view language) {
  return language != "ja" && language != "ja-easy";
}

std::string state_words(ShelterState state, std::string_view language) {
  if (english(language))
    return state == ShelterState::kOpen ? "Open" : state == ShelterState::kFull ? "Full" : "Not open";
  if (language == "ja-easy")
    return state == ShelterState::kOpen   ? "開（あ）いています"
           : state == ShelterState::kFull ? "いっぱいです"
                                          : "開（あ）いていません";
  return state == ShelterState::kOpen ? "開設中" : state == ShelterState::kFull ? "満員" : "開設していません";
}

bool about_shelters(const std::string& key) {
  static const std::vector<std::string> kWords{fold_key("避難所"),     fold_key("避難場所"),
                                               fold_key("ひなんじょ"), fold_key("ひなんばしょ"),
                                               fold_key("shelter"),    fold_key("evacuation site")};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](const std::string& word) { return key.find(word) != std::string::npos; });
}

}  // namespace

std::string_view shelter_state_name(ShelterState state) {
  switch (state) {
    case ShelterState::kClosed:
      return "closed";
    case ShelterState::kOpen:
      return "open";
    case ShelterState::kFull:
      return "full";
  }
  return "closed";
}

std::optional<ShelterState> parse_shelter_state(std::string_view name) {
  for (const ShelterState state : {ShelterState::kClosed, ShelterState::kOpen, ShelterState::kFull}) {
    if (shelter_state_name(state) == name) return state;
  }
  return {};
}

ShelterDesk::ShelterDesk(store::RedisClient& redis, std::shared_ptr<const ShelterList> list, InForce in_force,
                         const Clock& clock)
    : records_(redis, store::keys::shelters()),
      in_force_(std::move(in_force)),
      clock_(clock),
      list_(std::move(list)),
      picture_(std::make_shared<Picture>()) {}

ShelterDesk::View ShelterDesk::view() const {
  const std::lock_guard lock(mutex_);
  return {list_, picture_};
}

void ShelterDesk::reload(std::shared_ptr<const ShelterList> list) {
  const std::lock_guard lock(mutex_);
  list_ = std::move(list);
}

bool ShelterDesk::disaster_mode() const {
  return view().picture->disaster;
}
std::map<std::string, ShelterStatus> ShelterDesk::states() const {
  return view().picture->states;
}

std::vector<std::string> ShelterDesk::open_names() const {
  const View now = view();
  std::vector<std::string> names;
  for (const Shelter& shelter : now.list->all()) {
    const auto found = now.picture->states.find(shelter.name);
    if (found != now.picture->states.end() && found->second.state == ShelterState::kOpen) names.push_back(shelter.name);
  }
  return names;
}

Status ShelterDesk::change(const std::string& name, const std::string& document) {
  for (int tries = 0; tries < kTries; ++tries) {
    const auto stored = records_.find(name);
    if (!stored) return stored.error();
    const auto written = records_.put({name, *stored ? (*stored)->revision : 0, document});
    if (written) return refresh();
    if (written.error().code != ErrorCode::kConflict) return written.error();
  }
  return staff_error(ErrorCode::kConflict, {"ほかの人が同時に変えています。もう一度押してください。",
                                            "Others are changing it at the same time. Press again."});
}

Status ShelterDesk::set(const std::string& name, ShelterState state, const std::string& account) {
  const View now = view();
  const auto& all = now.list->all();
  if (std::none_of(all.begin(), all.end(), [&](const Shelter& shelter) { return shelter.name == name; }))
    return staff_error(ErrorCode::kNotFound,
                       {"「" + shorten_graphemes(name, 40) +
                            "」という避難所はありません。shelters.csv の名称のとおりに書いてください。",
                        "There is no shelter “" + shorten_graphemes(name, 40) + "”. Write it as shelters.csv does."});
  return change(name, dump_json(json{
                          {"state", shelter_state_name(state)}, {"since", to_unix_ms(clock_.now())}, {"by", account}}));
}

Status ShelterDesk::set_disaster_mode(bool on, const std::string& account) {
  return change(std::string(kModeRecord),
                dump_json(json{{"on", on}, {"since", to_unix_ms(clock_.now())}, {"by", account}}));
}

Status ShelterDesk::refresh() {
  const auto stored = records_.all();
  if (!stored) return stored.error();
  auto picture = std::make_shared<Picture>();
  for (const store::Record& record : *stored) {
    const auto document = parse_json(record.document);
    if (!document) continue;
    if (record.name == kModeRecord) {
      const json* const on = json_member(*document, "on");
      picture->disaster = on != nullptr && on->is_boolean() && on->get<bool>();
      continue;
    }
    const auto state = parse_shelter_state(json_text(*document, "state"));
    const json* const since = json_member(*document, "since");
    if (!state || since == nullptr || !since->is_number_integer()) continue;
    picture->states[record.name] = {*state, from_unix_ms(since->get<std::int64_t>()), json_text(*document, "by")};
  }
  if (in_force_) {
    const auto kinds = in_force_();
    if (!kinds) return kinds.error();
    for (const std::string& kind : *kinds) {
      std::string hazard = hazard_of_kind(kind);
      if (!hazard.empty() &&
          std::find(picture->hazards.begin(), picture->hazards.end(), hazard) == picture->hazards.end())
        picture->hazards.push_back(std::move(hazard));
    }
  }
  const std::lock_guard lock(mutex_);
  picture_ = std::move(picture);
  return {};
}

namespace {

ShelterState state_of(const std::map<std::string, ShelterStatus>& states, const Shelter& shelter) {
  const auto found = states.find(shelter.name);
  return found == states.end() ? ShelterState::kClosed : found->second.state;
}

}  // namespace

Message ShelterDesk::offer(const View& now, std::vector<NearShelter> places, std::string_view language,
                           bool measured) const {
  const auto& states = now.picture->states;
  const bool some_open = std::any_of(states.begin(), states.end(),
                                     [](const auto& entry) { return entry.second.state != ShelterState::kClosed; });
  std::string text;
  if (english(language)) {
    text = some_open ? "Shelters" : "No shelter has been opened by the city yet. Designated places:";
  } else if (language == "ja-easy") {
    text = some_open ? "避難所（ひなんじょ）です。"
                     : "今（いま）開（あ）いている 避難所（ひなんじょ）は ありません。逃（に）げる ところとして "
                       "決（き）められた 場所（ばしょ）です。";
  } else {
    text = some_open ? "避難所のご案内"
                     : "いま市が開設している避難所はありません。近くの指定緊急避難場所をお知らせします。";
    if (!now.picture->hazards.empty()) {
      std::string list;
      for (const std::string& hazard : now.picture->hazards) list += (list.empty() ? "" : "・") + hazard;
      text += "（" + list + "に使える場所だけを出しています）";
    }
  }
  for (const NearShelter& place : places) {
    const Shelter& shelter = *place.shelter;
    text += "\n\n■" + shelter.name + " " + state_words(state_of(states, shelter), language);
    if (measured) {
      const std::string minutes = std::to_string(walking_minutes(place.metres));
      text += english(language)
                  ? "\n" + distance_ja(place.metres).substr(3) + ", about " + minutes + " min on foot"
                  : "\n" + place.direction + "へ" + distance_ja(place.metres) + "、歩いて約" + minutes + "分";
    }
    if (shelter.capacity > 0)
      text += english(language) ? "\nCapacity " + std::to_string(shelter.capacity)
                                : "\n収容 " + std::to_string(shelter.capacity) + "人";
    text += "\n" + map_link(shelter);
  }
  if (places.empty())
    text += english(language)
                ? "\nNone fits the present danger. Go to a high, sturdy place and call 119 if in danger."
                : "\nいまの災害に使える場所が見つかりません。高い頑丈な建物へ移り、危険なときは119へ電話してください。";
  return text_message(shorten_utf16(text, 4900));
}

std::vector<Message> ShelterDesk::near(double latitude, double longitude, std::string_view language) const {
  const View now = view();
  const auto fit = [&](const Shelter& shelter) { return shelter.fit_for_all(now.picture->hazards); };
  const auto with = [&](ShelterState state) {
    return now.list->near(latitude, longitude, kShown, [&](const Shelter& shelter) {
      return fit(shelter) && state_of(now.picture->states, shelter) == state;
    });
  };
  std::vector<NearShelter> places = with(ShelterState::kOpen);
  if (places.size() < kShown) {
    for (NearShelter& full : with(ShelterState::kFull)) {
      if (places.size() < kShown) places.push_back(std::move(full));
    }
  }
  if (places.empty()) places = now.list->near(latitude, longitude, 3, fit);
  return {offer(now, std::move(places), language, true)};
}

std::optional<std::vector<Message>> ShelterDesk::asked(std::string_view text, const std::vector<std::string>& districts,
                                                       std::string_view language) const {
  const View now = view();
  const bool some_open = std::any_of(now.picture->states.begin(), now.picture->states.end(),
                                     [](const auto& entry) { return entry.second.state != ShelterState::kClosed; });
  if (!some_open && !now.picture->disaster) return {};
  if (text.size() > 300) return {};
  const std::string key = fold_key(text);
  std::vector<NearShelter> places;
  if (about_shelters(key)) {
    const auto add = [&](ShelterState state, bool own) {
      for (const Shelter& shelter : now.list->all()) {
        const bool of_theirs = std::find(districts.begin(), districts.end(), shelter.district) != districts.end();
        if (places.size() < 8 && of_theirs == own && state_of(now.picture->states, shelter) == state &&
            shelter.fit_for_all(now.picture->hazards))
          places.push_back({&shelter, 0, ""});
      }
    };
    for (const ShelterState state : {ShelterState::kOpen, ShelterState::kFull}) {
      add(state, true);
      add(state, false);
    }
    if (places.empty()) add(ShelterState::kClosed, true);
  } else {
    for (const Shelter* shelter : now.list->named(text)) {
      if (places.size() < 3) places.push_back({shelter, 0, ""});
    }
    if (places.empty()) return {};
  }
  Message message = offer(now, std::move(places), language, false);
  message.quick_replies.push_back({Action::Kind::kLocation, english(language) ? "Near me" : "近くの避難所", "", ""});
  return std::vector<Message>{std::move(message)};
}

std::string ShelterDesk::family_text(std::string_view shelter, std::string_view language) {
  const std::string place(shelter);
  if (english(language)) return place.empty() ? "I am safe." : "I am safe. I am at " + place + ".";
  if (language == "ja-easy")
    return place.empty() ? "わたしは だいじょうぶです。" : "わたしは だいじょうぶです。" + place + "に います。";
  return place.empty() ? "無事です。" : "無事です。" + place + "に避難しています。";
}

}  // namespace kairan::gateway
