// Adds the weights of postings up by document, in a dense array that is all zero between searches. Kept by each thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "intents/bm25.h"

namespace kairan::intents {

struct Bm25Scores {
  std::vector<float> score;
  std::vector<std::uint32_t> touched;  ///< the first `count`
  std::size_t count = 0;

  void prepare(std::size_t size) {
    if (score.size() >= size) return;
    score.resize(size, 0);
    touched.resize(size + 1);
  }
  void add(Bm25Index::Postings postings) {
    float* const scores = score.data();
    std::uint32_t* const list = touched.data();
    std::size_t end = count;
    for (const Bm25Index::Posting& posting : postings) {
      const float before = scores[posting.document];
      // Written in any case: whether a document is new is a coin toss for the processor. The list has room for one more than
      // all, and a document that is there already is overwritten by the next.
      list[end] = posting.document;
      end += before == 0 ? 1 : 0;
      scores[posting.document] = before + posting.weight;
    }
    count = end;
  }
  void add_once(std::uint32_t document) {
    if (score[document] == 0) touched[count++] = document;
  }
  std::span<const std::uint32_t> documents() const { return std::span(touched).first(count); }
  void clear() {
    for (const std::uint32_t document : documents()) score[document] = 0;
    count = 0;
  }
};

}  // namespace kairan::intents
