// Chooses among the offers of all matchers: one answer, several answers to several questions, a choice, or none. Pure.
#pragma once

#include <string>
#include <vector>

#include "intents/matcher.h"

namespace kairan::intents {

inline constexpr double kAnswerAt = 0.85;    ///< answered at once from here on
inline constexpr double kShownFrom = 0.5;    ///< below, an offer is never shown
inline constexpr double kClearLead = 0.15;   ///< what an answer below kAnswerAt must be ahead of the next by
inline constexpr std::size_t kMaxChoices = 3;

struct Decision {
  Answer::Kind kind = Answer::Kind::kNone;
  std::vector<std::size_t> chosen;  ///< indexes into the ranked offers: those answered, or those to choose from
  std::string why;
};

/// Sorts best first: urgent ones, then by score; equal scores keep their order. One offer per intent stays.
void rank_offers(std::vector<Offer>& offers);

/// @param offers  ranked
Decision decide(const std::vector<Offer>& offers);

/// The candidates of ranked offers, those shown by the same reply after each, at most 10, each intent once.
std::vector<Candidate> list_candidates(const std::vector<Offer>& offers);

/// The sentences of a message that may be questions of their own: split at 。！？ and line breaks, and before words such
/// as 「それと」「あと、」. At most 4; one when the message does not come apart.
std::vector<std::string> split_questions(std::string_view text);

}  // namespace kairan::intents
