// The learning loop without a model: questions that were not understood, or answered without help, become lines a
// section officer reads to find a missing paraphrase or row. Nothing that names a person is kept: text is masked before
// it is stored, residents enter as an opaque tag that serves only to count them, and a line is shown from three
// residents on.
//
// This file masks, folds and clusters; storing is the gateway's, through GapStore.
// Threads: functions are pure; GapStore's implementation says its own.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "intents/gap.h"
#include "intents/utterance.h"

namespace kairan::intents {

inline constexpr std::chrono::hours kGapRetention{24 * 90};
inline constexpr std::size_t kGapMinResidents = 3;
inline constexpr std::size_t kGapMaxCharacters = 120;

/// The text with what may tell a person removed: digits become ＃, mail addresses 〔メール〕, web addresses 〔URL〕,
/// name-like runs 〔名前〕 (two proper nouns in a row, nouns before さん or 様, what follows 「名前は」「住所は」). At
/// most kGapMaxCharacters. Idempotent.
std::string mask_personal(std::string_view text, const Analyzer& analyzer);

/// @param intent  "" for a question without an answer
/// @param utterance  the analysis of `text`, if there is one already
Gap make_gap(GapKind kind, std::string_view text, std::string_view intent, const Analyzer& analyzer,
             Utterance utterance = {});

/// What was stored of one key.
struct GapCount {
  Gap gap;  ///< with one of its texts
  std::size_t times = 0;
  std::vector<std::string> resident_tags;  ///< distinct, opaque
  TimePoint last;
};

/// Port to where gaps are kept. Forgets what is older than kGapRetention.
class GapStore {
 public:
  virtual ~GapStore() = default;
  /// @param resident_tag  an HMAC of the address under a key that is not kept with the gaps
  virtual Status record(const Gap& gap, std::string_view resident_tag, TimePoint now) = 0;
  virtual Result<std::vector<GapCount>> list(TimePoint now) const = 0;
};

/// Texts that ask the same in other words.
struct GapCluster {
  GapKind kind = GapKind::kUnmatched;
  std::string intent;                 ///< for kRejected
  std::vector<std::string> examples;  ///< most frequent first, at most 5
  std::size_t times = 0;
  std::size_t residents = 0;
  TimePoint last;
};
/// Joins counts of one kind and intent whose keys share at least half of their words; only clusters of kGapMinResidents
/// and more, most residents first. Deterministic.
std::vector<GapCluster> cluster_gaps(std::vector<GapCount> counts);

}  // namespace kairan::intents
