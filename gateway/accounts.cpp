#include "gateway/accounts.h"

#include <algorithm>
#include <semaphore>

#include "base/crypto.h"
#include "base/password_hash.h"
#include "base/text.h"
#include "base/totp.h"
#include "gateway/password_rules.h"

namespace kairan::gateway {
namespace {

using store::Account;
using store::Actor;
using store::Role;
using store::Roles;

constexpr std::string_view kIssuer = "Kairan";
constexpr std::size_t kTotpKeyBytes = 20;  // RFC 4226 section 4, R6
constexpr std::size_t kRecoveryBytes = 10;
constexpr std::size_t kSectionMostCharacters = 40;
constexpr std::chrono::seconds kHashPatience{5};

/// For the whole process, however many desks there are: it is the machine's memory that is bounded.
std::counting_semaphore<StaffAccounts::kHashesAtOnce>& hashing() {
  static std::counting_semaphore<StaffAccounts::kHashesAtOnce> places(StaffAccounts::kHashesAtOnce);
  return places;
}

struct Place {
  bool taken = hashing().try_acquire_for(kHashPatience);
  ~Place() {
    if (taken) hashing().release();
  }
};

Error too_busy() {
  return staff_error(ErrorCode::kUnavailable, {"ログインが混み合っています。少し待ってからもう一度お試しください",
                                               "Many are signing in. Wait a moment and try again"});
}

Error no_such_account() {
  return staff_error(ErrorCode::kNotFound, {"その名前のアカウントはありません", "There is no account of that name"});
}

Error no_roles() {
  return staff_error(ErrorCode::kInvalid, {"役割を1つ以上選んでください", "Choose one role or more"});
}

std::string new_recovery_code() {
  std::string code = to_base32(random_bytes(kRecoveryBytes));  // 16 letters
  std::transform(code.begin(), code.end(), code.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (const std::size_t at : {12U, 8U, 4U}) code.insert(at, "-");
  return code;
}

std::string hash_of_code(std::string_view code) {
  std::string plain;
  for (const char c : code) {
    if (c >= 'A' && c <= 'Z') plain.push_back(static_cast<char>(c + 32));
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) plain.push_back(c);
  }
  return to_hex(bytes_of(sha256("recovery/" + plain)));
}

Status check_section(std::string_view section) {
  if (trim(section).empty()) {
    return staff_error(ErrorCode::kInvalid,
                       {"課を入れてください（例: 広報広聴課）", "Enter a section, such as “広報広聴課”"});
  }
  if (!is_valid_utf8(section) || length_graphemes(section) > kSectionMostCharacters ||
      std::any_of(section.begin(), section.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; })) {
    return staff_error(ErrorCode::kInvalid, {"課の名前は40文字以内で、改行を入れずに書いてください",
                                             "Write a section's name in one line of at most 40 characters"});
  }
  return {};
}

}  // namespace

std::string role_names(Roles roles) {
  std::string all;
  for (const Role role : roles.list()) all.append(all.empty() ? "" : ",").append(role_name(role));
  return all;
}

AuditSink audit_into(store::Audit& audit, const Clock& clock) {
  return [&audit, &clock](const Actor& by, std::string_view action, std::string_view object, std::string_view detail) -> Status {
    const auto written = audit.append(
        {0, clock.now(), by.name, std::string(action), "account:" + std::string(object), std::string(detail), ""});
    if (!written) return written.error();
    return {};
  };
}

StaffAccounts::StaffAccounts(store::Accounts& accounts, const Clock& clock, AuditSink audit)
    : accounts_(accounts), clock_(clock), audit_(std::move(audit)), decoy_(hash_password(Secret(random_bytes(16)))) {}

Result<std::string> StaffAccounts::hash(const Secret& password) {
  const Place place;
  if (!place.taken) return too_busy();
  return hash_password(password);
}

Result<bool> StaffAccounts::verify(const Secret& password, const std::string& encoded) {
  const Place place;
  if (!place.taken) return too_busy();
  ++hashes_;
  return verify_password(password, encoded);
}

/// Writes the line when there is such an account; what the line says is done next.
Status StaffAccounts::note(const Actor& by, std::string_view action, std::string_view name, std::string_view detail) {
  const auto found = store::is_account_name(name) ? accounts_.find(name) : Result<std::optional<Account>>(std::optional<Account>());
  if (!found) return found.error();
  if (!*found) return no_such_account();
  return audit(by, action, name, detail);
}

Status StaffAccounts::change(std::string_view name, const std::function<Status(Account&)>& change) {
  const auto updated = accounts_.update(name, change);
  if (updated) return {};
  return updated.error().code == ErrorCode::kNotFound ? no_such_account() : updated.error();
}

Status StaffAccounts::add(const NewAccount& wanted, const Actor& by) {
  if (!store::is_account_name(wanted.name)) {
    return staff_error(
        ErrorCode::kInvalid,
        {"アカウントの名前は、英小文字・数字・「.」「_」「-」の1〜32文字で、先頭は英字か数字にしてください",
         "An account's name is 1 to 32 of a-z 0-9 . _ - and begins with a letter or digit"});
  }
  if (wanted.roles.empty()) return no_roles();
  if (const Status section = check_section(wanted.section); !section) return section;
  if (StaffText problem = password_problem(wanted.password, wanted.name); !problem.empty()) {
    return staff_error(ErrorCode::kInvalid, std::move(problem));
  }
  auto encoded = hash(wanted.password);
  if (!encoded) return encoded.error();
  Account account;
  account.name = wanted.name;
  account.roles = wanted.roles;
  account.section = std::string(trim(wanted.section));
  account.must_change_password = wanted.must_change_password;
  account.password = *std::move(encoded);
  account.created = account.password_changed = clock_.now();
  const Error taken = staff_error(ErrorCode::kConflict,
                                  {"その名前のアカウントはもうあります", "There is an account of that name already"});
  const auto found = accounts_.find(account.name);
  if (!found) return found.error();
  if (*found) return taken;
  const Status noted = audit(by, "account.add", account.name, role_names(account.roles) + " " + account.section);
  if (!noted) return noted;
  const Status created = accounts_.create(account);
  return !created && created.error().code == ErrorCode::kConflict ? Status(taken) : created;
}

Status StaffAccounts::set_password(std::string_view name, const Secret& password, bool must_change, const Actor& by) {
  if (StaffText problem = password_problem(password, name); !problem.empty()) {
    return staff_error(ErrorCode::kInvalid, std::move(problem));
  }
  const auto encoded = hash(password);
  if (!encoded) return encoded.error();
  if (const Status noted = note(by, "account.password", name, must_change ? "reset" : "changed"); !noted) return noted;
  return change(name, [&](Account& account) {
    account.password = *encoded;
    account.must_change_password = must_change;
    account.password_changed = clock_.now();
    ++account.generation;
    return Status();
  });
}

/// The city must not lock itself out of its own accounts.
Status StaffAccounts::keep_an_operator(std::string_view name) {
  const auto all = accounts_.all();
  if (!all) return all.error();
  const bool another = std::any_of(all->begin(), all->end(), [&](const Account& account) {
    return account.name != name && !account.disabled && account.roles.has(Role::kOperator);
  });
  const bool was_one = std::any_of(all->begin(), all->end(), [&](const Account& account) {
    return account.name == name && !account.disabled && account.roles.has(Role::kOperator);
  });
  if (!was_one || another) return {};
  return staff_error(
      ErrorCode::kConflict,
      {"運用担当が一人もいなくなるので変更できません。先に別のアカウントに運用担当の役割を付けてください",
       "No operator would be left. Give the role of operator to another account first"});
}

Status StaffAccounts::set_roles(std::string_view name, Roles roles, std::optional<std::string> section, const Actor& by) {
  if (roles.empty()) return no_roles();
  if (section) {
    if (const Status checked = check_section(*section); !checked) return checked;
  }
  if (!roles.has(Role::kOperator)) {
    if (const Status kept = keep_an_operator(name); !kept) return kept;
  }
  const std::string detail = role_names(roles) + (section ? " " + *section : "");
  if (const Status noted = note(by, "account.roles", name, detail); !noted) return noted;
  return change(name, [&](Account& account) {
    account.roles = roles;
    if (section) account.section = std::string(trim(*section));
    ++account.generation;
    return Status();
  });
}

Status StaffAccounts::set_disabled(std::string_view name, bool disabled, const Actor& by) {
  if (disabled) {
    if (const Status kept = keep_an_operator(name); !kept) return kept;
  }
  if (const Status noted = note(by, disabled ? "account.disable" : "account.enable", name, ""); !noted) return noted;
  return change(name, [&](Account& account) {
    account.disabled = disabled;
    ++account.generation;
    return Status();
  });
}

Result<SecondFactorOffer> StaffAccounts::offer_second_factor(std::string_view name) {
  const std::string key = random_bytes(kTotpKeyBytes);
  const Status changed = change(name, [&](Account& account) {
    if (account.has_second_factor()) {
      return Status(
          staff_error(ErrorCode::kConflict,
                      {"二要素認証はもう設定されています。機種変更のときは運用担当に解除を頼んでください",
                       "The second factor is set up already. For a new phone, ask the operator to take it away"}));
    }
    account.totp_key = key;
    account.totp_confirmed = false;
    return Status();
  });
  if (!changed) return changed.error();
  return SecondFactorOffer{otpauth_uri(kIssuer, name, key), to_base32(key)};
}

Result<std::vector<std::string>> StaffAccounts::confirm_second_factor(std::string_view name, std::string_view code) {
  std::vector<std::string> codes;
  for (std::size_t i = 0; i < kRecoveryCodes; ++i) codes.push_back(new_recovery_code());
  std::optional<std::int64_t> step;
  const Status changed = change(name, [&](Account& account) {
    if (account.has_second_factor() || account.totp_key.empty()) {
      return Status(staff_error(ErrorCode::kConflict, {"二要素認証の設定を最初からやり直してください",
                                                       "Begin setting up the second factor anew"}));
    }
    step = match_totp(account.totp_key, code, clock_.now());
    if (!step) {
      return Status(
          staff_error(ErrorCode::kInvalid, {"確認コードが違います。認証アプリに出ている6桁の数字を入れてください",
                                            "The code is wrong. Enter the six digits your application shows"}));
    }
    account.totp_confirmed = true;
    account.recovery.clear();
    for (const std::string& one : codes) account.recovery.push_back(hash_of_code(one));
    return Status();
  });
  if (!changed) return changed.error();
  if (const auto claimed = accounts_.claim_totp_step(name, *step); !claimed) return claimed.error();
  const Status noted = audit(Actor{std::string(name), {}, ""}, "account.second_factor", name, "on");
  if (!noted) return noted.error();
  return codes;
}

Status StaffAccounts::remove_second_factor(std::string_view name, const Actor& by) {
  if (const Status noted = note(by, "account.second_factor", name, "off"); !noted) return noted;
  return change(name, [](Account& account) {
    account.totp_key.clear();
    account.totp_confirmed = false;
    account.recovery.clear();
    ++account.generation;
    return Status();
  });
}

Result<std::optional<Account>> StaffAccounts::check_password(std::string_view name, const Secret& password) {
  std::optional<Account> account;
  if (store::is_account_name(name)) {
    auto found = accounts_.find(name);
    if (!found) return found.error();
    account = *std::move(found);
  }
  const auto fits = verify(password, account ? account->password : decoy_);
  if (!fits) return fits.error();
  if (!*fits || !account || account->disabled) return std::optional<Account>();
  return account;
}

Result<bool> StaffAccounts::check_second_factor(const Account& account, std::string_view code) {
  if (!account.has_second_factor()) return false;
  if (const auto step = match_totp(account.totp_key, code, clock_.now())) {
    return accounts_.claim_totp_step(account.name, *step);
  }
  const std::string hash = hash_of_code(code);
  bool used = false;
  const Status changed = change(account.name, [&](Account& current) {
    const auto it = std::find(current.recovery.begin(), current.recovery.end(), hash);
    used = it != current.recovery.end();
    if (!used) return Status(Error{ErrorCode::kNotFound, "no such code"});
    current.recovery.erase(it);
    return Status();
  });
  if (!changed && used) return changed.error();
  if (!changed && changed.error().code != ErrorCode::kNotFound) return changed.error();
  if (used) {
    if (const Status noted = audit(account.actor(), "account.recovery_code", account.name, "used"); !noted) return noted.error();
  }
  return used;
}

}  // namespace kairan::gateway
