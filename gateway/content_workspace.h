// What the city says, as staff change it: a workspace in which tables are edited or replaced, checked whole, tested and compared,
// and versions, of which one answers. Publishing writes a whole new folder, flushed, then names it as the current one, then swaps
// the engine: a crash in between leaves the old one answering.
//
//   DATA/content/current          the id of the version that answers; absent: the folder of the setting `content` ("installed")
//   DATA/content/versions/ID/     a content folder; ID.json says by whom and why
//   DATA/content/workspace/       a content folder; workspace.json its revision
//
// Threads: any; one process at a time writes (the gateway).
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/file_problem.h"
#include "base/result.h"
#include "gateway/content_tables.h"
#include "gateway/router.h"
#include "intents/engine.h"

namespace kairan::gateway {

struct WorkspaceState {
  std::uint64_t revision = 1;
  std::string based_on;
  std::set<std::string> changed;     ///< kinds of tables
  std::set<std::string> changed_by;  ///< accounts
  std::vector<FileProblem> problems;
  bool has_errors = false;
  bool publishable() const { return !changed.empty() && !has_errors; }
};

struct ContentVersion {
  std::string id;
  std::optional<TimePoint> published;  ///< none: installed with the program
  std::string by, comment;
  std::vector<std::string> changed;
  bool current = false;
};

struct AnswerChange {
  std::string text, before, after, before_answer, after_answer;
};
struct AnswerChanges {
  std::size_t compared = 0;
  std::vector<AnswerChange> changes;
};

struct AnswerTest {
  int row = 0;
  std::string text, expected, got, failure;
  bool passed = false;
};

class ContentWorkspace {
 public:
  /// @param source  the folder of the setting `content`
  ContentWorkspace(std::string data_dir, std::string source, EngineSlot& engine, const Clock& clock);

  /// The folder that answers: the current version's, else `source`.
  static std::string current_folder(const std::string& data_dir, const std::string& source);

  Result<WorkspaceState> state();
  Result<TableView> table(const ContentTable& table);

  // Changes. `revision` is the workspace's that the person saw: kConflict when it is not that any more. What makes the content
  // wrong is stored all the same and stands in `problems`: only publishing needs it whole.
  Result<WorkspaceState> set_row(std::uint64_t revision, const ContentTable& table, int& row, const std::vector<std::string>& cells,
                                 const std::string& by);
  Result<WorkspaceState> remove_row(std::uint64_t revision, const ContentTable& table, int row, const std::string& by);
  /// Adds a wording to a FAQ row.
  Result<WorkspaceState> add_paraphrase(std::uint64_t revision, std::string_view faq, const std::string& text, const std::string& by);
  Result<WorkspaceState> discard(std::uint64_t revision);

  struct Upload {
    bool accepted = false;
    std::string shape;
    std::size_t rows = 0;
    std::vector<FileProblem> problems;
    WorkspaceState state;
  };
  /// Replaces a table by a file. One with errors changes nothing.
  Result<Upload> upload(std::uint64_t revision, const ContentTable& table, std::string_view bytes, const std::string& name,
                        const std::string& by);

  std::shared_ptr<const intents::Engine> answering() const { return slot_.get(); }
  Result<std::shared_ptr<const intents::Engine>> engine();  ///< the workspace's; kInvalid when it has errors
  Result<std::vector<AnswerTest>> test();
  Result<AnswerChanges> compare();

  struct Published {
    enum class Outcome { kDone, kOvertaken, kHasErrors, kTestsFailed, kNothingChanged } outcome = Outcome::kDone;
    ContentVersion version;
    std::size_t failed_tests = 0;
  };
  Result<Published> publish(std::uint64_t revision, const std::string& comment, bool accept_failures, const std::string& by);
  Result<std::vector<ContentVersion>> versions();  ///< newest first
  /// Publishes an older version again. kNotFound without such a version.
  Result<ContentVersion> restore(std::string_view id, const std::string& by);

 private:
  struct Meta {
    std::uint64_t revision = 1;
    std::string based_on;
    std::set<std::string> changed, changed_by;
  };
  Status ensure();
  Status reset(std::uint64_t revision);
  Result<Meta> meta() const;
  Status save(const Meta& meta) const;
  Result<Meta> at_revision(std::uint64_t revision);
  Result<WorkspaceState> changed(Meta meta, const ContentTable& table, const std::string& by);
  WorkspaceState state_of(const Meta& meta);
  void load();
  Result<ContentVersion> put_version(const std::string& folder, ContentVersion version);
  Result<std::vector<AnswerTest>> run_tests();
  std::string current_id() const;
  ContentVersion read_version(const std::string& id) const;

  const std::string root_, source_, workspace_;
  EngineSlot& slot_;
  const Clock& clock_;
  std::mutex mutex_;
  bool loaded_ = false;      // guarded by mutex_, as is what follows
  intents::Loaded engine_;
  std::vector<FileProblem> test_problems_;
};

}  // namespace kairan::gateway
