#include "store/backup_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/ids.h"

namespace kairan::store {
namespace {

constexpr std::string_view kMagic = "KAIRAN-BACKUP\n";
constexpr std::size_t kMaxHeaderBytes = 4096;

Error problem(const std::string& what, const std::string& path) {
  return Error{ErrorCode::kUnavailable, what + " " + path + ": " + std::strerror(errno)};
}

std::string number_bytes(std::uint32_t value) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
  return bytes;
}

std::string header_json(const BackupHeader& header) {
  nlohmann::json json;
  json["id"] = header.id;
  json["installation"] = header.installation;
  json["created"] = to_unix_ms(header.created);
  json["database"] = header.database;
  return dump_json(json);
}

/// What a piece is, as its context says.
constexpr std::string_view kCopy = "";
constexpr std::string_view kPicture = "/picture";
constexpr std::string_view kLast = "/last";

std::string piece_context(const std::string& id, std::uint64_t number, std::string_view what) {
  return "backup/" + id + "/" + std::to_string(number) + std::string(what);
}

/// Each link covers all pieces before it.
std::string next_link(const std::string& chain, std::string_view piece) {
  return std::string(bytes_of(sha256(chain + std::string(piece))));
}

std::string last_piece(std::uint64_t bytes, std::uint64_t pieces, const std::string& chain) {
  nlohmann::json json;
  json["bytes"] = bytes;
  json["pieces"] = pieces;
  json["chain"] = to_hex(chain);
  return dump_json(json);
}

/// Reads exactly what is asked for; a short file is kCorrupt with the place.
class FileReader {
 public:
  explicit FileReader(const std::string& path) : file_(path, std::ios::binary) {}
  bool is_open() const { return file_.is_open(); }
  Result<std::string> read(std::size_t count) {
    std::string bytes(count, '\0');
    file_.read(bytes.data(), static_cast<std::streamsize>(count));
    const auto got = static_cast<std::size_t>(file_.gcount());
    if (got < count) {
      return Error{ErrorCode::kCorrupt, "the file is cut off after byte " + std::to_string(place_ + got)};
    }
    place_ += got;
    return bytes;
  }
  Result<std::uint32_t> number() {
    const auto bytes = read(4);
    if (!bytes) return bytes.error();
    std::uint32_t value = 0;
    for (int i = 3; i >= 0; --i) value = value << 8 | static_cast<unsigned char>((*bytes)[static_cast<std::size_t>(i)]);
    return value;
  }
  Result<std::string> counted(std::size_t at_most) {
    const auto length = number();
    if (!length) return length.error();
    if (*length > at_most) {
      return Error{ErrorCode::kCorrupt, "the file is damaged at byte " + std::to_string(place_ - 4)};
    }
    return read(*length);
  }
  bool at_end() { return file_.peek() == std::ifstream::traits_type::eof(); }
  std::uint64_t place() const { return place_; }

 private:
  std::ifstream file_;
  std::uint64_t place_ = 0;
};

Result<BackupHeader> read_header(FileReader& file, const Sealer& sealer) {
  const auto magic = file.read(kMagic.size());
  if (!magic || *magic != kMagic) return Error{ErrorCode::kSyntax, "this is not a backup of Kairan"};
  const auto version = file.number();
  if (!version) return version.error();
  if (*version == 0 || *version > kBackupFormat) {
    return Error{ErrorCode::kConflict, "the backup has format " + std::to_string(*version) +
                                           ", this version reads up to " + std::to_string(kBackupFormat)};
  }
  const auto text = file.counted(kMaxHeaderBytes);
  if (!text) return text.error();
  const auto check = file.counted(kMaxHeaderBytes);
  if (!check) return check.error();
  const auto opened = sealer.open(*check, "backup-header");
  if (!opened) {
    return Error{ErrorCode::kRefused, "the backup was made with another data key, or its beginning is damaged"};
  }
  if (*opened != bytes_of(sha256(*text))) return Error{ErrorCode::kCorrupt, "the header of the backup is damaged"};
  const auto json = parse_json(*text);
  if (!json) return Error{ErrorCode::kCorrupt, "the header of the backup is damaged"};
  BackupHeader header;
  header.id = json_text(*json, "id");
  header.installation = json_text(*json, "installation");
  if (const auto* created = json_member(*json, "created"); created != nullptr && created->is_number_integer()) {
    header.created = from_unix_ms(created->get<std::int64_t>());
  }
  if (const auto* database = json_member(*json, "database"); database != nullptr && database->is_number_integer()) {
    header.database = database->get<int>();
  }
  return header;
}

}  // namespace

Result<std::unique_ptr<BackupWriter>> BackupWriter::create(const std::string& path, const Sealer& sealer,
                                                           BackupHeader header) {
  header.id = random_hex(16);
  const std::string part = path + ".part";
  const int fd = open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return problem("cannot make", part);
  if (fchmod(fd, 0600) != 0) {
    close(fd);
    return problem("cannot protect", part);
  }
  std::unique_ptr<BackupWriter> writer(new BackupWriter(fd, path, sealer, header));
  const std::string text = header_json(header);
  const std::string check = sealer.seal(bytes_of(sha256(text)), "backup-header");
  const Status written = writer->put(std::string(kMagic) + number_bytes(kBackupFormat) +
                                     number_bytes(static_cast<std::uint32_t>(text.size())) + text +
                                     number_bytes(static_cast<std::uint32_t>(check.size())) + check);
  if (!written) return written.error();
  return writer;
}

BackupWriter::BackupWriter(int fd, std::string path, const Sealer& sealer, BackupHeader header)
    : fd_(fd), path_(std::move(path)), sealer_(sealer), header_(std::move(header)) {}

BackupWriter::~BackupWriter() {
  if (fd_ >= 0) close(fd_);
  if (!finished_) unlink((path_ + ".part").c_str());
}

Status BackupWriter::put(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return problem("cannot write", path_ + ".part");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status BackupWriter::put_piece(std::string_view bytes, std::string_view what) {
  const std::string sealed = sealer_.seal(bytes, piece_context(header_.id, pieces_, what));
  if (what != kLast) {
    chain_ = next_link(chain_, bytes);
    bytes_ += bytes.size();
    ++pieces_;
  }
  return put(number_bytes(static_cast<std::uint32_t>(sealed.size())) + sealed);
}

Status BackupWriter::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), kPieceBytes - pending_.size());
    pending_.append(bytes.substr(0, count));
    bytes.remove_prefix(count);
    if (pending_.size() < kPieceBytes) continue;
    if (const Status put = put_pending(); !put) return put;
  }
  return {};
}

Status BackupWriter::put_pending() {
  if (pending_.empty()) return {};
  const Status put = put_piece(pending_, kCopy);
  if (put) pending_.clear();
  return put;
}

Status BackupWriter::write_picture(std::string_view name, std::string_view bytes) {
  if (name.find('\n') != std::string_view::npos || name.size() + bytes.size() >= kPieceBytes) {
    return Error{ErrorCode::kInvalid, "a picture with such a name or of such a size does not fit into a backup"};
  }
  if (const Status put = put_pending(); !put) return put;
  return put_piece(std::string(name) + "\n" + std::string(bytes), kPicture);
}

Status BackupWriter::finish() {
  if (const Status put = put_pending(); !put) return put;
  if (const Status put = put_piece(last_piece(bytes_, pieces_, chain_), kLast); !put) return put;
  const std::string part = path_ + ".part";
  if (fsync(fd_) != 0) return problem("cannot sync", part);
  if (rename(part.c_str(), path_.c_str()) != 0) return problem("cannot rename to", path_);
  finished_ = true;
  const std::string folder = std::filesystem::absolute(path_).parent_path().string();
  const int directory = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = directory >= 0 && fsync(directory) == 0;
  if (directory >= 0) close(directory);
  return synced ? Status() : Status(problem("cannot sync", folder));
}

Result<BackupHeader> read_backup(
    const std::string& path, const Sealer& sealer, const std::function<Status(std::string_view)>& take,
    const std::function<Status(std::string_view name, std::string_view bytes)>& take_picture) {
  FileReader file(path);
  if (!file.is_open()) return Error{ErrorCode::kNotFound, "there is no file " + path + ", or it cannot be read"};
  const auto header = read_header(file, sealer);
  if (!header) return header.error();
  std::uint64_t bytes = 0;
  std::string chain;
  for (std::uint64_t number = 0;; ++number) {
    const std::uint64_t place = file.place();
    const auto sealed = file.counted(kPieceBytes + Sealer::kOverheadBytes);
    if (!sealed) return sealed.error();
    const auto count = [&](std::string_view piece) {
      chain = next_link(chain, piece);
      bytes += piece.size();
    };
    if (const auto piece = sealer.open(*sealed, piece_context(header->id, number, kCopy))) {
      count(*piece);
      if (const Status taken = take(*piece); !taken) return taken.error();
      continue;
    }
    if (const auto piece = sealer.open(*sealed, piece_context(header->id, number, kPicture))) {
      count(*piece);
      const std::string_view picture = *piece;
      const std::size_t end = picture.find('\n');
      if (end == std::string_view::npos) return Error{ErrorCode::kCorrupt, "the backup has a picture without a name"};
      if (!take_picture) continue;
      if (const Status taken = take_picture(picture.substr(0, end), picture.substr(end + 1)); !taken)
        return taken.error();
      continue;
    }
    const auto last = sealer.open(*sealed, piece_context(header->id, number, kLast));
    if (!last) return Error{ErrorCode::kCorrupt, "the file is damaged at byte " + std::to_string(place)};
    if (*last != last_piece(bytes, number, chain)) return Error{ErrorCode::kCorrupt, "the file's checksum is wrong"};
    if (!file.at_end()) {
      return Error{ErrorCode::kCorrupt,
                   "something follows the end of the backup at byte " + std::to_string(file.place())};
    }
    return header;
  }
}

}  // namespace kairan::store
