#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "base/civil_time.h"
#include "base/text.h"
#include "gateway/accounts.h"
#include "gateway/main/attach.h"
#include "gateway/main/commands.h"

namespace kairan::gateway {
namespace {

struct AccountArguments {
  std::string config, name, section;
  std::vector<std::string> roles;
  bool must_change = false, off = false;
};

/// The store of the running gateway with the rules over it. Whoever may read its data folder may do anything: the actor is
/// the machine's operator.
struct AccountDesk {
  std::unique_ptr<AttachedStore> attached;
  SystemClock clock;
  std::unique_ptr<store::Accounts> records;
  std::unique_ptr<store::Audit> audit;
  std::unique_ptr<StaffAccounts> rules;
  store::Actor by = store::Actor{"terminal", {store::Role::kOperator}, ""};
};

std::unique_ptr<AccountDesk> open_account_desk(const std::string& config) {
  auto desk = std::make_unique<AccountDesk>();
  desk->attached = attach_to_store(config);
  if (!desk->attached) return nullptr;
  desk->records = std::make_unique<store::Accounts>(*desk->attached->redis, *desk->attached->sealer);
  desk->audit = std::make_unique<store::Audit>(*desk->attached->redis);
  desk->rules = std::make_unique<StaffAccounts>(*desk->records, desk->clock, audit_into(*desk->audit, desk->clock));
  return desk;
}

int account_failed(const Error& error) {
  const bool plain = error.code == ErrorCode::kInvalid || error.code == ErrorCode::kConflict || error.code == ErrorCode::kNotFound;
  std::fprintf(stderr, "%s%s\n", plain ? "" : "できませんでした: ", error.detail.c_str());
  return plain ? 1 : 2;
}

int finish(const Status& status, const std::string& done) {
  if (!status) return account_failed(status.error());
  std::puts(done.c_str());
  return 0;
}

/// The first line of standard input.
std::optional<Secret> read_password() {
  std::string line;
  if (!std::getline(std::cin, line)) {
    std::fputs("パスワードを標準入力で渡してください（例: kairan account add NAME ... < パスワードのファイル）\n", stderr);
    return std::nullopt;
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return Secret(std::move(line));
}

std::optional<store::Roles> read_roles(const std::vector<std::string>& names) {
  store::Roles roles;
  for (const std::string& name : names) {
    const auto role = store::parse_role(name);
    if (!role) {
      std::fprintf(stderr, "「%s」という役割はありません。次から選んでください:\n", name.c_str());
      for (const store::Role known : store::all_roles()) {
        std::fprintf(stderr, "  %-18s %s\n", std::string(role_name(known)).c_str(), std::string(role_label_ja(known)).c_str());
      }
      return std::nullopt;
    }
    roles.add(*role);
  }
  return roles;
}

int run_add(const AccountArguments& arguments) {
  const auto roles = read_roles(arguments.roles);
  if (!roles) return 1;
  const auto password = read_password();
  if (!password) return 1;
  const auto desk = open_account_desk(arguments.config);
  if (!desk) return 2;
  return finish(desk->rules->add({arguments.name, *roles, arguments.section, *password, arguments.must_change}, desk->by),
                "アカウント「" + arguments.name + "」を作りました。");
}

int run_list_accounts(const AccountArguments& arguments) {
  const auto desk = open_account_desk(arguments.config);
  if (!desk) return 2;
  const auto accounts = desk->records->all();
  if (!accounts) return account_failed(accounts.error());
  if (accounts->empty()) std::puts("アカウントはまだありません。「kairan account add」で作ってください。");
  for (const store::Account& account : *accounts) {
    std::printf("%s  %s  %s%s%s  作成: %s\n", account.name.c_str(), account.section.c_str(), role_names(account.roles).c_str(),
                account.has_second_factor() ? "  二要素認証あり" : "", account.disabled ? "  停止中" : "",
                format_jst(account.created).c_str());
  }
  return 0;
}

int run_roles(const AccountArguments& arguments) {
  const auto roles = read_roles(arguments.roles);
  if (!roles) return 1;
  const auto desk = open_account_desk(arguments.config);
  if (!desk) return 2;
  return finish(desk->rules->set_roles(arguments.name, *roles,
                                       arguments.section.empty() ? std::nullopt : std::optional(arguments.section), desk->by),
                "「" + arguments.name + "」の役割を変えました。");
}

int run_disable(const AccountArguments& arguments, bool disabled) {
  const auto desk = open_account_desk(arguments.config);
  if (!desk) return 2;
  return finish(desk->rules->set_disabled(arguments.name, disabled, desk->by),
                "「" + arguments.name + (disabled ? "」を使えないようにしました。" : "」を使えるようにしました。"));
}

int run_reset_password(const AccountArguments& arguments) {
  const auto password = read_password();
  if (!password) return 1;
  const auto desk = open_account_desk(arguments.config);
  if (!desk) return 2;
  return finish(desk->rules->set_password(arguments.name, *password, true, desk->by),
                "「" + arguments.name + "」のパスワードを変えました。次のログインで本人が変えます。");
}

int run_totp(const AccountArguments& arguments) {
  const auto desk = open_account_desk(arguments.config);
  if (!desk) return 2;
  if (arguments.off) {
    return finish(desk->rules->remove_second_factor(arguments.name, desk->by),
                  "「" + arguments.name + "」の二要素認証を解除しました。");
  }
  const auto offer = desk->rules->offer_second_factor(arguments.name);
  if (!offer) return account_failed(offer.error());
  std::printf("認証アプリに次を登録し、表示された6桁の数字を入れてください。\n%s\n確認コード: ", offer->uri.c_str());
  std::fflush(stdout);
  std::string code;
  std::getline(std::cin, code);
  const auto codes = desk->rules->confirm_second_factor(arguments.name, trim(code));
  if (!codes) return account_failed(codes.error());
  std::puts("\n二要素認証を設定しました。回復コード（1つにつき1回だけ使えます。金庫などに保管してください）:");
  for (const std::string& one : *codes) std::printf("  %s\n", one.c_str());
  return 0;
}

}  // namespace

void add_account(CLI::App& app, int& exit_code) {
  CLI::App* const command = app.add_subcommand("account", "staff accounts of the console");
  command->require_subcommand(1);
  const auto arguments = std::make_shared<AccountArguments>();
  const auto sub = [&](const char* name, const char* help, bool named, auto run) {
    CLI::App* const made = command->add_subcommand(name, help);
    made->add_option("--config", arguments->config, "configuration file (else KAIRAN_CONFIG, else ./kairan.yaml)");
    if (named) made->add_option("NAME", arguments->name, "a-z 0-9 . _ -")->required();
    made->callback([arguments, run, &exit_code] { exit_code = run(*arguments); });
    return made;
  };
  const char* const role_help = "author, approver, emergency_officer, content_editor, operator, auditor; may be repeated";
  CLI::App* const adding = sub("add", "make an account; its password is read from standard input", true, run_add);
  adding->add_option("--role", arguments->roles, role_help)->required();
  adding->add_option("--section", arguments->section, "the section (課)")->required();
  adding->add_flag("--must-change", arguments->must_change, "the person must choose another password at the first login");
  sub("list", "names, sections and roles", false, run_list_accounts);
  CLI::App* const roles = sub("roles", "replace an account's roles", true, run_roles);
  roles->add_option("--role", arguments->roles, role_help)->required();
  roles->add_option("--section", arguments->section, "also its section (課)");
  sub("disable", "let nobody in with it any more", true,
      [](const AccountArguments& a) { return run_disable(a, true); });
  sub("enable", "let it in again", true, [](const AccountArguments& a) { return run_disable(a, false); });
  sub("reset-password", "a new password from standard input, to be changed at the next login", true, run_reset_password);
  CLI::App* const totp = sub("totp", "set up the second factor from a terminal", true, run_totp);
  totp->add_flag("--off", arguments->off, "take it away");
}

}  // namespace kairan::gateway
