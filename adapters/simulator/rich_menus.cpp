#include "adapters/simulator/rich_menus.h"

namespace kairan::adapters::simulator {
namespace {

std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

}  // namespace

std::string RichMenus::shown_to(const std::string& user_id, bool follows) const {
  const auto own = of_person.find(user_id);
  if (follows && own != of_person.end() && menus.count(own->second) != 0) return own->second;
  return menus.count(for_all) != 0 ? for_all : std::string();
}

void RichMenus::erase(const std::string& id) {
  menus.erase(id);
  if (for_all == id) for_all.clear();
  for (auto it = of_person.begin(); it != of_person.end();) it = it->second == id ? of_person.erase(it) : std::next(it);
}

void RichMenus::clear() {
  *this = RichMenus();
}

std::optional<ImageSize> image_size(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.size() >= 24 && bytes.substr(0, 8) == "\x89PNG\r\n\x1a\n"sv) {
    return ImageSize{big_endian(bytes, 16, 4), big_endian(bytes, 20, 4)};
  }
  if (bytes.substr(0, 2) != "\xff\xd8"sv) return std::nullopt;
  // JPEG: segments of marker and length until a start-of-frame (ITU-T T.81, B.1.1.3; C4, C8 and CC are not frames).
  for (std::size_t at = 2; at + 9 < bytes.size();) {
    if (static_cast<unsigned char>(bytes[at]) != 0xff) return std::nullopt;
    const auto marker = static_cast<unsigned char>(bytes[at + 1]);
    if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) {
      return ImageSize{big_endian(bytes, at + 7, 2), big_endian(bytes, at + 5, 2)};
    }
    at += 2 + big_endian(bytes, at + 2, 2);
  }
  return std::nullopt;
}

}  // namespace kairan::adapters::simulator
