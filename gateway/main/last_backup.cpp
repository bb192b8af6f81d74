#include "gateway/main/last_backup.h"

#include <cstdint>
#include <fstream>

#include "gateway/content_tables.h"

namespace kairan::gateway {
namespace {

std::string path_of(const std::string& data_dir) {
  return data_dir + "/last_backup";
}

}  // namespace

std::optional<TimePoint> last_backup(const std::string& data_dir) {
  std::ifstream file(path_of(data_dir));
  std::int64_t ms = 0;
  if (!(file >> ms) || ms <= 0) return std::nullopt;
  return from_unix_ms(ms);
}

Status note_backup(const std::string& data_dir, TimePoint made) {
  return write_file_whole(path_of(data_dir), std::to_string(to_unix_ms(made)) + "\n");
}

}  // namespace kairan::gateway
