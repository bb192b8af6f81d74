// What the city says: tables, files, tests, versions, questions without an answer, and asking the engine.
#include <algorithm>
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/text.h"
#include "gateway/staff_api/endpoints.h"
#include "gateway/staff_api/fields.h"
#include "gateway/staff_api/spreadsheet.h"

namespace kairan::gateway::staff {
namespace {

using nlohmann::json;

constexpr std::size_t kUploadBytes = std::size_t{50} << 20;
constexpr std::size_t kMostRows = 500;
constexpr std::size_t kMostProblems = 200;

json problems_of(const std::vector<FileProblem>& problems) {
  json list = json::array();
  for (const FileProblem& problem : problems) {
    if (list.size() == kMostProblems) break;
    list.push_back({{"file", problem.file}, {"row", problem.row}, {"column", problem.column}, {"message", problem.message},
                    {"warning", problem.warning}});
  }
  return list;
}

json workspace_json(const WorkspaceState& state) {
  return {{"revision", state.revision}, {"based_on", state.based_on}, {"changed", state.changed}, {"changed_by", state.changed_by},
          {"problems", problems_of(state.problems)}, {"publishable", state.publishable()}};
}

json version_json(const ContentVersion& version) {
  return {{"id", version.id}, {"published", version.published ? json(time_text(*version.published)) : json(nullptr)},
          {"by", version.by}, {"comment", version.comment}, {"current", version.current}, {"changed", version.changed}};
}

class ContentCalls {
 public:
  explicit ContentCalls(const Parts& parts) : parts_(parts) {}

  Reply overview(const Call& call) const {
    const auto state = space().state();
    if (!state) return refuse_with_reason(state.error());
    const auto versions = space().versions();
    if (!versions) return refuse_with_reason(versions.error());
    json tables = json::array();
    for (const ContentTable& table : content_tables()) {
      const auto view = space().table(table);
      tables.push_back({{"kind", table.kind},
                        {"label", call.words(table.label, table.english)},
                        {"rows", view ? view->rows.size() : 0}});
    }
    const auto current = std::find_if(versions->begin(), versions->end(), [](const ContentVersion& v) { return v.current; });
    return ok({{"version", version_json(current == versions->end() ? versions->back() : *current)}, {"tables", std::move(tables)},
               {"workspace", workspace_json(*state)}, {"problems", problems_of(state->problems)}});
  }

  Reply rows(const Call& call) const {
    const ContentTable* table = find_content_table(call.parameter("kind"));
    if (table == nullptr) return refuse("not_found");
    const auto state = space().state();
    if (!state) return refuse_with_reason(state.error());
    const auto view = space().table(*table);
    if (!view) return refuse_with_reason(view.error());
    const std::string words = fold(call.request.query_value("q"));
    const Page page = page_of(call);
    json rows = json::array();
    std::size_t total = 0;
    for (const TableRow& row : view->rows) {
      const bool fits = words.empty() || std::any_of(row.cells.begin(), row.cells.end(), [&](const std::string& cell) {
                          return fold(cell).find(words) != std::string::npos;
                        });
      if (!fits) continue;
      if (total >= page.offset && rows.size() < page.count) rows.push_back({{"row", row.row}, {"cells", row.cells}});
      ++total;
    }
    return ok({{"kind", table->kind}, {"columns", view->columns}, {"rows", std::move(rows)}, {"total", total}, {"offset", page.offset}},
              state->revision);
  }

  Reply add_row(const Call& call) const { return write(call, 0); }

  Reply change_row(const Call& call) const {
    const auto row = row_number(call);
    return row ? write(call, *row) : refuse("not_found");
  }

  Reply remove_row(const Call& call) const {
    const ContentTable* table = find_content_table(call.parameter("kind"));
    const auto row = row_number(call);
    if (table == nullptr || !row) return refuse("not_found");
    const Revision revision = required_revision(call);
    if (revision.refused) return *revision.refused;
    return answer(space().remove_row(revision.number, *table, *row, call.actor.name));
  }

  Reply file(const Call& call) const {
    const ContentTable* table = find_content_table(call.parameter("kind"));
    if (table == nullptr) return refuse("not_found");
    const auto view = space().table(*table);
    if (!view) return refuse_with_reason(view.error());
    Spreadsheet sheet(view->columns);
    for (const TableRow& row : view->rows) sheet.add(row.cells);
    return sheet.reply(std::string(table->file) + ".csv");
  }

  Reply upload(const Call& call) const {
    const ContentTable* table = find_content_table(call.parameter("kind"));
    if (table == nullptr) return refuse("not_found");
    const Revision revision = required_revision(call);
    if (revision.refused) return *revision.refused;
    const std::string name = shorten_graphemes(escape_for_log(call.request.query_value("name")), 100);
    const auto done = space().upload(revision.number, *table, call.request.body, name, call.actor.name);
    if (!done) return refused_change(done.error());
    return ok({{"accepted", done->accepted}, {"shape", done->shape}, {"rows", done->rows}, {"problems", problems_of(done->problems)},
               {"workspace", workspace_json(done->state)}},
              done->state.revision);
  }

  Reply workspace(const Call&) const {
    const auto state = space().state();
    return state ? ok(workspace_json(*state), state->revision) : refuse_with_reason(state.error());
  }

  Reply discard(const Call& call) const {
    const Revision revision = required_revision(call);
    if (revision.refused) return *revision.refused;
    return answer(space().discard(revision.number));
  }

  Reply test(const Call&) const {
    const auto tests = space().test();
    if (!tests) return refuse_with_errors(tests.error());
    json outcomes = json::array();
    std::size_t passed = 0;
    for (const AnswerTest& test : *tests) {
      passed += test.passed ? 1 : 0;
      if (outcomes.size() < kMostRows) {
        outcomes.push_back({{"row", test.row}, {"text", test.text}, {"expected", test.expected}, {"passed", test.passed},
                            {"got", test.got}, {"failure", test.failure}});
      }
    }
    return ok({{"passed", passed}, {"failed", tests->size() - passed}, {"outcomes", std::move(outcomes)}});
  }

  Reply diff(const Call&) const {
    const auto changes = space().compare();
    if (!changes) return refuse_with_errors(changes.error());
    json list = json::array();
    for (const AnswerChange& change : changes->changes) {
      if (list.size() == kMostRows) break;
      list.push_back({{"text", change.text}, {"before", change.before}, {"after", change.after},
                      {"before_answer", change.before_answer}, {"after_answer", change.after_answer}});
    }
    return ok({{"compared", changes->compared}, {"changed", changes->changes.size()}, {"changes", std::move(list)}});
  }

  Reply publish(const Call& call) const {
    using Outcome = ContentWorkspace::Published::Outcome;
    Fields fields(call);
    const std::string comment = fields.text("comment", 0, 500);
    const bool accept = fields.optional_flag("accept_failures").value_or(false);
    if (auto refused = fields.refused()) return *std::move(refused);
    const Revision revision = required_revision(call);
    if (revision.refused) return *revision.refused;
    const auto noted = note(call, "content.publish", comment);
    if (!noted) return refuse_quietly(noted.error());
    const auto done = space().publish(revision.number, comment, accept, call.actor.name);
    if (!done) return refuse_with_reason(done.error());
    switch (done->outcome) {
      case Outcome::kDone:
        return ok(version_json(done->version));
      case Outcome::kOvertaken:
        return refuse("changed_meanwhile");
      case Outcome::kHasErrors:
        return refuse("content_has_errors");
      case Outcome::kTestsFailed:
        return refuse("tests_failed",
                      {std::to_string(done->failed_tests) + "件の答えが期待と違います。",
                       std::to_string(done->failed_tests) + " questions are not answered as expected."});
      case Outcome::kNothingChanged:
        return refuse("conflict", {"変更がありません。", "Nothing was changed."});
    }
    return refuse("internal");
  }

  Reply versions(const Call&) const {
    const auto versions = space().versions();
    if (!versions) return refuse_with_reason(versions.error());
    json items = json::array();
    for (const ContentVersion& version : *versions) items.push_back(version_json(version));
    return ok({{"items", std::move(items)}});
  }

  Reply restore(const Call& call) const {
    const auto noted = note(call, "content.restore", call.parameter("id"));
    if (!noted) return refuse_quietly(noted.error());
    const auto version = space().restore(call.parameter("id"), call.actor.name);
    return version ? ok(version_json(*version)) : refuse_with_reason(version.error());
  }

  Reply gaps(const Call& call) const {
    const auto counts = parts_.gaps->list(call.now);
    if (!counts) return refuse_quietly(counts.error());
    json items = json::array();
    for (const intents::GapCluster& cluster : intents::cluster_gaps(*counts)) {
      if (items.size() == kMostRows) break;
      items.push_back({{"kind", intents::gap_kind_name(cluster.kind)}, {"intent", cluster.intent}, {"examples", cluster.examples},
                       {"times", cluster.times}, {"residents", cluster.residents}, {"last", time_text(cluster.last)}});
    }
    return ok({{"items", std::move(items)}});
  }

  Reply paraphrase(const Call& call) const {
    Fields fields(call);
    const std::string faq = fields.text("faq", 1, 64), text = fields.text("text", 1, 200);
    if (auto refused = fields.refused()) return *std::move(refused);
    const Revision revision = required_revision(call);
    if (revision.refused) return *revision.refused;
    return answer(space().add_paraphrase(revision.number, faq, text, call.actor.name));
  }

  Reply ask(const Call& call) const {
    Fields fields(call);
    intents::Query query;
    query.text = fields.text("text", 1, 5000);
    query.postback = fields.optional_text("postback", 300).value_or("");
    query.conversation = fields.optional_text("conversation", 8000).value_or("");
    query.resident.language = fields.optional_text("language", 20).value_or("ja");
    if (fields.has("districts")) query.resident.districts = fields.texts("districts", 0, 20, 64);
    const bool prepared = fields.optional_flag("workspace").value_or(false);
    if (auto refused = fields.refused()) return *std::move(refused);
    if (!query.postback.empty()) query.text.clear();
    query.now = call.now;
    std::shared_ptr<const intents::Engine> engine = space().answering();
    if (prepared) {
      const auto workspace = space().engine();
      if (!workspace) return refuse_with_errors(workspace.error());
      engine = *workspace;
    }
    const intents::Answer answer = engine->answer(query, true);
    json candidates = json::array();
    for (const intents::Candidate& candidate : answer.candidates) {
      candidates.push_back({{"intent", candidate.intent}, {"title", candidate.title}, {"score", candidate.score}});
    }
    json messages = json::array();
    if (parts_.render) {
      const auto rendered = parts_.render(answer.messages);
      auto drawn = rendered ? parse_json(*rendered) : Result<json>(rendered.error());
      if (drawn && drawn->is_array()) messages = *std::move(drawn);
    }
    return ok({{"kind", intents::answer_kind_name(answer.kind)}, {"intent", answer.intent}, {"score", answer.score},
               {"candidates", std::move(candidates)}, {"text", intents::shown_text(answer.messages)}, {"messages", std::move(messages)},
               {"explanation", answer.explanation}, {"conversation", answer.conversation}});
  }

 private:
  ContentWorkspace& space() const { return *parts_.content; }

  static std::optional<int> row_number(const Call& call) {
    const std::string text = call.parameter("row");
    int row = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), row);
    if (error != std::errc() || end != text.data() + text.size() || row < 1) return std::nullopt;
    return row;
  }

  static Reply refused_change(const Error& error) {
    return error.code == ErrorCode::kConflict ? refuse("changed_meanwhile") : refuse_with_reason(error);
  }
  static Reply refuse_with_errors(const Error& error) {
    return error.code == ErrorCode::kInvalid ? refuse("content_has_errors", told(error)) : refuse_with_reason(error);
  }
  static Reply answer(const Result<WorkspaceState>& state) {
    return state ? ok(workspace_json(*state), state->revision) : refused_change(state.error());
  }

  Reply write(const Call& call, int row) const {
    const ContentTable* table = find_content_table(call.parameter("kind"));
    if (table == nullptr) return refuse("not_found");
    Fields fields(call);
    const std::vector<std::string> cells = fields.texts("cells", 1, 60, 10'000);
    if (auto refused = fields.refused()) return *std::move(refused);
    const Revision revision = required_revision(call);
    if (revision.refused) return *revision.refused;
    const auto state = space().set_row(revision.number, *table, row, cells, call.actor.name);
    if (!state) return refused_change(state.error());
    json body = workspace_json(*state);
    body["row"] = row;
    return ok(body, state->revision);
  }

  Result<std::uint64_t> note(const Call& call, std::string_view action, const std::string& detail) const {
    return parts_.audit.append({0, call.now, call.actor.name, std::string(action), "content", detail, ""});
  }

  const Parts& parts_;
};

}  // namespace

void add_content_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts) {
  const auto calls = std::make_shared<ContentCalls>(parts);
  const bool there = parts.content != nullptr;
  const auto add = [&](const char* method, const char* pattern, Reply (ContentCalls::*run)(const Call&) const,
                       std::size_t max_body = kJsonBodyBytes) {
    endpoints.push_back({method, pattern, [calls, run, there](const Call& call) {
                           return there ? (*calls.*run)(call) : refuse("not_set_up");
                         }, max_body});
  };
  add("GET", "/api/v1/content", &ContentCalls::overview);
  add("GET", "/api/v1/content/tables/{kind}/rows", &ContentCalls::rows);
  add("POST", "/api/v1/content/tables/{kind}/rows", &ContentCalls::add_row);
  add("PUT", "/api/v1/content/tables/{kind}/rows/{row}", &ContentCalls::change_row);
  add("DELETE", "/api/v1/content/tables/{kind}/rows/{row}", &ContentCalls::remove_row);
  add("GET", "/api/v1/content/tables/{kind}/file", &ContentCalls::file);
  add("PUT", "/api/v1/content/tables/{kind}/file", &ContentCalls::upload, kUploadBytes);
  add("GET", "/api/v1/content/workspace", &ContentCalls::workspace);
  add("POST", "/api/v1/content/workspace/discard", &ContentCalls::discard);
  add("POST", "/api/v1/content/workspace/test", &ContentCalls::test);
  add("GET", "/api/v1/content/workspace/diff", &ContentCalls::diff);
  add("POST", "/api/v1/content/workspace/publish", &ContentCalls::publish);
  add("GET", "/api/v1/content/versions", &ContentCalls::versions);
  add("POST", "/api/v1/content/versions/{id}/restore", &ContentCalls::restore);
  endpoints.push_back({"GET", "/api/v1/content/gaps", [calls, &parts](const Call& call) {
                         return parts.gaps == nullptr ? refuse("not_set_up") : calls->gaps(call);
                       }});
  add("POST", "/api/v1/content/gaps/paraphrase", &ContentCalls::paraphrase);
  add("POST", "/api/v1/content/ask", &ContentCalls::ask);
}

}  // namespace kairan::gateway::staff
