#include "intents/commands.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "base/bounded_json.h"
#include "base/text.h"
#include "intents/content_loader.h"
#include "intents/content_tests.h"
#include "intents/menu_file.h"
#include "base/tabular/grid.h"
#include "store/attributes.h"

namespace kairan::intents {
namespace {

constexpr int kDone = 0, kFailed = 1, kCannotRun = 2;

void print_problems(const std::vector<FileProblem>& problems, std::ostream& out) {
  for (const FileProblem& problem : problems) {
    out << (problem.warning ? "注意 " : "誤り ") << problem.file;
    if (problem.row > 0) out << " " << problem.row << "行目";
    if (!problem.column.empty()) out << " ［" << problem.column << "］";
    out << ": " << problem.message << "\n";
  }
}

std::size_t count_errors(const std::vector<FileProblem>& problems) {
  return static_cast<std::size_t>(
      std::count_if(problems.begin(), problems.end(), [](const FileProblem& problem) { return !problem.warning; }));
}

nlohmann::json to_json(const Answer& answer) {
  nlohmann::json candidates = nlohmann::json::array();
  for (const Candidate& candidate : answer.candidates) {
    candidates.push_back({{"intent", candidate.intent}, {"title", candidate.title}, {"score", candidate.score}});
  }
  return {{"intent", answer.intent},
          {"score", answer.score},
          {"kind", answer_kind_name(answer.kind)},
          {"candidates", std::move(candidates)},
          {"answer", shown_text(answer.messages)}};
}

int ask_batch(const Engine& engine, const AskArguments& arguments, Query query, std::ostream& out, std::ostream& error) {
  std::ifstream in(arguments.batch, std::ios::binary);
  if (!in) {
    error << "ファイルが開けません: " << arguments.batch << "\n";
    return kCannotRun;
  }
  std::string line;
  int number = 0, broken = 0;
  while (std::getline(in, line)) {
    ++number;
    if (trim(line).empty()) continue;
    const Result<nlohmann::json> parsed = parse_json(line, {1u << 20, 8});
    if (!parsed || !parsed->is_object()) {
      error << number << "行目: JSONではありません。{\"id\": \"1\", \"text\": \"段ボール\"} のように書いてください。\n";
      ++broken;
      continue;
    }
    query.text = json_text(*parsed, "text");
    const Answer answer = engine.answer(query, arguments.explain);
    nlohmann::json result = to_json(answer);
    const nlohmann::json* const id = json_member(*parsed, "id");
    result["id"] = id == nullptr ? nlohmann::json(std::to_string(number)) : *id;
    if (arguments.explain) result["explanation"] = answer.explanation;
    out << dump_json(result) << "\n";
  }
  return broken == 0 ? kDone : kFailed;
}

void print_answer(const Answer& answer, const AskArguments& arguments, std::ostream& out) {
  if (arguments.json) {
    nlohmann::json result = to_json(answer);
    if (arguments.explain) result["explanation"] = answer.explanation;
    out << dump_json(result) << "\n";
    return;
  }
  out << shown_text(answer.messages) << "\n";
  if (!arguments.explain) return;
  out << "\n" << outcome_of(answer) << "\n";
  for (const std::string& line : answer.explanation) out << line << "\n";
}

std::vector<std::string> read_phrases(const std::string& path) {
  std::vector<std::string> phrases;
  std::ifstream in(path);
  std::string line;
  while (std::getline(in, line)) {
    if (!trim(line).empty()) phrases.emplace_back(trim(line));
  }
  return phrases;
}

}  // namespace

int run_ask(const AskArguments& arguments, std::ostream& out, std::ostream& error) {
  const Loaded loaded = load_engine(arguments.content);
  if (!loaded.engine) {
    print_problems(loaded.report.problems, error);
    return kFailed;
  }
  Query query;
  query.now = arguments.now;
  query.resident.districts = split_values(arguments.district);
  query.resident.language = arguments.language;
  if (!arguments.batch.empty()) return ask_batch(*loaded.engine, arguments, std::move(query), out, error);
  query.text = arguments.text;
  print_answer(loaded.engine->answer(query, arguments.explain), arguments, out);
  return kDone;
}

int run_content_check(const std::string& folder, std::ostream& out) {
  Loaded loaded = load_engine(folder);
  std::size_t tests = 0, samples = 0;
  LoadReport again;
  if (const std::shared_ptr<const Content> content = load_content(folder, again)) {
    tests = load_tests(*content, loaded.report.problems).size();
    for (const GarbageItem& item : content->items) samples += item.sample ? 1 : 0;
    for (const FaqRow& faq : content->faqs) samples += faq.sample ? 1 : 0;
    for (const Shelter& shelter : content->shelters) samples += shelter.sample ? 1 : 0;
    if (content->city.sample || samples > 0) {
      loaded.report.problems.push_back({"", 0, "", "見本の内容が" + std::to_string(samples) + "行あります。公開の前に市の内容に置き換えてください。", true});
    }
  }
  const auto attributes = store::load_attributes(folder, loaded.report.problems);
  const std::vector<Menu> menus = load_menus(folder, loaded.report.problems);
  print_problems(loaded.report.problems, out);
  const std::size_t errors = count_errors(loaded.report.problems);
  out << "メニュー " << menus.size() << "、受信設定の項目 " << (attributes ? attributes->attributes().size() : 0) << "、";
  out << "品目 " << loaded.report.garbage_items << "、FAQ " << loaded.report.faqs << "、規則 " << loaded.report.rules << "、対話 "
      << loaded.report.dialogues << "、テスト " << tests << "\n";
  out << (errors == 0 ? "誤りはありません。" : "誤りが" + std::to_string(errors) + "件あります。公開できません。") << "\n";
  return errors == 0 ? kDone : kFailed;
}

int run_content_test(const std::string& folder, std::ostream& out) {
  const Loaded loaded = load_engine(folder);
  if (!loaded.engine) {
    print_problems(loaded.report.problems, out);
    return kFailed;
  }
  LoadReport report;
  const std::shared_ptr<const Content> content = load_content(folder, report);
  std::vector<FileProblem> problems;
  const std::vector<ContentTest> tests = content ? load_tests(*content, problems) : std::vector<ContentTest>();
  print_problems(problems, out);
  if (count_errors(problems) > 0) return kFailed;
  if (tests.empty()) {
    out << "tests.csv にテストがありません。\n";
    return kCannotRun;
  }
  std::size_t failed = 0;
  for (const TestOutcome& outcome : run_tests(*loaded.engine, tests)) {
    if (outcome.passed) continue;
    ++failed;
    out << "× " << outcome.test->row << "行目「" << shorten_utf16(outcome.test->text, 60) << "」 " << outcome.failure << "\n";
  }
  out << tests.size() - failed << " passed, " << failed << " failed\n";
  return failed == 0 ? kDone : kFailed;
}

int run_content_import(const ImportOptions& options, std::ostream& out) {
  const ImportResult result = import_content(options);
  print_problems(result.problems, out);
  if (!result.ok) {
    out << "取り込みませんでした。元の内容はそのままです。\n";
    return kFailed;
  }
  out << result.shape << " から " << result.rows << " 行を取り込みました:";
  for (const std::string& name : result.written) out << " " << name;
  out << "\n";
  return kDone;
}

int run_content_diff(const std::string& before, const std::string& after, const std::string& phrases, std::ostream& out) {
  const Loaded old_version = load_engine(before), new_version = load_engine(after);
  if (!old_version.engine || !new_version.engine) {
    print_problems((old_version.engine ? new_version : old_version).report.problems, out);
    return kFailed;
  }
  std::vector<ContentTest> tests;
  std::set<std::string> seen;
  for (const std::string& folder : {before, after}) {
    LoadReport report;
    std::vector<FileProblem> problems;
    const std::shared_ptr<const Content> content = load_content(folder, report);
    for (ContentTest& test : content ? load_tests(*content, problems) : std::vector<ContentTest>()) {
      std::string key = test.text;
      for (const std::string& said : test.before) key += "\n" + said;
      if (seen.insert(key).second) tests.push_back(std::move(test));
    }
  }
  for (const std::string& phrase : phrases.empty() ? std::vector<std::string>() : read_phrases(phrases)) {
    ContentTest test;
    test.text = phrase;
    test.now = tests.empty() ? TimePoint() : tests.front().now;
    if (seen.insert(phrase).second) tests.push_back(std::move(test));
  }
  std::size_t changed = 0;
  for (const ContentTest& test : tests) {
    const Answer was = answer_test(*old_version.engine, test), is = answer_test(*new_version.engine, test);
    const std::string from = outcome_of(was), to = outcome_of(is);
    const bool text_only = from == to;
    if (text_only && shown_text(was.messages) == shown_text(is.messages)) continue;
    ++changed;
    out << "「" << shorten_utf16(test.text, 60) << "」 " << (text_only ? from + "（文面だけ）" : from + " → " + to) << "\n";
  }
  out << tests.size() << " 文のうち " << changed << " 文の答えが変わります。\n";
  return kDone;
}

std::optional<std::map<std::string, std::string>> parse_column_map(const std::string& text) {
  std::map<std::string, std::string> columns;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    const std::string part = text.substr(start, end - start);
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == part.size()) return std::nullopt;
    columns[std::string(trim(part.substr(0, equals)))] = std::string(trim(part.substr(equals + 1)));
    start = end + 1;
  }
  return columns;
}

}  // namespace kairan::intents
