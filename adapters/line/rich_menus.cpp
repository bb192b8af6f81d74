#include "adapters/line/rich_menus.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "adapters/http_client.h"
#include "adapters/line/errors.h"
#include "base/bounded_json.h"
#include "base/crypto.h"
#include "base/text.h"

namespace kairan::adapters::line {
namespace {

using Json = nlohmann::json;

/// Ours begin like this; what others made in the account is left alone.
constexpr std::string_view kNamePrefix = "kairan ";
constexpr std::size_t kMaxAnswer = 4u << 20;  // 1,000 menus with their areas
constexpr std::size_t kHashDigits = 12;

std::string digest(std::string_view bytes) {
  const Sha256 sum = sha256(bytes);
  return to_hex(std::string(sum.begin(), sum.end())).substr(0, kHashDigits);
}

Json action_of(const intents::MenuArea& area, std::string_view language) {
  using Does = intents::MenuArea::Does;
  const std::string& value = pick(area.value, area.does == Does::kSay ? language : "ja");
  Json action{{"label", pick(area.label, language)}};
  switch (area.does) {
    case Does::kSay:
      action["type"] = "message";
      action["text"] = value;
      break;
    case Does::kPostback:
      action["type"] = "postback";
      action["data"] = value;
      if (!pick(area.display, language).empty()) action["displayText"] = pick(area.display, language);
      break;
    case Does::kOpenUri:
      action["type"] = "uri";
      action["uri"] = value;
      break;
    case Does::kShowMenu: {
      const std::string alias = language == "ja" ? value : value + "-" + std::string(language);
      action["type"] = "richmenuswitch";
      action["richMenuAliasId"] = alias;
      action["data"] = "menu:" + alias;
      break;
    }
  }
  return action;
}

HttpCall call_of(std::string method, std::string path, std::string body = {}) {
  HttpCall call;
  call.method = std::move(method);
  call.path = std::move(path);
  call.body = std::move(body);
  call.max_response_bytes = kMaxAnswer;
  return call;
}

}  // namespace

std::string rich_menu_json(const intents::Menu& menu, std::string_view language, std::string_view name) {
  Json areas = Json::array();
  for (const intents::MenuArea& area : menu.areas) {
    areas.push_back(Json{{"bounds", {{"x", area.x}, {"y", area.y}, {"width", area.width}, {"height", area.height}}},
                         {"action", action_of(area, language)}});
  }
  return dump_json(Json{{"size", {{"width", menu.width}, {"height", menu.height}}},
                        {"selected", menu.open},
                        {"name", std::string(name)},
                        {"chatBarText", pick(menu.bar, language)},
                        {"areas", std::move(areas)}});
}

RichMenus::RichMenus(ApiClient& api, std::function<void(std::chrono::milliseconds)> pause)
    : api_(api), pause_(std::move(pause)) {}

Status RichMenus::tell(std::string method, std::string path, std::string body) {
  const auto reply = api_.exchange(ApiClient::Host::kApi, call_of(std::move(method), std::move(path), std::move(body)), kTimeout);
  if (!reply) return reply.error();
  if (reply->status < 200 || reply->status >= 300) return error_of(*reply);
  return {};
}

Result<std::map<std::string, std::string>> RichMenus::aliases() {
  const auto reply = api_.exchange(ApiClient::Host::kApi, call_of("GET", "/v2/bot/richmenu/alias/list"), kTimeout);
  if (!reply) return reply.error();
  if (reply->status != 200) return error_of(*reply);
  const auto json = parse_json(reply->body, JsonLimits{kMaxAnswer, 16});
  const Json* const list = json ? json_member(*json, "aliases") : nullptr;
  if (list == nullptr || !list->is_array()) return Error{ErrorCode::kSyntax, "the answer holds no aliases"};
  std::map<std::string, std::string> found;
  for (const Json& one : *list) found[json_text(one, "richMenuAliasId")] = json_text(one, "richMenuId");
  return found;
}

Result<std::map<std::string, std::string>> RichMenus::names() {
  const auto reply = api_.exchange(ApiClient::Host::kApi, call_of("GET", "/v2/bot/richmenu/list"), kTimeout);
  if (!reply) return reply.error();
  if (reply->status != 200) return error_of(*reply);
  const auto json = parse_json(reply->body, JsonLimits{kMaxAnswer, 16});
  const Json* const list = json ? json_member(*json, "richmenus") : nullptr;
  if (list == nullptr || !list->is_array()) return Error{ErrorCode::kSyntax, "the answer holds no richmenus"};
  std::map<std::string, std::string> found;
  for (const Json& one : *list) found[json_text(one, "richMenuId")] = json_text(one, "name");
  return found;
}

Result<std::string> RichMenus::shown_to(std::string_view user) {
  const auto reply =
      api_.exchange(ApiClient::Host::kApi, call_of("GET", "/v2/bot/user/" + std::string(user) + "/richmenu"), kTimeout);
  if (!reply) return reply.error();
  if (reply->status == 404) return std::string();
  if (reply->status != 200) return error_of(*reply);
  const auto json = parse_json(reply->body);
  return json ? json_text(*json, "richMenuId") : std::string();
}

Status RichMenus::upload(const std::string& menu_id, const std::string& picture) {
  HttpCall call = call_of("POST", "/v2/bot/richmenu/" + menu_id + "/content", picture);
  call.content_type = "image/png";
  const auto reply = api_.exchange(ApiClient::Host::kDataApi, std::move(call), kTimeout);
  if (!reply) return reply.error();
  if (reply->status < 200 || reply->status >= 300) return error_of(*reply);
  return {};
}

Result<std::string> RichMenus::create(const intents::Menu& menu, std::string_view language, const std::string& name,
                                      const std::string& picture) {
  const std::string body = rich_menu_json(menu, language, name);
  if (const Status valid = tell("POST", "/v2/bot/richmenu/validate", body); !valid) return valid.error().within("validate");
  const auto reply = api_.exchange(ApiClient::Host::kApi, call_of("POST", "/v2/bot/richmenu", body), kTimeout);
  if (!reply) return reply.error().within("create");
  if (reply->status != 200) return error_of(*reply).within("create");
  const auto json = parse_json(reply->body);
  const std::string id = json ? json_text(*json, "richMenuId") : "";
  if (id.empty()) return Error{ErrorCode::kSyntax, "the answer holds no richMenuId"};
  if (const Status uploaded = upload(id, picture); !uploaded) {
    // A menu without its picture cannot be shown and would be taken for the finished one next time.
    (void)tell("DELETE", "/v2/bot/richmenu/" + id);
    return uploaded.error().within("picture");
  }
  return id;
}

Status RichMenus::point_alias(const std::string& alias, const std::string& menu_id, bool exists) {
  if (exists) return tell("POST", "/v2/bot/richmenu/alias/" + alias, dump_json(Json{{"richMenuId", menu_id}}));
  return tell("POST", "/v2/bot/richmenu/alias", dump_json(Json{{"richMenuAliasId", alias}, {"richMenuId", menu_id}}));
}

Result<std::vector<MenuVersion>> RichMenus::publish(const std::vector<intents::Menu>& menus, const PictureReader& picture) {
  auto pointed = aliases();
  if (!pointed) return pointed.error().within("aliases");
  auto known = names();
  if (!known) return known.error().within("menus");
  std::vector<MenuVersion> versions;
  std::string for_everyone;
  for (const intents::Menu& menu : menus) {
    for (const std::string& language : menu.languages) {
      const auto bytes = picture(menu, language);
      if (!bytes) return bytes.error().within("picture");
      const std::string alias = intents::menu_alias(menu, language);
      // The name says what the menu is made of: the same content is the same menu.
      const std::string hash = digest(rich_menu_json(menu, language, "") + *bytes);
      MenuVersion version{alias, "", std::string(kNamePrefix) + alias + " " + hash, false};
      const auto current = pointed->find(alias);
      const auto same = current == pointed->end() ? known->end() : known->find(current->second);
      if (same != known->end() && same->second == version.name) {
        version.menu_id = same->first;
      } else {
        auto made = create(menu, language, version.name, *bytes);
        if (!made) return made.error().within(alias);
        version.menu_id = *std::move(made);
        version.made = true;
        if (const Status set = point_alias(alias, version.menu_id, current != pointed->end()); !set) {
          return set.error().within("alias " + alias);
        }
      }
      if (menu.for_everyone && language == "ja") for_everyone = alias;
      versions.push_back(std::move(version));
    }
  }
  const auto after = aliases();
  if (!after) return after.error().within("aliases");
  for (const MenuVersion& version : versions) {
    const auto now = after->find(version.alias);
    if (now == after->end() || now->second != version.menu_id) {
      return Error{ErrorCode::kConflict, "the alias " + version.alias + " does not show the menu that was made for it"};
    }
  }
  if (!for_everyone.empty()) {
    if (const Status shown = show_to_everyone(for_everyone); !shown) return shown.error();
  }
  // Only now, when nothing points to them: menus of ours that were replaced, and remains of a publication that was cut off.
  for (const auto& [id, name] : *known) {
    const bool ours = name.compare(0, kNamePrefix.size(), kNamePrefix) == 0;
    const bool used = std::any_of(after->begin(), after->end(), [&menu = id](const auto& alias) { return alias.second == menu; });
    if (!ours || used) continue;
    const Status gone = tell("DELETE", "/v2/bot/richmenu/" + id);
    if (!gone && gone.error().code != ErrorCode::kNotFound) return gone.error().within("delete");
  }
  return versions;
}

Status RichMenus::show_to_everyone(std::string_view alias) {
  const auto pointed = aliases();
  if (!pointed) return pointed.error().within("aliases");
  const auto menu = pointed->find(std::string(alias));
  if (menu == pointed->end()) return Error{ErrorCode::kNotFound, "no menu is published as " + std::string(alias)};
  if (const Status set = tell("POST", "/v2/bot/user/all/richmenu/" + menu->second); !set) return set.error().within("default");
  const auto shown = shown_to("all");
  if (!shown) return shown.error().within("default");
  if (*shown != menu->second) return Error{ErrorCode::kConflict, "LINE shows another menu to everyone than " + std::string(alias)};
  return {};
}

Result<std::size_t> RichMenus::link(std::span<const std::string> user_ids, std::string_view alias, std::size_t verify) {
  std::string menu_id;
  if (!alias.empty()) {
    const auto pointed = aliases();
    if (!pointed) return pointed.error().within("aliases");
    const auto menu = pointed->find(std::string(alias));
    if (menu == pointed->end()) return Error{ErrorCode::kNotFound, "no menu is published as " + std::string(alias)};
    menu_id = menu->second;
  }
  for (std::size_t from = 0; from < user_ids.size(); from += kBulk) {
    if (from > 0) pause_(kBulkPause);
    Json body{{"userIds", Json::array()}};
    for (const std::string& id : user_ids.subspan(from, std::min(kBulk, user_ids.size() - from))) body["userIds"].push_back(id);
    if (!menu_id.empty()) body["richMenuId"] = menu_id;
    const std::string path = menu_id.empty() ? "/v2/bot/richmenu/bulk/unlink" : "/v2/bot/richmenu/bulk/link";
    const std::string bytes = dump_json(body);
    Status told = tell("POST", path, bytes);
    // Linking again is harmless: once after a pause, when LINE was busy or its answer was lost.
    if (!told && (told.error().code == ErrorCode::kUnavailable || told.error().code == ErrorCode::kTimeout)) {
      pause_(std::chrono::milliseconds(1000));
      told = tell("POST", path, bytes);
    }
    if (!told) return told.error().within("people " + std::to_string(from) + " and following");
  }
  std::size_t otherwise = 0;
  const std::size_t looks = std::min(verify, user_ids.size());
  for (std::size_t i = 0; i < looks; ++i) {
    const std::string& id = user_ids[i * user_ids.size() / looks];
    Result<std::string> shown = shown_to(id);
    for (int wait = 0; shown && *shown != menu_id && wait < 5; ++wait) {
      pause_(std::chrono::milliseconds(200));
      shown = shown_to(id);
    }
    if (!shown) return shown.error().within("read back");
    if (*shown != menu_id) ++otherwise;
  }
  return otherwise;
}

Result<MenuStatus> RichMenus::status() {
  const auto pointed = aliases();
  if (!pointed) return pointed.error().within("aliases");
  const auto known = names();
  if (!known) return known.error().within("menus");
  const auto shown = shown_to("all");
  if (!shown) return shown.error().within("default");
  MenuStatus status;
  for (const auto& [alias, id] : *pointed) {
    const auto name = known->find(id);
    status.menus.push_back({alias, id, name == known->end() ? "" : name->second, false});
    if (id == *shown) status.default_alias = alias;
  }
  for (const auto& [id, name] : *known) {
    const bool ours = name.compare(0, kNamePrefix.size(), kNamePrefix) == 0;
    const bool used = std::any_of(pointed->begin(), pointed->end(), [&menu = id](const auto& alias) { return alias.second == menu; });
    if (ours && !used) ++status.without_alias;
  }
  return status;
}

}  // namespace kairan::adapters::line
