// The file of a backup: a copy of the store and the pictures of its broadcasts, encrypted with the data key, written and read
// piece by piece.
//
// Format (numbers little-endian)
//   "KAIRAN-BACKUP\n"            14 bytes
//   version u32                  kBackupFormat
//   length u32, header           JSON: id (random), installation, created (ms), database
//   length u32, sealed check     SHA-256 of the header, so that another key is told apart from damage
//   pieces: length u32, sealed   at most kPieceBytes of the copy, AES-256-GCM; the context binds a piece to this file, its
//                                number, and what it is: none can be left out, moved or taken from another file
//   pictures: the same           name, line break, bytes; each one piece; since version 2
//   the last piece               JSON: bytes and pieces before it, and their SHA-256 chain
// A file is written beside its name and renamed when it is whole and synced.
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/result.h"

namespace kairan::store {

inline constexpr std::uint32_t kBackupFormat = 2;  ///< earlier ones are read as well
inline constexpr std::size_t kPieceBytes = 1u << 20;

struct BackupHeader {
  std::string id;  ///< made by create()
  std::string installation;
  TimePoint created;
  int database = 0;  ///< of Redis, that the copy is of
};

class BackupWriter {
 public:
  /// Makes FILE.part with mode 0600. kUnavailable with the reason.
  static Result<std::unique_ptr<BackupWriter>> create(const std::string& path, const Sealer& sealer,
                                                      BackupHeader header);
  ~BackupWriter();  ///< an unfinished file is removed
  BackupWriter(const BackupWriter&) = delete;

  Status write(std::string_view bytes);
  /// After the last write(). @param name  without a line break; with the bytes at most kPieceBytes - 1
  Status write_picture(std::string_view name, std::string_view bytes);
  /// Writes the last piece, syncs and gives the file its name.
  Status finish();

 private:
  BackupWriter(int fd, std::string path, const Sealer& sealer, BackupHeader header);
  Status put(std::string_view bytes);
  Status put_pending();
  Status put_piece(std::string_view bytes, std::string_view what);

  int fd_;
  const std::string path_;
  const Sealer& sealer_;
  const BackupHeader header_;
  std::string pending_;
  std::uint64_t pieces_ = 0, bytes_ = 0;
  std::string chain_;
  bool finished_ = false;
};

/// Reads a backup, checking everything. What the functions got is worth something only when the whole reading succeeds.
/// @param take          gets the copy piece by piece
/// @param take_picture  gets each picture; may be empty
/// @return kNotFound no file; kSyntax not a backup; kConflict of a later format; kRefused sealed with another key; kCorrupt cut
///         off or damaged, with the place
Result<BackupHeader> read_backup(
    const std::string& path, const Sealer& sealer, const std::function<Status(std::string_view)>& take,
    const std::function<Status(std::string_view name, std::string_view bytes)>& take_picture = {});

}  // namespace kairan::store
