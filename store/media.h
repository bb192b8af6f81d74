// Pictures that broadcasts show, as files under the data folder, named by the SHA-256 of their bytes. What is taken in is
// rewritten without anything but the picture: camera, place, comments, colour profiles and trailing bytes are gone. Pixels are
// not decoded: a picture within the limits is passed on as it was drawn. Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kairan::store {

struct Picture {
  std::string bytes;
  std::string_view extension;  ///< "png", "jpg"
  std::uint32_t width = 0, height = 0;
};

/// Reads a PNG or JPEG and keeps only what draws it. kInvalid with a Japanese reason for anything else, for pictures that end
/// early and for animated ones; kTooLarge over the limits.
Result<Picture> clean_picture(std::string_view bytes);

/// Where pictures lie in the data folder.
inline constexpr const char* kMediaFolder = "/media";

class Media {
 public:
  /// @param folder  made when it is not there (0700)
  explicit Media(std::string folder) : folder_(std::move(folder)) {}

  /// Stores a picture, synced. @return its name, "<64 hex digits>.png", for /m/NAME
  Result<std::string> add(std::string_view bytes);
  /// kNotFound for a name that is none or not there.
  Result<std::string> read(std::string_view name) const;
  /// The names of all pictures, sorted; none when nothing was ever stored.
  Result<std::vector<std::string>> names() const;
  /// Stores a picture under the name it had, synced; one that is there stays. kCorrupt when the bytes are not of that name.
  Status put_back(std::string_view name, std::string_view bytes);

  static constexpr std::size_t kMaxBytes = 1'000'000;  ///< LINE: previews at most 1 MB; one picture serves as both
  static constexpr std::uint32_t kMaxSide = 4096;

 private:
  const std::string folder_;
};

}  // namespace kairan::store
