// Rich menus: definitions, images, aliases, and who is shown which. Not thread-safe: guarded by World::mutex.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace kairan::adapters::simulator {

struct RichMenu {
  std::string definition;  ///< the JSON it was created with
  std::string image;       ///< bytes; empty until uploaded
  std::string image_type;  ///< "image/png" or "image/jpeg"
};

class RichMenus {
 public:
  static constexpr std::size_t kMenus = 1000;  ///< per account through the API
  static constexpr std::size_t kAliases = 1000;

  std::map<std::string, RichMenu> menus;
  std::map<std::string, std::string> aliases;              ///< alias → menu
  std::unordered_map<std::string, std::string> of_person;  ///< user id → menu
  std::string for_all;                                     ///< "" = none

  /// What a person is shown: their own menu before the one for all; "" when none.
  std::string shown_to(const std::string& user_id, bool follows) const;
  void erase(const std::string& id);
  void clear();
};

/// Width and height of a PNG or JPEG from its header; nothing when it is neither.
struct ImageSize {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};
std::optional<ImageSize> image_size(std::string_view bytes);

}  // namespace kairan::adapters::simulator
