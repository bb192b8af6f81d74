// What staff do with broadcasts, for the terminal and for the staff API. Every operation names who acts, decides by
// lifecycle.h, writes the audit log before it changes anything, and gives a reason when it refuses: the detail of
// an Error from here is for staff, in both of their languages.
// Threads: any; several processes may serve one store.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/staff_text.h"
#include "broadcasts/document.h"
#include "broadcasts/lifecycle.h"
#include "store/actor.h"

namespace kairan::broadcasts {

struct MoveOptions {
  /// What the person saw. Given and no longer current: kConflict, nothing changes.
  std::optional<std::uint64_t> revision;
  std::string comment;  ///< why (return, reject, stop); at most 1,000 characters
};

struct Event {
  TimePoint at;
  std::string account;  ///< "" = the system
  std::string action, from, to;
  StaffText comment;  ///< what the person wrote, or why the system did it
};

struct Counts {
  std::uint64_t planned = 0, in_flight = 0, accepted = 0, refused = 0, unknown = 0;
};

/// One broadcast as staff see it.
struct View {
  std::string id;
  State state = State::kDraft;
  std::uint64_t revision = 0;
  StaffText reason;  ///< why it is held, paused, failed, returned
  Document document;
  std::string returned;  ///< canonical JSON of the document when it was last returned to its author; "" = never
  std::string author, approver;
  TimePoint created{};
  std::optional<TimePoint> due;
  StaffText segment_sentence;  ///< whom it goes to
  std::string frame;  ///< the emergency template or correction frame it was made from; may be empty
  std::string corrects, corrected_by;  ///< ids; may be empty
  std::string effect;                  ///< "correct", "withdraw" or ""
  std::string rule_id;                 ///< of which recurring broadcast this is an occurrence; may be empty
  std::optional<std::uint64_t> approved_count;
  std::optional<std::uint64_t> blocks_24h;  ///< block_counts.h; none until a day after its last batch
  std::vector<Event> history;
  std::vector<Action> possible;  ///< what this account could do now
};

/// `status ID --json` of the outside contract.
struct StatusView {
  std::string id;
  State state = State::kDraft;
  StaffText reason;
  std::uint64_t audience = 0;
  Counts batches, recipients;
  std::optional<TimePoint> first_batch_at, last_batch_at;
};
std::string status_json(const StatusView& status);

struct DryRun {
  std::uint64_t recipients = 0;
  std::uint64_t registered = 0;    ///< of them: chosen by what they registered
  std::uint64_t undeclared = 0;    ///< of them: emergency by area, no district registered
  struct VariantCount {
    StaffText label;
    std::uint64_t recipients = 0, batches = 0;
    std::string preview;  ///< what they read, as text
  };
  std::vector<VariantCount> variants;
  std::uint64_t batches = 0;
  double seconds = 0;                        ///< at the platform's rate
  std::optional<std::int64_t> quota_left;    ///< none: unlimited
  bool quota_known = false;
  std::vector<Problem> problems;             ///< the platform's complaints, limits, readability (warnings)
  std::map<std::uint64_t, std::uint64_t> nth_this_week;  ///< n → how many would get their n-th message in 7 days
  std::uint64_t blocks_after_topic = 0;      ///< within 24 h after the last broadcasts on this topic
  std::uint64_t topic_broadcasts = 0;        ///< how many broadcasts that is summed over
};

/// What one language's readers get, in the channel's own JSON.
struct Preview {
  std::string language, label, rendered;
};

struct ListFilter {
  std::optional<State> state;
  std::string section;  ///< "" = all
  std::size_t offset = 0, count = 50;
};

enum class Effect : std::uint8_t { kCorrect, kWithdraw };

class BroadcastService {
 public:
  virtual ~BroadcastService() = default;

  /// Stores a new draft. Under the same key of the same account the same id is given and nothing new is made.
  /// @return the id; kInvalid with `problems` when the document is refused
  virtual Result<std::string> create(const store::Actor& who, std::string_view json, std::string_view idempotency_key,
                                     std::vector<Problem>& problems) = 0;
  /// Replaces the document; whatever was submitted or approved returns to draft. @return the new revision
  virtual Result<std::uint64_t> edit(const store::Actor& who, std::string_view id, std::uint64_t revision, std::string_view json,
                                     std::vector<Problem>& problems) = 0;
  /// Checks a document without storing anything.
  virtual Status check(const store::Actor& who, std::string_view json, std::vector<Problem>& problems) = 0;
  /// submit, approve, return, reject, schedule, send, pause, resume, stop. `send` of a draft from a published frame is the
  /// one person's act of an emergency officer.
  virtual Result<State> move(const store::Actor& who, std::string_view id, Action action, const MoveOptions& options) = 0;
  /// Stops what is unsent, then sends `json` (a document's "messages" or {"frame":...}) to everyone whom the broadcast
  /// reached or may have reached. From a published frame it leaves at once; else it waits for approval, the stop does not.
  /// @return the id of the correction
  virtual Result<std::string> correct(const store::Actor& who, std::string_view id, Effect effect, std::string_view json,
                                      std::vector<Problem>& problems) = 0;

  virtual Result<View> view(const store::Actor& who, std::string_view id) = 0;
  virtual Result<StatusView> status(std::string_view id) = 0;
  virtual Result<std::vector<View>> list(const store::Actor& who, const ListFilter& filter) = 0;
  virtual Result<DryRun> dry_run(const store::Actor& who, std::string_view id) = 0;
  /// One for each language written, in standard display, with samples for variables. Stores nothing; a document with problems
  /// is shown as far as it can be. What is hard to read is among the problems, as warnings.
  /// @param district  the value of {district}; "" or one that is not declared: the first
  virtual Result<std::vector<Preview>> preview(const store::Actor& who, std::string_view json, std::string_view district,
                                               std::vector<Problem>& problems) = 0;
  /// A new draft with the same content, without schedule and approval. @return its id
  virtual Result<std::string> copy(const store::Actor& who, std::string_view id) = 0;
  /// Sends by itself what two people published beforehand (a released rule of alerts.yaml): stored, scheduled for now, entered
  /// in the audit log and announced to staff. Under the same key the same id is given and nothing new is sent.
  /// @param source  what was published, for the log: "alerts.yaml#rule"
  /// @param corrects  "" or the broadcast that this takes back (Effect) or follows
  virtual Result<std::string> send_published(std::string_view source, std::string_view json, std::string_view key,
                                             std::string_view corrects, std::vector<Problem>& problems) = 0;
  /// Schedules by itself what follows from the content day by day (the reminders of garbage_calendar.csv): as send_published(),
  /// but staff hear of it only when something is wrong with it.
  /// @param at  when it is to leave; one that is late is held by the dispatcher, never late by itself
  virtual Result<std::string> send_routine(std::string_view source, std::string_view json, std::string_view key, TimePoint at,
                                           std::vector<Problem>& problems) = 0;
  /// Sends what each variant reads to the test allow-list, marked as a test. @return how many addresses
  virtual Result<std::size_t> test_send(const store::Actor& who, std::string_view id) = 0;
};

}  // namespace kairan::broadcasts
