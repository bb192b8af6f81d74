#include "base/file_bytes.h"

#include <algorithm>
#include <fstream>

namespace kairan {

std::optional<std::string> read_at_most(const std::string& path, std::size_t max_bytes) {
  constexpr std::size_t kPiece = 64 * 1024;
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string bytes;
  while (file && bytes.size() < max_bytes) {
    const std::size_t before = bytes.size();
    // Grows with what is there: a limit of 32 MB filled with zeros for every small file is what a page waits for.
    const std::size_t room = std::min(std::max(kPiece, before), max_bytes - before);
    bytes.resize(before + room);
    file.read(bytes.data() + before, static_cast<std::streamsize>(room));
    bytes.resize(before + static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  }
  if (file.bad()) return std::nullopt;
  return bytes;
}

}  // namespace kairan
