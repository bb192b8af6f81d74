// Messages that another program puts into a folder as files (also JMA telegrams, for rehearsals). A file is read when it is
// whole, then moved to FOLDER/done, or to FOLDER/failed when it is no message. Nothing is deleted.
// Threads: scan() from one thread.
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace kairan::adapters::cap {

class Folder {
 public:
  /// kInvalid, kSyntax, kTooLarge: not a message; any other error: keep the file, try again.
  using Take = std::function<Status(const std::string& bytes, const std::string& name)>;

  /// Told once of a file that is no message.
  using Failed = std::function<void(const std::string& name, const std::string& problem)>;

  /// @param max_bytes  larger files are not read
  Folder(std::string path, std::size_t max_bytes, Take take, Failed failed, const Clock& clock);

  /// Reads what has come. Files whose name begins with "." are still being written.
  /// @return how many files were taken in; the error when the folder cannot be read
  Result<std::size_t> scan();

  /// A file that cannot be read as a message may still be growing; after this long without a change it is not.
  static constexpr std::chrono::seconds kSettled{3};
  static constexpr std::size_t kMaxAtOnce = 200;

 private:
  const std::string path_;
  const std::size_t max_bytes_;
  Take take_;
  Failed failed_;
  const Clock& clock_;
};

}  // namespace kairan::adapters::cap
