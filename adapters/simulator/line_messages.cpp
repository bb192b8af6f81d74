// Reply, push, multicast, broadcast and validate.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "adapters/simulator/line_api.h"
#include "base/bounded_json.h"
#include "base/ids.h"

namespace kairan::adapters::simulator {

using gateway::HttpResponse;
using nlohmann::json;

namespace {

constexpr std::size_t kMulticastRecipients = 500;
constexpr std::uint32_t kStrangerReachSeconds = 7 * 24 * 3600;  // who wrote without being a friend, for seven days
constexpr JsonLimits kBodyLimits{(2u << 20), 64};

HttpResponse invalid_property(const std::string& property) {
  return line_error(400, "The property, '" + property + "', in the request body is invalid (line: -, column: -)");
}

bool looks_like_id(std::string_view text, char kind) {
  return text.size() == 33 && text[0] == kind &&
         text.find_first_not_of("0123456789abcdef", 1) == std::string_view::npos;
}

bool good_aggregation_units(const json& body) {
  const json* units = json_member(body, "customAggregationUnits");
  if (units == nullptr) return true;
  if (!units->is_array() || units->size() > 1) return false;
  return std::all_of(units->begin(), units->end(), [](const json& unit) {
    if (!unit.is_string()) return false;
    const auto& name = unit.get_ref<const std::string&>();
    return !name.empty() && name.size() <= 30 &&
           name.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") ==
               std::string::npos;
  });
}

}  // namespace

/// A request's body, opened and checked as far as it needs no knowledge of people.
struct LineApi::Checked {
  json body;
  std::string messages;  ///< compact JSON
};

void LineApi::message_routes(std::vector<gateway::Route>& routes) {
  const std::string base = "/v2/bot/message/";
  const SimulatorOptions& options = world_.options;
  Endpoint reply = endpoint("reply", Body::kJson);
  reply.latency = options.latency.reply;
  add(routes, "POST", base + "reply", reply, &LineApi::reply);
  Endpoint push = endpoint("push", Body::kJson);
  push.retry_key = RetryKey::kAllowed;
  add(routes, "POST", base + "push", push, &LineApi::push);
  Endpoint multicast = push;
  multicast.name = "multicast";
  multicast.limit = options.limits.multicast;
  multicast.latency = options.latency.multicast;
  add(routes, "POST", base + "multicast", multicast, &LineApi::multicast);
  Endpoint broadcast = push;
  broadcast.name = "broadcast";
  broadcast.limit = options.limits.broadcast;
  add(routes, "POST", base + "broadcast", broadcast, &LineApi::broadcast);
  for (const char* way : {"reply", "push", "multicast", "narrowcast", "broadcast"}) {
    add(routes, "POST", base + "validate/" + way, endpoint("validate/" + std::string(way), Body::kJson),
        &LineApi::validate);
  }
}

std::optional<HttpResponse> LineApi::open_messages(const Call& call, Checked& checked) {
  auto parsed = parse_json(call.request.body, kBodyLimits);
  if (!parsed || !parsed->is_object()) return line_error(400, "The request body could not be parsed as JSON");
  checked.body = std::move(*parsed);
  if (!good_aggregation_units(checked.body)) return invalid_property("customAggregationUnits");
  const json* messages = json_member(checked.body, "messages");
  if (messages != nullptr) {
    checked.messages = dump_json(*messages);
    // A broadcast's thousands of requests carry the same messages: those that passed once are not checked again.
    std::lock_guard lock(world_.mutex);
    if (world_.ledger.find_body(checked.messages)) return std::nullopt;
  }
  const Violations violations = check_messages(messages);
  if (!violations.empty()) return broken_rules(violations);
  return std::nullopt;
}

std::optional<HttpResponse> LineApi::known_retry(const Call& call) {
  if (call.retry_key.empty()) return std::nullopt;
  const RetryMemory* memory = world_.ledger.find_retry(call.retry_key, world_.clock.now());
  if (memory == nullptr) return std::nullopt;
  if (memory->body_hash != stable_hash(call.request.body)) ++world_.retry_body_changed;
  json body = {{"message", "The retry key is already accepted"}};
  if (!memory->sent_messages.empty()) body["sentMessages"] = json::parse(memory->sent_messages);
  HttpResponse response = gateway::json_response(409, dump_json(body));
  response.headers.emplace_back("x-line-accepted-request-id", memory->request_id);
  return response;
}

std::optional<HttpResponse> LineApi::over_quota(std::size_t recipients) {
  const auto& quota = world_.options.limits.monthly_quota;
  if (!quota || world_.quota_used + recipients <= *quota) return std::nullopt;
  ++world_.refusals["quota"];
  return line_error(429, "You have reached your monthly limit.");
}

bool LineApi::reaches(UserIndex index) {
  const Person& person = world_.people.at(index);
  if (person.follow != FollowState::kStranger) return person.follow == FollowState::kFollowing;
  const auto now = static_cast<std::uint32_t>(to_unix_ms(world_.clock.now()) / 1000);
  return person.wrote_at != 0 && now - person.wrote_at < kStrangerReachSeconds;
}

std::string LineApi::sent_messages(const Checked& checked) {
  json sent = json::array();
  for (const json& message : checked.body["messages"]) {
    json one = {{"id", world_.next_message_id()}};
    const std::string type = json_text(message, "type");
    if (type != "audio" && type != "location" && type != "imagemap" && type != "coupon") {
      one["quoteToken"] = world_.next_token("IStG5h1Tz7b");
    }
    sent.push_back(std::move(one));
  }
  return dump_json(sent);
}

void LineApi::finish(const Call& call, const Checked& checked, const char* endpoint, std::string chat_id,
                     std::vector<UserIndex> recipients, bool counted, const std::string& sent_messages) {
  if (!call.retry_key.empty()) {
    world_.ledger.remember_retry(call.retry_key, RetryMemory{call.request_id, sent_messages,
                                                             stable_hash(call.request.body), world_.clock.now()});
  }
  AcceptedSend send;
  send.request_id = call.request_id;
  send.retry_key = call.retry_key;
  send.endpoint = endpoint;
  send.chat_id = std::move(chat_id);
  send.body = world_.ledger.intern(checked.messages);
  send.at = world_.clock.now();
  send.recipients = std::move(recipients);
  world_.accept(std::move(send), counted);
}

HttpResponse LineApi::reply(const Call& call) {
  Checked checked;
  if (auto refused = open_messages(call, checked)) return std::move(*refused);
  std::lock_guard lock(world_.mutex);
  const auto chat_id = world_.tokens.redeem(json_text(checked.body, "replyToken"), world_.clock.now());
  if (!chat_id) {
    ++world_.refusals["reply token"];
    return line_error(400, "Invalid reply token");
  }
  const std::string sent = sent_messages(checked);
  const UserIndex person = world_.people.find(*chat_id);
  std::vector<UserIndex> recipients;
  std::string group;
  if (person == kNobody) {
    group = *chat_id;
  } else if (world_.people.at(person).follow != FollowState::kBlocked) {
    recipients.push_back(person);
  }
  finish(call, checked, "reply", group, std::move(recipients), false, "");
  return gateway::json_response(200, R"({"sentMessages":)" + sent + "}");
}

HttpResponse LineApi::push(const Call& call) {
  Checked checked;
  if (auto refused = open_messages(call, checked)) return std::move(*refused);
  const std::string to = json_text(checked.body, "to");
  std::lock_guard lock(world_.mutex);
  if (auto known = known_retry(call)) return std::move(*known);
  std::vector<UserIndex> recipients;
  std::string group;
  if (looks_like_id(to, 'C') || looks_like_id(to, 'R')) {
    const auto it = world_.groups.find(to);
    if (it == world_.groups.end() || !it->second.account_in) return invalid_property("to");
    group = to;
    recipients.assign(it->second.members.begin(), it->second.members.end());
  } else {
    const auto id = parse_user_id(to);
    if (!id) return invalid_property("to");
    UserIndex index = world_.people.find(*id);
    if (index == kNobody) {
      if (world_.options.limits.unknown_ids != UnknownIds::kAdopt) return line_error(400, "Failed to send messages");
      index = world_.people.add(*id);
      world_.people.set_follow(index, FollowState::kFollowing);
    }
    if (reaches(index)) recipients.push_back(index);
  }
  if (auto refused = over_quota(recipients.size())) return std::move(*refused);
  const std::string sent = sent_messages(checked);
  finish(call, checked, "push", group, std::move(recipients), true, sent);
  return gateway::json_response(200, R"({"sentMessages":)" + sent + "}");
}

HttpResponse LineApi::multicast(const Call& call) {
  Checked checked;
  if (auto refused = open_messages(call, checked)) return std::move(*refused);
  const json* to = json_member(checked.body, "to");
  if (to == nullptr || !to->is_array() || to->empty() || to->size() > kMulticastRecipients) {
    return broken_rules({{"Size must be between 1 and 500", "to"}});
  }
  std::vector<UserId> ids;
  ids.reserve(to->size());
  for (std::size_t i = 0; i < to->size(); ++i) {
    const auto id = (*to)[i].is_string() ? parse_user_id((*to)[i].get_ref<const std::string&>()) : std::nullopt;
    if (!id) return invalid_property("to[" + std::to_string(i) + "]");
    ids.push_back(*id);
  }
  std::lock_guard lock(world_.mutex);
  if (auto known = known_retry(call)) return std::move(*known);
  std::vector<UserIndex> recipients;
  recipients.reserve(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    UserIndex index = world_.people.find(ids[i]);
    if (index == kNobody) {
      if (world_.options.limits.unknown_ids == UnknownIds::kRefuse) {
        return invalid_property("to[" + std::to_string(i) + "]");
      }
      if (world_.options.limits.unknown_ids == UnknownIds::kSilent) continue;
      index = world_.people.add(ids[i]);
      world_.people.set_follow(index, FollowState::kFollowing);
    }
    if (reaches(index)) recipients.push_back(index);
  }
  if (auto refused = over_quota(recipients.size())) return std::move(*refused);
  world_.multicast_accepted.note(world_.clock.steady_now());
  finish(call, checked, "multicast", "", std::move(recipients), true, "");
  return gateway::json_response(200, "{}");
}

HttpResponse LineApi::broadcast(const Call& call) {
  Checked checked;
  if (auto refused = open_messages(call, checked)) return std::move(*refused);
  std::lock_guard lock(world_.mutex);
  if (auto known = known_retry(call)) return std::move(*known);
  std::vector<UserIndex> recipients;
  for (UserIndex index = 0; index < world_.people.size(); ++index) {
    if (world_.people.at(index).follow == FollowState::kFollowing) recipients.push_back(index);
  }
  if (auto refused = over_quota(recipients.size())) return std::move(*refused);
  finish(call, checked, "broadcast", "", std::move(recipients), true, "");
  return gateway::json_response(200, "{}");
}

HttpResponse LineApi::validate(const Call& call) {
  auto parsed = parse_json(call.request.body, kBodyLimits);
  if (!parsed || !parsed->is_object()) return line_error(400, "The request body could not be parsed as JSON");
  const Violations violations = check_messages(json_member(*parsed, "messages"));
  return violations.empty() ? gateway::json_response(200, "{}") : broken_rules(violations);
}

}  // namespace kairan::adapters::simulator
