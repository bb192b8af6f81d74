#include "gateway/main/last_backup.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <system_error>

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
  const std::string path = path_of(data_dir);
  {
    std::ofstream file(path + ".new", std::ios::trunc);
    file << to_unix_ms(made) << "\n";
    if (!file.flush()) return Error{ErrorCode::kUnavailable, path};
  }
  std::error_code failed;
  std::filesystem::rename(path + ".new", path, failed);
  return failed ? Status(Error{ErrorCode::kUnavailable, path + ": " + failed.message()}) : Status();
}

}  // namespace kairan::gateway
