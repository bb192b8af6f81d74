// Everything of a city that a question about garbage can name, in one key table, with the ways back from key to content.
// Built once; constant afterwards; any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "intents/content.h"
#include "intents/garbage_index.h"
#include "intents/key_table.h"
#include "intents/question.h"
#include "intents/utterance.h"

namespace kairan::intents {

class CityIndex {
 public:
  CityIndex(std::shared_ptr<const Content> content, const Analyzer& analyzer);

  const Content& content() const { return *content_; }
  const City& city() const { return content_->city; }
  const KeyTable& table() const { return table_; }
  const NearKeys& near() const { return *near_; }

  /// Rows of the items with this very name; empty when there is none.
  std::vector<const GarbageItem*> rows_named(const std::string& name) const;
  const GarbageCategory* category_named(const std::string& name) const;

  /// Names of the items behind a key, best origin first: only names and readings when the key is one, else all.
  std::vector<std::uint32_t> items_of(std::uint32_t key) const;
  /// Items that share the key as their name without conditions, beyond those of items_of().
  std::vector<std::uint32_t> kinds_of(std::uint32_t key) const;
  /// Payloads of one kind behind a key.
  std::vector<std::uint32_t> payloads(std::uint32_t key, WordKind kind) const;

 private:
  void add_places();

  std::shared_ptr<const Content> content_;
  KeyTable table_;
  std::unique_ptr<NearKeys> near_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_name_;
  std::unordered_map<std::string, std::uint32_t> by_category_;
};

/// What a question says, gathered from its segments.
struct Signals {
  struct Hit {
    std::size_t segment = 0;
    std::uint32_t key = 0;
    bool left_free = true, right_free = true;
  };
  std::vector<Hit> items;
  std::vector<std::uint32_t> categories, areas, districts, towns, materials;
  std::size_t town_segment = 0;
  std::vector<std::size_t> dates;   ///< indexes into Question::dates
  bool dispose = false, garbage = false, when = false, pronoun = false, own_town = false;
  std::size_t unknown = 0;          ///< letters that no word explains
  std::size_t named = 0;            ///< segments that are not furniture, breaks or unknown
};
Signals gather(const Question& question, const Utterance& utterance, const CityIndex& index);

}  // namespace kairan::intents
