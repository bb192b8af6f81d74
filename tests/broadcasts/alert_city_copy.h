// A copy of the sample city's warnings whose files tests may change.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "broadcasts/alert_rules.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace kairan::test {

class AlertCityCopy {
 public:
  AlertCityCopy() {
    const std::string from = std::string(KAIRAN_SOURCE_DIR) + "/content/kashima/";
    std::filesystem::create_directories(folder_.path() + "/templates/alerts");
    for (const char* name : {"city.yaml", "alerts.yaml", "shelters.csv"})
      std::filesystem::copy_file(from + name, folder_.path() + "/" + name);
    for (const auto& entry : std::filesystem::directory_iterator(from + "templates/alerts"))
      std::filesystem::copy_file(entry.path(), folder_.file("templates/alerts/" + entry.path().filename().string()));
  }
  /// Puts `to` in the place of the first `from`.
  void change(const std::string& name, const std::string& from, const std::string& to) {
    std::string text = read(name);
    const std::size_t found = text.find(from);
    REQUIRE(found != std::string::npos);
    text.replace(found, from.size(), to);
    write(name, text);
  }
  std::string read(const std::string& name) const {
    std::ifstream file(folder_.file(name));
    std::ostringstream out;
    out << file.rdbuf();
    return out.str();
  }
  void write(const std::string& name, const std::string& text) { std::ofstream(folder_.file(name)) << text; }
  void remove(const std::string& name) { std::filesystem::remove(folder_.file(name)); }
  /// The first problem as "file:line message", "" when the content is sound.
  std::string problem() {
    std::vector<FileProblem> problems;
    const auto loaded = broadcasts::load_alert_content(folder_.path(), problems);
    std::string text;
    for (const FileProblem& one : problems) {
      if (!one.warning && text.empty()) text = one.file + ":" + std::to_string(one.row) + " " + one.message;
    }
    CHECK(loaded.ok() == text.empty());
    return text;
  }
  const std::string& path() const { return folder_.path(); }

 private:
  TempDir folder_;
};

}  // namespace kairan::test
