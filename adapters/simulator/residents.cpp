// What residents do, and the events that LINE makes of it (webhook.yml; fields that LINE leaves out are left out).
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "adapters/simulator/world.h"
#include "base/bounded_json.h"
#include "base/ids.h"
#include "base/text.h"

namespace kairan::adapters::simulator {

using nlohmann::json;

struct World::Source {
  UserIndex person = kNobody;
  std::string chat_id;
  json value;
};

Result<World::Source> World::source_of(const std::string& user, const std::string& group) {
  Source source;
  source.person = people.find(user);
  if (source.person == kNobody) return Error{ErrorCode::kNotFound, "no such user"};
  if (group.empty()) {
    if (people.at(source.person).follow == FollowState::kBlocked) {
      return Error{ErrorCode::kConflict, "this person has blocked the account"};
    }
    source.chat_id = user;
    source.value = {{"type", "user"}, {"userId", user}};
    return source;
  }
  const auto it = groups.find(group);
  if (it == groups.end() || !it->second.account_in) return Error{ErrorCode::kNotFound, "the account is not there"};
  if (it->second.members.count(source.person) == 0) return Error{ErrorCode::kConflict, "not a member"};
  source.chat_id = group;
  const bool room = group[0] == 'R';
  source.value = {{"type", room ? "room" : "group"}, {room ? "roomId" : "groupId", group}, {"userId", user}};
  return source;
}

json World::emit(const Source& source, json event, bool can_reply, ChatEntry* entry) {
  const TimePoint now = clock.now();
  const std::string event_id = make_ulid(now);
  event["mode"] = "active";
  event["timestamp"] = to_unix_ms(now);
  event["webhookEventId"] = event_id;
  event["deliveryContext"] = {{"isRedelivery", false}};
  event["source"] = source.value;

  WebhookJob job;
  job.event_id = event_id;
  job.chat_id = source.chat_id;
  json told = {{"webhookEventId", event_id}};
  if (can_reply) {
    job.reply_token = next_token("");
    event["replyToken"] = job.reply_token;
    tokens.add(job.reply_token, source.chat_id, now);
    told["replyToken"] = job.reply_token;
  }
  if (event.contains("message")) told["messageId"] = event["message"]["id"];
  if (source.person != kNobody) {
    people.at(source.person).wrote_at = static_cast<std::uint32_t>(to_unix_ms(now) / 1000);
  }
  Chat* chat = open_chat(source.chat_id);
  if (chat != nullptr && entry != nullptr) {
    entry->from = ChatEntry::From::kResident;
    entry->at = now;
    entry->state = "sending";
    if (source.person != kNobody) entry->author = people.id_text(source.person);
    job.entry_seq = chats.append(*chat, std::move(*entry));
    changed.notify_all();
  }
  job.event = dump_json(event);
  outbox_.push_back(std::move(job));
  ++webhooks.events;
  return told;
}

Result<json> World::send_content(const std::string& user, const std::string& group, json content) {
  Result<json> told = [&]() -> Result<json> {
    std::lock_guard lock(mutex);
    auto source = source_of(user, group);
    if (!source) return source.error();
    const std::string type = json_text(content, "type");
    ChatEntry entry;
    content["id"] = next_message_id();
    entry.id = content["id"].get<std::string>();
    json shown = content;
    entry.messages = dump_json(json::array({std::move(shown)}));
    if (type != "location" && type != "audio" && type != "file") content["quoteToken"] = next_token("q3Plxr4AgKd");
    content["markAsReadToken"] = next_token("30yhdy232");
    return emit(*source, {{"type", "message"}, {"message", std::move(content)}}, true, &entry);
  }();
  flush();
  return told;
}

Result<json> World::say(const std::string& user, const std::string& group, const std::string& text, bool mention) {
  if (text.empty() || !is_valid_utf8(text)) return Error{ErrorCode::kInvalid, "text is empty or not UTF-8"};
  if (length_utf16(text) > 10'000) return Error{ErrorCode::kInvalid, "text is longer than LINE lets people write"};
  json content = {{"type", "text"}, {"text", text}};
  if (mention) {
    const std::string name = "@" + options.account_name;
    content["text"] = name + " " + text;
    content["mention"] = {{"mentionees", json::array({{{"index", 0},
                                                       {"length", length_utf16(name)},
                                                       {"type", "user"},
                                                       {"userId", bot_user_id},
                                                       {"isSelf", true}}})}};
  }
  return send_content(user, group, std::move(content));
}

Result<json> World::postback(const std::string& user, const std::string& group, const std::string& data,
                             const json& params, const std::string& shown) {
  Result<json> told = [&]() -> Result<json> {
    std::lock_guard lock(mutex);
    auto source = source_of(user, group);
    if (!source) return source.error();
    ChatEntry entry;
    if (!shown.empty()) entry.messages = dump_json(json::array({{{"type", "text"}, {"text", shown}}}));
    json content = {{"data", data}};
    if (params.is_object() && !params.empty()) content["params"] = params;
    return emit(*source, {{"type", "postback"}, {"postback", std::move(content)}}, true,
                shown.empty() ? nullptr : &entry);
  }();
  flush();
  return told;
}

Result<json> World::follow(const std::string& user) {
  Result<json> told = [&]() -> Result<json> {
    std::lock_guard lock(mutex);
    const UserIndex index = people.find(user);
    if (index == kNobody) return Error{ErrorCode::kNotFound, "no such user"};
    const bool unblocked = people.at(index).follow == FollowState::kBlocked;
    if (people.at(index).follow == FollowState::kFollowing) return Error{ErrorCode::kConflict, "follows already"};
    people.set_follow(index, FollowState::kFollowing);
    system_line(user, unblocked ? "ブロックを解除しました" : "友だちに追加しました");
    const Source source{index, user, {{"type", "user"}, {"userId", user}}};
    return emit(source, {{"type", "follow"}, {"follow", {{"isUnblocked", unblocked}}}}, true, nullptr);
  }();
  flush();
  return told;
}

Result<json> World::block(const std::string& user) {
  Result<json> told = [&]() -> Result<json> {
    std::lock_guard lock(mutex);
    const UserIndex index = people.find(user);
    if (index == kNobody) return Error{ErrorCode::kNotFound, "no such user"};
    if (people.at(index).follow == FollowState::kBlocked) return Error{ErrorCode::kConflict, "has blocked already"};
    people.set_follow(index, FollowState::kBlocked);
    system_line(user, "ブロックしました");
    const Source source{index, user, {{"type", "user"}, {"userId", user}}};
    return emit(source, {{"type", "unfollow"}}, false, nullptr);
  }();
  flush();
  return told;
}

Result<json> World::press(const std::string& user, const std::string& group, const json& action, const json& params) {
  const std::string type = json_text(action, "type");
  if (type == "message") return say(user, group, json_text(action, "text"), false);
  if (type == "uri") return json{{"uri", json_text(action, "uri")}};
  if (type == "clipboard") return json{{"clipboard", json_text(action, "clipboardText")}};
  if (type == "camera" || type == "cameraRoll") return json::object();
  if (type == "location") {
    if (json_member(params, "latitude") == nullptr) return Error{ErrorCode::kInvalid, "a location is needed"};
    json content = params;
    content["type"] = "location";
    return send_content(user, group, std::move(content));
  }
  if (type == "postback") {
    std::string shown = json_text(action, "displayText");
    if (shown.empty()) shown = json_text(action, "text");
    return postback(user, group, json_text(action, "data"), {}, shown);
  }
  if (type == "datetimepicker") {
    const std::string mode = json_text(action, "mode");
    const std::string chosen = json_text(params, mode);
    if (chosen.empty()) return Error{ErrorCode::kInvalid, "params need " + mode};
    return postback(user, group, json_text(action, "data"), {{mode, chosen}}, "");
  }
  if (type == "richmenuswitch") {
    const std::string alias = json_text(action, "richMenuAliasId");
    json result = {{"newRichMenuAliasId", alias}};
    {
      std::lock_guard lock(mutex);
      const auto it = menus.aliases.find(alias);
      const bool there = it != menus.aliases.end() && menus.menus.count(it->second) != 0;
      result["status"] = there                       ? "SUCCESS"
                         : it == menus.aliases.end() ? "RICHMENU_ALIAS_ID_NOTFOUND"
                                                     : "RICHMENU_NOTFOUND";
      if (there) {
        menus.of_person[user] = it->second;
        if (Chat* chat = open_chat(user)) chats.touch(*chat);
        changed.notify_all();
      }
    }
    return postback(user, group, json_text(action, "data"), result, "");
  }
  return Error{ErrorCode::kInvalid, "no action of this type"};
}

Result<json> World::make_group(const std::vector<std::string>& members, bool room) {
  Result<json> told = [&]() -> Result<json> {
    std::lock_guard lock(mutex);
    Group group;
    group.id = (room ? "R" : "C") + random_hex(16);
    for (const std::string& member : members) {
      const UserIndex index = people.find(member);
      if (index == kNobody) return Error{ErrorCode::kNotFound, "no such user"};
      group.members.insert(index);
    }
    const Source source{
        kNobody, group.id, {{"type", room ? "room" : "group"}, {room ? "roomId" : "groupId", group.id}}};
    const std::string id = group.id;
    groups.emplace(id, std::move(group));
    system_line(id, "アカウントが参加しました");
    json result = emit(source, {{"type", "join"}}, true, nullptr);
    result["groupId"] = id;
    return result;
  }();
  flush();
  return told;
}

Result<json> World::group_event(const std::string& id, const std::string& type,
                                const std::vector<std::string>& members) {
  Result<json> told = [&]() -> Result<json> {
    std::lock_guard lock(mutex);
    const auto it = groups.find(id);
    if (it == groups.end() || !it->second.account_in) return Error{ErrorCode::kNotFound, "the account is not there"};
    const bool room = id[0] == 'R';
    const Source source{kNobody, id, {{"type", room ? "room" : "group"}, {room ? "roomId" : "groupId", id}}};
    if (type == "leave") {
      it->second.account_in = false;
      return emit(source, {{"type", "leave"}}, false, nullptr);
    }
    const bool joined = type == "memberJoined";
    if (!joined && type != "memberLeft") return Error{ErrorCode::kInvalid, "no such event"};
    json list = json::array();
    for (const std::string& member : members) {
      const UserIndex index = people.find(member);
      if (index == kNobody) return Error{ErrorCode::kNotFound, "no such user"};
      list.push_back({{"type", "user"}, {"userId", member}});
      if (joined) {
        it->second.members.insert(index);
      } else {
        it->second.members.erase(index);
      }
    }
    return emit(source, {{"type", type}, {joined ? "joined" : "left", {{"members", std::move(list)}}}}, joined,
                nullptr);
  }();
  flush();
  return told;
}

}  // namespace kairan::adapters::simulator
