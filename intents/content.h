// A city's content as checked values: what the files of content/<city>/ say after loading. Plain data, constant once
// loaded. Localised texts are maps from language ("ja", "ja-easy", "en", ...) to text; "ja" is always there.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/civil_time.h"

namespace kairan::intents {

using Localized = std::map<std::string, std::string>;

/// The text in `language`; ja-easy falls back to ja, others to en and then ja.
const std::string& pick(const Localized& text, std::string_view language);

struct District {
  std::string id;                     ///< "nanaura"
  std::string name;                   ///< 七浦
  std::string reading;                ///< ななうら
  std::vector<std::string> aliases;   ///< towns in it: 飯田, 音成
};

struct City {
  std::string name;                   ///< 鹿島市
  std::string reading;
  std::string prefecture;
  std::vector<std::string> own_names; ///< spellings that mean this city
  std::vector<District> districts;
  Localized greeting;
  std::map<std::string, Localized> phrases;  ///< short texts by name
  std::string phone;                  ///< main number
  std::string garbage_section, garbage_phone;
  bool sample = false;                ///< says 見本 in answers until the city replaces it
};

struct GarbageItem {
  std::string name;                   ///< 品目, with its condition: 「アイロン台（金属製）」
  std::string reading;                ///< hiragana; may be empty
  std::vector<std::string> aliases;
  std::string category;               ///< the city's own word, never translated
  std::string how;                    ///< 出し方
  std::string note;                   ///< 注意
  int row = 0;
};

struct FaqRow {
  std::string id;
  std::string question;
  std::vector<std::string> paraphrases;
  Localized answer;
  std::string section;                ///< 担当課
  std::string phone;
  std::string url;                    ///< 出典URL
  std::optional<Date> review_by;      ///< 見直し期限; past it the fact is not served
  bool sample = false;                ///< 見本
  int row = 0;
};

/// One category of one area: which days it is collected on.
struct CollectionRule {
  struct NthWeekday { unsigned weekday; unsigned nth; };  ///< nth 0 = every week
  std::vector<NthWeekday> weekdays;
  std::vector<Date> dates;
};
struct CollectionArea {
  std::string name;
  std::string group;                  ///< tells areas of one name apart (ward); may be empty
  std::string district;               ///< id of city.yaml; may be empty
  std::map<std::string, CollectionRule> by_category;
  std::vector<std::pair<Date, Date>> closed;  ///< first and last day without collection
  int row = 0;
};

struct Shelter {
  std::string name, reading, address, district;
  double latitude = 0, longitude = 0;
  int capacity = 0;                   ///< 0 = not stated
  std::vector<std::string> hazards;   ///< fit for: "flood", "landslide", "storm_surge", "earthquake", "tsunami", "fire", ...
  std::string note;
  int row = 0;
};

}  // namespace kairan::intents
