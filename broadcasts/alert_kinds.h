// The catalogue of hazards: which kinds there are, which levels each has, what they are called, and how precisely their
// area can be given. It is what the rules must cover and what the words of a message are held to. Constant; any thread.
//
// Levels of weather follow 警戒レベル: advisory 2, warning 3, danger 4, special 5 (names and codes: JMA's disaster
// information XML, code tables of 気象警報・注意報, samples up to 2025-06).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/localized.h"
#include "base/staff_text.h"
#include "broadcasts/alert.h"

namespace kairan::broadcasts {

struct KindLevel {
  std::string_view id;  ///< "special", "5-"
  Localized name;       ///< 「大雨特別警報」
  /// The words that give this level away in a text: 「特別警報」, 「震度5弱」. Another level's words contradict it.
  std::vector<std::string> words;
};

struct AlertKind {
  std::string_view id;
  std::string_view group;  ///< rules may name it as @weather, ...
  Localized name;          ///< 「大雨」
  std::vector<KindLevel> levels;      ///< level 1 first
  std::vector<AlertScope> scopes;     ///< those that occur
  AlertSource source = AlertSource::kJma;

  /// The level's entry; null for 0 and for levels it does not have.
  const KindLevel* level(int number) const;
  /// 0 when there is no such level.
  int level_number(std::string_view wanted) const;
};

std::span<const AlertKind> alert_kinds();
const AlertKind* find_alert_kind(std::string_view id);
/// What people call a level of a kind: 「大雨警報」, else the kind, else its id.
StaffText alert_level_name(std::string_view kind, int level);

std::string_view scope_id(AlertScope scope);  ///< "city", "district", "region", "prefecture"

/// The kind and level of a code in VPWW53-61 (Kind/Code); {"other", 1} for a code that no table has.
struct CodedHazard {
  std::string_view kind;
  int level = 0;
};
CodedHazard weather_hazard(std::string_view code);

/// Every level word of the catalogue that stands in `text`, the longest at each place: 「津波警報」 is not also 「警報」, and
/// 「震度５弱」 reads as 「震度5弱」.
std::vector<std::string> level_words_in(std::string_view text);
/// The first level word of `text` that belongs neither to `level` nor to `before` of the kind; "" when there is none.
std::string contradiction(std::string_view text, const AlertKind& kind, int level, int before);

}  // namespace kairan::broadcasts
