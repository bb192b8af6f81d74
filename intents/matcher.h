// The port inside the engine: each kind of answer (garbage, calendar, FAQ, rules, dialogues) looks at the same utterance
// and offers candidates on one scale; the engine chooses and asks the winner for its reply.
//
// The scale: 1.0 = the text is exactly this (an item's name alone, a rule's full pattern); 0.85 and more = answer at once;
// 0.5 to 0.85 = answer if clearly ahead of the next, else choose; below 0.5 = never shown to the resident, but still listed
// in Answer::candidates (up to 10), so that a search that falls short can be inspected. Every matcher calibrates to it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/message.h"
#include "intents/engine.h"
#include "intents/utterance.h"

namespace kairan::intents {

/// What is remembered between two messages; the engine stores it as JSON in Query::conversation.
struct Context {
  std::string last_intent;              ///< intent answered last
  std::string last_item;                ///< garbage item answered last
  std::string last_category;
  std::string dialogue;                 ///< dialogue in progress; "" = none
  std::string dialogue_step;
  std::vector<std::pair<std::string, std::string>> slots;
  std::vector<std::string> offered;     ///< intents of the last choice, in order (「2番」)
};

struct Offer {
  Candidate candidate;
  std::string reason;                   ///< for --explain
  std::size_t matched_begin = 0, matched_end = 0;  ///< what part of Utterance::folded it explains
  bool ask_first = false;               ///< only a guess: shown as a choice, never as the answer
  std::vector<Candidate> also;          ///< the reply shows these as well: the answer is a choice (two categories, variants)
  std::string part;                     ///< offers with different, non-empty parts answer different questions of one message
  bool urgent = false;                  ///< danger or distress: wins over every offer that is not, whatever the scores
  std::string go;                       ///< another intent that answers instead ("faq:101", "dialogue:NAME"); then reply is empty
  /// Writes the reply; called for the winner only. May set what is remembered.
  bool declines = false;                ///< the city says that this is none of its business: the answer is none
  std::function<std::vector<Message>(const Query&, Context&)> reply;
};

/// Between what matches equally well, the author's priority (50 unless given) decides; it never lifts a match past another step of
/// the scale.
inline double lifted_by_priority(double score, int priority) {
  return score + 0.02 * (priority - 50) / 50.0;
}

/// Threads: const members from many at once.
class Matcher {
 public:
  virtual ~Matcher() = default;
  /// Candidates for this text, best first, at most 20, those below 0.5 included.
  virtual std::vector<Offer> match(const Utterance& utterance, const Query& query, const Context& context) const = 0;
  /// The reply to an intent named outright (a pressed choice), or none when this matcher does not own it. `intent` may also
  /// be the data of a pressed button that begins with the matcher's own prefix ("dlg:...", "faq:helpful:...").
  virtual std::vector<Offer> by_intent(const std::string& intent, const Query& query, const Context& context) const = 0;
};

}  // namespace kairan::intents
