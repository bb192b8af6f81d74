// Answers to "when": which day a category is collected, what is collected on a day or in a week, in the resident's area.
// Any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "intents/city_index.h"
#include "intents/matcher.h"

namespace kairan::intents {

/// The areas a resident may mean, from the text, then what was said before, then their registered districts.
struct AreaChoice {
  std::vector<std::uint32_t> areas;
  bool from_text = false;
};
AreaChoice choose_area(const CityIndex& index, const Signals& signals, const Query& query, const Context& context);

std::vector<Offer> calendar_offers(const CityIndex& index, const Question& question, const Signals& signals,
                                   const Query& query, const Context& context);

/// Offers for 「calendar:...」 intents named outright.
std::vector<Offer> calendar_by_intent(const CityIndex& index, const std::string& intent, const Query& query,
                                      const Context& context);

/// 「次の収集日：11月26日（木）（七浦）」 when the area is known for sure; else "".
std::string next_collection_line(const CityIndex& index, const std::string& category, const Query& query,
                                 const Context& context);
/// Whether any area collects this category by the calendar.
bool in_calendar(const CityIndex& index, const std::string& category);

}  // namespace kairan::intents
