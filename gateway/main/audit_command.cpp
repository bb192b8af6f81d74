// `kairan audit`: the log of who did what.
#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <memory>

#include "base/civil_time.h"
#include "gateway/main/attach.h"
#include "gateway/main/commands.h"
#include "store/audit.h"

namespace kairan::gateway {
namespace {

struct AuditArguments {
  std::string config, head;
  std::size_t count = 50;
};

/// "SEQ:HASH" as the daily mail has it.
std::optional<store::ChainHead> parse_head(const std::string& text) {
  store::ChainHead head;
  const std::size_t colon = text.find(':');
  const auto [end, error] = std::from_chars(text.data(), text.data() + std::min(colon, text.size()), head.seq);
  if (colon == std::string::npos || error != std::errc() || end != text.data() + colon) return std::nullopt;
  head.hash = text.substr(colon + 1);
  return head.hash.size() == 64 ? std::optional(head) : std::nullopt;
}

int run_verify(const AuditArguments& a) {
  std::optional<store::ChainHead> known;
  if (!a.head.empty()) {
    known = parse_head(a.head);
    if (!known) {
      std::fputs("--head には、控えの「番号:ハッシュ」をそのまま書いてください。\n", stderr);
      return 1;
    }
  }
  const auto attached = attach_to_store(a.config);
  if (!attached) return 2;
  const auto proof = store::Audit(*attached->redis).verify(known);
  if (!proof) {
    std::fprintf(stderr, "監査ログを読めません: %s\n", proof.error().detail.c_str());
    return 2;
  }
  if (proof->fault) {
    std::fprintf(stderr, "監査ログの%llu番で: %s\n", static_cast<unsigned long long>(*proof->fault), proof->reason.c_str());
    return 1;
  }
  std::printf("監査ログは%llu件、改ざんはありません。控え: %llu:%s\n", static_cast<unsigned long long>(proof->head.seq),
              static_cast<unsigned long long>(proof->head.seq), proof->head.hash.c_str());
  return 0;
}

int run_list_audit(const AuditArguments& a) {
  const auto attached = attach_to_store(a.config);
  if (!attached) return 2;
  const auto entries = store::Audit(*attached->redis).recent(std::nullopt, std::min<std::size_t>(a.count, 5000));
  if (!entries) {
    std::fprintf(stderr, "監査ログを読めません: %s\n", entries.error().detail.c_str());
    return 2;
  }
  for (const store::AuditEntry& entry : *entries) {
    std::printf("%llu  %s  %s  %s  %s  %s\n", static_cast<unsigned long long>(entry.seq), format_jst(entry.at).c_str(),
                entry.by.c_str(), entry.action.c_str(), entry.target.c_str(), entry.detail.c_str());
  }
  return 0;
}

}  // namespace

void add_audit(CLI::App& app, int& exit_code) {
  CLI::App* const command = app.add_subcommand("audit", "the log of who did what");
  command->require_subcommand(1);
  const auto a = std::make_shared<AuditArguments>();
  CLI::App* const verify = command->add_subcommand("verify", "whether anything in it was changed");
  verify->add_option("--config", a->config, "configuration file (else KAIRAN_CONFIG, else ./kairan.yaml)");
  verify->add_option("--head", a->head, "NUMBER:HASH kept outside, which must be part of it");
  verify->callback([a, &exit_code] { exit_code = run_verify(*a); });
  CLI::App* const list = command->add_subcommand("list", "newest first");
  list->add_option("--config", a->config, "configuration file (else KAIRAN_CONFIG, else ./kairan.yaml)");
  list->add_option("--count", a->count)->capture_default_str();
  list->callback([a, &exit_code] { exit_code = run_list_audit(*a); });
}

}  // namespace kairan::gateway
