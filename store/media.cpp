#include "store/media.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/crypto.h"
#include "base/ids.h"
#include "base/staff_text.h"

namespace kairan::store {
namespace {

constexpr std::string_view kPngSignature("\x89PNG\r\n\x1a\n", 8);
/// PNG specification 11.2, 11.3: what draws the picture. Text, time, EXIF and profiles are not among them.
constexpr std::array<std::string_view, 8> kPngChunks{"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "sRGB", "cHRM"};

Error broken() {
  return staff_error(ErrorCode::kInvalid,
                     {"画像が壊れているか、途中で切れています。書き出し直したファイルを使ってください。",
                      "The picture is broken or cut off. Export it again and use that file."});
}

std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

Status check_size(std::uint32_t width, std::uint32_t height) {
  if (width == 0 || height == 0) return broken();
  if (width > Media::kMaxSide || height > Media::kMaxSide) {
    const std::string size = std::to_string(width) + "×" + std::to_string(height);
    return staff_error(ErrorCode::kTooLarge,
                       {"画像が大きすぎます（" + size + "）。縦横それぞれ4,096ピクセルまでにしてください。",
                        "The picture is too large (" + size + "). 4,096 pixels a side at most."});
  }
  return {};
}

Result<Picture> clean_png(std::string_view bytes) {
  Picture picture{std::string(kPngSignature), "png", 0, 0};
  std::size_t at = kPngSignature.size();
  bool data = false;
  for (;;) {
    if (bytes.size() - at < 12) return broken();
    const std::uint32_t length = big_endian(bytes, at, 4);
    const std::string_view type = bytes.substr(at + 4, 4);
    if (length > bytes.size() - at - 12) return broken();
    if (type == "acTL")
      return staff_error(ErrorCode::kInvalid, {"動く画像は使えません。動かない PNG か JPEG にしてください。",
                                               "A picture that moves cannot be used. Use a still PNG or JPEG."});
    if (picture.width == 0) {
      if (type != "IHDR" || length != 13) return broken();
      picture.width = big_endian(bytes, at + 8, 4);
      picture.height = big_endian(bytes, at + 12, 4);
      if (const Status size = check_size(picture.width, picture.height); !size) return size.error();
    }
    if (std::find(kPngChunks.begin(), kPngChunks.end(), type) != kPngChunks.end()) {
      picture.bytes += bytes.substr(at, std::size_t{length} + 12);
    }
    data = data || type == "IDAT";
    if (type == "IEND") return data ? Result<Picture>(std::move(picture)) : Result<Picture>(broken());
    at += std::size_t{length} + 12;
  }
}

bool is_frame_header(unsigned marker) {  // SOF0..SOF15 but for DHT, JPG and DAC (ITU-T T.81 table B.1)
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

Result<Picture> clean_jpeg(std::string_view bytes) {
  Picture picture{"\xFF\xD8", "jpg", 0, 0};
  std::size_t at = 2;
  for (;;) {
    if (bytes.size() - at < 4 || static_cast<unsigned char>(bytes[at]) != 0xFF) return broken();
    const unsigned marker = static_cast<unsigned char>(bytes[at + 1]);
    if (marker == 0xFF) {  // fill byte
      ++at;
      continue;
    }
    const std::size_t length = big_endian(bytes, at + 2, 2);
    if (length < 2 || length > bytes.size() - at - 2) return broken();
    if (is_frame_header(marker)) {
      if (length < 8) return broken();
      picture.height = big_endian(bytes, at + 5, 2);
      picture.width = big_endian(bytes, at + 7, 2);
      if (const Status size = check_size(picture.width, picture.height); !size) return size.error();
    }
    // APP0 (JFIF) and APP14 (how colours are coded) draw the picture; other APPn and comments are about it.
    const bool is_about = (marker >= 0xE1 && marker <= 0xEF && marker != 0xEE) || marker == 0xFE;
    if (!is_about) picture.bytes += bytes.substr(at, length + 2);
    at += length + 2;
    if (marker == 0xDA) break;  // the scan runs to the end of the picture
  }
  if (picture.width == 0) return broken();
  // Progressive pictures have further segments between scans: everything up to the last end marker is the picture.
  const std::size_t end = bytes.rfind("\xFF\xD9");
  if (end == std::string_view::npos || end < at) return broken();
  picture.bytes += bytes.substr(at, end + 2 - at);
  return picture;
}

bool is_name(std::string_view name) {
  if (name.size() != 68 || (name.substr(64) != ".png" && name.substr(64) != ".jpg")) return false;
  return name.substr(0, 64).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Status make_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return Error{ErrorCode::kUnavailable, "media: " + error.message()};
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  return {};
}

/// Writes a file that is whole or not there: a temporary one, synced, renamed, the folder synced.
Status write_synced(const std::string& folder, const std::string& name, std::string_view bytes) {
  const std::string temporary = folder + "/.new-" + random_hex(8);
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return Error{ErrorCode::kUnavailable, std::string("media: ") + std::strerror(errno)};
  bool good = true;
  while (good && !bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    good = written > 0;
    if (good) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  good = good && ::fsync(file) == 0;
  ::close(file);
  good = good && ::rename(temporary.c_str(), (folder + "/" + name).c_str()) == 0;
  if (const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); good && directory >= 0) {
    good = ::fsync(directory) == 0;
    ::close(directory);
  }
  if (good) return {};
  ::unlink(temporary.c_str());
  return Error{ErrorCode::kUnavailable, "media: the picture could not be written"};
}

}  // namespace

Result<Picture> clean_picture(std::string_view bytes) {
  if (bytes.size() > Media::kMaxBytes) {
    return staff_error(ErrorCode::kTooLarge,
                       {"画像のファイルが大きすぎます。1MB（1,000,000バイト）までにしてください。",
                        "The picture's file is too large. 1 MB (1,000,000 bytes) at most."});
  }
  if (bytes.substr(0, kPngSignature.size()) == kPngSignature) return clean_png(bytes);
  if (bytes.substr(0, 2) == "\xFF\xD8") return clean_jpeg(bytes);
  return staff_error(ErrorCode::kInvalid, {"PNG か JPEG の画像ではありません。形式を変えて書き出してください。",
                                           "It is no PNG or JPEG. Export it in one of these formats."});
}

Result<std::string> Media::add(std::string_view bytes) {
  const auto picture = clean_picture(bytes);
  if (!picture) return picture.error();
  if (const Status made = make_folder(folder_); !made) return made.error();
  std::error_code error;
  std::string name = to_hex(bytes_of(sha256(picture->bytes))) + "." + std::string(picture->extension);
  if (std::filesystem::exists(folder_ + "/" + name, error)) return name;
  if (const Status written = write_synced(folder_, name, picture->bytes); !written) return written.error();
  return name;
}

Result<std::string> Media::read(std::string_view name) const {
  if (!is_name(name)) return Error{ErrorCode::kNotFound, "media: no such picture"};
  std::ifstream file(folder_ + "/" + std::string(name), std::ios::binary);
  if (!file) return Error{ErrorCode::kNotFound, "media: no such picture"};
  std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return bytes;
}

Result<std::vector<std::string>> Media::names() const {
  std::vector<std::string> names;
  std::error_code error;
  if (!std::filesystem::exists(folder_, error)) return names;
  for (std::filesystem::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (is_name(name)) names.push_back(std::move(name));
  }
  if (error) return Error{ErrorCode::kUnavailable, "media: " + error.message()};
  std::sort(names.begin(), names.end());
  return names;
}

Status Media::put_back(std::string_view name, std::string_view bytes) {
  if (!is_name(name) || bytes.size() > kMaxBytes || to_hex(bytes_of(sha256(bytes))) != name.substr(0, 64)) {
    return Error{ErrorCode::kCorrupt, "media: these bytes are not the picture of that name"};
  }
  if (const Status made = make_folder(folder_); !made) return made;
  std::error_code error;
  const std::string file(name);
  if (std::filesystem::exists(folder_ + "/" + file, error)) return {};
  return write_synced(folder_, file, bytes);
}

}  // namespace kairan::store
