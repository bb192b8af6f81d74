// The page's files, built into the program by cmake/EmbedFiles.cmake.
#pragma once

#include <string_view>
#include <vector>

namespace kairan::adapters::simulator {

struct EmbeddedFile {
  std::string_view name;  ///< "phones.js"
  std::string_view bytes;
};
const std::vector<EmbeddedFile>& embedded_files();

}  // namespace kairan::adapters::simulator
