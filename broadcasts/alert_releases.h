// Which rules of warnings are in force: those that two different people stand behind. One proposes alerts.yaml and its texts as
// they stand in the content folder, another sees what they change and publishes them, or gives them back. The city's codes,
// districts and places go with them: they decide whom a warning concerns. Staff are told of each step.
//
// Guarantees
//   - What is in force for sending by itself is the published text, whatever stands in the folder meanwhile. Nothing published,
//     or a published text that this program cannot use: nothing goes out by itself, and it is said why.
//   - Nobody publishes a proposal of their own: refused here, by the script that stores it, and again when it is read for use.
//   - Publishing is bound to the hash of what was shown, and refused when the folder holds something else by then.
// Threads: any; several processes may serve one store.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "broadcasts/alert_rule_changes.h"
#include "broadcasts/alert_rules.h"
#include "broadcasts/staff_notice.h"
#include "store/actor.h"
#include "store/audit.h"
#include "store/rule_releases.h"

namespace kairan::broadcasts {

/// What the rules in force are, in one word and one sentence.
struct AlertRulesStanding {
  enum class Kind {
    kPublished,    ///< the folder holds what is published
    kFileDiffers,  ///< the published rules are in force, the folder holds others
    kNothing,      ///< nothing was ever published: the folder's rules, and every send waits for a person
    kUnusable,     ///< the published text cannot be used: everything waits
  };
  Kind kind = Kind::kNothing;
  std::string sentence;  ///< Japanese, for staff
};
std::string_view standing_id(AlertRulesStanding::Kind kind);  ///< "published", "file_differs", "nothing", "unusable"

struct AlertRulesView {
  AlertRulesStanding standing;
  std::optional<store::PublishedRules> published;
  std::optional<store::ProposedRules> proposed;
  std::optional<store::ReturnedRules> returned;  ///< the last proposal that somebody else gave back to its author
  bool file_changed = false;                     ///< the folder does not hold what is proposed any more
  std::vector<AlertRuleChange> changes;          ///< of the proposal, against what is published
  std::vector<ChangedFile> files;
};

/// A city's content under which everything waits for a person. @param why  Japanese
AlertContent held_alert_content(AlertCity city, StaffText why);

class AlertReleases {
 public:
  /// All outlive it. @param folder  the content folder  @param staff  null: nobody is told
  AlertReleases(store::RedisClient& redis, store::Audit& audit, std::string folder, const Clock& clock,
                StaffNotice* staff = nullptr)
      : store_(redis), audit_(audit), folder_(std::move(folder)), clock_(clock), staff_(staff) {}

  /// Proposes what stands in the folder. Emergency officers and content editors. kInvalid with problems added when
  /// `alerts check` would refuse it; kConflict when it is what is published.
  /// @return the hash
  Result<std::string> propose(const store::Actor& who, std::vector<FileProblem>& problems);
  /// Publishes the proposal with this hash. Emergency officers and approvers; never who proposed it.
  Status publish(const store::Actor& who, std::string_view hash);
  /// Gives it back with a reason, or takes the own one back. Who may propose or publish. An author calls it as well for what was
  /// returned to them, when they have seen it.
  Status give_back(const store::Actor& who, std::string_view hash, std::string_view why);

  Result<AlertRulesView> view();
  Result<AlertRulesStanding> standing();

  static bool may_publish(const store::Actor& who);

  Result<std::optional<store::WaitingRules>> waiting() { return store_.waiting(); }
  Result<std::optional<store::ReturnedRules>> returned() { return store_.returned(); }
  Result<std::string> published_hash() { return store_.published_hash(); }
  /// What is in force now. An error: the store is away (kUnavailable, kTimeout), or files that nobody published are wrong
  /// (problems added).
  Result<AlertContent> in_force(std::vector<FileProblem>& problems);

 private:
  /// As they stand in the folder; what cannot be read is missing, and so no published one.
  AlertRuleFiles folder_files() const;
  AlertRulesStanding standing_of(const std::optional<store::PublishedRules>& published, const AlertRuleFiles& folder);
  void tell(Notice::Kind kind, std::string_view hash, std::string reason);
  /// "" when this program can use it, else why not. Proven once for each hash.
  std::string problem_of(const store::PublishedRules& published);

  store::RuleReleases store_;
  store::Audit& audit_;
  const std::string folder_;
  const Clock& clock_;
  StaffNotice* const staff_;
  std::mutex mutex_;
  std::optional<std::pair<std::string, std::string>> proven_;  // guarded by mutex_; hash, problem
};

}  // namespace kairan::broadcasts
