#include "broadcasts/alert_kinds.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"

namespace kairan::broadcasts {
namespace {

constexpr std::size_t kCharacterBytes = 3;  ///< of a kana or kanji in UTF-8
using Scopes = std::vector<AlertScope>;
const Scopes kCityOnly{AlertScope::kCity};

Localized words(std::string ja, std::string easy, std::string en) {
  return {{"ja", std::move(ja)}, {"ja-easy", std::move(easy)}, {"en", std::move(en)}};
}

KindLevel advisory(const std::string& ja, const std::string& easy, const std::string& en) {
  return {"advisory", words(ja + "注意報", easy + "の 注意報（ちゅういほう）", en + " advisory"), {"注意報", "警戒レベル2"}};
}
KindLevel warning(const std::string& ja, const std::string& easy, const std::string& en) {
  return {"warning", words(ja + "警報", easy + "の 警報（けいほう）", en + " warning"), {"警報", "警戒レベル3"}};
}
KindLevel danger(const std::string& ja, const std::string& easy, const std::string& en) {
  return {"danger",
          words(ja + "危険警報", easy + "の 危険警報（きけん けいほう）", en + " critical warning"),
          {"危険警報", "警戒レベル4"}};
}
KindLevel special(const std::string& ja, const std::string& easy, const std::string& en) {
  return {"special",
          words(ja + "特別警報", easy + "の 特別警報（とくべつ けいほう）", en + " emergency warning"),
          {"特別警報", "警戒レベル5"}};
}

/// The four steps that hazards with 警戒レベル have since 2026, of which only some existed before.
AlertKind four_steps(std::string_view id, const std::string& ja, const std::string& easy, const std::string& en) {
  return {id, "weather", words(ja, easy, en),
          {advisory(ja, easy, en), warning(ja, easy, en), danger(ja, easy, en), special(ja, easy, en)}, kCityOnly};
}
AlertKind three_steps(std::string_view id, const std::string& ja, const std::string& weaker, const std::string& easy,
                      const std::string& en, const std::string& en_weaker) {
  return {id, "weather", words(ja, easy, en),
          {advisory(weaker, easy, en_weaker), warning(ja, easy, en), special(ja, easy, en)}, kCityOnly};
}
AlertKind one_step(std::string_view id, const std::string& ja, const std::string& easy, const std::string& en) {
  return {id, "advisory", words(ja, easy, en), {advisory(ja, easy, en)}, kCityOnly};
}

KindLevel step(std::string_view id, Localized name, std::vector<std::string> given_away) {
  return {id, std::move(name), std::move(given_away)};
}

AlertKind earthquake() {
  AlertKind kind{"earthquake", "earthquake", words("地震", "地震（じしん）", "Earthquake"), {},
                 {AlertScope::kCity, AlertScope::kRegion}};
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kIntensities{{
      {"1", "1"}, {"2", "2"}, {"3", "3"}, {"4", "4"}, {"5-", "5弱"}, {"5+", "5強"}, {"6-", "6弱"}, {"6+", "6強"},
      {"7", "7"}}};
  for (const auto& [id, ja] : kIntensities) {
    const std::string word = "震度" + std::string(ja);
    kind.levels.push_back(
        {id, words(word, "震度（しんど）" + std::string(ja), "Seismic intensity " + std::string(id)), {word}});
  }
  return kind;
}

AlertKind long_period() {
  AlertKind kind{"long-period", "earthquake",
                 words("長周期地震動", "長（なが）く ゆっくり ゆれる 地震（じしん）", "Long-period ground motion"), {},
                 {AlertScope::kRegion}};
  static constexpr std::array<std::string_view, 4> kClasses{"1", "2", "3", "4"};
  for (const std::string_view id : kClasses) {
    const std::string word = "長周期地震動階級" + std::string(id);
    kind.levels.push_back({id, words(word, "階級（かいきゅう）" + std::string(id), "Long-period ground motion class " + std::string(id)), {word}});
  }
  return kind;
}

std::vector<AlertKind> make_kinds() {
  const Scopes region{AlertScope::kRegion};
  std::vector<AlertKind> kinds{
      four_steps("rain", "大雨", "大雨（おおあめ）", "Heavy rain"),
      four_steps("landslide", "土砂災害", "土砂災害（どしゃ さいがい）", "Landslide"),
      four_steps("surge", "高潮", "高潮（たかしお）", "Storm surge"),
      {"flood", "weather", words("洪水", "洪水（こうずい）", "Flood"),
       {advisory("洪水", "洪水（こうずい）", "Flood"), warning("洪水", "洪水（こうずい）", "Flood")}, kCityOnly},
      three_steps("storm", "暴風", "強風", "強（つよ）い 風（かぜ）", "Storm", "Strong wind"),
      three_steps("blizzard", "暴風雪", "風雪", "風（かぜ）と 雪（ゆき）", "Snowstorm", "Wind and snow"),
      three_steps("snow", "大雪", "大雪", "大雪（おおゆき）", "Heavy snow", "Heavy snow"),
      three_steps("wave", "波浪", "波浪", "高（たか）い 波（なみ）", "High waves", "High waves"),
      one_step("thunder", "雷", "雷（かみなり）", "Thunderstorm"),
      one_step("thaw", "融雪", "雪（ゆき）どけ", "Snowmelt"),
      one_step("fog", "濃霧", "こい 霧（きり）", "Dense fog"),
      one_step("dry", "乾燥", "空気（くうき）の 乾燥（かんそう）", "Dry air"),
      one_step("avalanche", "なだれ", "なだれ", "Avalanche"),
      one_step("cold", "低温", "低（ひく）い 気温（きおん）", "Low temperature"),
      one_step("frost", "霜", "霜（しも）", "Frost"),
      one_step("icing", "着氷", "着氷（ちゃくひょう）", "Ice accretion"),
      one_step("snow-accretion", "着雪", "着雪（ちゃくせつ）", "Snow accretion"),
      {"record-rain", "phenomenon", words("記録的短時間大雨", "記録的（きろくてき）な 大雨（おおあめ）", "Record rainfall"),
       {step("issued", words("記録的短時間大雨情報", "とても はげしい 雨（あめ）の 情報（じょうほう）", "Record short-time heavy rain"), {})},
       {AlertScope::kCity, AlertScope::kRegion, AlertScope::kPrefecture}},
      {"tornado", "phenomenon", words("竜巻", "竜巻（たつまき）", "Tornado"),
       {step("issued", words("竜巻注意情報", "竜巻（たつまき）の 注意（ちゅうい） 情報（じょうほう）", "Tornado watch"), {})}, kCityOnly},
      {"river", "river", words("河川の氾濫", "川（かわ）の 水（みず）", "River flooding"),
       {step("2", words("氾濫注意情報", "氾濫（はんらん）の 注意（ちゅうい）", "River flood advisory"), {"氾濫注意情報", "警戒レベル2"}),
        step("3", words("氾濫警戒情報", "氾濫（はんらん）の 警戒（けいかい）", "River flood warning"), {"氾濫警戒情報", "警戒レベル3"}),
        step("4", words("氾濫危険情報", "氾濫（はんらん）の 危険（きけん）", "River flood danger"), {"氾濫危険情報", "警戒レベル4"}),
        step("5", words("氾濫発生情報", "川（かわ）の 水（みず）が あふれました", "River flooding occurred"), {"氾濫発生情報", "警戒レベル5"})},
       kCityOnly},
      {"risk", "risk", words("大雨の危険度", "大雨（おおあめ）の 危険（きけん）", "Heavy rain risk"),
       {step("2", words("大雨危険度 注意", "注意（ちゅうい）", "Heavy rain risk: caution"), {"警戒レベル2"}),
        step("3", words("大雨危険度 警戒", "警戒（けいかい）", "Heavy rain risk: alert"), {"警戒レベル3"}),
        step("4", words("大雨危険度 危険", "危険（きけん）", "Heavy rain risk: danger"), {"警戒レベル4"}),
        step("5", words("大雨危険度 災害切迫", "とても 危険（きけん）", "Heavy rain risk: imminent disaster"), {"警戒レベル5"})},
       kCityOnly},
      earthquake(),
      long_period(),
      {"eew", "earthquake", words("緊急地震速報", "緊急（きんきゅう） 地震（じしん） 速報（そくほう）", "Earthquake early warning"),
       {step("issued", words("緊急地震速報（警報）", "緊急（きんきゅう） 地震（じしん） 速報（そくほう）", "Earthquake early warning"), {"警報"})}, region},
      {"tsunami", "tsunami", words("津波", "津波（つなみ）", "Tsunami"),
       {step("forecast", words("津波予報（若干の海面変動）", "津波予報（つなみ よほう）", "Tsunami forecast (slight sea level change)"), {"津波予報"}),
        step("advisory", words("津波注意報", "津波注意報（つなみ ちゅういほう）", "Tsunami advisory"), {"津波注意報"}),
        step("warning", words("津波警報", "津波警報（つなみ けいほう）", "Tsunami warning"), {"津波警報"}),
        step("major", words("大津波警報", "大津波警報（おおつなみ けいほう）", "Major tsunami warning"), {"大津波警報"})},
       region},
      {"volcano", "other", words("火山", "火山（かざん）", "Volcano"),
       {step("named", words("火山に関する情報", "火山（かざん）の 情報（じょうほう）", "Volcano information"), {})}, kCityOnly},
      {"heat", "other", words("熱中症", "熱中症（ねっちゅうしょう）", "Heat"),
       {step("alert", words("熱中症警戒アラート", "熱中症（ねっちゅうしょう） 警戒（けいかい） アラート", "Heat stroke alert"), {})},
       {AlertScope::kPrefecture}},
      {"other", "other", words("その他の情報", "お知（し）らせ", "Other information"),
       {step("unknown", words("その他の情報", "お知（し）らせ", "Other information"), {})},
       {AlertScope::kCity, AlertScope::kRegion}},
      {"cap", "cap", words("外部からのお知らせ", "お知（し）らせ", "Alert message"),
       {step("unknown", words("外部からのお知らせ", "お知（し）らせ", "Alert message"), {}),
        step("minor", words("外部からのお知らせ（軽度）", "お知（し）らせ", "Alert message (minor)"), {}),
        step("moderate", words("外部からのお知らせ（中度）", "お知（し）らせ", "Alert message (moderate)"), {}),
        step("severe", words("外部からのお知らせ（重大）", "大切（たいせつ）な お知（し）らせ", "Alert message (severe)"), {}),
        step("extreme", words("外部からのお知らせ（極めて重大）", "とても 大切（たいせつ）な お知（し）らせ", "Alert message (extreme)"), {})},
       kCityOnly, AlertSource::kCap},
      {"evacuation", "lalert", words("避難情報", "避難（ひなん）の 情報（じょうほう）", "Evacuation"),
       {step("elderly", words("高齢者等避難", "お年寄（としよ）りなどは 避難（ひなん）", "Evacuation of the elderly and others"), {"高齢者等避難", "警戒レベル3"}),
        step("order", words("避難指示", "避難（ひなん） 指示（しじ）", "Evacuation order"), {"避難指示", "警戒レベル4"}),
        step("emergency", words("緊急安全確保", "今（いま）すぐ 命（いのち）を 守（まも）る", "Emergency safety measures"), {"緊急安全確保", "警戒レベル5"})},
       {AlertScope::kCity, AlertScope::kDistrict}, AlertSource::kLAlert},
      {"shelter", "lalert", words("避難所", "避難所（ひなんじょ）", "Shelters"),
       {step("info", words("避難所情報", "避難所（ひなんじょ）の 情報（じょうほう）", "Shelter information"), {})},
       {AlertScope::kCity, AlertScope::kDistrict}, AlertSource::kLAlert},
      {"notice", "lalert", words("お知らせ", "お知（し）らせ", "Notice"),
       {step("info", words("お知らせ", "お知（し）らせ", "Notice"), {})},
       {AlertScope::kCity, AlertScope::kDistrict}, AlertSource::kLAlert},
  };
  return kinds;
}

const std::vector<AlertKind>& kinds() {
  static const std::vector<AlertKind> made = make_kinds();
  return made;
}

/// By their first character; longest first, so that at one place the longest is found.
const std::map<std::string, std::vector<std::string>, std::less<>>& all_words() {
  static const std::map<std::string, std::vector<std::string>, std::less<>> made = [] {
    std::set<std::string> distinct{"避難勧告"};  // abolished in 2021: contradicts every level
    for (const AlertKind& kind : kinds()) {
      for (const KindLevel& level : kind.levels) distinct.insert(level.words.begin(), level.words.end());
    }
    for (const char* level : {"警戒レベル1", "警戒レベル2", "警戒レベル3", "警戒レベル4", "警戒レベル5"}) distinct.insert(level);
    std::vector<std::string> list(distinct.begin(), distinct.end());
    std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
    std::map<std::string, std::vector<std::string>, std::less<>> by_first;
    for (std::string& word : list) by_first[word.substr(0, kCharacterBytes)].push_back(std::move(word));
    return by_first;
  }();
  return made;
}

/// Full-width digits and signs to half-width, so that 「震度５弱」 is 「震度5弱」; 「レベル３」 without 警戒 counts as 警戒レベル.
std::string narrow(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto at = [&](std::size_t k) { return static_cast<unsigned char>(i + k < text.size() ? text[i + k] : 0); };
    if (at(0) == 0xEF && at(1) == 0xBC && at(2) >= 0x90 && at(2) <= 0x99) {
      out += static_cast<char>('0' + (at(2) - 0x90));
      i += 3;
    } else {
      out += text[i++];
    }
  }
  return out;
}

}  // namespace

std::string_view status_name(AlertStatus status) {
  switch (status) {
    case AlertStatus::kReal: return "real";
    case AlertStatus::kDrill: return "drill";
    case AlertStatus::kTest: return "test";
  }
  return "test";
}

const KindLevel* AlertKind::level(int number) const {
  return number < 1 || number > static_cast<int>(levels.size()) ? nullptr : &levels[static_cast<std::size_t>(number - 1)];
}

int AlertKind::level_number(std::string_view wanted) const {
  const auto found = std::find_if(levels.begin(), levels.end(), [&](const KindLevel& entry) { return entry.id == wanted; });
  return found == levels.end() ? 0 : static_cast<int>(found - levels.begin()) + 1;
}

std::span<const AlertKind> alert_kinds() { return kinds(); }

const AlertKind* find_alert_kind(std::string_view id) {
  const auto found = std::find_if(kinds().begin(), kinds().end(), [&](const AlertKind& kind) { return kind.id == id; });
  return found == kinds().end() ? nullptr : &*found;
}

StaffText alert_level_name(std::string_view kind, int level) {
  const AlertKind* const known = find_alert_kind(kind);
  if (known == nullptr) return same_text(std::string(kind));
  const KindLevel* const step = known->level(level);
  const Localized& name = step == nullptr ? known->name : step->name;
  return {pick(name, "ja"), pick(name, "en")};
}

std::string_view scope_id(AlertScope scope) {
  switch (scope) {
    case AlertScope::kCity: return "city";
    case AlertScope::kDistrict: return "district";
    case AlertScope::kRegion: return "region";
    case AlertScope::kPrefecture: return "prefecture";
  }
  return "city";
}

CodedHazard weather_hazard(std::string_view code) {
  // JMA's table of 気象警報・注意報 codes. 32 (暴風雪特別警報) and 39 (レベル５土砂災害特別警報) are in no sample; 39 follows the
  // pattern of 29, 09, 49.
  static const std::map<std::string_view, CodedHazard> table{
      {"10", {"rain", 1}},      {"03", {"rain", 2}},     {"43", {"rain", 3}},      {"33", {"rain", 4}},
      {"29", {"landslide", 1}}, {"09", {"landslide", 2}}, {"49", {"landslide", 3}}, {"39", {"landslide", 4}},
      {"19", {"surge", 1}},     {"08", {"surge", 2}},    {"48", {"surge", 3}},     {"38", {"surge", 4}},
      {"18", {"flood", 1}},     {"04", {"flood", 2}},    {"15", {"storm", 1}},     {"05", {"storm", 2}},
      {"35", {"storm", 3}},     {"13", {"blizzard", 1}}, {"02", {"blizzard", 2}},  {"32", {"blizzard", 3}},
      {"12", {"snow", 1}},      {"06", {"snow", 2}},     {"36", {"snow", 3}},      {"16", {"wave", 1}},
      {"07", {"wave", 2}},      {"37", {"wave", 3}},     {"14", {"thunder", 1}},   {"17", {"thaw", 1}},
      {"20", {"fog", 1}},       {"21", {"dry", 1}},      {"22", {"avalanche", 1}}, {"23", {"cold", 1}},
      {"24", {"frost", 1}},     {"25", {"icing", 1}},    {"26", {"snow-accretion", 1}}};
  const auto found = table.find(code);
  return found == table.end() ? CodedHazard{"other", 1} : found->second;
}

std::vector<std::string> level_words_in(std::string_view text) {
  const std::string narrowed = narrow(text);
  std::vector<std::string> found;
  for (std::size_t i = 0; i < narrowed.size();) {
    const std::string_view rest = std::string_view(narrowed).substr(i);
    if (static_cast<unsigned char>(rest[0]) < 0xE0) {  // every word begins with a character of three bytes
      ++i;
      continue;
    }
    const auto words = all_words().find(rest.substr(0, kCharacterBytes));
    const std::string* word = nullptr;
    if (words != all_words().end()) {
      const auto match = std::find_if(words->second.begin(), words->second.end(),
                                      [&](const std::string& candidate) { return rest.substr(0, candidate.size()) == candidate; });
      if (match != words->second.end()) word = &*match;
    }
    if (word != nullptr) {
      found.push_back(*word);
      i += word->size();
    } else if (rest.substr(0, 9) == "レベル" && rest.size() > 9 && rest[9] >= '1' && rest[9] <= '5') {
      found.push_back("警戒レベル" + std::string(1, rest[9]));
      i += 10;
    } else {
      i += kCharacterBytes;
    }
  }
  return found;
}

std::string contradiction(std::string_view text, const AlertKind& kind, int level, int before) {
  for (const std::string& word : level_words_in(text)) {
    const auto says = [&](int number) {
      const KindLevel* const entry = kind.level(number);
      return entry != nullptr && std::find(entry->words.begin(), entry->words.end(), word) != entry->words.end();
    };
    if (!says(level) && !says(before)) return word;
  }
  return {};
}

}  // namespace kairan::broadcasts
