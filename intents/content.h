// A city's content as checked values: what the files of content/<city>/ say after loading. Plain data, constant once
// loaded. Localised texts are maps from language ("ja", "ja-easy", "en", ...) to text; "ja" is always there.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/civil_time.h"
#include "base/localized.h"
#include "intents/engine.h"

namespace kairan::intents {

struct District {
  std::string id;                     ///< "nanaura"
  std::string name;                   ///< 七浦
  std::string reading;                ///< ななうら
  std::vector<std::string> aliases;   ///< towns in it: 飯田, 音成
};

/// A town whose questions reach this city by mistake.
struct Town {
  std::string name;                   ///< 佐賀市
  std::string reading;                ///< hiragana; may be empty
  std::string prefecture;             ///< shown before the name when not empty
  std::vector<std::string> aliases;
  std::string phone, url;
};

struct City {
  std::string name;                   ///< 鹿島市
  std::string reading;
  std::string prefecture;
  std::vector<std::string> own_names; ///< spellings that mean this city
  std::vector<District> districts;
  std::vector<Town> other_towns;
  Localized greeting;
  std::map<std::string, Localized> phrases;  ///< short texts by name
  std::string phone;                  ///< main number
  std::string garbage_section, garbage_phone, garbage_url;
  bool sample = false;                ///< says 見本 in answers until the city replaces it
};

struct GarbageItem {
  std::string name;                   ///< 品目, with its condition: 「アイロン台（金属製）」
  std::string reading;                ///< hiragana; may be empty
  std::vector<std::string> aliases;
  std::string category;               ///< the city's own word, never translated
  std::string how;                    ///< 出し方
  std::string note;                   ///< 注意
  std::string fee;                    ///< 料金
  bool not_collected = false;         ///< 収集しない
  bool sample = false;                ///< 見本
  int row = 0;
};

struct GarbageCategory {
  std::string name;                   ///< 分別区分, the city's own word
  std::string reading;
  std::vector<std::string> aliases;   ///< what residents call it: 可燃ごみ
  std::string description;
  bool sample = false;
  int row = 0;
};

/// Declared by the city: what is made of this belongs to that category.
struct GarbageMaterial {
  std::string name;
  std::vector<std::string> aliases;
  std::string category;
  std::string description;
  int row = 0;
};

struct FaqRow {
  std::string id;
  std::string question;
  Localized questions;                ///< 質問_XX by language, "ja" included
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
  std::vector<NthWeekday> weekdays;   ///< nth 6 = the last one of the month
  std::vector<Date> dates;            ///< ascending
  std::string note;                   ///< 備考
};
struct CollectionArea {
  std::string name;
  std::string group;                  ///< tells areas of one name apart (ward); may be empty
  std::vector<std::string> districts; ///< ids of city.yaml; may be empty
  std::vector<std::pair<std::string, CollectionRule>> by_category;  ///< in the file's order
  std::vector<std::pair<Date, Date>> closed;  ///< first and last day without collection
  int row = 0;
};

struct Shelter {
  std::string name, reading, address, district;
  double latitude = 0, longitude = 0;
  int capacity = 0;                   ///< 0 = not stated
  std::vector<std::string> hazards;   ///< fit for: "flood", "landslide", "storm_surge", "earthquake", "tsunami", "fire", ...
  std::string note;
  bool sample = false;
  int row = 0;
};

/// Words that mean the same in a question.
struct SynonymRow {
  std::string word;
  std::vector<std::string> same;
  bool one_way = false;               ///< word may be read as one of `same`, not the other way round
  int row = 0;
};

/// One row of tests.csv.
struct ContentTest {
  std::string text;
  std::string expected;
  std::vector<std::string> before;    ///< said earlier in the same conversation
  std::vector<std::string> districts;
  TimePoint now;
  std::string language = "ja";
  std::vector<std::string> contains, lacks;
  int row = 0;
};

/// The tables of a content folder. rules.yaml and dialogues/*.yaml are read by the matchers that run them.
struct Content {
  std::string folder;
  City city;
  std::vector<GarbageItem> items;
  std::vector<GarbageCategory> categories;
  bool categories_declared = false;   ///< garbage_categories.csv exists
  std::vector<GarbageMaterial> materials;
  std::vector<CollectionArea> areas;
  std::vector<std::pair<Date, Date>> closed;  ///< for every area
  std::vector<FaqRow> faqs;
  std::vector<SynonymRow> synonyms;
  std::vector<std::pair<std::string, std::string>> words;  ///< words.csv: surface, reading
  std::vector<Shelter> shelters;
};

}  // namespace kairan::intents
