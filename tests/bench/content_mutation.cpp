// How well a city's own tests guard its content: takes one rule, rule word, dialogue word, alias or paraphrase away at
// a time and asks the folder's tests.csv whether anybody notices. Prints one JSON line; what went unnoticed is listed
// before it. Words are first taken away some dozens together, at most one a line: a word is noticed when a test that names
// it fails. What nobody notices so, and every whole rule, is tried alone, with all tests.
// usage: content_mutation [--content DIR] [--sample N] [--seed N]      N 0 = every mutation
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "intents/content_loader.h"
#include "intents/content_tests.h"
#include "intents/engine.h"
#include "base/tabular/csv.h"
#include "tests/support/temp_dir.h"

namespace {

using namespace kairan;
using namespace kairan::intents;
namespace fs = std::filesystem;

struct Mutation {
  std::string kind;  ///< "rule", "rule word", "dialogue word", "alias", "category alias", "paraphrase"
  std::string file;  ///< in the content folder
  std::string what;  ///< the word or the rule's name
  std::size_t line = 0, lines = 1;  ///< of the file, as it was split
  std::string instead;              ///< of these lines; not used when `removes`
  bool removes = false;
};

constexpr std::size_t kTogether = 40;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> split(const std::string& text, const std::string& by) {
  std::vector<std::string> parts;
  for (std::size_t at = 0;;) {
    const std::size_t end = text.find(by, at);
    parts.push_back(text.substr(at, end == std::string::npos ? end : end - at));
    if (end == std::string::npos) return parts;
    at = end + by.size();
  }
}

/// The file's lines, each with its end: CSV rows may hold line breaks.
std::vector<std::string> lines_of(const fs::path& folder, const std::string& file);

std::string join(const std::vector<std::string>& parts, const std::string& with) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) text += (i == 0 ? "" : with) + parts[i];
  return text;
}

/// Every value of a column that holds several, taken away one at a time.
void from_table(const fs::path& folder, const std::string& file, const std::string& column, const std::string& kind,
                std::vector<Mutation>& mutations) {
  Grid grid;
  std::vector<FileProblem> problems;
  if (!parse_csv(read(folder / file), file, grid, problems) || grid.empty()) return;
  const std::vector<std::string>& header = grid.front().cells;
  const auto found = std::find(header.begin(), header.end(), column);
  if (found == header.end()) return;
  const auto at = static_cast<std::size_t>(found - header.begin());
  for (std::size_t i = 1; i < grid.size(); ++i) {
    if (grid[i].cells.size() <= at || grid[i].cells[at].empty()) continue;
    const std::vector<std::string> values = split(grid[i].cells[at], ";");
    for (std::size_t k = 0; k < values.size(); ++k) {
      std::vector<std::string> rest = values;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(k));
      std::vector<std::string> cells = grid[i].cells;
      cells[at] = join(rest, ";");
      mutations.push_back({kind, file, values[k], i, 1, csv_row(cells), false});
    }
  }
}

/// The words of one-line lists `any: [a, b]` and `exact: [a, b]`, and whole rules where the file has any.
void from_yaml(const fs::path& folder, const std::string& file, const std::string& word_kind,
               std::vector<Mutation>& mutations) {
  const std::vector<std::string> lines = split(read(folder / file), "\n");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (const std::string name = "  - name: "; lines[i].rfind(name, 0) == 0) {
      std::size_t end = i + 1;
      while (end < lines.size() && lines[end].rfind("    ", 0) == 0) ++end;
      mutations.push_back({"rule", file, lines[i].substr(name.size()), i, end - i, "", true});
    }
    const std::size_t key = lines[i].find_first_not_of(' ');
    if (key == std::string::npos) continue;
    const bool list = lines[i].compare(key, 6, "any: [") == 0 || lines[i].compare(key, 8, "exact: [") == 0;
    if (!list || lines[i].back() != ']') continue;
    const std::size_t open = lines[i].find('[') + 1;
    const std::vector<std::string> words = split(lines[i].substr(open, lines[i].size() - open - 1), ", ");
    for (std::size_t k = 0; words.size() > 1 && k < words.size(); ++k) {
      std::vector<std::string> rest = words;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(k));
      mutations.push_back({word_kind, file, words[k], i, 1, lines[i].substr(0, open) + join(rest, ", ") + "]\n", false});
    }
  }
}

std::vector<Mutation> all_mutations(const fs::path& folder) {
  std::vector<Mutation> mutations;
  from_table(folder, "garbage.csv", "別名", "alias", mutations);
  from_table(folder, "garbage_categories.csv", "別名", "category alias", mutations);
  from_table(folder, "faq.csv", "言い換え", "paraphrase", mutations);
  from_yaml(folder, "rules.yaml", "rule word", mutations);
  if (fs::is_directory(folder / "dialogues")) {
    for (const auto& entry : fs::directory_iterator(folder / "dialogues")) {
      from_yaml(folder, "dialogues/" + entry.path().filename().string(), "dialogue word", mutations);
    }
  }
  return mutations;
}

std::vector<std::string> lines_of(const fs::path& folder, const std::string& file) {
  const std::string text = read(folder / file);
  std::vector<std::string> lines;
  if (file.size() > 4 && file.compare(file.size() - 4, 4, ".csv") == 0) {
    Grid grid;
    std::vector<FileProblem> problems;
    parse_csv(text, file, grid, problems);
    for (const GridRow& row : grid) lines.push_back(csv_row(row.cells));
    return lines;
  }
  for (std::string& line : split(text, "\n")) lines.push_back(std::move(line) + "\n");
  return lines;
}

/// A copy of the folder in which some words or rules are missing.
class Mutant {
 public:
  Mutant(const fs::path& folder, const test::TempDir& copy, const std::vector<const Mutation*>& mutations) : folder_(folder), copy_(copy) {
    std::map<std::string, std::vector<std::string>> changed;
    for (const Mutation* const mutation : mutations) {
      const auto [entry, fresh] = changed.try_emplace(mutation->file);
      if (fresh) entry->second = lines_of(folder, mutation->file);
      for (std::size_t i = 0; i < mutation->lines; ++i) entry->second[mutation->line + i] = mutation->removes ? "" : mutation->instead;
    }
    for (const auto& [file, lines] : changed) {
      std::ofstream(copy.file(file), std::ios::binary) << join(lines, "");
      files_.push_back(file);
    }
    loaded = load_engine(copy.path());
  }
  Mutant(const Mutant&) = delete;
  Mutant& operator=(const Mutant&) = delete;
  ~Mutant() {
    for (const std::string& file : files_) std::ofstream(copy_.file(file), std::ios::binary) << read(folder_ / file);
  }

  Loaded loaded;

 private:
  const fs::path folder_;
  const test::TempDir& copy_;
  std::vector<std::string> files_;
};

/// Groups of words to take away together: of different lines, and none in another's name.
std::vector<std::vector<const Mutation*>> groups_of(const std::vector<Mutation>& mutations) {
  std::vector<std::vector<const Mutation*>> groups;
  for (const Mutation& mutation : mutations) {
    if (mutation.removes) continue;
    const auto fits = [&](const std::vector<const Mutation*>& group) {
      return group.size() < kTogether && std::none_of(group.begin(), group.end(), [&](const Mutation* other) {
        return (other->file == mutation.file && other->line == mutation.line) ||
               other->what.find(mutation.what) != std::string::npos || mutation.what.find(other->what) != std::string::npos;
      });
    };
    const auto group = std::find_if(groups.begin(), groups.end(), fits);
    if (group == groups.end()) groups.push_back({&mutation});
    else group->push_back(&mutation);
  }
  return groups;
}

bool passes(const Engine& engine, const ContentTest& test) {
  return run_tests(engine, {test}).front().passed;
}

/// Whether a test that passes with the whole content fails without this part: of those that name the word, or of all.
bool noticed(const Engine& engine, const std::vector<ContentTest>& tests, const std::string& word, bool naming_it) {
  return std::any_of(tests.begin(), tests.end(), [&](const ContentTest& test) {
    return (test.text.find(word) != std::string::npos) == naming_it && !passes(engine, test);
  });
}

}  // namespace

int main(int argc, char** argv) {
  std::string folder = "content/kashima";
  std::size_t sample = 300;
  unsigned seed = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--content") folder = argv[i + 1];
    if (name == "--sample") sample = std::strtoul(argv[i + 1], nullptr, 10);
    if (name == "--seed") seed = static_cast<unsigned>(std::strtoul(argv[i + 1], nullptr, 10));
  }
  LoadReport report;
  const std::shared_ptr<Content> content = load_content(folder, report);
  const Loaded whole = load_engine(folder);
  if (!content || !whole.engine) return std::fprintf(stderr, "%s cannot be loaded\n", folder.c_str()), 1;
  std::vector<FileProblem> problems;
  std::vector<ContentTest> tests = load_tests(*content, problems);
  const std::size_t written = tests.size();
  tests.erase(
      std::remove_if(tests.begin(), tests.end(), [&](const ContentTest& test) { return !passes(*whole.engine, test); }),
      tests.end());

  std::vector<Mutation> mutations = all_mutations(folder);
  const std::size_t possible = mutations.size();
  std::mt19937 random(seed);
  std::shuffle(mutations.begin(), mutations.end(), random);
  // Every rule is tried; the sample is taken from the words.
  std::stable_partition(mutations.begin(), mutations.end(), [](const Mutation& m) { return m.kind == "rule"; });
  if (sample != 0 && mutations.size() > sample) mutations.resize(sample);

  const kairan::test::TempDir copy;
  fs::copy(folder, copy.path(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  std::map<std::string, std::pair<std::size_t, std::size_t>> by_kind;  // tried, unnoticed
  std::size_t unnoticed = 0;
  std::set<const Mutation*> seen;
  for (const std::vector<const Mutation*>& group : groups_of(mutations)) {
    const Mutant mutant(folder, copy, group);
    if (!mutant.loaded.engine) continue;
    for (const Mutation* const mutation : group) {
      if (noticed(*mutant.loaded.engine, tests, mutation->what, true)) seen.insert(mutation);
    }
  }
  for (const Mutation& mutation : mutations) {
    ++by_kind[mutation.kind].first;
    if (seen.count(&mutation) != 0) continue;
    const Mutant mutant(folder, copy, {&mutation});
    const Engine* const engine = mutant.loaded.engine.get();
    if (engine == nullptr || noticed(*engine, tests, mutation.what, true) || noticed(*engine, tests, mutation.what, false)) continue;
    ++unnoticed;
    ++by_kind[mutation.kind].second;
    std::printf("unnoticed: %s %s %s\n", mutation.file.c_str(), mutation.kind.c_str(), mutation.what.c_str());
    std::fflush(stdout);
  }
  std::string kinds;
  for (const auto& [kind, counts] : by_kind) {
    kinds += (kinds.empty() ? "\"" : ",\"") + kind + "\":[" + std::to_string(counts.first) + "," +
             std::to_string(counts.second) + "]";
  }
  std::printf(
      "{\"bench\":\"content_mutation\",\"tests\":%zu,\"tests_failing_before\":%zu,\"mutations_possible\":%zu,"
      "\"tried\":%zu,\"unnoticed\":%zu,\"share\":%.4f,\"by_kind\":{%s}}\n",
      written, written - tests.size(), possible, mutations.size(), unnoticed,
      mutations.empty() ? 0.0 : static_cast<double>(unnoticed) / static_cast<double>(mutations.size()), kinds.c_str());
  return 0;
}
