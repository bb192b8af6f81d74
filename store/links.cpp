#include "store/links.h"

#include <charconv>

#include "store/keys.h"

namespace kairan::store {

Status Links::add(std::string_view broadcast, const std::vector<std::pair<std::string, std::string>>& code_and_url) {
  std::vector<Args> commands;
  commands.reserve(code_and_url.size());
  for (const auto& [code, url] : code_and_url) {
    commands.push_back({"HSETNX", keys::links(), code, std::string(broadcast) + "\n" + url});
  }
  if (commands.empty()) return {};
  const auto replies = redis_.pipeline(commands);
  if (!replies) return replies.error();
  for (const Reply& reply : *replies) {
    if (reply.is_error()) return error_of(reply);
  }
  return {};
}

Result<std::optional<Link>> Links::find(std::string_view code) {
  const auto reply = redis_.command({"HGET", keys::links(), std::string(code)});
  if (!reply) return reply.error();
  if (reply->is_error()) return error_of(*reply);
  const std::size_t line = reply->text.find('\n');
  if (reply->is_nil() || line == std::string::npos) return std::optional<Link>();
  return std::optional<Link>(Link{reply->text.substr(0, line), reply->text.substr(line + 1)});
}

Status Links::count(const Link& link, std::string_view code) {
  const auto reply = redis_.command({"HINCRBY", keys::broadcast_clicks(link.broadcast), std::string(code), "1"});
  if (!reply) return reply.error();
  return reply->is_error() ? Status(error_of(*reply)) : Status();
}

Result<std::map<std::string, std::uint64_t>> Links::clicks(std::string_view broadcast) {
  const auto reply = redis_.command({"HGETALL", keys::broadcast_clicks(broadcast)});
  if (!reply) return reply.error();
  std::map<std::string, std::uint64_t> clicks;
  for (std::size_t i = 0; i + 1 < reply->items.size(); i += 2) {
    const std::string& text = reply->items[i + 1].text;
    std::from_chars(text.data(), text.data() + text.size(), clicks[reply->items[i].text]);
  }
  return clicks;
}

}  // namespace kairan::store
