// When garbage is collected: reads the 収集日 cell and answers "which days". Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "intents/content.h"

namespace kairan::intents {

inline constexpr unsigned kLastOfMonth = 6;  ///< NthWeekday::nth of 最終

/// Reads 「月 木」「火1 火3」「毎週月・木曜日」「第2・4水曜日」「最終金曜日」 and dates, mixed.
/// @return nothing when some part cannot be read; `unread` then holds it
std::optional<CollectionRule> parse_collection_days(std::string_view cell, std::string& unread);

/// Reads 「2026-12-31〜2027-01-03」 and single dates. Same return.
std::optional<std::vector<std::pair<Date, Date>>> parse_closed_days(std::string_view cell, std::string& unread);

/// Whether `rule` collects on `date`: a dated list always, weekdays except on closed days.
bool collects_on(const CollectionRule& rule, const std::vector<std::pair<Date, Date>>& closed, Date date);

/// The next days of collection from `from` on, at most `count` within 400 days.
std::vector<Date> next_collections(const CollectionRule& rule, const std::vector<std::pair<Date, Date>>& closed,
                                   Date from, std::size_t count);

/// 「毎週月・木曜日」「第1・3火曜日」, or 「2026年11月25日ほか」 for dated lists: how a rule reads aloud.
std::string describe(const CollectionRule& rule);

/// The cell that parse_collection_days reads back as `rule`.
std::string write_collection_days(const CollectionRule& rule);

}  // namespace kairan::intents
