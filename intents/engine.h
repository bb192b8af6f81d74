// What a resident means, and the answer: rules only, no model, no network, every answer explainable. The engine is a value:
// content is loaded and checked whole, then swapped whole (shared_ptr<const Engine>); answering changes nothing.
// Threads: answer() may run on several threads at once.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/civil_time.h"
#include "base/clock.h"
#include "base/file_problem.h"
#include "base/message.h"
#include "base/result.h"
#include "intents/gap.h"

namespace kairan::intents {

/// What the engine is told about the resident; nothing that names them.
struct Resident {
  std::vector<std::string> districts;  ///< ids of city.yaml; may be empty
  std::string language = "ja";         ///< "ja", "ja-easy", "en", ...: a language of the content
};

struct Query {
  std::string text;            ///< what was typed; up to LINE's 5,000 units
  std::string postback;        ///< data of a pressed button instead of text; one of the two is empty
  std::string conversation;    ///< state given back by the last Answer, or ""
  Resident resident;
  TimePoint now;
};

struct Candidate {
  std::string intent;  ///< "garbage:ITEM", "faq:ID", "rule:NAME", "dialogue:NAME", "calendar:..."
  std::string title;
  double score = 0;    ///< 0..1, one scale for all kinds
};

struct Answer {
  enum class Kind { kAnswer, kChoose, kNone };
  Kind kind = Kind::kNone;
  std::string intent;                  ///< of the best candidate when answered; "" for none
  double score = 0;
  std::vector<Candidate> candidates;   ///< best first, at most 10
  std::vector<Message> messages;       ///< what the resident is shown, 1..5
  std::string conversation;            ///< state for the next Query; "" = nothing to remember
  std::optional<Gap> gap;              ///< what the city may learn from this exchange
  std::vector<std::string> explanation;  ///< lines, only when asked for
};

std::string_view answer_kind_name(Answer::Kind kind);  ///< "answer", "choose", "none"

/// The text of the messages as a person would read them, for terminals, tests and `kairan ask`.
std::string shown_text(const std::vector<Message>& messages);

struct LoadReport {
  std::vector<FileProblem> problems;
  std::size_t garbage_items = 0;
  std::size_t faqs = 0;
  std::size_t rules = 0;
  std::size_t dialogues = 0;
  bool ok() const;  ///< no problem that is not a warning
};

/// What is collected in a district that residents register, on one day.
struct DistrictCollection {
  std::string district;                 ///< id of city.yaml
  std::vector<std::string> categories;  ///< the city's words, in the calendar's order; not empty
  int by_minute = 8 * 60;               ///< put out by this minute of the day: the note of the calendar, else 8:00
};
struct CollectionPlan {
  std::vector<DistrictCollection> districts;
  std::vector<std::string> unclear;  ///< districts that hold areas with different collections on that day: nobody can say which
  std::string section;               ///< 担当課 of garbage; may be empty
  bool sample = false;               ///< says 見本
};

class Engine {
 public:
  virtual ~Engine() = default;
  virtual Answer answer(const Query& query, bool explain = false) const = 0;
  /// What is said to a person who adds the account.
  virtual std::vector<Message> greeting(const Resident& resident) const = 0;
  /// A short text the gateway needs by name in the resident's language ("not_understood_media", "thanks_sticker",
  /// "location_received"); "" when the content has none.
  virtual std::string phrase(std::string_view name, const Resident& resident) const = 0;
  virtual const LoadReport& report() const = 0;
  /// What the calendar collects on `date`; nothing when the city has no calendar.
  virtual CollectionPlan collections(Date date) const {
    (void)date;
    return {};
  }
};

/// Loads a content folder (design section 7). Only city.yaml is required. On error the report says every problem with
/// file, row, column and fix, and no engine is returned.
struct Loaded {
  std::shared_ptr<const Engine> engine;  ///< null when the report has errors
  LoadReport report;
};
Loaded load_engine(const std::string& folder);

}  // namespace kairan::intents
