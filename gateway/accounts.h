// The rules about staff accounts: what is needed to make one, to change it, and to be let in. Every change and every login goes
// to the audit log; what changes a person's rights ends their sessions.
//
// Letting in costs the same work whether the name exists or not, and it tells nobody which of name and password was wrong.
// Threads: any; at most kHashesAtOnce passwords are hashed at a time, the others wait.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "store/accounts.h"
#include "store/audit.h"

namespace kairan::gateway {

/// Writes one line of the audit log, before what it says is done. `detail` is short, without secrets and without residents' data.
using AuditSink = std::function<Status(const store::Actor& by, std::string_view action, std::string_view object,
                                       std::string_view detail)>;

/// The sink that writes into the audit log about accounts.
AuditSink audit_into(store::Audit& audit, const Clock& clock);

struct NewAccount {
  std::string name;
  store::Roles roles;
  std::string section;
  Secret password;
  bool must_change_password = false;
};

/// What an authenticator application needs, shown once.
struct SecondFactorOffer {
  std::string uri;     ///< otpauth_uri()
  std::string secret;  ///< the same in base 32, to type in
};

class StaffAccounts {
 public:
  StaffAccounts(store::Accounts& accounts, const Clock& clock, AuditSink audit);

  // --- changes; kInvalid and kConflict carry a Japanese sentence for the person at the screen ---
  Status add(const NewAccount& account, const store::Actor& by);
  Status set_password(std::string_view name, const Secret& password, bool must_change, const store::Actor& by);
  Status set_roles(std::string_view name, store::Roles roles, std::optional<std::string> section, const store::Actor& by);
  Status set_disabled(std::string_view name, bool disabled, const store::Actor& by);

  // --- second factor ---
  /// Makes a new secret that counts once a code of it was given back.
  Result<SecondFactorOffer> offer_second_factor(std::string_view name);
  /// Takes the first code; from then on it is asked for at every login. @return recovery codes, shown once
  Result<std::vector<std::string>> confirm_second_factor(std::string_view name, std::string_view code);
  Status remove_second_factor(std::string_view name, const store::Actor& by);

  // --- letting in ---
  /// The account when name and password belong together and it is not disabled; none when not. kUnavailable when too many
  /// others are being checked.
  Result<std::optional<store::Account>> check_password(std::string_view name, const Secret& password);
  /// Whether `code` is a code of this moment that was not used before, or a recovery code, which is used up by it.
  Result<bool> check_second_factor(const store::Account& account, std::string_view code);
  /// Also for what is done elsewhere: logins, keys, sessions.
  Status audit(const store::Actor& by, std::string_view action, std::string_view object, std::string_view detail) const {
    return audit_ ? audit_(by, action, object, detail) : Status();
  }

  /// Passwords hashed so far, of known and of unknown names; for the test that both cost the same.
  std::uint64_t hashes_made() const { return hashes_.load(); }

  static constexpr int kHashesAtOnce = 2;  ///< 19 MiB each
  static constexpr std::size_t kRecoveryCodes = 10;

 private:
  Result<std::string> hash(const Secret& password);
  Result<bool> verify(const Secret& password, const std::string& encoded);
  Status change(std::string_view name, const std::function<Status(store::Account&)>& change);
  Status note(const store::Actor& by, std::string_view action, std::string_view name, std::string_view detail);
  Status keep_an_operator(std::string_view name);

  store::Accounts& accounts_;
  const Clock& clock_;
  const AuditSink audit_;
  const std::string decoy_;  ///< what the password of an unknown name is compared with
  std::atomic<std::uint64_t> hashes_{0};
};

/// The names joined by commas, for audit lines and lists.
std::string role_names(store::Roles roles);

}  // namespace kairan::gateway
