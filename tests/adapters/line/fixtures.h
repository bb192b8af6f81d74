// The fixtures and golden files of these tests: payload shapes of LINE's published schema, with invented ids.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace kairan::test {

inline std::string line_folder() { return std::string(KAIRAN_SOURCE_DIR) + "/tests/adapters/line/"; }

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

inline std::string webhook_fixture(const std::string& name) {
  return read_file(line_folder() + "fixtures/webhook/" + name + ".json");
}
inline std::string error_fixture(const std::string& name) {
  return read_file(line_folder() + "fixtures/error/" + name + ".json");
}

/// The names of all webhook fixtures, sorted.
inline std::vector<std::string> webhook_fixtures() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(line_folder() + "fixtures/webhook")) {
    names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace kairan::test
