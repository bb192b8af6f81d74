#include "adapters/cap/folder.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

namespace kairan::adapters::cap {
namespace {

namespace fs = std::filesystem;

/// How long ago the file was last written, by the file system's own clock.
std::chrono::seconds age_of(const fs::path& path) {
  std::error_code failure;
  const auto written = fs::last_write_time(path, failure);
  if (failure) return std::chrono::seconds(0);
  return std::chrono::duration_cast<std::chrono::seconds>(fs::file_time_type::clock::now() - written);
}

void move_to(const fs::path& file, const std::string& folder, TimePoint now) {
  std::error_code failure;
  fs::create_directories(file.parent_path() / folder, failure);
  fs::path target = file.parent_path() / folder / file.filename();
  if (fs::exists(target, failure)) target += "." + std::to_string(to_unix_ms(now));
  fs::rename(file, target, failure);
  if (failure) fs::remove(file, failure);  // it was taken in: reading it again for ever would be worse
}

}  // namespace

Folder::Folder(std::string path, std::size_t max_bytes, Take take, Failed failed, const Clock& clock)
    : path_(std::move(path)),
      max_bytes_(max_bytes),
      take_(std::move(take)),
      failed_(std::move(failed)),
      clock_(clock) {}

Result<std::size_t> Folder::scan() {
  std::error_code failure;
  std::vector<fs::path> files;
  for (fs::directory_iterator at(path_, failure), end; !failure && at != end && files.size() < kMaxAtOnce;
       at.increment(failure)) {
    std::error_code ignored;
    // A link would let whoever may write here have any file read.
    if (at->symlink_status(ignored).type() == fs::file_type::regular && at->path().filename().string().front() != '.')
      files.push_back(at->path());
  }
  if (failure)
    return Error{ErrorCode::kUnavailable, "フォルダ " + path_ + " を読めません（" + failure.message() + "）"};
  std::sort(files.begin(), files.end());
  std::size_t taken = 0;
  for (const fs::path& file : files) {
    const std::string name = file.filename().string();
    Status done = Error{ErrorCode::kTooLarge, "大きすぎます"};
    if (const std::uintmax_t size = fs::file_size(file, failure); !failure && size <= max_bytes_) {
      std::ifstream in(file, std::ios::binary);
      std::string bytes(static_cast<std::size_t>(size), '\0');
      in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
      done = take_(bytes, name);
    }
    if (done) {
      ++taken;
      move_to(file, "done", clock_.now());
      continue;
    }
    const ErrorCode code = done.error().code;
    const bool no_message = code == ErrorCode::kInvalid || code == ErrorCode::kSyntax || code == ErrorCode::kTooLarge;
    if (!no_message) return done.error();  // the store is away: order is kept, the rest waits too
    if (age_of(file) < kSettled) continue;
    failed_(name, done.error().detail);
    move_to(file, "failed", clock_.now());
  }
  return taken;
}

}  // namespace kairan::adapters::cap
