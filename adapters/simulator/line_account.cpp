// Quota, people, groups, content, tokens and webhook settings.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "adapters/simulator/form.h"
#include "adapters/simulator/line_api.h"
#include "base/bounded_json.h"
#include "base/civil_time.h"
#include "base/crypto.h"
#include "base/ids.h"

namespace kairan::adapters::simulator {

using gateway::HttpResponse;
using nlohmann::json;

namespace {

HttpResponse not_found() {
  return line_error(404, "Not found");
}

HttpResponse oauth_error(int status, const char* error, const char* description) {
  return gateway::json_response(status, dump_json(json{{"error", error}, {"error_description", description}}));
}

std::string display_name(const World& world, UserIndex index) {
  const std::string name = world.people.name(index);
  return name.empty() ? "見本 " + std::to_string(index + 1) : name;
}

/// "2" parts of `rest` cut at '/'.
std::vector<std::string> parts_of(const std::string& rest) {
  std::vector<std::string> parts{""};
  for (const char c : rest) {
    if (c == '/') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

}  // namespace

void LineApi::account_routes(std::vector<gateway::Route>& routes) {
  const SimulatorLimits& limits = world_.options.limits;
  add(routes, "GET", "/v2/bot/message/quota", endpoint("quota"), &LineApi::quota);
  add(routes, "GET", "/v2/bot/message/quota/consumption", endpoint("quota/consumption"), &LineApi::consumption);
  add(routes, "GET", "/v2/bot/message/delivery/*", endpoint("delivery"), &LineApi::delivery_count);
  add(routes, "GET", "/v2/bot/profile/*", endpoint("profile"), &LineApi::profile);
  add(routes, "GET", "/v2/bot/followers/ids", endpoint("followers/ids"), &LineApi::follower_ids);
  add(routes, "GET", "/v2/bot/message/*", endpoint("content"), &LineApi::content);
  Endpoint loading = endpoint("chat/loading/start", Body::kJson);
  loading.limit = limits.loading;
  add(routes, "POST", "/v2/bot/chat/loading/start", loading, &LineApi::loading);
  add(routes, "POST", "/v2/bot/chat/markAsRead", endpoint("chat/markAsRead", Body::kJson), &LineApi::mark_as_read);
  add(routes, "GET", "/v2/bot/info", endpoint("info"), &LineApi::bot_info);
  for (const char* kind : {"group", "room"}) {
    add(routes, "GET", "/v2/bot/" + std::string(kind) + "/*", endpoint(kind), &LineApi::group_get);
    add(routes, "POST", "/v2/bot/" + std::string(kind) + "/*", endpoint("leave"), &LineApi::group_leave);
  }
  Endpoint token = endpoint("oauth2/v3/token", Body::kForm);
  token.needs_token = false;
  add(routes, "POST", "/oauth2/v3/token", token, &LineApi::issue_stateless);
  Endpoint verify = endpoint("oauth2/v2.1/verify");
  verify.needs_token = false;
  add(routes, "GET", "/oauth2/v2.1/verify", verify, &LineApi::verify_token);
  verify.name = "oauth/verify";
  verify.body = Body::kForm;
  add(routes, "POST", "/v2/oauth/verify", verify, &LineApi::verify_token);
  const std::string webhook = "/v2/bot/channel/webhook/";
  Endpoint settings = endpoint("webhook/endpoint");
  settings.limit = limits.webhook_settings;
  add(routes, "GET", webhook + "endpoint", settings, &LineApi::get_webhook);
  settings.body = Body::kJson;
  add(routes, "PUT", webhook + "endpoint", settings, &LineApi::set_webhook);
  Endpoint test = endpoint("webhook/test");
  test.limit = limits.webhook_test;
  add(routes, "POST", webhook + "test", test, &LineApi::test_webhook);
}

HttpResponse LineApi::quota(const Call&) {
  const auto& quota = world_.options.limits.monthly_quota;
  return quota ? line_ok({{"type", "limited"}, {"value", *quota}}) : line_ok({{"type", "none"}});
}

HttpResponse LineApi::consumption(const Call&) {
  std::lock_guard lock(world_.mutex);
  return line_ok({{"totalUsage", world_.quota_used}});
}

HttpResponse LineApi::delivery_count(const Call& call) {
  const std::string& way = call.request.rest;
  const auto date = parse_date(call.request.query_value("date"));
  if (!date) return line_error(400, "The value for the 'date' parameter is invalid");
  if (way != "reply" && way != "push" && way != "multicast" && way != "broadcast") return not_found();
  std::lock_guard lock(world_.mutex);
  // The count of a day is ready on the next one.
  if (*date >= jst_date(world_.clock.now())) return line_ok({{"status", "unready"}});
  std::uint64_t count = 0;
  for (const AcceptedSend& send : world_.ledger.sends()) {
    if (send.endpoint == way && jst_date(send.at) == *date) count += send.recipients.size();
  }
  return line_ok({{"status", "ready"}, {"success", count}});
}

HttpResponse LineApi::profile(const Call& call) {
  std::lock_guard lock(world_.mutex);
  const UserIndex index = world_.people.find(call.request.rest);
  if (index == kNobody) return not_found();
  const Person& person = world_.people.at(index);
  const bool wrote = person.follow == FollowState::kStranger && person.wrote_at != 0;
  if (person.follow != FollowState::kFollowing && !wrote) return not_found();
  return line_ok({{"userId", call.request.rest}, {"displayName", display_name(world_, index)}, {"language", "ja"}});
}

HttpResponse LineApi::follower_ids(const Call& call) {
  const auto number = [](std::string_view text, std::uint64_t fallback) -> std::optional<std::uint64_t> {
    if (text.empty()) return fallback;
    if (text.size() > 15 || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    return std::stoull(std::string(text));
  };
  const auto limit = number(call.request.query_value("limit"), 300);
  if (!limit || *limit < 1 || *limit > 1000) return line_error(400, "The value for the 'limit' parameter is invalid");
  // A continuation token is "<index>-<time of issue in ms>" in hex, good for 24 hours.
  std::uint64_t start = 0;
  const std::string_view given = call.request.query_value("start");
  const TimePoint now = world_.clock.now();
  if (!given.empty()) {
    const auto opened = from_hex(given);
    const std::string text = opened ? *opened : "";
    const auto dash = text.find('-');
    const auto at = number(dash == std::string::npos ? "x" : std::string_view(text).substr(0, dash), 0);
    const auto issued = number(dash == std::string::npos ? "x" : std::string_view(text).substr(dash + 1), 0);
    if (!at || !issued || now - from_unix_ms(static_cast<std::int64_t>(*issued)) > std::chrono::hours(24)) {
      return line_error(400, "Invalid start param");
    }
    start = *at;
  }
  json ids = json::array();
  std::lock_guard lock(world_.mutex);
  std::uint64_t index = start;
  for (; index < world_.people.size() && ids.size() < *limit; ++index) {
    const auto person = static_cast<UserIndex>(index);
    if (world_.people.at(person).follow == FollowState::kFollowing) ids.push_back(world_.people.id_text(person));
  }
  json body = {{"userIds", std::move(ids)}};
  if (index < world_.people.size()) {
    body["next"] = to_hex(std::to_string(index) + "-" + std::to_string(to_unix_ms(now)));
  }
  return line_ok(body);
}

HttpResponse LineApi::content(const Call& call) {
  const auto parts = parts_of(call.request.rest);
  if (parts.size() < 2 || parts[1] != "content") return not_found();
  std::lock_guard lock(world_.mutex);
  const auto it = world_.contents.find(parts[0]);
  if (it == world_.contents.end()) return not_found();
  if (parts.size() == 3 && parts[2] == "transcoding") return line_ok({{"status", "succeeded"}});
  if (parts.size() == 3 && parts[2] != "preview") return not_found();
  HttpResponse response;
  response.content_type = it->second.rfind("\x89PNG", 0) == 0 ? "image/png" : "image/jpeg";
  response.body = it->second;
  return response;
}

HttpResponse LineApi::loading(const Call& call) {
  const auto body = parse_json(call.request.body);
  if (!body || !body->is_object()) return line_error(400, "The request body could not be parsed as JSON");
  const json* seconds = json_member(*body, "loadingSeconds");
  long long wanted = 20;
  if (seconds != nullptr) wanted = seconds->is_number_integer() ? seconds->get<long long>() : 0;
  if (wanted < 5 || wanted > 60 || wanted % 5 != 0) {
    return broken_rules({{"must be a multiple of 5 between 5 and 60", "loadingSeconds"}});
  }
  const std::string chat_id = json_text(*body, "chatId");
  std::lock_guard lock(world_.mutex);
  if (world_.people.find(chat_id) == kNobody) return line_error(400, "The property, 'chatId', is invalid");
  if (Chat* chat = world_.open_chat(chat_id)) {
    world_.chats.set_loading(*chat, world_.clock.now() + std::chrono::seconds(wanted));
    world_.changed.notify_all();
  }
  return gateway::json_response(202, "{}");
}

HttpResponse LineApi::mark_as_read(const Call& call) {
  const auto body = parse_json(call.request.body);
  if (!body || json_text(*body, "markAsReadToken").empty())
    return broken_rules({{"May not be empty", "markAsReadToken"}});
  return line_ok(json::object());
}

HttpResponse LineApi::bot_info(const Call&) {
  return line_ok({{"userId", world_.bot_user_id},
                  {"basicId", "@000mihon"},
                  {"displayName", world_.options.account_name},
                  {"chatMode", "bot"},
                  {"markAsReadMode", "auto"}});
}

HttpResponse LineApi::group_get(const Call& call) {
  const auto parts = parts_of(call.request.rest);
  std::lock_guard lock(world_.mutex);
  const auto it = world_.groups.find(parts[0]);
  if (it == world_.groups.end() || !it->second.account_in || parts.size() < 2) return not_found();
  const Group& group = it->second;
  if (parts[1] == "summary") return line_ok({{"groupId", group.id}, {"groupName", "見本グループ"}});
  if (parts.size() < 3) return not_found();
  if (parts[1] == "members" && parts[2] == "count") return line_ok({{"count", group.members.size()}});
  if (parts[1] == "members" && parts[2] == "ids") {
    json ids = json::array();
    for (const UserIndex member : group.members) ids.push_back(world_.people.id_text(member));
    return line_ok({{"memberIds", std::move(ids)}});
  }
  const UserIndex index = world_.people.find(parts[2]);
  if (parts[1] != "member" || group.members.count(index) == 0) return not_found();
  return line_ok({{"userId", parts[2]}, {"displayName", display_name(world_, index)}});
}

HttpResponse LineApi::group_leave(const Call& call) {
  const auto parts = parts_of(call.request.rest);
  std::lock_guard lock(world_.mutex);
  const auto it = world_.groups.find(parts[0]);
  if (it == world_.groups.end() || parts.size() != 2 || parts[1] != "leave") return not_found();
  it->second.account_in = false;
  return line_ok(json::object());
}

HttpResponse LineApi::issue_stateless(const Call& call) {
  const auto form = parse_form(call.request.body);
  const auto field = [&form](const char* name) {
    const auto it = form.find(name);
    return it == form.end() ? std::string() : it->second;
  };
  if (field("grant_type") != "client_credentials") {
    return oauth_error(400, "unsupported_grant_type", "grant_type must be client_credentials");
  }
  // Only this way in is offered here; the other, a signed JWT, needs a key registered with LINE.
  if (field("client_id") != world_.options.channel_id ||
      !constant_time_equal(field("client_secret"), world_.options.channel_secret.reveal())) {
    return oauth_error(400, "invalid_client", "client_id or client_secret is wrong");
  }
  std::lock_guard lock(world_.mutex);
  const TimePoint now = world_.clock.now();
  for (auto it = world_.issued_tokens.begin(); it != world_.issued_tokens.end();) {
    it = it->second <= now ? world_.issued_tokens.erase(it) : std::next(it);
  }
  const std::string token = "sl." + random_hex(32);
  const auto life = world_.options.limits.token_life;
  world_.issued_tokens[token] = now + life;
  return line_ok({{"token_type", "Bearer"},
                  {"access_token", token},
                  {"expires_in", std::chrono::duration_cast<std::chrono::seconds>(life).count()}});
}

HttpResponse LineApi::verify_token(const Call& call) {
  std::string token(call.request.query_value("access_token"));
  if (token.empty()) token = parse_form(call.request.body)["access_token"];
  const TimePoint now = world_.clock.now();
  std::chrono::seconds left{0};
  const Secret& fixed = world_.options.access_token;
  if (!fixed.empty() && constant_time_equal(token, fixed.reveal())) {
    left = std::chrono::hours(24 * 30);
  } else {
    std::lock_guard lock(world_.mutex);
    const auto it = world_.issued_tokens.find(token);
    if (it != world_.issued_tokens.end()) left = std::chrono::duration_cast<std::chrono::seconds>(it->second - now);
  }
  if (left.count() <= 0) return oauth_error(400, "invalid_request", "access token expired or unknown");
  return line_ok({{"client_id", world_.options.channel_id}, {"expires_in", left.count()}, {"scope", "profile"}});
}

HttpResponse LineApi::get_webhook(const Call&) {
  const std::string url = world_.sender.url();
  if (url.empty()) return not_found();
  return line_ok({{"endpoint", url}, {"active", true}});
}

HttpResponse LineApi::set_webhook(const Call& call) {
  const auto body = parse_json(call.request.body);
  const std::string url = body ? json_text(*body, "endpoint") : "";
  // LINE wants https; the simulator's bots are on this machine, so http is taken too.
  if (url.size() > 500 || (url.rfind("http://", 0) != 0 && url.rfind("https://", 0) != 0)) {
    return broken_rules({{"invalid uri scheme", "endpoint"}});
  }
  world_.sender.set_url(url);
  return line_ok(json::object());
}

HttpResponse LineApi::test_webhook(const Call&) {
  if (world_.sender.url().empty()) return not_found();
  const int status = world_.sender.send_now(R"({"destination":")" + world_.bot_user_id + R"(","events":[]})");
  const bool success = status >= 200 && status < 300;
  return line_ok({{"success", success},
                  {"timestamp", format_utc(world_.clock.now())},
                  {"statusCode", status},
                  {"reason", success       ? "OK"
                             : status == 0 ? "COULD_NOT_CONNECT"
                                           : "ERROR_STATUS_CODE"},
                  {"detail", std::to_string(status)}});
}

}  // namespace kairan::adapters::simulator
