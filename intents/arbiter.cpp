#include "intents/arbiter.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <unordered_set>

#include "base/text.h"

namespace kairan::intents {
namespace {

/// How near the next offer may come before an answer becomes a choice, and from which score on nothing is doubted.
constexpr double kTie = 0.02;
constexpr double kCertain = 0.97;
constexpr std::size_t kMaxParts = 3;

std::string number(double value) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%.2f", value);
  return text.data();
}

}  // namespace

void rank_offers(std::vector<Offer>& offers) {
  std::stable_sort(offers.begin(), offers.end(), [](const Offer& a, const Offer& b) {
    if (a.urgent != b.urgent) return a.urgent;
    return a.candidate.score > b.candidate.score;
  });
  std::unordered_set<std::string> seen;
  offers.erase(std::remove_if(offers.begin(), offers.end(),
                              [&](const Offer& offer) { return !seen.insert(offer.candidate.intent).second; }),
               offers.end());
}

Decision decide(const std::vector<Offer>& offers) {
  Decision decision;
  if (offers.empty() || offers.front().candidate.score < kShownFrom) {
    decision.why = offers.empty() ? "候補がありません" : "どの候補も0.5に届きません";
    return decision;
  }
  const Offer& best = offers.front();
  const double score = best.candidate.score;
  if (best.urgent) return {Answer::Kind::kAnswer, {0}, "急を要する規則が先です"};
  if (!best.also.empty()) return {Answer::Kind::kChoose, {0}, "一つの返事に候補をすべて示します"};
  if (!best.ask_first && !best.part.empty() && score >= kAnswerAt) {
    std::vector<std::size_t> parts;
    std::unordered_set<std::string> seen;
    for (std::size_t i = 0; i < offers.size() && parts.size() < kMaxParts; ++i) {
      const Offer& offer = offers[i];
      if (offer.part.empty() || offer.ask_first || offer.candidate.score < kAnswerAt) continue;
      if (seen.insert(offer.part).second) parts.push_back(i);
    }
    if (parts.size() > 1) return {Answer::Kind::kAnswer, parts, "一つの文に問いが二つ以上あり、どれもはっきりしています"};
  }
  double next = 0;
  for (std::size_t i = 1; i < offers.size(); ++i) {
    if (!best.part.empty() && offers[i].part == best.part) continue;
    next = offers[i].candidate.score;
    break;
  }
  if (!best.ask_first) {
    if (score >= kAnswerAt && (score >= kCertain || score - next > kTie)) {
      return {Answer::Kind::kAnswer, {0}, number(score) + " は0.85以上で、次の " + number(next) + " より上です"};
    }
    if (score - next >= kClearLead) {
      return {Answer::Kind::kAnswer, {0}, number(score) + " は次の " + number(next) + " を0.15以上引き離しています"};
    }
  }
  decision.kind = Answer::Kind::kChoose;
  for (std::size_t i = 0; i < offers.size() && decision.chosen.size() < kMaxChoices; ++i) {
    const double other = offers[i].candidate.score;
    if (other >= kShownFrom && score - other <= 0.25) decision.chosen.push_back(i);
  }
  decision.why = best.ask_first ? "近い候補の確認が要ります" : "上位の候補の差が小さいので尋ねます";
  return decision;
}

std::vector<Candidate> list_candidates(const std::vector<Offer>& offers) {
  constexpr std::size_t kMax = 10;
  std::vector<Candidate> candidates;
  std::unordered_set<std::string> seen;
  const auto add = [&](const Candidate& candidate) {
    if (candidates.size() < kMax && seen.insert(candidate.intent).second) candidates.push_back(candidate);
  };
  for (const Offer& offer : offers) {
    add(offer.candidate);
    for (const Candidate& also : offer.also) add(also);
  }
  return candidates;
}

std::vector<std::string> split_questions(std::string_view text) {
  static constexpr std::array<std::string_view, 8> kEnds{"。", "！", "!", "？", "?", "\n", "．", "｡"};
  static constexpr std::array<std::string_view, 9> kStarts{"それと", "あと、", "あと ", "それから", "また、", "ついでに",
                                                           "もう一つ", "もうひとつ", "そして、"};
  constexpr std::size_t kMaxQuestions = 4;
  std::vector<std::string> parts;
  std::size_t start = 0;
  const auto cut = [&](std::size_t end, std::size_t next) {
    std::string_view part = trim(text.substr(start, end - start));
    // The joining word belongs to neither question: 「あと」 would be read as 後.
    for (const std::string_view word : kStarts) {
      if (part.size() > word.size() && part.substr(0, word.size()) == word) part = trim(part.substr(word.size()));
    }
    if (!part.empty()) parts.emplace_back(part);
    start = next;
  };
  for (std::size_t at = 0; at < text.size() && parts.size() + 1 < kMaxQuestions; ++at) {
    const std::string_view rest = text.substr(at);
    for (const std::string_view end : kEnds) {
      if (at >= start && rest.substr(0, end.size()) == end) cut(at, at + end.size());
    }
    for (const std::string_view word : kStarts) {
      if (at > start && rest.substr(0, word.size()) == word) cut(at, at);
    }
  }
  cut(text.size(), text.size());
  return parts;
}

}  // namespace kairan::intents
