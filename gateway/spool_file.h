// One file of the spool. Format: 8 bytes of magic, then records of
//
//   length u32 | sequence u64 | check 8 bytes | payload        (numbers little-endian)
//
// where check is the first 8 bytes of SHA-256 over length, sequence and payload. A file is only ever appended to, and
// only after everything before was synced, so damage by a crash is a torn tail: reading stops at the first record that
// fails. The owner holds a lock (flock) on the file as long as it lives, so that another process can tell an orphan.
// Threads: one at a time.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kairan::gateway {

/// The system calls that make a record durable; tests put failing ones in.
struct SpoolCalls {
  std::function<ssize_t(int fd, const char* data, std::size_t size)> write;
  std::function<int(int fd)> sync;  ///< of a file and of its folder; 0, or -1 with errno
};
SpoolCalls real_spool_calls();

inline constexpr std::size_t kSpoolRecordHead = 20;
inline constexpr std::size_t kMaxSpoolRecord = 16u << 20;

/// Adds the `bytes` lowest bytes of a number to `out`, the least significant first.
void put_number(std::string& out, std::uint64_t value, std::size_t bytes);
/// Adds a record's bytes to `out`.
void encode_spool_record(std::uint64_t sequence, std::string_view payload, std::string& out);

class SpoolFile {
 public:
  /// Makes a file that nobody else takes for an orphan, durable in its folder. `name` ends in ".spool".
  static Result<SpoolFile> create(const std::string& folder, const std::string& name, const SpoolCalls& calls);
  /// Takes an orphan over. None when its owner lives, or it has gone meanwhile.
  static Result<std::optional<SpoolFile>> adopt(const std::string& folder, const std::string& name);

  SpoolFile(SpoolFile&& other) noexcept;
  SpoolFile& operator=(SpoolFile&&) = delete;
  ~SpoolFile();

  /// Appends encoded records and syncs. After an error the file must not be appended to again; what was durable before
  /// stays readable.
  Status append(std::string_view encoded, const SpoolCalls& calls);

  /// The next record, from where the last call of advance() stood; none at the end.
  Result<std::optional<std::string>> next();
  /// What next() returned since the last call is dealt with: later reading starts behind it.
  void advance();
  /// Undoes next() back to the last advance().
  void rewind();

  std::uint64_t durable_bytes() const { return durable_; }
  std::uint64_t unread_bytes() const { return durable_ - position_; }
  std::uint64_t dropped_bytes() const { return dropped_; }  ///< of a torn tail, once next() met it
  const std::string& path() const { return path_; }
  void remove();

 private:
  SpoolFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  int fd_ = -1;
  std::string path_;
  std::uint64_t durable_ = 0;  // bytes that were synced; for an orphan the whole file
  std::uint64_t position_ = 0, kept_position_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace kairan::gateway
