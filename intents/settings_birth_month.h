// Reads when a child was born, as people write it: 「令和4年5月」「2022年5月」「2022/5」「R4.5」「May 2022」. The day is not
// kept, but for the 1st of April, which belongs to the school year before. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/civil_time.h"

namespace kairan::intents {

struct BirthMonth {
  enum class Problem {
    kNone,
    kNoSuchMonth,  ///< 「13月」
    kFuture,
    kTooOld,       ///< before kEarliestBirthYear
    kNoSuchEra,    ///< 「平成40年」
  };
  int year = 0;
  int month = 0;
  std::optional<bool> on_first;  ///< April only: whether born on the 1st; none = not said
  Problem problem = Problem::kNone;
};

inline constexpr int kEarliestBirthYear = 1990;  ///< as store::Attribute::allows()

/// Every month that the text names, at most 10, impossible ones with their problem.
std::vector<BirthMonth> read_birth_months(std::string_view text, Date today);
/// A year alone (「2022年」「令和4年」「2022」); nothing when the text says more or less.
std::optional<int> read_birth_year(std::string_view text, Date today);
/// A month alone (「5月」「5」); nothing when the text says more or less.
std::optional<int> read_month_alone(std::string_view text);

BirthMonth check_birth_month(int year, int month, Date today);

/// "2022-05", or "2022-04-01" for a child born on that day.
std::string birth_month_id(int year, int month, bool on_first);
struct BirthMonthParts {
  int year = 0, month = 0;
  bool on_first = false;
};
std::optional<BirthMonthParts> parse_birth_month_id(std::string_view id);

/// 「2022年5月」, 「2022年4月1日」, "May 2022".
std::string birth_month_label(std::string_view id, std::string_view language);
/// 「2022年（令和4年）」, "2022".
std::string birth_year_label(int year, std::string_view language);
std::string month_label(int month, std::string_view language);

}  // namespace kairan::intents
