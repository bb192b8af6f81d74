// The README's table of settings and the program's own say the same.
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "gateway/config_keys.h"
#include "tests/support/catch.h"

namespace {

/// key → variable, of every row "| `key` | `VARIABLE` | ..." of a document.
std::map<std::string, std::string> documented(const std::string& name) {
  std::ifstream file(std::string(KAIRAN_SOURCE_DIR) + "/" + name);
  REQUIRE(file);
  std::map<std::string, std::string> rows;
  const std::regex row("^\\| `([a-z_.]+)` \\| `(KAIRAN_[A-Z_]+)` \\|.*");
  for (std::string line; std::getline(file, line);) {
    std::smatch match;
    if (std::regex_match(line, match, row)) rows[match[1]] = match[2];
  }
  return rows;
}

/// Settings of parts that this version's documents do not describe to operators.
const std::set<std::string> kNotForOperators{"smtp.url"};

}  // namespace

TEST_CASE("both READMEs document exactly the settings that the program reads, under the program's names") {
  std::map<std::string, std::string> known;
  for (const auto& key : kairan::gateway::config_keys()) {
    if (kNotForOperators.count(key.name) == 0) known[key.name] = key.variable();
  }
  REQUIRE(known.size() > 5);
  CHECK(documented("README.md") == known);
  CHECK(documented("README.ja.md") == known);
}
