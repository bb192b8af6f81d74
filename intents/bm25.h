// Ranked retrieval: Okapi BM25 with the weights of terms worked out when the index is built, so that a search only
// adds. Terms are 64-bit hashes of a kind and a text; the kinds (words, compounds, character pairs, concepts) are
// weighed apart, each with its own length. Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and
// Beyond" (2009), 3.4. Threads: const members from many at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace kairan::intents {

enum class TermKind : std::uint8_t { kWord, kCompound, kPair, kConcept };
inline constexpr std::size_t kTermKinds = 4;

using TermHash = std::uint64_t;
/// FNV-1a over the kind and the text.
TermHash hash_term(TermKind kind, std::string_view text);
TermHash hash_concept(std::uint32_t concept_id);

/// The terms of one text, by kind, with repetitions.
struct TermLists {
  std::array<std::vector<TermHash>, kTermKinds> by_kind;
};

/// In how many documents each term occurs: idf = ln(1 + (N - n + 0.5) / (n + 0.5)).
class TermStatistics {
 public:
  /// Counts each distinct term of `terms` once.
  void add_document(std::vector<TermHash> terms);
  /// To be called once, after the last document.
  void finish();
  float idf(TermHash term) const;  ///< of a term that occurs nowhere: unknown_idf()
  float unknown_idf() const;
  bool knows(TermHash term) const;

 private:
  std::size_t documents_ = 0;
  std::vector<TermHash> occurrences_;                       ///< until finish()
  std::vector<std::pair<TermHash, std::uint32_t>> counts_;  ///< ascending by term
};

struct Bm25Settings {
  float k1 = 1.2F;
  float b = 0.75F;
  std::array<float, kTermKinds> kind_weight{1, 1, 1, 1};
};

class Bm25Index {
 public:
  struct Posting {
    std::uint32_t document;
    float weight;
  };
  struct Postings {
    const Posting* first = nullptr;
    const Posting* last = nullptr;
    const Posting* begin() const { return first; }
    const Posting* end() const { return last; }
  };

  Bm25Index() = default;
  Bm25Index(const std::vector<TermLists>& documents, const TermStatistics& statistics, const Bm25Settings& settings);

  std::size_t documents() const { return documents_; }
  /// Ascending by document; empty for a term that is not there.
  Postings find(TermHash term) const;
  /// Calls `take` with the index of each of the `documents` (ascending) that is in the postings.
  template <typename Take>
  static void each_common(Postings postings, const std::vector<std::uint32_t>& documents, Take take) {
    const Posting* at = postings.first;
    for (std::size_t i = 0; i < documents.size() && at != postings.last; ++i) {
      at = skip_to(at, postings.last, documents[i]);
      if (at != postings.last && at->document == documents[i]) take(i);
    }
  }
  std::size_t memory_bytes() const;

 private:
  /// The first posting of [at, last) whose document is not below `document`: by growing steps, as it is mostly near.
  static const Posting* skip_to(const Posting* at, const Posting* last, std::uint32_t document);

  std::size_t documents_ = 0;
  std::vector<TermHash> terms_;        ///< ascending
  std::vector<std::uint32_t> buckets_; ///< first term of each value of the top bits, and the end
  std::vector<std::uint32_t> starts_;  ///< of each term in postings_, and the end
  std::vector<Posting> postings_;
};

}  // namespace kairan::intents
