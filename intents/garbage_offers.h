// Answers to "how do I throw this away": items, kinds of items, near names, categories and materials. Any thread.
#pragma once

#include <string>
#include <vector>

#include "intents/city_index.h"
#include "intents/matcher.h"

namespace kairan::intents {

std::vector<Offer> garbage_offers(const CityIndex& index, const Utterance& utterance, const Question& question,
                                  const Signals& signals, const Query& query, const Context& context);

/// The answer to 「garbage:NAME」 for an item or a category of this very name.
std::vector<Offer> garbage_by_intent(const CityIndex& index, const std::string& name, double score, std::string reason);

}  // namespace kairan::intents
