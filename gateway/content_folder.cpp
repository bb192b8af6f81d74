#include "gateway/content_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"

namespace kairan::gateway {

namespace fs = std::filesystem;

namespace {

void sync_path(const fs::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace

bool is_version_id(std::string_view id) {
  return id.size() == 26 && std::all_of(id.begin(), id.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

Error folder_error(const std::string& what) { return Error{ErrorCode::kUnavailable, what}; }

Status copy_folder(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::remove_all(to, error);
  fs::create_directories(to, error);
  if (error) return folder_error("cannot make " + to);
  for (fs::recursive_directory_iterator it(from, error), end; it != end && !error; it.increment(error)) {
    const fs::path target = fs::path(to) / fs::relative(it->path(), from);
    if (it->is_symlink()) continue;
    if (it->is_directory()) {
      fs::create_directories(target, error);
    } else if (it->is_regular_file()) {
      fs::copy_file(it->path(), target, fs::copy_options::overwrite_existing, error);
      if (!error) sync_path(target, O_RDONLY);
    }
    if (error) break;
  }
  if (error) return folder_error("cannot copy " + from + ": " + error.message());
  for (fs::recursive_directory_iterator it(to, error), end; it != end && !error; it.increment(error)) {
    if (it->is_directory()) sync_path(it->path(), O_RDONLY | O_DIRECTORY);
  }
  sync_path(to, O_RDONLY | O_DIRECTORY);
  return {};
}

std::set<std::string> texts_of(const nlohmann::json& object, const char* key) {
  std::set<std::string> texts;
  const auto* list = json_member(object, key);
  if (list == nullptr || !list->is_array()) return texts;
  for (const auto& one : *list) {
    if (one.is_string()) texts.insert(one.get<std::string>());
  }
  return texts;
}

}  // namespace kairan::gateway
