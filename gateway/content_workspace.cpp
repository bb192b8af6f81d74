#include "gateway/content_workspace.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/ids.h"
#include "base/staff_text.h"
#include "base/text.h"
#include "base/yaml_tree.h"
#include "gateway/content_folder.h"
#include "gateway/staff_api/spreadsheet.h"
#include "intents/content_loader.h"
#include "intents/content_tests.h"
#include "intents/import/importer.h"

namespace kairan::gateway {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMaxWorkspaceBytes = 64 * 1024;

Error overtaken() {
  return staff_error(ErrorCode::kConflict, {"ほかの人が先に変更しました", "Somebody else changed it first"});
}

std::vector<intents::ContentTest> tests_of(const std::string& folder, std::vector<FileProblem>& problems) {
  intents::LoadReport report;
  const auto content = intents::load_content(folder, report);
  return content ? intents::load_tests(*content, problems) : std::vector<intents::ContentTest>();
}

bool has_error(const std::vector<FileProblem>& problems) {
  return std::any_of(problems.begin(), problems.end(), [](const FileProblem& problem) { return !problem.warning; });
}

}  // namespace

ContentWorkspace::ContentWorkspace(std::string data_dir, std::string source, EngineSlot& engine, const Clock& clock)
    : root_(std::move(data_dir) + "/content"), source_(std::move(source)), workspace_(root_ + "/workspace"), slot_(engine), clock_(clock) {}

std::string ContentWorkspace::current_folder(const std::string& data_dir, const std::string& source) {
  const auto id = read_text_file(data_dir + "/content/current", 64);
  if (!id || !is_version_id(trim(*id))) return source;
  std::string folder = data_dir + "/content/versions/" + std::string(trim(*id));
  std::error_code error;
  return fs::is_directory(folder, error) ? folder : source;
}

std::string ContentWorkspace::current_id() const {
  const auto id = read_text_file(root_ + "/current", 64);
  return id && is_version_id(trim(*id)) ? std::string(trim(*id)) : std::string(kInstalledVersion);
}

/// Makes the workspace when there is none.
Status ContentWorkspace::ensure() {
  std::error_code error;
  if (fs::exists(root_ + "/workspace.json", error)) return {};
  fs::create_directories(root_ + "/versions", error);
  if (error) return folder_error("cannot make " + root_);
  fs::permissions(root_, fs::perms::owner_all, error);
  return reset(1);
}

Status ContentWorkspace::reset(std::uint64_t revision) {
  const std::string current = current_folder(fs::path(root_).parent_path().string(), source_);
  loaded_ = false;
  if (const Status copied = copy_folder(current, workspace_); !copied) return copied;
  return save({revision, current_id(), {}, {}});
}

Result<ContentWorkspace::Meta> ContentWorkspace::meta() const {
  const auto text = read_text_file(root_ + "/workspace.json", kMaxWorkspaceBytes);
  if (!text) return text.error();
  const auto document = parse_json(*text);
  const auto* revision = document ? json_member(*document, "revision") : nullptr;
  if (revision == nullptr || !revision->is_number_unsigned()) return Error{ErrorCode::kCorrupt, "workspace.json is not readable"};
  return Meta{revision->get<std::uint64_t>(), json_text(*document, "based_on"), texts_of(*document, "changed"),
              texts_of(*document, "changed_by")};
}

Status ContentWorkspace::save(const Meta& meta) const {
  const json document{{"revision", meta.revision}, {"based_on", meta.based_on}, {"changed", meta.changed}, {"changed_by", meta.changed_by}};
  return write_file_whole(root_ + "/workspace.json", dump_json(document));
}

Result<ContentWorkspace::Meta> ContentWorkspace::at_revision(std::uint64_t revision) {
  if (const Status there = ensure(); !there) return there.error();
  auto current = meta();
  if (!current) return current.error();
  if (current->revision != revision) return overtaken();
  return current;
}

void ContentWorkspace::load() {
  if (loaded_) return;
  engine_ = intents::load_engine(workspace_);
  test_problems_.clear();
  tests_of(workspace_, test_problems_);
  loaded_ = true;
}

WorkspaceState ContentWorkspace::state_of(const Meta& meta) {
  load();
  WorkspaceState state{meta.revision, meta.based_on, meta.changed, meta.changed_by, engine_.report.problems, !engine_.engine};
  for (const FileProblem& problem : test_problems_) state.problems.push_back(problem);
  state.has_errors = state.has_errors || has_error(test_problems_);
  return state;
}

Result<WorkspaceState> ContentWorkspace::changed(Meta meta, const ContentTable& table, const std::string& by) {
  ++meta.revision;
  meta.changed.emplace(table.kind);
  meta.changed_by.insert(by);
  loaded_ = false;
  if (const Status saved = save(meta); !saved) return saved.error();
  return state_of(meta);
}

Result<WorkspaceState> ContentWorkspace::state() {
  std::lock_guard lock(mutex_);
  if (const Status there = ensure(); !there) return there.error();
  const auto current = meta();
  if (!current) return current.error();
  return state_of(*current);
}

Result<TableView> ContentWorkspace::table(const ContentTable& table) {
  std::lock_guard lock(mutex_);
  if (const Status there = ensure(); !there) return there.error();
  return read_table(workspace_, table);
}

Result<WorkspaceState> ContentWorkspace::set_row(std::uint64_t revision, const ContentTable& table, int& row,
                                                 const std::vector<std::string>& cells, const std::string& by) {
  std::lock_guard lock(mutex_);
  const auto current = at_revision(revision);
  if (!current) return current.error();
  const auto written = write_row(workspace_, table, row, cells);
  if (!written) return written.error();
  row = *written;
  return changed(*current, table, by);
}

Result<WorkspaceState> ContentWorkspace::remove_row(std::uint64_t revision, const ContentTable& table, int row, const std::string& by) {
  std::lock_guard lock(mutex_);
  const auto current = at_revision(revision);
  if (!current) return current.error();
  if (const Status removed = gateway::remove_row(workspace_, table, row); !removed) return removed.error();
  return changed(*current, table, by);
}

Result<WorkspaceState> ContentWorkspace::add_paraphrase(std::uint64_t revision, std::string_view faq, const std::string& text,
                                                        const std::string& by) {
  std::lock_guard lock(mutex_);
  const auto current = at_revision(revision);
  if (!current) return current.error();
  const ContentTable& table = *find_content_table("faq");
  auto view = read_table(workspace_, table);
  if (!view) return view.error();
  const auto column = [&](std::string_view name) {
    return static_cast<std::size_t>(std::find(view->columns.begin(), view->columns.end(), name) - view->columns.begin());
  };
  const std::size_t id = column("id"), wordings = column("言い換え");
  if (id == view->columns.size() || wordings == view->columns.size()) {
    return staff_error(ErrorCode::kInvalid, {"よくある質問の表に「id」か「言い換え」の列がありません",
                                             "The table of questions has no column “id” or “言い換え”"});
  }
  for (TableRow& row : view->rows) {
    if (trim(row.cells[id]) != faq) continue;
    std::string one(trim(text));
    std::replace(one.begin(), one.end(), ';', ' ');  // it separates wordings
    std::string& cell = row.cells[wordings];
    cell += (trim(cell).empty() ? "" : ";") + one;
    const auto written = write_row(workspace_, table, row.row, row.cells);
    if (!written) return written.error();
    return changed(*current, table, by);
  }
  return staff_error(ErrorCode::kNotFound, {"その質問はありません", "There is no such question"});
}

Result<WorkspaceState> ContentWorkspace::discard(std::uint64_t revision) {
  std::lock_guard lock(mutex_);
  const auto current = at_revision(revision);
  if (!current) return current.error();
  if (const Status cleared = reset(current->revision + 1); !cleared) return cleared.error();
  const auto fresh = meta();
  if (!fresh) return fresh.error();
  return state_of(*fresh);
}

Result<ContentWorkspace::Upload> ContentWorkspace::upload(std::uint64_t revision, const ContentTable& table, std::string_view bytes,
                                                          const std::string& name, const std::string& by) {
  std::lock_guard lock(mutex_);
  const auto current = at_revision(revision);
  if (!current) return current.error();
  Upload result;
  const std::string shown = name.empty() ? std::string(table.file) : name;
  // Our own table is taken as it is: an importer knows only what lists of other cities have, and would drop the rest
  // (translations, marks of samples).
  const auto now = read_table(workspace_, table);
  std::vector<FileProblem> unreadable;
  auto grid = parse_grid(bytes, shown, unreadable);
  const bool ours = table.kind == "synonyms" || table.kind == "tests" ||
                    (grid && now && fs::exists(workspace_ + "/" + std::string(table.file) + ".csv") && has_columns_of(*grid, *now));
  if (ours) {
    result.problems = std::move(unreadable);
    if (grid) {
      for (GridRow& row : *grid) {
        for (std::string& cell : row.cells) cell = staff::original_cell(std::move(cell));
      }
      const std::string path = workspace_ + "/" + std::string(table.file) + ".csv";
      const auto before = read_text_file(path, kMaxTableBytes);
      if (const Status written = write_grid(workspace_, table, *grid); !written) return written.error();
      result.rows = grid->empty() ? 0 : grid->size() - 1;
      result.shape = table.label;
      loaded_ = false;
      load();
      for (const auto* list : {&engine_.report.problems, &test_problems_}) {
        for (const FileProblem& problem : *list) {
          if (problem.file.rfind(std::string(table.file) + ".", 0) != 0) continue;
          result.problems.push_back(problem);
          result.problems.back().file = shown;
        }
      }
      result.accepted = !has_error(result.problems);
      if (!result.accepted) {
        loaded_ = false;
        const Status restored = before ? write_file_whole(path, *before) : Status();
        if (!restored) return restored.error();
        std::error_code ignored;
        if (!before) fs::remove(path, ignored);
      }
    }
  } else {
    // The importer looks at what lies beside its file, so the file gets a folder of its own.
    const std::string folder = root_ + "/upload-" + random_hex(8);
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return folder_error("cannot make " + folder);
    const std::string path = folder + "/" + std::string(table.file) + (bytes.substr(0, 2) == "PK" ? ".xlsx" : ".csv");
    const Status written = write_file_whole(path, bytes);
    intents::ImportResult imported;
    if (written) imported = intents::import_content({std::string(table.kind), path, workspace_, {}});
    fs::remove_all(folder, error);
    if (!written) return written.error();
    result.accepted = imported.ok;
    result.shape = imported.shape;
    result.rows = imported.rows;
    result.problems = std::move(imported.problems);
    const std::string stored = fs::path(path).filename().string();
    for (FileProblem& problem : result.problems) {
      if (problem.file == stored || problem.file == path) problem.file = shown;
    }
  }
  if (!result.accepted) {
    result.state = state_of(*current);
    return result;
  }
  auto state = changed(*current, table, by);
  if (!state) return state.error();
  result.state = *std::move(state);
  return result;
}

Result<std::shared_ptr<const intents::Engine>> ContentWorkspace::engine() {
  std::lock_guard lock(mutex_);
  if (const Status there = ensure(); !there) return there.error();
  load();
  if (!engine_.engine) {
    return staff_error(ErrorCode::kInvalid, {"準備中の表に誤りがあるので試せません",
                                             "The tables you prepare have mistakes: they cannot be tried"});
  }
  return engine_.engine;
}

Result<std::vector<AnswerTest>> ContentWorkspace::run_tests() {
  load();
  if (!engine_.engine) {
    return staff_error(ErrorCode::kInvalid, {"準備中の表に誤りがあるので確認できません",
                                             "The tables you prepare have mistakes: answers cannot be checked"});
  }
  std::vector<FileProblem> problems;
  const auto tests = tests_of(workspace_, problems);
  std::vector<AnswerTest> outcomes;
  for (const intents::TestOutcome& outcome : intents::run_tests(*engine_.engine, tests)) {
    outcomes.push_back({outcome.test->row, outcome.test->text, outcome.test->expected, outcome.got, outcome.failure, outcome.passed});
  }
  std::stable_sort(outcomes.begin(), outcomes.end(), [](const AnswerTest& a, const AnswerTest& b) { return a.passed < b.passed; });
  return outcomes;
}

Result<std::vector<AnswerTest>> ContentWorkspace::test() {
  std::lock_guard lock(mutex_);
  if (const Status there = ensure(); !there) return there.error();
  return run_tests();
}

Result<AnswerChanges> ContentWorkspace::compare() {
  std::lock_guard lock(mutex_);
  if (const Status there = ensure(); !there) return there.error();
  load();
  if (!engine_.engine) {
    return staff_error(ErrorCode::kInvalid, {"準備中の表に誤りがあるので比べられません",
                                             "The tables you prepare have mistakes: answers cannot be compared"});
  }
  const auto before = slot_.get();
  const std::string current = current_folder(fs::path(root_).parent_path().string(), source_);
  std::vector<FileProblem> problems;
  std::vector<intents::ContentTest> asked;
  std::set<std::string> seen;
  const auto ask = [&](intents::ContentTest test) {
    std::string key = test.text;
    for (const std::string& said : test.before) key += "\n" + said;
    if (!trim(test.text).empty() && seen.insert(key).second) asked.push_back(std::move(test));
  };
  for (const std::string& folder : {workspace_, current}) {
    for (intents::ContentTest& test : tests_of(folder, problems)) ask(std::move(test));
    for (const auto& [kind, column] : {std::pair("garbage", "品目"), std::pair("faq", "質問")}) {
      const auto view = read_table(folder, *find_content_table(kind));
      if (!view) continue;
      const auto at = std::find(view->columns.begin(), view->columns.end(), column);
      if (at == view->columns.end()) continue;
      for (const TableRow& row : view->rows) {
        intents::ContentTest test;
        test.text = row.cells[static_cast<std::size_t>(at - view->columns.begin())];
        test.now = clock_.now();
        ask(std::move(test));
      }
    }
  }
  AnswerChanges changes;
  changes.compared = asked.size();
  for (const intents::ContentTest& test : asked) {
    const intents::Answer was = intents::answer_test(*before, test), is = intents::answer_test(*engine_.engine, test);
    AnswerChange change{test.text, intents::outcome_of(was), intents::outcome_of(is), intents::shown_text(was.messages),
                        intents::shown_text(is.messages)};
    if (change.before != change.after || change.before_answer != change.after_answer) changes.changes.push_back(std::move(change));
  }
  return changes;
}

}  // namespace kairan::gateway
