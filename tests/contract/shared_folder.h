// Where the reference material of contract tests is: KAIRAN_SHARED, or the folder "shared" beside the source tree. It is
// no part of the project, so these tests are skipped where it is absent.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace kairan::test {

/// The folder, or "" when there is none.
inline std::string shared_folder() {
  const char* named = std::getenv("KAIRAN_SHARED");
  const std::string folder = named != nullptr ? named : std::string(KAIRAN_SOURCE_DIR) + "/../shared";
  return std::filesystem::is_directory(folder) ? folder : std::string();
}

}  // namespace kairan::test
