// LINE's rich menus (line-platform 5): made from the content's menus, published once per change, shown to everybody or to
// some, and read back, because LINE carries out links after it has answered. Menus are named by an alias that stays while
// the menu behind it is replaced: creating and deleting is limited to 100 an hour.
// Threads: any.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/line/api_client.h"
#include "base/result.h"
#include "intents/menu_file.h"

namespace kairan::adapters::line {

/// The JSON of a menu in a language. `name` tells two versions apart.
std::string rich_menu_json(const intents::Menu& menu, std::string_view language, std::string_view name);

struct MenuVersion {
  std::string alias;
  std::string menu_id;
  std::string name;
  bool made = false;  ///< by this call; else it was there already
};

struct MenuStatus {
  std::vector<MenuVersion> menus;  ///< by alias
  std::string default_alias;       ///< shown to everybody; "" = none, or none of ours
  std::size_t without_alias = 0;   ///< menus of ours that nothing points to
};

/// Reads a picture: the folder's, in programs; given, in tests.
using PictureReader = std::function<Result<std::string>(const intents::Menu&, std::string_view language)>;

class RichMenus {
 public:
  static constexpr std::size_t kBulk = 500;              ///< user ids in one request
  static constexpr std::chrono::milliseconds kTimeout{10'000};
  /// Between two bulk requests: LINE carries each out by itself, and a burst is answered 429.
  static constexpr std::chrono::milliseconds kBulkPause{50};

  /// @param api    outlives this
  /// @param pause  waits; given by tests
  RichMenus(ApiClient& api, std::function<void(std::chrono::milliseconds)> pause);

  /// Makes the menus that are not there as they are in the content, points their aliases to them, deletes the ones they
  /// replace, and shows the menu that is for everyone to everyone. What is there already is left alone, so that it may be
  /// run at every start and again after it was cut off.
  /// @return what each alias points to, read back; kConflict when LINE shows something else than was set
  Result<std::vector<MenuVersion>> publish(const std::vector<intents::Menu>& menus, const PictureReader& picture);

  /// Shows the menu behind an alias to everybody who has no menu of their own. Read back.
  Status show_to_everyone(std::string_view alias);
  /// Shows it to these people, or takes their own menu away (empty alias), 500 a request. LINE carries it out after it
  /// has answered; `verify` people of the list, spread over it, are read back.
  /// @return how many of those read back show something else (people who are no friends among them)
  Result<std::size_t> link(std::span<const std::string> user_ids, std::string_view alias, std::size_t verify = 3);

  Result<MenuStatus> status();

 private:
  Result<std::string> create(const intents::Menu& menu, std::string_view language, const std::string& name,
                             const std::string& picture);
  Status upload(const std::string& menu_id, const std::string& picture);
  Status point_alias(const std::string& alias, const std::string& menu_id, bool exists);
  Result<std::map<std::string, std::string>> aliases();  ///< alias → menu
  Result<std::map<std::string, std::string>> names();    ///< menu → name
  Result<std::string> shown_to(std::string_view user);   ///< menu id; "" = none
  Status tell(std::string method, std::string path, std::string body = {});

  ApiClient& api_;
  const std::function<void(std::chrono::milliseconds)> pause_;
};

}  // namespace kairan::adapters::line
