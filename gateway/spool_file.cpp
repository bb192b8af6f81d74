#include "gateway/spool_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "base/crypto.h"
#include "base/log.h"

namespace kairan::gateway {
namespace {

constexpr std::string_view kMagic = "KAIRSPL1";
constexpr std::size_t kCheckBytes = 8;
constexpr std::size_t kNumberBytes = 12;  // length and sequence

std::uint64_t get_number(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return value;
}

std::string check_of(std::string_view numbers, std::string_view payload) {
  std::string covered;
  covered.reserve(numbers.size() + payload.size());
  covered.append(numbers).append(payload);
  return std::string(bytes_of(sha256(covered)).substr(0, kCheckBytes));
}

Error failure(const std::string& what, const std::string& path) {
  return Error{ErrorCode::kUnavailable, "spool: " + what + " " + path + ": " + std::strerror(errno)};
}

/// Reads exactly `size` bytes at `offset`; false when the file ends before.
Result<bool> read_exactly(int fd, std::uint64_t offset, char* out, std::size_t size, const std::string& path) {
  while (size > 0) {
    const ssize_t got = ::pread(fd, out, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure("cannot read", path);
    if (got == 0) return false;
    out += got;
    offset += static_cast<std::uint64_t>(got);
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

Status write_all(int fd, std::string_view bytes, const std::string& path, const SpoolCalls& calls) {
  while (!bytes.empty()) {
    const ssize_t written = calls.write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure("cannot write", path);
    if (written == 0) {
      errno = ENOSPC;
      return failure("cannot write", path);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status sync_folder(const std::string& folder, const SpoolCalls& calls) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return failure("cannot open", folder);
  const int result = calls.sync(fd);
  const int error = errno;
  ::close(fd);
  errno = error;
  if (result != 0) return failure("cannot sync", folder);
  return {};
}

}  // namespace

void put_number(std::string& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

SpoolCalls real_spool_calls() {
  return {[](int fd, const char* data, std::size_t size) { return ::write(fd, data, size); },
          [](int fd) { return ::fdatasync(fd); }};
}

void encode_spool_record(std::uint64_t sequence, std::string_view payload, std::string& out) {
  std::string numbers;
  put_number(numbers, payload.size(), 4);
  put_number(numbers, sequence, 8);
  out.append(numbers).append(check_of(numbers, payload)).append(payload);
}

SpoolFile::SpoolFile(SpoolFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      durable_(other.durable_),
      position_(other.position_),
      kept_position_(other.kept_position_),
      dropped_(other.dropped_) {}

SpoolFile::~SpoolFile() {
  if (fd_ >= 0) ::close(fd_);  // releases the lock
}

Result<SpoolFile> SpoolFile::create(const std::string& folder, const std::string& name, const SpoolCalls& calls) {
  // Under its own name only once it is locked: a scan between the two steps would take it for an orphan.
  const std::string path = folder + "/" + name;
  const std::string unborn = path + ".new";
  SpoolFile file(::open(unborn.c_str(), O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600), unborn);
  if (file.fd_ < 0) return failure("cannot make", unborn);
  if (::flock(file.fd_, LOCK_EX | LOCK_NB) != 0) return failure("cannot lock", unborn);
  Status made = write_all(file.fd_, kMagic, unborn, calls);
  if (made.ok() && ::rename(unborn.c_str(), path.c_str()) != 0) made = failure("cannot name", path);
  if (made.ok()) {
    file.path_ = path;
    made = sync_folder(folder, calls);
  }
  if (!made) {
    file.remove();
    return made.error();
  }
  file.durable_ = file.position_ = file.kept_position_ = kMagic.size();
  return file;
}

Result<std::optional<SpoolFile>> SpoolFile::adopt(const std::string& folder, const std::string& name) {
  const std::string path = folder + "/" + name;
  SpoolFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC), path);
  if (file.fd_ < 0) {
    if (errno == ENOENT) return std::optional<SpoolFile>{};
    return failure("cannot open", path);
  }
  if (::flock(file.fd_, LOCK_EX | LOCK_NB) != 0) return std::optional<SpoolFile>{};
  struct stat status {};
  if (::fstat(file.fd_, &status) != 0) return failure("cannot examine", path);
  if (status.st_nlink == 0) return std::optional<SpoolFile>{};  // its owner removed it between open and lock
  file.durable_ = static_cast<std::uint64_t>(status.st_size);
  std::array<char, kMagic.size()> magic{};
  const Result<bool> read = read_exactly(file.fd_, 0, magic.data(), magic.size(), path);
  if (!read) return read.error();
  if (!*read || std::string_view(magic.data(), magic.size()) != kMagic) {
    file.dropped_ = file.durable_;
    file.position_ = file.kept_position_ = file.durable_;
  } else {
    file.position_ = file.kept_position_ = kMagic.size();
  }
  return std::optional<SpoolFile>(std::move(file));
}

Status SpoolFile::append(std::string_view encoded, const SpoolCalls& calls) {
  if (Status written = write_all(fd_, encoded, path_, calls); !written) return written;
  // After a failed sync the kernel may have thrown the pages away and forgotten the error: a later sync would succeed
  // without the bytes being on the disk. So the caller gives the file up.
  if (calls.sync(fd_) != 0) return failure("cannot sync", path_);
  durable_ += encoded.size();
  return {};
}

Result<std::optional<std::string>> SpoolFile::next() {
  if (position_ >= durable_) return std::optional<std::string>{};
  const auto torn = [&]() -> Result<std::optional<std::string>> {
    dropped_ = durable_ - position_;
    position_ = durable_;
    return std::optional<std::string>{};
  };
  std::array<char, kSpoolRecordHead> head{};
  const Result<bool> has_head = read_exactly(fd_, position_, head.data(), head.size(), path_);
  if (!has_head) return has_head.error();
  const std::string_view bytes(head.data(), head.size());
  const std::uint64_t length = get_number(bytes.substr(0, 4));
  if (!*has_head || length > kMaxSpoolRecord || position_ + kSpoolRecordHead + length > durable_) return torn();
  std::string payload(static_cast<std::size_t>(length), '\0');
  const Result<bool> has_payload =
      read_exactly(fd_, position_ + kSpoolRecordHead, payload.data(), payload.size(), path_);
  if (!has_payload) return has_payload.error();
  if (!*has_payload || check_of(bytes.substr(0, kNumberBytes), payload) != bytes.substr(kNumberBytes)) return torn();
  position_ += kSpoolRecordHead + length;
  return std::optional<std::string>(std::move(payload));
}

void SpoolFile::advance() {
  kept_position_ = position_;
}

void SpoolFile::rewind() {
  position_ = kept_position_;
}

void SpoolFile::remove() {
  // A removal that a power cut undoes means records that are replayed twice, which their deduplication bears.
  if (::unlink(path_.c_str()) != 0 && errno != ENOENT) {
    log::error("spool.cannot_remove", {{"file", path_}, {"reason", std::strerror(errno)}});
  }
}

}  // namespace kairan::gateway
