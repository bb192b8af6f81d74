// Dates as residents say them: 今日, あさって, 来週の火曜, 第2水曜, 12/3, 12月3日, 今週. Pure function, any thread.
#pragma once

#include <string_view>
#include <vector>

#include "base/civil_time.h"

namespace kairan::intents {

struct DateWord {
  enum class Kind { kToday, kTomorrow, kDay, kThisWeek, kNextWeek };
  Kind kind = Kind::kDay;
  Date from, to;               ///< equal for a single day
  std::size_t begin = 0, end = 0;  ///< bytes of the folded text
  bool kana = false;           ///< written in kana only, so it may be part of another word
};

/// In the order of the text, never overlapping. Days without a year are the next such day from `today` on; dates that do
/// not exist (2/30) are no dates.
/// @param folded  base/text fold()
std::vector<DateWord> find_dates(std::string_view folded, Date today);

}  // namespace kairan::intents
