// Rich menus, their images, aliases, and whom they are shown to.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "adapters/simulator/line_api.h"
#include "base/bounded_json.h"
#include "base/ids.h"

namespace kairan::adapters::simulator {

using gateway::HttpResponse;
using nlohmann::json;

namespace {

constexpr std::size_t kMenuImageBytes = 1'000'000;  // "Max file size: 1 MB"
constexpr std::size_t kBulk = 500;

HttpResponse menu_not_found() {
  return line_error(404, "richmenu not found");
}

json described(const std::string& id, const RichMenu& menu) {
  json body = json::parse(menu.definition);
  body["richMenuId"] = id;
  return body;
}

/// "{person}/richmenu[/{menu}]" of the paths below /v2/bot/user/.
struct PersonPath {
  std::string person;
  std::string menu;
  bool good = false;
};
PersonPath person_path(const std::string& rest) {
  PersonPath path;
  const auto first = rest.find('/');
  if (first == std::string::npos) return path;
  path.person = rest.substr(0, first);
  const std::string tail = rest.substr(first + 1);
  if (tail == "richmenu") {
    path.good = true;
  } else if (tail.rfind("richmenu/", 0) == 0 && tail.find('/', 9) == std::string::npos) {
    path.menu = tail.substr(9);
    path.good = !path.menu.empty();
  }
  return path;
}

bool good_alias(const std::string& alias) {
  return !alias.empty() && alias.size() <= 32 &&
         alias.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz_-") == std::string::npos;
}

}  // namespace

void LineApi::menu_routes(std::vector<gateway::Route>& routes) {
  const std::string base = "/v2/bot/richmenu";
  const SimulatorLimits& limits = world_.options.limits;
  Endpoint create = endpoint("richmenu/create", Body::kJson);
  create.limit = limits.rich_menu_write;
  add(routes, "POST", base, create, &LineApi::menu_create);
  add(routes, "POST", base + "/validate", endpoint("richmenu/validate", Body::kJson), &LineApi::menu_validate);
  Endpoint list = endpoint("richmenu/list");
  list.limit = limits.rich_menu_list;
  add(routes, "GET", base + "/list", list, &LineApi::menu_list);
  add(routes, "POST", base + "/bulk/link", endpoint("richmenu/bulk/link", Body::kJson), &LineApi::menu_bulk_link);
  add(routes, "POST", base + "/bulk/unlink", endpoint("richmenu/bulk/unlink", Body::kJson), &LineApi::menu_bulk_unlink);
  add(routes, "POST", base + "/alias", endpoint("richmenu/alias/create", Body::kJson), &LineApi::alias_create);
  add(routes, "GET", base + "/alias/list", endpoint("richmenu/alias/list"), &LineApi::alias_get);
  add(routes, "GET", base + "/alias/*", endpoint("richmenu/alias/get"), &LineApi::alias_get);
  add(routes, "POST", base + "/alias/*", endpoint("richmenu/alias/update", Body::kJson), &LineApi::alias_update);
  Endpoint alias_delete = endpoint("richmenu/alias/delete");
  alias_delete.limit = limits.rich_menu_write;
  add(routes, "DELETE", base + "/alias/*", alias_delete, &LineApi::alias_delete);
  add(routes, "GET", base + "/*", endpoint("richmenu/get"), &LineApi::menu_get);
  add(routes, "POST", base + "/*", endpoint("richmenu/upload", Body::kImage), &LineApi::menu_upload);
  Endpoint erase = endpoint("richmenu/delete");
  erase.limit = limits.rich_menu_write;
  add(routes, "DELETE", base + "/*", erase, &LineApi::menu_delete);
  add(routes, "GET", "/v2/bot/user/*", endpoint("user/richmenu/get"), &LineApi::person_menu_get);
  add(routes, "POST", "/v2/bot/user/*", endpoint("user/richmenu/link"), &LineApi::person_menu_link);
  add(routes, "DELETE", "/v2/bot/user/*", endpoint("user/richmenu/unlink"), &LineApi::person_menu_unlink);
}

HttpResponse LineApi::menu_create(const Call& call) {
  const auto body = parse_json(call.request.body);
  if (!body) return line_error(400, "The request body could not be parsed as JSON");
  const Violations violations = check_rich_menu(*body);
  if (!violations.empty()) return broken_rules(violations);
  std::lock_guard lock(world_.mutex);
  if (world_.menus.menus.size() >= RichMenus::kMenus) return line_error(400, "Too many rich menus");
  const std::string id = "richmenu-" + random_hex(16);
  world_.menus.menus[id].definition = dump_json(*body);
  return line_ok({{"richMenuId", id}});
}

HttpResponse LineApi::menu_validate(const Call& call) {
  const auto body = parse_json(call.request.body);
  if (!body) return line_error(400, "The request body could not be parsed as JSON");
  const Violations violations = check_rich_menu(*body);
  return violations.empty() ? line_ok(json::object()) : broken_rules(violations);
}

HttpResponse LineApi::menu_list(const Call&) {
  json list = json::array();
  std::lock_guard lock(world_.mutex);
  for (const auto& [id, menu] : world_.menus.menus) list.push_back(described(id, menu));
  return line_ok({{"richmenus", std::move(list)}});
}

HttpResponse LineApi::menu_get(const Call& call) {
  std::string id = call.request.rest;
  const auto slash = id.find('/');
  const bool content = slash != std::string::npos && id.substr(slash) == "/content";
  if (content) id.resize(slash);
  std::lock_guard lock(world_.mutex);
  const auto it = world_.menus.menus.find(id);
  if (it == world_.menus.menus.end() || (content && it->second.image.empty())) return menu_not_found();
  if (!content) return line_ok(described(id, it->second));
  HttpResponse response;
  response.content_type = it->second.image_type;
  response.body = it->second.image;
  return response;
}

HttpResponse LineApi::menu_delete(const Call& call) {
  std::lock_guard lock(world_.mutex);
  if (world_.menus.menus.count(call.request.rest) == 0) return menu_not_found();
  world_.menus.erase(call.request.rest);
  return line_ok(json::object());
}

HttpResponse LineApi::menu_upload(const Call& call) {
  std::string id = call.request.rest;
  const auto slash = id.find('/');
  if (slash == std::string::npos || id.substr(slash) != "/content") return menu_not_found();
  id.resize(slash);
  const std::string type(call.request.header("content-type"));
  if (type != "image/png" && type != "image/jpeg") return line_error(415, "Unsupported media type");
  const std::string& image = call.request.body;
  if (image.size() > kMenuImageBytes) return line_error(413, "The image is larger than 1 MB");
  const auto size = image_size(image);
  if (!size) return line_error(400, "The image is neither PNG nor JPEG");
  std::lock_guard lock(world_.mutex);
  const auto it = world_.menus.menus.find(id);
  if (it == world_.menus.menus.end()) return menu_not_found();
  if (!it->second.image.empty()) return line_error(400, "An image has already been uploaded to the richmenu");
  const json wanted = json::parse(it->second.definition)["size"];
  if (wanted["width"] != size->width || wanted["height"] != size->height) {
    return line_error(400, "The image's size is not the rich menu's");
  }
  it->second.image = image;
  it->second.image_type = type;
  return line_ok(json::object());
}

HttpResponse LineApi::bulk(const Call& call, bool link) {
  const auto body = parse_json(call.request.body);
  const json* ids = body ? json_member(*body, "userIds") : nullptr;
  if (ids == nullptr || !ids->is_array() || ids->empty() || ids->size() > kBulk) {
    return broken_rules({{"Size must be between 1 and 500", "userIds"}});
  }
  const std::string menu = json_text(*body, "richMenuId");
  std::lock_guard lock(world_.mutex);
  if (link && world_.menus.menus.count(menu) == 0) return menu_not_found();
  for (const json& id : *ids) {
    if (!id.is_string() || !parse_user_id(id.get_ref<const std::string&>())) {
      return broken_rules({{"invalid user id", "userIds"}});
    }
  }
  for (const json& id : *ids) {
    const auto person = id.get<std::string>();
    if (link) {
      world_.menus.of_person[person] = menu;
    } else {
      world_.menus.of_person.erase(person);
    }
    if (Chat* chat = world_.chats.find(person)) world_.chats.touch(*chat);
  }
  world_.changed.notify_all();
  return gateway::json_response(202, "{}");
}

HttpResponse LineApi::menu_bulk_link(const Call& call) {
  return bulk(call, true);
}
HttpResponse LineApi::menu_bulk_unlink(const Call& call) {
  return bulk(call, false);
}

HttpResponse LineApi::alias_create(const Call& call) {
  const auto body = parse_json(call.request.body);
  const std::string alias = body ? json_text(*body, "richMenuAliasId") : "";
  const std::string menu = body ? json_text(*body, "richMenuId") : "";
  if (!good_alias(alias)) return broken_rules({{"invalid property", "richMenuAliasId"}});
  std::lock_guard lock(world_.mutex);
  const auto it = world_.menus.menus.find(menu);
  if (it == world_.menus.menus.end()) return line_error(400, "richmenu not found");
  if (it->second.image.empty()) return line_error(400, "The rich menu has no image");
  if (world_.menus.aliases.count(alias) != 0) return line_error(400, "conflict richmenu alias id");
  if (world_.menus.aliases.size() >= RichMenus::kAliases) return line_error(400, "Too many rich menu aliases");
  world_.menus.aliases[alias] = menu;
  return line_ok(json::object());
}

HttpResponse LineApi::alias_update(const Call& call) {
  const auto body = parse_json(call.request.body);
  const std::string menu = body ? json_text(*body, "richMenuId") : "";
  std::lock_guard lock(world_.mutex);
  const auto it = world_.menus.aliases.find(call.request.rest);
  if (it == world_.menus.aliases.end()) return line_error(404, "richmenu alias not found");
  if (world_.menus.menus.count(menu) == 0) return line_error(400, "richmenu not found");
  it->second = menu;
  return line_ok(json::object());
}

HttpResponse LineApi::alias_get(const Call& call) {
  std::lock_guard lock(world_.mutex);
  const auto one = [](const auto& entry) {
    return json{{"richMenuAliasId", entry.first}, {"richMenuId", entry.second}};
  };
  if (call.request.path == "/v2/bot/richmenu/alias/list") {
    json list = json::array();
    for (const auto& entry : world_.menus.aliases) list.push_back(one(entry));
    return line_ok({{"aliases", std::move(list)}});
  }
  const auto it = world_.menus.aliases.find(call.request.rest);
  if (it == world_.menus.aliases.end()) return line_error(404, "richmenu alias not found");
  return line_ok(one(*it));
}

HttpResponse LineApi::alias_delete(const Call& call) {
  std::lock_guard lock(world_.mutex);
  if (world_.menus.aliases.erase(call.request.rest) == 0) return line_error(404, "richmenu alias not found");
  return line_ok(json::object());
}

HttpResponse LineApi::person_menu_get(const Call& call) {
  const PersonPath path = person_path(call.request.rest);
  if (!path.good || !path.menu.empty()) return menu_not_found();
  std::lock_guard lock(world_.mutex);
  std::string menu = world_.menus.for_all;
  if (path.person != "all") {
    const auto it = world_.menus.of_person.find(path.person);
    menu = it == world_.menus.of_person.end() ? "" : it->second;
  }
  if (menu.empty()) return line_error(404, path.person == "all" ? "no default richmenu" : "the user has no richmenu");
  return line_ok({{"richMenuId", menu}});
}

HttpResponse LineApi::person_menu_link(const Call& call) {
  const PersonPath path = person_path(call.request.rest);
  if (!path.good || path.menu.empty()) return menu_not_found();
  std::lock_guard lock(world_.mutex);
  const auto it = world_.menus.menus.find(path.menu);
  if (it == world_.menus.menus.end()) return menu_not_found();
  if (it->second.image.empty()) return line_error(400, "must upload richmenu image before applying it to user");
  if (path.person == "all") {
    world_.menus.for_all = path.menu;
    world_.chats.touch_all();
  } else {
    if (!parse_user_id(path.person)) return line_error(400, "The value for the 'userId' parameter is invalid");
    const UserIndex index = world_.people.find(path.person);
    // Linking to somebody who is not a friend answers 200 and does nothing.
    if (index != kNobody && world_.people.at(index).follow == FollowState::kFollowing) {
      world_.menus.of_person[path.person] = path.menu;
      if (Chat* chat = world_.chats.find(path.person)) world_.chats.touch(*chat);
    }
  }
  world_.changed.notify_all();
  return line_ok(json::object());
}

HttpResponse LineApi::person_menu_unlink(const Call& call) {
  const PersonPath path = person_path(call.request.rest);
  if (!path.good || !path.menu.empty()) return menu_not_found();
  std::lock_guard lock(world_.mutex);
  if (path.person == "all") {
    world_.menus.for_all.clear();
    world_.chats.touch_all();
  } else {
    world_.menus.of_person.erase(path.person);
    if (Chat* chat = world_.chats.find(path.person)) world_.chats.touch(*chat);
  }
  world_.changed.notify_all();
  return line_ok(json::object());
}

}  // namespace kairan::adapters::simulator
