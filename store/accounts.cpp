#include "store/accounts.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "store/keys.h"
#include "store/scripts.h"

namespace kairan::store {
namespace {

constexpr std::size_t kMaxNameBytes = 32;
constexpr int kTries = 5;

std::string totp_context(std::string_view name) { return "totp/" + std::string(name); }

TimePoint time_of(const nlohmann::json& object, const char* key) {
  const auto* value = json_member(object, key);
  return from_unix_ms(value != nullptr && value->is_number_integer() ? value->get<std::int64_t>() : 0);
}

bool flag_of(const nlohmann::json& object, const char* key) {
  const auto* value = json_member(object, key);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

}  // namespace

bool is_account_name(std::string_view name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (name.empty() || name.size() > kMaxNameBytes || name == "system" || !plain(name.front())) return false;
  return std::all_of(name.begin(), name.end(),
                     [&](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; });
}

Accounts::Accounts(RedisClient& redis, const Sealer& sealer)
    : redis_(redis), sealer_(sealer), records_(redis, keys::accounts()) {}

std::string Accounts::serialize(const Account& account) const {
  nlohmann::json document;
  document["roles"] = nlohmann::json::array();
  for (const Role role : account.roles.list()) document["roles"].push_back(role_name(role));
  document["section"] = account.section;
  document["disabled"] = account.disabled;
  document["must_change"] = account.must_change_password;
  document["password"] = account.password;
  document["totp"] = account.totp_key.empty() ? "" : to_hex(sealer_.seal(account.totp_key, totp_context(account.name)));
  document["totp_confirmed"] = account.totp_confirmed;
  document["recovery"] = account.recovery;
  document["generation"] = account.generation;
  document["created"] = to_unix_ms(account.created);
  document["password_changed"] = to_unix_ms(account.password_changed);
  return dump_json(document);
}

Result<Account> Accounts::parse(const Record& record) const {
  const auto document = parse_json(record.document);
  if (!document) return Error{ErrorCode::kCorrupt, "the account " + record.name + " is not readable"};
  Account account;
  account.name = record.name;
  account.revision = record.revision;
  account.section = json_text(*document, "section");
  account.password = json_text(*document, "password");
  account.disabled = flag_of(*document, "disabled");
  account.must_change_password = flag_of(*document, "must_change");
  account.totp_confirmed = flag_of(*document, "totp_confirmed");
  account.created = time_of(*document, "created");
  account.password_changed = time_of(*document, "password_changed");
  if (const auto* roles = json_member(*document, "roles"); roles != nullptr && roles->is_array()) {
    for (const auto& role : *roles) {
      if (!role.is_string()) continue;
      if (const auto known = parse_role(role.get_ref<const std::string&>())) account.roles.add(*known);
    }
  }
  if (const auto* codes = json_member(*document, "recovery"); codes != nullptr && codes->is_array()) {
    for (const auto& code : *codes) {
      if (code.is_string()) account.recovery.push_back(code.get<std::string>());
    }
  }
  if (const auto* generation = json_member(*document, "generation"); generation != nullptr && generation->is_number_unsigned()) {
    account.generation = generation->get<std::uint64_t>();
  }
  if (const std::string sealed = json_text(*document, "totp"); !sealed.empty()) {
    const auto bytes = from_hex(sealed);
    const auto opened = bytes ? sealer_.open(*bytes, totp_context(record.name)) : bytes;
    // Another data key cannot read it. The account must not become one without a second factor because of that.
    if (!opened) return Error{ErrorCode::kCorrupt, "the second factor of " + record.name + " was sealed under another data key"};
    account.totp_key = *opened;
  }
  return account;
}

Status Accounts::create(const Account& account) {
  const auto stored = records_.put({account.name, 0, serialize(account)});
  if (!stored) return stored.error();
  return {};
}

Result<std::optional<Account>> Accounts::find(std::string_view name) {
  const auto record = records_.find(name);
  if (!record) return record.error();
  if (!*record) return std::optional<Account>();
  auto account = parse(**record);
  if (!account) return account.error();
  return std::optional<Account>(*std::move(account));
}

Result<std::vector<Account>> Accounts::all() {
  const auto records = records_.all();
  if (!records) return records.error();
  std::vector<Account> accounts;
  for (const Record& record : *records) {
    auto account = parse(record);
    if (!account) return account.error();
    accounts.push_back(*std::move(account));
  }
  return accounts;
}

Result<Account> Accounts::update(std::string_view name, const std::function<Status(Account&)>& change) {
  for (int i = 0; i < kTries; ++i) {
    auto found = find(name);
    if (!found) return found.error();
    if (!*found) return Error{ErrorCode::kNotFound, "no account of this name"};
    Account account = **std::move(found);
    if (const Status changed = change(account); !changed) return changed.error();
    const auto stored = records_.put({account.name, account.revision, serialize(account)});
    if (stored) {
      account.revision = *stored;
      return account;
    }
    if (stored.error().code != ErrorCode::kConflict) return stored.error();
  }
  return Error{ErrorCode::kConflict, "the account is being changed by others"};
}

Result<bool> Accounts::claim_totp_step(std::string_view name, std::int64_t step) {
  const auto reply = redis_.eval(scripts::step_claim(), {keys::totp_steps()}, {std::string(name), std::to_string(step)});
  if (!reply) return reply.error();
  if (reply->is_error()) return error_of(*reply);
  return reply->integer == 1;
}

}  // namespace kairan::store
