#include "adapters/simulator/control_api.h"

#include <array>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"

namespace kairan::adapters::simulator {

using gateway::HttpRequest;
using gateway::HttpResponse;
using nlohmann::json;

namespace {

constexpr std::size_t kUsersAtOnce = 2'000'000;
constexpr std::size_t kUserImageBytes = 1u << 20;
constexpr std::size_t kImages = 100;

HttpResponse told(const Result<json>& result) {
  if (result) return gateway::json_response(200, dump_json(*result));
  const int status = result.error().code == ErrorCode::kNotFound   ? 404
                     : result.error().code == ErrorCode::kConflict ? 409
                                                                   : 400;
  return refuse(status, result.error().detail);
}

/// "host[:port]" of a Host or Origin value, without scheme and port.
std::string host_name(std::string_view value) {
  const auto scheme = value.find("://");
  if (scheme != std::string_view::npos) value.remove_prefix(scheme + 3);
  if (!value.empty() && value[0] == '[') return std::string(value.substr(1, value.find(']') - 1));
  return std::string(value.substr(0, value.find(':')));
}

std::vector<std::string> texts(const json& body, const char* name) {
  std::vector<std::string> out;
  if (const json* list = json_member(body, name); list != nullptr && list->is_array()) {
    for (const json& item : *list) out.push_back(item.is_string() ? item.get<std::string>() : "");
  }
  return out;
}

void collect_actions(const json& node, std::vector<json>& out) {
  if (node.is_array()) {
    for (const json& item : node) collect_actions(item, out);
    return;
  }
  if (!node.is_object()) return;
  for (const char* name : {"action", "defaultAction"}) {
    if (const json* action = json_member(node, name)) out.push_back(*action);
  }
  if (const json* actions = json_member(node, "actions")) {
    for (const json& action : *actions) out.push_back(action);
  }
  for (const char* name : {"template", "columns", "header", "hero", "body", "footer", "contents"}) {
    if (const json* child = json_member(node, name)) collect_actions(*child, out);
  }
}

}  // namespace

HttpResponse refuse(int status, const std::string& message) {
  return gateway::json_response(status, dump_json(json{{"error", message}}));
}

bool is_local_request(const HttpRequest& request) {
  const auto local = [](std::string_view value) { return check_loopback(host_name(value)).ok(); };
  const std::string_view origin = request.header("origin");
  return local(request.header("host")) && (origin.empty() || local(origin));
}

std::vector<json> actions_of(const json& message) {
  std::vector<json> out;
  if (const json* quick = json_member(message, "quickReply")) {
    if (const json* items = json_member(*quick, "items")) collect_actions(*items, out);
  }
  collect_actions(message, out);
  return out;
}

void ControlApi::add(std::vector<gateway::Route>& routes, const char* method, const char* path, Handler handler,
                     std::size_t max_body) {
  gateway::Route route;
  route.method = method;
  route.path = path;
  route.max_body_bytes = max_body;
  route.handler = [this, handler](const HttpRequest& request) {
    if (!is_local_request(request)) return refuse(403, "only this machine may use the simulator");
    json body = json::object();
    if (request.method == "POST" && request.header("content-type").rfind("image/", 0) == 0) {
      return user_image(request);
    }
    if (request.method == "POST") {
      if (request.header("content-type").rfind("application/json", 0) != 0) {
        return refuse(415, "the body is application/json");
      }
      auto parsed = request.body.empty() ? Result<json>(json::object()) : parse_json(request.body);
      if (!parsed || !parsed->is_object()) return refuse(400, "the body is not a JSON object");
      body = std::move(*parsed);
    }
    return (this->*handler)(request, body);
  };
  routes.push_back(std::move(route));
}

std::vector<gateway::Route> ControlApi::routes() {
  std::vector<gateway::Route> routes;
  add(routes, "GET", "/sim/info", &ControlApi::info);
  add(routes, "POST", "/sim/users", &ControlApi::users_create, 64u << 20);
  add(routes, "GET", "/sim/users", &ControlApi::users_list);
  add(routes, "GET", "/sim/users.csv", &ControlApi::users_csv);
  add(routes, "GET", "/sim/users/*", &ControlApi::user_view);
  add(routes, "POST", "/sim/users/*", &ControlApi::user_act, kUserImageBytes);
  add(routes, "POST", "/sim/groups", &ControlApi::groups_create);
  add(routes, "GET", "/sim/groups/*", &ControlApi::group_view);
  add(routes, "POST", "/sim/groups/*", &ControlApi::group_act);
  add(routes, "GET", "/sim/stats", &ControlApi::stats);
  add(routes, "GET", "/sim/histogram", &ControlApi::histogram);
  add(routes, "GET", "/sim/sends", &ControlApi::sends);
  add(routes, "GET", "/sim/faults", &ControlApi::faults_list);
  add(routes, "POST", "/sim/faults", &ControlApi::faults_set);
  add(routes, "POST", "/sim/reset", &ControlApi::reset);
  add(routes, "POST", "/sim/clock", &ControlApi::clock_advance);
  add(routes, "POST", "/sim/webhook", &ControlApi::webhook_send, 4u << 20);
  add(routes, "GET", "/sim/richmenus/*", &ControlApi::menu_image);
  add(routes, "GET", "/sim/stream", &ControlApi::stream);
  return routes;
}

HttpResponse ControlApi::users_create(const HttpRequest&, const json& body) {
  // Members: count or ids; follow ("webhook" sends a follow event each, true follows in silence, false a stranger);
  // name for a single person.
  const json* follow = json_member(body, "follow");
  const bool webhook = follow != nullptr && *follow == "webhook";
  const bool silent = follow == nullptr || *follow == true;
  const json* count = json_member(body, "count");
  const std::vector<std::string> given = texts(body, "ids");
  if (count != nullptr && (!count->is_number_unsigned() || count->get<std::uint64_t>() > kUsersAtOnce)) {
    return refuse(400, "count is a number up to 2000000");
  }
  std::vector<UserId> wanted;
  for (const std::string& text : given) {
    const auto id = parse_user_id(text);
    if (!id) return refuse(400, "an id is U and 32 hex digits");
    wanted.push_back(*id);
  }
  const std::size_t total = given.empty() ? (count != nullptr ? count->get<std::size_t>() : 1) : given.size();
  json ids = json::array();
  std::vector<std::string> followers;
  {
    std::lock_guard lock(world_.mutex);
    for (std::size_t i = 0; i < total; ++i) {
      const UserIndex index = given.empty() ? world_.people.add_next() : world_.people.add(wanted[i]);
      if (silent && !webhook) world_.people.set_follow(index, FollowState::kFollowing);
      if (i < kListedUsers) ids.push_back(world_.people.id_text(index));
      if (webhook) followers.push_back(world_.people.id_text(index));
      const std::string name = json_text(body, "name");
      if (i == 0 && !name.empty()) world_.people.set_name(index, name);
    }
  }
  for (const std::string& user : followers) {
    if (const auto followed = world_.follow(user); !followed) return told(followed);
  }
  return gateway::json_response(200, dump_json(json{{"count", total}, {"ids", std::move(ids)}}));
}

HttpResponse ControlApi::user_act(const HttpRequest& request, const json& body) {
  const auto slash = request.rest.find('/');
  if (slash == std::string::npos) return refuse(404, "no such path");
  const std::string user = request.rest.substr(0, slash);
  const std::string act = request.rest.substr(slash + 1);
  const std::string group = json_text(body, "group");
  if (act == "say") {
    const json* mention = json_member(body, "mention");
    return told(world_.say(user, group, json_text(body, "text"), mention != nullptr && *mention == true));
  }
  if (act == "postback") {
    const json* params = json_member(body, "params");
    return told(world_.postback(user, group, json_text(body, "data"), params != nullptr ? *params : json::object(),
                                json_text(body, "displayText")));
  }
  if (act == "location") {
    const json* latitude = json_member(body, "latitude");
    const json* longitude = json_member(body, "longitude");
    if (latitude == nullptr || !latitude->is_number() || longitude == nullptr || !longitude->is_number()) {
      return refuse(400, "latitude and longitude are numbers");
    }
    json content = {{"type", "location"}, {"latitude", *latitude}, {"longitude", *longitude}};
    for (const char* name : {"title", "address"}) {
      if (const std::string text = json_text(body, name); !text.empty()) content[name] = text;
    }
    return told(world_.send_content(user, group, std::move(content)));
  }
  if (act == "sticker") {
    json content = {{"type", "sticker"},
                    {"packageId", body.value("packageId", "446")},
                    {"stickerId", body.value("stickerId", "1988")},
                    {"stickerResourceType", "STATIC"}};
    if (const auto keywords = texts(body, "keywords"); !keywords.empty()) content["keywords"] = keywords;
    return told(world_.send_content(user, group, std::move(content)));
  }
  if (act == "follow") return told(world_.follow(user));
  if (act == "block") return told(world_.block(user));
  if (act == "tap") return told(tap(user, body));
  if (act == "act") {
    const json* action = json_member(body, "action");
    const json* params = json_member(body, "params");
    if (action == nullptr) return refuse(400, "action is missing");
    return told(world_.press(user, group, *action, params != nullptr ? *params : json::object()));
  }
  return refuse(404, "no such act");
}

HttpResponse ControlApi::user_image(const HttpRequest& request) {
  const auto slash = request.rest.find('/');
  if (slash == std::string::npos || request.rest.substr(slash) != "/image") return refuse(404, "no such path");
  if (!image_size(request.body)) return refuse(400, "the body is neither PNG nor JPEG");
  const auto sent = world_.send_content(request.rest.substr(0, slash), "",
                                        {{"type", "image"}, {"contentProvider", {{"type", "line"}}}});
  if (!sent) return told(sent);
  std::lock_guard lock(world_.mutex);
  if (world_.contents.size() >= kImages) world_.contents.erase(world_.contents.begin());
  world_.contents[json_text(*sent, "messageId")] = request.body;
  return told(sent);
}

/// Presses what the newest message of the account offers: {"label"} or {"index"}, counted through quick replies first.
Result<json> ControlApi::tap(const std::string& user, const json& body) {
  std::vector<json> actions;
  {
    std::lock_guard lock(world_.mutex);
    Chat* chat = world_.people.find(user) == kNobody ? nullptr : world_.open_chat(user);
    if (chat == nullptr) return Error{ErrorCode::kNotFound, "no such user"};
    for (auto it = chat->entries.rbegin(); it != chat->entries.rend() && actions.empty(); ++it) {
      if (it->from != ChatEntry::From::kAccount) continue;
      const json messages = json::parse(it->messages);
      for (auto message = messages.rbegin(); message != messages.rend() && actions.empty(); ++message) {
        actions = actions_of(*message);
      }
      break;
    }
  }
  const json* index = json_member(body, "index");
  const std::string label = json_text(body, "label");
  const json* params = json_member(body, "params");
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const bool wanted = index != nullptr ? *index == i : json_text(actions[i], "label") == label;
    if (wanted) return world_.press(user, "", actions[i], params != nullptr ? *params : json::object());
  }
  return Error{ErrorCode::kNotFound, "the newest message offers no such button"};
}

HttpResponse ControlApi::groups_create(const HttpRequest&, const json& body) {
  return told(world_.make_group(texts(body, "members"), json_text(body, "kind") == "room"));
}

HttpResponse ControlApi::group_act(const HttpRequest& request, const json& body) {
  const auto slash = request.rest.find('/');
  if (slash == std::string::npos) return refuse(404, "no such path");
  return told(
      world_.group_event(request.rest.substr(0, slash), request.rest.substr(slash + 1), texts(body, "members")));
}

HttpResponse ControlApi::faults_set(const HttpRequest&, const json& body) {
  const json* list = json_member(body, "faults");
  if (list == nullptr || !list->is_array()) return refuse(400, "faults is an array; an empty one ends all faults");
  std::vector<Fault> read;
  for (const json& item : *list) {
    auto fault = parse_fault(item);
    if (!fault) return refuse(400, fault.error().detail);
    read.push_back(std::move(*fault));
  }
  std::lock_guard lock(world_.mutex);
  const json* keep = json_member(body, "keep");
  if (keep == nullptr || *keep != true) world_.faults.clear();
  for (Fault& fault : read) world_.faults.add(std::move(fault));
  return gateway::json_response(200, R"({"ok":true})");
}

/// {"what": "counters" (accepted sends, rates, statistics; people, conversations and tokens stay) or "all"}.
HttpResponse ControlApi::reset(const HttpRequest&, const json& body) {
  const std::string what = json_text(body, "what");
  if (what != "counters" && what != "all") return refuse(400, "what is counters or all");
  if (what == "all") world_.sender.drop_pending();
  std::lock_guard lock(world_.mutex);
  world_.reset_counters();
  if (what == "all") world_.reset_all();
  world_.changed.notify_all();
  return gateway::json_response(200, R"({"ok":true})");
}

HttpResponse ControlApi::clock_advance(const HttpRequest&, const json& body) {
  const json* by = json_member(body, "advance_ms");
  if (by == nullptr || !by->is_number_unsigned()) return refuse(400, "advance_ms is a number");
  if (!world_.options.advance_clock) return refuse(409, "this simulator runs on the machine's clock");
  world_.options.advance_clock(std::chrono::milliseconds(by->get<std::int64_t>()));
  return gateway::json_response(200, R"({"ok":true})");
}

/// Signs and sends {"events":[...]} as they are, now. @return {"status"}; 0 when the bot did not answer.
HttpResponse ControlApi::webhook_send(const HttpRequest&, const json& body) {
  const json* events = json_member(body, "events");
  if (events == nullptr) return refuse(400, "events is missing");
  const int status =
      world_.sender.send_now(R"({"destination":")" + world_.bot_user_id + R"(","events":)" + dump_json(*events) + "}");
  return gateway::json_response(200, dump_json(json{{"status", status}}));
}

}  // namespace kairan::adapters::simulator
