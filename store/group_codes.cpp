#include "store/group_codes.h"

#include <algorithm>
#include <map>

#include "base/ids.h"
#include "store/resident_codes.h"
#include "store/scripts.h"
#include "store/stored_number.h"

namespace kairan::store {
namespace {

constexpr const char* kGuessHourSeconds = "3600";

std::string name_of(const Sealer& sealer, const std::string& code) {
  return sealer.pseudonym("group-code/" + code);
}

}  // namespace

Result<std::string> GroupCodes::add(GroupCode& code) {
  code.id = random_hex(4);
  const std::string signs = random_code();
  Args fields{"HSET",      keys::group_code(code.id),
              "attribute", code.attribute,
              "value",     code.value,
              "note",      code.note,
              "created",   std::to_string(to_unix_ms(code.created)),
              "expires",   code.expires ? std::to_string(to_unix_ms(*code.expires)) : "0",
              "at_most",   std::to_string(code.at_most)};
  const auto stored = redis_.pipeline({fields, {"HSET", keys::group_code_ids(), name_of(sealer_, signs), code.id}});
  if (!stored) return stored.error();
  for (const Reply& reply : *stored) {
    if (reply.is_error()) return error_of(reply);
  }
  return show_code(signs);
}

Result<std::optional<GroupCode>> GroupCodes::read(const std::string& id) {
  const auto replies = redis_.pipeline({{"HGETALL", keys::group_code(id)}, {"SCARD", keys::group_code_members(id)}});
  if (!replies) return replies.error();
  for (const Reply& reply : *replies) {
    if (reply.is_error()) return error_of(reply);
  }
  std::map<std::string, std::string> fields;
  const auto& items = replies->front().items;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) fields[items[i].text] = items[i + 1].text;
  if (fields.empty()) return std::optional<GroupCode>();
  GroupCode code;
  code.id = id;
  code.attribute = fields["attribute"];
  code.value = fields["value"];
  code.note = fields["note"];
  code.created = from_unix_ms(stored_number<std::int64_t>(fields["created"]));
  if (const std::int64_t expires = stored_number<std::int64_t>(fields["expires"]); expires > 0)
    code.expires = from_unix_ms(expires);
  code.at_most = stored_number<std::uint64_t>(fields["at_most"]);
  code.revoked = fields["revoked"] == "1";
  code.used = static_cast<std::uint64_t>(replies->back().integer);
  return std::optional<GroupCode>(std::move(code));
}

Result<std::vector<GroupCode>> GroupCodes::list() {
  const auto ids = redis_.command({"HVALS", keys::group_code_ids()});
  if (!ids) return ids.error();
  std::vector<GroupCode> codes;
  for (const Reply& id : ids->items) {
    auto code = read(id.text);
    if (!code) return code.error();
    if (*code) codes.push_back(**std::move(code));
  }
  std::sort(codes.begin(), codes.end(), [](const GroupCode& a, const GroupCode& b) { return a.created < b.created; });
  return codes;
}

Status GroupCodes::revoke(std::string_view id) {
  const std::string name(id);
  const auto code = read(name);
  if (!code) return code.error();
  if (!*code) return Error{ErrorCode::kNotFound, "there is no such group code"};
  const auto reply = redis_.command({"HSET", keys::group_code(name), "revoked", "1"});
  return reply ? Status() : Status(reply.error());
}

Result<std::vector<SubscriberRef>> GroupCodes::members(std::string_view id) {
  const auto reply = redis_.command({"SMEMBERS", keys::group_code_members(std::string(id))});
  if (!reply) return reply.error();
  std::vector<SubscriberRef> refs;
  for (const Reply& item : reply->items) {
    const std::size_t colon = item.text.find(':');
    if (colon == std::string::npos) continue;
    refs.push_back({stored_number<Partition>(item.text.substr(0, colon)),
                    stored_number<std::uint32_t>(item.text.substr(colon + 1))});
  }
  return refs;
}

Result<GroupTry> GroupCodes::enter(SubscriberRef ref, std::string_view text, TimePoint now) {
  const std::string own = keys::group_code_wrong(ref.partition, ref.ordinal);
  const std::string overall = keys::group_codes_wrong();
  const auto before = redis_.pipeline({{"GET", own}, {"GET", overall}});
  if (!before) return before.error();
  for (const Reply& reply : *before) {
    if (reply.is_error()) return error_of(reply);
  }
  GroupTry outcome;
  if (stored_number<std::int64_t>((*before)[0].text) >= kWrongPerResident ||
      stored_number<std::int64_t>((*before)[1].text) >= kWrongOverall) {
    outcome.kind = GroupTry::Kind::kLocked;
    return outcome;
  }
  if (const std::string signs = fold_code(text); !signs.empty()) {
    const auto id = redis_.command({"HGET", keys::group_code_ids(), name_of(sealer_, signs)});
    if (!id) return id.error();
    if (!id->is_nil()) {
      const auto entered =
          redis_.eval(scripts::group_enter(), {keys::group_code(id->text), keys::group_code_members(id->text)},
                      {std::to_string(to_unix_ms(now)), member_of(ref)});
      if (!entered) return entered.error();
      if (entered->items.size() == 2) {
        return GroupTry{GroupTry::Kind::kEntered, entered->items[0].text, entered->items[1].text, 0};
      }
    }
  }
  const auto counted = redis_.pipeline({{"INCR", own},
                                        {"EXPIRE", own, kGuessHourSeconds, "NX"},
                                        {"INCR", overall},
                                        {"EXPIRE", overall, kGuessHourSeconds, "NX"}});
  if (!counted) return counted.error();
  outcome.tries_left = std::max(0, kWrongPerResident - static_cast<int>(counted->front().integer));
  if (outcome.tries_left == 0) outcome.kind = GroupTry::Kind::kLocked;
  return outcome;
}

Status GroupCodes::forget(SubscriberRef ref) {
  const auto ids = redis_.command({"HVALS", keys::group_code_ids()});
  if (!ids) return ids.error();
  std::vector<Args> commands{{"DEL", keys::group_code_wrong(ref.partition, ref.ordinal)}};
  for (const Reply& id : ids->items) commands.push_back({"SREM", keys::group_code_members(id.text), member_of(ref)});
  const auto done = redis_.pipeline(commands);
  return done ? Status() : Status(done.error());
}

}  // namespace kairan::store
