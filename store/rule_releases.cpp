#include "store/rule_releases.h"

#include "base/staff_text.h"
#include "store/keys.h"
#include "store/scripts.h"
#include "store/stored_number.h"

namespace kairan::store {
namespace {

/// The values of some fields; none when the first is not there.
Result<std::optional<std::vector<std::string>>> fields_of(RedisClient& redis, std::vector<std::string> names) {
  std::vector<std::string> command{"HMGET", keys::alert_rules()};
  command.insert(command.end(), names.begin(), names.end());
  const auto reply = redis.command(command);
  if (!reply) return reply.error();
  if (reply->is_error()) return error_of(*reply);
  if (reply->items.size() != names.size()) return Error{ErrorCode::kCorrupt, "the published rules are not readable"};
  if (reply->items[0].is_nil()) return std::optional<std::vector<std::string>>();
  std::vector<std::string> values;
  for (const Reply& item : reply->items) values.push_back(item.text);
  return std::optional<std::vector<std::string>>(std::move(values));
}

TimePoint time_in(const std::string& text) {
  return from_unix_ms(stored_number<std::int64_t>(text));
}

}  // namespace

Error own_proposal() {
  return staff_error(ErrorCode::kRefused, {"自分が提案した規則は、自分では公開できません。別の方に頼んでください。",
                                           "You cannot publish what you proposed. Ask another person."});
}

Error rules_too_large() {
  return staff_error(ErrorCode::kTooLarge, {"規則とひな形を合わせて1 MBまでにしてください。",
                                            "Rules and templates together have at most 1 MB."});
}

Error another_proposal() {
  return staff_error(ErrorCode::kConflict,
                     {"表示したあとに、別の内容が提案されました。違いをもう一度確かめてから決めてください。",
                      "Something else was proposed since you opened this. Look at what changes before you decide."});
}

Error no_proposal() {
  return staff_error(ErrorCode::kNotFound, {"提案されている規則はありません。", "No rules are proposed."});
}

Result<std::optional<ProposedRules>> RuleReleases::proposed() {
  const auto found = fields_of(redis_, {"proposed:hash", "proposed:text", "proposed:by", "proposed:at"});
  if (!found) return found.error();
  if (!*found) return std::optional<ProposedRules>();
  const std::vector<std::string>& value = **found;
  return std::optional<ProposedRules>(ProposedRules{value[0], value[1], value[2], time_in(value[3])});
}

Result<std::optional<PublishedRules>> RuleReleases::published() {
  const auto found = fields_of(redis_, {"published:hash", "published:text", "published:proposed_by", "published:by",
                                        "published:proposed_at", "published:at"});
  if (!found) return found.error();
  if (!*found) return std::optional<PublishedRules>();
  const std::vector<std::string>& value = **found;
  return std::optional<PublishedRules>(
      PublishedRules{value[0], value[1], value[2], value[3], time_in(value[4]), time_in(value[5])});
}

Result<std::optional<WaitingRules>> RuleReleases::waiting() {
  const auto found = fields_of(redis_, {"proposed:hash", "proposed:by", "proposed:at"});
  if (!found) return found.error();
  if (!*found) return std::optional<WaitingRules>();
  const std::vector<std::string>& value = **found;
  return std::optional<WaitingRules>(WaitingRules{value[0], value[1], time_in(value[2])});
}

Result<std::optional<ReturnedRules>> RuleReleases::returned() {
  const auto found =
      fields_of(redis_, {"returned:hash", "returned:proposed_by", "returned:by", "returned:at", "returned:why"});
  if (!found) return found.error();
  if (!*found) return std::optional<ReturnedRules>();
  const std::vector<std::string>& value = **found;
  return std::optional<ReturnedRules>(ReturnedRules{value[0], value[1], value[2], time_in(value[3]), value[4]});
}

Result<std::string> RuleReleases::published_hash() {
  const auto reply = redis_.command({"HGET", keys::alert_rules(), "published:hash"});
  if (!reply) return reply.error();
  if (reply->is_error()) return error_of(*reply);
  return reply->is_nil() ? std::string() : reply->text;
}

Status RuleReleases::move(const char* step, std::string_view hash, const std::string& account, TimePoint now,
                          std::string text) {
  const auto reply = redis_.eval(scripts::rules_move(), {keys::alert_rules()},
                                 {step, std::string(hash), account, time_field(now), std::move(text)});
  if (!reply) return reply.error();
  if (reply->is_error()) return error_of(*reply);
  if (reply->text == "ok") return {};
  if (reply->text == "same") return own_proposal();
  if (reply->text == "changed") return another_proposal();
  return no_proposal();
}

Status RuleReleases::propose(const ProposedRules& rules) {
  if (rules.text.size() > kMaxBytes) return rules_too_large();
  return move("propose", rules.hash, rules.by, rules.at, rules.text);
}

Status RuleReleases::publish(std::string_view hash, const std::string& account, TimePoint now) {
  return move("publish", hash, account, now, "");
}

Status RuleReleases::give_back(std::string_view hash, const std::string& account, TimePoint now, std::string_view why) {
  return move("return", hash, account, now, std::string(why));
}

}  // namespace kairan::store
