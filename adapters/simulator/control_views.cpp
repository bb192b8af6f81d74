// What the control API shows: people, conversations, statistics, and the stream that tells the page of changes.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "adapters/simulator/control_api.h"
#include "base/bounded_json.h"

namespace kairan::adapters::simulator {

using gateway::HttpRequest;
using gateway::HttpResponse;
using nlohmann::json;

namespace {

constexpr auto kHeartbeat = std::chrono::seconds(10);

HttpResponse ok(const json& body) {
  return gateway::json_response(200, dump_json(body));
}
std::uint64_t number(std::string_view text, std::uint64_t fallback) {
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return fallback;
  }
  return std::stoull(std::string(text));
}

const char* follow_name(FollowState state) {
  switch (state) {
    case FollowState::kFollowing:
      return "following";
    case FollowState::kBlocked:
      return "blocked";
    case FollowState::kStranger:
      break;
  }
  return "stranger";
}

json by_status(const std::map<int, std::uint64_t>& counts) {
  json out = json::object();
  for (const auto& [status, count] : counts) out[std::to_string(status)] = count;
  return out;
}

json meter(const RateMeter& rate) {
  const double span = rate.span_seconds();
  return {{"total", rate.total()},
          {"busiest_second", rate.busiest_second()},
          {"span_seconds", span},
          {"mean_per_second", span > 0 ? static_cast<double>(rate.total() - 1) / span : 0.0}};
}

}  // namespace

json ControlApi::person_view(UserIndex index) {
  const Person& person = world_.people.at(index);
  const std::string id = world_.people.id_text(index);
  const std::string name = world_.people.name(index);
  return {{"id", id},
          {"number", index + 1},
          {"name", name.empty() ? "住民 " + std::to_string(index + 1) : name},
          {"follow", follow_name(person.follow)},
          {"received", person.received}};
}

json ControlApi::chat_view(const std::string& chat_id, std::uint64_t after) {
  json entries = json::array();
  json view = json::object();
  Chat* chat = world_.open_chat(chat_id);
  if (chat != nullptr) {
    for (const ChatEntry& entry : chat->entries) {
      if (entry.version <= after) continue;
      const char* from = entry.from == ChatEntry::From::kResident  ? "resident"
                         : entry.from == ChatEntry::From::kAccount ? "account"
                                                                   : "system";
      entries.push_back({{"seq", entry.seq},
                         {"version", entry.version},
                         {"from", from},
                         {"at", to_unix_ms(entry.at)},
                         {"messages", json::parse(entry.messages)},
                         {"state", entry.state},
                         {"via", entry.via},
                         {"author", entry.author},
                         {"id", entry.id}});
    }
    view["loading"] = chat->loading_until > world_.clock.now();
  }
  view["version"] = world_.chats.version();
  view["epoch"] = world_.chats.epoch();
  view["entries"] = std::move(entries);
  return view;
}

HttpResponse ControlApi::users_list(const HttpRequest& request, const json&) {
  const std::uint64_t start = number(request.query_value("start"), 0);
  const std::uint64_t limit = std::min<std::uint64_t>(number(request.query_value("limit"), 100), kListedUsers);
  json list = json::array();
  std::lock_guard lock(world_.mutex);
  for (std::uint64_t i = start; i < world_.people.size() && i < start + limit; ++i) {
    list.push_back(person_view(static_cast<UserIndex>(i)));
  }
  return ok({{"total", world_.people.size()}, {"followers", world_.people.followers()}, {"users", std::move(list)}});
}

HttpResponse ControlApi::users_csv(const HttpRequest&, const json&) {
  HttpResponse response;
  response.content_type = "text/csv; charset=utf-8";
  response.body = "user_id\n";
  std::lock_guard lock(world_.mutex);
  response.body.reserve(world_.people.size() * 34 + 16);
  for (UserIndex index = 0; index < world_.people.size(); ++index) {
    if (world_.people.at(index).follow != FollowState::kFollowing) continue;
    response.body += world_.people.id_text(index) + "\n";
  }
  return response;
}

HttpResponse ControlApi::user_view(const HttpRequest& request, const json&) {
  const auto slash = request.rest.find('/');
  const std::string user = request.rest.substr(0, slash);
  std::lock_guard lock(world_.mutex);
  const UserIndex index = world_.people.find(user);
  if (index == kNobody) return refuse(404, "no such user");
  if (slash == std::string::npos) return ok(person_view(index));
  if (request.rest.substr(slash) != "/messages") return refuse(404, "no such path");
  json view = chat_view(user, number(request.query_value("after"), 0));
  view["user"] = person_view(index);
  const bool follows = world_.people.at(index).follow == FollowState::kFollowing;
  const std::string menu = world_.menus.shown_to(user, follows);
  view["richMenu"] = nullptr;
  if (!menu.empty()) {
    view["richMenu"] = json::parse(world_.menus.menus[menu].definition);
    view["richMenu"]["richMenuId"] = menu;
    view["richMenu"]["image"] = world_.menus.menus[menu].image.empty() ? "" : "/sim/richmenus/" + menu;
  }
  return ok(view);
}

HttpResponse ControlApi::group_view(const HttpRequest& request, const json&) {
  const auto slash = request.rest.find('/');
  const std::string id = request.rest.substr(0, slash);
  std::lock_guard lock(world_.mutex);
  const auto it = world_.groups.find(id);
  if (it == world_.groups.end()) return refuse(404, "no such group");
  json view = chat_view(id, number(request.query_value("after"), 0));
  view["members"] = json::array();
  for (const UserIndex member : it->second.members) view["members"].push_back(world_.people.id_text(member));
  view["accountIn"] = it->second.account_in;
  return ok(view);
}

HttpResponse ControlApi::stats(const HttpRequest&, const json&) {
  const std::size_t pending = world_.sender.pending();
  std::lock_guard lock(world_.mutex);
  json endpoints = json::object();
  for (const auto& [name, stats] : world_.endpoints) {
    endpoints[name] = {
        {"requests", stats.requests}, {"dropped", stats.dropped}, {"answered", by_status(stats.answered)}};
  }
  const WebhookStats& hooks = world_.webhooks;
  std::map<std::string, std::uint64_t> accepted;
  std::map<std::string, std::uint64_t> recipients;
  for (const AcceptedSend& send : world_.ledger.sends()) {
    ++accepted[send.endpoint];
    recipients[send.endpoint] += send.recipients.size();
  }
  return ok({{"users", world_.people.size()},
             {"followers", world_.people.followers()},
             {"webhooks",
              {{"events", hooks.events},
               {"sent", hooks.sent},
               {"planned", hooks.planned},
               {"redeliveries", hooks.redeliveries},
               {"copies", hooks.copies},
               {"no_answer", hooks.no_answer},
               {"taken", hooks.taken},
               {"given_up", hooks.given_up},
               {"pending", pending},
               {"slowest_ms", hooks.slowest.count()},
               {"answered", by_status(hooks.answered)}}},
             {"endpoints", std::move(endpoints)},
             {"accepted", accepted},
             {"recipients", recipients},
             {"refusals", world_.refusals},
             {"retry_key_with_other_body", world_.retry_body_changed},
             {"quota_used", world_.quota_used},
             {"multicast",
              {{"requests", meter(world_.multicast_requests)}, {"accepted", meter(world_.multicast_accepted)}}}});
}

/// How often each follower got something. Query: contains=TEXT counts only sends whose messages hold it; endpoint=NAME.
/// {"never","once","more","most","recipients","more_ids":[up to 20],"never_ids":[up to 20]}
HttpResponse ControlApi::histogram(const HttpRequest& request, const json&) {
  const std::string contains(request.query_value("contains"));
  const std::string_view endpoint = request.query_value("endpoint");
  std::lock_guard lock(world_.mutex);
  std::vector<std::uint32_t> counts(world_.people.size(), 0);
  std::map<std::uint32_t, bool> bodies;
  for (const AcceptedSend& send : world_.ledger.sends()) {
    if (!endpoint.empty() && send.endpoint != endpoint) continue;
    if (!contains.empty()) {
      const auto [it, fresh] = bodies.try_emplace(send.body, false);
      if (fresh) it->second = world_.ledger.body(send.body).find(contains) != std::string::npos;
      if (!it->second) continue;
    }
    for (const UserIndex index : send.recipients) ++counts[index];
  }
  std::uint64_t never = 0;
  std::uint64_t once = 0;
  std::uint64_t more = 0;
  std::uint64_t total = 0;
  std::uint32_t most = 0;
  json more_ids = json::array();
  json never_ids = json::array();
  for (UserIndex index = 0; index < counts.size(); ++index) {
    total += counts[index];
    most = std::max(most, counts[index]);
    if (counts[index] == 1) {
      ++once;
    } else if (counts[index] > 1) {
      ++more;
      if (more_ids.size() < 20) more_ids.push_back(world_.people.id_text(index));
    } else if (world_.people.at(index).follow == FollowState::kFollowing) {
      ++never;
      if (never_ids.size() < 20) never_ids.push_back(world_.people.id_text(index));
    }
  }
  return ok({{"never", never},
             {"once", once},
             {"more", more},
             {"most", most},
             {"recipients", total},
             {"more_ids", std::move(more_ids)},
             {"never_ids", std::move(never_ids)}});
}

/// The newest accepted sends, newest first. Query: limit (1..1000).
HttpResponse ControlApi::sends(const HttpRequest& request, const json&) {
  const std::size_t limit = std::min<std::uint64_t>(number(request.query_value("limit"), 50), 1000);
  json list = json::array();
  std::lock_guard lock(world_.mutex);
  const auto& sends = world_.ledger.sends();
  for (auto it = sends.rbegin(); it != sends.rend() && list.size() < limit; ++it) {
    json one = {{"request_id", it->request_id},
                {"retry_key", it->retry_key},
                {"endpoint", it->endpoint},
                {"at", to_unix_ms(it->at)},
                {"recipients", it->recipients.size()},
                {"messages", json::parse(world_.ledger.body(it->body))}};
    if (!it->chat_id.empty()) one["to"] = it->chat_id;
    if (it->recipients.size() == 1) one["to"] = world_.people.id_text(it->recipients[0]);
    list.push_back(std::move(one));
  }
  return ok({{"total", sends.size()}, {"sends", std::move(list)}});
}

HttpResponse ControlApi::faults_list(const HttpRequest&, const json&) {
  json list = json::array();
  std::lock_guard lock(world_.mutex);
  for (const Fault& fault : world_.faults.list()) list.push_back(fault_json(fault));
  return ok({{"faults", std::move(list)}});
}

HttpResponse ControlApi::info(const HttpRequest&, const json&) {
  return ok({{"accountName", world_.options.account_name},
             {"botUserId", world_.bot_user_id},
             {"webhookUrl", world_.sender.url()},
             {"now", to_unix_ms(world_.clock.now())}});
}

HttpResponse ControlApi::menu_image(const HttpRequest& request, const json&) {
  std::lock_guard lock(world_.mutex);
  const auto it = world_.menus.menus.find(request.rest);
  if (it == world_.menus.menus.end() || it->second.image.empty()) return refuse(404, "no such image");
  HttpResponse response;
  response.content_type = it->second.image_type;
  response.body = it->second.image;
  response.headers.emplace_back("Cache-Control", "max-age=3600");
  return response;
}

/// Server-sent events: one line with the newest version whenever a conversation changed. The page then asks for what is
/// new of the phones it shows.
HttpResponse ControlApi::stream(const HttpRequest&, const json&) {
  HttpResponse response;
  response.content_type = "text/event-stream";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.stream = [this](const gateway::StreamWriter& write) {
    std::uint64_t told = 0;
    for (;;) {
      std::uint64_t version = 0;
      {
        std::unique_lock lock(world_.mutex);
        world_.changed.wait_for(lock, kHeartbeat, [&] { return world_.stopping || world_.chats.version() != told; });
        if (world_.stopping) return;
        version = world_.chats.version();
      }
      const std::string piece =
          version == told ? ": still here\n\n" : "data: {\"version\":" + std::to_string(version) + "}\n\n";
      told = version;
      if (!write(piece)) return;
    }
  };
  return response;
}

}  // namespace kairan::adapters::simulator
