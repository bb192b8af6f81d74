#include "intents/bm25.h"

#include <algorithm>
#include <cmath>

namespace kairan::intents {
namespace {

constexpr std::uint64_t kFnvOffset = 14695981039346656037ULL;
constexpr std::uint64_t kFnvPrime = 1099511628211ULL;
constexpr unsigned kBucketShift = 64 - 10;
constexpr std::uint64_t kBuckets = std::uint64_t{1} << (64 - kBucketShift);

struct Entry {
  TermHash term;
  std::uint32_t document;
  float weight;
};

}  // namespace

TermHash hash_term(TermKind kind, std::string_view text) {
  std::uint64_t hash = (kFnvOffset ^ static_cast<std::uint64_t>(kind)) * kFnvPrime;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * kFnvPrime;
  return hash;
}

TermHash hash_concept(std::uint32_t concept_id) {
  std::uint64_t hash = (kFnvOffset ^ static_cast<std::uint64_t>(TermKind::kConcept)) * kFnvPrime;
  for (unsigned shift = 0; shift < 32; shift += 8) hash = (hash ^ ((concept_id >> shift) & 0xffU)) * kFnvPrime;
  return hash;
}

void TermStatistics::add_document(std::vector<TermHash> terms) {
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  occurrences_.insert(occurrences_.end(), terms.begin(), terms.end());
  ++documents_;
}

void TermStatistics::finish() {
  std::sort(occurrences_.begin(), occurrences_.end());
  for (const TermHash term : occurrences_) {
    if (counts_.empty() || counts_.back().first != term) counts_.emplace_back(term, 0);
    ++counts_.back().second;
  }
  counts_.shrink_to_fit();
  occurrences_ = {};
}

float TermStatistics::idf(TermHash term) const {
  const auto found = std::lower_bound(counts_.begin(), counts_.end(), std::make_pair(term, std::uint32_t{0}));
  if (found == counts_.end() || found->first != term) return unknown_idf();
  const auto n = static_cast<double>(found->second);
  return static_cast<float>(std::log1p((static_cast<double>(documents_) - n + 0.5) / (n + 0.5)));
}

float TermStatistics::unknown_idf() const {
  return static_cast<float>(std::log1p((static_cast<double>(documents_) + 0.5) / 0.5));
}

bool TermStatistics::knows(TermHash term) const {
  const auto found = std::lower_bound(counts_.begin(), counts_.end(), std::make_pair(term, std::uint32_t{0}));
  return found != counts_.end() && found->first == term;
}

Bm25Index::Bm25Index(const std::vector<TermLists>& documents, const TermStatistics& statistics,
                     const Bm25Settings& settings)
    : documents_(documents.size()) {
  std::vector<Entry> entries;
  for (std::size_t kind = 0; kind < kTermKinds; ++kind) {
    std::size_t total = 0;
    for (const TermLists& document : documents) total += document.by_kind[kind].size();
    if (total == 0) continue;
    const float average = static_cast<float>(total) / static_cast<float>(documents.size());
    for (std::size_t number = 0; number < documents.size(); ++number) {
      std::vector<TermHash> terms = documents[number].by_kind[kind];
      std::sort(terms.begin(), terms.end());
      const float length = static_cast<float>(terms.size()) / average;
      for (std::size_t at = 0; at < terms.size();) {
        std::size_t end = at;
        while (end < terms.size() && terms[end] == terms[at]) ++end;
        const auto frequency = static_cast<float>(end - at);
        const float saturated =
            frequency * (settings.k1 + 1) / (frequency + settings.k1 * (1 - settings.b + settings.b * length));
        entries.push_back({terms[at], static_cast<std::uint32_t>(number),
                           settings.kind_weight[kind] * statistics.idf(terms[at]) * saturated});
        at = end;
      }
    }
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.term != b.term ? a.term < b.term : a.document < b.document;
  });
  postings_.reserve(entries.size());
  for (const Entry& entry : entries) {
    if (terms_.empty() || terms_.back() != entry.term) {
      terms_.push_back(entry.term);
      starts_.push_back(static_cast<std::uint32_t>(postings_.size()));
    }
    postings_.push_back({entry.document, entry.weight});
  }
  starts_.push_back(static_cast<std::uint32_t>(postings_.size()));
  for (std::size_t bucket = 0; bucket <= kBuckets; ++bucket) {
    const auto first = bucket == kBuckets ? terms_.end() : std::lower_bound(terms_.begin(), terms_.end(), bucket << kBucketShift);
    buckets_.push_back(static_cast<std::uint32_t>(first - terms_.begin()));
  }
  terms_.shrink_to_fit();
  starts_.shrink_to_fit();
}

Bm25Index::Postings Bm25Index::find(TermHash term) const {
  if (terms_.empty()) return {};
  const TermHash bucket = term >> kBucketShift;
  const auto end = terms_.begin() + buckets_[bucket + 1];
  const auto found = std::lower_bound(terms_.begin() + buckets_[bucket], end, term);
  if (found == end || *found != term) return {};
  const auto at = static_cast<std::size_t>(found - terms_.begin());
  return {postings_.data() + starts_[at], postings_.data() + starts_[at + 1]};
}

const Bm25Index::Posting* Bm25Index::skip_to(const Posting* at, const Posting* last, std::uint32_t document) {
  std::ptrdiff_t step = 1;
  while (last - at > step && at[step].document < document) {
    at += step;
    step *= 2;
  }
  const Posting* const end = at + std::min(step + 1, last - at);
  return std::lower_bound(at, end, document,
                          [](const Posting& posting, std::uint32_t wanted) { return posting.document < wanted; });
}

std::size_t Bm25Index::memory_bytes() const {
  return terms_.capacity() * sizeof(TermHash) + buckets_.capacity() * sizeof(std::uint32_t) + starts_.capacity() * sizeof(std::uint32_t) +
         postings_.capacity() * sizeof(Posting);
}

}  // namespace kairan::intents
