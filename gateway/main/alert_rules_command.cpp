// `kairan alerts rules|propose|publish|return`: the two people behind the rules of warnings, at a terminal beside the gateway.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/civil_time.h"
#include "broadcasts/alert_releases.h"
#include "gateway/main/attached_desk.h"
#include "gateway/main/commands.h"

namespace kairan::gateway {
namespace {

constexpr std::size_t kShortestHash = 12;  ///< digits that name a proposal
constexpr std::size_t kHashDigits = 64;

struct RuleArguments {
  std::string config, hash, account, why;
};

/// Runs `work` on the desk of the running gateway, by an account of it.
template <typename Work>
int by_account(const RuleArguments& arguments, const Work& work) {
  const auto desk = open_attached_desk(arguments.config);
  if (!desk) return 2;
  const auto who = desk->account(arguments.account);
  if (!who) return 1;
  return work(desk->desk->alert_releases(), *who);
}

int propose_rules(const RuleArguments& arguments) {
  return by_account(arguments, [](broadcasts::AlertReleases& releases, const store::Actor& who) {
    std::vector<FileProblem> problems;
    const auto hash = releases.propose(who, problems);
    for (const FileProblem& problem : problems) {
      std::fprintf(stderr, "%s:%d %s\n", problem.file.c_str(), problem.row, problem.message.c_str());
    }
    if (!hash) return print_error(hash.error());
    std::fputs("提案しました。別の方が違いを確かめて公開すると使われます（kairan alerts rules、kairan alerts publish）。\n",
               stderr);
    std::puts(hash->c_str());
    return 0;
  });
}

/// The proposal's hash when `written` begins it, else `written`: what is not proposed is refused further in.
std::string whole_hash(broadcasts::AlertReleases& releases, const std::string& written) {
  if (written.size() >= kHashDigits || written.size() < kShortestHash) return written;
  const auto proposed = releases.waiting();
  return proposed && *proposed && (*proposed)->hash.starts_with(written) ? (*proposed)->hash : written;
}

int publish_rules(const RuleArguments& arguments) {
  return by_account(arguments, [&](broadcasts::AlertReleases& releases, const store::Actor& who) {
    const Status done = releases.publish(who, whole_hash(releases, arguments.hash));
    if (!done) return print_error(done.error());
    std::puts("公開しました。次の電文からこの規則で判断します。");
    return 0;
  });
}

int return_rules(const RuleArguments& arguments) {
  return by_account(arguments, [&](broadcasts::AlertReleases& releases, const store::Actor& who) {
    const Status done = releases.give_back(who, whole_hash(releases, arguments.hash), arguments.why);
    if (!done) return print_error(done.error());
    std::puts("差し戻しました。");
    return 0;
  });
}

const char* action_ja(broadcasts::AlertAction action) {
  switch (action) {
    case broadcasts::AlertAction::kSend: return "自動で送る";
    case broadcasts::AlertAction::kHold: return "人の確認を待つ";
    case broadcasts::AlertAction::kIgnore: return "記録だけ";
  }
  return "";
}

void print_change(const broadcasts::AlertRuleChange& change) {
  static constexpr const char* kOccasions[] = {"発表", "引き上げ", "引き下げ", "解除"};
  std::string occasions;
  for (const auto occasion : change.occasions)
    occasions += (occasions.empty() ? "" : "・") + std::string(kOccasions[static_cast<std::size_t>(occasion)]);
  std::string where;
  for (const std::string& scope : change.scopes) where += (where.empty() ? "、範囲 " : "・") + scope;
  if (!change.hours.empty()) where += change.hours == "night" ? "、夜" : "、昼";
  std::printf("  %s（%s/%s）の%s%s: %s → %s\n", pick(change.name, "ja").c_str(), change.kind.c_str(),
              change.level.c_str(), occasions.c_str(), where.c_str(), action_ja(change.before), action_ja(change.after));
}

int show_rules(const RuleArguments& arguments) {
  const auto desk = open_attached_desk(arguments.config);
  if (!desk) return 2;
  const auto view = desk->desk->alert_releases().view();
  if (!view) return print_error(view.error());
  std::puts(view->standing.sentence.c_str());
  if (view->published) std::printf("公開済み: %s\n", view->published->hash.c_str());
  if (view->returned)
    std::printf("差し戻された提案: %s（提案 %s、差し戻し %s、%s）%s\n", view->returned->hash.c_str(),
                view->returned->proposed_by.c_str(), view->returned->by.c_str(), format_jst(view->returned->at).c_str(),
                view->returned->why.c_str());
  if (!view->proposed) {
    std::puts("提案されている規則はありません。");
    return 0;
  }
  std::printf("\n提案: %s（%s、%s）\n", view->proposed->hash.c_str(), view->proposed->by.c_str(),
              format_jst(view->proposed->at).c_str());
  if (view->file_changed)
    std::puts("注意: 提案のあとにフォルダの内容が変わったため、このままでは公開できません。提案し直してください。");
  std::puts(view->changes.empty() ? "送る・待つ・記録する、の違いはありません。" : "送る・待つ・記録する、の違い:");
  for (const auto& change : view->changes) print_change(change);
  for (const auto& file : view->files) {
    std::printf("\n%s\n", file.file.c_str());
    for (const auto& line : file.lines) std::printf("  %c %s\n", line.mark, line.text.c_str());
  }
  return 0;
}

}  // namespace

void add_alert_rules(CLI::App& alerts, int& exit_code) {
  const auto given = std::make_shared<RuleArguments>();
  const auto add = [&](const char* name, const char* help, int (*run)(const RuleArguments&)) {
    CLI::App* const sub = alerts.add_subcommand(name, help);
    sub->add_option("--config", given->config, "configuration file (else KAIRAN_CONFIG, else ./kairan.yaml)");
    sub->callback([given, run, &exit_code] { exit_code = run(*given); });
    return sub;
  };
  add("rules", "which rules are in force, and what a proposal would change", show_rules);
  const auto named = [&](CLI::App* sub) {
    sub->add_option("HASH", given->hash, "as \"alerts rules\" shows it; 12 digits are enough")->required();
    return sub;
  };
  CLI::App* const propose = add("propose", "propose the content folder's rules", propose_rules);
  CLI::App* const publish = named(add("publish", "publish what another person proposed", publish_rules));
  CLI::App* const give_back = named(add("return", "give a proposal back", return_rules));
  give_back->add_option("--why", given->why, "written into the log");
  for (CLI::App* const sub : {propose, publish, give_back}) sub->add_option("--as", given->account, "who acts")->required();
}

}  // namespace kairan::gateway
