// The records of staff accounts. What a password must be, who may change what and how a login goes is gateway/accounts.h's.
// Threads: any.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/result.h"
#include "store/actor.h"
#include "store/records.h"

namespace kairan::store {

struct Account {
  std::string name;  ///< [a-z0-9._-], is_account_name()
  Roles roles;
  std::string section;
  bool disabled = false;
  bool must_change_password = false;  ///< somebody else chose it
  std::string password;               ///< hash_password()
  std::string totp_key;               ///< the second factor's secret bytes, sealed where they are stored; empty = none
  bool totp_confirmed = false;        ///< the person has shown that their application makes the right codes
  std::vector<std::string> recovery;  ///< SHA-256 in hex of each recovery code that is left
  std::uint64_t generation = 1;       ///< grows when password, roles or second factor change: older sessions are over
  TimePoint created, password_changed;
  std::uint64_t revision = 0;

  Actor actor() const { return Actor{name, roles, section}; }
  bool has_second_factor() const { return totp_confirmed && !totp_key.empty(); }
};

/// 1 to 32 of a-z, 0-9, ".", "_" and "-", beginning with a letter or digit; "system" is not free.
bool is_account_name(std::string_view name);

class Accounts {
 public:
  Accounts(RedisClient& redis, const Sealer& sealer);

  /// kConflict when the name is taken.
  Status create(const Account& account);
  Result<std::optional<Account>> find(std::string_view name);
  Result<std::vector<Account>> all();  ///< by name
  /// Reads, lets `change` alter it, writes; again when somebody else wrote meanwhile, so `change` may run more than once. An
  /// error of `change` is returned and nothing is written. kNotFound without such an account. @return as it is stored now
  Result<Account> update(std::string_view name, const std::function<Status(Account&)>& change);
  /// Uses up a step of one-time codes. false: it or a later one was used before.
  Result<bool> claim_totp_step(std::string_view name, std::int64_t step);

 private:
  std::string serialize(const Account& account) const;
  Result<Account> parse(const Record& record) const;

  RedisClient& redis_;
  const Sealer& sealer_;
  Records records_;
};

}  // namespace kairan::store
